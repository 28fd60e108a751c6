//! Sign-in policies of accounts, in the directory. An account without one asks nothing.

use crate::engine::{Result, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{AccountId, OrganizationId, PersonId};
use model::identity::entry::Policy;
use std::collections::BTreeMap;

/// The policy of an account.
pub async fn read(tx: &mut Tx, account: AccountId) -> Result<Policy> {
    let row = tx.query_opt("SELECT policy FROM sign_in_policy WHERE account_id = $1", &[account.into()]).await?;
    row.map_or_else(|| Ok(Policy::default()), |mut row| row.json(0))
}

/// Makes or replaces the policy of an account.
pub async fn put(tx: &mut WriteTx, account: AccountId, policy: &Policy, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO sign_in_policy (account_id, policy, updated_at) VALUES ($1, $2, $3)
               ON CONFLICT (account_id) DO UPDATE SET policy = excluded.policy, updated_at = excluded.updated_at";
    tx.execute(sql, &[account.into(), json(policy)?, at.into()]).await?;
    Ok(())
}

/// The policies of an organization's members that have one.
pub async fn of_organization(tx: &mut Tx, organization: OrganizationId) -> Result<BTreeMap<AccountId, Policy>> {
    let sql = "SELECT p.account_id, p.policy FROM organization_member m JOIN sign_in_policy p ON p.account_id = m.account_id
               WHERE m.organization_id = $1 AND m.removed_at IS NULL";
    collect(tx.query(sql, &[organization.into()]).await?)
}

/// The policies of the accounts of a person that have one.
pub async fn of_person(tx: &mut Tx, person: PersonId) -> Result<BTreeMap<AccountId, Policy>> {
    let sql = "SELECT p.account_id, p.policy FROM account_user u JOIN sign_in_policy p ON p.account_id = u.account_id
               WHERE u.person_id = $1";
    collect(tx.query(sql, &[person.into()]).await?)
}

/// Of the accounts of a person, those whose organization wants the strictest policy of all its members, with that organization.
pub async fn strict_of_person(tx: &mut Tx, person: PersonId) -> Result<BTreeMap<AccountId, OrganizationId>> {
    let sql = "SELECT u.account_id, o.id FROM account_user u
               JOIN organization_member m ON m.account_id = u.account_id AND m.removed_at IS NULL
               JOIN organization o ON o.id = m.organization_id
               WHERE u.person_id = $1 AND o.policy ->> 'sign_in' = 'strictest'";
    let rows = tx.query(sql, &[person.into()]).await?;
    rows.into_iter().map(|mut row| Ok((AccountId(row.int(0)?), OrganizationId(row.int(1)?)))).collect()
}

fn collect(rows: Vec<crate::Row>) -> Result<BTreeMap<AccountId, Policy>> {
    rows.into_iter().map(|mut row| Ok((AccountId(row.int(0)?), row.json(1)?))).collect()
}
