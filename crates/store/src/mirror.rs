//! What mirroring asks of one account's database: who is behind the items of a timeline.

use crate::engine::{Result, Value};
use crate::record::placeholders;
use crate::tx::Tx;
use model::id::{AccountId, RecordId};
use model::mirror::{EXCLUSION, SHOWN};
use model::object::CONTACT;

/// A person an item of a timeline is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub item: RecordId,
    pub email: Option<String>,
    /// She objects to being shown to sister companies.
    pub excluded: bool,
}

/// The contacts that items (activities, deals) are linked to, archived ones too: an objection outlives the record's archiving.
pub async fn people_of(tx: &mut Tx, items: &[RecordId]) -> Result<Vec<Person>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, params) = behind(tx.account(), items);
    let rows = tx.query(&sql, &params).await?;
    rows.into_iter()
        .map(|mut row| {
            let excluded = row.text_opt(2)?.as_deref() == Some("true");
            Ok(Person { item: RecordId(row.int(0)?), email: row.text_opt(1)?, excluded })
        })
        .collect()
}

/// The statement of [`people_of`], for tests of its plan.
#[doc(hidden)]
pub fn behind(account: AccountId, items: &[RecordId]) -> (String, Vec<Value>) {
    let mut params: Vec<Value> = vec![account.into(), CONTACT.into(), EXCLUSION.into()];
    // The types are named so that the primary key is used to its third column; without them it is a scan of the account.
    let types = placeholders(&mut params, SHOWN.into_iter().map(Value::from));
    let ids = placeholders(&mut params, items.iter().map(|item| Value::from(*item)));
    let sql = format!(
        "SELECT a.from_id, r.props ->> 'email', r.props ->> $3 FROM association a
         JOIN record r ON r.account_id = a.account_id AND r.type_id = a.to_type AND r.id = a.to_id
         WHERE a.account_id = $1 AND a.from_type IN ({types}) AND a.from_id IN ({ids}) AND a.to_type = $2"
    );
    (sql, params)
}
