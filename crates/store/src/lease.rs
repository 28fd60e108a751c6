//! Leases: the right to work on one task of one account for a while.
//!
//! A holder that stops renewing loses the lease when it expires. Each taking raises the fence, so that a holder that
//! slept through its expiry can be told from its successor.

use crate::engine::{Engine, Result};
use crate::tx::WriteTx;
use jiff::Timestamp;

/// Takes or renews a lease until `until`; the fence, or nothing when somebody else holds it at `now`.
pub async fn take(tx: &mut WriteTx, task: &str, holder: &str, now: Timestamp, until: Timestamp) -> Result<Option<i64>> {
    let sql = "INSERT INTO lease (account_id, task, holder, fence, expires_at) VALUES ($1, $2, $3, 1, $5)
               ON CONFLICT (account_id, task) DO UPDATE SET
                 fence = CASE WHEN lease.holder = excluded.holder AND lease.expires_at > $4 THEN lease.fence ELSE lease.fence + 1 END,
                 holder = excluded.holder, expires_at = excluded.expires_at
               WHERE lease.holder = excluded.holder OR lease.expires_at <= $4
               RETURNING fence";
    let account = tx.account();
    let row = tx.query_opt(sql, &[account.into(), task.into(), holder.into(), now.into(), until.into()]).await?;
    row.map(|mut row| row.int(0)).transpose()
}

/// Whether the holder still has the lease it took under this fence: asked in the transaction of the work.
pub async fn holds(tx: &mut WriteTx, task: &str, holder: &str, fence: i64, now: Timestamp) -> Result<bool> {
    let sql =
        "SELECT 1 FROM lease WHERE account_id = $1 AND task = $2 AND holder = $3 AND fence = $4 AND expires_at > $5 {for_update}";
    let account = tx.account();
    let row = tx.query_opt(sql, &[account.into(), task.into(), holder.into(), fence.into(), now.into()]).await?;
    Ok(row.is_some())
}

/// Gives back every lease of a database, whoever holds it: for a start that knows that no other process works on it for long.
/// Whoever still does finds out in the transaction of its next step, as after an expiry.
pub async fn release_all(engine: &Engine) -> Result<u64> {
    let mut tx = engine.write().await?;
    let n = tx.execute("UPDATE lease SET expires_at = 0 WHERE expires_at > 0", &[]).await?;
    tx.commit().await?;
    Ok(n)
}

/// Gives a lease back early.
pub async fn release(tx: &mut WriteTx, task: &str, holder: &str) -> Result<()> {
    let account = tx.account();
    tx.execute(
        "UPDATE lease SET expires_at = 0 WHERE account_id = $1 AND task = $2 AND holder = $3",
        &[account.into(), task.into(), holder.into()],
    )
    .await?;
    Ok(())
}
