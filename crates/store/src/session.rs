//! Sessions of signed-in people, in the directory. The cookie's text is not here, only its hash.

use crate::engine::{Result, Row};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::account::{PermissionSet, Role, Seat, Status, UserStatus};
use model::id::{AccountId, OwnerId, PermissionSetId, PersonId, ProviderId};
use model::identity::provider::Requirement;
use model::identity::session::Session;
use std::collections::BTreeSet;

/// A session with the place its person has in one account, in one read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub session: Session,
    /// The person was barred from signing in.
    pub disabled_at: Option<Timestamp>,
    /// `None` when she has no place in the account, or there is no such account.
    pub place: Option<Place>,
}

/// What a person is in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub owner: OwnerId,
    pub role: Role,
    pub seats: BTreeSet<Seat>,
    pub status: UserStatus,
    pub permission_set: Option<PermissionSet>,
    pub account_status: Status,
    /// The account is entered by single sign-on only.
    pub sign_on: Option<Requirement>,
}

const COLUMNS: &str =
    "s.id, s.person_id, s.created_at, s.last_seen_at, s.expires_at, s.second_factor_at, s.user_agent, s.address,
     s.provider_id";

fn decode(row: &mut Row) -> Result<Session> {
    Ok(Session {
        id: row.text(0)?,
        person: PersonId(row.int(1)?),
        created_at: row.time(2)?,
        last_seen_at: row.time(3)?,
        expires_at: row.time(4)?,
        second_factor_at: row.time_opt(5)?,
        user_agent: row.text(6)?,
        address: row.text(7)?,
        provider: row.int_opt(8)?.map(ProviderId),
    })
}

/// The session of a cookie, and what its person is in an account.
pub async fn find(tx: &mut Tx, token_hash: &str, account: Option<AccountId>) -> Result<Option<Found>> {
    let sql = format!(
        "SELECT {COLUMNS}, p.disabled_at, a.status, u.owner_id, u.role, u.seats, u.status, u.permission_set_id, g.name, g.permissions, r.exempt
         FROM session s JOIN person p ON p.id = s.person_id
         LEFT JOIN account_user u ON u.account_id = $2 AND u.person_id = s.person_id
         LEFT JOIN account a ON a.id = u.account_id
         LEFT JOIN permission_set g ON g.account_id = u.account_id AND g.id = u.permission_set_id
         LEFT JOIN sign_on_requirement r ON r.account_id = u.account_id
         WHERE s.token_hash = $1"
    );
    let Some(mut row) = tx.query_opt(&sql, &[token_hash.into(), account.into()]).await? else { return Ok(None) };
    let (session, disabled_at) = (decode(&mut row)?, row.time_opt(9)?);
    Ok(Some(Found { session, disabled_at, place: place(&mut row)? }))
}

fn place(row: &mut Row) -> Result<Option<Place>> {
    let Some(account_status) = row.named_opt(10)? else { return Ok(None) };
    let (set, name) = (row.int_opt(15)?.map(PermissionSetId), row.text_opt(16)?);
    // A set that is gone grants nothing; without the id she would have what everybody has who was given no set.
    let permission_set = match set {
        Some(id) => {
            Some(PermissionSet { id, name: name.unwrap_or_default(), permissions: row.json_opt(17)?.unwrap_or_default() })
        }
        None => None,
    };
    Ok(Some(Place {
        owner: OwnerId(row.int(11)?),
        role: row.named(12)?,
        seats: row.json(13)?,
        status: row.named(14)?,
        permission_set,
        account_status,
        sign_on: row.json_opt(18)?.map(|exempt| Requirement { exempt }),
    }))
}

pub async fn create(tx: &mut WriteTx, session: &Session, token_hash: &str) -> Result<()> {
    let sql = "INSERT INTO session (token_hash, id, person_id, created_at, last_seen_at, expires_at, second_factor_at, user_agent, address, provider_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = [
        token_hash.into(),
        (&session.id).into(),
        session.person.into(),
        session.created_at.into(),
        session.last_seen_at.into(),
        session.expires_at.into(),
        session.second_factor_at.into(),
        (&session.user_agent).into(),
        (&session.address).into(),
        session.provider.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// The person's sessions that have not expired, newest first.
pub async fn list(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<Vec<Session>> {
    let sql =
        format!("SELECT {COLUMNS} FROM session s WHERE s.person_id = $1 AND s.expires_at > $2 ORDER BY s.created_at DESC, s.id");
    tx.query(&sql, &[person.into(), now.into()]).await?.iter_mut().map(decode).collect()
}

/// Ends one session of a person; whether there was one.
pub async fn end(tx: &mut WriteTx, person: PersonId, id: &str) -> Result<bool> {
    Ok(tx.execute("DELETE FROM session WHERE person_id = $1 AND id = $2", &[person.into(), id.into()]).await? == 1)
}

/// Ends all sessions of a person but one; how many there were.
pub async fn end_all(tx: &mut WriteTx, person: PersonId, but: Option<&str>) -> Result<u64> {
    tx.execute("DELETE FROM session WHERE person_id = $1 AND id <> $2", &[person.into(), but.unwrap_or("").into()]).await
}

/// Notes that a session was used, and until when it lives now.
pub async fn set_seen(tx: &mut WriteTx, id: &str, person: PersonId, at: Timestamp, expires_at: Timestamp) -> Result<()> {
    let sql = "UPDATE session SET last_seen_at = $3, expires_at = $4 WHERE person_id = $1 AND id = $2 AND last_seen_at < $3";
    tx.execute(sql, &[person.into(), id.into(), at.into(), expires_at.into()]).await?;
    Ok(())
}

/// Notes that a session's person just proved a second factor.
pub async fn set_second_factor(tx: &mut WriteTx, person: PersonId, id: &str, at: Timestamp) -> Result<()> {
    let sql = "UPDATE session SET second_factor_at = $3 WHERE person_id = $1 AND id = $2";
    tx.execute(sql, &[person.into(), id.into(), at.into()]).await?;
    Ok(())
}
