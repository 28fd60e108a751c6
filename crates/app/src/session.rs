//! Sessions: signing in and out, and the context of a signed-in person.
//!
//! ```text
//!   sign_in(email, password) -> SignedIn(cookie) | SecondFactor(challenge)
//!   second_factor(challenge, code) ------------> cookie          passkey::sign_in_* -> cookie
//! ```
//! Which proofs are enough is decided by [`model::identity::sign_in`]; here they are verified, counted and used up in the
//! transaction that opens the session.

use crate::cx::{App, Cx, Person};
use crate::error::{Error, Kind, Result};
use crate::password::{self, Verdict};
use crate::throttle::{self, Subject};
use crate::{ceremony, refusal, second_factor, secret, seen, sign_in_policy, sign_on};
use jiff::{SignedDuration, Timestamp};
use model::account::{Status, UserStatus, permissions};
use model::authority::Standing;
use model::change::{self, Actor, By, Change, Source};
use model::fold;
use model::id::{AccountId, PersonId, ProviderId};
use model::identity::DEMO_PASSWORD;
use model::identity::entry::proved_by;
use model::identity::session::{Session, expires_at};
use model::identity::sign_in::{self, Method, Proved, State};
use model::limits::USER_AGENT_CHARS_MAX;
use serde_json::json;
use std::sync::Arc;
use store::WriteTx;
use store::person::Login;
use store::session::{Found, Place};

/// Where a request comes from, as far as the door knows. Shown to the person in the list of her sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visitor {
    /// A network address without the port.
    pub address: String,
    pub user_agent: String,
}

/// A session that was just opened. The cookie's text is nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub cookie: String,
    pub session: Session,
}

/// What a right password led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    SignedIn(Box<Opened>),
    /// A second factor is missing; the challenge names this attempt.
    SecondFactor {
        challenge: String,
        methods: Vec<Method>,
    },
}

/// By a person herself, outside any account.
pub(crate) fn by(person: PersonId) -> By {
    By { actor: Actor::Person { id: person }, source: Source::CrmUi, cause: None }
}

/// A change of who somebody is or how she proves it.
pub(crate) fn changed(person: PersonId, act: &str) -> Change {
    Change::of(change::Kind::IdentityChanged, json!({"act": act, "person": person}))
}

fn refused() -> Error {
    Error::new(Kind::Unauthenticated, "SIGN_IN_REFUSED", "the e-mail address or the password is wrong")
}

/// Signs in with a password, as far as that goes. Unknown addresses are refused in the same words and the same time.
pub async fn sign_in(app: &App, visitor: &Visitor, email: &str, typed: &str) -> Result<Outcome> {
    let folded = fold::email(email);
    let done = sign_in_as(app, visitor, &folded, typed).await;
    refusal::tell("sign_in.password", || format!("address:{}", secret::alias(app, &folded)), done)
}

async fn sign_in_as(app: &App, visitor: &Visitor, folded: &str, typed: &str) -> Result<Outcome> {
    let now = app.outside.now();
    let subjects = vec![Subject::email(folded), Subject::address(&visitor.address)];
    let counted = throttle::admit(app, subjects, now).await?;
    let mut tx = app.store.read_home().await?;
    let login = store::person::by_email(&mut tx, folded).await?;
    drop(tx);
    let stored = login.as_ref().and_then(|login| login.password_hash.as_deref());
    let verdict = password::verify(app, stored, typed).await?;
    if let Some(login) = login.as_ref().filter(|_| verdict == Verdict::Wrong) {
        seen::failed(app, login.person.id, "sign_in.failed", now);
    }
    let login = login.filter(|_| verdict != Verdict::Wrong).ok_or_else(refused)?;
    if typed == DEMO_PASSWORD && !app.settings.demo {
        let message = "the sample group's sign-in is public, so it is refused on an address beyond this machine; \
                       start the server with --allow-demo-sign-in to take it all the same";
        return Err(Error::forbidden("DEMO_SIGN_IN_REFUSED", message));
    }
    let rehashed = if verdict == Verdict::RightButOld { Some(password::hash(app, typed).await?) } else { None };

    let mut tx = app.store.write_home().await?;
    let current = lock_active(&mut tx, login.person.id).await?;
    if current.password_hash != login.password_hash {
        return Err(refused());
    }
    counted.take_back(&mut tx, now).await?;
    if let Some(hash) = &rehashed {
        store::person::set_password(&mut tx, current.person.id, hash).await?;
    }
    match sign_in::next(State::Unknown, Proved::Password(current.person.id), current.enrolled()) {
        State::SignedIn { person, second_factor } => {
            let how = How { second_factor, method: "password" };
            Ok(Outcome::SignedIn(Box::new(open(app, tx, visitor, person, how, vec![], now).await?)))
        }
        State::Password(person) => {
            let challenge = ceremony::begin(app, &mut tx, ceremony::Kind::SignIn, Some(person), &(), now).await?;
            tx.commit(&by(person), now, &[changed(person, "sign_in.password")]).await?;
            Ok(Outcome::SecondFactor { challenge, methods: current.enrolled().methods() })
        }
        State::Unknown => Err(refused()),
    }
}

/// Completes a sign-in with a code. A wrong one can be tried again, as often as the throttle lets.
pub async fn second_factor(app: &App, visitor: &Visitor, challenge: &str, method: Method, code: &str) -> Result<Opened> {
    let now = app.outside.now();
    let mut tx = app.store.read_home().await?;
    let pending = ceremony::read::<()>(&mut tx, ceremony::Kind::SignIn, challenge, now).await?;
    drop(tx);
    let person = pending.person.ok_or_else(refused)?;
    let done = second_factor_of(app, visitor, person, challenge, method, code).await;
    refusal::tell("sign_in.second_factor", || format!("person:{person}"), done)
}

async fn second_factor_of(
    app: &App,
    visitor: &Visitor,
    person: PersonId,
    challenge: &str,
    method: Method,
    code: &str,
) -> Result<Opened> {
    let now = app.outside.now();
    let counted = throttle::admit(app, vec![Subject::codes(person), Subject::address(&visitor.address)], now).await?;
    let mut tx = app.store.write_home().await?;
    let login = lock_active(&mut tx, person).await?;
    if !second_factor::spend(app, &mut tx, &login, method, code, now).await? {
        seen::failed(app, person, "second_factor.failed", now);
        return Err(Error::new(Kind::Unauthenticated, "CODE_WRONG", "the code is wrong or was used already"));
    }
    ceremony::take::<()>(&mut tx, ceremony::Kind::SignIn, challenge, now).await?;
    counted.take_back(&mut tx, now).await?;
    match sign_in::next(State::Password(person), Proved::Second(person, method), login.enrolled()) {
        State::SignedIn { person, second_factor } => {
            open(app, tx, visitor, person, How { second_factor, method: method.name() }, vec![], now).await
        }
        State::Unknown | State::Password(_) => Err(refused()),
    }
}

/// The person of a sign-in, locked; barred ones are refused like wrong passwords.
pub(crate) async fn lock_active(tx: &mut WriteTx, person: PersonId) -> Result<Login> {
    let login = store::person::lock(tx, person).await?;
    login.filter(|login| login.person.disabled_at.is_none()).ok_or_else(refused)
}

/// How somebody signed in.
pub(crate) struct How {
    pub second_factor: bool,
    pub method: &'static str,
}

/// Opens a session and commits it with the changes that led to it.
pub(crate) async fn open(
    app: &App,
    tx: WriteTx,
    visitor: &Visitor,
    person: PersonId,
    how: How,
    changes: Vec<Change>,
    now: Timestamp,
) -> Result<Opened> {
    open_by(app, tx, visitor, person, how, None, changes, now).await
}

/// The same by an identity provider, with what it calls the session.
#[expect(clippy::too_many_arguments, reason = "a session is all of this, and what is half known is no session")]
pub(crate) async fn open_by(
    app: &App,
    mut tx: WriteTx,
    visitor: &Visitor,
    person: PersonId,
    how: How,
    provider: Option<(ProviderId, Option<&str>)>,
    mut changes: Vec<Change>,
    now: Timestamp,
) -> Result<Opened> {
    let cookie = secret::random(app);
    let session = Session {
        id: app.outside.uuid(),
        person,
        created_at: now,
        last_seen_at: now,
        expires_at: expires_at(now, now),
        second_factor_at: how.second_factor.then_some(now),
        user_agent: visitor.user_agent.chars().take(USER_AGENT_CHARS_MAX).collect(),
        address: visitor.address.chars().take(USER_AGENT_CHARS_MAX).collect(),
        provider: provider.map(|(id, _)| id),
        proved: proved_by(how.method, how.second_factor),
        longest_pause: SignedDuration::ZERO,
        stand_in: None,
    };
    store::session::create(&mut tx, &session, &secret::hash(&cookie)).await?;
    if let Some((id, Some(sid))) = provider {
        store::provider::set_session(&mut tx, &session.id, person, id, sid).await?;
    }
    let mut detail = json!({"act": "session.create", "person": person, "session": session.id, "method": how.method});
    if let Some(id) = session.provider {
        detail["provider"] = json!(id);
    }
    changes.push(Change::of(change::Kind::IdentityChanged, detail));
    tx.commit(&by(person), now, &changes).await?;
    Ok(Opened { cookie, session })
}

/// The person's living sessions, newest first.
pub async fn list(app: &App, who: &Session) -> Result<Vec<Session>> {
    let mut tx = app.store.read_home().await?;
    Ok(store::session::list(&mut tx, who.person, app.outside.now()).await?)
}

/// Ends one of her sessions: this one to sign out, or another.
pub async fn end(app: &App, who: &Session, id: &str) -> Result<()> {
    let mut tx = app.store.write_home().await?;
    if !store::session::end(&mut tx, who.person, id).await? {
        return Err(Error::not_found(format!("there is no session \"{}\"", id.chars().take(64).collect::<String>())));
    }
    tx.commit(&by(who.person), app.outside.now(), &[changed(who.person, "session.end")]).await?;
    Ok(())
}

/// Ends all her sessions, this one too, and whatever sign-in is half done.
pub async fn end_all(app: &App, who: &Session) -> Result<()> {
    let mut tx = app.store.write_home().await?;
    store::session::end_all(&mut tx, who.person, None).await?;
    ceremony::forget(&mut tx, ceremony::Kind::SignIn, Some(who.person)).await?;
    tx.commit(&by(who.person), app.outside.now(), &[changed(who.person, "session.end_all")]).await?;
    Ok(())
}

/// The session of a cookie, for what needs no account. One read.
pub async fn identify(app: &App, cookie: &str) -> Result<Session> {
    Ok(find(app, cookie, None, app.outside.now()).await?.session)
}

/// The context of a signed-in person in one of her accounts, as far as its sign-in policy lets her in. One read; two where the
/// organization wants the strictest policy of its members.
pub async fn authenticate(app: &App, cookie: &str, account: AccountId) -> Result<Cx> {
    let now = app.outside.now();
    let found = find(app, cookie, Some(account), now).await?;
    let gone = || Error::not_found(format!("there is no account {account}"));
    let place = found.place.as_ref().filter(|place| may_enter(place)).cloned().ok_or_else(gone)?;
    let stand_in = found.session.stands_in(account, now);
    // Who stands in came in by the policy herself, half an hour ago at most.
    if stand_in.is_none() {
        sign_in_policy::admit(app, &found, account, now).await?;
    }
    let session = found.session;
    if stand_in.is_none() && place.sign_on.is_some() {
        let mut tx = app.store.read_home().await?;
        sign_on::enforce(&mut tx, account, place.sign_on.as_ref(), session.person, session.provider).await?;
    }
    let granted = permissions(place.role, place.permission_set.as_ref(), &place.seats);
    let standing = Standing { role: place.role, permissions: granted, seats: place.seats, account_status: place.account_status };
    let (id, second_factor_at) = stand_in.map_or((session.person, session.second_factor_at), |one| (one.person, None));
    Ok(Cx {
        actor: stand_in.map_or(Actor::Person { id }, |_| Actor::StandIn { id, real: session.person }),
        source: Source::CrmUi,
        account,
        now,
        request: String::new(),
        standing: Arc::new(standing),
        person: Some(Person { id, owner: place.owner, second_factor_at }),
        stands_in: session.stands_in_anywhere(now),
        bearer: None,
        cause: None,
    })
}

fn may_enter(place: &Place) -> bool {
    place.status == UserStatus::Active && place.account_status != Status::Deactivated
}

async fn find(app: &App, cookie: &str, account: Option<AccountId>, now: Timestamp) -> Result<Found> {
    let mut tx = app.store.read_home().await?;
    let found = store::session::find(&mut tx, &secret::hash(cookie), account, now).await?;
    drop(tx);
    let found = found.filter(|found| found.disabled_at.is_none());
    let Some(found) = found else {
        return Err(Error::new(Kind::Unauthenticated, "SESSION_UNKNOWN", "nobody is signed in here"));
    };
    if found.session.expires_at <= now {
        return Err(Error::new(Kind::Expired, "SESSION_EXPIRED", "the session has expired; sign in again"));
    }
    if seen::is_due(Some(found.session.last_seen_at), now) {
        seen::session(app, &found.session, now);
    }
    Ok(found)
}
