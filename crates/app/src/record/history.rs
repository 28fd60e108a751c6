//! The values a property had. The feed is the history: an update carries old and new, a creation carries nothing, because what
//! it set is the old value of the first later change, or the present one.

use crate::cx::{App, Cx};
use crate::error::Result;
use jiff::Timestamp;
use model::authority::Act;
use model::change::{By, Kind};
use model::id::RecordId;
use model::object::ObjectType;
use std::collections::BTreeMap;

/// One value a property had.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryValue {
    /// Empty when the property was cleared.
    pub value: String,
    pub at: Timestamp,
    pub by: By,
}

/// Changes of one record read at once; a record with more is read in several steps.
const STEP: usize = 1_000;

/// The histories of properties of records, each newest first. Records the caller may not see are left out.
pub async fn history(
    app: &App,
    cx: &Cx,
    object: ObjectType,
    ids: &[RecordId],
    properties: &[String],
) -> Result<BTreeMap<RecordId, BTreeMap<String, Vec<HistoryValue>>>> {
    let owner = super::reach(cx, Act::ViewRecords(object))?;
    let mut tx = app.store.read(cx.account).await?;
    let mut found = BTreeMap::new();
    for record in store::record::load_many(&mut tx, object, ids).await? {
        if !super::is_within(owner, &record) {
            continue;
        }
        // What each property was before the changes seen so far, which are the later ones.
        let mut before: BTreeMap<&str, Option<String>> =
            properties.iter().map(|p| (p.as_str(), record.get(p).map(str::to_owned))).collect();
        let mut values: BTreeMap<String, Vec<HistoryValue>> = properties.iter().map(|p| (p.clone(), Vec::new())).collect();
        let mut until = i64::MAX;
        loop {
            let page = store::feed::of_record(&mut tx, object, record.id, until, STEP).await?;
            let more = page.len() == STEP;
            for entry in page {
                until = entry.seq;
                for (property, kept) in &mut values {
                    let was = before.get_mut(property.as_str());
                    let value = match (entry.change.kind, entry.change.values.get(property)) {
                        (Kind::RecordUpdated, Some((old, new))) => {
                            if let Some(was) = was {
                                *was = old.clone();
                            }
                            Some(new.clone().unwrap_or_default())
                        }
                        (Kind::RecordCreated, _) => was.and_then(|w| w.take()),
                        _ => None,
                    };
                    kept.extend(value.map(|value| HistoryValue { value, at: entry.at, by: entry.by.clone() }));
                }
            }
            if !more {
                break;
            }
        }
        found.insert(record.id, values);
    }
    Ok(found)
}
