//! `make bench`: the product as its users meet it (the release binary, over HTTP, durable), in one table.
//!
//! Nothing here passes or fails: it measures, prints, and writes JSON beside it. The load generator shares the machine
//! with the server, as the targets in the table assume.

mod dry_run;
mod load;
mod mirror;
mod people;
mod server;
mod table;

use anyhow::{Context, Result};
use clap::Parser;
use load::{Client, Measured, request};
use server::{Product, Server};
use std::io::Write;
use std::path::PathBuf;
use table::Table;

/// Measures the speed and memory of a release build.
#[derive(Parser)]
struct Options {
    /// The binary to measure.
    #[arg(long, default_value = "target/release/consortio")]
    binary: PathBuf,
    /// A PostgreSQL address with an empty database; without it the embedded SQLite is measured.
    #[arg(long)]
    database: Option<String>,
    /// Where the figures go as JSON.
    #[arg(long, default_value = "target/bench.json")]
    json: PathBuf,
    /// Contacts in the account that is read from.
    #[arg(long, default_value_t = 100_000)]
    contacts: usize,
    /// Rows of the imported file.
    #[arg(long, default_value_t = 1_000_000)]
    rows: usize,
    /// Activities of each mirrored account.
    #[arg(long, default_value_t = 1_000_000)]
    activities: i64,
    /// Contacts of each account of a dry run.
    #[arg(long, default_value_t = 200_000)]
    customers: i64,
    /// Requests per measurement.
    #[arg(long, default_value_t = 100_000)]
    requests: usize,
    /// Only these parts of the table.
    #[arg(long, value_enum, num_args = 1..)]
    only: Vec<Part>,
    /// The port the server listens on.
    #[arg(long, default_value_t = 17_373)]
    port: u16,
}

/// What is measured, in this order. The later parts find what the earlier ones left.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Requests,
    Import,
    Start,
    Mirror,
    DryRun,
}

// One thread, as the machine is shared with the server: more would fight it for the cores.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    measure(&Options::parse()).await
}

async fn measure(options: &Options) -> Result<()> {
    let folder = tempfile::tempdir().context("a temporary folder")?;
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data)?;
    let product = Product { binary: std::path::absolute(&options.binary)?, data, database: options.database.clone() };
    let engine = if options.database.is_some() { "PostgreSQL" } else { "SQLite, synchronous=FULL" };
    let mut table = Table::new(engine);
    let (account, token) = account(&product, "Bench").await?;
    let wanted = |part| options.only.is_empty() || options.only.contains(&part);
    if wanted(Part::Requests) {
        let server = product.serve(options.port).await?;
        requests(&product, &server, &token, options, &mut table).await?;
        server.stop().await?;
    }
    if wanted(Part::Import) {
        import(&product, &account, folder.path(), options, &mut table).await?;
    }
    if wanted(Part::Start) {
        start(&product, options, &mut table).await?;
    }
    if wanted(Part::Mirror) {
        mirror::measure(&product, options, &mut table).await?;
    }
    if wanted(Part::DryRun) {
        dry_run::measure(&product, options, &mut table).await?;
    }
    table.print();
    table.write(&options.json)
}

async fn account(product: &Product, name: &str) -> Result<(String, String)> {
    let account = product.json(&["account", "create", name, "--subscription", "all=enterprise"]).await?;
    let id = text(&account["id"]);
    let token = product.json(&["token", "create", "--account", &id, "bench"]).await?;
    Ok((id, text(&token["token"])))
}

/// Ids are printed as numbers or as texts; here they are texts.
fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// PostgreSQL's autovacuum learns within a minute how large tables have become; a benchmark is faster than that.
async fn analyze(product: &Product) -> Result<()> {
    let Some(database) = &product.database else { return Ok(()) };
    let mut tx = store::Engine::open(database, store::Durability::Process).await?.write().await?;
    tx.execute("ANALYZE", &[]).await?;
    Ok(tx.commit().await?)
}

async fn requests(product: &Product, server: &Server, token: &str, options: &Options, table: &mut Table) -> Result<()> {
    let address = &server.address;
    let n = options.contacts;
    let calls = n / 100;
    let batches = load::run(address, 8, calls, 201, |i| batch_request(token, &people::batch("read", i * 100, 100))).await?;
    let ids = ids(address, token, n).await?;
    analyze(product).await?;
    table.row("batch create, 100 a call, 8 connections", "contacts/s", 25_000.0, batches.per_second() * 100.0, &batches);

    let reads = load::run(address, 8, options.requests, 200, |i| {
        request("GET", &format!("/crm/v3/objects/contacts/{}", ids[(i * 7_919) % ids.len()]), token, None)
    })
    .await?;
    table.row("read contact by id, 8 connections", "/s", 15_000.0, reads.per_second(), &reads);

    let finds = load::run(address, 8, options.requests / 2, 200, |i| {
        let email = people::email("read", (i * 7_919) % n);
        let body =
            format!(r#"{{"filterGroups":[{{"filters":[{{"propertyName":"email","operator":"EQ","value":"{email}"}}]}}]}}"#);
        request("POST", "/crm/v3/objects/contacts/search", token, Some(&body))
    })
    .await?;
    table.row("find by e-mail (search EQ), 8 connections", "/s", 8_000.0, finds.per_second(), &finds);

    for (connections, count, target) in [(8, options.requests / 5, 3_000.0), (64, options.requests / 2, 10_000.0)] {
        let series = format!("create{connections}");
        let creates = load::run(address, connections, count, 201, |i| {
            let body = serde_json::json!({"properties": people::properties(&series, i)}).to_string();
            request("POST", "/crm/v3/objects/contacts", token, Some(&body))
        })
        .await?;
        table.row(&format!("create contact, {connections} connections"), "/s", target, creates.per_second(), &creates);
    }
    Ok(())
}

fn batch_request(token: &str, body: &str) -> Vec<u8> {
    request("POST", "/crm/v3/objects/contacts/batch/create", token, Some(body))
}

/// The ids of the first contacts, by reading the list.
async fn ids(address: &str, token: &str, n: usize) -> Result<Vec<String>> {
    let mut client = Client::connect(address).await?;
    let (mut ids, mut after) = (Vec::with_capacity(n), String::new());
    while ids.len() < n {
        let reply = client.send(&request("GET", &format!("/crm/v3/objects/contacts?limit=100{after}"), token, None)).await?;
        let page: serde_json::Value = serde_json::from_slice(&reply.body)?;
        let results = page["results"].as_array().with_context(|| format!("the list answered {page}"))?;
        ids.extend(results.iter().map(|r| text(&r["id"])));
        match page["paging"]["next"]["after"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    Ok(ids)
}

async fn import(product: &Product, account: &str, folder: &std::path::Path, options: &Options, table: &mut Table) -> Result<()> {
    let file = folder.join("people.csv");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file)?);
    writeln!(out, "{}", people::PROPERTIES.join(","))?;
    let mut line = String::new();
    for n in 0..options.rows {
        line.clear();
        people::csv_line(&mut line, "import", n);
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    drop(out);
    let path = file.to_string_lossy().into_owned();
    let (_, took, memory) = product.watched(&["import", &path, "--account", account, "--type", "contacts"]).await?;
    let measured = Measured { n_requests: options.rows, elapsed: took, latencies: Vec::new() };
    table.row(
        &format!("CSV import, {} rows of 20 columns, dedupe", options.rows),
        "rows/s",
        25_000.0,
        measured.per_second(),
        &measured,
    );
    table.at_most("memory of the import (anonymous)", "MiB", 300.0, memory);
    Ok(())
}

async fn start(product: &Product, options: &Options, table: &mut Table) -> Result<()> {
    let server = product.serve(options.port).await?;
    table.at_most("start to ready", "s", 0.5, server.start.as_secs_f64());
    table.at_most("idle memory (anonymous)", "MiB", 60.0, server.memory_mebibytes());
    server.stop().await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A benchmark that nobody runs stops working unseen. Its sizes here are the least that fill a mirrored page.
    #[tokio::test]
    async fn every_part_still_runs() {
        let folder = tempfile::tempdir().unwrap();
        let json = folder.path().join("bench.json");
        // `cargo test --workspace` builds the product before any test runs.
        let binary = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("consortio");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let sizes = ["--contacts", "200", "--rows", "300", "--activities", "13000", "--requests", "100", "--customers", "300"];
        let paths =
            ["bench", "--binary", binary.to_str().unwrap(), "--json", json.to_str().unwrap(), "--port", &port.to_string()];
        let options = Options::parse_from(paths.into_iter().chain(sizes));
        measure(&options).await.unwrap();
        let rows: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
        for part in ["mirrored company page", "dry run of an edge"] {
            assert!(rows.to_string().contains(part), "{rows}");
        }
    }
}
