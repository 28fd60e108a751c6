//! Second factors that two admins of an organization take away from somebody. In the directory, as everything of organizations.

use crate::engine::{Result, Row, StoreError};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{AccountId, OrganizationId, PersonId, ResetId};
use model::organization::reset::{Reset, State};

const SELECT: &str = "SELECT id, organization_id, person_id, account_id, state, asked_by, asked_at, due_at, approved_by,
       approved_at, stopped_by, closed_at FROM second_factor_reset";

fn reset(row: &mut Row) -> Result<Reset> {
    let word = row.text(4)?;
    Ok(Reset {
        id: ResetId(row.int(0)?),
        organization: OrganizationId(row.int(1)?),
        person: PersonId(row.int(2)?),
        account: AccountId(row.int(3)?),
        stored: State::from_name(&word).ok_or_else(|| StoreError::Broken(format!("\"{word}\" is no state of a reset")))?,
        asked_by: PersonId(row.int(5)?),
        asked_at: row.time(6)?,
        due_at: row.time(7)?,
        approved_by: row.int_opt(8)?.map(PersonId),
        approved_at: row.time_opt(9)?,
        stopped_by: row.int_opt(10)?.map(PersonId),
        closed_at: row.time_opt(11)?,
    })
}

/// Writes a new one, or what became of one. A second open one of the same person is refused as
/// [`StoreError::Unique`](crate::StoreError::Unique).
pub async fn put(tx: &mut WriteTx, one: &Reset) -> Result<()> {
    let sql = "INSERT INTO second_factor_reset (id, organization_id, person_id, account_id, state, asked_by, asked_at, due_at,
                 approved_by, approved_at, stopped_by, closed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
               ON CONFLICT (id) DO UPDATE SET state = excluded.state, approved_by = excluded.approved_by,
                 approved_at = excluded.approved_at, stopped_by = excluded.stopped_by, closed_at = excluded.closed_at";
    let params = [
        one.id.into(),
        one.organization.into(),
        one.person.into(),
        one.account.into(),
        one.stored.name().into(),
        one.asked_by.into(),
        one.asked_at.into(),
        one.due_at.into(),
        one.approved_by.into(),
        one.approved_at.into(),
        one.stopped_by.into(),
        one.closed_at.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// One of an organization.
pub async fn read(tx: &mut Tx, of: OrganizationId, id: ResetId) -> Result<Option<Reset>> {
    let sql = format!("{SELECT} WHERE organization_id = $1 AND id = $2");
    tx.query_opt(&sql, &[of.into(), id.into()]).await?.map(|mut row| reset(&mut row)).transpose()
}

/// The one of a person that is not over.
pub async fn open_of(tx: &mut Tx, person: PersonId) -> Result<Option<Reset>> {
    let sql = format!("{SELECT} WHERE person_id = $1 AND closed_at IS NULL");
    tx.query_opt(&sql, &[person.into()]).await?.map(|mut row| reset(&mut row)).transpose()
}

/// Those of an organization, newest first.
pub async fn list(tx: &mut Tx, of: OrganizationId, limit: usize) -> Result<Vec<Reset>> {
    let sql = format!("{SELECT} WHERE organization_id = $1 ORDER BY id DESC LIMIT $2");
    tx.query(&sql, &[of.into(), limit.into()]).await?.iter_mut().map(reset).collect()
}

/// Those whose time has come, of all organizations.
pub async fn due(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<Vec<Reset>> {
    let sql = format!("{SELECT} WHERE closed_at IS NULL AND due_at <= $1 ORDER BY due_at, id LIMIT $2");
    tx.query(&sql, &[now.into(), limit.into()]).await?.iter_mut().map(reset).collect()
}
