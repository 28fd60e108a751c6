//! The timeline of a record: its activities and deals, newest first.

use crate::cx::{App, Cx};
use crate::error::Result;
use crate::owner;
use crate::record::{authorized, check_limit, is_within, reach};
use jiff::Timestamp;
use model::authority::Act;
use model::id::{OwnerId, RecordId};
use model::limits::TIMELINE_PAGE_MAX;
use model::object::{BUILT_IN, ObjectType};
use model::record::Record;
use model::timeline;
use store::timeline::Before;

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub at: Timestamp,
    pub record: Record,
    pub owner_name: Option<String>,
}

/// One page of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub items: Vec<Item>,
    /// Where the next page begins, when there are more.
    pub before: Option<Before>,
}

/// The activities and deals of a record that the caller may see, before a place, newest first.
pub async fn read(app: &App, cx: &Cx, object: ObjectType, id: RecordId, before: Option<Before>, limit: usize) -> Result<Page> {
    check_limit(limit, TIMELINE_PAGE_MAX)?;
    let mut tx = app.store.read(cx.account).await?;
    let record = store::merged::load(&mut tx, object, id).await?;
    let id = authorized(cx, record, Act::ViewRecords(object))?.id;
    let types: Vec<ObjectType> = visible_types(cx);
    if types.is_empty() {
        return Ok(Page { items: Vec::new(), before: None });
    }
    let mut found = store::timeline::page(&mut tx, (object, id), &types, before, limit + 1).await?;
    drop(tx);
    let more = found.len() > limit;
    found.truncate(limit);
    let before = found.last().filter(|_| more).map(|(at, r)| (*at, r.id));
    // Who sees only her own records gets a shorter page, never a wrong one.
    found.retain(|(_, r)| reach(cx, Act::ViewRecords(r.object)).is_ok_and(|owner| is_within(owner, r)));
    let owners: Vec<OwnerId> = found.iter().filter_map(|(_, r)| r.get("hubspot_owner_id")?.parse().ok()).collect();
    let names = owner::names(app, cx, &dedup(owners)).await?;
    let name = |r: &Record| names.get(&r.get("hubspot_owner_id")?.parse().ok()?).cloned();
    let items = found.into_iter().map(|(at, record)| Item { at, owner_name: name(&record), record }).collect();
    Ok(Page { items, before })
}

fn dedup(mut ids: Vec<OwnerId>) -> Vec<OwnerId> {
    ids.sort();
    ids.dedup();
    ids
}

fn visible_types(cx: &Cx) -> Vec<ObjectType> {
    let shown = BUILT_IN.iter().map(|(t, ..)| *t).filter(|t| timeline::shows(*t));
    shown.filter(|t| cx.may(Act::ViewRecords(*t)).is_ok()).collect()
}
