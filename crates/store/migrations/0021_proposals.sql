-- Changes of an organization that wait for a second person, and what became of them.
CREATE TABLE organization_proposal (
  organization_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  state {text} NOT NULL,
  change {json} NOT NULL,
  version BIGINT NOT NULL,
  proposed_by BIGINT,
  proposed_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  decided_by BIGINT,
  decided_at BIGINT,
  note {text},
  PRIMARY KEY (organization_id, id)
) {clustered};
CREATE INDEX organization_proposal_open ON organization_proposal (state, expires_at);
