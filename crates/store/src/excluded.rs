//! Contacts and companies that object to being shown to sister companies, as rows of their own: they are few, and a dry run
//! must leave them out of hundreds of thousands without reading any record.

use crate::engine::{Result, Value};
use crate::tx::WriteTx;
use model::connection::terms::CUSTOMERS;
use model::id::AccountId;
use model::mirror::is_excluded;
use model::record::Record;

pub(crate) const COLUMNS: [&str; 3] = ["account_id", "type_id", "record_id"];

fn objects(record: &Record) -> bool {
    CUSTOMERS.contains(&record.object) && is_excluded(|name| record.get(name))
}

/// The row of a record, if it objects. An archived one keeps it: an objection outlives the archiving.
pub(crate) fn row(account: AccountId, record: &Record) -> Option<Vec<Value>> {
    objects(record).then(|| vec![account.into(), record.object.into(), record.id.into()])
}

/// Follows an update of a record.
pub(crate) async fn update(tx: &mut WriteTx, old: &Record, new: &Record) -> Result<()> {
    match (objects(old), objects(new)) {
        (false, true) => {
            let rows: Vec<Vec<Value>> = row(tx.account(), new).into_iter().collect();
            tx.insert_many("record_excluded", &COLUMNS, &rows, "").await?;
            Ok(())
        }
        (true, false) => delete(tx, old).await,
        (false, false) | (true, true) => Ok(()),
    }
}

/// Forgets the row of a record.
pub(crate) async fn delete(tx: &mut WriteTx, record: &Record) -> Result<()> {
    if objects(record) {
        let sql = "DELETE FROM record_excluded WHERE account_id = $1 AND type_id = $2 AND record_id = $3";
        tx.execute(sql, &[tx.account().into(), record.object.into(), record.id.into()]).await?;
    }
    Ok(())
}
