//! Second factors by code: the authenticator app (TOTP) and recovery codes.

use crate::cx::App;
use crate::error::{Error, Kind, Result};
use crate::session::{by, changed};
use crate::throttle::{self, Subject};
use crate::{ceremony, secret, step_up};
use jiff::{SignedDuration, Timestamp};
use model::id::PersonId;
use model::identity::entry::Proof as Shown;
use model::identity::session::Session;
use model::identity::sign_in::Method;
use model::identity::{recovery, step_up as acts};
use model::limits::{FRESH_FACTOR_MINUTES, RECOVERY_CODES};
use serde::{Deserialize, Serialize};
use store::WriteTx;
use store::person::Login;
use totp_rs::{Builder, Totp};

/// RFC 4226 recommends 160 bits.
const SECRET_BYTES: usize = 20;
const STEP_SECONDS: u64 = 30;
const ISSUER: &str = "Consortio";

/// What an authenticator app needs to be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    pub handle: String,
    /// In base32, for typing.
    pub secret: String,
    pub otpauth_url: String,
    /// The URL as a picture.
    pub qr_svg: String,
}

#[derive(Serialize, Deserialize)]
struct Enrolling {
    sealed: String,
}

fn place(person: PersonId) -> String {
    format!("totp:{person}")
}

fn totp(secret: &[u8], email: &str) -> Result<Totp> {
    // A colon would end the account name inside the URL.
    let builder = Builder::new().with_secret(secret.to_vec()).with_skew(1).with_step_duration(STEP_SECONDS);
    let builder = builder.with_issuer(Some(ISSUER)).with_account_name(email.replace(':', "_"));
    builder.build().map_err(|e| Error::broken(format!("an authenticator secret cannot be used: {e}")))
}

/// The time step a code belongs to: the current one, the one before or the one after.
fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).take(7).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    Ok(totp(secret, "nobody")?.check(&digits, seconds).and_then(|step| i64::try_from(step).ok()))
}

/// Verifies a code and uses it up, in the caller's transaction; whether it was good.
pub(crate) async fn spend(
    app: &App,
    tx: &mut WriteTx,
    login: &Login,
    method: Method,
    code: &str,
    now: Timestamp,
) -> Result<bool> {
    let person = login.person.id;
    match (method, &login.totp_sealed) {
        (Method::Totp, Some(sealed)) => match step_of(&secret::open(app, &place(person), sealed)?, code, now)? {
            Some(step) => Ok(store::person::use_totp_step(tx, person, step).await?),
            None => Ok(false),
        },
        (Method::Recovery, _) if login.enrolled().has_second_factor() => match recovery::normalized(code) {
            Some(code) => Ok(store::person::recovery::spend(tx, person, &code_hash(person, &code), now).await?),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

fn code_hash(person: PersonId, normalized: &str) -> String {
    secret::hash(&format!("recovery:{person}:{normalized}"))
}

/// Whether a factor may be added: with one there already, it was shown a moment ago or is proved now. Else whoever gets
/// hold of an open browser makes herself at home.
pub(crate) async fn may_add(tx: &mut WriteTx, who: &Session, login: &Login, proof: Option<&str>, now: Timestamp) -> Result<()> {
    let fresh = |at: Timestamp| now.duration_since(at) < SignedDuration::from_mins(FRESH_FACTOR_MINUTES);
    if !login.enrolled().has_second_factor() || who.second_factor_at.is_some_and(fresh) {
        return Ok(());
    }
    step_up::spend_own(tx, who, acts::ADD_FACTOR, acts::SELF, proof, now).await
}

/// Begins to set up an authenticator app. Nothing is enrolled until a code confirms it.
pub async fn begin_totp(app: &App, who: &Session, proof: Option<&str>) -> Result<Enrolment> {
    let (now, bytes) = (app.outside.now(), app.outside.bytes::<SECRET_BYTES>());
    let mut tx = app.store.write_home().await?;
    let login = store::person::lock(&mut tx, who.person).await?.ok_or_else(|| gone(who))?;
    may_add(&mut tx, who, &login, proof, now).await?;
    let totp = totp(&bytes, &login.person.email)?;
    let state = Enrolling { sealed: secret::seal(app, &place(who.person), &bytes)? };
    let handle = ceremony::begin(app, &mut tx, ceremony::Kind::TotpEnrolment, Some(who.person), &state, now).await?;
    tx.commit_bookkeeping().await?;
    let otpauth_url = totp.to_url().map_err(|e| Error::broken(format!("an authenticator URL cannot be written: {e}")))?;
    let qr_svg = qr_svg(&otpauth_url)?;
    Ok(Enrolment { handle, secret: totp_rs::Secret::from(bytes.to_vec()).to_base32(), otpauth_url, qr_svg })
}

fn qr_svg(url: &str) -> Result<String> {
    let code = qrcode::QrCode::new(url.as_bytes()).map_err(|e| Error::broken(format!("a QR code cannot be drawn: {e}")))?;
    Ok(code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(200, 200).build())
}

fn gone(who: &Session) -> Error {
    Error::broken(format!("the session {} is of nobody", who.id))
}

/// Confirms an authenticator app with its first code. Who has no recovery code gets some with it, shown this once.
pub async fn confirm_totp(app: &App, who: &Session, handle: &str, code: &str) -> Result<Vec<String>> {
    let now = app.outside.now();
    let counted = throttle::admit(app, vec![Subject::codes(who.person)], now).await?;
    let mut tx = app.store.write_home().await?;
    let found = ceremony::take::<Enrolling>(&mut tx, ceremony::Kind::TotpEnrolment, handle, now).await?;
    if found.person != Some(who.person) {
        return Err(Error::invalid("CHALLENGE_UNKNOWN", "this was used already or took too long; start again"));
    }
    let bytes = secret::open(app, &place(who.person), &found.state.sealed)?;
    let step = step_of(&bytes, code, now)?;
    let step = step.ok_or_else(|| Error::invalid("CODE_WRONG", "the code is not the one the app shows now"))?;
    let login = store::person::lock(&mut tx, who.person).await?.ok_or_else(|| gone(who))?;
    store::person::set_totp(&mut tx, who.person, &found.state.sealed, step, now).await?;
    let codes = first_codes(app, &mut tx, &login).await?;
    counted.take_back(&mut tx, now).await?;
    store::session::set_second_factor(&mut tx, who.person, &who.id, Shown::Totp, now).await?;
    tx.commit(&by(who.person), now, &[changed(who.person, "totp.create")]).await?;
    Ok(codes)
}

/// Recovery codes for somebody who gets a second factor and has none that works; printed ones stay good.
pub(crate) async fn first_codes(app: &App, tx: &mut WriteTx, login: &Login) -> Result<Vec<String>> {
    if login.n_recovery_codes > 0 { Ok(vec![]) } else { replace_codes(app, tx, login.person.id).await }
}

async fn replace_codes(app: &App, tx: &mut WriteTx, person: PersonId) -> Result<Vec<String>> {
    let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| recovery::code(&app.outside.bytes())).collect();
    let hashes: Vec<_> = codes.iter().filter_map(|code| recovery::normalized(code)).map(|c| code_hash(person, &c)).collect();
    store::person::recovery::replace(tx, person, &hashes).await?;
    Ok(codes)
}

/// Takes the authenticator app away. Without any other second factor the recovery codes go as well.
pub async fn delete_totp(app: &App, who: &Session, proof: Option<&str>) -> Result<()> {
    let now = app.outside.now();
    let mut tx = app.store.write_home().await?;
    step_up::spend_own(&mut tx, who, acts::DELETE_TOTP, acts::SELF, proof, now).await?;
    if !store::person::delete_totp(&mut tx, who.person).await? {
        return Err(Error::not_found("there is no authenticator app"));
    }
    forget_codes_without_factor(&mut tx, who.person).await?;
    tx.commit(&by(who.person), now, &[changed(who.person, "totp.delete")]).await?;
    Ok(())
}

/// Recovery codes stand in for another factor; without one they would be a password nobody asked for.
pub(crate) async fn forget_codes_without_factor(tx: &mut WriteTx, person: PersonId) -> Result<()> {
    let login = store::person::lock(tx, person).await?;
    if login.is_some_and(|login| !login.enrolled().has_second_factor()) {
        store::person::recovery::delete(tx, person).await?;
    }
    Ok(())
}

/// New recovery codes in place of the old ones; shown this once.
pub async fn create_recovery_codes(app: &App, who: &Session, proof: Option<&str>) -> Result<Vec<String>> {
    let now = app.outside.now();
    let mut tx = app.store.write_home().await?;
    step_up::spend_own(&mut tx, who, acts::CREATE_RECOVERY_CODES, acts::SELF, proof, now).await?;
    let login = store::person::lock(&mut tx, who.person).await?.ok_or_else(|| gone(who))?;
    if !login.enrolled().has_second_factor() {
        let message = "recovery codes replace a lost second factor, and there is none yet";
        return Err(Error::new(Kind::Forbidden, "SECOND_FACTOR_MISSING", message));
    }
    let codes = replace_codes(app, &mut tx, who.person).await?;
    tx.commit(&by(who.person), now, &[changed(who.person, "recovery_codes.create")]).await?;
    Ok(codes)
}
