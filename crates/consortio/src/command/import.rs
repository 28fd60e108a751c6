//! `consortio import`: the same importer that serves the browser. A running server does not mind.

use super::{find_account, object_type, word};
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::{Context, Result};
use app::cx::{App, Cx};
use app::import::{self, NewImport, Preview};
use model::id::ImportId;
use model::import::{Column, DateOrder, Job, Mapping, NumberFormat, State};
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// Refused rows read at once.
const REFUSED_PAGE: usize = 1_000;
/// How often an import that a server carries out is looked at.
const LOOK: Duration = Duration::from_millis(300);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'r> {
    id: ImportId,
    state: State,
    total: u64,
    processed: u64,
    created: u64,
    updated: u64,
    failed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: &'r Option<String>,
    /// Columns that went nowhere, by their titles.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    left_out: &'r [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'p> {
    columns: &'p [Column],
    rows: &'p [Vec<String>],
    n_rows: u64,
    delimiter: char,
    encoding: model::import::Encoding,
    date_order: Option<DateOrder>,
    number_format: Option<NumberFormat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<ImportId>,
}

pub async fn run(config: &Config, out: Out, args: &cli::Import) -> Result<Outcome> {
    let app = instance::open(config).await?;
    let cx = find_account(&app, &args.account).await?;
    let object = object_type(&args.object)?;
    let path = args.file.canonicalize().with_context(|| args.file.display().to_string())?;
    let file = path.to_string_lossy().into_owned();
    let folder = instance::files(config);
    let preview = import::preview(&app, &cx, &folder, &file, object).await?;
    let (columns, left_out) = mapped(&preview, &args.map)?;
    if args.preview {
        show(out, &preview, &columns)?;
        return Ok(Outcome::Done);
    }
    let mapping = Mapping {
        object,
        mode: word("--mode", &args.mode)?,
        id_property: args.id_property.clone(),
        columns,
        date_order: args.date_order.as_deref().map(|order| word("--date-order", order)).transpose()?,
        number_format: args.number_format.as_deref().map(|format| word("--number-format", format)).transpose()?,
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let new = NewImport { file_name: name, file, mapping, format: None, again: args.again };
    let (id, job) = import::create(&app, &cx, &folder, new).await?;
    for earlier in import::unfinished(&app, cx.account).await?.into_iter().filter(|earlier| *earlier < id) {
        let job = import::read(&app, &cx, earlier).await?;
        let n_left = job.n_total.saturating_sub(job.counts.n_processed);
        eprintln!("import {earlier} of {} goes first: {n_left} of its {} rows are left", job.file_name, job.n_total);
        carry_out(&app, &cx, &folder, earlier, &job, out).await?;
    }
    let job = carry_out(&app, &cx, &folder, id, &job, out).await?;
    if let Some(to) = &args.refused {
        write_refused(&app, &cx, id, &job, to).await?;
    }
    report(out, id, &job, &left_out)
}

/// The columns as their titles tell, with what the flags say instead; and the titles of those that nobody said to leave out and
/// no property is called.
fn mapped(preview: &Preview, flags: &[String]) -> Result<(Vec<Column>, Vec<String>)> {
    let mut columns = preview.guess.clone();
    let mut said = Vec::new();
    for flag in flags {
        let (title, property) = flag.split_once('=').ok_or_else(|| Usage(format!("--map \"{flag}\" is not COLUMN=PROPERTY")))?;
        let column = columns.iter_mut().find(|c| c.column == title);
        let column =
            column.ok_or_else(|| Usage(format!("the file has no column \"{title}\"; it has {}", preview.columns.join(", "))))?;
        column.property = Some(property.to_owned()).filter(|p| !p.is_empty());
        said.push(title);
    }
    let left_out = columns.iter().filter(|c| c.property.is_none() && !said.contains(&c.column.as_str()));
    let left_out = left_out.map(|c| c.column.clone()).collect();
    Ok((columns, left_out))
}

fn show(out: Out, preview: &Preview, columns: &[Column]) -> Result<()> {
    let shown = Shown {
        columns,
        rows: &preview.rows,
        n_rows: preview.n_rows,
        delimiter: preview.sniffed.delimiter,
        encoding: preview.sniffed.encoding,
        date_order: preview.date_order,
        number_format: preview.number_format,
        repeats: preview.repeats.map(|(id, _)| id),
    };
    out.result(&shown, || {
        let line = |c: &Column| format!("{:<32} {}", c.column, c.property.as_deref().unwrap_or("(left out)"));
        let head = format!("{} rows, delimiter {:?}, {:?}", preview.n_rows, preview.sniffed.delimiter, preview.sniffed.encoding);
        let dates = match preview.date_order {
            Some(DateOrder::DayMonth) => "the day first",
            Some(DateOrder::MonthDay) => "the month first",
            None => "not told by the values (--date-order says)",
        };
        let numbers = match preview.number_format {
            Some(NumberFormat::DecimalPoint) => "with a decimal point",
            Some(NumberFormat::DecimalComma) => "with a decimal comma",
            None => "not told by the values (--number-format says)",
        };
        let formats = [format!("dates such as 3/4/2017: {dates}"), format!("numbers such as 1.234: {numbers}")];
        let repeats = preview.repeats.map(|(id, at)| format!("import {id} of {at} took this very file already"));
        [head].into_iter().chain(formats).chain(repeats).chain(columns.iter().map(line)).collect::<Vec<_>>().join("\n")
    })
}

/// Does it here, or watches who was faster, and goes on where that one dies. Interrupted from the keyboard, it is cancelled.
async fn carry_out(app: &App, cx: &Cx, folder: &Path, id: ImportId, job: &Job, out: Out) -> Result<Job> {
    let bar = out.progress(job.n_total, &job.file_name);
    let running = async {
        loop {
            match import::run(app, cx.account, id, folder, |job| bar.set_position(job.counts.n_processed)).await {
                Err(error) if matches!(error.code, "IMPORT_RUNS_ELSEWHERE" | "IMPORT_WAITS") => {
                    bar.set_position(import::read(app, cx, id).await?.counts.n_processed);
                    tokio::time::sleep(LOOK).await;
                }
                other => return other,
            }
        }
    };
    tokio::pin!(running);
    let job = tokio::select! {
        job = &mut running => job?,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            import::cancel(app, cx, id).await?;
            running.await?
        }
    };
    bar.finish_and_clear();
    Ok(job)
}

async fn write_refused(app: &App, cx: &Cx, id: ImportId, job: &Job, to: &Path) -> Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(to).with_context(|| to.display().to_string())?);
    write!(file, "{}\r\n", import::refused_header(job))?;
    let mut after = 0;
    loop {
        let rows = import::refused(app, cx, id, after, REFUSED_PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.row;
        for row in &rows {
            write!(file, "{}\r\n", import::refused_line(row))?;
        }
    }
    Ok(file.flush()?)
}

fn report(out: Out, id: ImportId, job: &Job, left_out: &[String]) -> Result<Outcome> {
    let c = job.counts;
    let report = Report {
        id,
        state: job.state,
        total: job.n_total,
        processed: c.n_processed,
        created: c.n_created,
        updated: c.n_updated,
        failed: c.n_failed,
        failure: &job.failure,
        left_out,
    };
    out.result(&report, || {
        let rows = if c.n_processed == 1 { "row" } else { "rows" };
        let mut words =
            format!("{} {rows}: {} created, {} updated, {} refused", c.n_processed, c.n_created, c.n_updated, c.n_failed);
        if let Some(why) = &job.failure {
            words += &format!("; stopped: {why}");
        }
        if job.state == State::Cancelled {
            words += &format!("; cancelled with {} rows left: what is in stays in", job.n_total.saturating_sub(c.n_processed));
        }
        if !left_out.is_empty() {
            let titles = left_out.iter().map(|title| format!("\"{title}\"")).collect::<Vec<_>>().join(", ");
            words += &format!(
                "\nleft out, for no property is called so: {titles} (--map \"TITLE=PROPERTY\", or \"TITLE=\" to leave it out)"
            );
        }
        words
    })?;
    match job.state {
        State::Done if c.n_failed == 0 && left_out.is_empty() => Ok(Outcome::Done),
        _ => Ok(Outcome::Remarks),
    }
}
