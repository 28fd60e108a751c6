//! Who did what about signing in, factors, users, permissions and tokens: entries of the instance's feed, found by person and
//! by account.

use crate::engine::{Result, Row, Value};
use crate::feed::{Recorded, by_numbers};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::change::{Change, Kind};
use model::id::{AccountId, PersonId};
use model::identity::history::Filter;

const COLUMNS: [&str; 5] = ["seq", "at", "act", "person_id", "account_id"];

/// Notes where in the feed the entries are that are about a person or an account, in the transaction that makes them.
pub(crate) async fn index(tx: &mut WriteTx, first: i64, at: Timestamp, changes: &[Change]) -> Result<()> {
    let mut rows = Vec::new();
    for (change, seq) in changes.iter().zip(first..) {
        let Some(detail) = change.detail.as_ref().filter(|_| matches!(change.kind, Kind::AccountChanged | Kind::IdentityChanged))
        else {
            continue;
        };
        if let Some(act) = detail["act"].as_str() {
            let (person, account) = (detail["person"].as_i64(), detail["account"].as_i64());
            rows.push(vec![seq.into(), at.into(), act.into(), person.into(), account.into()]);
        }
    }
    if !rows.is_empty() {
        tx.insert_many("security_entry", &COLUMNS, &rows, "").await?;
    }
    Ok(())
}

/// The newest entries about one person, wherever they happened.
pub async fn of_person(tx: &mut Tx, person: PersonId, filter: &Filter, limit: usize) -> Result<Vec<Recorded>> {
    let (clause, more) = filtered(filter);
    let sql = format!("SELECT e.seq FROM security_entry e WHERE e.person_id = $1 AND {clause} ORDER BY e.seq DESC LIMIT $2");
    let params: Vec<Value> = [person.into(), limit.into()].into_iter().chain(more).collect();
    let rows = tx.query(&sql, &params).await?;
    entries(tx, rows).await
}

/// The newest entries about an account, and those about the sign-in of its users since they are in it. What happened to them in
/// other accounts is not among them.
pub async fn of_account(tx: &mut Tx, account: AccountId, filter: &Filter, limit: usize) -> Result<Vec<Recorded>> {
    let (clause, more) = filtered(filter);
    let sql = format!(
        "SELECT seq FROM (
           SELECT e.seq FROM security_entry e WHERE e.account_id = $1 AND {clause}
           UNION ALL
           SELECT e.seq FROM account_user u JOIN security_entry e ON e.person_id = u.person_id AND e.at >= u.created_at
           WHERE u.account_id = $1 AND u.status <> 'invited' AND e.account_id IS NULL AND {clause}
         ) AS found ORDER BY seq DESC LIMIT $2"
    );
    let params: Vec<Value> = [account.into(), limit.into()].into_iter().chain(more).collect();
    let rows = tx.query(&sql, &params).await?;
    entries(tx, rows).await
}

/// The conditions of a filter, with their values from $3 on.
fn filtered(filter: &Filter) -> (String, Vec<Value>) {
    let mut clause = "e.seq < $3 AND e.at >= $4 AND e.at < $5".to_owned();
    let mut values: Vec<Value> = vec![filter.before.into(), filter.since.into(), filter.until.into()];
    if let Some(person) = filter.person {
        values.push(person.into());
        clause.push_str(&format!(" AND e.person_id = ${}", values.len() + 2));
    }
    if let Some(acts) = filter.acts {
        let begins = acts.iter().map(|act| {
            values.push(format!("{act}%").into());
            format!("e.act LIKE ${}", values.len() + 2)
        });
        let begins = begins.collect::<Vec<_>>().join(" OR ");
        clause.push_str(&format!(" AND ({begins})"));
    }
    (clause, values)
}

async fn entries(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Recorded>> {
    let numbers = rows.into_iter().map(|mut row| row.int(0)).collect::<Result<Vec<i64>>>()?;
    by_numbers(tx, &numbers).await
}

/// Forgets where entries are that are older than can be asked for; the feed keeps them.
pub async fn delete_before(tx: &mut WriteTx, at: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM security_entry WHERE at < $1", &[at.into()]).await
}
