//! What ended and can still be restored: who was a member at the end, and which edges closed with it.

use super::{N_ACCOUNT, OPENED, opened, prefixed};
use crate::account::account;
use crate::engine::{Result, Row, StoreError, Value};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::account::Account;
use model::connection::{EdgeKey, Opened};
use model::id::{AccountId, OrganizationId};
use model::organization::phase::{Phase, Removal};
use std::collections::BTreeMap;

/// An organization that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub id: OrganizationId,
    pub name: String,
    pub phase: Phase,
    pub deleted_at: Timestamp,
}

/// An account that was a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    pub account: Account,
    pub at: Timestamp,
    pub reason: Removal,
}

/// Organizations deleted after a time with an account in them, the last one first.
pub async fn deleted_with(tx: &mut Tx, account: AccountId, since: Timestamp, limit: usize) -> Result<Vec<Past>> {
    let sql = "SELECT o.id, o.name, o.state, o.deleted_at
               FROM organization_member m JOIN organization o ON o.id = m.organization_id AND o.deleted_at = m.removed_at
               WHERE m.account_id = $1 AND m.removed_at > $2 ORDER BY o.deleted_at DESC, o.id DESC LIMIT $3";
    let rows = tx.query(sql, &[account.into(), since.into(), limit.into()]).await?;
    let past = |mut row: Row| {
        let phase = super::phase(&row.text(2)?)?;
        Ok(Past { id: OrganizationId(row.int(0)?), name: row.text(1)?, phase, deleted_at: row.time(3)? })
    };
    rows.into_iter().map(past).collect()
}

/// Accounts whose last membership in an organization ended after a time, by id.
pub async fn removed_after(tx: &mut Tx, id: OrganizationId, since: Timestamp, limit: usize) -> Result<Vec<Removed>> {
    let condition = "m.removed_at > $2
        AND NOT EXISTS (SELECT 1 FROM organization_member n WHERE n.organization_id = m.organization_id
                        AND n.account_id = m.account_id AND (n.removed_at IS NULL OR n.removed_at > m.removed_at))";
    removed(tx, condition, &[id.into(), since.into(), limit.into()]).await
}

/// Accounts whose membership ended at a moment: those an organization had when it was deleted.
pub async fn removed_at(tx: &mut Tx, id: OrganizationId, at: Timestamp, limit: usize) -> Result<Vec<Removed>> {
    removed(tx, "m.removed_at = $2", &[id.into(), at.into(), limit.into()]).await
}

async fn removed(tx: &mut Tx, condition: &str, params: &[Value]) -> Result<Vec<Removed>> {
    let columns = prefixed("a");
    let sql = format!(
        "SELECT {columns}, m.removed_at, m.removed_reason FROM organization_member m JOIN account a ON a.id = m.account_id
         WHERE m.organization_id = $1 AND {condition} ORDER BY a.id LIMIT $3"
    );
    let one = |mut row: Row| {
        let account = account(&mut row, 0)?;
        let (at, word) = (row.time(N_ACCOUNT)?, row.text(N_ACCOUNT + 1)?);
        let reason = Removal::from_name(&word).ok_or_else(|| StoreError::Broken(format!("\"{word}\" is no reason")))?;
        Ok(Removed { account, at, reason })
    };
    tx.query(&sql, params).await?.into_iter().map(one).collect()
}

/// The edges that closed at a moment and were not closed by hand: what was open when a membership or an organization ended.
pub async fn edges_closed_at(tx: &mut Tx, id: OrganizationId, at: Timestamp) -> Result<BTreeMap<EdgeKey, Opened>> {
    let sql = format!(
        "SELECT e.feature, e.source_account_id, e.destination_account_id, {OPENED}
         FROM connection c JOIN connection_edge e ON e.connection_id = c.id
         WHERE c.organization_id = $1 AND e.state = 'off' AND e.closed_at = $2 AND e.reason <> 'manual'"
    );
    let mut edges = BTreeMap::new();
    for mut row in tx.query(&sql, &[id.into(), at.into()]).await? {
        let feature = row.named(0)?;
        let edge = EdgeKey { feature, source: AccountId(row.int(1)?), destination: AccountId(row.int(2)?) };
        edges.insert(edge, opened(&mut row, 3)?);
    }
    Ok(edges)
}

/// The organizations of those of the accounts that are in one.
pub async fn of_accounts(tx: &mut Tx, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, OrganizationId>> {
    let mut found = BTreeMap::new();
    for some in accounts.chunks(ACCOUNTS_AT_ONCE) {
        let places: Vec<String> = (1..=some.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT account_id, organization_id FROM organization_member WHERE removed_at IS NULL AND account_id IN ({})",
            places.join(", ")
        );
        let params: Vec<Value> = some.iter().map(|account| (*account).into()).collect();
        for mut row in tx.query(&sql, &params).await? {
            found.insert(AccountId(row.int(0)?), OrganizationId(row.int(1)?));
        }
    }
    Ok(found)
}

/// Accounts named in one statement.
const ACCOUNTS_AT_ONCE: usize = 500;

/// Ends memberships, all at one moment and for one reason.
pub(super) async fn remove(
    tx: &mut WriteTx,
    id: OrganizationId,
    accounts: &[AccountId],
    reason: Removal,
    at: Timestamp,
) -> Result<()> {
    for some in accounts.chunks(ACCOUNTS_AT_ONCE) {
        let places: Vec<String> = (4..4 + some.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "UPDATE organization_member SET removed_at = $2, removed_reason = $3, frozen_until = NULL, frozen_reason = NULL
             WHERE organization_id = $1 AND removed_at IS NULL AND account_id IN ({})",
            places.join(", ")
        );
        let params: Vec<Value> = [id.into(), at.into(), reason.name().into()]
            .into_iter()
            .chain(some.iter().map(|account| (*account).into()))
            .collect();
        tx.execute(&sql, &params).await?;
    }
    Ok(())
}
