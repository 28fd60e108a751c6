//! `consortio move-engine`

use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::ports;
use crate::print::{Out, Outcome, Usage};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use store::{Databases, Durability, Engine, HOME_LOCATION, migrate, move_engine};

/// Copies each location to its new database; no server may be running.
pub async fn run(config: &Config, out: Out, args: &cli::MoveEngine) -> Result<Outcome> {
    let from = config.databases();
    let to = targets(&from, args)?;
    let _lock = instance::lock(config)?;
    let mut reports = BTreeMap::new();
    let bar = out.progress(0, "copying");
    for (location, dsn) in &from {
        let source = Engine::open(dsn, Durability::Full).await?;
        let target = Engine::open(&to[location], Durability::Full).await?;
        migrate::migrate(&target, ports::outside().now()).await?;
        let moved = move_engine::copy(&[source], &[target], &|_, _| 0, None, |table, n| {
            bar.set_message(format!("{location}: {table}"));
            bar.set_length(n);
            bar.set_position(n);
        })
        .await?;
        reports.insert(location.clone(), moved);
    }
    bar.finish_and_clear();
    out.result(&reports, || {
        let lines = reports.iter().map(|(location, tables)| {
            let n: u64 = tables.values().map(|t| t.n_rows).sum();
            format!("{location}: {n} rows in {} tables copied and verified by counts and hashes", tables.len())
        });
        let next = "now change `database` (and `locations`) in the configuration; the old databases are as they were";
        lines.chain([next.to_owned()]).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Outcome::Done)
}

fn targets(from: &Databases, args: &cli::MoveEngine) -> Result<Databases> {
    let mut to = Databases::from([(HOME_LOCATION.to_owned(), args.to.clone())]);
    for pair in &args.to_location {
        let Some((name, dsn)) = pair.split_once('=') else {
            bail!(Usage(format!("--to-location \"{pair}\" is not NAME=DATABASE")));
        };
        to.insert(name.to_owned(), dsn.to_owned());
    }
    if let Some(location) = from.keys().find(|l| !to.contains_key(*l)) {
        bail!(Usage(format!("the location \"{location}\" has no target: add --to-location {location}=DATABASE")));
    }
    for (location, dsn) in &to {
        match from.get(location) {
            None => bail!(Usage(format!("\"{location}\" is no configured location"))),
            Some(old) if old == dsn => bail!(Usage(format!("the location \"{location}\" is at {dsn} already"))),
            Some(_) => {}
        }
    }
    Ok(to)
}
