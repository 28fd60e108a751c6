//! `consortio organization export | plan | apply`: an organization as a file in a repository. `plan` ends with 2 where applying
//! the file would change something, so that a pipeline can wait for somebody to look.

use super::super::find_account;
use super::{CONSENT, read_first};
use crate::print::{Out, Outcome};
use anyhow::{Context, Result, bail};
use app::cx::App;
use app::organization;
use app::organization::file;
use model::limits::FILE_BYTES_MAX;
use model::organization::file::Step;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

/// Writes the organization of an account, to standard output or into a new file.
pub async fn export(app: &App, out: Out, account: &str, output: Option<&Path>) -> Result<()> {
    let cx = find_account(app, account).await?;
    let id = organization::read(app, &cx).await?.organization.id;
    let text = file::write(app, &cx, id).await?;
    match output {
        None if out.json => out.result(&json!({"toml": text}), String::new),
        None => Ok(std::io::stdout().lock().write_all(text.as_bytes())?),
        Some(path) => {
            let mut file = File::create_new(path).with_context(|| format!("{} cannot be written", path.display()))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            out.result(&json!({"file": path}), || format!("the organization is in {}", path.display()))
        }
    }
}

/// Says what applying a file would change.
pub async fn plan(app: &App, out: Out, path: &Path) -> Result<Outcome> {
    let text = text(path)?;
    let (cx, id) = file::operator(app, &text).await?;
    let planned = file::plan(app, &cx, id, &text).await?;
    let steps: Vec<Value> = planned.steps.iter().map(|(step, words)| json!({"kind": step.kind(), "words": words})).collect();
    out.result(&json!({"organization": planned.name, "steps": steps}), || match planned.steps.is_empty() {
        true => format!("\"{}\" is as the file says", planned.name),
        false => planned.steps.iter().map(|(_, words)| words.clone()).collect::<Vec<_>>().join("\n"),
    })?;
    Ok(if planned.steps.is_empty() { Outcome::Done } else { Outcome::Differs })
}

/// Makes the organization as a file says.
pub async fn apply(app: &App, out: Out, path: &Path, acknowledge: bool) -> Result<Outcome> {
    let text = text(path)?;
    let (cx, id) = file::operator(app, &text).await?;
    let steps = file::plan(app, &cx, id, &text).await?.steps;
    read_first(acknowledge || !steps.iter().any(|(step, _)| matches!(step, Step::AddMember(_))))?;
    let applied = file::apply(app, &cx, id, &text, CONSENT).await?;
    out.result(&json!({"done": applied.done, "waiting": applied.waiting}), || {
        let waits = |proposal: &i64| format!("proposal {proposal} waits for a second person");
        let lines: Vec<String> = applied.done.iter().cloned().chain(applied.waiting.iter().map(waits)).collect();
        if lines.is_empty() { "the organization is as the file says".to_owned() } else { lines.join("\n") }
    })?;
    Ok(if applied.waiting.is_empty() { Outcome::Done } else { Outcome::Remarks })
}

/// A file, or standard input for `-`.
fn text(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().take(FILE_BYTES_MAX as u64 + 1).read_to_string(&mut text).context("standard input is no text")?;
        return Ok(text);
    }
    let size = fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?.len();
    if size > FILE_BYTES_MAX as u64 {
        bail!("{} has {size} bytes; at most {FILE_BYTES_MAX} are read", path.display());
    }
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
