//! Letters because of what is in an organization's log. Entries of one turn are one event: one letter to a person, with
//! everything of it that concerns an account she is told for.

use super::{Audience, Plan, recipients, super_admins};
use crate::error::Result;
use crate::outbox::{self, New};
use jiff::Timestamp;
use model::account::{Account, UserStatus};
use model::connection::EdgeKey;
use model::id::{AccountId, OfferId, OrganizationId, PersonId, TokenId};
use model::letter::{Happened, Letter, Warning};
use model::limits::{LETTER_EVENTS_MAX, LOG_EXPORT_PAGE};
use model::notice::{Concerns, Rule, Whom, acts, told};
use model::organization::Organization;
use model::organization::log::Entry;
use model::organization::role::Role;
use model::outbox::{Recipient, Told as ToldFor};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;

/// An entry that somebody is told of.
struct Told<'e> {
    rule: &'static Rule,
    effect: &'e Value,
    account: Option<AccountId>,
    edge: Option<EdgeKey>,
    at: Timestamp,
}

/// Somebody, with what of an event she is told.
struct Letters {
    to: Recipient,
    /// On whose page the letter is: the first account she is told for.
    account: AccountId,
    events: BTreeSet<usize>,
}

/// Names how far the log of an organization was read, in the database.
pub(crate) fn cursor_of(id: OrganizationId) -> String {
    format!("notice:{id}")
}

/// Reads what is new in a log and plans its letters.
pub(super) async fn read(tx: &mut Tx, id: OrganizationId, now: Timestamp, plan: &mut Plan) -> Result<()> {
    let cursor = cursor_of(id);
    let mut after = store::feed::cursor(tx, &cursor).await?;
    let Some((organization, mut accounts)) = store::organization::read(tx, id).await? else { return Ok(()) };
    loop {
        let page = store::organization::log_of_acts(tx, id, &acts(), after, LOG_EXPORT_PAGE).await?;
        let is_last = page.len() < LOG_EXPORT_PAGE;
        let Some(last) = page.last().map(|entry| entry.seq) else { break };
        // An event that the page cuts is read whole with the next one; a page that is one event is taken as it is.
        let events = events(&page);
        let whole = if is_last || events.len() == 1 { events.len() } else { events.len() - 1 };
        for event in &events[..whole] {
            plan_event(tx, &organization, &mut accounts, (event, now), plan).await?;
        }
        after = if whole == events.len() { last } else { events[whole][0].seq - 1 };
        if is_last {
            break;
        }
    }
    plan.read.push((cursor, after));
    Ok(())
}

/// Entries of the same turn stand together, at the same moment and by the same actor.
fn events(page: &[Entry]) -> Vec<&[Entry]> {
    page.chunk_by(|a, b| (a.said.at, &a.said.actor) == (b.said.at, &b.said.actor)).collect()
}

async fn plan_event(
    tx: &mut Tx,
    organization: &Organization,
    accounts: &mut BTreeMap<AccountId, Account>,
    (event, now): (&[Entry], Timestamp),
    plan: &mut Plan,
) -> Result<()> {
    let details: Vec<Value> = event.iter().map(|entry| serde_json::from_str(&entry.said.detail).unwrap_or_default()).collect();
    let entries: Vec<Told> = event.iter().zip(&details).filter_map(|(entry, detail)| told_of(entry, detail)).collect();
    let mut members: BTreeSet<AccountId> = organization.members.keys().copied().collect();
    members.extend(entries.iter().filter(|entry| entry.rule.act == "member_removed").filter_map(|entry| entry.account));
    let mut people: BTreeMap<String, Letters> = BTreeMap::new();
    for (n, entry) in entries.iter().enumerate() {
        let mut concerned = Vec::new();
        for id in entry.rule.concerned(entry.account, entry.edge, &members) {
            concerned.extend(named(tx, accounts, id).await?);
        }
        let in_person = in_person(tx, organization, entry, &concerned, now).await?;
        let is_told = !in_person.is_empty();
        for (to, id) in in_person {
            add(&mut people, to, id, n);
        }
        for account in concerned.into_iter().filter(|_| !is_told) {
            // What an organization names for its members is not for an account that is none.
            let of = members.contains(&account.id).then_some(organization.id);
            for to in recipients(tx, &account, of, &Audience::of(entry.rule.notices)).await? {
                add(&mut people, to, account.id, n);
            }
        }
    }
    let mut happened = Vec::new();
    for entry in &entries {
        happened.push(say(tx, accounts, entry).await?);
    }
    let by = who(tx, &event[0].said.actor).await?;
    let at = Timestamp::from_microsecond(event[0].said.at).unwrap_or_default();
    for Letters { to, account, events } in people.into_values() {
        let mut concerning: Vec<Happened> = events.iter().flat_map(|n| happened[*n].1.clone()).collect();
        let n_more = concerning.len().saturating_sub(LETTER_EVENTS_MAX);
        concerning.truncate(LETTER_EVENTS_MAX);
        let warning = events.iter().find_map(|n| happened[*n].0.clone());
        let letter = Letter::Organization {
            organization: organization.name.clone(),
            by: by.clone(),
            at,
            events: concerning,
            n_more,
            warning,
        };
        let cause = format!("log:{}:{}", organization.id, event[0].seq);
        plan.letters.push(New { account, cause, to, letter, link: None });
    }
    Ok(())
}

fn told_of<'e>(entry: &Entry, detail: &'e Value) -> Option<Told<'e>> {
    // What somebody did beside the organization's own turns has no effect on it, only what it is about.
    let effect = if detail["effect"].is_null() { &detail["cause"] } else { &detail["effect"] };
    let rule = told(&entry.said.act, effect["reason"].as_str().unwrap_or_default())?;
    let account = entry.said.subject.strip_prefix("account:").and_then(|id| id.parse().ok());
    let edge = serde_json::from_value(effect["edge"].clone()).ok();
    let at = Timestamp::from_microsecond(entry.said.at).unwrap_or_default();
    Some(Told { rule, effect, account, edge, at })
}

/// Who is told in person, each with the account on whose page the letter is.
async fn in_person(
    tx: &mut Tx,
    organization: &Organization,
    entry: &Told<'_>,
    concerned: &[Account],
    now: Timestamp,
) -> Result<Vec<(Recipient, AccountId)>> {
    let mut found = Vec::new();
    for whom in entry.rule.people {
        match whom {
            Whom::SuperAdmins => {
                for account in concerned {
                    let admins = super_admins(tx, account).await?;
                    found.extend(admins.into_iter().map(|to| (hers(to, account), account.id)));
                }
            }
            Whom::PrivacyOfficers if organization.policy.roles => {
                for held in store::organization::role::held(tx, organization.id, now).await? {
                    let account = concerned.iter().find(|account| account.id == held.account);
                    if let Some(account) = account.filter(|_| held.role == Role::PrivacyOfficer) {
                        let to = outbox::to_person(tx, held.person).await?;
                        found.extend(to.map(|to| (hers(to, account), account.id)));
                    }
                }
            }
            Whom::PrivacyOfficers => {}
            Whom::Approver => {
                let opened = entry.edge.and_then(|edge| organization.open.get(&edge));
                found.extend(of_member(tx, organization, opened.map(|opened| opened.approved.by)).await?);
            }
            Whom::Inviter => {
                let offer = entry.effect["offerId"].as_i64().map(OfferId);
                let made = match offer {
                    Some(id) => store::organization::offer::read(tx, id).await?,
                    None => None,
                };
                found.extend(of_member(tx, organization, made.and_then(|offer| offer.by)).await?);
            }
        }
    }
    Ok(found)
}

/// Somebody who still works in a member, told for the first of them.
async fn of_member(tx: &mut Tx, organization: &Organization, person: Option<PersonId>) -> Result<Option<(Recipient, AccountId)>> {
    let Some(person) = person else { return Ok(None) };
    let places = store::account::of_person(tx, person).await?;
    let mut active = places.into_iter().filter(|(_, user)| user.status == UserStatus::Active).map(|(account, _)| account);
    let Some(account) = active.find(|account| organization.members.contains_key(&account.id)) else { return Ok(None) };
    Ok(outbox::to_person(tx, person).await?.map(|to| (hers(to, &account), account.id)))
}

fn hers(to: Recipient, account: &Account) -> Recipient {
    let told = ToldFor { accounts: vec![account.name.clone()], as_super_admin: false, in_person: true };
    Recipient { told: Some(told), ..to }
}

fn add(people: &mut BTreeMap<String, Letters>, to: Recipient, account: AccountId, event: usize) {
    let key = model::fold::email(&to.address);
    match people.get_mut(&key) {
        None => drop(people.insert(key, Letters { to, account, events: BTreeSet::from([event]) })),
        Some(letters) => {
            letters.events.insert(event);
            letters.account = letters.account.min(account);
            if let (Some(has), Some(more)) = (&mut letters.to.told, to.told) {
                for name in more.accounts {
                    if !has.accounts.contains(&name) {
                        has.accounts.push(name);
                    }
                }
                // Named for one of them is named.
                has.as_super_admin &= more.as_super_admin;
                has.in_person &= more.in_person;
            }
        }
    }
}

/// What an entry says, with the names of today; a warning says what is to come.
async fn say(
    tx: &mut Tx,
    accounts: &mut BTreeMap<AccountId, Account>,
    told: &Told<'_>,
) -> Result<(Option<Warning>, Vec<Happened>)> {
    let warned = &told.effect["expected"];
    let Some(expected) = warned.as_array() else {
        return Ok((None, vec![one(tx, accounts, told.rule.act, told.effect).await?]));
    };
    let mut events = Vec::new();
    for effect in expected {
        let act = effect["did"].as_str().unwrap_or_default();
        if !act.is_empty() {
            events.push(one(tx, accounts, act, effect).await?);
        }
    }
    let until: Option<Timestamp> = told.effect["at"].as_str().and_then(|at| at.parse().ok());
    // Counted from when it was known: the day of the rule that was reached may lie further away than the end itself.
    let days = |until: Timestamp| (until.duration_since(told.at).as_hours() + 23) / 24;
    Ok((until.map(|until| Warning { days: days(until).max(0), until }), events))
}

async fn one(tx: &mut Tx, accounts: &mut BTreeMap<AccountId, Account>, act: &str, effect: &Value) -> Result<Happened> {
    let mut values = BTreeMap::new();
    let edge: Option<EdgeKey> = serde_json::from_value(effect["edge"].clone()).ok();
    // Whoever made an offer knows the account by its number, and is told no more.
    let offered = effect["accountId"].as_i64();
    let is_hidden = told(act, "").is_some_and(|rule| rule.concerns == Concerns::Nobody);
    let account = effect["account"].as_i64().or(offered.filter(|_| !is_hidden)).map(AccountId);
    let ids = [("account", account), ("source", edge.map(|e| e.source)), ("destination", edge.map(|e| e.destination))];
    for (place, id) in ids {
        if let Some(account) = match id {
            Some(id) => named(tx, accounts, id).await?,
            None => None,
        } {
            values.insert(place.to_owned(), account.name);
        }
    }
    values.extend(offered.map(|number| ("number".to_owned(), number.to_string())));
    if let Some(edge) = edge {
        values.insert("feature".to_owned(), edge.feature.name().to_owned());
    }
    Ok(Happened {
        act: act.to_owned(),
        reason: effect["reason"].as_str().unwrap_or_default().to_owned(),
        until: effect["until"].as_str().or(effect["expiresAt"].as_str()).and_then(|until| until.parse().ok()),
        values,
    })
}

async fn named(tx: &mut Tx, accounts: &mut BTreeMap<AccountId, Account>, id: AccountId) -> Result<Option<Account>> {
    if let Some(account) = accounts.get(&id) {
        return Ok(Some(account.clone()));
    }
    let found = store::account::read(tx, id).await?;
    if let Some(account) = &found {
        accounts.insert(id, account.clone());
    }
    Ok(found)
}

async fn who(tx: &mut Tx, actor: &str) -> Result<Option<String>> {
    if let Some(token) = actor.strip_prefix("provisioner:").and_then(|id| id.parse().ok()).map(TokenId) {
        return Ok(store::provisioning::token_name(tx, token).await?);
    }
    let Some(person) = actor.strip_prefix("person:").and_then(|id| id.parse().ok()).map(PersonId) else { return Ok(None) };
    Ok(store::person::read(tx, person).await?.map(|login| login.person.name))
}
