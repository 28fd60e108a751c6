//! Owners: the users of an account under the id by which records belong to them. They live in the directory, so these
//! functions take a transaction of [`crate::Store::read_home`] and are told the account. Invited users own nothing yet.

use crate::engine::{Result, Value};
use crate::tx::Tx;
use jiff::Timestamp;
use model::id::{AccountId, OwnerId, PersonId};

/// An owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub id: OwnerId,
    pub person: PersonId,
    pub email: String,
    pub name: String,
    /// The user was deactivated; what she owns stays hers.
    pub archived: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

const SELECT: &str = "SELECT u.owner_id, u.person_id, p.email, p.name, u.status, u.created_at, u.updated_at
                      FROM account_user u JOIN person p ON p.id = u.person_id WHERE u.account_id = $1 AND u.status <> 'invited'";

/// Owners by id, after one of them.
pub async fn page(
    home: &mut Tx,
    account: AccountId,
    archived: bool,
    email: Option<&str>,
    after: Option<OwnerId>,
    limit: usize,
) -> Result<Vec<Owner>> {
    let status = if archived { "<>" } else { "=" };
    let mut params: Vec<Value> = vec![account.into(), after.map_or(0, |id| id.0).into(), limit.into()];
    let by_email = email.map_or("", |email| {
        params.push(model::fold::email(email).into());
        "AND p.email_folded = $4"
    });
    let sql = format!("{SELECT} AND u.status {status} 'active' AND u.owner_id > $2 {by_email} ORDER BY u.owner_id LIMIT $3");
    home.query(&sql, &params).await?.iter_mut().map(decode).collect()
}

/// One owner, archived or not.
pub async fn load(home: &mut Tx, account: AccountId, id: OwnerId) -> Result<Option<Owner>> {
    let sql = format!("{SELECT} AND u.owner_id = $2");
    home.query_opt(&sql, &[account.into(), id.into()]).await?.as_mut().map(decode).transpose()
}

/// Many owners, archived or not.
pub async fn load_many(home: &mut Tx, account: AccountId, ids: &[OwnerId]) -> Result<Vec<Owner>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(crate::record::LISTED_MAX) {
        let mut params: Vec<Value> = vec![account.into()];
        let list = crate::record::placeholders(&mut params, chunk.iter().map(|id| Value::from(*id)));
        for row in &mut home.query(&format!("{SELECT} AND u.owner_id IN ({list})"), &params).await? {
            found.push(decode(row)?);
        }
    }
    Ok(found)
}

/// One owner by the person she is.
pub async fn load_by_person(home: &mut Tx, account: AccountId, person: PersonId) -> Result<Option<Owner>> {
    let sql = format!("{SELECT} AND u.person_id = $2");
    home.query_opt(&sql, &[account.into(), person.into()]).await?.as_mut().map(decode).transpose()
}

fn decode(row: &mut crate::engine::Row) -> Result<Owner> {
    Ok(Owner {
        id: OwnerId(row.int(0)?),
        person: PersonId(row.int(1)?),
        email: row.text(2)?,
        name: row.text(3)?,
        archived: row.text(4)? != "active",
        created_at: row.time(5)?,
        updated_at: row.time(6)?,
    })
}
