-- What a file held, as a hash, so that a file taken whole before is recognized. Imports from before have none.
ALTER TABLE import_job ADD COLUMN content {text};
CREATE INDEX import_job_content ON import_job (account_id, content);
