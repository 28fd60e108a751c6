//! The values a property had. The feed is the history: an update carries old and new, a creation carries nothing, because what
//! it set is the old value of the first later change, or the present one.

use crate::cx::{App, Cx};
use crate::error::Result;
use jiff::Timestamp;
use model::authority::Act;
use model::change::{By, Kind};
use model::id::RecordId;
use model::object::ObjectType;
use model::record::merge::MERGED_IDS;
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
        let present = properties.iter().map(|p| (p.as_str(), record.get(p).map(str::to_owned))).collect();
        let mut values: Values = properties.iter().map(|p| (p.clone(), Vec::new())).collect();
        collect(&mut tx, object, record.id, present, &mut values).await?;
        // Of records that were merged into it nothing is present: what they were last is in the change by which they went.
        let sources = match record.get(MERGED_IDS) {
            Some(_) => store::merged::sources(&mut tx, object, record.id).await?,
            None => Vec::new(),
        };
        for source in sources {
            let present = properties.iter().map(|p| (p.as_str(), None)).collect();
            collect(&mut tx, object, source, present, &mut values).await?;
        }
        let in_order = values.into_iter().map(|(property, mut found)| {
            found.sort_by_key(|(seq, _)| std::cmp::Reverse(*seq));
            (property, found.into_iter().map(|(_, value)| value).collect())
        });
        found.insert(record.id, in_order.collect());
    }
    Ok(found)
}

/// Values by property, each with the number of its change.
type Values = BTreeMap<String, Vec<(i64, HistoryValue)>>;

/// Adds what the changes of one record say. `before`: what each property was before the changes seen so far, which are the later
/// ones.
async fn collect(
    tx: &mut store::Tx,
    object: ObjectType,
    id: RecordId,
    mut before: BTreeMap<&str, Option<String>>,
    values: &mut Values,
) -> Result<()> {
    let mut until = i64::MAX;
    loop {
        let page = store::feed::of_record(tx, object, id, until, STEP).await?;
        let more = page.len() == STEP;
        for entry in page {
            until = entry.seq;
            for (property, kept) in &mut *values {
                let was = before.get_mut(property.as_str());
                let value = match (entry.change.kind, entry.change.values.get(property)) {
                    (Kind::RecordUpdated, Some((old, new))) => {
                        if let Some(was) = was {
                            *was = old.clone();
                        }
                        Some(new.clone().unwrap_or_default())
                    }
                    (Kind::RecordMerged, Some((old, _))) => {
                        if let Some(was) = was {
                            *was = old.clone();
                        }
                        None
                    }
                    (Kind::RecordCreated, _) => was.and_then(|w| w.take()),
                    _ => None,
                };
                kept.extend(value.map(|value| (entry.seq, HistoryValue { value, at: entry.at, by: entry.by.clone() })));
            }
        }
        if !more {
            return Ok(());
        }
    }
}
