//! What commands print and how they end. Results go to standard output, as words or as one JSON document, and so do
//! errors when JSON is asked for; everything else (log, progress, errors in words) goes to standard error.

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

/// How a command ended that did not fail. The numbers are documented in `consortio --help`: scripts use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Done, but something needs attention: rows of an import that were refused, a remark of the doctor.
    Remarks,
    /// Done, and what was checked is not as it should be: an altered log.
    Differs,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::Remarks => ExitCode::from(3),
            Outcome::Differs => ExitCode::from(2),
        }
    }
}

/// The wrong use of a command: ends with 2, as an unknown flag does.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// One of several reasons, with its names and values beside its code.
fn reason(reason: &app::error::Reason) -> serde_json::Value {
    let mut document = serde_json::json!({"code": reason.code, "message": reason.message});
    for (name, values) in &reason.context {
        document[name] = values.as_slice().into();
    }
    document
}

/// Where and how results are written.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    pub json: bool,
}

impl Out {
    /// Prints a result: the document, or the words for it.
    pub fn result(self, document: &impl Serialize, words: impl FnOnce() -> String) -> anyhow::Result<()> {
        let text = if self.json { serde_json::to_string(document)? } else { words() };
        let mut out = std::io::stdout().lock();
        match writeln!(out, "{text}").and_then(|()| out.flush()) {
            // Whoever reads has seen enough, as `| head` has.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }

    /// Prints why a command failed, the way the caller asked for, and gives the exit code.
    pub fn failed(self, error: &anyhow::Error) -> ExitCode {
        let refusal = error.downcast_ref::<app::error::Error>();
        if let Some(detail) = refusal.and_then(|e| e.detail.as_ref()) {
            tracing::error!(detail, "the command failed");
        }
        let usage = error.is::<Usage>();
        if self.json {
            let code = refusal.map_or(if usage { "USAGE" } else { "FAILED" }, |e| e.code);
            let mut document = serde_json::json!({"error": {"code": code, "message": format!("{error:#}")}});
            if let Some(refusal) = refusal.filter(|e| !e.reasons.is_empty()) {
                document["error"]["errors"] = refusal.reasons.iter().map(reason).collect();
            }
            println!("{document}");
        } else {
            eprintln!("consortio: {error:#}");
        }
        ExitCode::from(if usage { 2 } else { 1 })
    }

    /// A progress bar on a terminal, nothing elsewhere.
    pub fn progress(self, total: u64, what: &str) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg:24} {bar:32} {human_pos:>9} of {human_len} {per_sec} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(total).with_style(style).with_message(what.to_owned())
    }
}
