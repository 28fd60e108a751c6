//! Mirroring: what sister companies did with the same customer, looked up at the moment somebody looks.
//!
//! ```text
//!   record here -> keys -> every open door into this account, at once:
//!     source: match -> timeline -> leave out who objects -> terms of the edge
//!   -> one page, newest first -> a disclosure in the feed of every source -> shown
//! ```
//! Nothing is stored on this side, so cutting a connection is over at the next look. Nothing is shown before the source's own
//! log says who saw it.

mod matching;
mod place;

pub use place::{read_place, write_place};

use crate::cx::{App, Cx};
use crate::disclosure::Look;
use crate::door::{self, Through};
use crate::error::{Error, Kind, Result};
use crate::property::{self, Definitions};
use futures_util::future::join_all;
use matching::{known_keys, matching};
use model::account::Account;
use model::change::Change;
use model::connection::terms::Terms;
use model::connection::{Feature, Opened};
use model::id::{AccountId, ConnectionId, OwnerId, RecordId};
use model::limits::TIMELINE_PAGE_MAX;
use model::mirror::{self, Hindrance, Keys, Part, Place, SHOWN};
use model::object::{COMPANY, CONTACT, DEAL, ObjectType};
use model::record::{Record, UniqueKey};
use model::timeline;
use place::place;
use std::collections::{BTreeMap, BTreeSet};

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
    /// The terms of the connection took something out of it.
    pub withheld: bool,
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
    /// What is shared and why.
    pub terms: Terms,
    /// The keys of the record that are known in the source.
    pub matched: Option<Keys>,
}

/// What sister companies did with a record's customer, newest first.
pub async fn view(app: &App, cx: &Cx, object: ObjectType, id: RecordId, before: Option<Place>, limit: usize) -> Result<Page> {
    let record = own_record(app, cx, object, id).await?;
    let limit = limit.clamp(1, TIMELINE_PAGE_MAX);
    mirrored_page(app, cx, &record, before, limit, false).await
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
    if mirrored && matches!(object, CONTACT | COMPANY) {
        return mirrored_page(app, cx, &record, before, limit, true).await;
    }
    let own = own_part(app, cx, &record, before, limit).await?;
    let (lines, next) = mirror::page(vec![own], limit, |line| line.place(cx.account));
    let items = shown(app, cx, &mut Vec::new(), &mut Vec::new(), lines).await?;
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
    if !passage.opened.terms.covers(object) {
        return Err(not_covered(object));
    }
    let matched = match &keys {
        Some(keys) => known_keys(&mut app.store.read(there.account).await?, object, keys).await?,
        None => None,
    };
    let mut home = app.store.read_home().await?;
    let names = store::organization::names(&mut home, &[passage.opened.by].into()).await?;
    Ok(Why {
        connection,
        opened_by: names.get(&passage.opened.by).cloned(),
        terms: passage.opened.terms.clone(),
        opened: passage.opened,
        source: passage.source,
        destination: passage.destination,
        matched,
    })
}

/// The refusal of a customer whose dealings the terms leave out.
fn not_covered(object: ObjectType) -> Error {
    Error::forbidden("NOT_IN_TERMS", format!("the terms of the connection leave out what was done with {}", object.plural()))
}

/// A record the viewer may see in her own account; anything else is not there for her.
async fn own_record(app: &App, cx: &Cx, object: ObjectType, id: RecordId) -> Result<Record> {
    let unknown = || Error::not_found(format!("there is no {} {id}", object.singular()));
    let record = store::merged::load(&mut app.store.read(cx.account).await?, object, id).await?.ok_or_else(unknown)?;
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

/// Rounds are few: another one is only needed when all of a page is about people who object, or archived.
async fn mirrored_page(app: &App, cx: &Cx, record: &Record, before: Option<Place>, limit: usize, with_own: bool) -> Result<Page> {
    let hindrances = hindrances(cx, record);
    let keys = mirror::keys(record.object, |name| record.get(name)).filter(|keys| !keys.is_empty());
    let (mut found, mut stopped) = (Vec::new(), Vec::new());
    if let (Some(keys), true) = (&keys, hindrances.is_empty()) {
        (found, stopped) = look(app, cx, record.object, keys).await?;
    }
    let (mut items, mut begins, mut next) = (Vec::new(), before, None);
    for _ in 0..ROUNDS_MAX {
        let mut parts = Vec::with_capacity(found.len() + 1);
        if with_own {
            parts.push(own_part(app, cx, record, begins, limit).await?);
        }
        let places = found.iter().map(|f| f.places(app, record.object, begins, limit));
        parts.extend(answered(join_all(places).await, &mut found, &mut stopped)?);
        let (lines, end) = mirror::page(parts, limit, |line| line.place(cx.account));
        items = shown(app, cx, &mut found, &mut stopped, lines).await?;
        next = end;
        if next.is_none() || !items.is_empty() {
            break;
        }
        begins = next;
    }
    disclose(app, cx, record.object, &found, &items, before.is_none()).await?;
    name_owners(app, cx, &mut items).await?;
    let mut sources: Vec<Source> = found.iter().map(|f| f.source(&items)).collect();
    sources.extend(stopped);
    sources.sort_by_key(|s| s.account);
    Ok(Page { items, sources, hindrances, next })
}

/// Goes through every open door, and finds the customer behind it.
async fn look(app: &App, cx: &Cx, object: ObjectType, keys: &Keys) -> Result<(Vec<Found>, Vec<Source>)> {
    let (mut open, mut stopped) = (Vec::new(), Vec::new());
    for (passage, entered) in door::all_into(app, cx, Feature::Mirroring).await? {
        let covered = entered.and_then(|through| match through.passage.opened.terms.covers(object) {
            true => Ok(through),
            false => Err(not_covered(object)),
        });
        match covered {
            Ok(through) => open.push(Found { through, matches: Vec::new(), hangs_on: BTreeMap::new() }),
            Err(error) => stopped.push(source(&passage.source, passage.connection, State::Stopped(error.code))),
        }
    }
    let looking = open.iter().map(|f| async move {
        let mut tx = app.store.read(f.through.cx.account).await?;
        matching(&mut tx, object, keys).await
    });
    let matches = answered(join_all(looking).await, &mut open, &mut stopped)?;
    for (found, matches) in open.iter_mut().zip(matches) {
        found.matches = matches;
    }
    Ok((open, stopped))
}

/// What the sources answered, in their order. A sister whose database is out of reach leaves the others, and is named.
fn answered<T>(answers: Vec<Result<T>>, found: &mut Vec<Found>, stopped: &mut Vec<Source>) -> Result<Vec<T>> {
    let mut out = Vec::with_capacity(answers.len());
    let mut at = 0;
    for answer in answers {
        match answer {
            Ok(answer) => {
                out.push(answer);
                at += 1;
            }
            Err(error) if error.kind == Kind::Unavailable => {
                let gone = found.remove(at);
                let passage = &gone.through.passage;
                stopped.push(source(&passage.source, passage.connection, State::Stopped(error.code)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(out)
}

fn source(account: &Account, connection: ConnectionId, state: State) -> Source {
    let account_name = account.name.clone();
    Source { account: account.id, account_name, connection, state, n_items: 0, n_matches: 0, ambiguous: false }
}

/// A source behind an open door, and the customer there.
struct Found {
    through: Through,
    matches: Vec<RecordId>,
    /// Per item on the page, for the disclosure: the matched record it hangs on, and what was masked.
    hangs_on: BTreeMap<RecordId, (RecordId, Vec<String>)>,
}

/// A line of a page in the making: an own item, or the place of one in a source, to be read when it is known to be shown.
enum Line {
    Own(Box<Item>),
    There { at: jiff::Timestamp, account: AccountId, object: ObjectType, id: RecordId, matched: RecordId },
}

impl Line {
    fn place(&self, own: AccountId) -> Place {
        match self {
            Line::Own(item) => place(item.at, own, item.record.id),
            Line::There { at, account, id, .. } => place(*at, *account, *id),
        }
    }
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

    /// Where this source's items stand, from the index alone, in that account's own transaction.
    async fn places(&self, app: &App, object: ObjectType, before: Option<Place>, limit: usize) -> Result<Part<Line>> {
        let account = self.through.cx.account;
        let types: Vec<ObjectType> = SHOWN.into_iter().filter(|t| self.through.passage.opened.terms.shows(*t)).collect();
        let begins = before.map(|place| mirror::after(place, account));
        let mut lines = BTreeMap::new();
        let mut more_after: Option<Place> = None;
        let mut tx = app.store.read(account).await?;
        for matched in self.matches.iter().filter(|_| !types.is_empty()) {
            let page = store::timeline::places(&mut tx, (object, *matched), &types, begins, limit + 1).await?;
            if page.len() > limit {
                let end = page.last().map(|(at, _, id)| place(*at, account, *id));
                // Every match was looked at only so far; the nearest of these ends is that of the whole source.
                more_after = more_after.into_iter().chain(end).min();
            }
            for (at, object, id) in page {
                let line = Line::There { at, account, object, id, matched: *matched };
                lines.entry(place(at, account, id)).or_insert(line);
            }
        }
        Ok(Part { items: lines.into_values().collect(), more_after })
    }

    /// Reads the items of a page, without those that are archived or about somebody who objects there.
    async fn read(&self, app: &App, lines: &[(ObjectType, RecordId)]) -> Result<Read> {
        let mut read = Read::default();
        if lines.is_empty() {
            return Ok(read);
        }
        let passage = &self.through.passage;
        // Looked up anew on every look: what was marked sensitive a moment ago stays where it is.
        let (mut tx, definitions) = match passage.source.sensitive {
            true => property::read(app, &self.through.cx).await.map(|(tx, definitions)| (tx, Some(definitions)))?,
            false => (app.store.read(self.through.cx.account).await?, None),
        };
        let mut by_type: BTreeMap<ObjectType, Vec<RecordId>> = BTreeMap::new();
        for (object, id) in lines {
            by_type.entry(*object).or_default().push(*id);
        }
        for (object, ids) in &by_type {
            let records = store::record::load_many(&mut tx, *object, ids).await?;
            let terms = &passage.opened.terms;
            let passing = records.into_iter().filter(|r| r.archived_at.is_none() && terms.passes(r));
            read.records.extend(passing.map(|r| (r.id, self.withheld(r, definitions.as_deref()))));
        }
        let ids: Vec<RecordId> = read.records.keys().copied().collect();
        for person in store::mirror::people_of(&mut tx, &ids).await? {
            if person.excluded {
                read.records.remove(&person.item);
            }
            read.emails.entry(person.item).or_default().extend(person.email);
        }
        Ok(read)
    }

    /// A record as the terms let it pass, and the fields they took out of it. `definitions` are those of a source that stores
    /// sensitive data: of it passes only what is defined and marked as not sensitive.
    fn withheld(&self, mut record: Record, definitions: Option<&Definitions>) -> (Record, Vec<String>) {
        let passage = &self.through.passage;
        if record.object == DEAL {
            let currency = || passage.source.currency.clone();
            record.properties.entry("deal_currency_code".to_owned()).or_insert_with(currency);
        }
        let schema = definitions.map(|definitions| definitions.schema(record.object));
        let is_open =
            |name: &str| schema.as_ref().is_none_or(|schema| schema.property(name).is_some_and(|d| d.data_sensitivity.is_open()));
        let withheld = passage.opened.terms.withhold(&mut record, is_open);
        (record, withheld)
    }

    fn item(&mut self, at: jiff::Timestamp, (record, withheld): (Record, Vec<String>), matched: RecordId) -> Item {
        let is_withheld = !withheld.is_empty();
        self.hangs_on.insert(record.id, (matched, withheld));
        let passage = &self.through.passage;
        // A closed deal stands where it was closed: where that is kept back, it says when it was made.
        let tells_closing = record.object == DEAL && !passage.opened.terms.reveals("closedate");
        let at = if tells_closing { record.created_at } else { at };
        let origin = Origin {
            account: self.through.cx.account,
            account_name: passage.source.name.clone(),
            connection: passage.connection,
            ambiguous: mirror::is_ambiguous(self.matches.len()),
        };
        Item { at, record, owner_name: None, origin: Some(origin), withheld: is_withheld }
    }

    /// What the source is told: a look for each matched record, with the items of the page that hang on it.
    fn looks(&self, cx: &Cx, viewed: ObjectType, items: &[Item], is_first: bool) -> Vec<Change> {
        let connection = self.through.passage.connection;
        let look =
            |id| Look { viewer: cx, connection, viewed, record: (viewed, id), items: BTreeMap::new(), masked: BTreeSet::new() };
        let mut looks: BTreeMap<RecordId, Look> = self.matches.iter().map(|id| (*id, look(*id))).collect();
        for item in self.of(items) {
            let (matched, masked) = &self.hangs_on[&item.record.id];
            let look = looks.entry(*matched).or_insert_with(|| look(*matched));
            look.items.entry(item.record.object).or_default().push(item.record.id);
            look.masked.extend(masked.iter().map(String::as_str));
        }
        looks.values().filter(|look| is_first || !look.items.is_empty()).map(Look::change).collect()
    }
}

/// What one source gave for a page. On a contact's own page the contact was asked already whether she objects; others on the
/// same e-mail or meeting are asked all the same.
#[derive(Default)]
struct Read {
    /// Each as the terms let it pass, and the fields they took out.
    records: BTreeMap<RecordId, (Record, Vec<String>)>,
    /// Addresses of the people the items are about; who objects on the viewer's side is left out.
    emails: BTreeMap<RecordId, Vec<String>>,
}

/// Turns the lines of a page into items: each source is read once, at the same time as the others.
async fn shown(app: &App, cx: &Cx, found: &mut Vec<Found>, stopped: &mut Vec<Source>, lines: Vec<Line>) -> Result<Vec<Item>> {
    let wanted = |f: &Found| -> Vec<(ObjectType, RecordId)> {
        let of = |line: &Line| match line {
            Line::There { account, object, id, .. } if *account == f.through.cx.account => Some((*object, *id)),
            _ => None,
        };
        lines.iter().filter_map(of).collect()
    };
    let reading = found.iter().map(|f| {
        let wanted = wanted(f);
        async move { f.read(app, &wanted).await }
    });
    let mut read = answered(join_all(reading).await, found, stopped)?;
    leave_out_who_objects_here(app, cx, &mut read).await?;
    let mut items = Vec::with_capacity(lines.len());
    for line in lines {
        match line {
            Line::Own(item) => items.push(*item),
            Line::There { at, account, id, matched, .. } => {
                let source = found.iter_mut().zip(&mut read).find(|(f, _)| f.through.cx.account == account);
                if let Some((source, record)) = source.and_then(|(f, r)| r.records.remove(&id).map(|record| (f, record))) {
                    items.push(source.item(at, record, matched));
                }
            }
        }
    }
    Ok(items)
}

/// Leaves out items about people who object in the viewer's account.
async fn leave_out_who_objects_here(app: &App, cx: &Cx, read: &mut [Read]) -> Result<()> {
    let emails: BTreeSet<&String> = read.iter().flat_map(|r| r.emails.values().flatten()).collect();
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
    for Read { records, emails } in read {
        let is_about = |item: &RecordId| emails.get(item).into_iter().flatten().any(|e| objecting.contains(e.as_str()));
        records.retain(|item, _| !is_about(item));
    }
    Ok(())
}

/// Tells every source who sees what, in its own feed, before anything is shown. The writes run at once and share a commit
/// where the accounts share a database. A look that finds nothing further on later pages is no disclosure.
async fn disclose(app: &App, cx: &Cx, object: ObjectType, found: &[Found], items: &[Item], is_first: bool) -> Result<()> {
    let telling = found.iter().map(|source| async move {
        let changes = source.looks(cx, object, items, is_first);
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

/// The account's own items the viewer may see.
async fn own_part(app: &App, cx: &Cx, record: &Record, before: Option<Place>, limit: usize) -> Result<Part<Line>> {
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
                part.items.push(Line::Own(Box::new(Item { at, record, owner_name: None, origin: None, withheld: false })));
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
    let mut wanted: BTreeMap<AccountId, BTreeSet<OwnerId>> = BTreeMap::new();
    for (account, owner) in items.iter().filter_map(of) {
        wanted.entry(account).or_default().insert(owner);
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let mut home = app.store.read_home().await?;
    let mut names = BTreeMap::new();
    for (account, owners) in wanted {
        let owners: Vec<OwnerId> = owners.into_iter().collect();
        let found = store::owner::load_many(&mut home, account, &owners).await?;
        names.extend(found.into_iter().map(|owner| ((account, owner.id), owner.name)));
    }
    for item in items {
        item.owner_name = of(item).and_then(|key| names.get(&key).cloned());
    }
    Ok(())
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
