//! What a merge means for links: a contact, deal or ticket keeps one primary company, a company one parent that is not below it.

use super::derived::{set_parent, set_primary};
use crate::cx::Cx;
use crate::error::{Error, Result};
use model::association::{self, CHILD_TO_PARENT, PARENT_TO_CHILD};
use model::change::Change;
use model::id::RecordId;
use model::limits::{COMPANY_LEVELS_MAX, MERGE_FOLLOWERS_MAX};
use model::object::{COMPANY, CONTACT};
use model::record::Record;
use store::WriteTx;
use store::association::Place;

/// Takes links away that the merged record could not have beside the primary's, and sets the values of it that follow from links.
pub(crate) async fn settle_before_merging(tx: &mut WriteTx, primary: &Record, other: &Record, merged: &mut Record) -> Result<()> {
    let [a, b] = [primary, other].map(|r| (r.object, r.id));
    if primary.object == COMPANY {
        let parent = settle_parents(tx, [a, b]).await?;
        set(merged, "hs_parent_company_id", parent);
        return Ok(());
    }
    let (first, second) = (store::association::primary_company(tx, a).await?, store::association::primary_company(tx, b).await?);
    if let Some(company) = second.filter(|_| first.is_some()) {
        let pair = association::primary(b.0, COMPANY).zip(association::primary(COMPANY, b.0));
        if let Some((link_type, reverse)) = pair {
            store::association::delete(tx, b, (COMPANY, company), link_type, reverse).await?;
        }
    }
    if primary.object == CONTACT {
        set(merged, "associatedcompanyid", first.or(second));
    }
    Ok(())
}

fn set(record: &mut Record, name: &str, value: Option<RecordId>) {
    match value {
        Some(id) => record.properties.insert(name.to_owned(), id.to_string()),
        None => record.properties.remove(name),
    };
}

/// The parent of the merged company: the primary's, else the other's; one that stands below either is none.
async fn settle_parents(tx: &mut WriteTx, sources: [Place; 2]) -> Result<Option<RecordId>> {
    let mut kept = None;
    for place in sources {
        let Some(parent) = store::association::target(tx, place, COMPANY, CHILD_TO_PARENT).await? else { continue };
        if kept.is_none() && !stands_below(tx, parent, sources).await? {
            kept = Some(parent);
        } else if kept != Some(parent) {
            store::association::delete(tx, place, (COMPANY, parent), CHILD_TO_PARENT, PARENT_TO_CHILD).await?;
        }
    }
    Ok(kept)
}

/// Whether a company is one of two or stands below one.
async fn stands_below(tx: &mut WriteTx, company: RecordId, of: [Place; 2]) -> Result<bool> {
    let mut at = Some(company);
    for _ in 0..COMPANY_LEVELS_MAX {
        let Some(company) = at else { return Ok(false) };
        if of.iter().any(|(_, id)| *id == company) {
            return Ok(true);
        }
        at = store::association::target(tx, (COMPANY, company), COMPANY, CHILD_TO_PARENT).await?;
    }
    Ok(true)
}

/// Contacts and subsidiaries say in a value which company they belong to: the merged one now.
pub(crate) async fn follow_merged(tx: &mut WriteTx, cx: &Cx, merged: &Record) -> Result<Vec<Change>> {
    if merged.object != COMPANY {
        return Ok(Vec::new());
    }
    let from = (COMPANY, merged.id);
    let mut changes = Vec::new();
    let contacts = match association::primary(COMPANY, CONTACT) {
        Some(link_type) => store::association::targets(tx, from, CONTACT, link_type, MERGE_FOLLOWERS_MAX + 1).await?,
        None => Vec::new(),
    };
    let children = store::association::targets(tx, from, COMPANY, PARENT_TO_CHILD, MERGE_FOLLOWERS_MAX + 1).await?;
    let n = contacts.len() + children.len();
    if n > MERGE_FOLLOWERS_MAX {
        let message = format!(
            "more than {MERGE_FOLLOWERS_MAX} contacts and subsidiaries belong to the two companies: too many to be given to a merged one"
        );
        return Err(Error::too_large("MERGE_LIMIT", message));
    }
    for contact in contacts {
        changes.extend(set_primary(tx, cx, (CONTACT, contact), Some(merged.id)).await?);
    }
    for child in children {
        changes.extend(set_parent(tx, cx, child, Some(merged.id)).await?);
    }
    Ok(changes)
}
