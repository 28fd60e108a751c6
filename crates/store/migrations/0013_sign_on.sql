-- Single sign-on, in the directory. A realm is the account (a:7) or the organization (o:9) that keeps a provider.
CREATE TABLE identity_provider (
  id BIGINT PRIMARY KEY,
  realm {text} NOT NULL,
  label {text} NOT NULL,
  issuer {text} NOT NULL,
  client_id {text} NOT NULL,
  secret_sealed {text},
  factor_values {json} NOT NULL,
  joins_account_id BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX identity_provider_realm ON identity_provider (realm, id);

CREATE TABLE provider_domain (
  provider_id BIGINT NOT NULL,
  domain {text} NOT NULL,
  proof {text} NOT NULL,
  verified_at BIGINT,
  verified_by {text},
  PRIMARY KEY (provider_id, domain)
) {clustered};
-- A domain that is proved is one provider's.
CREATE UNIQUE INDEX provider_domain_verified ON provider_domain (domain) WHERE verified_at IS NOT NULL;

-- Which of a provider's people is which person here.
CREATE TABLE provider_link (
  provider_id BIGINT NOT NULL,
  subject {text} NOT NULL,
  person_id BIGINT NOT NULL,
  confirmed_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (provider_id, subject)
) {clustered};
CREATE INDEX provider_link_person ON provider_link (person_id);

-- Accounts that are entered by single sign-on only, and who is exempt.
CREATE TABLE sign_on_requirement (
  account_id BIGINT PRIMARY KEY,
  exempt {json} NOT NULL,
  required_at BIGINT NOT NULL
);

-- What an account lets its organization do with its people.
CREATE TABLE realm_consent (
  account_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  sign_on BIGINT NOT NULL,
  provisioning BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, organization_id)
) {clustered};

ALTER TABLE session ADD COLUMN provider_id BIGINT;
ALTER TABLE session ADD COLUMN provider_session {text};
CREATE INDEX session_provider ON session (provider_id) WHERE provider_id IS NOT NULL;
