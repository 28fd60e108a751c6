//! Started ceremonies and attempts: what lives for minutes, in the directory so that it survives a restart.

use crate::engine::{Result, Value};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{AccountId, PersonId};
use model::identity::attempt::Attempts;

/// A started ceremony. Its handle is kept only as a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Which ceremony; one kind is never taken for another.
    pub kind: String,
    pub person: Option<PersonId>,
    /// A JSON document.
    pub state: String,
    pub expires_at: Timestamp,
}

pub async fn create(tx: &mut WriteTx, handle_hash: &str, challenge: &Challenge) -> Result<()> {
    let sql = "INSERT INTO challenge (handle_hash, kind, person_id, state, expires_at) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        handle_hash.into(),
        (&challenge.kind).into(),
        challenge.person.into(),
        Value::Json(challenge.state.clone()),
        challenge.expires_at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

fn decode(row: Option<crate::engine::Row>) -> Result<Option<Challenge>> {
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Challenge {
        kind: row.text(0)?,
        person: row.int_opt(1)?.map(PersonId),
        state: row.text(2)?,
        expires_at: row.time(3)?,
    }))
}

/// A ceremony that has not expired.
pub async fn read(tx: &mut Tx, handle_hash: &str, kind: &str, now: Timestamp) -> Result<Option<Challenge>> {
    let sql = "SELECT kind, person_id, state, expires_at FROM challenge WHERE handle_hash = $1 AND kind = $2 AND expires_at > $3";
    decode(tx.query_opt(sql, &[handle_hash.into(), kind.into(), now.into()]).await?)
}

/// Uses a ceremony up. Of two at the same moment one gets it.
pub async fn take(tx: &mut WriteTx, handle_hash: &str, kind: &str, now: Timestamp) -> Result<Option<Challenge>> {
    let sql = "DELETE FROM challenge WHERE handle_hash = $1 AND kind = $2 AND expires_at > $3
               RETURNING kind, person_id, state, expires_at";
    decode(tx.query_opt(sql, &[handle_hash.into(), kind.into(), now.into()]).await?)
}

/// Forgets all ceremonies of a kind, or of a kind and a person.
pub async fn delete_all(tx: &mut WriteTx, kind: &str, person: Option<PersonId>) -> Result<()> {
    let sql = "DELETE FROM challenge WHERE kind = $1 AND (person_id = $2 OR $2 IS NULL)";
    tx.execute(sql, &[kind.into(), person.into()]).await?;
    Ok(())
}

/// The state of a person's ceremony of a kind whose state names this account.
pub async fn of_account(tx: &mut Tx, kind: &str, person: PersonId, account: AccountId) -> Result<Option<String>> {
    let sql = "SELECT state FROM challenge WHERE kind = $1 AND person_id = $2 AND CAST(state ->> 'account' AS BIGINT) = $3";
    let row = tx.query_opt(sql, &[kind.into(), person.into(), account.into()]).await?;
    row.map(|mut row| row.text(0)).transpose()
}

/// Forgets those ceremonies.
pub async fn delete_of_account(tx: &mut WriteTx, kind: &str, person: PersonId, account: AccountId) -> Result<()> {
    let sql = "DELETE FROM challenge WHERE kind = $1 AND person_id = $2 AND CAST(state ->> 'account' AS BIGINT) = $3";
    tx.execute(sql, &[kind.into(), person.into(), account.into()]).await?;
    Ok(())
}

/// The attempts of a subject, locked until the transaction ends, so that nobody counts past another.
pub async fn lock_attempts(tx: &mut WriteTx, subject: &str, now: Timestamp) -> Result<Attempts> {
    let sql = "INSERT INTO attempt (subject, n_failed, window_started_at) VALUES ($1, 0, $2) ON CONFLICT (subject) DO NOTHING";
    tx.execute(sql, &[subject.into(), now.into()]).await?;
    let sql = "SELECT n_failed, window_started_at FROM attempt WHERE subject = $1 {for_update}";
    let Some(mut row) = tx.query_opt(sql, &[subject.into()]).await? else { return Ok(Attempts::none(now)) };
    Ok(Attempts { n: row.int(0)?, window_started_at: row.time(1)? })
}

pub async fn set_attempts(tx: &mut WriteTx, subject: &str, attempts: Attempts) -> Result<()> {
    let sql = "UPDATE attempt SET n_failed = $2, window_started_at = $3 WHERE subject = $1";
    tx.execute(sql, &[subject.into(), attempts.n.into(), attempts.window_started_at.into()]).await?;
    Ok(())
}
