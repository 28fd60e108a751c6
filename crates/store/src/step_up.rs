//! Step-up proofs: that a person has just shown a second factor, for one named act on one subject, once.

use crate::engine::Result;
use crate::tx::WriteTx;
use jiff::Timestamp;
use model::id::PersonId;

/// A proof as it is kept; the text itself is only ever in the person's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Hexadecimal SHA-256 of the text.
    pub hash: String,
    pub person: PersonId,
    pub act: String,
    pub subject: String,
}

/// Keeps a proof until it is spent or expires.
pub async fn create(tx: &mut WriteTx, proof: &Proof, expires_at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO step_up_proof (proof_hash, person_id, act, subject, expires_at) VALUES ($1, $2, $3, $4, $5)";
    let params = [(&proof.hash).into(), proof.person.into(), (&proof.act).into(), (&proof.subject).into(), expires_at.into()];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// Takes a proof away, in the transaction of the act that it proves; whether it was there and good. So it works once, and
/// not at all when the act fails.
pub async fn spend(tx: &mut WriteTx, proof: &Proof, now: Timestamp) -> Result<bool> {
    let sql =
        "DELETE FROM step_up_proof WHERE proof_hash = $1 AND person_id = $2 AND act = $3 AND subject = $4 AND expires_at > $5";
    let params = [(&proof.hash).into(), proof.person.into(), (&proof.act).into(), (&proof.subject).into(), now.into()];
    Ok(tx.execute(sql, &params).await? == 1)
}

/// Whether a person could show a second factor at all: a confirmed authenticator or a passkey.
pub async fn has_factor(tx: &mut crate::Tx, person: PersonId) -> Result<bool> {
    let sql = "SELECT 1 FROM person WHERE id = $1 AND (totp_confirmed_at IS NOT NULL
               OR EXISTS (SELECT 1 FROM passkey WHERE passkey.person_id = person.id))";
    Ok(tx.query_opt(sql, &[person.into()]).await?.is_some())
}
