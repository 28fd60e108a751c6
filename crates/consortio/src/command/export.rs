//! `consortio export`

use super::{find_account, object_type};
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::{Context, Result, bail};
use std::io::{BufWriter, Write};

pub async fn run(config: &Config, out: Out, args: &cli::Export) -> Result<Outcome> {
    if out.json && args.output.is_none() {
        bail!(Usage("an export is CSV: with --json it needs --output FILE".to_owned()));
    }
    if let Some(path) = args.output.as_ref().filter(|path| path.exists() && !args.force) {
        bail!(Usage(format!("{} exists already; --force replaces it", path.display())));
    }
    let app = instance::open(config).await?;
    let cx = find_account(&app, &args.account).await?;
    let object = object_type(&args.object)?;
    let mut to: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(BufWriter::new(std::fs::File::create(path).with_context(|| path.display().to_string())?)),
        None => Box::new(BufWriter::new(std::io::stdout())),
    };
    let mut export = app::export::open(&app, &cx, object, args.properties.clone()).await?;
    while let Some(bytes) = export.next(&app, &cx).await? {
        to.write_all(&bytes)?;
    }
    let n_records = export.n_records;
    to.flush()?;
    drop(to);
    if args.output.is_some() {
        out.result(&serde_json::json!({"records": n_records}), || format!("{n_records} {} written", object.plural()))?;
    }
    Ok(Outcome::Done)
}
