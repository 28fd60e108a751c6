//! Step-up: a fresh second factor, proved for one named act. See [`model::identity::step_up`].
//!
//! ```text
//!   begin(act, subject) -> handle, methods -> finish(handle, code | credential) -> proof -> spend(proof, act, subject)
//! ```

use crate::ceremony::{self, Kind as Ceremony};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::session::by;
use crate::throttle::{self, Subject};
use crate::{passkey, refusal, second_factor, secret};
use jiff::Timestamp;
use model::change::{self, Change};
use model::id::PersonId;
use model::identity::entry;
use model::identity::session::Session;
use model::identity::sign_in::Method;
use model::identity::step_up::{NAME_CHARS_MAX, expires_at};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::WriteTx;
use store::step_up::Proof;
use webauthn_rs::prelude::PasskeyAuthentication;

/// A started step-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    pub handle: String,
    /// The ways to go on, the usual one first.
    pub methods: Vec<Method>,
    /// What the browser needs to ask for a passkey, if there is one.
    pub options: Option<serde_json::Value>,
}

/// A proof: shown once, used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    pub proof: String,
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct State {
    act: String,
    subject: String,
    webauthn: Option<PasskeyAuthentication>,
}

/// Begins for one act on one subject.
pub async fn begin(app: &App, who: &Session, act: &str, subject: &str) -> Result<Begun> {
    let (act, subject) = (plain("act", act)?, plain("subject", subject)?);
    let now = app.outside.now();
    let mut tx = app.store.write_home().await?;
    let login = crate::session::lock_active(&mut tx, who.person).await?;
    let methods = login.enrolled().methods();
    if methods.is_empty() {
        let message = "this needs a second factor, and you have none: set up an authenticator app or a passkey first";
        return Err(Error::forbidden("SECOND_FACTOR_MISSING", message));
    }
    let asked = passkey::ask(app, &mut tx, who.person).await?;
    let (options, webauthn) = asked.map_or((None, None), |(options, state)| (Some(options), Some(state)));
    let handle =
        ceremony::begin(app, &mut tx, Ceremony::StepUp, Some(who.person), &State { act, subject, webauthn }, now).await?;
    tx.commit_bookkeeping().await?;
    Ok(Begun { handle, methods, options })
}

fn plain(name: &str, text: &str) -> Result<String> {
    let fits = !text.is_empty() && text.len() <= NAME_CHARS_MAX && text.bytes().all(|b| b.is_ascii_graphic());
    if fits {
        return Ok(text.to_owned());
    }
    let shown: String = text.chars().take(64).collect();
    let message = format!("the {name} \"{shown}\" is not 1 to {NAME_CHARS_MAX} visible ASCII characters");
    Err(Error::invalid("STEP_UP_NAME_INVALID", message))
}

/// What is shown to finish.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    Code(Method, String),
    Passkey(serde_json::Value),
}

/// Verifies what was shown. A wrong code can be tried again; a passkey gets one try per beginning.
pub async fn finish(app: &App, who: &Session, handle: &str, shown: Shown) -> Result<Proved> {
    let done = match shown {
        Shown::Code(method, code) => finish_with_code(app, who, handle, method, &code).await,
        Shown::Passkey(credential) => finish_with_passkey(app, who, handle, credential).await,
    };
    refusal::tell("step_up", || format!("person:{}", who.person), done)
}

async fn finish_with_code(app: &App, who: &Session, handle: &str, method: Method, code: &str) -> Result<Proved> {
    let now = app.outside.now();
    let counted = throttle::admit(app, vec![Subject::codes(who.person)], now).await?;
    let mut tx = app.store.write_home().await?;
    let found = ceremony::take::<State>(&mut tx, Ceremony::StepUp, handle, now).await?;
    own(who, found.person)?;
    let login = crate::session::lock_active(&mut tx, who.person).await?;
    // A refusal drops the transaction, so the handle is still good for the next try.
    if !second_factor::spend(app, &mut tx, &login, method, code, now).await? {
        crate::seen::failed(app, who.person, "second_factor.failed", now);
        return Err(Error::invalid("CODE_WRONG", "the code is wrong or was used already"));
    }
    counted.take_back(&mut tx, now).await?;
    prove(app, tx, who, &found.state, method, now).await
}

async fn finish_with_passkey(app: &App, who: &Session, handle: &str, credential: serde_json::Value) -> Result<Proved> {
    let now = app.outside.now();
    let found = ceremony::take_now::<State>(app, Ceremony::StepUp, handle, now).await?;
    own(who, found.person)?;
    let asked = found.state.webauthn.as_ref().ok_or_else(|| Error::invalid("PASSKEY_UNKNOWN", "you have no passkey"))?;
    let answered = passkey::answered(app, asked, credential).await?;
    let mut tx = app.store.write_home().await?;
    crate::session::lock_active(&mut tx, who.person).await?;
    answered.save(&mut tx, who.person, now).await?;
    prove(app, tx, who, &found.state, Method::Passkey, now).await
}

fn own(who: &Session, person: Option<PersonId>) -> Result<()> {
    if person == Some(who.person) {
        return Ok(());
    }
    Err(Error::invalid("CHALLENGE_UNKNOWN", "this was used already or took too long; start again"))
}

async fn prove(app: &App, mut tx: WriteTx, who: &Session, state: &State, method: Method, now: Timestamp) -> Result<Proved> {
    let text = secret::random(app);
    let proof = Proof { hash: secret::hash(&text), person: who.person, act: state.act.clone(), subject: state.subject.clone() };
    let expires_at = expires_at(now);
    store::step_up::create(&mut tx, &proof, expires_at).await?;
    let shown = proof_of(method);
    store::session::set_second_factor(&mut tx, who.person, &who.id, shown, now).await?;
    let detail = json!({"act": "step_up.create", "person": who.person, "for": state.act, "method": method.name()});
    tx.commit(&by(who.person), now, &[Change::of(change::Kind::IdentityChanged, detail)]).await?;
    Ok(Proved { proof: text, expires_at })
}

fn proof_of(method: Method) -> entry::Proof {
    match method {
        Method::Totp => entry::Proof::Totp,
        Method::Passkey => entry::Proof::Passkey,
        Method::Recovery => entry::Proof::Recovery,
    }
}

/// Spends a proof in the transaction of the act it proves: so it works once, and is still good when the act fails.
/// `subject` is what the act is done to, as the act defines it; the refusal names both, so that whoever asked knows what
/// to prove. A token has nobody to prove anything.
pub async fn spend(tx: &mut WriteTx, cx: &Cx, act: &'static str, subject: &str, proof: Option<&str>) -> Result<()> {
    match cx.person {
        Some(person) => spend_of(tx, person.id, act, subject, proof, cx.now).await,
        None => Err(needed(act, subject)),
    }
}

/// The same for acts of a person on herself.
pub(crate) async fn spend_own(
    tx: &mut WriteTx,
    who: &Session,
    act: &'static str,
    subject: &str,
    proof: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    spend_of(tx, who.person, act, subject, proof, now).await
}

async fn spend_of(
    tx: &mut WriteTx,
    person: PersonId,
    act: &'static str,
    subject: &str,
    proof: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let Some(text) = proof else { return Err(needed(act, subject)) };
    let proof = Proof { hash: secret::hash(text), person, act: act.to_owned(), subject: subject.to_owned() };
    if store::step_up::spend(tx, &proof, now).await? { Ok(()) } else { Err(needed(act, subject)) }
}

/// The names are in the context, so that a browser can begin a step-up and come back.
fn needed(act: &str, subject: &str) -> Error {
    let message = format!("a fresh second factor is needed for {act} on \"{subject}\"");
    Error::new(Kind::StepUpNeeded, "STEP_UP_NEEDED", message).with("act", act).with("subject", subject)
}
