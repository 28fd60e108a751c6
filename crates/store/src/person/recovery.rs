//! Recovery codes by their hash.

use crate::engine::Result;
use crate::tx::WriteTx;
use jiff::Timestamp;
use model::id::PersonId;

/// Replaces all codes of a person.
pub async fn replace(tx: &mut WriteTx, person: PersonId, hashes: &[String]) -> Result<()> {
    delete(tx, person).await?;
    let rows: Vec<_> = hashes.iter().map(|hash| vec![person.into(), hash.into()]).collect();
    tx.insert_many("recovery_code", &["person_id", "code_hash"], &rows, "").await?;
    Ok(())
}

/// Takes all codes of a person away.
pub async fn delete(tx: &mut WriteTx, person: PersonId) -> Result<()> {
    tx.execute("DELETE FROM recovery_code WHERE person_id = $1", &[person.into()]).await?;
    Ok(())
}

/// Uses a code up; whether it was one of hers and unused.
pub async fn spend(tx: &mut WriteTx, person: PersonId, hash: &str, at: Timestamp) -> Result<bool> {
    let sql = "UPDATE recovery_code SET used_at = $3 WHERE person_id = $1 AND code_hash = $2 AND used_at IS NULL";
    Ok(tx.execute(sql, &[person.into(), hash.into(), at.into()]).await? == 1)
}
