//! The security history of the current account, and one's own.

use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::security_history::{self, By, Entry, Export, Named};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use model::identity::history::{Filter, GROUPS, group};
use model::limits::LOG_PAGE_MAX;
use schemars::JsonSchema;
use serde::Serialize;
use wire::paging::Page;
use wire::scalar::{Id, Time};

const KIND: Parameter =
    Parameter { name: "kind", kind: "string", about: "Only `sign_in`, `factor`, `user`, `token` or `policy`; else everything." };
const USER: Parameter = Parameter { name: "userId", kind: "string", about: "Only what is about this user." };
const SINCE: Parameter = Parameter { name: "since", kind: "string", about: "Not before this time; a year at most." };
const UNTIL: Parameter = Parameter { name: "until", kind: "string", about: "Before this time." };
const AFTER: Parameter =
    Parameter { name: "after", kind: "integer", about: "Where the page before ended: the number of its last entry." };
const LIMIT: Parameter = Parameter { name: "limit", kind: "integer", about: "At most this many, 100 by default and at most." };

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts/v1/security-history", "security_history.list", Access::Account("audit.view"), list)
            .about(
                "Accounts",
                "Sign-ins, failed attempts, factors, resets, permissions, tokens, log-in-as: a year of them, newest first.",
            )
            .query(&[KIND, USER, SINCE, UNTIL, AFTER, LIMIT])
            .reply::<Page<SecurityEntry>>(200),
        Route::get("/accounts/v1/security-history/export", "security_history.export", Access::Account("audit.view"), export)
            .about("Accounts", "The same as a CSV file.")
            .query(&[KIND, USER, SINCE, UNTIL])
            .reply_of(200, "text/csv"),
        Route::get("/identity/v1/security-history", "security_history.list_own", Access::Session, list_own)
            .about("Identity", "One's own security history, newest first.")
            .query(&[KIND, SINCE, UNTIL, AFTER, LIMIT])
            .reply::<Page<SecurityEntry>>(200),
        Route::get("/identity/v1/security-history/export", "security_history.export_own", Access::Session, export_own)
            .about("Identity", "The same as a CSV file.")
            .query(&[KIND, SINCE, UNTIL])
            .reply_of(200, "text/csv"),
    ]
}

/// One entry.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SecurityEntry {
    seq: i64,
    at: Time,
    /// Such as `session.create`, `sign_in.failed`, `totp.delete`, `user.update`, `token.create`, `log_in_as.begin`.
    act: String,
    /// Whom it is about.
    person: Option<NamedPerson>,
    by: Doer,
    /// How: the way of a sign-in, what a factor was shown for, what of a user or a policy changed.
    detail: Vec<String>,
}

/// A person by the name the account knows.
#[derive(Serialize, JsonSchema)]
struct NamedPerson {
    id: Id,
    name: String,
}

/// Who did it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Doer {
    /// `person`, `token`, `directory` or `system`.
    kind: &'static str,
    person: Option<NamedPerson>,
    /// In whose place the person did it.
    place_of: Option<NamedPerson>,
    token_id: Option<Id>,
    /// What the key of the directory is called.
    directory: Option<String>,
}

fn named(one: Named) -> NamedPerson {
    NamedPerson { id: Id(one.id.0), name: one.name }
}

fn shown(entry: Entry) -> SecurityEntry {
    let nobody = Doer { kind: "system", person: None, place_of: None, token_id: None, directory: None };
    let by = match entry.by {
        By::Person(one) => Doer { kind: "person", person: Some(named(one)), ..nobody },
        By::StandIn { by, place_of } => {
            Doer { kind: "person", person: Some(named(by)), place_of: Some(named(place_of)), ..nobody }
        }
        By::Token(id) => Doer { kind: "token", token_id: Some(Id(id.0)), ..nobody },
        By::Provisioner(name) => Doer { kind: "directory", directory: Some(name), ..nobody },
        By::System => nobody,
    };
    SecurityEntry {
        seq: entry.seq,
        at: Time(entry.at),
        act: entry.act,
        person: entry.person.map(named),
        by,
        detail: entry.detail,
    }
}

async fn list(call: Call) -> Answer {
    let (filter, limit) = asked(&call)?;
    page(&call, security_history::list(call.app(), call.cx(), &filter, limit).await?, limit)
}

async fn list_own(call: Call) -> Answer {
    let (filter, limit) = asked(&call)?;
    page(&call, security_history::list_own(call.app(), call.session(), &filter, limit).await?, limit)
}

fn page(call: &Call, entries: Vec<Entry>, limit: usize) -> Answer {
    let paging = entries.last().filter(|_| entries.len() == limit).map(|last| call.next(&last.seq.to_string()));
    Ok(reply::ok(&Page { results: entries.into_iter().map(shown).collect(), paging }))
}

async fn export(call: Call) -> Answer {
    let export = Export::of_account(call.cx(), asked(&call)?.0)?;
    file(call, export).await
}

async fn export_own(call: Call) -> Answer {
    let export = Export::of_person(call.session(), asked(&call)?.0);
    file(call, export).await
}

async fn file(call: Call, mut export: Export) -> Answer {
    // The first piece is made before anything is answered, so that a failure is one.
    let first = export.next(call.app()).await?;
    let rest = stream::unfold((export, call), |(mut export, call)| async move {
        let piece = export.next(call.app()).await.transpose()?;
        Some((piece, (export, call)))
    });
    Ok(reply::stream("text/csv; charset=utf-8", stream::iter(first.map(Ok::<_, app::error::Error>)).chain(rest)))
}

fn asked(call: &Call) -> Result<(Filter, usize), Refusal> {
    let query = call.query();
    let all = Filter::all(call.app().outside.now());
    let acts = query.one("kind").map(|name| {
        group(name).ok_or_else(|| {
            let known = GROUPS.map(|(known, _)| known).join(", ");
            let message = format!("kind is \"{}\"; expected one of {known}", shorten(name));
            Refusal::invalid(message).with_code("HISTORY_KIND_UNKNOWN").naming("query", "kind", name)
        })
    });
    let time = "a time such as 2026-11-20T08:00:00Z";
    let filter = Filter {
        before: query.parsed("after", "a number")?.unwrap_or(all.before),
        since: query.parsed::<Timestamp>("since", time)?.unwrap_or(all.since),
        until: query.parsed::<Timestamp>("until", time)?.unwrap_or(all.until),
        acts: acts.transpose()?,
        person: query.parsed("userId", "an id")?,
    };
    Ok((filter, query.limit(LOG_PAGE_MAX, LOG_PAGE_MAX)?))
}
