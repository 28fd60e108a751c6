//! Timelines: what is linked to a record, newest first, as one range of an index.

use crate::engine::{Result, Value};
use crate::record::{SELECT, decode, placeholders};
use crate::tx::Tx;
use jiff::Timestamp;
use model::id::RecordId;
use model::object::ObjectType;
use model::record::Record;

/// A place on a timeline: what comes after it is older, or as old with a smaller id.
pub type Before = (Timestamp, RecordId);

/// Where the activities and deals of a record stand, archived ones too, as [`page`] orders them: read from the index alone, so that
/// whoever merges several timelines reads only the records that are shown.
pub async fn places(
    tx: &mut Tx,
    from: (ObjectType, RecordId),
    types: &[ObjectType],
    before: Option<Before>,
    limit: usize,
) -> Result<Vec<(Timestamp, ObjectType, RecordId)>> {
    let (range, params) = range(tx, from, types, before, limit);
    let sql = format!(
        "SELECT a.sort_at, a.to_type, a.to_id FROM association a WHERE {range} ORDER BY a.sort_at DESC, a.to_id DESC LIMIT $5"
    );
    let rows = tx.query(&sql, &params).await?;
    rows.into_iter().map(|mut row| Ok((row.time(0)?, row.object(1)?, RecordId(row.int(2)?)))).collect()
}

/// Activities and deals of a record before a place, newest first. `types` limits which; empty means all. Archived ones are
/// left out.
pub async fn page(
    tx: &mut Tx,
    from: (ObjectType, RecordId),
    types: &[ObjectType],
    before: Option<Before>,
    limit: usize,
) -> Result<Vec<(Timestamp, Record)>> {
    let (range, params) = range(tx, from, types, before, limit);
    let sql = format!(
        "SELECT {SELECT}, a.sort_at FROM association a
         JOIN record ON record.account_id = a.account_id AND record.type_id = a.to_type AND record.id = a.to_id
         WHERE {range} AND record.archived_at IS NULL ORDER BY a.sort_at DESC, a.to_id DESC LIMIT $5"
    );
    tx.query(&sql, &params).await?.iter_mut().map(|row| Ok((row.time(6)?, decode(row)?))).collect()
}

/// The range of the index that is a record's timeline before a place, and its parameters; `$5` is the limit.
fn range(
    tx: &Tx,
    from: (ObjectType, RecordId),
    types: &[ObjectType],
    before: Option<Before>,
    limit: usize,
) -> (String, Vec<Value>) {
    let (at, id) = before.map_or((i64::MAX, i64::MAX), |(at, id)| (at.as_microsecond(), id.0));
    let mut params = vec![tx.account().into(), from.1.into(), at.into(), id.into(), limit.into(), from.0.into()];
    let only = match types {
        [] => String::new(),
        types => format!("AND a.to_type IN ({})", placeholders(&mut params, types.iter().map(|t| Value::from(*t)))),
    };
    // The plus keeps SQLite from preferring the primary key, by which it would have to read and sort everything.
    let sql = format!(
        "a.account_id = $1 AND a.from_id = $2 AND +a.from_type = $6 AND a.sort_at IS NOT NULL AND a.sort_at <= $3
         AND (a.sort_at < $3 OR a.to_id < $4) {only}"
    );
    (sql, params)
}
