//! Further domains of companies, by which mirroring finds them. The first one is a column of the record.

use crate::engine::{self, Result, Value};
use crate::record::{SELECT, decode};
use crate::tx::{Tx, WriteTx};
use model::id::AccountId;
use model::object::COMPANY;
use model::record::{Record, further_domains};

/// Companies read at once when all are gone through.
const PAGE: usize = 1_000;

pub(crate) const COLUMNS: [&str; 3] = ["account_id", "domain", "record_id"];

/// The rows of a record; only companies have any.
pub(crate) fn rows(account: AccountId, record: &Record) -> Vec<Vec<Value>> {
    further_domains(record).into_iter().map(|domain| vec![account.into(), domain.into(), record.id.into()]).collect()
}

/// Follows an update of a record.
pub(crate) async fn update(tx: &mut WriteTx, old: &Record, new: &Record) -> Result<()> {
    if further_domains(old) == further_domains(new) {
        return Ok(());
    }
    delete(tx, old).await?;
    let rows = rows(tx.account(), new);
    tx.insert_many("company_domain", &COLUMNS, &rows, "").await?;
    Ok(())
}

/// Forgets the rows of a record.
pub(crate) async fn delete(tx: &mut WriteTx, record: &Record) -> Result<()> {
    let sql = "DELETE FROM company_domain WHERE account_id = $1 AND domain = $2 AND record_id = $3";
    for domain in further_domains(record) {
        tx.execute(sql, &[tx.account().into(), domain.into(), record.id.into()]).await?;
    }
    Ok(())
}

/// Companies of any of whose domains this is one, archived ones left out, oldest first.
pub async fn find(tx: &mut Tx, domain: &str, limit: usize) -> Result<Vec<Record>> {
    let mut found = crate::record::find_by_domain(tx, COMPANY, domain, limit).await?;
    let params = [tx.account().into(), COMPANY.into(), domain.into(), limit.into()];
    let further: Vec<Record> = tx.query(&by_further(), &params).await?.iter_mut().map(decode).collect::<Result<_>>()?;
    found.extend(further);
    found.sort_by_key(|record| record.id);
    found.dedup_by_key(|record| record.id);
    found.truncate(limit);
    Ok(found)
}

/// The statement for further domains, for tests of its plan.
#[doc(hidden)]
pub fn by_further() -> String {
    format!(
        "SELECT {SELECT} FROM company_domain d
         JOIN record ON record.account_id = d.account_id AND record.type_id = $2 AND record.id = d.record_id
         WHERE d.account_id = $1 AND d.domain = $3 AND record.archived_at IS NULL ORDER BY d.record_id LIMIT $4"
    )
}

/// Makes the rows of every company of every account: the step of the migration that SQL cannot take, because what can be
/// registered is a list.
pub(crate) async fn fill(tx: &mut engine::Tx) -> Result<()> {
    let mut after = (0, 0);
    loop {
        let sql = format!(
            "SELECT {SELECT}, record.account_id FROM record WHERE (account_id, type_id, id) > ($1, $2, $3) AND type_id = $2
             AND props ->> 'hs_additional_domains' IS NOT NULL ORDER BY account_id, type_id, id LIMIT $4"
        );
        let page = tx.query(&sql, &[after.0.into(), COMPANY.into(), after.1.into(), PAGE.into()]).await?;
        let is_last = page.len() < PAGE;
        let mut filled = Vec::new();
        for mut row in page {
            let (company, account) = (decode(&mut row)?, AccountId(row.int(6)?));
            after = (account.0, company.id.0);
            filled.extend(rows(account, &company));
        }
        tx.insert_many("company_domain", &COLUMNS, &filled, "").await?;
        if is_last {
            return Ok(());
        }
    }
}
