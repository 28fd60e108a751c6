//! One chunk of rows becomes records, in one transaction.
//!
//! What can be decided without the database (checks, values of a new record, its keys) was decided by the reading thread.
//! Here the keys are looked up in one go, and only what exists already is decided again, as an update.

use crate::error::Result;
use jiff::Timestamp;
use model::change::{By, Change, Kind};
use model::fold;
use model::id::RecordId;
use model::import::{Counts, Job, Mode, Plan};
use model::limits::IMPORT_ERRORS_MAX;
use model::object::COMPANY;
use model::property::{PropertyError, Schema};
use model::record::{self, Properties, Record, UniqueKey, unique_keys};
use std::collections::{BTreeMap, HashMap};
use store::WriteTx;
use store::import::Refused;

/// A value, or why the row cannot be taken, in words for a person.
type Refusable<T> = std::result::Result<T, String>;

/// Rows that are written together.
#[derive(Default)]
pub struct Chunk {
    pub rows: Vec<Row>,
}

/// A row with what could be decided about it alone.
pub struct Row {
    /// The line of the file it begins in.
    line: u64,
    fields: csv::ByteRecord,
    values: Refusable<Properties>,
    /// How the row says which record it is about, if it does.
    identity: Option<Identity>,
    /// The record it would be if there is none yet, without its id.
    new: Option<New>,
}

enum Identity {
    Id(String),
    Key(UniqueKey),
    /// The registrable domain of a company.
    Domain(String),
}

struct New {
    record: Refusable<Record>,
    keys: Vec<UniqueKey>,
}

impl Row {
    /// Decides what the row alone tells.
    pub fn decide(record: super::rows::Record, plan: &Plan, schema: &Schema, now: Timestamp, by: &By, mode: Mode) -> Row {
        let super::rows::Record { line, fields, broken } = record;
        let values = broken.map_or_else(|| plan.values(ByteFields { record: &fields, at: 0 }), Err);
        let mut row = Row { line, fields, values, identity: None, new: None };
        if let Ok(values) = &mut row.values {
            row.identity = identity(schema, plan, values);
            values.remove("hs_object_id");
            let by_id = matches!(row.identity, Some(Identity::Id(_)));
            row.new = (mode != Mode::Update && !by_id).then(|| New::decide(schema, values, now, by));
        }
        row
    }

    fn refused(&self, reason: String) -> Refused {
        Refused { row: self.line, reason, line: super::file::line(self.fields.iter(), b',') }
    }
}

fn identity(schema: &Schema, plan: &Plan, values: &Properties) -> Option<Identity> {
    let property = plan.id_property.as_deref()?;
    let value = values.get(property)?;
    Some(match property {
        "hs_object_id" => Identity::Id(value.trim().to_owned()),
        "domain" if schema.object == COMPANY => Identity::Domain(fold::registrable_domain(value)?),
        _ => Identity::Key(UniqueKey::new(property, value)),
    })
}

impl New {
    fn decide(schema: &Schema, values: &Properties, now: Timestamp, by: &By) -> New {
        let record = record::create(schema, RecordId(0), values, now, by).map_err(|errors| words(&errors));
        let keys = record.as_ref().map(|record| unique_keys(schema, record)).unwrap_or_default();
        New { record, keys }
    }
}

fn words(errors: &[PropertyError]) -> String {
    errors.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// What a chunk did, to be committed with it.
pub struct Written {
    pub counts: Counts,
    pub refused: Vec<Refused>,
    pub changes: Vec<Change>,
}

/// Writes a chunk into the transaction.
pub async fn write(
    tx: &mut WriteTx,
    schema: &Schema,
    plan: &Plan,
    job: &Job,
    chunk: &mut Chunk,
    now: Timestamp,
    by: &By,
) -> Result<Written> {
    let found = Found::look(tx, schema, &chunk.rows).await?;
    let mut turn = Turn {
        schema,
        mode: job.mapping.mode,
        id_property: plan.id_property.as_deref(),
        now,
        by,
        found,
        new: Vec::new(),
        changes: Vec::new(),
    };
    let (mut counts, mut refused) = (job.counts, Vec::new());
    for row in &mut chunk.rows {
        counts.n_processed += 1;
        match turn.row(tx, row).await? {
            Ok(Done::Created) => counts.n_created += 1,
            Ok(Done::Updated) => counts.n_updated += 1,
            Err(reason) => {
                counts.n_failed += 1;
                if counts.n_failed <= IMPORT_ERRORS_MAX as u64 {
                    refused.push(row.refused(reason));
                }
            }
        }
    }
    let changes = turn.insert(tx).await?;
    Ok(Written { counts, refused, changes })
}

/// Who has a key: a record of the database, or one that this chunk makes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    Stored(RecordId),
    New(usize),
}

/// What of the chunk is in the database already.
struct Found {
    keys: HashMap<UniqueKey, Holder>,
    domains: HashMap<String, Holder>,
    records: BTreeMap<RecordId, Record>,
    /// Where ids of merged records lead.
    moved: BTreeMap<RecordId, RecordId>,
}

impl Found {
    async fn look(tx: &mut WriteTx, schema: &Schema, rows: &[Row]) -> Result<Found> {
        let (mut keys, mut domains, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            keys.extend(row.new.iter().flat_map(|new| new.keys.iter().cloned()));
            match &row.identity {
                Some(Identity::Id(id)) => ids.extend(id.parse::<RecordId>()),
                Some(Identity::Key(key)) => keys.push(key.clone()),
                Some(Identity::Domain(domain)) => domains.push(domain.as_str()),
                None => {}
            }
        }
        keys.sort_unstable();
        keys.dedup();
        domains.sort_unstable();
        domains.dedup();
        let taken = store::record::find_by_keys(tx, schema.object, &keys).await?;
        let named = store::import::companies_of(tx, &domains).await?;
        // Only records that a row names are loaded: one that merely has a key is in the way, not changed.
        let identifying: std::collections::HashSet<&UniqueKey> =
            rows.iter().filter_map(|r| if let Some(Identity::Key(key)) = &r.identity { Some(key) } else { None }).collect();
        ids.extend(taken.iter().filter(|(key, _)| identifying.contains(key)).map(|(_, id)| *id));
        ids.extend(named.iter().map(|(_, id)| *id));
        ids.sort_unstable();
        ids.dedup();
        let found = store::merged::load_many_for_update(tx, schema.object, &ids).await?;
        Ok(Found {
            keys: taken.into_iter().map(|(key, id)| (key, Holder::Stored(id))).collect(),
            domains: named.into_iter().map(|(domain, id)| (domain, Holder::Stored(id))).collect(),
            moved: ids.iter().map(|id| (*id, found.id(*id))).filter(|(asked, id)| asked != id).collect(),
            records: found.into_records().map(|r| (r.id, r)).collect(),
        })
    }

    fn holder(&self, identity: &Identity) -> Option<Holder> {
        match identity {
            Identity::Id(id) => {
                let id = id.parse().ok().map(|id| self.moved.get(&id).copied().unwrap_or(id));
                id.filter(|id| self.records.contains_key(id)).map(Holder::Stored)
            }
            Identity::Key(key) => self.keys.get(key).copied(),
            Identity::Domain(domain) => self.domains.get(domain).copied(),
        }
    }
}

enum Done {
    Created,
    Updated,
}

/// The rows of a chunk, one after the other: a later row sees what an earlier one did.
struct Turn<'t> {
    schema: &'t Schema,
    mode: Mode,
    id_property: Option<&'t str>,
    now: Timestamp,
    by: &'t By,
    found: Found,
    new: Vec<(Record, Vec<UniqueKey>)>,
    changes: Vec<Change>,
}

impl Turn<'_> {
    /// Does what a row asks for, or says why not.
    async fn row(&mut self, tx: &mut WriteTx, row: &mut Row) -> Result<Refusable<Done>> {
        let values = match &row.values {
            Ok(values) => values,
            Err(reason) => return Ok(Err(reason.clone())),
        };
        let holder = row.identity.as_ref().and_then(|identity| self.found.holder(identity));
        match (holder, self.mode) {
            (Some(holder), Mode::Create) => Ok(Err(self.exists(holder))),
            (Some(Holder::Stored(id)), _) => self.update_stored(tx, id, values).await,
            (Some(Holder::New(at)), _) => Ok(self.update_new(at, values)),
            (None, Mode::Update) => Ok(Err(self.missing(values, row.identity.as_ref()))),
            (None, _) if matches!(row.identity, Some(Identity::Id(_))) => Ok(Err(self.missing(values, row.identity.as_ref()))),
            (None, _) => Ok(self.create(row)),
        }
    }

    fn exists(&self, holder: Holder) -> String {
        let what = self.schema.object.singular();
        match holder {
            Holder::Stored(id) => format!("the {what} exists already, with the ID {id}"),
            Holder::New(_) => format!("an earlier row of the file is the same {what}"),
        }
    }

    fn missing(&self, values: &Properties, identity: Option<&Identity>) -> String {
        let (what, property) = (self.schema.object.singular(), self.id_property.unwrap_or_default());
        match identity {
            Some(Identity::Id(id)) => format!("there is no {what} with the ID {id}"),
            Some(_) => format!("there is no {what} whose {property} is {}", values.get(property).map_or("", String::as_str)),
            None => format!("the row has no {property}, by which the {what} is found"),
        }
    }

    fn create(&mut self, row: &mut Row) -> Refusable<Done> {
        // Decided by the reading thread, or again when this is a second attempt.
        let values = row.values.as_ref().map_err(String::clone)?;
        let new = row.new.take().unwrap_or_else(|| New::decide(self.schema, values, self.now, self.by));
        let record = new.record?;
        if let Some(key) = new.keys.iter().find(|key| self.found.keys.contains_key(*key)) {
            let reason = format!("{}: {} is {}", self.exists(self.found.keys[key]), key.property, key.value);
            return Err(reason);
        }
        let at = self.new.len();
        for key in &new.keys {
            self.found.keys.insert(key.clone(), Holder::New(at));
        }
        if let Some(Identity::Domain(domain)) = &row.identity {
            self.found.domains.insert(domain.clone(), Holder::New(at));
        }
        self.new.push((record, new.keys));
        Ok(Done::Created)
    }

    /// A later row about a record that this chunk makes: it is not there yet, so it simply becomes another.
    fn update_new(&mut self, at: usize, values: &Properties) -> Refusable<Done> {
        let (old, old_keys) = &self.new[at];
        let plan = record::apply(self.schema, old, values, self.now, self.by).map_err(|e| words(&e))?;
        let keys = unique_keys(self.schema, &plan.record);
        if let Some(key) = keys.iter().find(|k| self.found.keys.get(*k).is_some_and(|h| *h != Holder::New(at))) {
            return Err(format!("{} {} belongs to another {}", key.property, key.value, self.schema.object.singular()));
        }
        for gone in old_keys {
            self.found.keys.remove(gone);
        }
        for key in &keys {
            self.found.keys.insert(key.clone(), Holder::New(at));
        }
        self.new[at] = (plan.record, keys);
        Ok(Done::Updated)
    }

    async fn update_stored(&mut self, tx: &mut WriteTx, id: RecordId, values: &Properties) -> Result<Refusable<Done>> {
        let Some(old) = self.found.records.get(&id) else { return Ok(Err(self.exists(Holder::Stored(id)))) };
        if old.archived_at.is_some() {
            return Ok(Err(format!("the {} with the ID {id} is archived", self.schema.object.singular())));
        }
        let plan = match record::apply(self.schema, old, values, self.now, self.by) {
            Ok(plan) if plan.is_empty() => return Ok(Ok(Done::Updated)),
            Ok(plan) => plan,
            Err(errors) => return Ok(Err(words(&errors))),
        };
        let (old_keys, new_keys) = (unique_keys(self.schema, old), unique_keys(self.schema, &plan.record));
        let added: Vec<UniqueKey> = new_keys.iter().filter(|k| !old_keys.contains(k)).cloned().collect();
        let mut taken = added.iter().find(|k| self.found.keys.get(*k).is_some_and(|h| *h != Holder::Stored(id))).cloned();
        if taken.is_none() && !added.is_empty() {
            let others = store::record::find_by_keys(tx, self.schema.object, &added).await?;
            taken = others.into_iter().find(|(_, other)| *other != id).map(|(key, _)| key);
        }
        if let Some(key) = taken {
            return Ok(Err(format!("{} {} belongs to another {}", key.property, key.value, self.schema.object.singular())));
        }
        store::record::update(tx, old, &plan.record, old_keys, new_keys).await?;
        let change = Change { values: plan.values, ..Change::record(Kind::RecordUpdated, self.schema.object, id) };
        self.changes.push(change);
        self.found.keys.extend(added.into_iter().map(|key| (key, Holder::Stored(id))));
        self.found.records.insert(id, plan.record);
        Ok(Ok(Done::Updated))
    }

    /// Gives the new records their ids and inserts them all.
    async fn insert(mut self, tx: &mut WriteTx) -> Result<Vec<Change>> {
        let first = tx.take_ids(self.new.len())?;
        for ((record, _), id) in self.new.iter_mut().zip(first..) {
            record.id = RecordId(id);
            self.changes.push(Change::record(Kind::RecordCreated, self.schema.object, record.id));
        }
        let rows = self.new.iter_mut().map(|(record, keys)| (&*record, std::mem::take(keys))).collect();
        store::record::insert_many(tx, rows).await?;
        Ok(self.changes)
    }
}

/// The fields of a row, with their number known, which [`csv::ByteRecord`]'s own iterator does not tell.
#[derive(Clone)]
struct ByteFields<'r> {
    record: &'r csv::ByteRecord,
    at: usize,
}

impl<'r> Iterator for ByteFields<'r> {
    type Item = &'r [u8];

    fn next(&mut self) -> Option<&'r [u8]> {
        let field = self.record.get(self.at)?;
        self.at += 1;
        Some(field)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = self.record.len() - self.at;
        (n, Some(n))
    }
}

impl ExactSizeIterator for ByteFields<'_> {}
