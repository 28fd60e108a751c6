-- Directory: how this instance bills (one row), and the last number of its invoices.
CREATE TABLE billing (
  id BIGINT PRIMARY KEY,
  terms {json} NOT NULL,
  invoice_head BIGINT NOT NULL
);

-- An account without a row has the tiers it has, without term and price. term_end is empty for a subscription that lapsed.
CREATE TABLE subscription (
  account_id BIGINT PRIMARY KEY,
  subscription {json} NOT NULL,
  term_end BIGINT,
  updated_at BIGINT NOT NULL
);
CREATE INDEX subscription_term_end ON subscription (term_end) WHERE term_end IS NOT NULL;

CREATE TABLE subscription_order (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  placed {json} NOT NULL,
  PRIMARY KEY (account_id, id)
);

CREATE TABLE invoice (
  account_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  issued_at BIGINT NOT NULL,
  invoice {json} NOT NULL,
  PRIMARY KEY (account_id, number)
);

-- Nobody is told of what happened before there were letters: the consumer of notices begins at the end.
INSERT INTO cursor_position (account_id, consumer, seq, moved_at)
  SELECT 0, 'notice', feed_head, 0 FROM account_head WHERE account_id = 0;
INSERT INTO cursor_position (account_id, consumer, seq, moved_at)
  SELECT 0, 'notice:' || organization_id, MAX(seq), 0 FROM organization_log GROUP BY organization_id;
