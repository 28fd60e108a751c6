-- Tokens: {text} is TEXT ordered by bytes on both engines, {json} a document, {blob} bytes, {clustered} stores the row in its primary key's tree.
-- Times are integer microseconds UTC; booleans are 0 and 1.

-- Directory: few rows, in the home database only.
CREATE TABLE instance (
  name {text} PRIMARY KEY,
  value {text} NOT NULL
) {clustered};

CREATE TABLE account (
  id BIGINT PRIMARY KEY,
  name {text} NOT NULL,
  kind {text} NOT NULL,
  status {text} NOT NULL,
  location {text} NOT NULL,
  time_zone {text} NOT NULL,
  currency {text} NOT NULL,
  sensitive BIGINT NOT NULL,
  subscriptions {json} NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE person (
  id BIGINT PRIMARY KEY,
  email {text} NOT NULL,
  email_folded {text} NOT NULL,
  name {text} NOT NULL,
  locale {text} NOT NULL,
  webauthn_id {text} NOT NULL,
  password_hash {text},
  totp_sealed {text},
  totp_confirmed_at BIGINT,
  totp_last_step BIGINT,
  default_account_id BIGINT,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT
);
CREATE UNIQUE INDEX person_email ON person (email_folded);

CREATE TABLE recovery_code (
  person_id BIGINT NOT NULL,
  code_hash {text} NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (person_id, code_hash)
) {clustered};

CREATE TABLE passkey (
  person_id BIGINT NOT NULL,
  credential_id {text} NOT NULL,
  name {text} NOT NULL,
  credential {json} NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  PRIMARY KEY (person_id, credential_id)
);
CREATE UNIQUE INDEX passkey_credential ON passkey (credential_id);

CREATE TABLE session (
  token_hash {text} PRIMARY KEY,
  id {text} NOT NULL,
  person_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  second_factor_at BIGINT,
  user_agent {text} NOT NULL,
  address {text} NOT NULL
);
CREATE INDEX session_person ON session (person_id);

-- A started ceremony: second factor of a sign-in, WebAuthn state, step-up, set-up or invitation link.
CREATE TABLE challenge (
  handle_hash {text} PRIMARY KEY,
  kind {text} NOT NULL,
  person_id BIGINT,
  state {json} NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX challenge_expiry ON challenge (expires_at);

CREATE TABLE step_up_proof (
  proof_hash {text} PRIMARY KEY,
  person_id BIGINT NOT NULL,
  act {text} NOT NULL,
  subject {text} NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE attempt (
  subject {text} PRIMARY KEY,
  n_failed BIGINT NOT NULL,
  window_started_at BIGINT NOT NULL
);

CREATE TABLE account_user (
  account_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  owner_id BIGINT NOT NULL,
  role {text} NOT NULL,
  permission_set_id BIGINT,
  seats {json} NOT NULL,
  status {text} NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, person_id)
) {clustered};
CREATE INDEX account_user_person ON account_user (person_id);

CREATE TABLE permission_set (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name {text} NOT NULL,
  permissions {json} NOT NULL,
  PRIMARY KEY (account_id, id)
);

CREATE TABLE service_token (
  id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  name {text} NOT NULL,
  token_hash {text} NOT NULL,
  hint {text} NOT NULL,
  scopes {json} NOT NULL,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX service_token_hash ON service_token (token_hash);
CREATE INDEX service_token_account ON service_token (account_id);

CREATE TABLE organization (
  id BIGINT PRIMARY KEY,
  name {text} NOT NULL,
  state {text} NOT NULL,
  policy {json} NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  grace_until BIGINT,
  deleted_at BIGINT,
  deleted_reason {text}
);

CREATE TABLE organization_member (
  organization_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  joined_at BIGINT NOT NULL,
  removed_at BIGINT,
  removed_reason {text},
  PRIMARY KEY (organization_id, account_id, joined_at)
) {clustered};
CREATE UNIQUE INDEX organization_member_active ON organization_member (account_id) WHERE removed_at IS NULL;

-- An edge is what a connection lets pass: one feature in one direction.
CREATE TABLE connection (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL,
  first_account_id BIGINT NOT NULL,
  second_account_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX connection_pair ON connection (organization_id, first_account_id, second_account_id);

CREATE TABLE connection_edge (
  connection_id BIGINT NOT NULL,
  feature {text} NOT NULL,
  source_account_id BIGINT NOT NULL,
  destination_account_id BIGINT NOT NULL,
  state {text} NOT NULL,
  reason {text},
  policy {json} NOT NULL,
  opened_by BIGINT,
  opened_at BIGINT,
  PRIMARY KEY (connection_id, feature, source_account_id)
) {clustered};
CREATE INDEX connection_edge_destination ON connection_edge (destination_account_id, feature, state);

-- Append-only and hash-chained: each entry's hash covers the one before.
CREATE TABLE organization_log (
  organization_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor {text} NOT NULL,
  act {text} NOT NULL,
  subject {text} NOT NULL,
  detail {text} NOT NULL,
  hash {text} NOT NULL,
  PRIMARY KEY (organization_id, seq)
) {clustered};

-- The spine. Account 0 is the instance itself: sign-in, accounts, organizations.
CREATE TABLE account_head (
  account_id BIGINT PRIMARY KEY,
  feed_head BIGINT NOT NULL,
  id_head BIGINT NOT NULL
);

CREATE TABLE change (
  account_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  type_id BIGINT,
  record_id BIGINT,
  actor {text} NOT NULL,
  source BIGINT NOT NULL,
  cause {text},
  vals {text},
  detail {text},
  PRIMARY KEY (account_id, seq)
) {clustered};
CREATE INDEX change_record ON change (account_id, record_id, seq) WHERE record_id IS NOT NULL;
-- 7 is the stored number of model::change::Kind::Disclosed. With the kind as a column, or SQLite does not use it.
CREATE INDEX change_disclosed ON change (account_id, kind, seq) WHERE kind = 7;

CREATE TABLE cursor_position (
  account_id BIGINT NOT NULL,
  consumer {text} NOT NULL,
  seq BIGINT NOT NULL,
  moved_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, consumer)
) {clustered};

CREATE TABLE lease (
  account_id BIGINT NOT NULL,
  task {text} NOT NULL,
  holder {text} NOT NULL,
  fence BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, task)
) {clustered};

-- What of another account's feed has been carried out here, so that a replay does nothing.
CREATE TABLE inbox (
  account_id BIGINT NOT NULL,
  from_account_id BIGINT NOT NULL,
  from_seq BIGINT NOT NULL,
  step {text} NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (account_id, from_account_id, from_seq, step)
) {clustered};

CREATE TABLE parked (
  account_id BIGINT NOT NULL,
  consumer {text} NOT NULL,
  seq BIGINT NOT NULL,
  record_id BIGINT,
  reason {text} NOT NULL,
  n_attempts BIGINT NOT NULL,
  parked_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, consumer, seq)
) {clustered};

-- Records: what every query needs as columns, the rest one document.
CREATE TABLE record (
  account_id BIGINT NOT NULL,
  type_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name {text},
  domain {text},
  owner_id BIGINT,
  pipeline {text},
  stage {text},
  lifecycle {text},
  occurred_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  props {json} NOT NULL,
  PRIMARY KEY (account_id, type_id, id)
);
CREATE INDEX record_updated ON record (account_id, type_id, updated_at, id);
CREATE INDEX record_domain ON record (account_id, type_id, domain) WHERE domain IS NOT NULL;
CREATE INDEX record_stage ON record (account_id, type_id, pipeline, stage, id) WHERE stage IS NOT NULL;

-- Unique identifiers: folded e-mail addresses (secondary ones too) and values of unique properties. Rows of archived records are gone.
CREATE TABLE record_key (
  account_id BIGINT NOT NULL,
  type_id BIGINT NOT NULL,
  property {text} NOT NULL,
  value {text} NOT NULL,
  record_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, type_id, property, value)
) {clustered};

-- Every link twice, once from each end, with the type id of that direction. sort_at is the other record's occurred_at.
CREATE TABLE association (
  account_id BIGINT NOT NULL,
  from_type BIGINT NOT NULL,
  from_id BIGINT NOT NULL,
  to_type BIGINT NOT NULL,
  to_id BIGINT NOT NULL,
  association_type BIGINT NOT NULL,
  category BIGINT NOT NULL,
  sort_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, from_type, from_id, to_type, to_id, category, association_type)
) {clustered};
CREATE INDEX association_timeline ON association (account_id, from_id, sort_at, to_id) WHERE sort_at IS NOT NULL;

-- Definitions that differ from, or add to, the catalogue in model.
CREATE TABLE property_definition (
  account_id BIGINT NOT NULL,
  type_id BIGINT NOT NULL,
  name {text} NOT NULL,
  definition {json} NOT NULL,
  archived_at BIGINT,
  PRIMARY KEY (account_id, type_id, name)
);

CREATE TABLE property_group (
  account_id BIGINT NOT NULL,
  type_id BIGINT NOT NULL,
  name {text} NOT NULL,
  label {text} NOT NULL,
  display_order BIGINT NOT NULL,
  archived_at BIGINT,
  PRIMARY KEY (account_id, type_id, name)
);

CREATE TABLE pipeline (
  account_id BIGINT NOT NULL,
  type_id BIGINT NOT NULL,
  id {text} NOT NULL,
  pipeline {json} NOT NULL,
  archived_at BIGINT,
  PRIMARY KEY (account_id, type_id, id)
);

CREATE TABLE association_label (
  account_id BIGINT NOT NULL,
  from_type BIGINT NOT NULL,
  to_type BIGINT NOT NULL,
  association_type BIGINT NOT NULL,
  inverse_type BIGINT NOT NULL,
  name {text} NOT NULL,
  label {text} NOT NULL,
  PRIMARY KEY (account_id, from_type, to_type, association_type)
);

CREATE TABLE import_job (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  state {text} NOT NULL,
  job {json} NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, id)
);

CREATE TABLE import_error (
  account_id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  row_number BIGINT NOT NULL,
  reason {text} NOT NULL,
  line {text} NOT NULL,
  PRIMARY KEY (account_id, import_id, row_number)
);
