//! Who signs people in: the identity providers of the current account, and of its organization. The two have the same rows; an
//! account has, besides, what it asks for and what it lets its organization do.

use crate::call::Call;
use crate::identity::AnyId;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::sign_on::settings::{self, Patch, View};
use model::authority::Denial;
use model::id::{AccountId, PersonId};
use model::identity::provider::{self, Realm, Wanted, proof_url};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use wire::scalar::{Id, Time};

const TAG: &str = "Single sign-on";
const STEP_UP: &str = "x-consortio-step-up";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    [of_account(), of_organization()].into_iter().flatten().collect()
}

fn of_account() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/accounts/v1/sso", "sso.read", session, read)
            .about(TAG, "The account's identity providers, and whether single sign-on is asked for.")
            .reply::<Sso>(200),
        Route::patch("/accounts/v1/sso", "sso.update", session, update)
            .about(TAG, "Asks for single sign-on, names who is exempt, lets the organization sign people in and provision users. Needs a step-up for sign_on.change.")
            .body::<SsoPatch>()
            .reply::<Sso>(200),
        Route::post("/accounts/v1/sso/providers", "provider.create", session, create)
            .about(TAG, "Adds an identity provider. Needs a step-up for sign_on.change; its subject is the realm, a:{accountId}.")
            .body::<WantedProvider>()
            .reply::<Provider>(201),
        Route::patch("/accounts/v1/sso/providers/{providerId}", "provider.update", session, change)
            .about(TAG, "Changes it; what is not named stays. Needs the same step-up.")
            .body::<WantedProvider>()
            .reply::<Provider>(200),
        Route::delete("/accounts/v1/sso/providers/{providerId}", "provider.delete", session, delete)
            .about(TAG, "Removes it and ends the sessions it began. Needs the same step-up.")
            .empty(204),
        Route::post("/accounts/v1/sso/providers/{providerId}/test", "provider.test", session, test)
            .about(TAG, "Asks the provider for its addresses and keys.")
            .reply::<Tested>(200),
        Route::post("/accounts/v1/sso/providers/{providerId}/domains", "provider_domain.add", session, add_domain)
            .about(TAG, "Names a domain of addresses the provider is to speak for.")
            .body::<WantedDomain>()
            .reply::<Provider>(201),
        Route::post("/accounts/v1/sso/providers/{providerId}/domains/{domain}/verify", "provider_domain.verify", session, verify_domain)
            .about(TAG, "Looks for the proof in the file of the domain's own web server.")
            .reply::<Provider>(200),
        Route::delete("/accounts/v1/sso/providers/{providerId}/domains/{domain}", "provider_domain.remove", session, remove_domain)
            .about(TAG, "Takes the domain away.")
            .empty(204),
    ]
}

fn of_organization() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/organizations/v1/{organizationId}/sso", "organization_sso.read", session, read)
            .about(TAG, "The organization's identity providers, and the members they serve.")
            .reply::<Sso>(200),
        Route::post("/organizations/v1/{organizationId}/sso/providers", "organization_provider.create", session, create)
            .about(TAG, "Adds an identity provider for members that consent. Needs a step-up for sign_on.change; its subject is o:{organizationId}.")
            .body::<WantedProvider>()
            .reply::<Provider>(201),
        Route::patch("/organizations/v1/{organizationId}/sso/providers/{providerId}", "organization_provider.update", session, change)
            .about(TAG, "Changes it; what is not named stays. Needs the same step-up.")
            .body::<WantedProvider>()
            .reply::<Provider>(200),
        Route::delete("/organizations/v1/{organizationId}/sso/providers/{providerId}", "organization_provider.delete", session, delete)
            .about(TAG, "Removes it and ends the sessions it began. Needs the same step-up.")
            .empty(204),
        Route::post("/organizations/v1/{organizationId}/sso/providers/{providerId}/test", "organization_provider.test", session, test)
            .about(TAG, "Asks the provider for its addresses and keys.")
            .reply::<Tested>(200),
        Route::post(
            "/organizations/v1/{organizationId}/sso/providers/{providerId}/domains",
            "organization_provider_domain.add",
            session,
            add_domain,
        )
        .about(TAG, "Names a domain of addresses the provider is to speak for.")
        .body::<WantedDomain>()
        .reply::<Provider>(201),
        Route::post(
            "/organizations/v1/{organizationId}/sso/providers/{providerId}/domains/{domain}/verify",
            "organization_provider_domain.verify",
            session,
            verify_domain,
        )
        .about(TAG, "Looks for the proof in the file of the domain's own web server.")
        .reply::<Provider>(200),
        Route::delete(
            "/organizations/v1/{organizationId}/sso/providers/{providerId}/domains/{domain}",
            "organization_provider_domain.remove",
            session,
            remove_domain,
        )
        .about(TAG, "Takes the domain away.")
        .empty(204),
    ]
}

/// Single sign-on of an account or an organization.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Sso {
    /// What a step-up names as its subject.
    realm: String,
    providers: Vec<Provider>,
    /// What is entered at the provider.
    redirect_uri: String,
    /// The accounts the providers serve.
    account_ids: Vec<Id>,
    /// Only of an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<OfAccount>,
}

/// What an account asks for and allows.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OfAccount {
    /// The account is entered by single sign-on only.
    required: bool,
    /// Users who may still sign in otherwise.
    exempt: Vec<Id>,
    organization_id: Option<Id>,
    organization_signs_in: bool,
    /// Its directory adds, changes and deactivates users of the account.
    organization_provisions: bool,
    /// The organization's providers that serve the account.
    served_by: Vec<String>,
}

/// An identity provider.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    id: Id,
    label: String,
    issuer: String,
    client_id: String,
    has_secret: bool,
    /// Values of `amr` or `acr` that count as a second factor.
    factor_values: Vec<String>,
    /// Where people whom nobody invited become users; none: they do not.
    joins_account_id: Option<Id>,
    domains: Vec<Domain>,
    created_at: Time,
}

/// A domain of addresses.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Domain {
    name: String,
    verified_at: Option<Time>,
    /// `file` or `operator`.
    verified_by: Option<&'static str>,
    /// Where the proof is looked for.
    proof_url: String,
    /// The line that must be there.
    proof: String,
}

/// A provider as it is wanted. A new one needs label, issuer and client id.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WantedProvider {
    label: Option<String>,
    issuer: Option<String>,
    client_id: Option<String>,
    /// Empty takes it away.
    client_secret: Option<String>,
    factor_values: Option<BTreeSet<String>>,
    /// `null` switches joining off; not named, it stays.
    #[serde(default, deserialize_with = "named")]
    joins_account_id: Option<Option<AnyId>>,
}

/// A value that is there, `null` or not.
fn named<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<AnyId>>, D::Error> {
    Option::<AnyId>::deserialize(deserializer).map(Some)
}

/// What is to be different.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SsoPatch {
    required: Option<bool>,
    exempt: Option<Vec<AnyId>>,
    organization_signs_in: Option<bool>,
    organization_provisions: Option<bool>,
}

/// A domain.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WantedDomain {
    domain: String,
}

/// What the provider answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Tested {
    authorization_endpoint: String,
    n_keys: usize,
    /// It signs in a way that is accepted.
    algorithm_accepted: bool,
    /// People it signed in before.
    n_people: i64,
}

/// Whose providers a path is about.
pub fn realm(call: &Call) -> Result<Realm, Refusal> {
    let of_organization = call.parts.uri.path().starts_with("/organizations/");
    if !of_organization {
        return Ok(Realm::Account(call.cx().account));
    }
    // An id that is not one, and one that is nobody's, answer the same.
    let invisible = |_| Refusal::from(app::error::Error::from(Denial::OrganizationInvisible));
    call.id("organizationId").map(Realm::Organization).map_err(invisible)
}

pub fn proof(call: &Call) -> Option<&str> {
    call.header(STEP_UP)
}

fn wanted(body: WantedProvider) -> (Wanted, Option<String>) {
    let wanted = Wanted {
        label: body.label,
        issuer: body.issuer,
        client_id: body.client_id,
        factor_values: body.factor_values,
        joins: body.joins_account_id.map(|joins| joins.map(|id| AccountId(id.number()))),
    };
    (wanted, body.client_secret)
}

fn shown(provider: provider::Provider) -> Provider {
    let domain = |domain: provider::Domain| Domain {
        proof_url: proof_url(&domain.name),
        name: domain.name,
        verified_at: domain.verified_at.map(Time),
        verified_by: domain.verified_by.map(provider::Verified::name),
        proof: domain.proof,
    };
    Provider {
        id: Id(provider.id.0),
        label: provider.label,
        issuer: provider.issuer,
        client_id: provider.client_id,
        has_secret: provider.has_secret,
        factor_values: provider.factor_values.into_iter().collect(),
        joins_account_id: provider.joins.map(|id| Id(id.0)),
        domains: provider.domains.into_iter().map(domain).collect(),
        created_at: Time(provider.created_at),
    }
}

fn sso(view: View) -> Sso {
    let account = view.account.map(|account| OfAccount {
        required: account.required.is_some(),
        exempt: account.required.iter().flat_map(|required| &required.exempt).map(|id| Id(id.0)).collect(),
        organization_id: account.organization.map(|(id, _)| Id(id.0)),
        organization_signs_in: account.organization.is_some_and(|(_, consent)| consent.sign_on),
        organization_provisions: account.organization.is_some_and(|(_, consent)| consent.provisioning),
        served_by: account.served_by,
    });
    Sso {
        realm: view.realm.to_string(),
        providers: view.providers.into_iter().map(shown).collect(),
        redirect_uri: view.redirect_uri,
        account_ids: view.accounts.into_iter().map(|id| Id(id.0)).collect(),
        account,
    }
}

async fn read(call: Call) -> Answer {
    Ok(reply::ok(&sso(settings::read(call.app(), call.cx(), realm(&call)?).await?)))
}

async fn update(mut call: Call) -> Answer {
    let body: SsoPatch = call.json().await?;
    let patch = Patch {
        required: body.required,
        exempt: body.exempt.map(|ids| ids.into_iter().map(|id| PersonId(id.number())).collect()),
        organization_signs_in: body.organization_signs_in,
        organization_provisions: body.organization_provisions,
    };
    Ok(reply::ok(&sso(settings::change(call.app(), call.cx(), patch, proof(&call)).await?)))
}

async fn create(mut call: Call) -> Answer {
    let (wanted, secret) = wanted(call.json().await?);
    let made = settings::create(call.app(), call.cx(), realm(&call)?, wanted, secret, proof(&call)).await?;
    Ok(reply::created(&shown(made)))
}

async fn change(mut call: Call) -> Answer {
    let (wanted, secret) = wanted(call.json().await?);
    let id = call.id("providerId")?;
    let changed = settings::update(call.app(), call.cx(), realm(&call)?, id, wanted, secret, proof(&call)).await?;
    Ok(reply::ok(&shown(changed)))
}

async fn delete(call: Call) -> Answer {
    settings::delete(call.app(), call.cx(), realm(&call)?, call.id("providerId")?, proof(&call)).await?;
    Ok(reply::empty())
}

async fn test(call: Call) -> Answer {
    let tested = settings::test(call.app(), call.cx(), realm(&call)?, call.id("providerId")?).await?;
    Ok(reply::ok(&Tested {
        authorization_endpoint: tested.authorization_endpoint,
        n_keys: tested.n_keys,
        algorithm_accepted: tested.algorithm_accepted,
        n_people: tested.n_people,
    }))
}

async fn add_domain(mut call: Call) -> Answer {
    let body: WantedDomain = call.json().await?;
    let provider = settings::add_domain(call.app(), call.cx(), realm(&call)?, call.id("providerId")?, &body.domain).await?;
    Ok(reply::created(&shown(provider)))
}

async fn verify_domain(call: Call) -> Answer {
    let (id, domain) = (call.id("providerId")?, call.param("domain"));
    let provider = settings::verify_domain(call.app(), call.cx(), realm(&call)?, id, domain).await?;
    Ok(reply::ok(&shown(provider)))
}

async fn remove_domain(call: Call) -> Answer {
    let (id, domain) = (call.id("providerId")?, call.param("domain"));
    settings::remove_domain(call.app(), call.cx(), realm(&call)?, id, domain).await?;
    Ok(reply::empty())
}
