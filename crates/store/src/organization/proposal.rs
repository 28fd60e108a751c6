//! Changes of an organization that wait for a second person. In the directory, as everything of organizations.

use crate::engine::{Result, Row, StoreError, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{OrganizationId, PersonId};
use model::organization::proposal::{By, Proposal, State};

const COLUMNS: &str = "id, change, state, version, proposed_by, proposed_at, expires_at, decided_by, decided_at, note";

fn proposal(row: &mut Row) -> Result<Proposal> {
    let word = row.text(2)?;
    let stored = State::from_name(&word).ok_or_else(|| StoreError::Broken(format!("\"{word}\" is no state of a proposal")))?;
    let decided_at = row.time_opt(8)?;
    let decider = By(row.int_opt(7)?.map(PersonId));
    Ok(Proposal {
        id: row.int(0)?,
        change: row.json(1)?,
        stored,
        version: row.int(3)?,
        proposed_by: By(row.int_opt(4)?.map(PersonId)),
        proposed_at: row.time(5)?,
        expires_at: row.time(6)?,
        decided_by: decided_at.map(|_| decider),
        decided_at,
        note: row.text_opt(9)?,
    })
}

/// Writes a new proposal, or what became of one. The organization's row must be locked.
pub async fn put(tx: &mut WriteTx, of: OrganizationId, one: &Proposal) -> Result<()> {
    let sql = "INSERT INTO organization_proposal
                 (organization_id, id, change, state, version, proposed_by, proposed_at, expires_at, decided_by, decided_at, note)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
               ON CONFLICT (organization_id, id) DO UPDATE SET state = excluded.state, version = excluded.version,
                 proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at, expires_at = excluded.expires_at,
                 decided_by = excluded.decided_by, decided_at = excluded.decided_at, note = excluded.note";
    let params = [
        of.into(),
        one.id.into(),
        json(&one.change)?,
        one.stored.name().into(),
        one.version.into(),
        one.proposed_by.0.into(),
        one.proposed_at.into(),
        one.expires_at.into(),
        one.decided_by.and_then(|by| by.0).into(),
        one.decided_at.into(),
        one.note.clone().into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// One proposal of an organization.
pub async fn read(tx: &mut Tx, of: OrganizationId, id: i64) -> Result<Option<Proposal>> {
    let sql = format!("SELECT {COLUMNS} FROM organization_proposal WHERE organization_id = $1 AND id = $2");
    tx.query_opt(&sql, &[of.into(), id.into()]).await?.map(|mut row| proposal(&mut row)).transpose()
}

/// Those that nobody decided, then the others; the newest first of each.
pub async fn list(tx: &mut Tx, of: OrganizationId, limit: usize) -> Result<Vec<Proposal>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM organization_proposal WHERE organization_id = $1
         ORDER BY CASE WHEN state = 'proposed' THEN 0 ELSE 1 END, id DESC LIMIT $2"
    );
    tx.query(&sql, &[of.into(), limit.into()]).await?.iter_mut().map(proposal).collect()
}

/// How many nobody decided.
pub async fn n_open(tx: &mut Tx, of: OrganizationId) -> Result<usize> {
    let sql = "SELECT COUNT(*) FROM organization_proposal WHERE organization_id = $1 AND state = 'proposed'";
    let row = tx.query_opt(sql, &[of.into()]).await?;
    row.map_or(Ok(0), |mut row| Ok(usize::try_from(row.int(0)?).unwrap_or(0)))
}

/// Those whose time is over and that were not closed yet, of all organizations.
pub async fn expired(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<Vec<(OrganizationId, i64)>> {
    let sql = "SELECT organization_id, id FROM organization_proposal WHERE state = 'proposed' AND expires_at <= $1
               ORDER BY organization_id, id LIMIT $2";
    let rows = tx.query(sql, &[now.into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| Ok((OrganizationId(row.int(0)?), row.int(1)?))).collect()
}
