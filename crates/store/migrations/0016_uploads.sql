-- Uploaded files on PostgreSQL, where each of several servers may go on with an import. On SQLite they lie beside the database.
CREATE TABLE upload_chunk (
  account_id BIGINT NOT NULL,
  upload {text} NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  bytes {blob} NOT NULL,
  PRIMARY KEY (account_id, upload, number)
);
