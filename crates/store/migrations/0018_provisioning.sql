-- What an identity provider's directory tells an organization of its people and groups (SCIM), and what that gives them.
CREATE TABLE provisioning_token (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL,
  name {text} NOT NULL,
  token_hash {text} NOT NULL,
  hint {text} NOT NULL,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX provisioning_token_hash ON provisioning_token (token_hash);
CREATE INDEX provisioning_token_organization ON provisioning_token (organization_id, id);

CREATE TABLE provisioned_person (
  organization_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  user_name_folded {text} NOT NULL,
  external_id {text},
  active BIGINT NOT NULL,
  document {json} NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, person_id)
) {clustered};
CREATE UNIQUE INDEX provisioned_person_name ON provisioned_person (organization_id, user_name_folded);
CREATE INDEX provisioned_person_external ON provisioned_person (organization_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX provisioned_person_person ON provisioned_person (person_id);

CREATE TABLE provisioned_group (
  organization_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name {text} NOT NULL,
  external_id {text},
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id)
) {clustered};

CREATE TABLE provisioned_member (
  organization_id BIGINT NOT NULL,
  group_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  PRIMARY KEY (organization_id, group_id, person_id)
) {clustered};
CREATE INDEX provisioned_member_person ON provisioned_member (person_id, organization_id);

-- What members of a group get in an account, opened by a Super Admin of that account.
CREATE TABLE provisioned_grant (
  organization_id BIGINT NOT NULL,
  group_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  gives {json} NOT NULL,
  opened_by BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, group_id, account_id)
) {clustered};
CREATE INDEX provisioned_grant_account ON provisioned_grant (account_id);

-- What a person was given in an account by a directory's word, as it was given.
CREATE TABLE provisioned_access (
  account_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  given {json} NOT NULL,
  given_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, person_id)
) {clustered};
CREATE INDEX provisioned_access_person ON provisioned_access (person_id, organization_id);
