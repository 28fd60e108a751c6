//! Going to a provider and coming back.
//!
//! ```text
//!   begin: state, nonce, PKCE verifier are kept; the browser gets a cookie and an address to go to
//!   finish(state, code, cookie): kept things used up -> code against token -> signature -> claims -> admission -> session
//! ```
//! The cookie ties the coming back to the browser that left: nobody is made to sign in as somebody else by a link.

use super::{accounts_of, changed, discovery, plain_user, token};
use crate::billing::seats;
use crate::ceremony::{self, Kind as Ceremony};
use crate::cx::App;
use crate::error::{Error, Kind, Result};
use crate::person::{self, New};
use crate::secret;
use crate::session::{How, Opened, Visitor, by, open_by};
use crate::throttle::{self, Subject};
use discovery::Known as Provided;
use jiff::{SignedDuration, Timestamp};
use model::account::{AccountUser, Status, UserStatus};
use model::change::{self, Change};
use model::id::{AccountId, PersonId, ProviderId};
use model::identity::claims::{Claims, Expected, Profile};
use model::identity::provider::Provider;
use model::identity::session::Session;
use model::identity::sign_on::{Admission, Known, Refusal, admit};
use model::limits::{FRESH_FACTOR_MINUTES, NAME_CHARS_MAX, PROVIDER_REPLY_BYTES_MAX};
use outside::Request;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Tx, WriteTx};
use subtle::ConstantTimeEq;
use url::Url;

/// The page of ours that a provider sends the browser back to.
const BACK: &str = "/sign-in/back";

/// Where providers send the browser back to; what an operator enters there.
pub fn redirect_uri(app: &App) -> String {
    format!("{}{BACK}", app.settings.public_url.trim_end_matches('/'))
}

/// A provider somebody may sign in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub id: ProviderId,
    pub label: String,
}

/// Gone to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What the browser keeps meanwhile.
    pub browser: String,
}

/// What coming back led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    SignedIn {
        opened: Opened,
        next: Option<String>,
    },
    /// She signs in as she does elsewhere, then confirms with this handle.
    Confirm {
        handle: String,
        email: String,
        label: String,
        next: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
struct Gone {
    provider: ProviderId,
    nonce: String,
    verifier: String,
    browser: String,
    next: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Unconfirmed {
    provider: ProviderId,
    subject: String,
    /// As the provider has it.
    name: Option<String>,
}

fn unknown() -> Error {
    Error::not_found("there is no such way to sign in")
}

/// A provider by its id, as far as somebody may know who is not signed in.
pub async fn offered(app: &App, id: ProviderId) -> Result<Offered> {
    let mut tx = app.store.read_home().await?;
    let provider = store::provider::read(&mut tx, id).await?.ok_or_else(unknown)?;
    Ok(Offered { id, label: provider.label })
}

/// The provider that speaks for an address, known or not: only the domain is looked at.
pub async fn find(app: &App, visitor: &Visitor, email: &str) -> Result<Option<Offered>> {
    let counted = throttle::admit(app, vec![Subject::ceremonies(&visitor.address)], app.outside.now()).await?;
    drop(counted);
    let folded = model::fold::email(email);
    let Some((_, domain)) = folded.rsplit_once('@') else { return Ok(None) };
    let mut tx = app.store.read_home().await?;
    let Some(id) = store::provider::of_domain(&mut tx, domain).await? else { return Ok(None) };
    let provider = store::provider::read(&mut tx, id).await?;
    Ok(provider.map(|provider| Offered { id, label: provider.label }))
}

/// Goes to a provider. `next` is a page of ours to show afterwards.
pub async fn begin(app: &App, visitor: &Visitor, id: ProviderId, hint: Option<&str>, next: Option<String>) -> Result<Begun> {
    let now = app.outside.now();
    let counted = throttle::admit(app, vec![Subject::ceremonies(&visitor.address)], now).await?;
    drop(counted);
    let mut tx = app.store.read_home().await?;
    let provider = store::provider::read(&mut tx, id).await?.ok_or_else(unknown)?;
    drop(tx);
    let known = discovery::known(app, &provider.issuer).await?;
    let browser = secret::random(app);
    let gone = Gone {
        provider: id,
        nonce: secret::random(app),
        verifier: secret::random(app),
        browser: secret::hash(&browser),
        next: next.filter(|next| next.starts_with('/') && !next.starts_with("//") && next.len() <= 2_000),
    };
    let mut tx = app.store.write_home().await?;
    let state = ceremony::begin(app, &mut tx, Ceremony::SignOn, None, &gone, now).await?;
    tx.commit_bookkeeping().await?;
    let wrong = |e| Error::broken(format!("the address of the provider {id} cannot be read: {e}"));
    let mut url = Url::parse(&known.metadata.authorization_endpoint).map_err(wrong)?;
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", &redirect_uri(app))
        .append_pair("scope", "openid email profile")
        .append_pair("state", &state)
        .append_pair("nonce", &gone.nonce)
        .append_pair("code_challenge", &secret::base64url(&Sha256::digest(gone.verifier.as_bytes())))
        .append_pair("code_challenge_method", "S256");
    if let Some(hint) = hint.filter(|hint| !hint.is_empty() && hint.len() <= 254) {
        url.query_pairs_mut().append_pair("login_hint", hint);
    }
    Ok(Begun { url: url.into(), browser })
}

/// What the provider sent the browser back with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Back {
    pub state: String,
    pub code: String,
    /// Who says so, where the provider says who it is. Source: RFC 9207.
    pub issuer: Option<String>,
    /// What the browser kept.
    pub browser: Option<String>,
}

fn refused(label: &str, why: impl std::fmt::Display) -> Error {
    let message = format!("the sign-in by {label} was not accepted: {why}");
    Error::new(Kind::Unauthenticated, "SIGN_ON_REFUSED", message)
}

/// Comes back. What was kept is used up whatever becomes of it.
pub async fn finish(app: &App, visitor: &Visitor, back: Back) -> Result<Outcome> {
    let now = app.outside.now();
    let counted = throttle::admit(app, vec![Subject::address(&visitor.address)], now).await?;
    let gone = ceremony::take_now::<Gone>(app, Ceremony::SignOn, &back.state, now).await?.state;
    let browser = back.browser.as_deref().map(secret::hash).unwrap_or_default();
    if !bool::from(browser.as_bytes().ct_eq(gone.browser.as_bytes())) {
        let message = "this sign-in was begun in another browser; start again";
        return Err(Error::new(Kind::Unauthenticated, "SIGN_ON_ELSEWHERE", message));
    }
    let mut tx = app.store.read_home().await?;
    let provider = store::provider::read(&mut tx, gone.provider).await?.ok_or_else(unknown)?;
    let sealed = store::provider::secret(&mut tx, provider.id).await?;
    drop(tx);
    let known = discovery::known(app, &provider.issuer).await?;
    if known.metadata.authorization_response_iss_parameter_supported && back.issuer.as_ref() != Some(&provider.issuer) {
        return Err(refused(&provider.label, "another provider sent the browser back"));
    }
    let (raw, access) = exchange(app, &provider, sealed, &known, &gone, &back.code).await?;
    let claims = open(app, &provider, known.clone(), &raw).await?;
    let expected =
        Expected { issuer: &provider.issuer, client_id: &provider.client_id, nonce: &gone.nonce, now: app.outside.now() };
    claims.check(expected).map_err(|why| refused(&provider.label, format!("its token is not believed: {why}")))?;
    let claims = match access.filter(|_| claims.email.is_none()) {
        Some(access) => claims.with(profile(app, &provider, &known, &access).await?),
        None => claims,
    };
    let mut tx = app.store.write_home().await?;
    counted.take_back(&mut tx, now).await?;
    enter(app, tx, visitor, &provider, &claims, gone.next, now).await
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<String>,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
    error_description: Option<String>,
}

/// The question for the tokens of a code.
fn token_request(app: &App, provider: &Provider, secret: Option<&str>, known: &Provided, gone: &Gone, code: &str) -> Request {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &redirect_uri(app))
        .append_pair("code_verifier", &gone.verifier);
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    let methods = &known.metadata.token_endpoint_auth_methods_supported;
    let in_header = methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic");
    match secret {
        Some(secret) if in_header => headers.push(("authorization", format!("Basic {}", basic(&provider.client_id, secret)))),
        Some(secret) => {
            form.append_pair("client_id", &provider.client_id).append_pair("client_secret", secret);
        }
        None => {
            form.append_pair("client_id", &provider.client_id);
        }
    }
    let (url, body) = (known.metadata.token_endpoint.clone(), form.finish().into_bytes());
    Request { method: "POST", url, headers, body, reply_bytes_max: PROVIDER_REPLY_BYTES_MAX }
}

/// The provider's ID token for a code, as it is, and its access token.
async fn exchange(
    app: &App,
    provider: &Provider,
    sealed: Option<String>,
    known: &Provided,
    gone: &Gone,
    code: &str,
) -> Result<(String, Option<String>)> {
    let secret = sealed.map(|sealed| secret::open(app, &secret_place(provider.id), &sealed)).transpose()?;
    let secret = secret.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let request = token_request(app, provider, secret.as_deref(), known, gone, code);
    let reply = app.outside.network.send(request).await.map_err(|why| refused(&provider.label, why))?;
    if reply.status != 200 {
        let said = serde_json::from_slice::<TokenRefusal>(&reply.body).map(|refusal| {
            let words = refusal.error_description.map(|text| format!(" ({})", discovery::shorten(&text))).unwrap_or_default();
            format!("it refuses the code: {}{words}", discovery::shorten(&refusal.error))
        });
        return Err(refused(&provider.label, said.unwrap_or_else(|_| format!("it answered {} to the code", reply.status))));
    }
    let tokens: Tokens = serde_json::from_slice(&reply.body).map_err(|_| refused(&provider.label, "its answer is no JSON"))?;
    let id_token =
        tokens.id_token.ok_or_else(|| refused(&provider.label, "it gave no ID token; is the scope openid allowed there?"))?;
    Ok((id_token, tokens.access_token))
}

/// What the provider says of her beside the token.
async fn profile(app: &App, provider: &Provider, known: &Provided, access: &str) -> Result<Profile> {
    let Some(url) = &known.metadata.userinfo_endpoint else {
        return Ok(Profile { sub: String::new(), email: None, email_verified: false, name: None });
    };
    let mut request = Request::get(url, PROVIDER_REPLY_BYTES_MAX);
    request.headers.push(("authorization", format!("Bearer {access}")));
    let reply = app.outside.network.send(request).await.map_err(|why| refused(&provider.label, why))?;
    if reply.status != 200 {
        return Err(refused(&provider.label, format!("it answered {} when asked for her address", reply.status)));
    }
    serde_json::from_slice(&reply.body).map_err(|e| refused(&provider.label, format!("what it says of her cannot be read: {e}")))
}

/// Source: RFC 6749, 2.3.1: both parts are form-encoded first.
fn basic(id: &str, secret: &str) -> String {
    use base64::Engine;
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)))
}

/// Where a provider's secret is sealed for.
pub(super) fn secret_place(id: ProviderId) -> String {
    format!("provider:{id}")
}

/// What a provider's token says, after its signature; with a look for new keys when it has one we do not know.
async fn open(app: &App, provider: &Provider, known: Arc<Provided>, raw: &str) -> Result<Claims> {
    let untrusted = |why| refused(&provider.label, why);
    match token::open(raw, &known.keys) {
        Err(token::Untrusted::KeyUnknown) => match discovery::renewed(app, &provider.issuer, &known).await? {
            Some(renewed) => token::open(raw, &renewed.keys).map_err(untrusted),
            None => Err(untrusted(token::Untrusted::KeyUnknown)),
        },
        opened => opened.map_err(untrusted),
    }
}

/// Somebody a provider speaks of, as far as we know her, and her places in its realm.
struct Met {
    known: Option<Known>,
    /// Her address, if the provider may speak for it.
    email: Option<String>,
    places: Vec<AccountUser>,
}

async fn meet(tx: &mut Tx, provider: &Provider, claims: &Claims) -> Result<Met> {
    let valid = claims.verified_email().and_then(|email| model::identity::person::email(email).ok());
    let email = valid.filter(|(_, folded)| provider.speaks_for(folded));
    let linked = store::provider::linked(tx, provider.id, &claims.sub).await?;
    let login = match (&linked, &email) {
        (Some((person, _)), _) => store::person::read(tx, *person).await?,
        (None, Some((_, folded))) => store::person::by_email(tx, folded).await?,
        (None, None) => None,
    };
    let email = email.map(|(email, _)| email);
    let Some(login) = login else { return Ok(Met { known: None, email, places: vec![] }) };
    let realm = accounts_of(tx, provider.realm).await?;
    let (inside, outside): (Vec<_>, Vec<_>) =
        store::account::of_person(tx, login.person.id).await?.into_iter().partition(|(account, _)| realm.contains(&account.id));
    let enters = |status: UserStatus| matches!(status, UserStatus::Active | UserStatus::Invited);
    let places: Vec<AccountUser> = inside
        .into_iter()
        .filter(|(account, user)| enters(user.status) && account.status != Status::Deactivated)
        .map(|(_, user)| user)
        .collect();
    let known = Known {
        person: login.person.id,
        linked: linked.is_some(),
        confirmed: linked.is_some_and(|(_, confirmed)| confirmed.is_some()),
        able: login.can_prove_herself() || store::provider::has_other_link(tx, login.person.id, provider.id).await?,
        in_realm: !places.is_empty(),
        elsewhere: outside.iter().any(|(_, user)| user.status != UserStatus::Invited),
        barred: login.person.disabled_at.is_some(),
    };
    Ok(Met { known: Some(known), email, places })
}

/// Where people whom nobody invited become users now, if they do.
async fn joins(tx: &mut Tx, provider: &Provider) -> Result<Option<AccountId>> {
    let Some(account) = provider.joins else { return Ok(None) };
    let realm = accounts_of(tx, provider.realm).await?;
    let found = store::account::read(tx, account).await?.filter(|account| account.status == Status::Active);
    Ok(found.map(|account| account.id).filter(|id| realm.contains(id)))
}

async fn enter(
    app: &App,
    mut tx: WriteTx,
    visitor: &Visitor,
    provider: &Provider,
    claims: &Claims,
    next: Option<String>,
    now: Timestamp,
) -> Result<Outcome> {
    let met = meet(&mut tx, provider, claims).await?;
    let joins = joins(&mut tx, provider).await?;
    let mut changes = Vec::new();
    let person = match admit(met.known, met.email.is_some(), joins.is_some()) {
        Admission::Refused(Refusal::AddressUnproved) => {
            let message = "it does not say that your e-mail address is verified, or may not speak for its domain";
            return Err(Error { code: "SIGN_ON_ADDRESS_UNPROVED", ..refused(&provider.label, message) });
        }
        Admission::Refused(Refusal::NoAccess) => {
            let message = "nobody has given you access here yet; ask whoever manages users";
            return Err(Error { code: "SIGN_ON_NO_ACCESS", ..refused(&provider.label, message) });
        }
        Admission::Confirm(person) => {
            let state = Unconfirmed { provider: provider.id, subject: claims.sub.clone(), name: claims.name.clone() };
            let handle = ceremony::begin(app, &mut tx, Ceremony::SignOnLink, Some(person), &state, now).await?;
            tx.commit_bookkeeping().await?;
            let email = claims.email.clone().unwrap_or_default();
            return Ok(Outcome::Confirm { handle, email, label: provider.label.clone(), next });
        }
        Admission::SignIn(person) => person,
        Admission::Join(known) => {
            let account = joins.ok_or_else(|| Error::broken("somebody joins where nobody may"))?;
            let email = met.email.as_deref().unwrap_or_default();
            let (person, change) = join(app, &mut tx, account, known, email, claims.name.as_deref(), now).await?;
            changes.push(change);
            person
        }
    };
    for user in met.places.into_iter().filter(|user| user.status == UserStatus::Invited) {
        changes.push(accept(&mut tx, user, now).await?);
    }
    store::provider::link(&mut tx, provider.id, &claims.sub, person, None, now).await?;
    let how = How { second_factor: claims.shows_factor(&provider.factor_values), method: "sso" };
    let by = Some((provider.id, claims.sid.as_deref()));
    let opened = open_by(app, tx, visitor, person, how, by, changes, now).await?;
    Ok(Outcome::SignedIn { opened, next })
}

/// An invited user comes in: her provider's word is her acceptance, in its own realm.
async fn accept(tx: &mut WriteTx, user: AccountUser, now: Timestamp) -> Result<Change> {
    let user = AccountUser { status: UserStatus::Active, ..user };
    store::account::put_user(tx, &user, now).await?;
    ceremony::forget_invitation(tx, user.person, user.account).await?;
    let detail = json!({"act": "invitation.accept", "person": user.person, "account": user.account});
    Ok(Change::of(change::Kind::AccountChanged, detail))
}

async fn join(
    app: &App,
    tx: &mut WriteTx,
    account: AccountId,
    known: Option<PersonId>,
    email: &str,
    name: Option<&str>,
    now: Timestamp,
) -> Result<(PersonId, Change)> {
    store::account::lock(tx, account).await?;
    let person = match known {
        Some(person) => person,
        None => {
            let name = name.map(str::trim).filter(|name| !name.is_empty());
            let name: String = name.unwrap_or(email.split('@').next().unwrap_or(email)).chars().take(NAME_CHARS_MAX).collect();
            person::create(app, tx, New { email, name: &name, locale: None, password_hash: None }, now).await?.id
        }
    };
    // Somebody who was deactivated here is not let in by joining again.
    if store::account::read_user(tx, account, person).await?.is_some() {
        return Err(Error::new(Kind::Unauthenticated, "SIGN_ON_NO_ACCESS", "your access here was taken away"));
    }
    let user = plain_user(tx, account, person, UserStatus::Active).await?;
    seats::taken(tx, None, &user).await?;
    store::account::put_user(tx, &user, now).await?;
    let detail = json!({"act": "user.join", "account": account, "person": person});
    Ok((person, Change::of(change::Kind::AccountChanged, detail)))
}

/// Confirms that a provider speaks for her, as somebody who signed in a moment ago by something else.
pub async fn confirm(app: &App, who: &Session, handle: &str) -> Result<()> {
    let now = app.outside.now();
    let mut tx = app.store.write_home().await?;
    let found = ceremony::take::<Unconfirmed>(&mut tx, Ceremony::SignOnLink, handle, now).await?;
    let state = found.state;
    let shown_at = who.second_factor_at.unwrap_or(who.created_at).max(who.created_at);
    let is_fresh = now.duration_since(shown_at) < SignedDuration::from_mins(FRESH_FACTOR_MINUTES);
    if found.person != Some(who.person) || who.provider == Some(state.provider) {
        return Err(Error::invalid("CHALLENGE_UNKNOWN", "this is for somebody else; start again"));
    }
    if !is_fresh {
        return Err(Error::forbidden("SIGN_IN_AGAIN", "sign in again to confirm that it is you"));
    }
    let provider = store::provider::read(&mut tx, state.provider).await?.ok_or_else(unknown)?;
    store::provider::link(&mut tx, provider.id, &state.subject, who.person, Some(now), now).await?;
    let mut changes = vec![changed(provider.realm, "sign_on.confirm", json!({"person": who.person, "provider": provider.id}))];
    let realm = accounts_of(&mut tx, provider.realm).await?;
    let mut places: BTreeSet<AccountId> = BTreeSet::new();
    for (account, user) in store::account::of_person(&mut tx, who.person).await? {
        if realm.contains(&account.id) {
            places.insert(account.id);
            if user.status == UserStatus::Invited {
                changes.push(accept(&mut tx, user, now).await?);
            }
        }
    }
    if places.is_empty()
        && let Some(account) = joins(&mut tx, &provider).await?
    {
        let (_, change) = join(app, &mut tx, account, Some(who.person), "", state.name.as_deref(), now).await?;
        changes.push(change);
    }
    tx.commit(&by(who.person), now, &changes).await?;
    Ok(())
}
