-- A member that may no longer be one has a grace in which nothing passes to or from it.
ALTER TABLE organization_member ADD COLUMN frozen_until BIGINT;
ALTER TABLE organization_member ADD COLUMN frozen_reason {text};
CREATE INDEX organization_member_frozen ON organization_member (frozen_until) WHERE frozen_until IS NOT NULL;

-- What ended can be restored for some days: who was a member then, and which edges closed at that moment.
ALTER TABLE connection_edge ADD COLUMN closed_at BIGINT;
CREATE INDEX organization_member_past ON organization_member (account_id, removed_at) WHERE removed_at IS NOT NULL;

-- Membership offered to accounts whose Super Admin is somebody else. The account is what was typed: there may be none.
CREATE TABLE organization_offer (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  state {text} NOT NULL,
  offered_by BIGINT,
  offered_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  answered_by BIGINT,
  answered_at BIGINT
);
CREATE UNIQUE INDEX organization_offer_waiting ON organization_offer (organization_id, account_id) WHERE state = 'offered';
CREATE INDEX organization_offer_account ON organization_offer (account_id, state, id);
CREATE INDEX organization_offer_organization ON organization_offer (organization_id, id);

-- Which warnings were given before a known end, so that each is given once. Account 0 is the organization as a whole.
CREATE TABLE organization_warning (
  organization_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  days BIGINT NOT NULL,
  given_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, account_id, ends_at, days)
) {clustered};

-- Organizations that somebody asked for and has not verified: minutes of life, then an entry of the account's feed.
CREATE TABLE organization_pending (
  account_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  name {text} NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, person_id)
) {clustered};
