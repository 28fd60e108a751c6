//! The organization's log: looking through it, writing it into a file, recomputing it.

use super::{TAG, id};
use crate::call::Call;
use crate::query::wrong;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::organization::log::{self, Export, Format};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use model::id::AccountId;
use model::limits::LOG_PAGE_MAX;
use model::organization::log::{Filter, Place};
use schemars::JsonSchema;
use serde::Serialize;
use wire::paging::Page;

const ACT: Parameter =
    Parameter { name: "act", kind: "string", about: "Only this act, such as `edge_opened`, `disclosed` or `refused`." };
const ACTOR: Parameter = Parameter { name: "actor", kind: "string", about: "Only what this actor did, such as `person:7`." };
const ACCOUNT: Parameter = Parameter { name: "account", kind: "string", about: "Only what is about this account." };
const SINCE: Parameter = Parameter { name: "since", kind: "string", about: "Not before this time." };
const UNTIL: Parameter = Parameter { name: "until", kind: "string", about: "Before this time." };
const ORDER: Parameter = Parameter { name: "order", kind: "string", about: "`oldest` (the default) or `newest` first." };
const AFTER: Parameter =
    Parameter { name: "after", kind: "integer", about: "Where the page before ended: the number of its last entry." };
const LIMIT: Parameter = Parameter { name: "limit", kind: "integer", about: "At most this many." };
const FORMAT: Parameter = Parameter { name: "format", kind: "string", about: "`csv` (the default) or `json`." };

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let read = Access::Account(super::READ);
    vec![
        Route::get("/organizations/v1/{organizationId}/log", "organization.log", read, list)
            .about(TAG, "The append-only, hash-chained log: acts, automatic changes, refusals and mirrored views.")
            .query(&[ACT, ACTOR, ACCOUNT, SINCE, UNTIL, ORDER, AFTER, LIMIT])
            .reply::<Page<super::shape::LogEntry>>(200),
        Route::get("/organizations/v1/{organizationId}/log/export", "organization.export_log", read, export)
            .about(TAG, "The same as a file, oldest first, whole. `detail` is the text that was hashed, unchanged.")
            .query(&[FORMAT, ACT, ACTOR, ACCOUNT, SINCE, UNTIL])
            .reply_of(200, "text/csv"),
        Route::get("/organizations/v1/{organizationId}/log/verify", "organization.verify_log", read, verify)
            .about(TAG, "Recomputes the chain of hashes and names the first entry that is not as it was written.")
            .reply::<Verified>(200),
    ]
}

/// What recomputing the log found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Entries from the first on that are as they were written.
    pub n_entries: i64,
    /// The hash of the last of them; kept elsewhere, it shows later that none was cut off.
    pub head: String,
    /// The number of the first entry that is not as it was written.
    pub altered: Option<i64>,
}

async fn list(call: Call) -> Answer {
    let query = call.query();
    let after = number(query.one("after"), "after")?;
    let limit = number(query.one("limit"), "limit")?.and_then(|n| usize::try_from(n).ok());
    let limit = limit.unwrap_or(LOG_PAGE_MAX).clamp(1, LOG_PAGE_MAX);
    let place = match query.one("order").unwrap_or("oldest") {
        "oldest" => Place::After(after.unwrap_or(0)),
        "newest" => Place::Before(after.unwrap_or(i64::MAX)),
        other => return Err(wrong("order", other, "oldest or newest").with_code("ORDER_UNKNOWN")),
    };
    let entries = log::list(call.app(), call.cx(), id(&call)?, &filter(&call)?, place, limit).await?;
    let paging = entries.last().filter(|_| entries.len() == limit).map(|last| call.next(&last.entry.seq.to_string()));
    Ok(reply::ok(&Page { results: entries.into_iter().map(super::shape::log_entry).collect(), paging }))
}

async fn export(call: Call) -> Answer {
    let name = call.query().one("format").unwrap_or("csv").to_owned();
    let Some(format) = Format::from_name(&name) else {
        return Err(wrong("format", &name, "csv or json").with_code("FORMAT_UNKNOWN"));
    };
    let mut export = Export::new(id(&call)?, filter(&call)?, format);
    // The first piece is made before anything is answered, so that a refusal is one.
    let first = export.next(call.app(), call.cx()).await?;
    let rest = stream::unfold((export, call), |(mut export, call)| async move {
        let piece = export.next(call.app(), call.cx()).await.transpose()?;
        Some((piece, (export, call)))
    });
    let media_type = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Json => "application/json;charset=utf-8",
    };
    Ok(reply::stream(media_type, stream::iter(first.map(Ok::<_, app::error::Error>)).chain(rest)))
}

async fn verify(call: Call) -> Answer {
    let log::Verified { n_entries, head, altered } = log::verify(call.app(), call.cx(), id(&call)?).await?;
    Ok(reply::ok(&Verified { n_entries, head, altered }))
}

fn filter(call: &Call) -> Result<Filter, Refusal> {
    let query = call.query();
    Ok(Filter {
        act: query.one("act").map(str::to_owned),
        actor: query.one("actor").map(str::to_owned),
        account: query.parsed::<AccountId>("account", "the id of an account")?,
        since: time(query.one("since"), "since")?,
        until: time(query.one("until"), "until")?,
    })
}

fn time(text: Option<&str>, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| wrong(name, text, "a time such as 2026-11-20T08:00:00Z").with_code("TIME_INVALID"))
}

pub(super) fn number(text: Option<&str>, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    match text.parse::<i64>() {
        Ok(n) if n >= 0 => Ok(Some(n)),
        _ => Err(wrong(name, text, "a number from 0 up").with_code("NUMBER_INVALID")),
    }
}
