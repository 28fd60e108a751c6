-- Ids of records that were merged into another one, and which one holds now what they held. Never a chain: a merge of the other
-- moves its rows along.
CREATE TABLE record_merged (
  account_id BIGINT NOT NULL,
  type_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, type_id, source_id)
) {clustered};
CREATE INDEX record_merged_into ON record_merged (account_id, type_id, record_id);
