//! Imports and the rows they refused.

use crate::engine::{Result, Row, Value, json};
use crate::record::{LISTED_MAX, placeholders};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{ImportId, RecordId};
use model::import::{Job, State};
use model::object::COMPANY;

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The line of the file it begins in; the header is usually 1.
    pub row: u64,
    pub reason: String,
    /// The row as CSV, without its line break.
    pub line: String,
}

/// Adds an import.
pub async fn create(tx: &mut WriteTx, id: ImportId, job: &Job) -> Result<()> {
    let sql = "INSERT INTO import_job (account_id, id, state, job, created_at, updated_at, content) VALUES ($1, $2, $3, $4, $5, $5, $6)";
    let (state, content) = (job.state.name().into(), job.content.clone().into());
    let params = [tx.account().into(), id.into(), state, json(job)?, job.created_at.into(), content];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// Saves how far an import is.
pub async fn update(tx: &mut WriteTx, id: ImportId, job: &Job, at: Timestamp) -> Result<()> {
    let sql = "UPDATE import_job SET state = $3, job = $4, updated_at = $5 WHERE account_id = $1 AND id = $2";
    let params = [tx.account().into(), id.into(), job.state.name().into(), json(job)?, at.into()];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// One import.
pub async fn load(tx: &mut Tx, id: ImportId) -> Result<Option<Job>> {
    let sql = "SELECT job FROM import_job WHERE account_id = $1 AND id = $2";
    tx.query_opt(sql, &[tx.account().into(), id.into()]).await?.map(|mut row| row.json(0)).transpose()
}

/// One import to be changed.
pub async fn load_for_update(tx: &mut WriteTx, id: ImportId) -> Result<Option<Job>> {
    let sql = "SELECT job FROM import_job WHERE account_id = $1 AND id = $2 {for_update}";
    let account = tx.account();
    tx.query_opt(sql, &[account.into(), id.into()]).await?.map(|mut row| row.json(0)).transpose()
}

/// Imports, newest first.
pub async fn list(tx: &mut Tx, limit: usize) -> Result<Vec<(ImportId, Job)>> {
    let sql = "SELECT id, job FROM import_job WHERE account_id = $1 ORDER BY id DESC LIMIT $2";
    let rows = tx.query(sql, &[tx.account().into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| Ok((ImportId(row.int(0)?), row.json(1)?))).collect()
}

/// The latest imports of the same content, newest first.
pub async fn of_content(tx: &mut Tx, content: &str, limit: usize) -> Result<Vec<(ImportId, Job)>> {
    let sql = "SELECT id, job FROM import_job WHERE account_id = $1 AND content = $2 ORDER BY id DESC LIMIT $3";
    let rows = tx.query(sql, &[tx.account().into(), content.into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| Ok((ImportId(row.int(0)?), row.json(1)?))).collect()
}

/// Imports that somebody has to begin or to go on with, oldest first.
pub async fn unfinished(tx: &mut Tx) -> Result<Vec<ImportId>> {
    let sql = "SELECT id FROM import_job WHERE account_id = $1 AND state IN ($2, $3) ORDER BY id";
    let params = [tx.account().into(), State::Waiting.name().into(), State::Running.name().into()];
    tx.query(sql, &params).await?.into_iter().map(|mut row| row.int(0).map(ImportId)).collect()
}

/// Keeps refused rows.
pub async fn refuse_many(tx: &mut WriteTx, id: ImportId, refused: &[Refused]) -> Result<()> {
    let row = |r: &Refused| -> Vec<Value> {
        let number = i64::try_from(r.row).unwrap_or(i64::MAX);
        vec![tx.account().into(), id.into(), number.into(), r.reason.as_str().into(), r.line.as_str().into()]
    };
    let rows: Vec<_> = refused.iter().map(row).collect();
    tx.insert_many("import_error", &["account_id", "import_id", "row_number", "reason", "line"], &rows, "").await?;
    Ok(())
}

/// Refused rows after a row, in the order of the file.
pub async fn refused(tx: &mut Tx, id: ImportId, after: u64, limit: usize) -> Result<Vec<Refused>> {
    let sql = "SELECT row_number, reason, line FROM import_error WHERE account_id = $1 AND import_id = $2 AND row_number > $3
               ORDER BY row_number LIMIT $4";
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = tx.query(sql, &[tx.account().into(), id.into(), after.into(), limit.into()]).await?;
    rows.into_iter().map(decode).collect()
}

fn decode(mut row: Row) -> Result<Refused> {
    Ok(Refused { row: u64::try_from(row.int(0)?).unwrap_or(0), reason: row.text(1)?, line: row.text(2)? })
}

/// The oldest company of each registrable domain, for those that have one.
pub async fn companies_of(tx: &mut Tx, domains: &[&str]) -> Result<Vec<(String, RecordId)>> {
    let mut found = Vec::new();
    for chunk in domains.chunks(LISTED_MAX) {
        let mut params = vec![tx.account().into(), COMPANY.into()];
        let list = placeholders(&mut params, chunk.iter().map(|d| Value::from(*d)));
        let sql = format!(
            "SELECT domain, MIN(id) FROM record WHERE account_id = $1 AND type_id = $2 AND domain IN ({list})
             AND archived_at IS NULL GROUP BY domain"
        );
        for mut row in tx.query(&sql, &params).await? {
            found.push((row.text(0)?, RecordId(row.int(1)?)));
        }
    }
    Ok(found)
}
