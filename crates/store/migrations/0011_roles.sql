-- Roles of an organization, each held by a person for one member account. A row ends and stays.
CREATE TABLE organization_role (
  organization_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  role {text} NOT NULL,
  granted_by BIGINT NOT NULL,
  granted_at BIGINT NOT NULL,
  until BIGINT,
  ended_at BIGINT,
  ended_reason {text},
  PRIMARY KEY (organization_id, account_id, person_id, role, granted_at)
) {clustered};
CREATE UNIQUE INDEX organization_role_held ON organization_role (organization_id, account_id, person_id, role) WHERE ended_at IS NULL;
CREATE INDEX organization_role_person ON organization_role (person_id, organization_id) WHERE ended_at IS NULL;
