//! What has run out: sessions, started ceremonies, proofs, counted attempts. Whoever reads one checks its time by herself;
//! this only keeps the tables small.

use crate::engine::Result;
use crate::tx::WriteTx;
use jiff::Timestamp;

/// Deletes what ran out before a time; attempts whose window began before `attempts_before`. How many rows.
pub async fn delete_expired(tx: &mut WriteTx, before: Timestamp, attempts_before: Timestamp) -> Result<u64> {
    let mut n = 0;
    for table in ["session", "challenge", "step_up_proof"] {
        n += tx.execute(&format!("DELETE FROM {table} WHERE expires_at < $1"), &[before.into()]).await?;
    }
    n += tx.execute("DELETE FROM attempt WHERE window_started_at < $1", &[attempts_before.into()]).await?;
    Ok(n)
}
