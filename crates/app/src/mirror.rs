//! Mirroring: what sister companies did with the same customer, looked up at the moment somebody looks.
//!
//! ```text
//!   record here -> keys -> every open door into this account, at once:
//!     source: match -> timeline -> leave out who objects -> sharing policy
//!   -> one page, newest first -> a disclosure in the feed of every source -> shown
//! ```
//! Nothing is stored on this side, so cutting a connection is over at the next look. Nothing is shown before the source's own
//! log says who saw it.

use crate::cx::{App, Cx};
use crate::door::{self, Through};
use crate::error::{Error, Kind, Result};
use futures_util::future::join_all;
use model::account::Account;
use model::change::{Change, Kind as Did};
use model::connection::{Feature, Opened};
use model::id::{AccountId, ConnectionId, OwnerId, PersonId, RecordId};
use model::limits::{MIRROR_MATCHES_MAX, TIMELINE_PAGE_MAX};
use model::mirror::{self, Hindrance, Keys, Part, Place, SHOWN};
use model::object::{COMPANY, CONTACT, DEAL, ObjectType};
use model::record::{Record, UniqueKey};
use model::timeline;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;

/// How often an own timeline is asked for more when permissions leave most of it out.
const ROUNDS_MAX: usize = 8;

/// Where an item comes from when it is not the account's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub account: AccountId,
    pub account_name: String,
    pub connection: ConnectionId,
    /// Several records of the source match; all are shown, none was chosen.
    pub ambiguous: bool,
}

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub at: jiff::Timestamp,
    pub record: Record,
    pub owner_name: Option<String>,
    pub origin: Option<Origin>,
}

/// What one source has to say about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub account: AccountId,
    pub account_name: String,
    pub connection: ConnectionId,
    pub state: State,
    /// Items of it on this page.
    pub n_items: usize,
    pub n_matches: usize,
    pub ambiguous: bool,
}

/// Whether a source shows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Shown,
    /// The customer is unknown there, or nothing was done with it.
    None,
    /// The connection carries nothing at the moment, for this reason.
    Stopped(&'static str),
}

/// One page of a timeline.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub items: Vec<Item>,
    pub sources: Vec<Source>,
    /// Why this viewer sees nothing mirrored; empty when nothing hinders her.
    pub hindrances: BTreeSet<Hindrance>,
    /// Where the next page begins.
    pub next: Option<Place>,
}

/// Why somebody sees what she sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    pub connection: ConnectionId,
    pub source: Account,
    pub destination: Account,
    pub opened: Opened,
    pub opened_by: Option<String>,
    pub purpose: Option<String>,
    pub shares: Vec<ObjectType>,
    /// The keys of the record that are known in the source.
    pub matched: Option<Keys>,
}

/// What sister companies did with a record's customer, newest first.
pub async fn view(app: &App, cx: &Cx, object: ObjectType, id: RecordId, before: Option<Place>, limit: usize) -> Result<Page> {
    let record = own_record(app, cx, object, id).await?;
    let limit = limit.clamp(1, TIMELINE_PAGE_MAX);
    mirrored_page(app, cx, &record, before, limit, None).await
}

/// The record's own timeline and, when asked for, the mirrored ones, as one.
pub async fn timeline(
    app: &App,
    cx: &Cx,
    object: ObjectType,
    id: RecordId,
    before: Option<Place>,
    limit: usize,
    mirrored: bool,
) -> Result<Page> {
    let record = own_record(app, cx, object, id).await?;
    let limit = limit.clamp(1, TIMELINE_PAGE_MAX);
    let own = own_part(app, cx, &record, before, limit).await?;
    if mirrored && matches!(object, CONTACT | COMPANY) {
        return mirrored_page(app, cx, &record, before, limit, Some(own)).await;
    }
    let (items, next) = mirror::page(vec![own], limit, place_in(cx.account));
    Ok(Page { items, next, ..Page::default() })
}

/// Names the connection behind what is shown of a record, who opened it and when.
pub async fn why(app: &App, cx: &Cx, object: ObjectType, id: RecordId, connection: ConnectionId) -> Result<Why> {
    let record = own_record(app, cx, object, id).await?;
    let keys = mirror::keys(object, |name| record.get(name));
    let hindrances = hindrances(cx, &record);
    if let Some(first) = hindrances.first() {
        let message = "you cannot see what sister companies did with this record";
        return Err(Error::forbidden(first.code(), message));
    }
    let Through { cx: there, passage } = cx.through(app, connection, Feature::Mirroring).await?;
    let matched = match &keys {
        Some(keys) => known_keys(&mut app.store.read(there.account).await?, object, keys).await?,
        None => None,
    };
    let mut home = app.store.read_home().await?;
    let names = store::organization::names(&mut home, &[passage.opened.by].into()).await?;
    Ok(Why {
        connection,
        opened_by: names.get(&passage.opened.by).cloned(),
        opened: passage.opened,
        purpose: passage.sharing.purpose.clone(),
        shares: SHOWN.into_iter().filter(|object| passage.sharing.shows(*object)).collect(),
        source: passage.source,
        destination: passage.destination,
        matched,
    })
}

/// A record the viewer may see in her own account; anything else is not there for her.
async fn own_record(app: &App, cx: &Cx, object: ObjectType, id: RecordId) -> Result<Record> {
    let unknown = || Error::not_found(format!("there is no {} {id}", object.singular()));
    let record = store::record::load(&mut app.store.read(cx.account).await?, object, id).await?.ok_or_else(unknown)?;
    if mirror::may_see(mirror::reach(&cx.standing, object), is_owner(cx, &record)) { Ok(record) } else { Err(unknown()) }
}

fn owner(record: &Record) -> Option<OwnerId> {
    record.get("hubspot_owner_id").and_then(|id| id.parse().ok())
}

fn is_owner(cx: &Cx, record: &Record) -> bool {
    cx.person.is_some_and(|person| owner(record) == Some(person.owner))
}

/// What hinders this viewer with this record, whatever the connections say. Her right to see it was checked before.
fn hindrances(cx: &Cx, record: &Record) -> BTreeSet<Hindrance> {
    let mut found = mirror::viewer_hindrances(&cx.standing, true);
    if mirror::is_excluded(|name| record.get(name)) {
        found.insert(Hindrance::PersonExcluded);
    }
    found
}

async fn mirrored_page(
    app: &App,
    cx: &Cx,
    record: &Record,
    before: Option<Place>,
    limit: usize,
    own: Option<Part<Item>>,
) -> Result<Page> {
    let hindrances = hindrances(cx, record);
    let keys = mirror::keys(record.object, |name| record.get(name)).filter(|keys| !keys.is_empty());
    let mut found = Vec::new();
    let mut stopped = Vec::new();
    if let (Some(keys), true) = (&keys, hindrances.is_empty()) {
        let mut open = Vec::new();
        for (passage, entered) in door::all_into(app, cx, Feature::Mirroring).await? {
            match entered {
                Ok(through) => open.push(through),
                Err(error) => stopped.push(source(&passage.source, passage.connection, State::Stopped(error.code))),
            }
        }
        let looking = open.into_iter().map(|through| async move {
            let (account, connection) = (through.passage.source.clone(), through.passage.connection);
            (account, connection, gather(app, through, record.object, keys, before, limit).await)
        });
        for (account, connection, looked) in join_all(looking).await {
            match looked {
                Ok(answer) => found.push(answer),
                // A sister whose database is out of reach is named; the others are shown.
                Err(error) if error.kind == Kind::Unavailable => {
                    stopped.push(source(&account, connection, State::Stopped(error.code)));
                }
                Err(error) => return Err(error),
            }
        }
        leave_out_who_objects_here(app, cx, &mut found).await?;
    }
    let parts = found.iter_mut().map(|f| std::mem::replace(&mut f.part, Part { items: Vec::new(), more_after: None }));
    let (mut items, next) = mirror::page(own.into_iter().chain(parts).collect(), limit, place_in(cx.account));
    disclose(app, cx, record.object, &found, &items, before.is_none()).await?;
    name_owners(app, cx, &mut items).await?;
    let mut sources: Vec<Source> = found.iter().map(|f| f.source(&items)).collect();
    sources.extend(stopped);
    sources.sort_by_key(|s| s.account);
    Ok(Page { items, sources, hindrances, next })
}

fn source(account: &Account, connection: ConnectionId, state: State) -> Source {
    let account_name = account.name.clone();
    Source { account: account.id, account_name, connection, state, n_items: 0, n_matches: 0, ambiguous: false }
}

/// What one source answered.
struct Found {
    through: Through,
    matches: Vec<RecordId>,
    part: Part<Item>,
    /// Per item: the matched record it hangs on, for the disclosure.
    hangs_on: BTreeMap<RecordId, RecordId>,
    /// Addresses of the people the items are about; who objects on this side is left out.
    emails: BTreeMap<RecordId, Vec<String>>,
}

impl Found {
    fn of<'a>(&'a self, items: &'a [Item]) -> impl Iterator<Item = &'a Item> {
        let account = self.through.cx.account;
        items.iter().filter(move |item| item.origin.as_ref().is_some_and(|origin| origin.account == account))
    }

    fn source(&self, items: &[Item]) -> Source {
        let (n_items, n_matches) = (self.of(items).count(), self.matches.len());
        let state = if n_items > 0 { State::Shown } else { State::None };
        let passage = &self.through.passage;
        let ambiguous = mirror::is_ambiguous(n_matches);
        Source { state, n_items, n_matches, ambiguous, ..source(&passage.source, passage.connection, State::None) }
    }
}

/// Looks into one source, in that account's own transaction.
async fn gather(
    app: &App,
    through: Through,
    object: ObjectType,
    keys: &Keys,
    before: Option<Place>,
    limit: usize,
) -> Result<Found> {
    let there = &through.cx;
    let mut tx = app.store.read(there.account).await?;
    let matches = matching(&mut tx, object, keys).await?;
    let types: Vec<ObjectType> = SHOWN.into_iter().filter(|t| through.passage.sharing.shows(*t)).collect();
    let begins = before.map(|place| mirror::after(place, there.account));
    let mut found = BTreeMap::new();
    let mut hangs_on = BTreeMap::new();
    let mut more_after: Option<Place> = None;
    for matched in matches.iter().filter(|_| !types.is_empty()) {
        let page = store::timeline::page(&mut tx, (object, *matched), &types, begins, limit + 1).await?;
        if page.len() > limit {
            let end = page.last().map(|(at, record)| place(*at, there.account, record.id));
            // Every match was looked at only so far; the nearest of these ends is that of the whole source.
            more_after = more_after.into_iter().chain(end).min();
        }
        for (at, record) in page {
            hangs_on.entry(record.id).or_insert(*matched);
            found.insert(place(at, there.account, record.id), (at, record));
        }
    }
    let ids: Vec<RecordId> = found.values().map(|(_, record)| record.id).collect();
    let (excluded, emails) = people_behind(&mut tx, &ids).await?;
    drop(tx);
    let ambiguous = mirror::is_ambiguous(matches.len());
    let passage = &through.passage;
    let origin =
        Origin { account: there.account, account_name: passage.source.name.clone(), connection: passage.connection, ambiguous };
    let items = found.into_values().filter(|(_, record)| !excluded.contains(&record.id)).map(|(at, mut record)| {
        if record.object == DEAL {
            let currency = || passage.source.currency.clone();
            record.properties.entry("deal_currency_code".to_owned()).or_insert_with(currency);
        }
        passage.sharing.mask(&mut record.properties);
        Item { at, record, owner_name: None, origin: Some(origin.clone()) }
    });
    let part = Part { items: items.collect(), more_after };
    Ok(Found { part, through, matches, hangs_on, emails })
}

/// Records of a source under the same keys that do not object, oldest first, at most [`MIRROR_MATCHES_MAX`].
async fn matching(tx: &mut Tx, object: ObjectType, keys: &Keys) -> Result<Vec<RecordId>> {
    let mut records: BTreeMap<RecordId, Record> = BTreeMap::new();
    match keys {
        Keys::Emails(emails) => {
            let wanted: Vec<UniqueKey> = emails.iter().map(|email| UniqueKey::new("email", email)).collect();
            let ids: BTreeSet<RecordId> =
                store::record::find_by_keys(tx, object, &wanted).await?.into_iter().map(|(_, id)| id).collect();
            let ids: Vec<RecordId> = ids.into_iter().collect();
            for record in store::record::load_many(tx, object, &ids).await? {
                records.insert(record.id, record);
            }
        }
        Keys::Domains(domains) => {
            for domain in domains {
                for record in store::record::find_by_domain(tx, object, domain, MIRROR_MATCHES_MAX).await? {
                    records.insert(record.id, record);
                }
            }
        }
    }
    let shown = records.into_values().filter(|r| r.archived_at.is_none() && !mirror::is_excluded(|name| r.get(name)));
    Ok(shown.map(|record| record.id).take(MIRROR_MATCHES_MAX).collect())
}

/// Which of the keys the source knows.
async fn known_keys(tx: &mut Tx, object: ObjectType, keys: &Keys) -> Result<Option<Keys>> {
    let mut known = BTreeSet::new();
    for text in keys.texts() {
        let one = BTreeSet::from([text.to_owned()]);
        let one = match keys {
            Keys::Emails(_) => Keys::Emails(one),
            Keys::Domains(_) => Keys::Domains(one),
        };
        if !matching(tx, object, &one).await?.is_empty() {
            known.insert(text.to_owned());
        }
    }
    let keys = match keys {
        Keys::Emails(_) => Keys::Emails(known),
        Keys::Domains(_) => Keys::Domains(known),
    };
    Ok(Some(keys).filter(|keys| !keys.is_empty()))
}

type People = (BTreeSet<RecordId>, BTreeMap<RecordId, Vec<String>>);

/// Items about somebody who objects in the source, and the addresses of all others. On a contact's own page the contact was
/// asked already; others on the same e-mail or meeting are asked all the same.
async fn people_behind(tx: &mut Tx, items: &[RecordId]) -> Result<People> {
    let (mut excluded, mut emails) = (BTreeSet::new(), BTreeMap::<RecordId, Vec<String>>::new());
    for person in store::mirror::people_of(tx, items).await? {
        if person.excluded {
            excluded.insert(person.item);
        }
        emails.entry(person.item).or_default().extend(person.email);
    }
    Ok((excluded, emails))
}

/// Leaves out items about people who object in the viewer's account.
async fn leave_out_who_objects_here(app: &App, cx: &Cx, found: &mut [Found]) -> Result<()> {
    let emails: BTreeSet<&String> = found.iter().flat_map(|f| f.emails.values().flatten()).collect();
    if emails.is_empty() {
        return Ok(());
    }
    let keys: Vec<UniqueKey> = emails.into_iter().map(|email| UniqueKey::new("email", email)).collect();
    let mut tx = app.store.read(cx.account).await?;
    let known = store::record::find_by_keys(&mut tx, CONTACT, &keys).await?;
    let ids: Vec<RecordId> = known.iter().map(|(_, id)| *id).collect::<BTreeSet<_>>().into_iter().collect();
    let objecting: BTreeSet<RecordId> = store::record::load_many(&mut tx, CONTACT, &ids)
        .await?
        .into_iter()
        .filter(|record| mirror::is_excluded(|name| record.get(name)))
        .map(|record| record.id)
        .collect();
    let objecting: BTreeSet<&str> =
        known.iter().filter(|(_, id)| objecting.contains(id)).map(|(key, _)| key.value.as_str()).collect();
    for source in found.iter_mut() {
        let about = &source.emails;
        let is_about = |item: &Item| about.get(&item.record.id).into_iter().flatten().any(|e| objecting.contains(e.as_str()));
        source.part.items.retain(|item| !is_about(item));
    }
    Ok(())
}

/// Tells every source who sees what, in its own feed, before anything is shown. The writes run at once and share a commit
/// where the accounts share a database. A look that finds nothing further on later pages is no disclosure.
async fn disclose(app: &App, cx: &Cx, object: ObjectType, found: &[Found], items: &[Item], is_first: bool) -> Result<()> {
    let telling = found.iter().map(|source| async move {
        let mut n_items: BTreeMap<RecordId, usize> = BTreeMap::new();
        for item in source.of(items) {
            *n_items.entry(source.hangs_on[&item.record.id]).or_default() += 1;
        }
        let seen = source.matches.iter().filter(|id| is_first || n_items.contains_key(id));
        let changes: Vec<Change> =
            seen.map(|id| disclosure(cx, source, object, *id, n_items.get(id).copied().unwrap_or(0))).collect();
        if changes.is_empty() {
            return Ok(());
        }
        let there = &source.through.cx;
        let tx = app.store.write(there.account).await?;
        tx.commit(&there.by(), there.now, &changes).await?;
        Ok::<(), Error>(())
    });
    join_all(telling).await.into_iter().collect()
}

fn disclosure(cx: &Cx, source: &Found, object: ObjectType, id: RecordId, n_items: usize) -> Change {
    let viewer: Option<PersonId> = cx.person.map(|person| person.id);
    let detail = serde_json::json!({
        "viewer": viewer,
        "viewerAccount": cx.account,
        "connectionId": source.through.passage.connection,
        "nItems": n_items,
    });
    Change { detail: Some(detail), ..Change::record(Did::Disclosed, object, id) }
}

/// The account's own items the viewer may see.
async fn own_part(app: &App, cx: &Cx, record: &Record, before: Option<Place>, limit: usize) -> Result<Part<Item>> {
    let mut tx = app.store.read(cx.account).await?;
    let types: Vec<ObjectType> = SHOWN.into_iter().filter(|object| mirror::reach(&cx.standing, *object).is_ok()).collect();
    let mut part = Part { items: Vec::new(), more_after: None };
    let mut begins = before.map(|place| mirror::after(place, cx.account));
    if types.is_empty() {
        return Ok(part);
    }
    let mut seen = BTreeSet::new();
    for _ in 0..ROUNDS_MAX {
        let page = store::timeline::page(&mut tx, (record.object, record.id), &types, begins, limit + 1).await?;
        let end = page.last().map(|(at, record)| (*at, record.id)).filter(|_| page.len() > limit);
        for (at, record) in page {
            let visible = mirror::may_see(mirror::reach(&cx.standing, record.object), is_owner(cx, &record));
            if visible && seen.insert(record.id) {
                part.items.push(Item { at, record, owner_name: None, origin: None });
            }
        }
        part.more_after = end.map(|(at, id)| place(at, cx.account, id));
        if end.is_none() || part.items.len() > limit {
            break;
        }
        begins = end;
    }
    Ok(part)
}

/// Puts the owners' names on a page: users of the account an item comes from. Source: spec 3.5.
async fn name_owners(app: &App, cx: &Cx, items: &mut [Item]) -> Result<()> {
    let of = |item: &Item| {
        let account = item.origin.as_ref().map_or(cx.account, |origin| origin.account);
        owner(&item.record).map(|owner| (account, owner))
    };
    let wanted: BTreeSet<(AccountId, OwnerId)> = items.iter().filter_map(of).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut home = app.store.read_home().await?;
    let mut names = BTreeMap::new();
    for (account, owner) in wanted {
        if let Some(found) = store::owner::load(&mut home, account, owner).await? {
            names.insert((account, owner), found.name);
        }
    }
    for item in items {
        item.owner_name = of(item).and_then(|key| names.get(&key).cloned());
    }
    Ok(())
}

fn place(at: jiff::Timestamp, account: AccountId, id: RecordId) -> Place {
    (Reverse(at), account, Reverse(id))
}

fn place_in(own: AccountId) -> impl Fn(&Item) -> Place {
    move |item| place(item.at, item.origin.as_ref().map_or(own, |origin| origin.account), item.record.id)
}

/// A place as clients carry it: time in microseconds, account, id.
pub fn write_place((Reverse(at), account, Reverse(id)): Place) -> String {
    format!("{}.{account}.{id}", at.as_microsecond())
}

/// Reads a place back. A bare time begins before everything of that moment.
pub fn read_place(text: &str) -> Result<Place> {
    let wrong = || {
        let shown: String = text.chars().take(64).collect();
        Error::new(Kind::Invalid, "BEFORE_INVALID", format!("\"{shown}\" is not a place on a timeline"))
    };
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(place(at, AccountId(i64::MAX), RecordId(0)));
    }
    let mut parts = text.split('.').map(|part| part.parse::<i64>().ok().filter(|n| *n >= 0));
    let mut number = || parts.next().flatten();
    let (Some(at), Some(account), Some(id)) = (number(), number(), number()) else { return Err(wrong()) };
    let at = jiff::Timestamp::from_microsecond(at).map_err(|_| wrong())?;
    Ok(place(at, AccountId(account), RecordId(id)))
}

impl Item {
    /// The title, where the type has one.
    pub fn title(&self) -> Option<&str> {
        timeline::title(&self.record)
    }

    /// The body as its writer left it; it may be HTML.
    pub fn body(&self) -> Option<&str> {
        timeline::body(&self.record)
    }
}
