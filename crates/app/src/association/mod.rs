//! Associations: link, unlink and list; labels.

mod created;
mod derived;
mod label;
mod link;
mod merged;

pub(crate) use created::{plan_created, prefetch, save_created};
pub use derived::{COUNTERS, fill_counters};
pub use label::{LabelInput, archive_label, create_label, labels, update_label};
pub use link::{LinkBatch, LinkInput, Linked, link, link_batch, unlink, unlink_batch, unlink_types_batch};
pub(crate) use link::{follow_primary, of_present_company, primary_target, unlinked_by_erasing};
pub(crate) use merged::{follow_merged, settle_before_merging};

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::property::{self, Definitions};
use crate::record::{authorized, missing, reach};
use model::association::{Category, LinkType, Refusal};
use model::authority::Act;
use model::change::{Change, Kind as ChangeKind};
use model::id::RecordId;
use model::limits::{ASSOCIATION_PAGE_MAX, ASSOCIATION_READ_MAX};
use model::object::ObjectType;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::association::{Link, Place};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let kind = match refusal {
            Refusal::LabelExists(_) => Kind::Conflict,
            Refusal::TooManyLabels => Kind::TooLarge,
            _ => Kind::Invalid,
        };
        Error::new(kind, refusal.code(), refusal.to_string())
    }
}

/// One page of the links of a record to records of one type.
#[derive(Clone)]
pub struct Page {
    /// For names and labels of the types.
    pub definitions: Arc<Definitions>,
    pub links: Vec<Link>,
    /// The last of the page, when there are more.
    pub after: Option<RecordId>,
}

/// The links of a record to records of a type, by id.
pub async fn list(app: &App, cx: &Cx, from: Place, to: ObjectType, after: Option<RecordId>, limit: usize) -> Result<Page> {
    crate::record::check_limit(limit, ASSOCIATION_PAGE_MAX)?;
    reach(cx, Act::ViewRecords(to))?;
    let (mut tx, definitions) = property::read(app, cx).await?;
    let record = store::merged::load(&mut tx, from.0, from.1).await?;
    let from = (from.0, authorized(cx, record, Act::ViewRecords(from.0))?.id);
    let mut links = store::association::page(&mut tx, from, to, after, limit + 1).await?;
    let more = links.len() > limit;
    links.truncate(limit);
    let after = links.last().filter(|_| more).map(|l| l.to);
    Ok(Page { definitions, links, after })
}

/// The links of many records of one type to records of another; records without links are left out.
#[derive(Clone)]
pub struct Many {
    pub definitions: Arc<Definitions>,
    pub links: Vec<(RecordId, Vec<Link>)>,
}

/// Reads the links of many records at once, at most 500 each.
pub async fn list_batch(app: &App, cx: &Cx, from: ObjectType, ids: &[RecordId], to: ObjectType) -> Result<Many> {
    if ids.len() > ASSOCIATION_READ_MAX {
        let message = format!("a batch can have {ASSOCIATION_READ_MAX} inputs, not {}", ids.len());
        return Err(Error::invalid("BATCH_LIMIT", message));
    }
    let owner = reach(cx, Act::ViewRecords(from))?;
    reach(cx, Act::ViewRecords(to))?;
    let (mut tx, definitions) = property::read(app, cx).await?;
    let moved = store::merged::follow(&mut tx, from, ids).await?;
    let present = |id: &RecordId| moved.get(id).copied().unwrap_or(*id);
    let mut visible: Vec<RecordId> = ids.iter().map(present).collect();
    if owner.is_some() {
        let records = store::record::load_many(&mut tx, from, &visible).await?;
        visible = records.iter().filter(|r| crate::record::is_within(owner, r)).map(|r| r.id).collect();
    }
    visible.sort_unstable();
    visible.dedup();
    let mut links = store::association::of_many(&mut tx, from, &visible, to, ASSOCIATION_PAGE_MAX).await?;
    if !moved.is_empty() {
        // Each under the id it was asked for.
        let found: BTreeMap<RecordId, Vec<Link>> = links.into_iter().collect();
        let asked: BTreeSet<RecordId> = ids.iter().copied().collect();
        links = asked.iter().filter_map(|id| Some((*id, found.get(&present(id))?.clone()))).collect();
    }
    Ok(Many { definitions, links })
}

/// What a link's creation or removal says in the feed.
fn change(kind: ChangeKind, from: Place, to: Place, types: impl Iterator<Item = LinkType>) -> Change {
    let types: Vec<_> = types
        .map(|t| match t.category {
            Category::HubspotDefined => serde_json::json!({"typeId": t.type_id}),
            Category::UserDefined => serde_json::json!({"typeId": t.type_id, "own": true}),
        })
        .collect();
    let detail = serde_json::json!({"toType": to.0.to_string(), "toId": to.1, "types": types});
    Change { detail: Some(detail), ..Change::record(kind, from.0, from.1) }
}

/// The type of record that links of these types lead to.
fn target_type(definitions: &Definitions, from: ObjectType, types: &[LinkType]) -> Result<ObjectType> {
    let to = |t: &LinkType| match t.category {
        Category::HubspotDefined => {
            model::association::all_defined().find(|d| d.type_id == t.type_id && d.from == from).map(|d| d.to)
        }
        Category::UserDefined => {
            definitions.link_types.labels.iter().find(|l| l.type_id == t.type_id && l.from == from).map(|l| l.to)
        }
    };
    let Some(first) = types.first() else {
        return Err(Error::invalid("ASSOCIATION_TYPE_MISSING", "an association needs at least one type"));
    };
    to(first).ok_or_else(|| {
        let message = format!("association type {} does not begin at {}", first.type_id, from.plural());
        Error::invalid("ASSOCIATION_TYPE_UNKNOWN", message)
    })
}

fn no_target(object: ObjectType, id: RecordId) -> Error {
    let message = format!("there is no {} {id} to associate with", object.singular());
    Error { kind: Kind::Invalid, code: "ASSOCIATED_RECORD_NOT_FOUND", message, ..missing() }.with("id", id)
}
