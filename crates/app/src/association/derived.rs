//! Values that follow from links.
//!
//! A contact's primary company and a company's parent are written when the link is, because people search and sort by them.
//! Counts are taken when somebody asks to see them: writing them would make every new contact rewrite its company.

use super::change;
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use model::association::{self, CHILD_TO_PARENT, PARENT_TO_CHILD};
use model::change::{Change, Kind};
use model::id::RecordId;
use model::limits::COMPANY_LEVELS_MAX;
use model::object::{COMPANY, CONTACT, DEAL, ObjectType};
use model::record::{Record, apply_system};
use std::collections::BTreeMap;
use store::WriteTx;
use store::association::Place;

/// Sets one value of a record as it is now; what changed.
async fn set(tx: &mut WriteTx, cx: &Cx, place: Place, name: &'static str, value: Option<RecordId>) -> Result<Option<Change>> {
    let Some(old) = store::record::load_for_update(tx, place.0, place.1).await? else { return Ok(None) };
    let plan = apply_system(&old, &BTreeMap::from([(name, value.map(|id| id.to_string()))]), cx.now);
    if plan.is_empty() {
        return Ok(None);
    }
    // None of these values is a key.
    store::record::update(tx, &old, &plan.record, Vec::new(), Vec::new()).await?;
    Ok(Some(Change { values: plan.values, ..Change::record(Kind::RecordUpdated, place.0, place.1) }))
}

/// A contact's primary company is also one of its values.
pub(super) async fn set_primary(tx: &mut WriteTx, cx: &Cx, contact: Place, company: Option<RecordId>) -> Result<Option<Change>> {
    if contact.0 != CONTACT {
        return Ok(None);
    }
    set(tx, cx, contact, "associatedcompanyid", company).await
}

/// A company's parent is also one of its values.
pub(super) async fn set_parent(tx: &mut WriteTx, cx: &Cx, child: RecordId, parent: Option<RecordId>) -> Result<Option<Change>> {
    set(tx, cx, (COMPANY, child), "hs_parent_company_id", parent).await
}

/// A company has one parent: the link to another one goes before the new one comes.
pub(super) async fn leave_parent(tx: &mut WriteTx, child: RecordId, parent: RecordId) -> Result<Option<Change>> {
    let from = (COMPANY, child);
    match store::association::target(tx, from, COMPANY, CHILD_TO_PARENT).await?.filter(|old| *old != parent) {
        Some(old) => {
            let to = (COMPANY, old);
            store::association::delete(tx, from, to, CHILD_TO_PARENT, PARENT_TO_CHILD).await?;
            Ok(Some(change(Kind::AssociationUnlinked, from, to, std::iter::once(CHILD_TO_PARENT))))
        }
        None => Ok(None),
    }
}

/// Refuses a parent that stands below its child already, or so low that nobody could walk up to the top.
pub(super) async fn refuse_loop(tx: &mut WriteTx, child: RecordId, parent: RecordId) -> Result<()> {
    let mut above = Some(parent);
    for _ in 0..COMPANY_LEVELS_MAX {
        let Some(company) = above else { return Ok(()) };
        if company == child {
            let message = format!("company {parent} cannot be the parent of company {child}: it stands below it already");
            return Err(Error::conflict("COMPANY_PARENT_LOOP", message));
        }
        above = store::association::target(tx, (COMPANY, company), COMPANY, CHILD_TO_PARENT).await?;
    }
    let message =
        format!("company {parent} cannot be the parent of company {child}: {COMPANY_LEVELS_MAX} companies are above it");
    Err(Error::conflict("COMPANY_PARENT_DEPTH", message))
}

/// The properties that count links.
pub const COUNTERS: [&str; 3] = ["hs_num_child_companies", "num_associated_contacts", "num_associated_deals"];

/// What a counter counts: records of a type, linked by a type of link.
fn counted(object: ObjectType, property: &str) -> Option<(ObjectType, association::LinkType)> {
    let plain = |to| association::unlabeled(object, to).map(|by| (to, by));
    match (object, property) {
        (COMPANY | DEAL, "num_associated_contacts") => plain(CONTACT),
        (CONTACT | COMPANY, "num_associated_deals") => plain(DEAL),
        (COMPANY, "hs_num_child_companies") => Some((COMPANY, PARENT_TO_CHILD)),
        _ => None,
    }
}

/// Fills in the counters among the properties somebody asked for. Records that were read are given to it; it checks nothing.
pub async fn fill_counters(app: &App, cx: &Cx, records: &mut [Record], properties: &[&str]) -> Result<()> {
    let Some(object) = records.first().map(|r| r.object) else { return Ok(()) };
    let ids: Vec<RecordId> = records.iter().map(|r| r.id).collect();
    let mut tx = None;
    for property in properties {
        let Some((to, by)) = counted(object, property) else { continue };
        let tx = match &mut tx {
            Some(tx) => tx,
            none => none.insert(app.store.read(cx.account).await?),
        };
        let counts: BTreeMap<RecordId, usize> = store::association::count(tx, object, &ids, to, by).await?.into_iter().collect();
        for record in &mut *records {
            let n = counts.get(&record.id).copied().unwrap_or(0);
            record.properties.insert((*property).to_owned(), n.to_string());
        }
    }
    Ok(())
}
