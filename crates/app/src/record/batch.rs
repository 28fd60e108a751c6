//! Batches: one transaction, results and errors per input.

use super::create::{CreateInput, create_many};
use super::update::{apply, archive_one, restore_one, unknown_owners};
use super::{Key, Tries, authorized, check_batch, missing, resolve};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::property;
use model::authority::Act;
use model::id::RecordId;
use model::object::ObjectType;
use model::property::Schema;
use model::record::{Properties, Record, UniqueKey};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::merged::Found;

/// What a batch did.
#[derive(Debug, Clone)]
pub struct Batch {
    pub schema: Arc<Schema>,
    /// Each with the trace id of its input and whether it is new. In the order of the inputs.
    pub records: Vec<(Record, Option<String>, bool)>,
    pub errors: Vec<Failed>,
}

/// An input that was not carried out.
#[derive(Debug, Clone)]
pub struct Failed {
    /// Its position among the inputs.
    pub input: usize,
    /// The id it named, or nothing.
    pub id: Option<String>,
    pub trace_id: Option<String>,
    pub error: Error,
}

/// A record to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateInput {
    pub key: Key,
    pub properties: Properties,
    pub trace_id: Option<String>,
}

/// A record to be changed or else created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpsertInput {
    /// With a property of unique values; by id, the record must be there.
    pub key: Key,
    pub properties: Properties,
    pub trace_id: Option<String>,
}

/// Creates up to 100 records: all or none, unless every input has a trace id, which asks for those that can be.
pub async fn create_batch(app: &App, cx: &Cx, object: ObjectType, inputs: Vec<CreateInput>) -> Result<Batch> {
    check_batch(inputs.len())?;
    let partly = !inputs.is_empty() && inputs.iter().all(|i| i.trace_id.is_some());
    let (schema, results) = create_many(app, cx, object, &inputs, partly).await?;
    let mut batch = Batch { schema, records: Vec::with_capacity(inputs.len()), errors: Vec::new() };
    for (i, (result, input)) in results.into_iter().zip(inputs).enumerate() {
        match result {
            Ok(record) => batch.records.push((record, input.trace_id, true)),
            Err(error) => batch.errors.push(Failed { input: i, id: None, trace_id: input.trace_id, error }),
        }
    }
    Ok(batch)
}

/// Changes up to 100 records; each input succeeds or fails by itself.
pub async fn update_batch(app: &App, cx: &Cx, object: ObjectType, inputs: &[UpdateInput]) -> Result<Batch> {
    check_batch(inputs.len())?;
    cx.may(Act::EditRecords(object))?;
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let unknown = unknown_owners(app, cx, object, &inputs.iter().map(|i| &i.properties).collect::<Vec<_>>()).await?;
            let (mut tx, definitions) = property::write(app, cx, 0).await?;
            let schema = definitions.schema(object);
            let mut ids = Vec::with_capacity(inputs.len());
            for input in inputs {
                ids.push(resolve(&mut tx, &schema, &input.key).await?);
            }
            let mut records = lock(&mut tx, object, ids.iter().copied().flatten()).await?;
            let mut batch = Batch { schema: schema.clone(), records: Vec::with_capacity(inputs.len()), errors: Vec::new() };
            let mut changes = Vec::new();
            for (i, (input, id)) in inputs.iter().zip(ids).enumerate() {
                let old = id.and_then(|id| records.get(id).cloned()).filter(|r| r.archived_at.is_none());
                let done = match authorized(cx, old, Act::EditRecords(object)) {
                    Ok(old) => apply(&mut tx, cx, &definitions, &schema, old, &input.properties, &unknown).await,
                    Err(error) => Err(error),
                };
                match done {
                    Ok((record, made)) => {
                        records.insert(record.clone());
                        changes.extend(made);
                        batch.records.push((record, input.trace_id.clone(), false));
                    }
                    Err(error) => batch.errors.push(failed(i, &input.key, input.trace_id.clone(), error)?),
                }
            }
            if !changes.is_empty() {
                tx.commit(&cx.by(), cx.now, &changes).await?;
            }
            Ok(batch)
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}

async fn lock(tx: &mut store::WriteTx, object: ObjectType, ids: impl Iterator<Item = RecordId>) -> Result<Found> {
    let ids: Vec<RecordId> = ids.collect::<BTreeSet<_>>().into_iter().collect();
    Ok(store::merged::load_many_for_update(tx, object, &ids).await?)
}

/// An error of one input; one of the database is everybody's, because it broke the transaction.
fn failed(input: usize, key: &Key, trace_id: Option<String>, error: Error) -> Result<Failed> {
    if error.detail.is_some() || matches!(error.kind, Kind::Broken | Kind::Unavailable) {
        return Err(error);
    }
    Ok(Failed { input, id: Some(key.value.chars().take(255).collect()), trace_id, error })
}

/// Changes the records that are there and creates the others; each input succeeds or fails by itself.
pub async fn upsert_batch(app: &App, cx: &Cx, object: ObjectType, inputs: &[UpsertInput]) -> Result<Batch> {
    check_batch(inputs.len())?;
    cx.may(Act::EditRecords(object))?;
    let (mut tx, definitions) = property::read(app, cx).await?;
    let schema = definitions.schema(object);
    let (mut updates, mut creates) = (Vec::new(), Vec::new());
    for (i, input) in inputs.iter().enumerate() {
        let by_id = input.key.property.as_deref().is_none_or(|p| p.is_empty() || p == "hs_object_id");
        let known = resolve(&mut tx, &schema, &input.key).await?;
        if by_id || known.is_some() {
            let key = known.map_or_else(|| input.key.clone(), Key::id);
            let (properties, trace_id) = (input.properties.clone(), input.trace_id.clone());
            updates.push((i, UpdateInput { key, properties, trace_id }));
        } else {
            creates.push((i, with_key(input)));
        }
    }
    drop(tx);
    // Two inputs of the same new value: the first creates, the others change what it created.
    let mut later = Vec::new();
    let mut seen = BTreeSet::new();
    creates.retain(|(i, _)| {
        let input = &inputs[*i];
        let first = seen.insert(UniqueKey::new(input.key.property.as_deref().unwrap_or_default(), &input.key.value));
        if !first {
            let input = input.clone();
            later.push((*i, UpdateInput { key: input.key, properties: input.properties, trace_id: input.trace_id }));
        }
        first
    });
    let mut batch = Batch { schema, records: Vec::new(), errors: Vec::new() };
    let mut done: BTreeMap<usize, (Record, Option<String>, bool)> = BTreeMap::new();
    if !creates.is_empty() {
        let (places, inputs): (Vec<usize>, Vec<CreateInput>) = creates.into_iter().unzip();
        let (_, results) = create_many(app, cx, object, &inputs, true).await?;
        for ((i, result), input) in places.into_iter().zip(results).zip(inputs) {
            match result {
                Ok(record) => drop(done.insert(i, (record, input.trace_id, true))),
                Err(error) => batch.errors.push(Failed { input: i, id: None, trace_id: input.trace_id, error }),
            }
        }
    }
    for group in [updates, later] {
        let (places, inputs): (Vec<usize>, Vec<UpdateInput>) = group.into_iter().unzip();
        if inputs.is_empty() {
            continue;
        }
        let updated = update_batch(app, cx, object, &inputs).await?;
        let failed: BTreeSet<usize> = updated.errors.iter().map(|f| f.input).collect();
        let fine = places.iter().enumerate().filter(|(at, _)| !failed.contains(at)).map(|(_, i)| *i);
        done.extend(fine.zip(updated.records));
        batch.errors.extend(updated.errors.into_iter().map(|f| Failed { input: places[f.input], ..f }));
    }
    batch.records.extend(done.into_values());
    batch.errors.sort_by_key(|f| f.input);
    Ok(batch)
}

/// The value a record is looked up by is one of its values.
fn with_key(input: &UpsertInput) -> CreateInput {
    let mut properties = input.properties.clone();
    if let Some(property) = &input.key.property {
        properties.entry(property.clone()).or_insert_with(|| input.key.value.clone());
    }
    CreateInput { properties, associations: Vec::new(), trace_id: input.trace_id.clone() }
}

/// Archives up to 100 records; ids that name none, or an archived one, are left alone.
pub async fn archive_batch(app: &App, cx: &Cx, object: ObjectType, ids: &[String]) -> Result<()> {
    check_batch(ids.len())?;
    cx.may(Act::DeleteRecords(object))?;
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let (mut tx, definitions) = property::write(app, cx, 0).await?;
            let schema = definitions.schema(object);
            let records = lock(&mut tx, object, ids.iter().filter_map(|id| id.trim().parse().ok())).await?;
            let mut changes = Vec::new();
            for record in records.into_records() {
                let record = match authorized(cx, Some(record), Act::DeleteRecords(object)) {
                    Err(error) if error == missing() => continue,
                    other => other?,
                };
                changes.extend(archive_one(&mut tx, cx, &schema, &record).await?);
            }
            if !changes.is_empty() {
                tx.commit(&cx.by(), cx.now, &changes).await?;
            }
            Ok(())
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}

/// Takes up to 100 records back from the archive; each input succeeds or fails by itself, and one that is not archived stays as it is.
pub async fn restore_batch(app: &App, cx: &Cx, object: ObjectType, ids: &[String]) -> Result<Batch> {
    check_batch(ids.len())?;
    cx.may(Act::EditRecords(object))?;
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let (mut tx, definitions) = property::write(app, cx, 0).await?;
            let schema = definitions.schema(object);
            let mut records = lock(&mut tx, object, ids.iter().filter_map(|id| id.trim().parse().ok())).await?;
            let mut batch = Batch { schema: schema.clone(), records: Vec::with_capacity(ids.len()), errors: Vec::new() };
            let mut changes = Vec::new();
            for (i, id) in ids.iter().enumerate() {
                let old = id.trim().parse().ok().and_then(|id| records.get(id).cloned());
                let done = match authorized(cx, old, Act::EditRecords(object)) {
                    Ok(old) => restore_one(&mut tx, &schema, old).await,
                    Err(error) => Err(error),
                };
                match done {
                    Ok((record, change)) => {
                        records.insert(record.clone());
                        changes.extend(change);
                        batch.records.push((record, None, false));
                    }
                    Err(error) => batch.errors.push(failed(i, &Key::text(id), None, error)?),
                }
            }
            if !changes.is_empty() {
                tx.commit(&cx.by(), cx.now, &changes).await?;
            }
            Ok(batch)
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}
