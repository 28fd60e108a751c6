//! What is known to happen and was said, and what somebody asked for and has not verified. All in the directory.

use crate::engine::Result;
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::billing::Subscription;
use model::id::{AccountId, OrganizationId, PersonId};
use std::collections::{BTreeMap, BTreeSet};

/// An end: when, and of what account; `None` is the whole.
pub type End = (Timestamp, Option<AccountId>);

/// The warnings that were given before ends after a time: how many days before.
pub async fn warnings(tx: &mut Tx, id: OrganizationId, after: Timestamp) -> Result<BTreeMap<End, BTreeSet<u16>>> {
    let sql = "SELECT ends_at, account_id, days FROM organization_warning WHERE organization_id = $1 AND ends_at > $2";
    let mut given: BTreeMap<End, BTreeSet<u16>> = BTreeMap::new();
    for mut row in tx.query(sql, &[id.into(), after.into()]).await? {
        let account = Some(AccountId(row.int(1)?)).filter(|account| account.0 != 0);
        given.entry((row.time(0)?, account)).or_default().insert(u16::try_from(row.int(2)?).unwrap_or(0));
    }
    Ok(given)
}

/// Notes a warning; `false` when it was given already.
pub async fn warn(tx: &mut WriteTx, id: OrganizationId, (ends_at, account): End, days: u16, at: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO organization_warning (organization_id, account_id, ends_at, days, given_at)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let account = account.map_or(0, |account| account.0);
    Ok(tx.execute(sql, &[id.into(), account.into(), ends_at.into(), i64::from(days).into(), at.into()]).await? == 1)
}

/// Living organizations in which something may be known to end: a grace runs, or a term ends before a time.
pub async fn with_known_ends(tx: &mut Tx, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<OrganizationId>> {
    let sql = "SELECT id FROM organization WHERE state = 'grace'
               UNION SELECT organization_id FROM organization_member WHERE frozen_until IS NOT NULL AND removed_at IS NULL
               UNION SELECT m.organization_id FROM subscription s
                 JOIN organization_member m ON m.account_id = s.account_id AND m.removed_at IS NULL
                 WHERE s.term_end > $1 AND s.term_end <= $2
               ORDER BY 1 LIMIT $3";
    let rows = tx.query(sql, &[now.into(), until.into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| row.int(0).map(OrganizationId)).collect()
}

/// The subscriptions of an organization's members whose term ends after a time, earliest first.
pub async fn terms(tx: &mut Tx, id: OrganizationId, after: Timestamp, limit: usize) -> Result<Vec<(AccountId, Subscription)>> {
    let sql = "SELECT s.account_id, s.subscription FROM organization_member m JOIN subscription s ON s.account_id = m.account_id
               WHERE m.organization_id = $1 AND m.removed_at IS NULL AND s.term_end > $2 ORDER BY s.term_end, s.account_id LIMIT $3";
    let rows = tx.query(sql, &[id.into(), after.into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| Ok((AccountId(row.int(0)?), row.json(1)?))).collect()
}

/// Living organizations in which a grace is over, of the whole or of a member.
pub async fn with_grace_over(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<Vec<OrganizationId>> {
    let sql = "SELECT id FROM organization WHERE state = 'grace' AND grace_until <= $1
               UNION SELECT organization_id FROM organization_member WHERE frozen_until <= $1 AND removed_at IS NULL
               ORDER BY 1 LIMIT $2";
    tx.query(sql, &[now.into(), limit.into()]).await?.iter_mut().map(|row| row.int(0).map(OrganizationId)).collect()
}

/// An organization somebody asked for and has not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub account: AccountId,
    pub person: PersonId,
    pub name: String,
    pub expires_at: Timestamp,
}

/// Notes what was asked for; of what one person asks for in one account, the last counts.
pub async fn pend(tx: &mut WriteTx, pending: &Pending) -> Result<()> {
    let sql = "INSERT INTO organization_pending (account_id, person_id, name, expires_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (account_id, person_id) DO UPDATE SET name = excluded.name, expires_at = excluded.expires_at";
    let params = [pending.account.into(), pending.person.into(), (&pending.name).into(), pending.expires_at.into()];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// Forgets it: it was verified, or is over. `false` when it was not there.
pub async fn unpend(tx: &mut WriteTx, account: AccountId, person: PersonId) -> Result<bool> {
    let sql = "DELETE FROM organization_pending WHERE account_id = $1 AND person_id = $2";
    Ok(tx.execute(sql, &[account.into(), person.into()]).await? == 1)
}

/// What was not verified in its time.
pub async fn pending_over(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<Vec<Pending>> {
    let sql = "SELECT account_id, person_id, name, expires_at FROM organization_pending WHERE expires_at <= $1
               ORDER BY account_id, person_id LIMIT $2";
    let rows = tx.query(sql, &[now.into(), limit.into()]).await?;
    let pending = |mut row: crate::engine::Row| {
        Ok(Pending {
            account: AccountId(row.int(0)?),
            person: PersonId(row.int(1)?),
            name: row.text(2)?,
            expires_at: row.time(3)?,
        })
    };
    rows.into_iter().map(pending).collect()
}
