-- Second factors of somebody of several accounts that two admins of an organization take away together, after a notice.
CREATE TABLE second_factor_reset (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  state {text} NOT NULL,
  asked_by BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  approved_by BIGINT,
  approved_at BIGINT,
  stopped_by BIGINT,
  closed_at BIGINT
);
CREATE INDEX second_factor_reset_organization ON second_factor_reset (organization_id, id);
-- Of one person there is one at a time.
CREATE UNIQUE INDEX second_factor_reset_open ON second_factor_reset (person_id) WHERE closed_at IS NULL;
CREATE INDEX second_factor_reset_due ON second_factor_reset (due_at) WHERE closed_at IS NULL;
