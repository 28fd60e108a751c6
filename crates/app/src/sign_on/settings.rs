//! What a realm's Super Admin decides about single sign-on: providers, their domains, whether it is asked for, and whether the
//! organization's provider serves the account.

use super::{accounts_of, authorize, authorize_change, changed, discovery, enter, of_field, providers_of};
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::organization::log;
use crate::provisioning::{self, settle};
use crate::secret;
use model::authority::Act;
use model::change::Actor;
use model::id::{AccountId, OrganizationId, PersonId, ProviderId};
use model::identity::provider::{
    self, Provider, Realm, Requirement, RequirementRefusal, Verified, Wanted, file_proves, proof_url,
};
use model::limits::{EXEMPT_MAX, PROOF_FILE_BYTES_MAX, PROVIDER_DOMAINS_MAX, PROVIDER_TEXT_CHARS_MAX, PROVIDERS_MAX};
use model::organization::log::of_account;
use outside::Request;
use serde_json::json;
use std::collections::BTreeSet;
use store::provider::Consent;
use store::{StoreError, WriteTx};

/// A realm's single sign-on as its Super Admin sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub realm: Realm,
    pub providers: Vec<Provider>,
    /// What is entered at the provider.
    pub redirect_uri: String,
    /// The accounts the providers serve.
    pub accounts: BTreeSet<AccountId>,
    /// Only of an account.
    pub account: Option<OfAccount>,
}

/// What only an account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfAccount {
    pub required: Option<Requirement>,
    /// The organization it is in and what it lets it do.
    pub organization: Option<(OrganizationId, Consent)>,
    /// Labels of the organization's providers that serve it.
    pub served_by: Vec<String>,
}

fn refused(refusal: &provider::Refusal) -> Error {
    of_field(refusal.field(), refusal.code(), refusal.to_string())
}

/// The realm's providers and settings.
pub async fn read(app: &App, cx: &Cx, realm: Realm) -> Result<View> {
    let mut tx = app.store.read_home().await?;
    authorize(&mut tx, cx, realm).await?;
    let account = match realm {
        Realm::Account(id) => {
            let organization = match store::organization::of_account(&mut tx, id).await? {
                Some(organization) => Some((organization, store::provider::consent(&mut tx, id, organization).await?)),
                None => None,
            };
            let serving = providers_of(&mut tx, id).await?;
            let served_by = serving.into_iter().filter(|provider| provider.realm != realm).map(|provider| provider.label);
            Some(OfAccount {
                required: store::provider::requirement(&mut tx, id).await?,
                organization,
                served_by: served_by.collect(),
            })
        }
        Realm::Organization(_) => None,
    };
    Ok(View {
        realm,
        providers: store::provider::list(&mut tx, realm).await?,
        redirect_uri: enter::redirect_uri(app),
        accounts: accounts_of(&mut tx, realm).await?,
        account,
    })
}

/// Adds a provider. Nobody is signed in by it before a domain of it is proved.
pub async fn create(
    app: &App,
    cx: &Cx,
    realm: Realm,
    wanted: Wanted,
    secret: Option<String>,
    proof: Option<&str>,
) -> Result<Provider> {
    let mut tx = app.store.write_home().await?;
    authorize_change(&mut tx, cx, realm, proof).await?;
    let n_providers = store::provider::list(&mut tx, realm).await?.len();
    if n_providers >= PROVIDERS_MAX {
        let message = format!("there are {n_providers} identity providers already, which is the most there can be");
        return Err(Error::too_large("PROVIDERS_TOO_MANY", message));
    }
    let missing = |field: &str| of_field(field, "FIELD_MISSING", format!("\"{field}\" is needed"));
    for (field, value) in [("label", &wanted.label), ("issuer", &wanted.issuer), ("clientId", &wanted.client_id)] {
        value.as_ref().ok_or_else(|| missing(field))?;
    }
    let blank = Provider {
        id: ProviderId(tx.take_ids(1)?),
        realm,
        label: String::new(),
        issuer: String::new(),
        client_id: String::new(),
        has_secret: false,
        factor_values: BTreeSet::from(["mfa".to_owned()]),
        joins: None,
        domains: vec![],
        created_at: cx.now,
    };
    let provider = apply(app, &mut tx, blank, wanted).await?;
    store::provider::put(&mut tx, &provider, cx.now).await?;
    put_secret(app, &mut tx, provider.id, secret).await?;
    consent_by_doing(&mut tx, cx, realm).await?;
    let change = changed(realm, "sign_on.provider_create", json!({"provider": provider.id, "issuer": provider.issuer}));
    tx.commit(&cx.by(), cx.now, &[change]).await?;
    reread(app, provider.id).await
}

/// Changes a provider. Another issuer or client is another provider: who was known by the old one is not by the new.
pub async fn update(
    app: &App,
    cx: &Cx,
    realm: Realm,
    id: ProviderId,
    wanted: Wanted,
    secret: Option<String>,
    proof: Option<&str>,
) -> Result<Provider> {
    let mut tx = app.store.write_home().await?;
    authorize_change(&mut tx, cx, realm, proof).await?;
    let before = of_realm(&mut tx, realm, id).await?;
    if wanted.issuer.as_ref().is_some_and(|issuer| issuer.trim() != before.issuer) {
        let message = "the issuer stays: add another provider and remove this one";
        return Err(of_field("issuer", "ISSUER_STAYS", message.to_owned()));
    }
    let after = apply(app, &mut tx, before, wanted).await?;
    store::provider::put(&mut tx, &after, cx.now).await?;
    put_secret(app, &mut tx, id, secret).await?;
    tx.commit(&cx.by(), cx.now, &[changed(realm, "sign_on.provider_update", json!({"provider": id}))]).await?;
    reread(app, id).await
}

async fn reread(app: &App, id: ProviderId) -> Result<Provider> {
    let mut tx = app.store.read_home().await?;
    store::provider::read(&mut tx, id).await?.ok_or_else(|| unknown(id))
}

async fn apply(app: &App, tx: &mut WriteTx, mut provider: Provider, wanted: Wanted) -> Result<Provider> {
    if let Some(label) = wanted.label {
        provider.label = provider::label(&label).map_err(|e| refused(&e))?;
    }
    if let Some(issuer) = wanted.issuer {
        provider.issuer = provider::issuer(&issuer, app.settings.private_addresses).map_err(|e| refused(&e))?;
    }
    if let Some(client_id) = wanted.client_id {
        provider.client_id = provider::client_id(&client_id).map_err(|e| refused(&e))?;
    }
    if let Some(values) = wanted.factor_values {
        if values.len() > EXEMPT_MAX {
            return Err(of_field("factorValues", "FACTOR_VALUES_TOO_MANY", format!("{} values are too many", values.len())));
        }
        provider.factor_values = provider::factor_values(values).map_err(|e| refused(&e))?;
    }
    if let Some(joins) = wanted.joins {
        let realm = accounts_of(tx, provider.realm).await?;
        if let Some(account) = joins.filter(|account| !realm.contains(account)) {
            let message = format!("the provider does not serve the account {account}");
            return Err(of_field("joins", "JOINS_UNKNOWN", message));
        }
        provider.joins = joins;
    }
    Ok(provider)
}

/// An empty secret takes it away: a public client, which PKCE alone protects.
async fn put_secret(app: &App, tx: &mut WriteTx, id: ProviderId, secret: Option<String>) -> Result<()> {
    let Some(text) = secret else { return Ok(()) };
    let text = text.trim();
    if text.len() > PROVIDER_TEXT_CHARS_MAX {
        let message = format!("the client secret has {} characters; at most {PROVIDER_TEXT_CHARS_MAX} are taken", text.len());
        return Err(of_field("clientSecret", "CLIENT_SECRET_TOO_LONG", message));
    }
    let sealed = match text {
        "" => None,
        text => Some(secret::seal(app, &enter::secret_place(id), text.as_bytes())?),
    };
    Ok(store::provider::set_secret(tx, id, sealed.as_deref()).await?)
}

/// Whoever makes something for the organization from an account of hers consents for that account.
pub(crate) async fn consent_by_doing(tx: &mut WriteTx, cx: &Cx, realm: Realm) -> Result<()> {
    let Realm::Organization(id) = realm else { return Ok(()) };
    if cx.may(Act::ManageSignOn).is_err() || store::organization::of_account(tx, cx.account).await? != Some(id) {
        return Ok(());
    }
    let consent = Consent { sign_on: true, ..store::provider::consent(tx, cx.account, id).await? };
    Ok(store::provider::set_consent(tx, cx.account, id, consent, cx.now).await?)
}

fn unknown(id: ProviderId) -> Error {
    Error::not_found(format!("there is no identity provider {id}"))
}

async fn of_realm(tx: &mut WriteTx, realm: Realm, id: ProviderId) -> Result<Provider> {
    let provider = store::provider::read(tx, id).await?;
    provider.filter(|provider| provider.realm == realm).ok_or_else(|| unknown(id))
}

/// Removes a provider and ends the sessions it began. The last one of an account that asks for single sign-on stays.
pub async fn delete(app: &App, cx: &Cx, realm: Realm, id: ProviderId, proof: Option<&str>) -> Result<()> {
    let mut tx = app.store.write_home().await?;
    authorize_change(&mut tx, cx, realm, proof).await?;
    of_realm(&mut tx, realm, id).await?;
    for account in accounts_of(&mut tx, realm).await? {
        let required = store::provider::requirement(&mut tx, account).await?.is_some();
        if required && providers_of(&mut tx, account).await?.len() == 1 {
            let message =
                format!("the account {account} is entered by this provider only; it must stop asking for single sign-on first");
            return Err(Error::conflict("PROVIDER_NEEDED", message).with("accountId", account));
        }
    }
    store::provider::delete(&mut tx, id).await?;
    tx.commit(&cx.by(), cx.now, &[changed(realm, "sign_on.provider_delete", json!({"provider": id}))]).await?;
    Ok(())
}

/// What a provider answers now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    pub authorization_endpoint: String,
    pub n_keys: usize,
    /// Whether it signs in a way we accept.
    pub algorithm_accepted: bool,
    /// People it signed in before.
    pub n_people: i64,
}

/// Asks a provider for its addresses and keys.
pub async fn test(app: &App, cx: &Cx, realm: Realm, id: ProviderId) -> Result<Tested> {
    let mut tx = app.store.read_home().await?;
    authorize(&mut tx, cx, realm).await?;
    let provider = store::provider::read(&mut tx, id).await?;
    let provider = provider.filter(|provider| provider.realm == realm).ok_or_else(|| unknown(id))?;
    let n_people = store::provider::n_links(&mut tx, id).await?;
    drop(tx);
    let known = discovery::look(app, &provider.issuer).await?;
    let algorithms = &known.metadata.id_token_signing_alg_values_supported;
    let accepted = |name: &String| matches!(name.as_str(), "RS256" | "ES256" | "EdDSA" | "Ed25519");
    Ok(Tested {
        authorization_endpoint: known.metadata.authorization_endpoint.clone(),
        n_keys: known.keys.len(),
        algorithm_accepted: algorithms.is_empty() || algorithms.iter().any(accepted),
        n_people,
    })
}

/// Names a domain the provider is to speak for. It does once the domain is proved.
pub async fn add_domain(app: &App, cx: &Cx, realm: Realm, id: ProviderId, domain: &str) -> Result<Provider> {
    let mut tx = app.store.write_home().await?;
    authorize(&mut tx, cx, realm).await?;
    let domain = provider::domain(domain).map_err(|e| refused(&e))?;
    let provider = of_realm(&mut tx, realm, id).await?;
    if provider.domains.len() >= PROVIDER_DOMAINS_MAX {
        let message = format!("the provider has {PROVIDER_DOMAINS_MAX} domains, which is the most it can have");
        return Err(Error::too_large("DOMAINS_TOO_MANY", message));
    }
    let proof = format!("consortio-domain={}", secret::random(app));
    store::provider::put_domain(&mut tx, id, &domain, &proof).await?;
    tx.commit(&cx.by(), cx.now, &[changed(realm, "sign_on.domain_add", json!({"provider": id, "domain": domain}))]).await?;
    reread(app, id).await
}

/// Looks whether a domain is the realm's: its own web server gives the proof, or the operator says so.
pub async fn verify_domain(app: &App, cx: &Cx, realm: Realm, id: ProviderId, domain: &str) -> Result<Provider> {
    let mut tx = app.store.read_home().await?;
    authorize(&mut tx, cx, realm).await?;
    let domain = provider::domain(domain).map_err(|e| refused(&e))?;
    let provider = store::provider::read(&mut tx, id).await?.filter(|provider| provider.realm == realm);
    drop(tx);
    let known = provider.ok_or_else(|| unknown(id))?.domains.into_iter().find(|known| known.name == domain);
    let known = known.ok_or_else(|| Error::not_found(format!("the provider {id} has no domain {domain}")))?;
    let how = if cx.actor == Actor::System { Verified::Operator } else { Verified::File };
    if how == Verified::File {
        look_for_proof(app, &domain, &known.proof).await?;
    }
    let mut tx = app.store.write_home().await?;
    authorize(&mut tx, cx, realm).await?;
    let verified = match store::provider::set_verified(&mut tx, id, &domain, how, cx.now).await {
        Err(StoreError::Unique(_)) => {
            let message = format!("the domain {domain} is proved for another identity provider of this server");
            return Err(Error::conflict("DOMAIN_TAKEN", message));
        }
        verified => verified?,
    };
    if !verified {
        return Err(Error::not_found(format!("the provider {id} has no domain {domain}")));
    }
    let detail = json!({"provider": id, "domain": domain, "by": how.name()});
    tx.commit(&cx.by(), cx.now, &[changed(realm, "sign_on.domain_verify", detail)]).await?;
    reread(app, id).await
}

async fn look_for_proof(app: &App, domain: &str, proof: &str) -> Result<()> {
    let url = proof_url(domain);
    let unproved = |why: String| Error::conflict("DOMAIN_UNPROVED", why).with("url", &url);
    let reply = app.outside.network.send(Request::get(&url, PROOF_FILE_BYTES_MAX)).await;
    let reply = reply.map_err(|why| unproved(why.to_string()))?;
    let holds = reply.status == 200 && file_proves(&String::from_utf8_lossy(&reply.body), proof);
    if holds { Ok(()) } else { Err(unproved(format!("{url} answered {} and does not hold the line {proof}", reply.status))) }
}

/// Takes a domain away from a provider.
pub async fn remove_domain(app: &App, cx: &Cx, realm: Realm, id: ProviderId, domain: &str) -> Result<()> {
    let mut tx = app.store.write_home().await?;
    authorize(&mut tx, cx, realm).await?;
    of_realm(&mut tx, realm, id).await?;
    if !store::provider::delete_domain(&mut tx, id, &domain.to_lowercase()).await? {
        return Err(Error::not_found(format!("the provider {id} has no domain {domain}")));
    }
    tx.commit(&cx.by(), cx.now, &[changed(realm, "sign_on.domain_remove", json!({"provider": id, "domain": domain}))]).await?;
    Ok(())
}

/// What an account wishes to be different.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    /// Whether single sign-on is asked for.
    pub required: Option<bool>,
    pub exempt: Option<BTreeSet<PersonId>>,
    /// Whether the organization's provider signs people into the account.
    pub organization_signs_in: Option<bool>,
    /// Whether the organization's directory provisions users of the account.
    pub organization_provisions: Option<bool>,
}

/// Changes what the account asks for and what it lets its organization do.
pub async fn change(app: &App, cx: &Cx, patch: Patch, proof: Option<&str>) -> Result<View> {
    let realm = Realm::Account(cx.account);
    let n_ids = match (patch.organization_provisions, organization_id(app, cx).await?) {
        (Some(true), Some(id)) => settle::ids_of(app, id, n_granted(app, cx, id).await?).await?,
        _ => 0,
    };
    let mut tx = app.store.write_many(store::INSTANCE, n_ids).await?;
    authorize_change(&mut tx, cx, realm, proof).await?;
    store::account::lock(&mut tx, cx.account).await?;
    let mut changes = Vec::new();
    if patch.organization_signs_in.is_some() || patch.organization_provisions.is_some() {
        let organization = store::organization::of_account(&mut tx, cx.account).await?;
        let organization = organization.ok_or_else(|| {
            of_field("organizationSignsIn", "NOT_IN_AN_ORGANIZATION", "the account is in no organization".to_owned())
        })?;
        let before = store::provider::consent(&mut tx, cx.account, organization).await?;
        let after = Consent {
            sign_on: patch.organization_signs_in.unwrap_or(before.sign_on),
            provisioning: patch.organization_provisions.unwrap_or(before.provisioning),
        };
        store::provider::set_consent(&mut tx, cx.account, organization, after, cx.now).await?;
        let detail = json!({"organization": organization, "signOn": after.sign_on, "provisioning": after.provisioning});
        changes.push(changed(realm, "sign_on.consent", detail));
        if after != before {
            store::organization::lock(&mut tx, organization).await?;
            let effect = json!({ "did": "consent_changed", "account": cx.account, "signOn": after.sign_on, "provisioning": after.provisioning });
            log::note_effect(&mut tx, cx, organization, "consent_changed", of_account(cx.account), effect).await?;
        }
        if after.provisioning && !before.provisioning {
            changes.extend(provisioning::consented(app, &mut tx, cx, organization).await?.changes);
        }
    }
    if patch.required.is_some() || patch.exempt.is_some() {
        let before = store::provider::requirement(&mut tx, cx.account).await?;
        let after = requirement(&mut tx, cx, before.as_ref(), &patch).await?;
        store::provider::set_requirement(&mut tx, cx.account, after.as_ref(), cx.now).await?;
        let exempt = after.as_ref().map(|after| &after.exempt);
        changes.push(changed(realm, "sign_on.require", json!({"required": after.is_some(), "exempt": exempt})));
    }
    if !changes.is_empty() {
        tx.commit(&cx.by(), cx.now, &changes).await?;
    }
    read(app, cx, realm).await
}

async fn organization_id(app: &App, cx: &Cx) -> Result<Option<OrganizationId>> {
    Ok(store::organization::of_account(&mut app.store.read_home().await?, cx.account).await?)
}

/// How many people groups would let in who were granted the account while it did not consent.
async fn n_granted(app: &App, cx: &Cx, id: OrganizationId) -> Result<usize> {
    let mut tx = app.store.read_home().await?;
    let n_members = store::provisioning::n_members(&mut tx, id).await?;
    let grants = store::provisioning::grants(&mut tx, id).await?;
    let own = grants.iter().filter(|grant| grant.account == cx.account);
    Ok(own.map(|grant| n_members.get(&grant.group).copied().unwrap_or_default()).sum())
}

async fn requirement(tx: &mut WriteTx, cx: &Cx, before: Option<&Requirement>, patch: &Patch) -> Result<Option<Requirement>> {
    let refused = |refusal: RequirementRefusal| of_field("exempt", refusal.code(), refusal.to_string());
    if !patch.required.unwrap_or(before.is_some()) {
        return Ok(None);
    }
    let exempt = patch.exempt.clone().or_else(|| before.map(|before| before.exempt.clone())).unwrap_or_default();
    if exempt.len() > EXEMPT_MAX {
        let message = format!("{} people are named; at most {EXEMPT_MAX} can be exempt", exempt.len());
        return Err(of_field("exempt", "EXEMPT_TOO_MANY", message));
    }
    let users = store::account::users(tx, cx.account).await?;
    let switching_on = cx.person.map(|person| person.id).filter(|_| before.is_none());
    let n_providers = providers_of(tx, cx.account).await?.len();
    provider::require(switching_on, exempt, &users, n_providers).map(Some).map_err(refused)
}
