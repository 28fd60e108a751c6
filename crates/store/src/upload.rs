//! Uploaded files in the account's own database, in chunks.

use crate::engine::{Dialect, Result};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;

/// Whether several servers may share this account's database: then a file on the disk of one is out of reach of the others.
pub fn is_shared(tx: &Tx) -> bool {
    tx.dialect() == Dialect::Postgres
}

/// Keeps one chunk of an upload; the first has number 0.
pub async fn create(tx: &mut WriteTx, upload: &str, number: i64, bytes: Vec<u8>, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO upload_chunk (account_id, upload, number, at, bytes) VALUES ($1, $2, $3, $4, $5)";
    let params = [tx.account().into(), upload.into(), number.into(), at.into(), crate::Value::Blob(bytes)];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// Whether there is anything of an upload.
pub async fn exists(tx: &mut Tx, upload: &str) -> Result<bool> {
    let sql = "SELECT number FROM upload_chunk WHERE account_id = $1 AND upload = $2 LIMIT 1";
    Ok(tx.query_opt(sql, &[tx.account().into(), upload.into()]).await?.is_some())
}

/// One chunk of an upload; none after the last.
pub async fn load(tx: &mut Tx, upload: &str, number: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM upload_chunk WHERE account_id = $1 AND upload = $2 AND number = $3";
    let row = tx.query_opt(sql, &[tx.account().into(), upload.into(), number.into()]).await?;
    row.map(|mut row| row.bytes(0)).transpose()
}

/// Every upload of the account, and when its latest chunk came.
pub async fn list(tx: &mut Tx) -> Result<Vec<(String, Timestamp)>> {
    let sql = "SELECT upload, MAX(at) FROM upload_chunk WHERE account_id = $1 GROUP BY upload ORDER BY upload";
    let rows = tx.query(sql, &[tx.account().into()]).await?;
    rows.into_iter().map(|mut row| Ok((row.text(0)?, row.time(1)?))).collect()
}

/// Removes an upload.
pub async fn erase(tx: &mut WriteTx, upload: &str) -> Result<()> {
    tx.execute("DELETE FROM upload_chunk WHERE account_id = $1 AND upload = $2", &[tx.account().into(), upload.into()]).await?;
    Ok(())
}
