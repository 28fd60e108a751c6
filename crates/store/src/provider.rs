//! Identity providers, their domains, whom they know as whom, and what accounts ask and allow, in the directory: every function
//! wants a transaction on the home database.

use crate::engine::{Result, Row, StoreError, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{AccountId, OrganizationId, PersonId, ProviderId};
use model::identity::provider::{Domain, Provider, Realm, Requirement, Verified};

const SELECT: &str = "SELECT id, realm, label, issuer, client_id, CASE WHEN secret_sealed IS NULL THEN 0 ELSE 1 END, factor_values, joins_account_id, created_at
     FROM identity_provider";

fn decode(mut row: Row) -> Result<Provider> {
    let realm = row.text(1)?;
    Ok(Provider {
        id: ProviderId(row.int(0)?),
        realm: realm.parse().map_err(|e| StoreError::Broken(format!("a provider: {e}")))?,
        label: row.text(2)?,
        issuer: row.text(3)?,
        client_id: row.text(4)?,
        has_secret: row.flag(5)?,
        factor_values: row.json(6)?,
        joins: row.int_opt(7)?.map(AccountId),
        domains: Vec::new(),
        created_at: row.time(8)?,
    })
}

async fn with_domains(tx: &mut Tx, mut provider: Provider) -> Result<Provider> {
    let sql = "SELECT domain, proof, verified_at, verified_by FROM provider_domain WHERE provider_id = $1 ORDER BY domain";
    for mut row in tx.query(sql, &[provider.id.into()]).await? {
        let verified_by = row.text_opt(3)?.and_then(|name| Verified::from_name(&name));
        provider.domains.push(Domain { name: row.text(0)?, proof: row.text(1)?, verified_at: row.time_opt(2)?, verified_by });
    }
    Ok(provider)
}

/// One provider with its domains.
pub async fn read(tx: &mut Tx, id: ProviderId) -> Result<Option<Provider>> {
    match tx.query_opt(&format!("{SELECT} WHERE id = $1"), &[id.into()]).await? {
        Some(row) => {
            let provider = decode(row)?;
            Ok(Some(with_domains(tx, provider).await?))
        }
        None => Ok(None),
    }
}

/// The providers of a realm, oldest first. There are at most [`model::limits::PROVIDERS_MAX`].
pub async fn list(tx: &mut Tx, realm: Realm) -> Result<Vec<Provider>> {
    let rows = tx.query(&format!("{SELECT} WHERE realm = $1 ORDER BY id"), &[realm.to_string().into()]).await?;
    let mut providers = Vec::with_capacity(rows.len());
    for row in rows {
        let provider = decode(row)?;
        providers.push(with_domains(tx, provider).await?);
    }
    Ok(providers)
}

/// The provider to which a domain is proved to belong.
pub async fn of_domain(tx: &mut Tx, domain: &str) -> Result<Option<ProviderId>> {
    let sql = "SELECT provider_id FROM provider_domain WHERE domain = $1 AND verified_at IS NOT NULL";
    tx.query_opt(sql, &[domain.into()]).await?.map(|mut row| row.int(0).map(ProviderId)).transpose()
}

/// Its sealed secret, if it has one.
pub async fn secret(tx: &mut Tx, id: ProviderId) -> Result<Option<String>> {
    let row = tx.query_opt("SELECT secret_sealed FROM identity_provider WHERE id = $1", &[id.into()]).await?;
    row.map_or(Ok(None), |mut row| row.text_opt(0))
}

/// Makes or replaces a provider; its domains and its secret are written by functions of their own.
pub async fn put(tx: &mut WriteTx, provider: &Provider, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO identity_provider (id, realm, label, issuer, client_id, factor_values, joins_account_id, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               ON CONFLICT (id) DO UPDATE SET label = excluded.label, issuer = excluded.issuer, client_id = excluded.client_id,
               factor_values = excluded.factor_values, joins_account_id = excluded.joins_account_id, updated_at = excluded.updated_at";
    let values = [
        provider.id.into(),
        provider.realm.to_string().into(),
        (&provider.label).into(),
        (&provider.issuer).into(),
        (&provider.client_id).into(),
        json(&provider.factor_values)?,
        provider.joins.into(),
        provider.created_at.into(),
        at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

pub async fn set_secret(tx: &mut WriteTx, id: ProviderId, sealed: Option<&str>) -> Result<()> {
    tx.execute("UPDATE identity_provider SET secret_sealed = $2 WHERE id = $1", &[id.into(), sealed.into()]).await?;
    Ok(())
}

/// Removes a provider with its domains and links, and ends the sessions it began.
pub async fn delete(tx: &mut WriteTx, id: ProviderId) -> Result<()> {
    for table in ["session", "provider_link", "provider_domain"] {
        tx.execute(&format!("DELETE FROM {table} WHERE provider_id = $1"), &[id.into()]).await?;
    }
    tx.execute("DELETE FROM identity_provider WHERE id = $1", &[id.into()]).await?;
    Ok(())
}

/// Adds a domain that is not proved, or gives it another proof.
pub async fn put_domain(tx: &mut WriteTx, id: ProviderId, domain: &str, proof: &str) -> Result<()> {
    let sql = "INSERT INTO provider_domain (provider_id, domain, proof) VALUES ($1, $2, $3) ON CONFLICT (provider_id, domain) DO NOTHING";
    tx.execute(sql, &[id.into(), domain.into(), proof.into()]).await?;
    Ok(())
}

/// Notes that a domain is proved. Another provider's is refused as [`StoreError::Unique`].
pub async fn set_verified(tx: &mut WriteTx, id: ProviderId, domain: &str, how: Verified, at: Timestamp) -> Result<bool> {
    let sql = "UPDATE provider_domain SET verified_at = $3, verified_by = $4 WHERE provider_id = $1 AND domain = $2";
    Ok(tx.execute(sql, &[id.into(), domain.into(), at.into(), how.name().into()]).await? == 1)
}

/// Takes a domain away; whether it was there.
pub async fn delete_domain(tx: &mut WriteTx, id: ProviderId, domain: &str) -> Result<bool> {
    let sql = "DELETE FROM provider_domain WHERE provider_id = $1 AND domain = $2";
    Ok(tx.execute(sql, &[id.into(), domain.into()]).await? == 1)
}

/// Whom a provider's name for somebody means, and whether she confirmed it.
pub async fn linked(tx: &mut Tx, id: ProviderId, subject: &str) -> Result<Option<(PersonId, Option<Timestamp>)>> {
    let sql = "SELECT person_id, confirmed_at FROM provider_link WHERE provider_id = $1 AND subject = $2";
    let Some(mut row) = tx.query_opt(sql, &[id.into(), subject.into()]).await? else { return Ok(None) };
    Ok(Some((PersonId(row.int(0)?), row.time_opt(1)?)))
}

/// Whether another provider than this one knows a person.
pub async fn has_other_link(tx: &mut Tx, person: PersonId, but: ProviderId) -> Result<bool> {
    let sql = "SELECT 1 FROM provider_link WHERE person_id = $1 AND provider_id <> $2 LIMIT 1";
    Ok(tx.query_opt(sql, &[person.into(), but.into()]).await?.is_some())
}

/// Remembers whom a provider's name means. A confirmation stays.
pub async fn link(
    tx: &mut WriteTx,
    id: ProviderId,
    subject: &str,
    person: PersonId,
    confirmed_at: Option<Timestamp>,
    at: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO provider_link (provider_id, subject, person_id, confirmed_at, created_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (provider_id, subject) DO UPDATE SET person_id = excluded.person_id,
               confirmed_at = COALESCE(excluded.confirmed_at, provider_link.confirmed_at)";
    tx.execute(sql, &[id.into(), subject.into(), person.into(), confirmed_at.into(), at.into()]).await?;
    Ok(())
}

/// How many people a provider knows.
pub async fn n_links(tx: &mut Tx, id: ProviderId) -> Result<i64> {
    let row = tx.query_opt("SELECT COUNT(*) FROM provider_link WHERE provider_id = $1", &[id.into()]).await?;
    row.map_or(Ok(0), |mut row| row.int(0))
}

/// Says which provider a session was begun by, and what the provider calls it.
pub async fn set_session(tx: &mut WriteTx, session: &str, person: PersonId, id: ProviderId, sid: &str) -> Result<()> {
    let sql = "UPDATE session SET provider_id = $3, provider_session = $4 WHERE person_id = $1 AND id = $2";
    tx.execute(sql, &[person.into(), session.into(), id.into(), sid.into()]).await?;
    Ok(())
}

/// Ends the sessions a provider began: the one it calls so, or all of a person. How many.
pub async fn end_sessions(tx: &mut WriteTx, id: ProviderId, sid: Option<&str>, person: Option<PersonId>) -> Result<u64> {
    let sql =
        "DELETE FROM session WHERE provider_id = $1 AND (provider_session = $2 OR $2 IS NULL) AND (person_id = $3 OR $3 IS NULL)";
    tx.execute(sql, &[id.into(), sid.into(), person.into()]).await
}

/// What an account asks of those who enter, if it asks.
pub async fn requirement(tx: &mut Tx, account: AccountId) -> Result<Option<Requirement>> {
    let row = tx.query_opt("SELECT exempt FROM sign_on_requirement WHERE account_id = $1", &[account.into()]).await?;
    row.map(|mut row| Ok(Requirement { exempt: row.json(0)? })).transpose()
}

/// Asks, or asks no more.
pub async fn set_requirement(tx: &mut WriteTx, account: AccountId, wanted: Option<&Requirement>, at: Timestamp) -> Result<()> {
    let Some(wanted) = wanted else {
        tx.execute("DELETE FROM sign_on_requirement WHERE account_id = $1", &[account.into()]).await?;
        return Ok(());
    };
    let sql = "INSERT INTO sign_on_requirement (account_id, exempt, required_at) VALUES ($1, $2, $3)
               ON CONFLICT (account_id) DO UPDATE SET exempt = excluded.exempt";
    tx.execute(sql, &[account.into(), json(&wanted.exempt)?, at.into()]).await?;
    Ok(())
}

/// What an account lets its organization do with its people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consent {
    pub sign_on: bool,
    pub provisioning: bool,
}

/// The consent of an account to the organization it is in; none to another.
pub async fn consent(tx: &mut Tx, account: AccountId, organization: OrganizationId) -> Result<Consent> {
    let sql = "SELECT sign_on, provisioning FROM realm_consent WHERE account_id = $1 AND organization_id = $2";
    let Some(mut row) = tx.query_opt(sql, &[account.into(), organization.into()]).await? else { return Ok(Consent::default()) };
    Ok(Consent { sign_on: row.flag(0)?, provisioning: row.flag(1)? })
}

pub async fn set_consent(
    tx: &mut WriteTx,
    account: AccountId,
    organization: OrganizationId,
    consent: Consent,
    at: Timestamp,
) -> Result<()> {
    let sql =
        "INSERT INTO realm_consent (account_id, organization_id, sign_on, provisioning, updated_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (account_id, organization_id) DO UPDATE SET sign_on = excluded.sign_on,
               provisioning = excluded.provisioning, updated_at = excluded.updated_at";
    let values = [account.into(), organization.into(), consent.sign_on.into(), consent.provisioning.into(), at.into()];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// The members of an organization that consented, which are in it now.
pub async fn consenting(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<(AccountId, Consent)>> {
    let sql = "SELECT c.account_id, c.sign_on, c.provisioning FROM realm_consent c
               JOIN organization_member m ON m.organization_id = c.organization_id AND m.account_id = c.account_id AND m.removed_at IS NULL
               WHERE c.organization_id = $1 ORDER BY c.account_id";
    let rows = tx.query(sql, &[organization.into()]).await?;
    rows.into_iter()
        .map(|mut row| Ok((AccountId(row.int(0)?), Consent { sign_on: row.flag(1)?, provisioning: row.flag(2)? })))
        .collect()
}
