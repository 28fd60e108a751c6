//! Sessions of signed-in people, in the directory. The cookie's text is not here, only its hash.

use crate::engine::{Result, Row};
use crate::tx::{Tx, WriteTx};
use jiff::{SignedDuration, Timestamp};
use model::account::{PermissionSet, Role, Seat, Status, UserStatus};
use model::id::{AccountId, OrganizationId, OwnerId, PermissionSetId, PersonId, ProviderId};
use model::identity::entry::{Policy, Proof};
use model::identity::provider::Requirement;
use model::identity::session::{Session, StandIn};
use model::identity::sign_in::Enrolled;
use std::collections::BTreeSet;

/// A session with the place its person has in one account, in one read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub session: Session,
    /// The person was barred from signing in.
    pub disabled_at: Option<Timestamp>,
    /// `None` when she (or whose place she takes) has no place in the account, or there is no such account.
    pub place: Option<Place>,
    pub enrolled: Enrolled,
    /// The account's own.
    pub policy: Option<Policy>,
    /// The account's organization, where the strictest policy of all its members counts.
    pub strict: Option<OrganizationId>,
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
     s.proved, s.longest_pause, s.stand_in_person_id, s.stand_in_account_id, s.stand_in_until, s.provider_id";
/// How many columns [`COLUMNS`] are.
const N_COLUMNS: usize = 14;

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
        proved: row.text(8)?.split(',').filter_map(Proof::from_name).collect(),
        longest_pause: SignedDuration::from_micros(row.int(9)?),
        stand_in: stand_in(row)?,
        provider: row.int_opt(13)?.map(ProviderId),
    })
}

fn stand_in(row: &mut Row) -> Result<Option<StandIn>> {
    let (person, account, until) = (row.int_opt(10)?, row.int_opt(11)?, row.time_opt(12)?);
    let whole = person.zip(account).zip(until);
    Ok(whole.map(|((person, account), until)| StandIn { account: AccountId(account), person: PersonId(person), until }))
}

/// The session of a cookie, and what its person, or whose place she takes, is in an account.
pub async fn find(tx: &mut Tx, token_hash: &str, account: Option<AccountId>, now: Timestamp) -> Result<Option<Found>> {
    let sql = format!(
        "SELECT {COLUMNS}, p.disabled_at, a.status, u.owner_id, u.role, u.seats, u.status, u.permission_set_id, g.name, g.permissions,
                r.exempt,
                CASE WHEN p.password_hash IS NULL THEN 0 ELSE 1 END, CASE WHEN p.totp_confirmed_at IS NULL THEN 0 ELSE 1 END,
                (SELECT COUNT(*) FROM passkey k WHERE k.person_id = p.id), y.policy, o.id
         FROM session s JOIN person p ON p.id = s.person_id
         LEFT JOIN account_user u ON u.account_id = $2 AND u.person_id =
              CASE WHEN s.stand_in_account_id = $2 AND s.stand_in_until > $3 THEN s.stand_in_person_id ELSE s.person_id END
         LEFT JOIN account a ON a.id = u.account_id
         LEFT JOIN permission_set g ON g.account_id = u.account_id AND g.id = u.permission_set_id
         LEFT JOIN sign_on_requirement r ON r.account_id = u.account_id
         LEFT JOIN sign_in_policy y ON y.account_id = a.id
         LEFT JOIN organization_member m ON m.account_id = a.id AND m.removed_at IS NULL
         LEFT JOIN organization o ON o.id = m.organization_id AND o.policy ->> 'sign_in' = 'strictest'
         WHERE s.token_hash = $1"
    );
    let row = tx.query_opt(&sql, &[token_hash.into(), account.into(), now.into()]).await?;
    let Some(mut row) = row else { return Ok(None) };
    let enrolled = Enrolled {
        password: row.flag(N_COLUMNS + 10)?,
        totp: row.flag(N_COLUMNS + 11)?,
        n_passkeys: usize::try_from(row.int(N_COLUMNS + 12)?).unwrap_or_default(),
        n_recovery_codes: 0,
    };
    Ok(Some(Found {
        session: decode(&mut row)?,
        disabled_at: row.time_opt(N_COLUMNS)?,
        place: place(&mut row)?,
        enrolled,
        policy: row.json_opt(N_COLUMNS + 13)?,
        strict: row.int_opt(N_COLUMNS + 14)?.map(OrganizationId),
    }))
}

fn place(row: &mut Row) -> Result<Option<Place>> {
    let Some(account_status) = row.named_opt(N_COLUMNS + 1)? else { return Ok(None) };
    let (set, name) = (row.int_opt(N_COLUMNS + 6)?.map(PermissionSetId), row.text_opt(N_COLUMNS + 7)?);
    // A set that is gone grants nothing; without the id she would have what everybody has who was given no set.
    let permission_set = match set {
        Some(id) => Some(PermissionSet {
            id,
            name: name.unwrap_or_default(),
            permissions: row.json_opt(N_COLUMNS + 8)?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(Some(Place {
        owner: OwnerId(row.int(N_COLUMNS + 2)?),
        role: row.named(N_COLUMNS + 3)?,
        seats: row.json(N_COLUMNS + 4)?,
        status: row.named(N_COLUMNS + 5)?,
        permission_set,
        account_status,
        sign_on: row.json_opt(N_COLUMNS + 9)?.map(|exempt| Requirement { exempt }),
    }))
}

pub async fn create(tx: &mut WriteTx, session: &Session, token_hash: &str) -> Result<()> {
    let sql = "INSERT INTO session (token_hash, id, person_id, created_at, last_seen_at, expires_at, second_factor_at, user_agent, address, proved, provider_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let proved: Vec<&str> = session.proved.iter().map(|proof| proof.name()).collect();
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
        proved.join(",").into(),
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
    let sql = "UPDATE session SET longest_pause = CASE WHEN $3 - last_seen_at > longest_pause THEN $3 - last_seen_at ELSE longest_pause END,
                      last_seen_at = $3, expires_at = $4
               WHERE person_id = $1 AND id = $2 AND last_seen_at < $3";
    tx.execute(sql, &[person.into(), id.into(), at.into(), expires_at.into()]).await?;
    Ok(())
}

/// Notes that a session's person just proved a second factor: she is there, so no pause before counts.
pub async fn set_second_factor(tx: &mut WriteTx, person: PersonId, id: &str, proof: Proof, at: Timestamp) -> Result<()> {
    let sql = "UPDATE session SET second_factor_at = $3, last_seen_at = $3, longest_pause = 0,
                      proved = CASE WHEN ',' || proved || ',' LIKE $4 THEN proved ELSE proved || $5 END
               WHERE person_id = $1 AND id = $2";
    let (like, more) = (format!("%,{},%", proof.name()), format!(",{}", proof.name()));
    tx.execute(sql, &[person.into(), id.into(), at.into(), like.into(), more.into()]).await?;
    Ok(())
}

/// Lets a session's person take another's place in an account, or (none) be herself again.
pub async fn set_stand_in(tx: &mut WriteTx, person: PersonId, id: &str, stand_in: Option<StandIn>) -> Result<()> {
    let sql = "UPDATE session SET stand_in_person_id = $3, stand_in_account_id = $4, stand_in_until = $5
               WHERE person_id = $1 AND id = $2";
    let values = [
        person.into(),
        id.into(),
        stand_in.map(|one| one.person).into(),
        stand_in.map(|one| one.account).into(),
        stand_in.map(|one| one.until).into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// Ends every stand-in in an account that a user of it is part of, on either side.
pub async fn end_stand_ins(tx: &mut WriteTx, account: AccountId, person: PersonId) -> Result<()> {
    let sql = "UPDATE session SET stand_in_person_id = NULL, stand_in_account_id = NULL, stand_in_until = NULL
               WHERE stand_in_account_id = $1 AND (person_id = $2 OR stand_in_person_id = $2)";
    tx.execute(sql, &[account.into(), person.into()]).await?;
    Ok(())
}
