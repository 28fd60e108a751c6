//! The mirrored company page: one account that looks, four that each did a million things.
//!
//! The activities are written straight into the tables, because making five million of them over HTTP would measure the
//! making. Each account has its million spread over a thousand companies; the page is of one of them.

use crate::Options;
use crate::account;
use crate::load::{Client, request};
use crate::server::{Product, Server};
use crate::table::Table;
use anyhow::{Context, Result};
use model::object::{COMPANY, NOTE, ObjectType};
use serde_json::{Value as Json, json};
use store::{Durability, Engine, Value};

/// Companies over which the activities of an account are spread.
const COMPANIES: i64 = 1_000;
/// Where the ids of seeded records begin: beyond what the server hands out meanwhile.
const FIRST_ID: i64 = 1_000_000_000;
/// Rows a transaction.
const CHUNK: i64 = 20_000;
const DOMAIN: &str = "shared-customer.example";

/// An account that takes part.
struct Member {
    id: String,
    token: String,
    company: String,
}

pub async fn measure(product: &Product, options: &Options, table: &mut Table) -> Result<()> {
    let mut members = Vec::new();
    for name in ["Viewer", "First", "Second", "Third", "Fourth"] {
        let (id, token) = account(product, name).await?;
        members.push(Member { id, token, company: String::new() });
    }
    let ids: Vec<&str> = members.iter().map(|m| m.id.as_str()).collect();
    join(product, &ids).await?;
    let server = product.serve(options.port).await?;
    for member in &mut members {
        member.company = company(&server, &member.token).await?;
    }
    server.stop().await?;
    for member in members.iter().skip(1) {
        seed(product, member, options.activities).await?;
    }
    let server = product.serve(options.port).await?;
    let viewer = &members[0];
    let path = format!("/accounts/v1/records/companies/{}/timeline?mirrored=true&limit=50", viewer.company);
    let page = request("GET", &path, &viewer.token, None);
    let reply = Client::connect(&server.address).await?.send(&page).await?;
    let shown: Json = serde_json::from_slice(&reply.body)?;
    let n_shown = shown["results"].as_array().map_or(0, Vec::len);
    anyhow::ensure!(reply.status == 200 && n_shown == 50, "the page shows {n_shown} items: {shown}");
    let views = crate::load::run(&server.address, 1, options.requests / 50, 200, |_| page.clone()).await?;
    let what = format!("mirrored company page, 4 accounts of {} activities, p99", options.activities);
    table.p99_at_most(&what, 5.0, &views);
    server.stop().await
}

async fn join(product: &Product, ids: &[&str]) -> Result<()> {
    let mut args = vec!["organization", "create", "Bench group", "--account", ids[0], "--acknowledge"];
    for id in &ids[1..] {
        args.extend(["--with", id]);
    }
    product.json(&args).await?;
    for id in &ids[1..] {
        product
            .json(&["organization", "open", "--from", id, "--to", ids[0], "--purpose", "Benchmark", "--legal-basis", "contract"])
            .await?;
    }
    Ok(())
}

async fn company(server: &Server, token: &str) -> Result<String> {
    let body = json!({"properties": {"name": "Shared customer", "domain": DOMAIN}}).to_string();
    let reply =
        Client::connect(&server.address).await?.send(&request("POST", "/crm/v3/objects/companies", token, Some(&body))).await?;
    let made: Json = serde_json::from_slice(&reply.body)?;
    made["id"].as_str().map(str::to_owned).with_context(|| format!("creating a company answered {made}"))
}

async fn seed(product: &Product, member: &Member, n: i64) -> Result<()> {
    let dsn = product.database.clone().unwrap_or_else(|| product.data.join("consortio.db").to_string_lossy().into_owned());
    let engine = Engine::open(&dsn, Durability::Process).await?;
    let (account, company): (i64, i64) = (member.id.parse()?, member.company.parse()?);
    for first in (0..n).step_by(usize::try_from(CHUNK)?) {
        let chunk = first..(first + CHUNK).min(n);
        let (records, links) =
            chunk.map(|i| note(account, company, i)).fold((Vec::new(), Vec::new()), |mut all, (record, links)| {
                all.0.push(record);
                all.1.extend(links);
                all
            });
        let mut tx = engine.write().await?;
        tx.insert_many(
            "record",
            &["account_id", "type_id", "id", "name", "occurred_at", "created_at", "updated_at", "props"],
            &records,
            "",
        )
        .await?;
        let columns =
            ["account_id", "from_type", "from_id", "to_type", "to_id", "association_type", "category", "sort_at", "created_at"];
        tx.insert_many("association", &columns, &links, "").await?;
        tx.commit().await?;
    }
    crate::analyze(product).await
}

/// A note as its row, and its links with a company from both ends.
fn note(account: i64, shared: i64, i: i64) -> (Vec<Value>, [Vec<Value>; 2]) {
    let id = FIRST_ID + i;
    // One company in a thousand is the shared one; the others need no row of their own to be linked to.
    let company = if i % COMPANIES == 0 { shared } else { FIRST_ID * 2 + i % COMPANIES };
    // A minute apart, ending in November 2026.
    let at = 1_795_000_000_000_000 - i * 60_000_000;
    let stamp = jiff::Timestamp::from_microsecond(at).map_or_else(|_| String::new(), |t| format!("{t:.3}"));
    let body = format!("Spoke about offer {i}; they want delivery in week {} and a better price", i % 52);
    let props = json!({"hs_note_body": body, "hs_timestamp": stamp}).to_string();
    let object = |t: ObjectType| Value::from(t);
    let record = vec![account.into(), object(NOTE), id.into(), body.into(), at.into(), at.into(), at.into(), Value::Json(props)];
    let link = |from: (ObjectType, i64), to: (ObjectType, i64), kind: i64, sort: Option<i64>| {
        vec![
            account.into(),
            object(from.0),
            from.1.into(),
            object(to.0),
            to.1.into(),
            kind.into(),
            0i64.into(),
            sort.into(),
            at.into(),
        ]
    };
    // 189 and 190 are HubSpot's company-to-note and note-to-company.
    (record, [link((COMPANY, company), (NOTE, id), 189, Some(at)), link((NOTE, id), (COMPANY, company), 190, None)])
}
