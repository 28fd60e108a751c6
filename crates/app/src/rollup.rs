//! The consumer that keeps rollups: what was done about a record and what it brought in, see [`model::rollup`].
//!
//! A record is computed from what is there, never from the change: done twice it comes out the same, and many changes of one
//! record in a batch are one computation. What depends on the time is computed again when the time has come, at the latest a
//! minute after. Rollups are nobody's doing: the modified date stays.

use crate::consumer::{Batch, Consumer};
use crate::cx::{App, Cx};
use crate::error::Result;
use jiff::Timestamp;
use model::change::{Change, Interest, Kind, Source};
use model::id::RecordId;
use model::limits::ROLLUP_LINKED_MAX;
use model::object::{CALL, DEAL, EMAIL, MEETING, NOTE, ObjectType, TASK};
use model::record::apply_system;
use model::rollup::{self, ROLLED_UP, Touched};
use std::collections::{BTreeMap, BTreeSet};
use store::association::Place;
use store::{Tx, WriteTx, look_again};

/// See the module.
pub struct Rollups;

/// What rollups are computed from.
const SOURCES: &[ObjectType] = &[DEAL, NOTE, CALL, EMAIL, MEETING, TASK];

/// What differs from what is stored.
#[derive(Default)]
pub struct Plan {
    rollups: BTreeMap<Place, BTreeMap<&'static str, Option<String>>>,
    /// When records are to be looked at again, `None` for never.
    looks: Vec<(Place, Option<Timestamp>)>,
}

impl Consumer for Rollups {
    const NAME: &'static str = "rollup";
    const INTEREST: Interest = Interest {
        kinds: &[
            (Kind::AssociationLinked, &[]),
            (Kind::AssociationUnlinked, &[]),
            (Kind::RecordUpdated, SOURCES),
            (Kind::RecordArchived, SOURCES),
            (Kind::RecordRestored, SOURCES),
            (Kind::RecordMerged, &[]),
        ],
        calculated: false,
    };
    const SOURCE: Source = Source::Calculated;
    type Plan = Plan;

    async fn plan(&self, app: &App, cx: &Cx, batch: &Batch) -> Result<Plan> {
        let mut tx = app.store.read(cx.account).await?;
        let mut plan = Plan::default();
        for (object, ids) in by_type(touched(&mut tx, batch).await?) {
            let looks = look_again::read_many(&mut tx, Self::NAME, object, &ids).await?;
            let records = store::record::load_many(&mut tx, object, &ids).await?;
            for record in &records {
                let place = (object, record.id);
                let summary = store::rollup::summary(&mut tx, place, cx.now).await?;
                let values = rollup::values(object, &summary);
                if values.iter().any(|(name, value)| record.get(name) != value.as_deref()) {
                    plan.rollups.insert(place, values);
                }
                let at = rollup::look_again_at(&summary);
                plan.looks.extend((looks.get(&record.id) != at.as_ref()).then_some((place, at)));
            }
            // An erased record took its look with it; one whose time came all the same is not asked for again.
            let gone = looks.keys().filter(|id| records.binary_search_by_key(*id, |r| r.id).is_err());
            plan.looks.extend(gone.map(|id| ((object, *id), None)));
        }
        Ok(plan)
    }

    async fn carry_out(&self, tx: &mut WriteTx, _: &Cx, plan: Plan) -> Result<Vec<Change>> {
        for (place, at) in &plan.looks {
            look_again::save(tx, Self::NAME, *place, *at).await?;
        }
        let mut changes = Vec::new();
        for (object, ids) in by_type(plan.rollups.keys().copied()) {
            for old in store::record::load_many_for_update(tx, object, &ids).await? {
                let applied = apply_system(&old, &plan.rollups[&(object, old.id)], old.updated_at);
                if !applied.is_empty() {
                    // None of these values is a key.
                    store::record::update(tx, &old, &applied.record, Vec::new(), Vec::new()).await?;
                    changes.push(Change { values: applied.values, ..Change::record(Kind::RecordUpdated, object, old.id) });
                }
            }
        }
        Ok(changes)
    }
}

/// In an order in which two batches cannot wait for each other.
fn by_type(places: impl IntoIterator<Item = Place>) -> BTreeMap<ObjectType, Vec<RecordId>> {
    let mut ids: BTreeMap<ObjectType, Vec<RecordId>> = BTreeMap::new();
    for (object, id) in places {
        ids.entry(object).or_default().push(id);
    }
    ids
}

/// The records whose rollups a batch may alter.
async fn touched(tx: &mut Tx, batch: &Batch) -> Result<BTreeSet<Place>> {
    let mut places: BTreeSet<Place> = batch.due.iter().copied().collect();
    let mut linked_to = BTreeSet::new();
    for recorded in &batch.changes {
        for touched in rollup::touched(&recorded.change) {
            match touched {
                Touched::Nobody => {}
                Touched::Record(object, id) => drop(places.insert((object, id))),
                Touched::LinkedTo(object, id) => drop(linked_to.insert((object, id))),
            }
        }
    }
    for from in linked_to {
        places.extend(store::association::linked(tx, from, &ROLLED_UP, ROLLUP_LINKED_MAX).await?);
    }
    Ok(places)
}
