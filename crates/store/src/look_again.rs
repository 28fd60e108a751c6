//! When consumers want to see records again without a change: a value that depends on the time is right when the time has come.

use crate::association::Place;
use crate::engine::{Result, Value};
use crate::record::{LISTED_MAX, placeholders};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::RecordId;
use model::object::ObjectType;
use std::collections::BTreeMap;

/// Records whose time has come, the longest due first.
pub async fn due(tx: &mut Tx, consumer: &str, now: Timestamp, limit: usize) -> Result<Vec<Place>> {
    let sql = "SELECT type_id, record_id FROM look_again WHERE account_id = $1 AND consumer = $2 AND due_at <= $3
               ORDER BY due_at LIMIT $4";
    let rows = tx.query(sql, &[tx.account().into(), consumer.into(), now.into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| Ok((ObjectType(u32::try_from(row.int(0)?).unwrap_or(0)), RecordId(row.int(1)?)))).collect()
}

/// When a consumer wants to see records of a type again; those it does not are left out.
pub async fn read_many(
    tx: &mut Tx,
    consumer: &str,
    object: ObjectType,
    ids: &[RecordId],
) -> Result<BTreeMap<RecordId, Timestamp>> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(LISTED_MAX) {
        let mut params = vec![tx.account().into(), object.into(), consumer.into()];
        let list = placeholders(&mut params, chunk.iter().map(|id| Value::from(*id)));
        let sql = format!(
            "SELECT record_id, due_at FROM look_again WHERE account_id = $1 AND type_id = $2 AND record_id IN ({list}) AND consumer = $3"
        );
        for row in &mut tx.query(&sql, &params).await? {
            found.insert(RecordId(row.int(0)?), row.time(1)?);
        }
    }
    Ok(found)
}

/// Sets when a consumer wants to see a record again; `None` for never.
pub async fn save(tx: &mut WriteTx, consumer: &str, place: Place, due_at: Option<Timestamp>) -> Result<()> {
    let mut params = vec![tx.account().into(), place.0.into(), place.1.into(), consumer.into()];
    let sql = match due_at {
        Some(at) => {
            params.push(at.into());
            "INSERT INTO look_again (account_id, type_id, record_id, consumer, due_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account_id, type_id, record_id, consumer) DO UPDATE SET due_at = excluded.due_at"
        }
        None => "DELETE FROM look_again WHERE account_id = $1 AND type_id = $2 AND record_id = $3 AND consumer = $4",
    };
    tx.execute(sql, &params).await?;
    Ok(())
}
