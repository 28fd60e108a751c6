//! `consortio demo`

use crate::cli;
use crate::config::Config;
use crate::demo;
use crate::instance;
use crate::print::{Out, Outcome};
use anyhow::Result;
use std::fs;
use std::path::Path;

/// Says that a load was cut off, so that the next one begins again instead of finding half a group.
const UNFINISHED: &str = "demo.unfinished";
/// How to sign in to the sample group, for whoever starts the server later.
pub const SIGN_IN: &str = "sample-group.txt";

pub async fn run(config: &Config, out: Out, args: &cli::Demo) -> Result<Outcome> {
    let _lock = instance::lock(config)?;
    let unfinished = config.data.join(UNFINISHED);
    if unfinished.exists() && config.database.is_none() && config.locations.is_empty() {
        remove_database(config)?;
    }
    let app = instance::open(config).await?;
    demo::refuse_used(&app).await?;
    fs::write(&unfinished, "")?;
    let loaded = demo::load(&app, &instance::files(config), args.seed, out).await?;
    fs::write(config.data.join(SIGN_IN), sign_in(&loaded))?;
    fs::remove_file(&unfinished)?;
    out.result(&loaded, || words(&loaded, &config.data))?;
    Ok(Outcome::Done)
}

/// What a load that was cut off left behind. It holds nothing but its part of the sample group: loads begin only in an empty
/// instance.
fn remove_database(config: &Config) -> Result<()> {
    for name in config.databases().values() {
        for suffix in ["", "-wal", "-shm"] {
            let path = format!("{name}{suffix}");
            if Path::new(&path).exists() {
                fs::remove_file(path)?;
            }
        }
    }
    Ok(())
}

fn sign_in(loaded: &demo::Loaded) -> String {
    let in_all = loaded.users.iter().filter(|u| u.accounts.len() > 1).map(|u| (format!("runs {}", u.accounts.join(", ")), u));
    let first = |name: &str| loaded.users.iter().find(|u| u.accounts == [name]);
    let reps = loaded.accounts.iter().filter_map(|a| Some((format!("sells in {}", a.name), first(&a.name)?)));
    let lines = in_all.chain(reps).map(|(what, user)| format!("  {:<42} {what}", user.email));
    let head = format!("Everybody in the sample group signs in with the password {}", demo::PASSWORD);
    [head].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn words(loaded: &demo::Loaded, data: &Path) -> String {
    let tokens = loaded.accounts.iter().map(|a| format!("  {:<10} account {:<6} {}", a.name, a.id, a.token));
    let tokens = tokens.collect::<Vec<_>>().join("\n");
    let next = format!("Next: consortio serve --data {}", data.display());
    format!("{}\n\nService tokens, shown once:\n{tokens}\n\n{next}", sign_in(loaded))
}
