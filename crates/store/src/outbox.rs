//! Letters to people, and how far their delivery has come. They are in the directory: every function wants a transaction on
//! the home database.

use crate::engine::{Result, Row, Value, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::AccountId;
use model::outbox::{Delivery, Mail, State};
use std::collections::BTreeMap;

const SELECT: &str =
    "SELECT account_id, id, cause, recipient, letter, sealed_link, state, n_attempts, queued_at, since, due_at, ended_at,
     reason FROM outbox";

fn mail(mut row: Row) -> Result<Mail> {
    Ok(Mail {
        account: AccountId(row.int(0)?),
        id: row.int(1)?,
        cause: row.text(2)?,
        recipient: row.json(3)?,
        letter: row.json(4)?,
        sealed_link: row.text_opt(5)?,
        delivery: Delivery {
            state: row.named(6)?,
            n_attempts: row.int(7)?,
            since: row.time(9)?,
            due_at: row.time_opt(10)?,
            ended_at: row.time_opt(11)?,
        },
        queued_at: row.time(8)?,
        reason: row.text_opt(12)?,
    })
}

/// Adds a letter; false when the same cause has made the same letter to the same address already. Its id comes from
/// [`WriteTx::take_ids`].
pub async fn put(tx: &mut WriteTx, mail: &Mail) -> Result<bool> {
    let sql = "INSERT INTO outbox (account_id, id, cause, template, address, recipient, letter, sealed_link, state, n_attempts, queued_at,
               since, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
               ON CONFLICT (account_id, cause, template, address) DO NOTHING";
    let params = [
        mail.account.into(),
        mail.id.into(),
        (&mail.cause).into(),
        mail.letter.template().into(),
        model::fold::email(&mail.recipient.address).into(),
        json(&mail.recipient)?,
        json(&mail.letter)?,
        mail.sealed_link.clone().into(),
        mail.delivery.state.name().into(),
        mail.delivery.n_attempts.into(),
        mail.queued_at.into(),
        mail.delivery.since.into(),
        mail.delivery.due_at.into(),
    ];
    Ok(tx.execute(sql, &params).await? == 1)
}

/// One letter.
pub async fn read(tx: &mut Tx, account: AccountId, id: i64) -> Result<Option<Mail>> {
    let sql = format!("{SELECT} WHERE account_id = $1 AND id = $2");
    tx.query_opt(&sql, &[account.into(), id.into()]).await?.map(mail).transpose()
}

/// One letter, locked until the transaction ends.
pub async fn lock(tx: &mut WriteTx, account: AccountId, id: i64) -> Result<Option<Mail>> {
    let sql = format!("{SELECT} WHERE account_id = $1 AND id = $2 {{for_update}}");
    tx.query_opt(&sql, &[account.into(), id.into()]).await?.map(mail).transpose()
}

/// Letters about an account, newest first, older than `before`; of one state if it is named.
pub async fn list(tx: &mut Tx, account: AccountId, state: Option<State>, before: i64, limit: usize) -> Result<Vec<Mail>> {
    let mut params: Vec<Value> = vec![account.into(), before.into(), limit.into()];
    let only = match state {
        Some(state) => {
            params.push(state.name().into());
            "AND state = $4"
        }
        None => "",
    };
    let sql = format!("{SELECT} WHERE account_id = $1 AND id < $2 {only} ORDER BY id DESC LIMIT $3");
    tx.query(&sql, &params).await?.into_iter().map(mail).collect()
}

/// Whether a cause has made a letter about an account already.
pub async fn is_known(tx: &mut Tx, account: AccountId, cause: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM outbox WHERE account_id = $1 AND cause = $2 LIMIT 1";
    Ok(tx.query_opt(sql, &[account.into(), cause.into()]).await?.is_some())
}

/// Letters of all accounts whose time has come, the longest waiting first.
pub async fn due(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<Vec<Mail>> {
    let sql = format!("{SELECT} WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2");
    tx.query(&sql, &[now.into(), limit.into()]).await?.into_iter().map(mail).collect()
}

/// Writes how far the delivery of a letter has come, if it is still where it was read; false when another process was faster.
/// The link of a letter that was sent goes.
pub async fn save(tx: &mut WriteTx, was: &Mail, is: &Delivery, reason: Option<&str>) -> Result<bool> {
    let link = if is.state == State::Sent { ", sealed_link = NULL" } else { "" };
    let sql = format!(
        "UPDATE outbox SET state = $3, n_attempts = $4, since = $5, due_at = $6, ended_at = $7, reason = $8 {link}
         WHERE account_id = $1 AND id = $2 AND state = $9 AND n_attempts = $10"
    );
    let params = [
        was.account.into(),
        was.id.into(),
        is.state.name().into(),
        is.n_attempts.into(),
        is.since.into(),
        is.due_at.into(),
        is.ended_at.into(),
        reason.map(str::to_owned).into(),
        was.delivery.state.name().into(),
        was.delivery.n_attempts.into(),
    ];
    Ok(tx.execute(&sql, &params).await? == 1)
}

/// Forgets letters from before a time, whatever became of them; how many.
pub async fn delete_before(tx: &mut WriteTx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM outbox WHERE queued_at < $1", &[before.into()]).await
}

/// How many letters are in each state. For the doctor.
pub async fn count(engine: &crate::Engine) -> Result<BTreeMap<State, i64>> {
    let rows = engine.read().await?.query("SELECT state, COUNT(*) FROM outbox GROUP BY state", &[]).await?;
    rows.into_iter().map(|mut row| Ok((row.named(0)?, row.int(1)?))).collect()
}
