//! The archive of a type in the order people look for things in it: what was archived last comes first. HubSpot lists archived
//! records by id only, so this is ours.

use super::selection::{SELECTING, Selection};
use super::show::Extras;
use super::{AFTER, LIMIT};
use crate::call::Call;
use crate::query::wrong;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::record;
use jiff::Timestamp;
use model::id::RecordId;
use model::limits::LIST_PAGE_MAX;
use wire::paging::Page;
use wire::record::Record;

const READ: Access = Access::Account("crm.objects.{objectType}.read");
/// Records of a page when the client does not say.
const LIMIT_DEFAULT: usize = 50;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts/v1/records/{objectType}/archived", "record.list_archived", READ, list)
            .about("Objects", "Archived records, those archived last first, 100 a page at most.")
            .query(&[LIMIT, AFTER])
            .query(&SELECTING[..1])
            .reply::<Page<Record<'static>>>(200),
    ]
}

async fn list(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let query = call.query();
    let limit = query.limit(LIMIT_DEFAULT, LIST_PAGE_MAX)?;
    let before = query.one("after").map(place).transpose()?;
    let (page, next) = record::archived(call.app(), call.cx(), object, before, limit).await?;
    let selection = Selection::of(&page.schema, &query.list("properties"), &[]);
    let extras = Extras::default();
    let results = page.records.iter().map(|record| extras.record(&call, record, &selection)).collect();
    let paging = next.map(|(at, id)| call.next(&format!("{}-{id}", at.as_microsecond())));
    Ok(reply::ok(&Page { results, paging }))
}

fn place(text: &str) -> Result<(Timestamp, RecordId), Refusal> {
    let parts =
        text.split_once('-').and_then(|(at, id)| Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, id.parse().ok()?)));
    parts.ok_or_else(|| wrong("after", text, "the paging.next.after of a page before"))
}
