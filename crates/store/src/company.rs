//! What accounts say about their companies, and the points of contact that organizations have for all their members. They are
//! in the directory: every function wants a transaction on the home database.

use crate::engine::{Result, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::company::{Company, Contacts};
use model::id::{AccountId, OrganizationId};

/// The company of an account; the default while nothing was said.
pub async fn read(tx: &mut Tx, account: AccountId) -> Result<Company> {
    let row = tx.query_opt("SELECT company FROM company WHERE account_id = $1", &[account.into()]).await?;
    row.map_or_else(|| Ok(Company::default()), |mut row| row.json(0))
}

/// Writes the company of an account, whose row must be locked.
pub async fn put(tx: &mut WriteTx, account: AccountId, company: &Company, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO company (account_id, company, updated_at) VALUES ($1, $2, $3)
               ON CONFLICT (account_id) DO UPDATE SET company = excluded.company, updated_at = excluded.updated_at";
    tx.execute(sql, &[account.into(), json(company)?, at.into()]).await?;
    Ok(())
}

/// The contacts an organization has for members that name none; empty while nothing was said.
pub async fn defaults(tx: &mut Tx, organization: OrganizationId) -> Result<Contacts> {
    let sql = "SELECT contacts FROM organization_contacts WHERE organization_id = $1";
    let row = tx.query_opt(sql, &[organization.into()]).await?;
    row.map_or_else(|| Ok(Contacts::new()), |mut row| row.json(0))
}

/// Writes the contacts of an organization, whose row must be locked.
pub async fn put_defaults(tx: &mut WriteTx, organization: OrganizationId, contacts: &Contacts, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO organization_contacts (organization_id, contacts, updated_at) VALUES ($1, $2, $3)
               ON CONFLICT (organization_id) DO UPDATE SET contacts = excluded.contacts, updated_at = excluded.updated_at";
    tx.execute(sql, &[organization.into(), json(contacts)?, at.into()]).await?;
    Ok(())
}
