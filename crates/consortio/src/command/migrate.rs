//! `consortio migrate`

use crate::config::Config;
use crate::instance;
use crate::ports;
use crate::print::{Out, Outcome};
use anyhow::Result;
use serde::Serialize;
use store::migrate;

#[derive(Serialize)]
struct Migrated {
    location: String,
    steps: Vec<String>,
}

pub async fn run(config: &Config, out: Out) -> Result<Outcome> {
    let store = instance::store(config).await?;
    let mut all = Vec::new();
    for (location, engine) in store.locations() {
        let steps = migrate::migrate(engine, ports::outside().now()).await?;
        let steps = steps.into_iter().map(|s| format!("{} {}", s.number, s.name)).collect();
        all.push(Migrated { location: location.to_owned(), steps });
    }
    out.result(&all, || all.iter().map(words).collect::<Vec<_>>().join("\n"))?;
    Ok(Outcome::Done)
}

fn words(migrated: &Migrated) -> String {
    match migrated.steps.as_slice() {
        [] => format!("{}: up to date", migrated.location),
        steps => format!("{}: {}", migrated.location, steps.join(", ")),
    }
}
