//! The keys by which the customers of one account are recognized in another, in order: what a dry run merges. Records that are
//! archived or object to being shown have none.

use crate::engine::{Result, Row};
use crate::tx::Tx;
use model::id::RecordId;
use model::object::{COMPANY, CONTACT, ObjectType};

/// A key and whose it is: a folded address of a contact, a registrable domain of a company.
pub type Key = (String, RecordId);

/// Keys after a place, in the order of text and record; at most `limit`.
pub async fn page(tx: &mut Tx, customer: ObjectType, after: &Key, limit: usize) -> Result<Vec<Key>> {
    let params = [tx.account().into(), customer.into(), (&after.0).into(), after.1.into(), limit.into()];
    let sql = statement(customer);
    tx.query(&sql, &params).await?.iter_mut().map(key).collect()
}

fn key(row: &mut Row) -> Result<Key> {
    Ok((row.text(0)?, RecordId(row.int(1)?)))
}

const DOES_NOT_OBJECT: &str = "NOT EXISTS (SELECT 1 FROM record_excluded x
                WHERE x.account_id = $1 AND x.type_id = $2 AND x.record_id = k.record_id)";

/// An address belongs to one contact.
fn emails() -> String {
    format!(
        "SELECT k.value, k.record_id FROM record_key k
         WHERE k.account_id = $1 AND k.type_id = $2 AND k.property = 'email' AND k.value >= $3
           AND (k.value > $3 OR k.record_id > $4) AND {DOES_NOT_OBJECT} ORDER BY k.value LIMIT $5"
    )
}

/// The first domain of a company is a column, further ones are rows; a domain may be that of several companies.
fn domains() -> String {
    let after = "k.domain >= $3 AND (k.domain > $3 OR k.record_id > $4)";
    let first = format!(
        "SELECT k.domain, k.record_id FROM
           (SELECT domain, id AS record_id FROM record
            WHERE account_id = $1 AND type_id = $2 AND domain IS NOT NULL AND archived_at IS NULL) k
         WHERE {after} AND {DOES_NOT_OBJECT} ORDER BY k.domain, k.record_id LIMIT $5"
    );
    let further = format!(
        "SELECT k.domain, k.record_id FROM company_domain k
         JOIN record r ON r.account_id = k.account_id AND r.type_id = {} AND r.id = k.record_id AND r.archived_at IS NULL
         WHERE k.account_id = $1 AND {after} AND {DOES_NOT_OBJECT} ORDER BY k.domain, k.record_id LIMIT $5",
        COMPANY.0
    );
    format!(
        "SELECT domain, record_id FROM (SELECT * FROM ({first}) f UNION SELECT * FROM ({further}) g) u
         ORDER BY domain, record_id LIMIT $5"
    )
}

/// The statement of a page, for tests of its plan.
#[doc(hidden)]
pub fn statement(customer: ObjectType) -> String {
    if customer == CONTACT { emails() } else { domains() }
}
