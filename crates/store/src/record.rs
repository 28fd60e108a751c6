//! Records and their unique keys.
//!
//! What is a column and what is in the document is decided here and nowhere else; both come from the record's values by
//! [`model::record::hot`] and [`model::record::unique_keys`].

use crate::engine::{Result, Row, StoreError, Value};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{OwnerId, RecordId};
use model::object::ObjectType;
use model::record::{Properties, Record, UniqueKey, hot};
use serde::ser::{SerializeMap, Serializer};
use std::collections::BTreeSet;

const COLUMNS: [&str; 14] = [
    "account_id",
    "type_id",
    "id",
    "name",
    "domain",
    "owner_id",
    "pipeline",
    "stage",
    "lifecycle",
    "occurred_at",
    "created_at",
    "updated_at",
    "archived_at",
    "props",
];

/// The columns a [`Record`] is read from, in the order [`decode`] expects them.
pub(crate) const SELECT: &str =
    "record.type_id, record.id, record.created_at, record.updated_at, record.archived_at, record.props";

/// Reads [`SELECT`].
pub(crate) fn decode(row: &mut Row) -> Result<Record> {
    let object = row.object(0)?;
    let properties: Properties = row.json(5)?;
    Ok(Record::from_stored(object, RecordId(row.int(1)?), properties, row.time(2)?, row.time(3)?, row.time_opt(4)?))
}

fn document(record: &Record) -> Result<Value> {
    let mut out = Vec::with_capacity(512);
    let written = (|| {
        let mut serializer = serde_json::Serializer::new(&mut out);
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in record.stored_properties() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    })();
    let text = written.ok().and_then(|()| String::from_utf8(out).ok());
    text.map(Value::Json).ok_or_else(|| StoreError::Broken(format!("record {} cannot be written as JSON", record.id)))
}

fn hot_values(record: &Record) -> [Value; 7] {
    let hot = hot(record);
    [
        hot.name.into(),
        hot.domain.into(),
        hot.owner.into(),
        hot.pipeline.into(),
        hot.stage.into(),
        hot.lifecycle.into(),
        hot.occurred_at.into(),
    ]
}

fn key_row(tx: &Tx, record: &Record, key: UniqueKey) -> Vec<Value> {
    vec![tx.account().into(), record.object.into(), key.property.into(), key.value.into(), record.id.into()]
}

const KEY_COLUMNS: [&str; 5] = ["account_id", "type_id", "property", "value", "record_id"];

/// Adds records with their keys. A key that another record has is [`StoreError::Unique`]: look first for a better message.
pub async fn insert_many(tx: &mut WriteTx, records: Vec<(&Record, Vec<UniqueKey>)>) -> Result<()> {
    let mut rows = Vec::with_capacity(records.len());
    let mut keys = Vec::with_capacity(records.len());
    let (mut domains, mut excluded) = (Vec::new(), Vec::new());
    for (record, unique) in records {
        let mut row = Vec::with_capacity(COLUMNS.len());
        row.extend([tx.account().into(), record.object.into(), record.id.into()]);
        row.extend(hot_values(record));
        row.extend([record.created_at.into(), record.updated_at.into(), record.archived_at.into(), document(record)?]);
        rows.push(row);
        keys.extend(unique.into_iter().map(|key| key_row(tx, record, key)));
        domains.extend(crate::domain::rows(tx.account(), record));
        excluded.extend(crate::excluded::row(tx.account(), record));
    }
    tx.insert_many("record", &COLUMNS, &rows, "").await?;
    tx.insert_many("record_key", &KEY_COLUMNS, &keys, "").await?;
    tx.insert_many("company_domain", &crate::domain::COLUMNS, &domains, "").await?;
    tx.insert_many("record_excluded", &crate::excluded::COLUMNS, &excluded, "").await?;
    Ok(())
}

/// Saves what an update, archive or restore decided. Keys the record had and has no more go, new ones come; an archived
/// record has none.
pub async fn update(
    tx: &mut WriteTx,
    old: &Record,
    new: &Record,
    old_keys: Vec<UniqueKey>,
    new_keys: Vec<UniqueKey>,
) -> Result<()> {
    let sql =
        "UPDATE record SET name = $4, domain = $5, owner_id = $6, pipeline = $7, stage = $8, lifecycle = $9, occurred_at = $10,
               created_at = $11, updated_at = $12, archived_at = $13, props = $14
               WHERE account_id = $1 AND type_id = $2 AND id = $3";
    let mut params = vec![tx.account().into(), new.object.into(), new.id.into()];
    params.extend(hot_values(new));
    params.extend([new.created_at.into(), new.updated_at.into(), new.archived_at.into(), document(new)?]);
    if tx.execute(sql, &params).await? != 1 {
        return Err(StoreError::Broken(format!("record {} of type {} was to be updated but is not there", new.id, new.object)));
    }
    let old_keys = if old.archived_at.is_some() { Vec::new() } else { old_keys };
    let new_keys = if new.archived_at.is_some() { Vec::new() } else { new_keys };
    for key in old_keys.iter().filter(|k| !new_keys.contains(k)) {
        delete_key(tx, old, key).await?;
    }
    let added = new_keys.into_iter().filter(|k| !old_keys.contains(k)).map(|k| key_row(tx, new, k)).collect::<Vec<_>>();
    tx.insert_many("record_key", &KEY_COLUMNS, &added, "").await?;
    crate::domain::update(tx, old, new).await?;
    crate::excluded::update(tx, old, new).await?;
    if hot(old).occurred_at != hot(new).occurred_at {
        crate::association::move_on_timelines(tx, new.object, new.id, hot(new).occurred_at).await?;
    }
    Ok(())
}

async fn delete_key(tx: &mut WriteTx, record: &Record, key: &UniqueKey) -> Result<()> {
    let sql = "DELETE FROM record_key WHERE account_id = $1 AND type_id = $2 AND property = $3 AND value = $4 AND record_id = $5";
    let params = [tx.account().into(), record.object.into(), (&key.property).into(), (&key.value).into(), record.id.into()];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// Removes a record for good, with its keys, its links, the values in its history and what consumers set aside of it; of those
/// that were merged into it as well. The feed keeps that they were there.
pub async fn erase(tx: &mut WriteTx, record: &Record, keys: Vec<UniqueKey>) -> Result<()> {
    let mut ids = crate::merged::sources(tx, record.object, record.id).await?;
    ids.push(record.id);
    delete(tx, record, keys).await?;
    crate::association::delete_all(tx, record.object, record.id).await?;
    crate::merged::forget(tx, record.object, record.id).await?;
    for id in ids {
        // Who was shown what of it is told by ids alone (kind 7), and stays: erasing must not hide a look.
        let sql = "UPDATE change SET vals = NULL, detail = CASE WHEN kind = 7 THEN detail END
                   WHERE account_id = $1 AND type_id = $2 AND record_id = $3";
        tx.execute(sql, &[tx.account().into(), record.object.into(), id.into()]).await?;
        // The reason why a change was set aside may quote a value.
        tx.execute("DELETE FROM parked WHERE account_id = $1 AND record_id = $2", &[tx.account().into(), id.into()]).await?;
    }
    Ok(())
}

/// Takes a record away with its keys and what is to be done about it; its links and its history stay.
pub(crate) async fn delete(tx: &mut WriteTx, record: &Record, keys: Vec<UniqueKey>) -> Result<()> {
    for key in &keys {
        delete_key(tx, record, key).await?;
    }
    crate::domain::delete(tx, record).await?;
    crate::excluded::delete(tx, record).await?;
    let place = [tx.account().into(), record.object.into(), record.id.into()];
    tx.execute("DELETE FROM look_again WHERE account_id = $1 AND type_id = $2 AND record_id = $3", &place).await?;
    tx.execute("DELETE FROM record WHERE account_id = $1 AND type_id = $2 AND id = $3", &place).await?;
    Ok(())
}

/// One record, archived or not.
pub async fn load(tx: &mut Tx, object: ObjectType, id: RecordId) -> Result<Option<Record>> {
    let sql = format!("SELECT {SELECT} FROM record WHERE account_id = $1 AND type_id = $2 AND id = $3");
    tx.query_opt(&sql, &[tx.account().into(), object.into(), id.into()]).await?.as_mut().map(decode).transpose()
}

/// One record to be changed: nobody else changes it until this transaction ends.
pub async fn load_for_update(tx: &mut WriteTx, object: ObjectType, id: RecordId) -> Result<Option<Record>> {
    let sql = format!("SELECT {SELECT} FROM record WHERE account_id = $1 AND type_id = $2 AND id = $3 {{for_update}}");
    let params = [tx.account().into(), object.into(), id.into()];
    tx.query_opt(&sql, &params).await?.as_mut().map(decode).transpose()
}

/// Many records, archived or not, by id; those that are not there are left out.
pub async fn load_many(tx: &mut Tx, object: ObjectType, ids: &[RecordId]) -> Result<Vec<Record>> {
    load_listed(tx, object, ids, "").await
}

/// Many records to be changed, locked in the order of their ids so that two batches cannot wait for each other.
pub async fn load_many_for_update(tx: &mut WriteTx, object: ObjectType, ids: &[RecordId]) -> Result<Vec<Record>> {
    load_listed(tx, object, ids, "{for_update}").await
}

pub(crate) async fn load_listed(tx: &mut Tx, object: ObjectType, ids: &[RecordId], tail: &str) -> Result<Vec<Record>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(LISTED_MAX) {
        let mut params = vec![tx.account().into(), object.into()];
        let list = placeholders(&mut params, chunk.iter().map(|id| Value::from(*id)));
        // Sorted by an expression: for a plain `ORDER BY id`, PostgreSQL reads the whole type in the order of its key and filters.
        let sql = format!(
            "SELECT {SELECT} FROM record WHERE account_id = $1 AND type_id = $2 AND id IN ({list}) ORDER BY id + 0 {tail}"
        );
        for row in &mut tx.query(&sql, &params).await? {
            found.push(decode(row)?);
        }
    }
    found.sort_by_key(|r| r.id);
    Ok(found)
}

/// Values of one IN list.
pub(crate) const LISTED_MAX: usize = 500;

/// Adds values to the parameters and gives their placeholders. The list is filled up with its last value to one of a few
/// lengths, so that few different statements are prepared.
pub(crate) fn placeholders(params: &mut Vec<Value>, values: impl ExactSizeIterator<Item = Value>) -> String {
    let n = values.len();
    let wanted = [1, 2, 5, 10, 25, 50, 100, 250].into_iter().find(|w| *w >= n).unwrap_or(n);
    let first = params.len() + 1;
    params.extend(values);
    if let Some(last) = params.last().cloned().filter(|_| n > 0) {
        params.resize(first - 1 + wanted, last);
    }
    (first..=params.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ")
}

/// The record that has a unique key, among those that are not archived.
pub async fn find_by_key(tx: &mut Tx, object: ObjectType, key: &UniqueKey) -> Result<Option<RecordId>> {
    let sql = "SELECT record_id FROM record_key WHERE account_id = $1 AND type_id = $2 AND property = $3 AND value = $4";
    let params = [tx.account().into(), object.into(), (&key.property).into(), (&key.value).into()];
    tx.query_opt(sql, &params).await?.map(|mut row| row.int(0).map(RecordId)).transpose()
}

/// The record that has a unique key, in one look.
pub async fn load_by_key(tx: &mut Tx, object: ObjectType, key: &UniqueKey) -> Result<Option<Record>> {
    let sql = format!(
        "SELECT {SELECT} FROM record_key
         JOIN record ON record.account_id = record_key.account_id AND record.type_id = record_key.type_id AND record.id = record_key.record_id
         WHERE record_key.account_id = $1 AND record_key.type_id = $2 AND record_key.property = $3 AND record_key.value = $4"
    );
    let params = [tx.account().into(), object.into(), (&key.property).into(), (&key.value).into()];
    tx.query_opt(&sql, &params).await?.as_mut().map(decode).transpose()
}

/// Which of the keys are taken, and by whom. Each is looked up by itself: with `value IN (..)`, PostgreSQL's plan for a table
/// that was empty a moment ago reads all keys of a property: 100 ms for a hundred keys, measured among 20,000.
pub async fn find_by_keys(tx: &mut Tx, object: ObjectType, keys: &[UniqueKey]) -> Result<Vec<(UniqueKey, RecordId)>> {
    let mut found = Vec::new();
    let keys: BTreeSet<&UniqueKey> = keys.iter().collect();
    let keys: Vec<&UniqueKey> = keys.into_iter().collect();
    for same in keys.chunk_by(|a, b| a.property == b.property) {
        for chunk in same.chunks(LISTED_MAX) {
            let mut params = vec![tx.account().into(), object.into(), (&chunk[0].property).into()];
            let wanted = placeholders(&mut params, chunk.iter().map(|k| Value::from(&k.value))).replace(", ", "), (");
            let sql = format!(
                "SELECT wanted.column1, (SELECT record_id FROM record_key WHERE account_id = $1 AND type_id = $2 AND property = $3
                 AND value = wanted.column1) FROM (VALUES ({wanted})) AS wanted"
            );
            for row in &mut tx.query(&sql, &params).await? {
                let Some(id) = row.int_opt(1)? else { continue };
                found.push((UniqueKey { property: chunk[0].property.clone(), value: row.text(0)? }, RecordId(id)));
            }
        }
    }
    // The list of values is filled up with its last one.
    found.dedup();
    Ok(found)
}

/// Companies of a registrable domain that are not archived, oldest first.
pub async fn find_by_domain(tx: &mut Tx, object: ObjectType, domain: &str, limit: usize) -> Result<Vec<Record>> {
    let params = [tx.account().into(), object.into(), domain.into(), limit.into()];
    tx.query(&by_domain(), &params).await?.iter_mut().map(decode).collect()
}

/// The statement of [`find_by_domain`], for tests of its plan. Sorted by an expression: for a plain `ORDER BY id`, SQLite reads
/// every company in the order of the primary key rather than sort the few of one domain.
#[doc(hidden)]
pub fn by_domain() -> String {
    format!(
        "SELECT {SELECT} FROM record WHERE account_id = $1 AND type_id = $2 AND domain = $3 AND archived_at IS NULL
         ORDER BY id + 0 LIMIT $4"
    )
}

/// Records by id, after one of them; archived ones or the others; all or one owner's.
pub async fn page(
    tx: &mut Tx,
    object: ObjectType,
    archived: bool,
    owner: Option<OwnerId>,
    after: Option<RecordId>,
    limit: usize,
) -> Result<Vec<Record>> {
    let archived = if archived { "IS NOT NULL" } else { "IS NULL" };
    let mut params = vec![tx.account().into(), object.into(), after.map_or(0, |id| id.0).into(), limit.into()];
    let owned = owner.map_or("", |owner| {
        params.push(owner.into());
        "AND owner_id = $5"
    });
    let sql = format!(
        "SELECT {SELECT} FROM record WHERE account_id = $1 AND type_id = $2 AND id > $3 AND archived_at {archived} {owned} ORDER BY id LIMIT $4"
    );
    tx.query(&sql, &params).await?.iter_mut().map(decode).collect()
}

/// Where a page of the archive ends: when its last record was archived, and which one that is.
pub type ArchivePlace = (Timestamp, RecordId);

/// Archived records, the latest first, before a place; all or one owner's.
pub async fn archived(
    tx: &mut Tx,
    object: ObjectType,
    owner: Option<OwnerId>,
    before: Option<ArchivePlace>,
    limit: usize,
) -> Result<Vec<Record>> {
    let mut params = vec![tx.account().into(), object.into(), limit.into()];
    let mut conditions = String::new();
    if let Some((at, id)) = before {
        params.extend([at.into(), id.into()]);
        conditions.push_str(" AND (archived_at < $4 OR (archived_at = $4 AND id < $5))");
    }
    if let Some(owner) = owner {
        params.push(owner.into());
        conditions.push_str(&format!(" AND owner_id = ${}", params.len()));
    }
    let sql = format!(
        "SELECT {SELECT} FROM record WHERE account_id = $1 AND type_id = $2 AND archived_at IS NOT NULL{conditions}
         ORDER BY archived_at DESC, id DESC LIMIT $3"
    );
    tx.query(&sql, &params).await?.iter_mut().map(decode).collect()
}

/// Records of a type that are not archived. Both counts come from indexes alone.
pub async fn count(tx: &mut Tx, object: ObjectType) -> Result<usize> {
    let sql = "SELECT (SELECT COUNT(*) FROM record WHERE account_id = $1 AND type_id = $2)
                    - (SELECT COUNT(*) FROM record WHERE account_id = $1 AND type_id = $2 AND archived_at IS NOT NULL)";
    let row = tx.query_opt(sql, &[tx.account().into(), object.into()]).await?;
    row.map_or(Ok(0), |mut row| Ok(usize::try_from(row.int(0)?).unwrap_or(0)))
}
