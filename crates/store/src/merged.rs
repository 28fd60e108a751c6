//! Records that became one. Their ids stay good for ever: each leads to the record that holds what they held.
//!
//! ```text
//!   record_merged:  1 -> 3, 2 -> 3   --3 and 4 become 5-->   1 -> 5, 2 -> 5, 3 -> 5, 4 -> 5
//! ```
//! A record that is there is found without a look here: only who finds nothing under an id asks where it went.

use crate::association;
use crate::engine::{Result, Value};
use crate::record::{self, LISTED_MAX, placeholders};
use crate::tx::{Tx, WriteTx};
use model::id::RecordId;
use model::object::ObjectType;
use model::record::{Record, UniqueKey, hot};
use std::collections::BTreeMap;

const COLUMNS: [&str; 4] = ["account_id", "type_id", "source_id", "record_id"];

/// How often one looks again when the record an id leads to went on meanwhile.
const LOOKS: usize = 3;

/// Where ids of merged records lead; ids of others are left out.
pub async fn follow(tx: &mut Tx, object: ObjectType, ids: &[RecordId]) -> Result<BTreeMap<RecordId, RecordId>> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(LISTED_MAX) {
        let mut params = vec![tx.account().into(), object.into()];
        let list = placeholders(&mut params, chunk.iter().map(|id| Value::from(*id)));
        let sql = format!(
            "SELECT source_id, record_id FROM record_merged WHERE account_id = $1 AND type_id = $2 AND source_id IN ({list})"
        );
        for row in &mut tx.query(&sql, &params).await? {
            found.insert(RecordId(row.int(0)?), RecordId(row.int(1)?));
        }
    }
    Ok(found)
}

/// The ids that lead to a record, oldest first.
pub async fn sources(tx: &mut Tx, object: ObjectType, id: RecordId) -> Result<Vec<RecordId>> {
    let sql = "SELECT source_id FROM record_merged WHERE account_id = $1 AND type_id = $2 AND record_id = $3 ORDER BY source_id";
    let rows = tx.query(sql, &[tx.account().into(), object.into(), id.into()]).await?;
    rows.into_iter().map(|mut row| row.int(0).map(RecordId)).collect()
}

/// The record of an id, or the one it was merged into; archived or not.
pub async fn load(tx: &mut Tx, object: ObjectType, id: RecordId) -> Result<Option<Record>> {
    if let Some(found) = record::load(tx, object, id).await? {
        return Ok(Some(found));
    }
    match follow(tx, object, &[id]).await?.get(&id) {
        Some(into) => record::load(tx, object, *into).await,
        None => Ok(None),
    }
}

/// The same, to be changed. Who waited while the record was merged gets the merged one.
pub async fn load_for_update(tx: &mut WriteTx, object: ObjectType, id: RecordId) -> Result<Option<Record>> {
    let mut at = id;
    for _ in 0..LOOKS {
        if let Some(found) = record::load_for_update(tx, object, at).await? {
            return Ok(Some(found));
        }
        match follow(tx, object, &[id]).await?.get(&id) {
            Some(into) => at = *into,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// Records by the ids they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    records: BTreeMap<RecordId, Record>,
    moved: BTreeMap<RecordId, RecordId>,
}

impl Found {
    /// The id of the record that an id means.
    pub fn id(&self, asked: RecordId) -> RecordId {
        self.moved.get(&asked).copied().unwrap_or(asked)
    }

    /// The record that an id means.
    pub fn get(&self, asked: RecordId) -> Option<&Record> {
        self.records.get(&self.id(asked))
    }

    /// Keeps a record as it is now.
    pub fn insert(&mut self, record: Record) {
        self.records.insert(record.id, record);
    }

    /// Each record once.
    pub fn into_records(self) -> impl Iterator<Item = Record> {
        self.records.into_values()
    }

    fn take(&mut self, records: Vec<Record>) {
        self.records.extend(records.into_iter().map(|r| (r.id, r)));
    }

    /// Asked ids under which nothing was found yet.
    fn missing(&self, ids: &[RecordId]) -> Vec<RecordId> {
        ids.iter().copied().filter(|id| self.get(*id).is_none()).collect()
    }
}

/// Many records, archived or not, by id; those that are not there are left out.
pub async fn load_many(tx: &mut Tx, object: ObjectType, ids: &[RecordId]) -> Result<Found> {
    let mut found = Found::default();
    found.take(record::load_many(tx, object, ids).await?);
    let missing = found.missing(ids);
    if !missing.is_empty() {
        found.moved = follow(tx, object, &missing).await?;
        let into: Vec<RecordId> = found.moved.values().copied().collect();
        found.take(record::load_many(tx, object, &into).await?);
    }
    Ok(found)
}

/// The same, to be changed: locked in the order of their ids.
pub async fn load_many_for_update(tx: &mut WriteTx, object: ObjectType, ids: &[RecordId]) -> Result<Found> {
    lock_many(tx, object, ids, "{for_update}").await
}

/// The same, to be linked to: until this transaction ends nobody merges or erases them.
pub async fn load_many_to_link(tx: &mut WriteTx, object: ObjectType, ids: &[RecordId]) -> Result<Found> {
    lock_many(tx, object, ids, "{for_key_share}").await
}

async fn lock_many(tx: &mut WriteTx, object: ObjectType, ids: &[RecordId], lock: &str) -> Result<Found> {
    let mut found = Found::default();
    found.take(record::load_listed(tx, object, ids, lock).await?);
    for _ in 1..LOOKS {
        let missing = found.missing(ids);
        if missing.is_empty() {
            break;
        }
        let moved = follow(tx, object, &missing).await?;
        if moved.is_empty() {
            break;
        }
        let into: Vec<RecordId> = moved.values().copied().collect();
        found.moved.extend(moved);
        found.take(record::load_listed(tx, object, &into, lock).await?);
    }
    Ok(found)
}

/// Puts a record in the place of others: their keys, rows and links go, its own come, and every id that led to them leads to it.
/// Links between the others vanish; a link that several have is one.
pub async fn replace(
    tx: &mut WriteTx,
    sources: Vec<(&Record, Vec<UniqueKey>)>,
    new: &Record,
    new_keys: Vec<UniqueKey>,
) -> Result<()> {
    let (account, object) = (tx.account(), new.object);
    let ids: Vec<RecordId> = sources.iter().map(|(record, _)| record.id).collect();
    for (record, keys) in sources {
        record::delete(tx, record, keys).await?;
    }
    record::insert_many(tx, vec![(new, new_keys)]).await?;
    for from in &ids {
        for to in ids.iter().filter(|to| *to != from) {
            association::delete_pair(tx, (object, *from), (object, *to)).await?;
        }
    }
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        association::move_all(tx, object, id, new.id).await?;
        let sql = "UPDATE record_merged SET record_id = $4 WHERE account_id = $1 AND type_id = $2 AND record_id = $3";
        tx.execute(sql, &[account.into(), object.into(), id.into(), new.id.into()]).await?;
        rows.push(vec![account.into(), object.into(), id.into(), new.id.into()]);
    }
    tx.insert_many("record_merged", &COLUMNS, &rows, "").await?;
    if hot(new).occurred_at.is_some() {
        association::move_on_timelines(tx, object, new.id, hot(new).occurred_at).await?;
    }
    Ok(())
}

/// Forgets which ids led to a record.
pub(crate) async fn forget(tx: &mut WriteTx, object: ObjectType, id: RecordId) -> Result<()> {
    let sql = "DELETE FROM record_merged WHERE account_id = $1 AND type_id = $2 AND record_id = $3";
    tx.execute(sql, &[tx.account().into(), object.into(), id.into()]).await?;
    Ok(())
}
