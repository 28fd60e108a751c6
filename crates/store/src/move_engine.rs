//! Copying a whole instance from one set of databases to another, whatever their engines, verified by counts and hashes.
//!
//! ```text
//!   snapshot of every source --rows in pages--> one transaction per target --commit--> read again, compare
//! ```
//! One transaction per target: a copy that was cut off leaves its target as empty as it was.

use crate::engine::catalog::Table;
use crate::engine::{Engine, Row, StoreError, Tx, Value};
use crate::migrate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Rows read and written at once.
const PAGE: usize = 2_000;
/// The same of a table of uploaded files, whose rows have a MiB each.
const PAGE_OF_CHUNKS: usize = 16;
const CHUNKS: &str = "upload_chunk";
/// Each database has its own.
const SKIPPED: &str = "schema_step";

/// What a table holds: how many rows, and the sum of their hashes, which does not depend on their order nor on the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Digested {
    pub n_rows: u64,
    /// 128 bits as 32 hexadecimal digits.
    pub hash: String,
}

/// Digest of each table by name.
pub type Digests = BTreeMap<String, Digested>;

/// Why an instance was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A backup whose pages are not what they were.
    #[error("{file} is a damaged backup")]
    Damaged { file: String },
    /// The target holds something already.
    #[error("the target is not empty: its table {table} has rows")]
    NotEmpty { table: String },
    /// A database is of another version than this program.
    #[error("{which} is not at the schema of this version: run `consortio migrate` with its configuration first")]
    Schema { which: &'static str },
    /// What arrived is not what was sent, or what was sent is not what was expected.
    #[error("table {table}: expected {} rows with hash {}, found {} rows with hash {}", expected.n_rows, expected.hash, found.n_rows, found.hash)]
    Differs { table: String, expected: Digested, found: Digested },
}

/// To which of several targets a row of a table goes, by its account if the table has one.
pub type Route<'r> = &'r (dyn Fn(&str, Option<i64>) -> usize + Sync);

/// Copies everything of `from` into the empty `to`. The sources are compared with `expected` before anything is kept.
pub async fn copy(
    from: &[Engine],
    to: &[Engine],
    route: Route<'_>,
    expected: Option<&Digests>,
    mut progress: impl FnMut(&str, u64),
) -> Result<Digests, CopyError> {
    for engine in from {
        current(engine, "the source").await?;
    }
    for engine in to {
        current(engine, "the target").await?;
        refuse_rows(engine).await?;
    }
    let mut targets = Vec::new();
    for engine in to {
        targets.push(engine.write().await?);
    }
    let mut sums = Sums::default();
    for engine in from {
        let mut source = engine.snapshot().await?;
        source.heavy();
        for table in tables(&mut source).await? {
            copy_table(&mut source, &table, &mut targets, route, &mut sums).await?;
            progress(&table.name, sums.n_rows());
        }
    }
    let sent = sums.digests();
    if let Some(expected) = expected {
        compare(expected, &sent)?;
    }
    for target in targets {
        target.commit().await?;
    }
    compare(&sent, &digests(to).await?)?;
    Ok(sent)
}

/// Reads everything and sums it up.
pub async fn digests(engines: &[Engine]) -> Result<Digests, CopyError> {
    let mut sums = Sums::default();
    for engine in engines {
        let mut tx = engine.snapshot().await?;
        tx.heavy();
        for table in tables(&mut tx).await? {
            sums.see(&table.name);
            let mut pages = Pages::of(&table);
            while let Some(rows) = pages.next(&mut tx).await? {
                rows.iter().for_each(|row| sums.add(&table.name, row));
            }
        }
    }
    Ok(sums.digests())
}

async fn current(engine: &Engine, which: &'static str) -> Result<(), CopyError> {
    if migrate::pending(engine).await?.is_empty() { Ok(()) } else { Err(CopyError::Schema { which }) }
}

async fn tables(tx: &mut Tx) -> Result<Vec<Table>, CopyError> {
    let tables = tx.tables().await?;
    Ok(tables.into_iter().filter(|t| t.name != SKIPPED && !t.key.is_empty()).collect())
}

async fn refuse_rows(engine: &Engine) -> Result<(), CopyError> {
    let mut tx = engine.read().await?;
    for table in tables(&mut tx).await? {
        if tx.query_opt(&format!("SELECT 1 FROM {} LIMIT 1", table.name), &[]).await?.is_some() {
            return Err(CopyError::NotEmpty { table: table.name });
        }
    }
    Ok(())
}

async fn copy_table(
    source: &mut Tx,
    table: &Table,
    targets: &mut [Tx],
    route: Route<'_>,
    sums: &mut Sums,
) -> Result<(), CopyError> {
    sums.see(&table.name);
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let account = table.columns.iter().position(|c| c == "account_id");
    let mut pages = Pages::of(table);
    while let Some(rows) = pages.next(source).await? {
        let mut parts: Vec<Vec<Vec<Value>>> = targets.iter().map(|_| Vec::new()).collect();
        for row in rows {
            sums.add(&table.name, &row);
            let account = account.and_then(|i| if let Some(Value::Int(n)) = row.0.get(i) { Some(*n) } else { None });
            parts[route(&table.name, account).min(targets.len() - 1)].push(row.0);
        }
        for (target, rows) in targets.iter_mut().zip(parts) {
            target.insert_many(&table.name, &columns, &rows, "").await?;
        }
    }
    Ok(())
}

/// The rows of a table in the order of its key, page by page.
struct Pages {
    select: String,
    order: String,
    n_rows: usize,
    key: Vec<usize>,
    after: Option<Vec<Value>>,
    done: bool,
}

impl Pages {
    fn of(table: &Table) -> Pages {
        let key: Vec<&str> = table.key.iter().map(|i| table.columns[*i].as_str()).collect();
        Pages {
            select: format!("SELECT {} FROM {}", table.columns.join(", "), table.name),
            order: key.join(", "),
            n_rows: if table.name == CHUNKS { PAGE_OF_CHUNKS } else { PAGE },
            key: table.key.clone(),
            after: None,
            done: false,
        }
    }

    async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<Row>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let params = self.after.take().unwrap_or_default();
        let after = match params.len() {
            0 => String::new(),
            n => format!(" WHERE ({}) > ({})", self.order, (1..=n).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ")),
        };
        let rows = tx.query(&format!("{}{after} ORDER BY {} LIMIT {}", self.select, self.order, self.n_rows), &params).await?;
        self.done = rows.len() < self.n_rows;
        self.after = rows.last().map(|row| self.key.iter().map(|i| row.0[*i].clone()).collect());
        Ok(Some(rows))
    }
}

/// Counts and sums under construction.
#[derive(Default)]
struct Sums(BTreeMap<String, (u64, u128)>);

impl Sums {
    fn see(&mut self, table: &str) {
        self.0.entry(table.to_owned()).or_default();
    }

    fn add(&mut self, table: &str, row: &Row) {
        if let Some((n, sum)) = self.0.get_mut(table) {
            *n += 1;
            *sum = sum.wrapping_add(row_hash(row));
        }
    }

    fn n_rows(&self) -> u64 {
        self.0.values().map(|(n, _)| n).sum()
    }

    fn digests(&self) -> Digests {
        let digest = |(n, sum): &(u64, u128)| Digested { n_rows: *n, hash: format!("{sum:032x}") };
        self.0.iter().map(|(table, sums)| (table.clone(), digest(sums))).collect()
    }
}

fn row_hash(row: &Row) -> u128 {
    let mut hash = Sha256::new();
    for value in &row.0 {
        match value {
            Value::Null => hash.update([0]),
            Value::Int(n) => {
                hash.update([1]);
                hash.update(n.to_be_bytes());
            }
            Value::Text(text) | Value::Json(text) => {
                let text = canonical(text);
                hash.update([2]);
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text.as_bytes());
            }
            Value::Blob(bytes) => {
                hash.update([3]);
                hash.update((bytes.len() as u64).to_be_bytes());
                hash.update(bytes);
            }
        }
    }
    let digest = hash.finalize();
    digest.iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

/// Documents in one spelling: PostgreSQL keeps them with spaces and in its own order of keys.
fn canonical(text: &str) -> std::borrow::Cow<'_, str> {
    if text.starts_with(['{', '['])
        && let Ok(document) = serde_json::from_str::<serde_json::Value>(text)
    {
        return document.to_string().into();
    }
    text.into()
}

fn compare(expected: &Digests, found: &Digests) -> Result<(), CopyError> {
    let none = Digested { n_rows: 0, hash: format!("{:032x}", 0) };
    for table in expected.keys().chain(found.keys()) {
        let (expected, found) = (expected.get(table).unwrap_or(&none), found.get(table).unwrap_or(&none));
        if expected != found {
            return Err(CopyError::Differs { table: table.clone(), expected: expected.clone(), found: found.clone() });
        }
    }
    Ok(())
}
