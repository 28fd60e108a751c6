-- Directory: letters to people, by the account they are about; account 0 for those of the instance itself.
CREATE TABLE outbox (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  cause {text} NOT NULL,
  template {text} NOT NULL,
  address {text} NOT NULL,
  recipient {json} NOT NULL,
  letter {json} NOT NULL,
  sealed_link {text},
  state {text} NOT NULL,
  n_attempts BIGINT NOT NULL,
  queued_at BIGINT NOT NULL,
  since BIGINT NOT NULL,
  due_at BIGINT,
  ended_at BIGINT,
  reason {text},
  PRIMARY KEY (account_id, id)
);
-- An event makes one letter of a kind to a person, however often it is carried out.
CREATE UNIQUE INDEX outbox_once ON outbox (account_id, cause, template, address);
CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_queued ON outbox (queued_at);
