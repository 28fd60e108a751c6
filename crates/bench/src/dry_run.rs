//! The dry run of an edge: whose data would be seen, counted over two accounts that have half of their contacts in common.
//!
//! The contacts are written straight into the tables, because making them over HTTP would measure the making.

use crate::Options;
use crate::account;
use crate::server::Product;
use crate::table::Table;
use anyhow::{Context, Result, ensure};
use model::object::CONTACT;
use serde_json::json;
use store::{Durability, Engine, Value};

/// Rows a transaction.
const CHUNK: i64 = 20_000;
/// How often it is measured; the middle one counts.
const RUNS: usize = 5;

pub async fn measure(product: &Product, options: &Options, table: &mut Table) -> Result<()> {
    let n = options.customers;
    let (left, _) = account(product, "Left").await?;
    let (right, _) = account(product, "Right").await?;
    seed(product, &left, 0..n).await?;
    seed(product, &right, n / 2..n / 2 + n).await?;
    crate::analyze(product).await?;
    product.json(&["organization", "create", "Two", "--account", &left, "--with", &right, "--acknowledge"]).await?;
    let args = ["organization", "preview", "--from", &left, "--to", &right, "--purpose", "x", "--legal-basis", "contract"];
    let (mut took, mut memory) = (Vec::new(), 0.0_f64);
    for _ in 0..RUNS {
        let (shown, elapsed, most) = product.watched(&args).await?;
        let people = &shown["nPeopleVisible"][0]["nPeople"];
        ensure!(people.as_i64() == Some(n - n / 2), "the dry run shows {shown}");
        took.push(elapsed.as_secs_f64());
        memory = memory.max(most);
    }
    took.sort_by(f64::total_cmp);
    table.at_most(&format!("dry run of an edge, 2 x {n} contacts (the whole command)"), "s", 2.0, took[RUNS / 2]);
    table.at_most("memory of the dry run (anonymous)", "MiB", 300.0, memory);
    Ok(())
}

async fn seed(product: &Product, account: &str, people: std::ops::Range<i64>) -> Result<()> {
    let dsn = product.database.clone().unwrap_or_else(|| product.data.join("consortio.db").to_string_lossy().into_owned());
    let engine = Engine::open(&dsn, Durability::Process).await?;
    let account: i64 = account.parse().context("the id of an account")?;
    for first in people.clone().step_by(usize::try_from(CHUNK)?) {
        let (records, keys): (Vec<_>, Vec<_>) = (first..(first + CHUNK).min(people.end)).map(|i| contact(account, i)).unzip();
        let mut tx = engine.write().await?;
        let columns = ["account_id", "type_id", "id", "name", "created_at", "updated_at", "props"];
        tx.insert_many("record", &columns, &records, "").await?;
        let columns = ["account_id", "type_id", "property", "value", "record_id"];
        tx.insert_many("record_key", &columns, &keys, "").await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A contact as its row and its key. Ids are in another order than addresses, as in life.
fn contact(account: i64, i: i64) -> (Vec<Value>, Vec<Value>) {
    let email = format!("{:016x}@people.example", (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (id, at, props) = (1_000_000 + i, 1_795_000_000_000_000_i64, json!({"email": email}).to_string());
    let record = vec![account.into(), CONTACT.into(), id.into(), Value::Null, at.into(), at.into(), Value::Json(props)];
    (record, vec![account.into(), CONTACT.into(), "email".into(), email.into(), id.into()])
}
