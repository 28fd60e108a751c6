//! Second factors that two admins of an organization take away from somebody who lost them. See [`model::organization::reset`].
//!
//! ```text
//!   ask + step-up --> letter to her, at once --> approve + step-up, by another admin --> 24 h --> reconcile: reset::clear
//!                          '--> stop: she on any page, or any admin of an account she is in
//! ```
//! Each step is in the organization's log and, in the transaction that makes it, in the security history of the account and hers.
//! Whether it is still allowed is asked anew when it is due: a role that was taken back meanwhile takes nobody's factors.

use super::standing::{self, Seen, Stand};
use super::{actor, prove, roles, tell_accounts};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::organization::log::{self, Tried};
use crate::session::by;
use crate::{outbox, reset, user};
use jiff::Timestamp;
use model::account::UserStatus;
use model::authority::{Denial, OrganizationAct};
use model::change::{Change, Kind as Did};
use model::id::{AccountId, OrganizationId, PersonId, ResetId};
use model::identity::session::Session;
use model::identity::step_up::{APPROVE_FACTOR_RESET, ASK_FACTOR_RESET};
use model::letter::Letter;
use model::limits::{RESETS_AT_ONCE, RESETS_LISTED_MAX};
use model::organization::Organization;
use model::organization::log::{Said, of_account};
use model::organization::reset::{Event, Refusal, Reset, SecondFactorReset, State};
use model::organization::role::{Place, Role};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::organization::reset as stored;
use store::{Tx, WriteTx};

/// A reset as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub reset: Reset,
    /// What it is now.
    pub state: State,
    pub name: String,
    pub email: String,
    pub asked_by_name: Option<String>,
    pub approved_by_name: Option<String>,
    pub stopped_by_name: Option<String>,
    /// What she may do with it.
    pub may: Vec<Event>,
}

/// What is asked for and what was, as far as it is about people of accounts one administers.
#[derive(Debug, Clone)]
pub struct Resets {
    /// Whether the organization's policy knows them.
    pub enabled: bool,
    /// One holds the role for some account.
    pub may_ask: bool,
    pub found: Vec<Shown>,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let kind = match refusal {
            Refusal::Closed(_) | Refusal::Approved => Kind::Conflict,
            Refusal::OwnReset => Kind::Forbidden,
        };
        Error::new(kind, refusal.code(), refusal.to_string())
    }
}

/// Newest first.
pub async fn list(app: &App, cx: &Cx, id: OrganizationId) -> Result<Resets> {
    let mut tx = app.store.read_home().await?;
    let seen = standing::visible(&mut tx, cx, id, OrganizationAct::See).await?;
    let enabled = is_on(&seen.organization);
    let mut found = Vec::new();
    for one in stored::list(&mut tx, id, RESETS_LISTED_MAX).await? {
        let accounts = whereabouts(&mut tx, &seen.organization, one.person).await?.members;
        if administers(&seen.stand, accounts.iter().copied().chain([one.account])) {
            found.push(shown(&mut tx, cx, &seen.stand, &accounts, one).await?);
        }
    }
    let may_ask = enabled && holds(&seen.stand, seen.organization.members.keys().copied());
    Ok(Resets { enabled, may_ask, found })
}

/// Asks that somebody's second factors be taken away, and tells her so.
pub async fn ask(app: &App, cx: &Cx, id: OrganizationId, email: &str, proof: Option<&str>) -> Result<Shown> {
    let done = ask_now(app, cx, id, email, proof).await;
    log::refusing(app, cx, id, Tried { act: "ask_factor_reset", proof }, done).await
}

async fn ask_now(app: &App, cx: &Cx, id: OrganizationId, email: &str, proof: Option<&str>) -> Result<Shown> {
    let mut tx = app.store.write_home().await?;
    let Seen { organization, stand, .. } = standing::locked(&mut tx, cx, id, OrganizationAct::See).await?;
    must_be_on(&organization)?;
    let own = cx.person.ok_or(Denial::SessionNeeded)?.id;
    if !holds(&stand, organization.members.keys().copied()) {
        return Err(Denial::NotDelegated.into());
    }
    let person = roles::member_user(&mut tx, &organization, email).await?;
    let accounts = whereabouts(&mut tx, &organization, person).await?.members;
    // Somebody of accounts that are not hers answers as nobody.
    let account = here_first(cx, &accounts).find(|account| holds(&stand, [*account]));
    let account = account.ok_or_else(|| roles::unknown_user(email))?;
    if person == own {
        return Err(Error::conflict("RESET_ONESELF", "change your own password and factors under Security"));
    }
    allowed(&mut tx, &organization, person).await?;
    if let Some(open) = stored::open_of(&mut tx, person).await? {
        if open.state_at(cx.now).is_open() {
            let message = format!("taking the second factors of {person} away was asked for already, at {}", open.asked_at);
            return Err(Error::conflict("RESET_OPEN", message));
        }
        close(&mut tx, cx, open, Event::Due).await?;
    }
    prove(&mut tx, cx, ASK_FACTOR_RESET, &person.to_string(), proof).await?;
    let reset = Reset::new(ResetId(tx.take_ids(1)?), id, person, account, own, cx.now);
    if let Some(to) = outbox::to_person(&mut tx, person).await? {
        let by = outbox::by_name(&mut tx, cx).await?.unwrap_or_default();
        let letter = Letter::FactorResetRequested { by, takes_effect_at: reset.due_at };
        let new = outbox::New { account, cause: cause(&reset), to, letter, link: None };
        outbox::enqueue(app, &mut tx, new, cx.now).await?;
    }
    record(app, cx, tx, &organization, reset, "factor_reset_asked").await
}

/// Agrees to it, as a second admin.
pub async fn approve(app: &App, cx: &Cx, id: OrganizationId, reset: ResetId, proof: Option<&str>) -> Result<Shown> {
    let done = approve_now(app, cx, id, reset, proof).await;
    log::refusing(app, cx, id, Tried { act: "approve_factor_reset", proof }, done).await
}

async fn approve_now(app: &App, cx: &Cx, id: OrganizationId, number: ResetId, proof: Option<&str>) -> Result<Shown> {
    let mut tx = app.store.write_home().await?;
    let Seen { organization, stand, .. } = standing::locked(&mut tx, cx, id, OrganizationAct::See).await?;
    let reset = found(&mut tx, &organization, &stand, number).await?;
    let own = cx.person.ok_or(Denial::SessionNeeded)?.id;
    let accounts = whereabouts(&mut tx, &organization, reset.person).await?.members;
    if !holds(&stand, accounts) {
        return Err(Denial::NotDelegated.into());
    }
    if reset.person == own {
        return Err(Error::conflict("RESET_ONESELF", "change your own password and factors under Security"));
    }
    allowed(&mut tx, &organization, reset.person).await?;
    let after = reset.after(Event::Approve, Some(own), cx.now)?;
    prove(&mut tx, cx, APPROVE_FACTOR_RESET, &number.to_string(), proof).await?;
    record(app, cx, tx, &organization, after, "factor_reset_approved").await
}

/// Stops it. Whoever administers an account she is in may: stopping is never delayed.
pub async fn stop(app: &App, cx: &Cx, id: OrganizationId, reset: ResetId) -> Result<Shown> {
    let done = stop_now(app, cx, id, reset).await;
    log::refusing(app, cx, id, Tried { act: "stop_factor_reset", proof: None }, done).await
}

async fn stop_now(app: &App, cx: &Cx, id: OrganizationId, number: ResetId) -> Result<Shown> {
    let mut tx = app.store.write_home().await?;
    let Seen { organization, stand, .. } = standing::locked(&mut tx, cx, id, OrganizationAct::See).await?;
    let reset = found(&mut tx, &organization, &stand, number).await?;
    let after = reset.after(Event::Stop, cx.person.map(|person| person.id), cx.now)?;
    record(app, cx, tx, &organization, after, "factor_reset_stopped").await
}

/// What is to be done to somebody herself.
pub async fn own(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<Option<(Reset, String)>> {
    let open = stored::open_of(tx, person).await?.filter(|open| open.state_at(now).is_open());
    let Some(open) = open else { return Ok(None) };
    let by = store::organization::names(tx, &[open.asked_by].into()).await?.remove(&open.asked_by).unwrap_or_default();
    Ok(Some((open, by)))
}

/// She stops it herself. A session is enough: it makes nobody's sign-in weaker.
pub async fn stop_own(app: &App, who: &Session) -> Result<()> {
    let now = app.outside.now();
    let none = || Error::new(Kind::NotFound, "RESET_NOT_FOUND", "nobody asked to take your second factors away");
    let id = stored::open_of(&mut app.store.read_home().await?, who.person).await?.ok_or_else(none)?.organization;
    let mut tx = app.store.write_home().await?;
    store::organization::lock(&mut tx, id).await?;
    let open = stored::open_of(&mut tx, who.person).await?.ok_or_else(none)?;
    let after = open.after(Event::Stop, Some(who.person), now)?;
    stored::put(&mut tx, &after).await?;
    let by = by(who.person);
    let from = json!({ "account": after.account });
    store::organization::append(&mut tx, id, vec![said(actor(&by.actor), now, &after, "factor_reset_stopped", &from)]).await?;
    tx.commit(&by, now, &changes(&after, "factor_reset_stopped")).await?;
    Ok(())
}

/// Takes away what is due, and closes what nobody approved or what is no longer allowed. Takes no input and may run at any time.
pub async fn reconcile(app: &App) -> Result<usize> {
    let cx = Cx::system(app, store::INSTANCE);
    let due = stored::due(&mut app.store.read_home().await?, cx.now, RESETS_AT_ONCE).await?;
    let n = due.len();
    for one in due {
        let mut tx = app.store.write_home().await?;
        let organization = store::organization::lock(&mut tx, one.organization).await?.map(|(organization, _)| organization);
        let Some(reset) = stored::read(&mut tx, one.organization, one.id).await?.filter(|one| one.closed_at.is_none()) else {
            continue;
        };
        let event = match &organization {
            Some(organization) if is_still_allowed(&mut tx, &cx, organization, &reset).await? => Event::Due,
            _ => Event::Bar,
        };
        let after = close(&mut tx, &cx, reset, event).await?;
        if after.stored == State::Done {
            carry_out(app, &mut tx, &cx, &after).await?;
        }
        tx.commit(&cx.by(), cx.now, &changes(&after, closing(&after))).await?;
    }
    Ok(n)
}

async fn carry_out(app: &App, tx: &mut WriteTx, cx: &Cx, reset: &Reset) -> Result<()> {
    let link = reset::clear(app, tx, reset.person, cx.now).await?;
    let Some(to) = outbox::to_person(tx, reset.person).await? else { return Ok(()) };
    let by = store::organization::names(tx, &[reset.asked_by].into()).await?.remove(&reset.asked_by).unwrap_or_default();
    let new = outbox::New {
        account: reset.account,
        cause: cause(reset),
        to: to.clone(),
        letter: Letter::FactorReset { by: by.clone() },
        link: None,
    };
    outbox::enqueue(app, tx, new, cx.now).await?;
    // She signed in by passkey alone, so she chooses a password. Nobody but she may know the link.
    if link.is_some() {
        let letter = Letter::PasswordReset { by: Some(by) };
        let new = outbox::New { account: reset.account, cause: cause(reset), to, letter, link };
        outbox::enqueue(app, tx, new, cx.now).await?;
    }
    Ok(())
}

/// Both admins still hold their role for an account she is in, and nothing else came between.
async fn is_still_allowed(tx: &mut Tx, cx: &Cx, organization: &Organization, reset: &Reset) -> Result<bool> {
    let accounts = match allowed(tx, organization, reset.person).await {
        Ok(accounts) => accounts,
        Err(error) if matches!(error.kind, Kind::Forbidden | Kind::Conflict | Kind::NotFound) => return Ok(false),
        Err(error) => return Err(error),
    };
    for admin in [Some(reset.asked_by), reset.approved_by].into_iter().flatten() {
        let places = store::organization::role::places(tx, organization.id, admin, organization.policy.roles, cx.now).await?;
        if !accounts.iter().any(|account| places.get(account).is_some_and(is_holder)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_holder(place: &Place) -> bool {
    place.held.contains(&Role::OrganizationAdmin)
}

fn holds(stand: &Stand, accounts: impl IntoIterator<Item = AccountId>) -> bool {
    accounts.into_iter().any(|account| is_holder(&stand.places.at(account)))
}

fn administers(stand: &Stand, accounts: impl IntoIterator<Item = AccountId>) -> bool {
    accounts.into_iter().any(|account| stand.places.at(account).administers())
}

fn here_first(cx: &Cx, accounts: &BTreeSet<AccountId>) -> impl Iterator<Item = AccountId> {
    let here = accounts.get(&cx.account).copied();
    here.into_iter().chain(accounts.iter().copied())
}

fn is_on(organization: &Organization) -> bool {
    organization.policy.roles && organization.policy.second_factor_reset == SecondFactorReset::TwoAdmins
}

fn must_be_on(organization: &Organization) -> Result<()> {
    if is_on(organization) {
        return Ok(());
    }
    let message = "under the organization's rules second factors are reset by a Super Admin of somebody's only account, or by \
                   the operator of the server";
    Err(Error::forbidden("SECOND_FACTOR_RESET_OFF", message))
}

/// Where somebody is a user.
struct Whereabouts {
    /// Members in which she is active.
    members: BTreeSet<AccountId>,
    /// She is somewhere that is no member.
    is_elsewhere: bool,
}

async fn whereabouts(tx: &mut Tx, organization: &Organization, person: PersonId) -> Result<Whereabouts> {
    let mut found = Whereabouts { members: BTreeSet::new(), is_elsewhere: false };
    for (account, user) in store::account::of_person(tx, person).await? {
        let is_member = organization.members.contains_key(&account.id);
        if is_member && user.status == UserStatus::Active {
            found.members.insert(account.id);
        }
        found.is_elsewhere |= !is_member && user.status != UserStatus::Invited;
    }
    Ok(found)
}

/// Whether the organization may do it to somebody at all; the members she is in.
async fn allowed(tx: &mut Tx, organization: &Organization, person: PersonId) -> Result<BTreeSet<AccountId>> {
    must_be_on(organization)?;
    let Whereabouts { members, is_elsewhere } = whereabouts(tx, organization, person).await?;
    if is_elsewhere {
        let message = "this person signs in to accounts outside the organization as well, so only the operator of the server can";
        return Err(Error::forbidden("USER_OUTSIDE_ORGANIZATION", message));
    }
    let login = store::person::read(tx, person).await?.ok_or_else(|| user::not_found(person))?;
    if !login.enrolled().has_second_factor() {
        let message = format!("the user {person} has no second factor that could be reset");
        return Err(Error::conflict("SECOND_FACTOR_NONE", message));
    }
    Ok(members)
}

/// One that is about somebody of an account she administers; to others it is not there.
async fn found(tx: &mut Tx, organization: &Organization, stand: &Stand, number: ResetId) -> Result<Reset> {
    let unknown = || Error::new(Kind::NotFound, "RESET_NOT_FOUND", format!("the organization has no reset {number}"));
    let reset = stored::read(tx, organization.id, number).await?.ok_or_else(unknown)?;
    let accounts = whereabouts(tx, organization, reset.person).await?.members;
    if administers(stand, accounts.into_iter().chain([reset.account])) { Ok(reset) } else { Err(unknown()) }
}

async fn shown(tx: &mut Tx, cx: &Cx, stand: &Stand, accounts: &BTreeSet<AccountId>, reset: Reset) -> Result<Shown> {
    let people = [Some(reset.asked_by), reset.approved_by, reset.stopped_by].into_iter().flatten().collect();
    let names: BTreeMap<PersonId, String> = store::organization::names(tx, &people).await?;
    let login = store::person::read(tx, reset.person).await?;
    let (name, email) = login.map(|login| (login.person.name, login.person.email)).unwrap_or_default();
    let own = cx.person.map(|person| person.id);
    let may_now = |event: &Event| {
        let is_hers = match event {
            Event::Approve => own.is_some_and(|own| own != reset.person) && holds(stand, accounts.iter().copied()),
            _ => true,
        };
        is_hers && reset.clone().after(*event, own, cx.now).is_ok()
    };
    Ok(Shown {
        state: reset.state_at(cx.now),
        name,
        email,
        asked_by_name: names.get(&reset.asked_by).cloned(),
        approved_by_name: reset.approved_by.and_then(|by| names.get(&by).cloned()),
        stopped_by_name: reset.stopped_by.and_then(|by| names.get(&by).cloned()),
        may: [Event::Approve, Event::Stop].into_iter().filter(may_now).collect(),
        reset,
    })
}

/// Writes what became of a reset, and shows it.
async fn record(
    app: &App,
    cx: &Cx,
    mut tx: WriteTx,
    organization: &Organization,
    reset: Reset,
    act: &'static str,
) -> Result<Shown> {
    stored::put(&mut tx, &reset).await?;
    let entry = said(actor(&cx.actor), cx.now, &reset, act, &standing::from(cx));
    store::organization::append(&mut tx, organization.id, vec![entry]).await?;
    tx.commit(&cx.by(), cx.now, &changes(&reset, act)).await?;
    tell_accounts(app, cx, organization, [reset.account].into()).await;
    let mut tx = app.store.read_home().await?;
    let stand = standing::visible(&mut tx, cx, organization.id, OrganizationAct::See).await?.stand;
    let accounts = whereabouts(&mut tx, organization, reset.person).await?.members;
    shown(&mut tx, cx, &stand, &accounts, reset).await
}

/// Closes one that is due, with its entry.
async fn close(tx: &mut WriteTx, cx: &Cx, reset: Reset, event: Event) -> Result<Reset> {
    let after = reset.after(event, None, cx.now)?;
    stored::put(tx, &after).await?;
    let entry = said(actor(&cx.actor), cx.now, &after, closing(&after), &standing::from(cx));
    store::organization::append(tx, after.organization, vec![entry]).await?;
    Ok(after)
}

fn closing(reset: &Reset) -> &'static str {
    if reset.stored == State::Done { "factor_reset_done" } else { "factor_reset_lapsed" }
}

fn cause(reset: &Reset) -> String {
    format!("second_factor_reset:{}", reset.id)
}

/// For the organization's pages, and for the security history of the account and of the person.
fn changes(reset: &Reset, act: &str) -> [Change; 2] {
    let of_person = act.replace("factor_reset_", "second_factor.reset_");
    let organization = json!({ "organizationId": reset.organization, "did": act, "accountId": reset.account });
    [
        Change::of(Did::OrganizationChanged, organization),
        Change::of(Did::AccountChanged, json!({ "act": of_person, "account": reset.account, "person": reset.person })),
    ]
}

fn said(actor: String, at: Timestamp, reset: &Reset, act: &str, from: &Value) -> Said {
    let effect = json!({
        "did": act, "reset": reset.id, "account": reset.account, "person": reset.person, "askedBy": reset.asked_by,
        "approvedBy": reset.approved_by, "dueAt": reset.due_at,
    });
    let detail = json!({ "effect": effect, "cause": null, "from": from });
    let (act, subject) = (act.to_owned(), of_account(reset.account));
    Said { at: at.as_microsecond(), actor, act, subject, detail: detail.to_string() }
}
