//! `consortio doctor`: looks at everything that can be wrong with an installation and says so in words.

use crate::config::Config;
use crate::instance;
use crate::ports;
use crate::print::{Out, Outcome};
use crate::smtp;
use anyhow::Result;
use model::outbox::State;
use serde::Serialize;
use std::path::Path;
use store::{Durability, Engine, HOME_LOCATION, migrate};

/// Free bytes of the data folder below which the doctor complains: a large import and its log fit.
const FREE_BYTES_MIN: u64 = 1024 * 1024 * 1024;
/// Seconds the database's clock may differ: step-up proofs live for minutes.
const CLOCK_SECONDS_MAX: i64 = 5;

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: String,
    ok: bool,
    message: String,
}

impl Finding {
    fn new(what: impl Into<String>, ok: bool, message: impl Into<String>) -> Finding {
        Finding { what: what.into(), ok, message: message.into() }
    }
}

pub async fn run(config: &Config, out: Out) -> Result<Outcome> {
    let mut findings = vec![Finding::new("configuration", true, format!("data folder {}", config.data.display()))];
    findings.push(disk(&config.data));
    findings.push(key(&config.data));
    findings.push(demo_sign_in(config));
    findings.push(mail(config).await);
    for (location, dsn) in config.databases() {
        database(&location, &dsn, &mut findings).await;
    }
    let ok = findings.iter().all(|f| f.ok);
    out.result(&serde_json::json!({"ok": ok, "findings": findings}), || words(&findings))?;
    Ok(if ok { Outcome::Done } else { Outcome::Remarks })
}

fn words(findings: &[Finding]) -> String {
    let line = |f: &Finding| format!("{} {}: {}", if f.ok { "ok  " } else { "LOOK" }, f.what, f.message);
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn disk(folder: &Path) -> Finding {
    if !folder.exists() {
        return Finding::new("disk", true, format!("{} is made at the first start", folder.display()));
    }
    match nix::sys::statvfs::statvfs(folder) {
        Ok(stat) => {
            let free = stat.blocks_available() * stat.fragment_size();
            Finding::new("disk", free >= FREE_BYTES_MIN, format!("{} MiB free in {}", free >> 20, folder.display()))
        }
        Err(error) => Finding::new("disk", false, format!("{}: {error}", folder.display())),
    }
}

fn key(folder: &Path) -> Finding {
    if !folder.exists() {
        return Finding::new("sealing key", true, "is made at the first start");
    }
    match instance::seal_key(folder) {
        Ok(_) if instance::seal_key_is_private(folder) => Finding::new("sealing key", true, "is there and private"),
        Ok(_) => Finding::new("sealing key", false, "others than the owner can read it: chmod 600 seal.key"),
        Err(error) => Finding::new("sealing key", false, format!("{error:#}")),
    }
}

fn demo_sign_in(config: &Config) -> Finding {
    let wide = config.allow_demo_sign_in && !config.listen.ip().is_loopback();
    let message = match wide {
        true => "the sample group's public passwords are accepted beyond this machine",
        false => "the sample group's public passwords are not accepted beyond this machine",
    };
    Finding::new("sign-in", !wide, message)
}

async fn mail(config: &Config) -> Finding {
    match smtp::check(&config.mail).await {
        Ok(message) => Finding::new("mail", true, message),
        Err(error) => Finding::new("mail", false, format!("{error:#}")),
    }
}

async fn database(location: &str, dsn: &str, findings: &mut Vec<Finding>) {
    let what = |part: &str| format!("{part} of \"{location}\"");
    let is_file = !dsn.starts_with("postgres");
    if is_file && !Path::new(dsn).exists() {
        findings.push(Finding::new(what("database"), true, "is made at the first start"));
        return;
    }
    let engine = match Engine::open(dsn, Durability::Full).await {
        Ok(engine) => engine,
        Err(error) => return findings.push(Finding::new(what("database"), false, error.to_string())),
    };
    findings.push(Finding::new(what("database"), true, "answers"));
    match migrate::pending(&engine).await {
        Ok(steps) if steps.is_empty() => findings.push(Finding::new(what("schema"), true, "is up to date")),
        Ok(steps) => {
            let message = format!("{} steps are to be taken: run `consortio migrate`", steps.len());
            return findings.push(Finding::new(what("schema"), false, message));
        }
        Err(error) => return findings.push(Finding::new(what("schema"), false, error.to_string())),
    }
    findings.push(clock(&engine, what("clock")).await);
    findings.push(feeds(&engine, what("feeds")).await);
    findings.push(parked(&engine, what("parked changes")).await);
    if location == HOME_LOCATION {
        findings.push(outbox(&engine).await);
    }
}

async fn clock(engine: &Engine, what: String) -> Finding {
    match engine.now().await {
        Ok(theirs) => {
            let apart = (ports::outside().now().as_second() - theirs.as_second()).abs();
            Finding::new(what, apart <= CLOCK_SECONDS_MAX, format!("{apart} s apart from the database's"))
        }
        Err(error) => Finding::new(what, false, error.to_string()),
    }
}

async fn feeds(engine: &Engine, what: String) -> Finding {
    match store::feed::check_dense(engine).await {
        Ok(gaps) if gaps.is_empty() => Finding::new(what, true, "are without gaps"),
        Ok(gaps) => {
            let list: Vec<String> = gaps.iter().map(|a| a.to_string()).collect();
            Finding::new(what, false, format!("changes are missing in the feeds of the accounts {}", list.join(", ")))
        }
        Err(error) => Finding::new(what, false, error.to_string()),
    }
}

async fn outbox(engine: &Engine) -> Finding {
    match store::outbox::count(engine).await {
        Ok(counts) => {
            let n_failed = counts.get(&State::Failed).copied().unwrap_or(0);
            let list: Vec<String> = counts.iter().map(|(state, n)| format!("{n} {}", state.name())).collect();
            let all = if list.is_empty() { "is empty".to_owned() } else { format!("letters: {}", list.join(", ")) };
            let message = if n_failed > 0 { format!("{all}: see `consortio mail list --state failed`") } else { all };
            Finding::new("outbox", n_failed == 0, message)
        }
        Err(error) => Finding::new("outbox", false, error.to_string()),
    }
}

async fn parked(engine: &Engine, what: String) -> Finding {
    match store::inbox::count_parked(engine).await {
        Ok(counts) if counts.is_empty() => Finding::new(what, true, "are none"),
        Ok(counts) => {
            let list: Vec<String> = counts.iter().map(|(consumer, n)| format!("{n} of {consumer}")).collect();
            Finding::new(what, false, format!("{}: see `consortio feed parked`", list.join(", ")))
        }
        Err(error) => Finding::new(what, false, error.to_string()),
    }
}
