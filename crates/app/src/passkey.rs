//! Passkeys: keys in a person's devices, by WebAuthn. A device verifies its user (finger, face, PIN), so a passkey alone
//! is two factors.
//!
//! Challenges are drawn by the library from the operating system's randomness, not from our port: it offers no other way.

use crate::ceremony::{self, Kind as Ceremony};
use crate::cx::App;
use crate::error::{Error, Kind, Result};
use crate::session::{How, Opened, Visitor, by, changed, lock_active, open};
use crate::throttle::{self, Subject};
use crate::{refusal, second_factor, secret, step_up};
use jiff::Timestamp;
use model::account::name;
use model::id::PersonId;
use model::identity::entry::Proof as Shown;
use model::identity::session::Session;
use model::identity::sign_in::{self, Proved, State};
use model::identity::step_up as acts;
use model::limits::PASSKEYS_MAX;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::person::passkey as stored;
pub use store::person::passkey::Passkey;
use store::{StoreError, Tx, WriteTx};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, DiscoverableKey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// A started ceremony in the browser.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    pub handle: String,
    /// `{"publicKey": {..}}` for the browser.
    pub options: Value,
}

/// The ceremonies of our public URL; its host is what passkeys are bound to.
fn webauthn(app: &App) -> Result<Webauthn> {
    let wrong = |reason: String| {
        let message = format!("passkeys need a public URL with a host name, not {}", app.settings.public_url);
        Error { detail: Some(reason), ..Error::invalid("PASSKEYS_UNAVAILABLE", message) }
    };
    let url = Url::parse(&app.settings.public_url).map_err(|e| wrong(e.to_string()))?;
    let host = url.domain().ok_or_else(|| wrong("the host is an address".to_owned()))?;
    let builder = WebauthnBuilder::new(host, &url).map_err(|e| wrong(e.to_string()))?;
    builder.rp_name("Consortio").build().map_err(|e| wrong(e.to_string()))
}

fn refused(error: &WebauthnError) -> Error {
    let (code, message) = match error {
        WebauthnError::InvalidRPOrigin => ("PASSKEY_WRONG_ORIGIN", "the passkey was used on another site's page"),
        WebauthnError::UserNotVerified => ("PASSKEY_USER_NOT_VERIFIED", "the device did not verify who uses the passkey"),
        WebauthnError::CredentialPossibleCompromise => ("PASSKEY_CLONED", "the passkey was used in another place meanwhile"),
        _ => ("PASSKEY_REFUSED", "the passkey was not accepted"),
    };
    Error { detail: Some(error.to_string()), ..Error::new(Kind::Unauthenticated, code, message) }
}

fn unknown() -> Error {
    Error::new(Kind::Unauthenticated, "PASSKEY_UNKNOWN", "this passkey is not known here")
}

fn decode<T: serde::de::DeserializeOwned>(credential: Value) -> Result<T> {
    serde_json::from_value(credential)
        .map_err(|e| Error::invalid("CREDENTIAL_INVALID", format!("the credential is not what a browser makes: {e}")))
}

fn options(challenge: &impl Serialize) -> Result<Value> {
    serde_json::to_value(challenge).map_err(|e| Error::broken(format!("a passkey challenge cannot be written: {e}")))
}

fn credential_of(passkey: &Passkey) -> Result<webauthn_rs::prelude::Passkey> {
    serde_json::from_str(&passkey.credential).map_err(|e| Error::broken(format!("a stored passkey cannot be read: {e}")))
}

/// A person's passkeys, oldest first.
pub async fn list(app: &App, who: &Session) -> Result<Vec<Passkey>> {
    let mut tx = app.store.read_home().await?;
    Ok(stored::list(&mut tx, who.person).await?)
}

/// Begins to register another passkey.
pub async fn begin_registration(app: &App, who: &Session, proof: Option<&str>) -> Result<Begun> {
    let (now, webauthn) = (app.outside.now(), webauthn(app)?);
    let mut tx = app.store.write_home().await?;
    let login = lock_active(&mut tx, who.person).await?;
    second_factor::may_add(&mut tx, who, &login, proof, now).await?;
    let known = stored::list(&mut tx, who.person).await?;
    if known.len() >= PASSKEYS_MAX {
        return Err(Error::too_large("PASSKEYS_TOO_MANY", format!("you have {PASSKEYS_MAX} passkeys, which is the most")));
    }
    let exclude = known.iter().map(|p| Ok(credential_of(p)?.cred_id().clone())).collect::<Result<Vec<_>>>()?;
    let id = Uuid::parse_str(&login.person.webauthn_id).map_err(|e| Error::broken(format!("a person's WebAuthn id: {e}")))?;
    let (challenge, state) = webauthn
        .start_passkey_registration(id, &login.person.email, &login.person.name, Some(exclude))
        .map_err(|e| refused(&e))?;
    let mut options = options(&challenge)?;
    // The library's passkeys may be undiscoverable; ours are to sign in without a typed address.
    options["publicKey"]["authenticatorSelection"]["residentKey"] = json!("required");
    options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = json!(true);
    let handle = ceremony::begin(app, &mut tx, Ceremony::PasskeyRegistration, Some(who.person), &state, now).await?;
    tx.commit_bookkeeping().await?;
    Ok(Begun { handle, options })
}

/// Registers the passkey that the browser made. Who has no recovery code gets some with it, shown this once.
pub async fn finish_registration(
    app: &App,
    who: &Session,
    handle: &str,
    credential: Value,
    label: &str,
) -> Result<(Passkey, Vec<String>)> {
    let now = app.outside.now();
    let label = name(label).map_err(|refusal| Error::invalid(refusal.code(), refusal.to_string()))?;
    let credential: RegisterPublicKeyCredential = decode(credential)?;
    let found = ceremony::take_now::<PasskeyRegistration>(app, Ceremony::PasskeyRegistration, handle, now).await?;
    if found.person != Some(who.person) {
        return Err(unknown());
    }
    let made = webauthn(app)?.finish_passkey_registration(&credential, &found.state).map_err(|e| refused(&e))?;
    let passkey = Passkey {
        person: who.person,
        id: secret::base64url(made.cred_id().as_ref()),
        name: label,
        credential: options(&made)?.to_string(),
        created_at: now,
        last_used_at: None,
    };
    let mut tx = app.store.write_home().await?;
    let login = lock_active(&mut tx, who.person).await?;
    stored::create(&mut tx, &passkey).await.map_err(|e| match e {
        StoreError::Unique(_) => Error::conflict("PASSKEY_TAKEN", "this passkey is registered already"),
        other => other.into(),
    })?;
    let codes = second_factor::first_codes(app, &mut tx, &login).await?;
    store::session::set_second_factor(&mut tx, who.person, &who.id, Shown::Passkey, now).await?;
    tx.commit(&by(who.person), now, &[changed(who.person, "passkey.create")]).await?;
    Ok((passkey, codes))
}

/// Takes a passkey away.
pub async fn delete(app: &App, who: &Session, id: &str, proof: Option<&str>) -> Result<()> {
    let now = app.outside.now();
    let mut tx = app.store.write_home().await?;
    step_up::spend_own(&mut tx, who, acts::DELETE_PASSKEY, id, proof, now).await?;
    if !stored::delete(&mut tx, who.person, id).await? {
        return Err(Error::not_found("there is no such passkey"));
    }
    second_factor::forget_codes_without_factor(&mut tx, who.person).await?;
    tx.commit(&by(who.person), now, &[changed(who.person, "passkey.delete")]).await?;
    Ok(())
}

/// The question for any of a person's passkeys; none when she has none, or when the public URL lets nobody have one.
pub(crate) async fn ask(app: &App, tx: &mut Tx, person: PersonId) -> Result<Option<(Value, PasskeyAuthentication)>> {
    let known = stored::list(tx, person).await?;
    if known.is_empty() {
        return Ok(None);
    }
    let known = known.iter().map(credential_of).collect::<Result<Vec<_>>>()?;
    let (challenge, state) = webauthn(app)?.start_passkey_authentication(&known).map_err(|e| refused(&e))?;
    Ok(Some((options(&challenge)?, state)))
}

/// A verified answer, not yet saved.
pub(crate) struct Answered {
    passkey: Passkey,
    result: AuthenticationResult,
}

/// Verifies the answer to [`ask`].
pub(crate) async fn answered(app: &App, asked: &PasskeyAuthentication, credential: Value) -> Result<Answered> {
    let credential: PublicKeyCredential = decode(credential)?;
    let result = webauthn(app)?.finish_passkey_authentication(&credential, asked).map_err(|e| refused(&e))?;
    let passkey = find(app, result.cred_id().as_ref()).await?;
    Ok(Answered { passkey, result })
}

async fn find(app: &App, credential_id: &[u8]) -> Result<Passkey> {
    let mut tx = app.store.read_home().await?;
    stored::read(&mut tx, &secret::base64url(credential_id)).await?.ok_or_else(unknown)
}

impl Answered {
    /// Notes the use with the new counter. Another person's, or one used by somebody else meanwhile, is refused.
    pub(crate) async fn save(self, tx: &mut WriteTx, person: PersonId, now: Timestamp) -> Result<()> {
        if self.passkey.person != person || !self.result.user_verified() {
            return Err(unknown());
        }
        let mut credential = credential_of(&self.passkey)?;
        credential.update_credential(&self.result);
        let credential = options(&credential)?.to_string();
        if !stored::set_used(tx, &self.passkey, &credential, now).await? {
            return Err(refused(&WebauthnError::CredentialPossibleCompromise));
        }
        Ok(())
    }
}

/// What a sign-in by passkey waits for.
#[derive(Serialize, Deserialize)]
enum SignIn {
    /// Any passkey of anybody; the browser offers those it has.
    First(DiscoverableAuthentication),
    /// One of a person whose password was right; the challenge is that sign-in's.
    Second { asked: PasskeyAuthentication, challenge: String },
}

/// Begins a sign-in: with the challenge of a right password as its second factor, else as the only one.
pub async fn begin_sign_in(app: &App, visitor: &Visitor, challenge: Option<&str>) -> Result<Begun> {
    let now = app.outside.now();
    // Counted for good: the page begins one each time it is opened, and nothing else bounds what strangers store here.
    drop(throttle::admit(app, vec![Subject::ceremonies(&visitor.address)], now).await?);
    let mut tx = app.store.write_home().await?;
    let (options, person, state) = match challenge {
        None => {
            let (challenge, state) = webauthn(app)?.start_discoverable_authentication().map_err(|e| refused(&e))?;
            (options(&challenge)?, None, SignIn::First(state))
        }
        Some(challenge) => {
            let pending = ceremony::read::<()>(&mut tx, Ceremony::SignIn, challenge, now).await?;
            let person = pending.person.ok_or_else(unknown)?;
            let (options, asked) = ask(app, &mut tx, person).await?.ok_or_else(unknown)?;
            (options, Some(person), SignIn::Second { asked, challenge: challenge.to_owned() })
        }
    };
    let handle = ceremony::begin(app, &mut tx, Ceremony::PasskeySignIn, person, &state, now).await?;
    tx.commit_bookkeeping().await?;
    Ok(Begun { handle, options })
}

/// Completes a sign-in. One try per beginning.
pub async fn finish_sign_in(app: &App, visitor: &Visitor, handle: &str, credential: Value) -> Result<Opened> {
    let done = sign_in_with(app, visitor, handle, credential).await;
    refusal::tell("sign_in.passkey", || "unknown".to_owned(), done)
}

async fn sign_in_with(app: &App, visitor: &Visitor, handle: &str, credential: Value) -> Result<Opened> {
    let now = app.outside.now();
    let found = ceremony::take_now::<SignIn>(app, Ceremony::PasskeySignIn, handle, now).await?;
    let (answered, challenge) = match found.state {
        SignIn::First(state) => (discovered(app, state, credential).await?, None),
        SignIn::Second { asked, challenge } => (answered(app, &asked, credential).await?, Some(challenge)),
    };
    let person = answered.passkey.person;
    if found.person.is_some_and(|expected| expected != person) {
        return Err(unknown());
    }
    let mut tx = app.store.write_home().await?;
    let login = lock_active(&mut tx, person).await?;
    answered.save(&mut tx, person, now).await?;
    let (before, proved) = match challenge {
        None => (State::Unknown, Proved::VerifiedPasskey(person)),
        Some(challenge) => {
            ceremony::take::<()>(&mut tx, Ceremony::SignIn, &challenge, now).await?;
            (State::Password(person), Proved::Second(person, sign_in::Method::Passkey))
        }
    };
    match sign_in::next(before, proved, login.enrolled()) {
        State::SignedIn { person, second_factor } => {
            open(app, tx, visitor, person, How { second_factor, method: "passkey" }, vec![], now).await
        }
        State::Unknown | State::Password(_) => Err(unknown()),
    }
}

/// Verifies the answer of a passkey that named its person itself.
async fn discovered(app: &App, state: DiscoverableAuthentication, credential: Value) -> Result<Answered> {
    let (webauthn, credential) = (webauthn(app)?, decode::<PublicKeyCredential>(credential)?);
    let (user, id) = webauthn.identify_discoverable_authentication(&credential).map_err(|e| refused(&e))?;
    let passkey = find(app, id).await?;
    let mut tx = app.store.read_home().await?;
    let login = store::person::read(&mut tx, passkey.person).await?.ok_or_else(unknown)?;
    drop(tx);
    if login.person.webauthn_id != user.to_string() {
        return Err(unknown());
    }
    let key = DiscoverableKey::from(credential_of(&passkey)?);
    let result = webauthn.finish_discoverable_authentication_v2(&credential, state, &key).map_err(|e| refused(&e))?;
    Ok(Answered { passkey, result })
}
