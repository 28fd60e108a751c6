//! The inbox of an account: which changes of other feeds were carried out here already, so that a replay does nothing;
//! and the parked changes, which a consumer could not carry out and set aside so that the rest of the feed goes on.

use crate::engine::{Result, Row};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{AccountId, RecordId};

/// Notes that a step of a change is being carried out; false when it was already.
pub async fn accept(tx: &mut WriteTx, from: AccountId, seq: i64, step: &str, at: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO inbox (account_id, from_account_id, from_seq, step, at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (account_id, from_account_id, from_seq, step) DO NOTHING";
    let account = tx.account();
    Ok(tx.execute(sql, &[account.into(), from.into(), seq.into(), step.into(), at.into()]).await? == 1)
}

/// A change that a consumer set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    pub seq: i64,
    pub record: Option<RecordId>,
    pub reason: String,
    pub n_attempts: i64,
    pub parked_at: Timestamp,
}

/// Sets a change aside, or counts another attempt.
pub async fn park(tx: &mut WriteTx, consumer: &str, parked: &Parked) -> Result<()> {
    let sql = "INSERT INTO parked (account_id, consumer, seq, record_id, reason, n_attempts, parked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (account_id, consumer, seq) DO UPDATE SET reason = excluded.reason, n_attempts = parked.n_attempts + 1";
    let account = tx.account();
    tx.execute(
        sql,
        &[
            account.into(),
            consumer.into(),
            parked.seq.into(),
            parked.record.into(),
            parked.reason.as_str().into(),
            parked.n_attempts.into(),
            parked.parked_at.into(),
        ],
    )
    .await?;
    Ok(())
}

/// How many changes each consumer has set aside in all accounts of a database. For the doctor and the metrics.
pub async fn count_parked(engine: &crate::Engine) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT consumer, COUNT(*) FROM parked GROUP BY consumer ORDER BY consumer";
    let rows = engine.read().await?.query(sql, &[]).await?;
    rows.into_iter().map(|mut row| Ok((row.text(0)?, row.int(1)?))).collect()
}

/// What consumers set aside and nobody was told of yet, each with its consumer, the newest last.
pub async fn untold(tx: &mut Tx, limit: usize) -> Result<Vec<(String, Parked)>> {
    let sql = "SELECT seq, record_id, reason, n_attempts, parked_at, consumer FROM parked WHERE account_id = $1 AND told = 0
               ORDER BY parked_at, consumer, seq LIMIT $2";
    let rows = tx.query(sql, &[tx.account().into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| Ok((row.text(5)?, decode(&mut row)?))).collect()
}

/// Notes that somebody was told of a change that is set aside.
pub async fn set_told(tx: &mut WriteTx, consumer: &str, seq: i64) -> Result<()> {
    let sql = "UPDATE parked SET told = 1 WHERE account_id = $1 AND consumer = $2 AND seq = $3";
    tx.execute(sql, &[tx.account().into(), consumer.into(), seq.into()]).await?;
    Ok(())
}

fn decode(row: &mut Row) -> Result<Parked> {
    Ok(Parked {
        seq: row.int(0)?,
        record: row.int_opt(1)?.map(RecordId),
        reason: row.text(2)?,
        n_attempts: row.int(3)?,
        parked_at: row.time(4)?,
    })
}

/// What a consumer set aside, oldest first. A record with a parked change waits: its later changes are parked as well.
pub async fn parked(tx: &mut Tx, consumer: &str, limit: usize) -> Result<Vec<Parked>> {
    let sql = "SELECT seq, record_id, reason, n_attempts, parked_at FROM parked WHERE account_id = $1 AND consumer = $2 ORDER BY seq LIMIT $3";
    let rows = tx.query(sql, &[tx.account().into(), consumer.into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| decode(&mut row)).collect()
}

/// Takes a change back out, because it was carried out or given up by a person.
pub async fn unpark(tx: &mut WriteTx, consumer: &str, seq: i64) -> Result<bool> {
    let account = tx.account();
    let n = tx
        .execute(
            "DELETE FROM parked WHERE account_id = $1 AND consumer = $2 AND seq = $3",
            &[account.into(), consumer.into(), seq.into()],
        )
        .await?;
    Ok(n == 1)
}
