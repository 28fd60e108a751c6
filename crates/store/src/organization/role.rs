//! Who holds which role of an organization, for which member. In the directory, as everything of organizations.
//!
//! A role counts while nothing ended it: its row is not ended, its time has not passed, its account is a member, and its holder
//! is a living, active user of a member. Every reader asks for all of that; ending the rows is only so that the log says it.

use crate::engine::{Result, Row, StoreError, Value};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{AccountId, OrganizationId, PersonId};
use model::organization::role::{Delegation, Ending, Place, Role};
use std::collections::BTreeMap;

const COLUMNS: &str = "r.account_id, r.person_id, r.role, r.granted_by, r.granted_at, r.until";
/// The tables a role is read with; `$1` is the time.
const HELD: &str = "organization_role r
    JOIN organization_member m ON m.organization_id = r.organization_id AND m.account_id = r.account_id AND m.removed_at IS NULL
    JOIN person p ON p.id = r.person_id AND p.disabled_at IS NULL";
/// What makes a row count; `$1` is the time.
const COUNTS: &str = "r.ended_at IS NULL AND (r.until IS NULL OR r.until > $1) AND EXISTS (
    SELECT 1 FROM account_user u
    JOIN organization_member um ON um.account_id = u.account_id AND um.organization_id = r.organization_id AND um.removed_at IS NULL
    WHERE u.person_id = r.person_id AND u.status = 'active')";

fn delegation(row: &mut Row, first: usize) -> Result<Delegation> {
    Ok(Delegation {
        account: AccountId(row.int(first)?),
        person: PersonId(row.int(first + 1)?),
        role: role(&row.text(first + 2)?)?,
        granted_by: PersonId(row.int(first + 3)?),
        granted_at: row.time(first + 4)?,
        until: row.time_opt(first + 5)?,
    })
}

fn role(name: &str) -> Result<Role> {
    Role::from_name(name).ok_or_else(|| StoreError::Broken(format!("\"{name}\" is no role of an organization")))
}

/// All roles that count, by account, then person.
pub async fn held(tx: &mut Tx, id: OrganizationId, now: Timestamp) -> Result<Vec<Delegation>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {HELD} WHERE {COUNTS} AND r.organization_id = $2 ORDER BY r.account_id, r.person_id, r.role"
    );
    tx.query(&sql, &[now.into(), id.into()]).await?.iter_mut().map(|row| delegation(row, 0)).collect()
}

/// The roles of one person that count in an organization, each with its account.
pub async fn of_person(tx: &mut Tx, id: OrganizationId, person: PersonId, now: Timestamp) -> Result<Vec<(AccountId, Role)>> {
    let sql = format!("SELECT r.account_id, r.role FROM {HELD} WHERE {COUNTS} AND r.organization_id = $2 AND r.person_id = $3");
    let mut found = Vec::new();
    for mut row in tx.query(&sql, &[now.into(), id.into(), person.into()]).await? {
        found.push((AccountId(row.int(0)?), role(&row.text(1)?)?));
    }
    Ok(found)
}

/// What somebody is in each member, her own users and, where asked, her roles.
pub async fn places(
    tx: &mut Tx,
    id: OrganizationId,
    person: PersonId,
    with_roles: bool,
    now: Timestamp,
) -> Result<BTreeMap<AccountId, Place>> {
    let sql = "SELECT m.account_id, u.role FROM organization_member m
               JOIN account_user u ON u.account_id = m.account_id AND u.status = 'active'
               WHERE m.organization_id = $1 AND m.removed_at IS NULL AND u.person_id = $2";
    let mut places: BTreeMap<AccountId, Place> = BTreeMap::new();
    for mut row in tx.query(sql, &[id.into(), person.into()]).await? {
        places.entry(AccountId(row.int(0)?)).or_default().user = Some(row.named(1)?);
    }
    if with_roles {
        for (account, role) in of_person(tx, id, person, now).await? {
            places.entry(account).or_default().held.insert(role);
        }
    }
    Ok(places)
}

/// Whether some living person may decide for every member: as its active Super Admin or, where the policy has roles, as its
/// Organization Admin.
pub async fn is_manageable(tx: &mut Tx, id: OrganizationId, n_members: usize, with_roles: bool, now: Timestamp) -> Result<bool> {
    if crate::organization::is_manageable(tx, id, n_members).await? {
        return Ok(true);
    }
    if !with_roles {
        return Ok(false);
    }
    let sql = format!(
        "SELECT x.person_id FROM (
           SELECT r.person_id, r.account_id FROM {HELD}
           WHERE {COUNTS} AND r.organization_id = $2 AND r.role = 'organization_admin'
           UNION
           SELECT u.person_id, u.account_id FROM organization_member m
           JOIN account_user u ON u.account_id = m.account_id AND u.role = 'super_admin' AND u.status = 'active'
           JOIN person p ON p.id = u.person_id AND p.disabled_at IS NULL
           WHERE m.organization_id = $2 AND m.removed_at IS NULL
         ) x GROUP BY x.person_id HAVING COUNT(*) = $3 LIMIT 1"
    );
    Ok(tx.query_opt(&sql, &[now.into(), id.into(), n_members.into()]).await?.is_some())
}

/// How many roles are held for an account, whether they count now or not.
pub async fn n_of_account(tx: &mut Tx, id: OrganizationId, account: AccountId) -> Result<usize> {
    let sql = "SELECT COUNT(*) FROM organization_role WHERE organization_id = $1 AND account_id = $2 AND ended_at IS NULL";
    let row = tx.query_opt(sql, &[id.into(), account.into()]).await?;
    row.map_or(Ok(0), |mut row| Ok(usize::try_from(row.int(0)?).unwrap_or(0)))
}

/// Hands out a role, or gives one that is held another end. The organization's row must be locked.
pub async fn put(tx: &mut WriteTx, id: OrganizationId, one: &Delegation) -> Result<()> {
    let sql = "UPDATE organization_role SET until = $5 WHERE organization_id = $1 AND account_id = $2 AND person_id = $3
               AND role = $4 AND ended_at IS NULL";
    let key: [Value; 4] = [id.into(), one.account.into(), one.person.into(), one.role.name().into()];
    if tx.execute(sql, &[key.as_slice(), &[one.until.into()]].concat()).await? > 0 {
        return Ok(());
    }
    let sql = "INSERT INTO organization_role (organization_id, account_id, person_id, role, granted_by, granted_at, until)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let rest = [one.granted_by.into(), one.granted_at.into(), one.until.into()];
    tx.execute(sql, &[key.as_slice(), &rest].concat()).await?;
    Ok(())
}

/// Ends a role; whether it was there to end.
pub async fn end(
    tx: &mut WriteTx,
    id: OrganizationId,
    (account, person, role): (AccountId, PersonId, Role),
    reason: Ending,
    at: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE organization_role SET ended_at = $5, ended_reason = $6 WHERE organization_id = $1 AND account_id = $2
               AND person_id = $3 AND role = $4 AND ended_at IS NULL";
    let params = [id.into(), account.into(), person.into(), role.name().into(), at.into(), reason.name().into()];
    Ok(tx.execute(sql, &params).await? > 0)
}

/// Roles that no longer count and were not ended yet, with the reason; of one organization, or of all.
pub async fn lapsed(
    tx: &mut Tx,
    of: Option<OrganizationId>,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<(OrganizationId, Delegation, Ending)>> {
    let only = if of.is_some() { " AND r.organization_id = $3" } else { "" };
    let sql = format!(
        "SELECT r.organization_id, {COLUMNS},
           CASE WHEN m.account_id IS NULL THEN 'member_left' WHEN r.until IS NOT NULL AND r.until <= $1 THEN 'expired'
                ELSE 'off_boarded' END
         FROM organization_role r
         LEFT JOIN organization_member m
           ON m.organization_id = r.organization_id AND m.account_id = r.account_id AND m.removed_at IS NULL
         LEFT JOIN person p ON p.id = r.person_id AND p.disabled_at IS NULL
         WHERE r.ended_at IS NULL AND NOT (m.account_id IS NOT NULL AND p.id IS NOT NULL AND {COUNTS}){only}
         ORDER BY r.organization_id, r.account_id, r.person_id, r.role LIMIT $2"
    );
    let mut params: Vec<Value> = vec![now.into(), limit.into()];
    params.extend(of.map(Value::from));
    let mut found = Vec::new();
    for mut row in tx.query(&sql, &params).await? {
        let word = row.text(7)?;
        let reason = Ending::from_name(&word).ok_or_else(|| StoreError::Broken(format!("\"{word}\" ends no role")))?;
        found.push((OrganizationId(row.int(0)?), delegation(&mut row, 1)?, reason));
    }
    Ok(found)
}
