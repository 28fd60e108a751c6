//! Sign-in policies: how people come into an account, and whether somebody may now. The decision is
//! [`model::identity::entry`]'s; it is asked at every request of a session in an account.

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::{outbox, step_up};
use jiff::{SignedDuration, Timestamp};
use model::account::UserStatus;
use model::authority::Act;
use model::change::{Change, Kind};
use model::id::{AccountId, OrganizationId, PersonId};
use model::identity::entry::{Entry, Patch, Policy, Proof, Refusal, Visit, Way, decide, patched};
use model::identity::session::Session;
use model::identity::sign_in::Enrolled;
use model::identity::step_up::SIGN_IN_POLICY;
use model::letter::Letter;
use model::limits::LETTERS_AT_ONCE_MAX;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::session::Found;
use store::{Tx, WriteTx};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::invalid(refusal.code(), refusal.to_string())
    }
}

/// Lets a session into an account, or says what is missing.
pub(crate) async fn admit(app: &App, found: &Found, account: AccountId, now: Timestamp) -> Result<()> {
    let own = found.policy.clone().unwrap_or_default();
    let others = match found.strict {
        Some(organization) => {
            let mut tx = app.store.read_home().await?;
            store::sign_in_policy::of_organization(&mut tx, organization).await?
        }
        None => BTreeMap::new(),
    };
    let entry = asked(account, &own, &others, &found.session, found.enrolled, now);
    if entry.code().is_none() { Ok(()) } else { Err(refused(&entry, account)) }
}

fn asked(
    account: AccountId,
    own: &Policy,
    others: &BTreeMap<AccountId, Policy>,
    session: &Session,
    enrolled: Enrolled,
    now: Timestamp,
) -> Entry {
    let others = others.iter().filter(|(id, _)| **id != account).map(|(_, policy)| policy);
    let policies: Vec<&Policy> = std::iter::once(own).chain(others).collect();
    let visit = Visit { person: session.person, proved: &session.proved, pause: session.pause(now), enrolled };
    decide(&policies, &visit, now)
}

/// What she has to do is in the context, so that a browser can lead her through it.
fn refused(entry: &Entry, account: AccountId) -> Error {
    let ways = entry.ways().into_iter().map(Way::name).collect::<Vec<_>>();
    let listed = ways.join(" or ");
    let message = match entry {
        Entry::Idle => "you were away for longer than this account allows; sign in again".to_owned(),
        Entry::Show(_) => format!("this account asks for another way to sign in, which you have: {listed}"),
        _ => format!("this account asks for a way to sign in that you have to set up first: {listed}"),
    };
    let error = Error::forbidden(entry.code().unwrap_or("SIGN_IN_WAY_NOT_SHOWN"), message).with("account", account);
    ways.into_iter().fold(error, |error, way| error.with("way", way))
}

/// The policies of all accounts of a person.
pub(crate) struct Policies {
    own: BTreeMap<AccountId, Policy>,
    strict: BTreeMap<AccountId, OrganizationId>,
    of_organizations: BTreeMap<OrganizationId, BTreeMap<AccountId, Policy>>,
}

/// Reads them.
pub(crate) async fn policies(tx: &mut Tx, person: PersonId) -> Result<Policies> {
    let own = store::sign_in_policy::of_person(tx, person).await?;
    let strict = store::sign_in_policy::strict_of_person(tx, person).await?;
    let mut of_organizations = BTreeMap::new();
    for organization in strict.values().copied().collect::<BTreeSet<_>>() {
        of_organizations.insert(organization, store::sign_in_policy::of_organization(tx, organization).await?);
    }
    Ok(Policies { own, strict, of_organizations })
}

impl Policies {
    /// Whether a session may come into one of the accounts now.
    pub(crate) fn entry(&self, account: AccountId, session: &Session, enrolled: Enrolled, now: Timestamp) -> Entry {
        let (open, nobody) = (Policy::default(), BTreeMap::new());
        let others = self.strict.get(&account).and_then(|id| self.of_organizations.get(id)).unwrap_or(&nobody);
        asked(account, self.own.get(&account).unwrap_or(&open), others, session, enrolled, now)
    }
}

/// The account's policy.
pub async fn read(app: &App, cx: &Cx) -> Result<Policy> {
    cx.may(Act::ReadSettings)?;
    let mut tx = app.store.read_home().await?;
    Ok(store::sign_in_policy::read(&mut tx, cx.account).await?)
}

/// Changes it. Whoever does so shows a second factor, and must herself be able to come in afterwards.
pub async fn update(app: &App, cx: &Cx, patch: Patch, proof: Option<&str>) -> Result<Policy> {
    cx.may(Act::ManageSignIn)?;
    let mut tx = app.store.write_home().await?;
    crate::user::lock_account(&mut tx, cx).await?;
    let before = store::sign_in_policy::read(&mut tx, cx.account).await?;
    let after = patched(&before, patch, cx.now)?;
    if after == before {
        return Ok(before);
    }
    known(&mut tx, cx, after.exempt.difference(&before.exempt)).await?;
    if let Some(person) = cx.person {
        step_up::spend(&mut tx, cx, SIGN_IN_POLICY, &cx.account.to_string(), proof).await?;
        reaches(&mut tx, &after, person.id).await?;
    }
    store::sign_in_policy::put(&mut tx, cx.account, &after, cx.now).await?;
    let asked_now = before.second_factor_since.is_none() && after.second_factor_since.is_some();
    if asked_now {
        tell(app, &mut tx, cx, &after).await?;
    }
    let detail = json!({
        "act": "sign_in_policy.update", "account": cx.account, "fields": differing(&before, &after), "secondFactorAsked": asked_now,
    });
    tx.commit(&cx.by(), cx.now, &[Change::of(Kind::AccountChanged, detail)]).await?;
    Ok(after)
}

/// Writes to everybody who is to have a second factor from tomorrow on.
async fn tell(app: &App, tx: &mut WriteTx, cx: &Cx, policy: &Policy) -> Result<()> {
    let Some(from) = policy.second_factor_from() else { return Ok(()) };
    let account = outbox::account_name(tx, cx.account).await?;
    let by = outbox::by_name(tx, cx).await?.unwrap_or_else(|| outbox::PRODUCT.to_owned());
    for user in store::account::users(tx, cx.account).await?.into_iter().take(LETTERS_AT_ONCE_MAX) {
        let is_meant = user.status == UserStatus::Active && !policy.exempt.contains(&user.person);
        let Some(to) = outbox::to_person(tx, user.person).await?.filter(|_| is_meant) else { continue };
        let letter = Letter::SecondFactorAsked { account: account.clone(), by: by.clone(), from };
        let cause = format!("second_factor:{}:{}", cx.account, from.as_microsecond());
        outbox::enqueue(app, tx, outbox::New { account: cx.account, cause, to, letter, link: None }, cx.now).await?;
    }
    Ok(())
}

/// Only users of the account can be exempt.
async fn known(tx: &mut Tx, cx: &Cx, people: impl Iterator<Item = &PersonId>) -> Result<()> {
    for person in people {
        if store::account::read_user(tx, cx.account, *person).await?.is_none() {
            return Err(Error::invalid("EXEMPT_NOT_A_USER", format!("there is no user {person} to be exempt")));
        }
    }
    Ok(())
}

/// Whether somebody could come in by what she has set up, once everything binds.
async fn reaches(tx: &mut Tx, policy: &Policy, person: PersonId) -> Result<()> {
    let Some(login) = store::person::read(tx, person).await? else { return Ok(()) };
    let enrolled = login.enrolled();
    let could = [(Proof::Password, enrolled.password), (Proof::Totp, enrolled.totp), (Proof::Passkey, enrolled.n_passkeys > 0)];
    let proved = could.into_iter().filter(|(_, has)| *has).map(|(proof, _)| proof).collect();
    let visit = Visit { person, proved: &proved, pause: SignedDuration::ZERO, enrolled };
    let entry = decide(&[policy], &visit, Timestamp::MAX);
    if entry.code().is_some() {
        let ways = entry.ways().into_iter().map(Way::name).collect::<Vec<_>>().join(" or ");
        let message = format!("this would lock you out yourself: set up {ways} first");
        return Err(Error::conflict("SIGN_IN_POLICY_LOCKS_OUT", message));
    }
    Ok(())
}

fn differing(before: &Policy, after: &Policy) -> Vec<&'static str> {
    let fields = [
        ("secondFactor", before.second_factor_since != after.second_factor_since),
        ("ways", before.ways != after.ways),
        ("waysFrom", before.ways_from != after.ways_from),
        ("idleMinutes", before.idle_minutes != after.idle_minutes),
        ("exempt", before.exempt != after.exempt),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}
