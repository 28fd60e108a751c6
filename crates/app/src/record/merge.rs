//! Merging two records into a third.

use super::{One, Tries, authorized};
use crate::association;
use crate::cx::{App, Cx};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::property;
use model::authority::Act;
use model::change::{By, Change, Kind, Source};
use model::id::RecordId;
use model::object::ObjectType;
use model::record::merge::{MERGEABLE, Refusal, merge as decide};
use model::record::{Record, unique_keys};
use serde_json::json;
use store::WriteTx;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let kind = if matches!(refusal, Refusal::TooMany(..)) { ErrorKind::TooLarge } else { ErrorKind::Invalid };
        Error::new(kind, refusal.code(), refusal.to_string())
    }
}

/// Makes one record of two: a third one with an id of its own, to which both old ids lead from now on. Whoever may edit both may
/// merge them. The primary's values win, see [`model::record::merge`].
pub async fn merge(app: &App, cx: &Cx, object: ObjectType, primary: RecordId, other: RecordId) -> Result<One> {
    cx.may(Act::EditRecords(object))?;
    if !MERGEABLE.contains(&object) {
        return Err(Refusal::Type(object).into());
    }
    if primary == other {
        return Err(Refusal::Itself(object, primary).into());
    }
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let (mut tx, definitions) = property::write(app, cx, 1).await?;
            let schema = definitions.schema(object);
            let found = store::merged::load_many_for_update(&mut tx, object, &[primary, other]).await?;
            // What somebody may not see is not there for her, whatever else is wrong with it.
            let primary = authorized(cx, found.get(primary).cloned(), Act::EditRecords(object))?;
            let other = authorized(cx, found.get(other).cloned(), Act::EditRecords(object))?;
            model::record::merge::check(&primary, &other)?;
            let id = RecordId(tx.take_ids(1)?);
            let mut record = decide(&schema, id, &primary, &other, cx.now)?;
            association::settle_before_merging(&mut tx, &primary, &other, &mut record).await?;
            let keys = unique_keys(&schema, &record);
            let sources = [&primary, &other].map(|r| (r, unique_keys(&schema, r)));
            store::merged::replace(&mut tx, sources.into(), &record, keys).await?;
            let mut changes = vec![created(&record, &primary, &other), gone(&primary, id), gone(&other, id)];
            changes.extend(association::follow_merged(&mut tx, cx, &record).await?);
            commit(tx, cx, &changes).await?;
            Ok(One { schema, record })
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}

async fn commit(tx: WriteTx, cx: &Cx, changes: &[Change]) -> Result<()> {
    let by = By { source: Source::Merge, ..cx.by() };
    tx.commit(&by, cx.now, changes).await?;
    Ok(())
}

fn created(record: &Record, primary: &Record, other: &Record) -> Change {
    let detail = json!({"primary": primary.id, "other": other.id});
    Change { detail: Some(detail), ..Change::record(Kind::RecordCreated, record.object, record.id) }
}

/// The last values of a record that went into another: nothing else has them.
fn gone(record: &Record, into: RecordId) -> Change {
    let system = ["hs_object_id", record.object.modified_property()];
    let last = record.properties.iter().filter(|(name, _)| !system.contains(&name.as_str()));
    Change {
        values: last.map(|(name, value)| (name.clone(), (Some(value.clone()), None))).collect(),
        detail: Some(json!({ "into": into })),
        ..Change::record(Kind::RecordMerged, record.object, record.id)
    }
}
