//! Creating records, one or many, with their first links.

use super::{One, Tries, is_within, reach, refused, taken};
use crate::association;
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::owner;
use crate::property::{self, Definitions};
use model::association::LinkType;
use model::authority::Act;
use model::change::{Change, Kind};
use model::id::{OwnerId, RecordId};
use model::object::{CONTACT, ObjectType};
use model::property::{Code, PropertyError, Schema};
use model::record::{self, Properties, Record, UniqueKey, unique_keys};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::{StoreError, WriteTx};

/// A record to be created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreateInput {
    pub properties: Properties,
    /// To which records, as what. The type of the other record follows from the type of the link.
    pub associations: Vec<(RecordId, Vec<LinkType>)>,
    /// The caller's own name for the input, given back with its result.
    pub trace_id: Option<String>,
}

/// Creates one record.
pub async fn create(app: &App, cx: &Cx, object: ObjectType, input: CreateInput) -> Result<One> {
    let input = [input];
    let (schema, mut results) = create_many(app, cx, object, &input, false).await?;
    let result = results.pop().unwrap_or_else(|| Err(Error::broken("a creation had no result")));
    result.map(|record| One { schema, record })
}

/// Creates records in one transaction. Results are in the order of the inputs; when `partly`, those that can be created are,
/// otherwise the first error undoes all.
pub(super) async fn create_many(
    app: &App,
    cx: &Cx,
    object: ObjectType,
    inputs: &[CreateInput],
    partly: bool,
) -> Result<(Arc<Schema>, Vec<Result<Record>>)> {
    reach(cx, Act::EditRecords(object))?;
    let mut tries = Tries::default();
    loop {
        let done = create_once(app, cx, object, inputs, partly).await;
        if !tries.again(&done) {
            return done;
        }
    }
}

async fn create_once(
    app: &App,
    cx: &Cx,
    object: ObjectType,
    inputs: &[CreateInput],
    partly: bool,
) -> Result<(Arc<Schema>, Vec<Result<Record>>)> {
    // Deciding needs the definitions but not the writer's turn; whether they still hold is seen inside.
    let before = property::likely(app, cx).await?;
    let schema = before.schema(object);
    let given: Vec<&Properties> = inputs.iter().map(|i| &i.properties).collect();
    let unknown = owner::unknown(app, cx, &schema, &given).await?;
    let decided = decide(cx, &schema, inputs, &unknown);
    let (mut tx, definitions) = property::write(app, cx, inputs.len()).await?;
    if !Arc::ptr_eq(&before, &definitions) {
        // The next try begins with what was just read.
        return Err(StoreError::Collision("definitions changed while a creation was decided".to_owned()).into());
    }
    let (results, changes) = save(&mut tx, cx, &definitions, &schema, inputs, decided, partly).await?;
    if !changes.is_empty() {
        tx.commit(&cx.by(), cx.now, &changes).await?;
    }
    Ok((schema, results))
}

/// The records as they would be, under the id 1 until they get theirs.
fn decide(cx: &Cx, schema: &Schema, inputs: &[CreateInput], unknown: &BTreeSet<OwnerId>) -> Vec<Result<Record>> {
    let by = cx.by();
    inputs
        .iter()
        .map(|input| {
            let own = reach(cx, Act::EditRecords(schema.object))?;
            let given = defaulted(own, &input.properties);
            let given = given.as_ref().unwrap_or(&input.properties);
            let made = record::create(schema, RecordId(1), given, cx.now, &by);
            let strangers = owner_errors(schema, given, unknown);
            match (made, strangers.is_empty()) {
                (Ok(record), true) if is_within(own, &record) => Ok(record),
                (Ok(_), true) => Err(Error::forbidden("PERMISSION_MISSING", "you may only create records that belong to you")),
                (Ok(_), false) => Err(refused(&strangers)),
                (Err(errors), _) => Err(refused(&[errors, strangers].concat())),
            }
        })
        .collect()
}

/// Who may only touch her own records creates them for herself.
fn defaulted(own: Option<OwnerId>, given: &Properties) -> Option<Properties> {
    let owner = own.filter(|_| !given.contains_key("hubspot_owner_id"))?;
    let mut with = given.clone();
    with.insert("hubspot_owner_id".to_owned(), owner.to_string());
    Some(with)
}

pub(super) fn owner_errors(schema: &Schema, given: &Properties, unknown: &BTreeSet<OwnerId>) -> Vec<PropertyError> {
    if unknown.is_empty() {
        return Vec::new();
    }
    let names = schema.owners().iter().filter_map(|name| Some((name, given.get(name)?.trim().parse::<OwnerId>().ok()?)));
    names
        .filter(|(_, id)| unknown.contains(id))
        .map(|(name, id)| PropertyError::new(name, Code::InvalidOwnerId, format!("there is no owner {id}, given for {name}")))
        .collect()
}

async fn save(
    tx: &mut WriteTx,
    cx: &Cx,
    definitions: &Definitions,
    schema: &Schema,
    inputs: &[CreateInput],
    decided: Vec<Result<Record>>,
    partly: bool,
) -> Result<(Vec<Result<Record>>, Vec<Change>)> {
    let mut results = refuse_taken(tx, schema, decided).await?;
    let n = results.iter().filter(|r| r.is_ok()).count();
    for (id, record) in (tx.take_ids(n)?..).zip(results.iter_mut().flatten()) {
        record.renumber(RecordId(id));
    }
    let mut links = association::prefetch(tx, definitions, schema.object, inputs).await?;
    for (result, input) in results.iter_mut().zip(inputs) {
        let Ok(record) = result else { continue };
        if let Err(error) = association::plan_created(tx, cx, definitions, record, input, &mut links).await {
            *result = Err(error);
        }
    }
    if !partly && let Some(at) = results.iter().position(Result::is_err) {
        return Err(first_error(results, at));
    }
    let rows = results.iter().flatten().map(|r| (r, unique_keys(schema, r))).collect();
    store::record::insert_many(tx, rows).await?;
    let mut changes: Vec<Change> =
        results.iter().flatten().map(|r| Change::record(Kind::RecordCreated, r.object, r.id)).collect();
    changes.extend(association::save_created(tx, cx, links).await?);
    Ok((results, changes))
}

/// The first error of a batch that is all or nothing carries the reasons of all.
fn first_error(results: Vec<Result<Record>>, at: usize) -> Error {
    let mut errors: Vec<Error> = results.into_iter().filter_map(Result::err).collect();
    if errors.len() == 1 || errors.is_empty() {
        return errors.pop().unwrap_or_else(|| Error::broken(format!("input {at} failed without an error")));
    }
    let reasons = errors.iter().flat_map(|e| e.reasons.clone()).collect();
    errors.swap_remove(0).because(reasons)
}

/// Refuses records whose unique values another record has already, or an earlier input of the same batch.
async fn refuse_taken(tx: &mut WriteTx, schema: &Schema, mut results: Vec<Result<Record>>) -> Result<Vec<Result<Record>>> {
    let keys: Vec<Vec<UniqueKey>> =
        results.iter().map(|r| r.as_ref().map(|r| unique_keys(schema, r)).unwrap_or_default()).collect();
    let all: Vec<UniqueKey> = keys.iter().flatten().cloned().collect();
    if all.is_empty() {
        return Ok(results);
    }
    let found = store::record::find_by_keys(tx, schema.object, &all).await?;
    let found: HashMap<&UniqueKey, RecordId> = found.iter().map(|(k, id)| (k, *id)).collect();
    let mut earlier: HashMap<&UniqueKey, usize> = HashMap::new();
    for (i, keys) in keys.iter().enumerate() {
        for key in keys {
            let clash = match (found.get(key), earlier.get(key)) {
                (Some(id), _) => Some(taken(schema.object, key, *id)),
                (None, Some(other)) => Some(twice(schema.object, key, *other)),
                (None, None) => None,
            };
            if let Some(error) = clash {
                results[i] = Err(error);
                break;
            }
        }
        if results[i].is_ok() {
            earlier.extend(keys.iter().map(|k| (k, i)));
        }
    }
    Ok(results)
}

fn twice(object: ObjectType, key: &UniqueKey, other: usize) -> Error {
    let what = if object == CONTACT && key.property == "email" { "address" } else { "unique value" };
    let message = format!("the {what} \"{}\" appears twice in the batch, first in input {other}", key.value);
    Error::conflict("CONFLICT", message).with("propertyName", &key.property)
}
