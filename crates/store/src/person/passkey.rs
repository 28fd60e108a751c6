//! Passkeys: public keys that devices of a person answer for.

use crate::engine::{Result, Row, Value};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::PersonId;

/// A passkey. The credential is what the WebAuthn library wrote: public key, counter, flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    pub person: PersonId,
    /// The credential's id in base64url; the passkey's id everywhere.
    pub id: String,
    pub name: String,
    /// A JSON document.
    pub credential: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

const SELECT: &str = "SELECT person_id, credential_id, name, credential, created_at, last_used_at FROM passkey";

fn decode(mut row: Row) -> Result<Passkey> {
    Ok(Passkey {
        person: PersonId(row.int(0)?),
        id: row.text(1)?,
        name: row.text(2)?,
        credential: row.text(3)?,
        created_at: row.time(4)?,
        last_used_at: row.time_opt(5)?,
    })
}

/// Adds a passkey. One that is registered already, for anybody, is refused as
/// [`StoreError::Unique`](crate::StoreError::Unique).
pub async fn create(tx: &mut WriteTx, passkey: &Passkey) -> Result<()> {
    let sql = "INSERT INTO passkey (person_id, credential_id, name, credential, created_at) VALUES ($1, $2, $3, $4, $5)";
    let credential = Value::Json(passkey.credential.clone());
    let values = [passkey.person.into(), (&passkey.id).into(), (&passkey.name).into(), credential, passkey.created_at.into()];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// A person's passkeys, oldest first. There are at most [`model::limits::PASSKEYS_MAX`].
pub async fn list(tx: &mut Tx, person: PersonId) -> Result<Vec<Passkey>> {
    let sql = format!("{SELECT} WHERE person_id = $1 ORDER BY created_at, credential_id");
    tx.query(&sql, &[person.into()]).await?.into_iter().map(decode).collect()
}

/// The passkey of a credential.
pub async fn read(tx: &mut Tx, id: &str) -> Result<Option<Passkey>> {
    tx.query_opt(&format!("{SELECT} WHERE credential_id = $1"), &[id.into()]).await?.map(decode).transpose()
}

/// Writes the credential after a use; whether nobody else used it since it was read.
pub async fn set_used(tx: &mut WriteTx, before: &Passkey, credential: &str, at: Timestamp) -> Result<bool> {
    let sql = "UPDATE passkey SET credential = $3, last_used_at = $4
               WHERE person_id = $1 AND credential_id = $2 AND (last_used_at IS NULL OR last_used_at <= $5)";
    let seen = before.last_used_at.unwrap_or(Timestamp::UNIX_EPOCH);
    let credential = Value::Json(credential.to_owned());
    let values = [before.person.into(), (&before.id).into(), credential, at.into(), seen.into()];
    Ok(tx.execute(sql, &values).await? == 1)
}

/// Takes a passkey away; whether it was one of hers.
pub async fn delete(tx: &mut WriteTx, person: PersonId, id: &str) -> Result<bool> {
    let sql = "DELETE FROM passkey WHERE person_id = $1 AND credential_id = $2";
    Ok(tx.execute(sql, &[person.into(), id.into()]).await? == 1)
}
