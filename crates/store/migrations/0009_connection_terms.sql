-- The terms of an edge are its policy document; who approved them, and when they are to be looked at again, are columns.
ALTER TABLE connection_edge ADD COLUMN approved_by BIGINT;
ALTER TABLE connection_edge ADD COLUMN approved_at BIGINT;
ALTER TABLE connection_edge ADD COLUMN review_at BIGINT;
ALTER TABLE connection_edge ADD COLUMN review_told BIGINT NOT NULL DEFAULT 0;
UPDATE connection_edge SET approved_by = opened_by, approved_at = opened_at;
CREATE INDEX connection_edge_review ON connection_edge (review_at) WHERE state = 'on' AND review_told = 0 AND review_at IS NOT NULL;

-- Contacts and companies that object to being shown to sister companies: few among many, and counted over by every dry run.
CREATE TABLE record_excluded (
  account_id BIGINT NOT NULL,
  type_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, type_id, record_id)
) {clustered};
INSERT INTO record_excluded (account_id, type_id, record_id)
  SELECT account_id, type_id, id FROM record WHERE type_id IN (1, 2) AND props ->> 'hs_excluded_from_cross_account_data_mirroring' = 'true';
