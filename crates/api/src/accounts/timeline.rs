//! Timelines with the mirrored part, why it is shown, and who was shown what of ours.

use crate::call::Call;
use crate::query::wrong;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::disclosure::{self, Disclosure};
use app::mirror::{self, Item, Page, Source, State, Why};
use model::limits::{LOG_PAGE_MAX, TIMELINE_PAGE_MAX};
use model::mirror::{Keys, SHOWN};
use model::object::DEAL;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use wire::paging::Paging;
use wire::scalar::{Id, Time};

const TAG: &str = "Timelines";
/// Items of a page when nothing else is said.
const LIMIT_DEFAULT: usize = 25;
const READ: Access = Access::Account("crm.objects.{objectType}.read");

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let parameter = |name, kind, about| Parameter { name, kind, about };
    let limit = parameter("limit", "integer", "At most this many.");
    let before = parameter("before", "string", "`paging.next.before` of the page before, or a time.");
    let mirrored = parameter("mirrored", "boolean", "With what sister companies did.");
    let connection = parameter("connectionId", "string", "The connection an item came by.");
    let after = parameter("after", "string", "`paging.next.after` of the page before.");
    vec![
        Route::get("/accounts/v1/records/{objectType}/{recordId}/timeline", "timeline.read", READ, read)
            .about(TAG, "Activities and deals of a record, newest first, mirrored ones marked with their origin.")
            .query(&[limit, before, mirrored])
            .reply::<TimelinePage>(200),
        Route::get("/accounts/v1/records/{objectType}/{recordId}/timeline/why", "timeline.why", READ, why)
            .about(TAG, "Why mirrored items are shown: the connection, who opened it and when.")
            .query(&[connection])
            .reply::<Reason>(200),
        Route::get("/accounts/v1/disclosures", "disclosure.list", Access::Account("audit.view"), disclosures)
            .about(TAG, "Who of other accounts was shown what of this one, whose and when, newest first. The scope organization.read does as well.")
            .query(&[after, limit])
            .reply::<wire::paging::Page<Shown>>(200),
    ]
}

/// A page of a timeline.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TimelinePage {
    results: Vec<TimelineItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paging: Option<Before>,
    /// What each source has to say; only when mirrored items were asked for.
    sources: Vec<TimelineSource>,
    /// Why this viewer sees nothing mirrored: `SEAT_MISSING`, `PERMISSION_MISSING`, ...
    hindrances: Vec<&'static str>,
}

/// Where the next page begins.
#[derive(Debug, Serialize, JsonSchema)]
struct Before {
    next: BeforePlace,
}

/// See [`Before`].
#[derive(Debug, Serialize, JsonSchema)]
struct BeforePlace {
    before: String,
}

/// One line of a timeline.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TimelineItem {
    /// `activity` or `deal`.
    kind: &'static str,
    object_type: &'static str,
    id: Id,
    at: Time,
    title: Option<String>,
    /// As its writer left it; it may be HTML and must be shown as text.
    body: Option<String>,
    properties: BTreeMap<String, String>,
    owner_name: Option<String>,
    /// Another account of the organization; null for the account's own.
    origin: Option<TimelineOrigin>,
    /// The terms of the connection keep something of it back.
    withheld: bool,
}

/// Where a mirrored item comes from.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TimelineOrigin {
    account_id: Id,
    account_name: String,
    connection_id: Id,
    /// Several records of the source match; all are shown.
    ambiguous: bool,
}

/// One source of a timeline.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TimelineSource {
    account_id: Id,
    account_name: String,
    connection_id: Id,
    /// `shown`, `none`, `stopped`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    n_items: usize,
    n_matches: usize,
    ambiguous: bool,
}

/// Why somebody sees what she sees.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Reason {
    connection_id: Id,
    source_account: Named,
    destination_account: Named,
    opened_by: Option<String>,
    opened_at: Time,
    purpose: Option<String>,
    /// Of Article 6 of the GDPR, such as `contract`.
    legal_basis: Option<&'static str>,
    legal_basis_text: Option<String>,
    approved_at: Time,
    /// The types that are shared.
    shares: Vec<&'static str>,
    #[serde(rename = "match")]
    matched: Option<Match>,
}

/// An account by id and name.
#[derive(Debug, Serialize, JsonSchema)]
struct Named {
    id: Id,
    name: String,
}

/// What the two records have in common.
#[derive(Debug, Serialize, JsonSchema)]
struct Match {
    /// `email` or `domain`.
    kind: &'static str,
    value: String,
}

/// One look of another account at ours.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: Id,
    at: Time,
    /// The name of the person, or of the service token.
    viewer: String,
    viewer_id: Option<Id>,
    /// The service token of the other account that looked, when no person did.
    token_id: Option<Id>,
    viewer_account: String,
    viewer_account_id: Id,
    object_type: &'static str,
    record_id: Option<Id>,
    /// What the record is called now; null when it has no name, and for who may not see it.
    record_name: Option<String>,
    /// The record was erased, and its name with it.
    record_erased: bool,
    n_items: usize,
    /// What was shown, by type.
    items: Vec<ShownItems>,
    /// Properties that were shown without their value.
    masked: Vec<String>,
    connection_id: Id,
}

/// What was shown of one type.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ShownItems {
    object_type: &'static str,
    n: usize,
    ids: Vec<Id>,
}

async fn read(call: Call) -> Answer {
    let (object, id) = (call.object_type("objectType")?, call.id("recordId")?);
    let query = call.query();
    let before = query.one("before").map(|text| mirror::read_place(text).map_err(|_| not_a_place(text))).transpose()?;
    let mirrored = query.flag("mirrored")?;
    let limit = limit("limit", query.one("limit"), LIMIT_DEFAULT, TIMELINE_PAGE_MAX)?;
    let page = mirror::timeline(call.app(), call.cx(), object, id, before, limit, mirrored).await?;
    Ok(reply::ok(&timeline_page(page)))
}

async fn why(call: Call) -> Answer {
    let (object, id) = (call.object_type("objectType")?, call.id("recordId")?);
    let query = call.query();
    let text = query.one("connectionId").unwrap_or_default();
    let connection = text.parse().map_err(|_| wrong("connectionId", text, "the id of a connection"))?;
    let why = mirror::why(call.app(), call.cx(), object, id, connection).await?;
    Ok(reply::ok(&reason(why)))
}

async fn disclosures(call: Call) -> Answer {
    let query = call.query();
    let after = query.one("after").map(|text| limit("after", Some(text), 0, usize::MAX)).transpose()?;
    let before = after.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
    let limit = limit("limit", query.one("limit"), LIMIT_DEFAULT, LOG_PAGE_MAX)?;
    let found = disclosure::list(call.app(), call.cx(), before, limit).await?;
    let paging: Option<Paging> = found.last().filter(|_| found.len() == limit).map(|last| call.next(&last.seq.to_string()));
    Ok(reply::ok(&wire::paging::Page { results: found.into_iter().map(shown).collect(), paging }))
}

fn not_a_place(text: &str) -> Refusal {
    let expected = "the paging.next.before of a page before, or a time such as 2026-11-20T08:00:00Z";
    wrong("before", text, expected).with_code("BEFORE_INVALID")
}

fn limit(name: &str, text: Option<&str>, default: usize, max: usize) -> Result<usize, Refusal> {
    let Some(text) = text else { return Ok(default) };
    match text.parse::<usize>() {
        Ok(n) if n > 0 => Ok(n.min(max)),
        _ => Err(wrong(name, text, "a number from 1 up").with_code("NUMBER_INVALID")),
    }
}

fn timeline_page(page: Page) -> TimelinePage {
    TimelinePage {
        results: page.items.into_iter().map(item).collect(),
        paging: page.next.map(|place| Before { next: BeforePlace { before: mirror::write_place(place) } }),
        sources: page.sources.into_iter().map(source).collect(),
        hindrances: page.hindrances.into_iter().map(|h| h.code()).collect(),
    }
}

fn item(item: Item) -> TimelineItem {
    TimelineItem {
        kind: if item.record.object == DEAL { "deal" } else { "activity" },
        object_type: item.record.object.plural(),
        id: Id(item.record.id.0),
        at: Time(item.at),
        title: item.title().map(str::to_owned),
        body: item.body().map(str::to_owned),
        owner_name: item.owner_name,
        origin: item.origin.map(|origin| TimelineOrigin {
            account_id: Id(origin.account.0),
            account_name: origin.account_name,
            connection_id: Id(origin.connection.0),
            ambiguous: origin.ambiguous,
        }),
        withheld: item.withheld,
        properties: item.record.properties,
    }
}

fn source(source: Source) -> TimelineSource {
    let (state, reason) = match source.state {
        State::Shown => ("shown", None),
        State::None => ("none", None),
        State::Stopped(code) => ("stopped", Some(code)),
    };
    TimelineSource {
        account_id: Id(source.account.0),
        account_name: source.account_name,
        connection_id: Id(source.connection.0),
        state,
        reason,
        n_items: source.n_items,
        n_matches: source.n_matches,
        ambiguous: source.ambiguous,
    }
}

fn reason(why: Why) -> Reason {
    let matched = why.matched.map(|keys| Match {
        kind: if matches!(keys, Keys::Emails(_)) { "email" } else { "domain" },
        value: keys.texts().join(", "),
    });
    Reason {
        connection_id: Id(why.connection.0),
        source_account: Named { id: Id(why.source.id.0), name: why.source.name },
        destination_account: Named { id: Id(why.destination.id.0), name: why.destination.name },
        opened_by: why.opened_by,
        opened_at: Time(why.opened.at),
        shares: SHOWN.into_iter().filter(|object| why.terms.shows(*object)).map(|object| object.plural()).collect(),
        purpose: why.terms.purpose,
        legal_basis: why.terms.legal_basis.map(|basis| basis.name()),
        legal_basis_text: why.terms.legal_basis_text,
        approved_at: Time(why.opened.approved.at),
        matched,
    }
}

fn shown(one: Disclosure) -> Shown {
    let account = one.viewer_account;
    Shown {
        id: Id(one.seq),
        at: Time(one.at),
        viewer: one.viewer_name.unwrap_or_default(),
        viewer_id: one.viewer.map(|person| Id(person.0)),
        token_id: one.token.map(|token| Id(token.0)),
        viewer_account: one.viewer_account_name.unwrap_or_else(|| account.to_string()),
        viewer_account_id: Id(account.0),
        object_type: one.record.map_or("", |(object, _)| object.plural()),
        record_id: one.record.map(|(_, id)| Id(id.0)),
        record_name: one.called.name,
        record_erased: one.called.erased,
        n_items: one.n_items,
        items: one.items.into_iter().map(shown_items).collect(),
        masked: one.masked,
        connection_id: Id(one.connection.0),
    }
}

fn shown_items(items: disclosure::Items) -> ShownItems {
    let ids = items.ids.into_iter().map(|id| Id(id.0)).collect();
    ShownItems { object_type: items.object.plural(), n: items.n, ids }
}
