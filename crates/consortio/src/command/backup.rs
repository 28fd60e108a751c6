//! `consortio backup` and `consortio restore`

use crate::config::Config;
use crate::instance;
use crate::ports;
use crate::print::{Out, Outcome, Usage};
use anyhow::{Result, bail};
use serde::Serialize;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use store::migrate;
use store::move_engine::Digests;

/// How the file begins: it is a SQLite database.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'r> {
    file: &'r Path,
    at: String,
    n_rows: u64,
    tables: &'r Digests,
}

impl<'r> Report<'r> {
    fn of(file: &'r Path, manifest: &'r store::backup::Manifest) -> Report<'r> {
        let n_rows = manifest.tables.values().map(|t| t.n_rows).sum();
        Report { file, at: manifest.at.to_string(), n_rows, tables: &manifest.tables }
    }
}

/// Writes the file; a server may be running.
pub async fn backup(config: &Config, out: Out, file: &Path) -> Result<Outcome> {
    if file.exists() {
        bail!(Usage(format!("{} exists already; a backup never replaces a file", file.display())));
    }
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let store = instance::store(config).await?;
    let bar = out.progress(0, "writing");
    let key = instance::seal_key_text(&config.data)?;
    let now = ports::outside().now();
    let manifest = store::backup::write(&store, file, folder, now, &key, |table, n| {
        bar.set_message(table.to_owned());
        bar.set_length(n);
        bar.set_position(n);
    })
    .await?;
    bar.finish_and_clear();
    let report = Report::of(file, &manifest);
    out.result(&report, || format!("{}: {} rows, verified", file.display(), report.n_rows))?;
    Ok(Outcome::Done)
}

/// Fills empty databases; no server may be running.
pub async fn restore(config: &Config, out: Out, file: &Path) -> Result<Outcome> {
    if !file.exists() {
        bail!(Usage(format!("{} does not exist", file.display())));
    }
    let mut head = [0; SQLITE.len()];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    if read.is_err() || head != *SQLITE {
        bail!(Usage(format!("{} is no backup", file.display())));
    }
    let _lock = instance::lock(config)?;
    let store = instance::store(config).await?;
    for (_, engine) in store.locations() {
        migrate::migrate(engine, ports::outside().now()).await?;
    }
    let bar = out.progress(0, "reading");
    let manifest = store::backup::read(&store, file, &config.data, |table, n| {
        bar.set_message(table.to_owned());
        bar.set_length(n);
        bar.set_position(n);
    })
    .await?;
    instance::put_seal_key(&config.data, &manifest.seal_key)?;
    bar.finish_and_clear();
    let report = Report::of(file, &manifest);
    out.result(&report, || format!("restored {} rows as they were at {:.0}, verified", report.n_rows, report.at))?;
    Ok(Outcome::Done)
}
