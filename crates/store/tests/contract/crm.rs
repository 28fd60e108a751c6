//! What the tests of records share: default definitions, records made by the model, saved in one transaction.

use model::change::{Actor, By, Change, Kind, Source};
use model::id::{PersonId, RecordId};
use model::object::ObjectType;
use model::property::Schema;
use model::record::{self, Properties, Record, unique_keys};
use store::{INSTANCE, Store};
use testkit::start;

pub fn by() -> By {
    By { actor: Actor::Person { id: PersonId(7) }, source: Source::Import, cause: None }
}

pub fn values(pairs: &[(&str, &str)]) -> Properties {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

/// Creates records of a type, ids in order.
pub async fn create(store: &Store, object: ObjectType, inputs: &[Properties]) -> Vec<Record> {
    let schema = Schema::default_of(object);
    let mut tx = store.write_many(INSTANCE, inputs.len()).await.expect("a transaction");
    let first = tx.take_ids(inputs.len()).expect("ids");
    let made = |(id, input): (i64, &Properties)| record::create(&schema, RecordId(id), input, start(), &by()).expect("a record");
    let records: Vec<Record> = (first..).zip(inputs).map(made).collect();
    let rows = records.iter().map(|r| (r, unique_keys(&schema, r))).collect();
    store::record::insert_many(&mut tx, rows).await.expect("an insert");
    let changes: Vec<Change> = records.iter().map(|r| Change::record(Kind::RecordCreated, object, r.id)).collect();
    tx.commit(&by(), start(), &changes).await.expect("a commit");
    records
}

/// Applies a patch and saves it; the record as it is then.
pub async fn patch(store: &Store, old: &Record, patch: &[(&str, &str)]) -> Record {
    let schema = Schema::default_of(old.object);
    let plan = record::apply(&schema, old, &values(patch), start(), &by()).expect("a plan");
    save(store, old, &plan.record).await;
    plan.record
}

pub async fn save(store: &Store, old: &Record, new: &Record) {
    let schema = Schema::default_of(old.object);
    let mut tx = store.write(INSTANCE).await.expect("a transaction");
    store::record::update(&mut tx, old, new, unique_keys(&schema, old), unique_keys(&schema, new)).await.expect("an update");
    tx.commit(&by(), start(), &[Change::record(Kind::RecordUpdated, old.object, old.id)]).await.expect("a commit");
}
