-- When a consumer of the feed wants to see a record again, because a value of it depends on the time.
CREATE TABLE look_again (
  account_id BIGINT NOT NULL,
  type_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  consumer {text} NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, type_id, record_id, consumer)
) {clustered};
CREATE INDEX look_again_due ON look_again (account_id, consumer, due_at);
