-- Raised with every change of a definition, so that whoever keeps definitions in memory sees in one look whether they still hold.
ALTER TABLE account_head ADD COLUMN definitions_version BIGINT NOT NULL DEFAULT 0;
-- Few rows: lists of archived records, and counting what is not archived without looking at each.
CREATE INDEX record_archived ON record (account_id, type_id, id) WHERE archived_at IS NOT NULL;
