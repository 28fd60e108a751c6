//! Records: create, read, list, update, merge, archive, restore, erase, one by one and in batches.
//!
//! ```text
//!   definitions (kept)   may she? -> decide outside the writer's turn -> [ keys free? -> save -> commit(changes) ]
//! ```
//! A record somebody may not see is not found; one she sees but may not change is forbidden.

mod batch;
mod create;
mod history;
mod merge;
mod read;
mod update;

pub use batch::{
    Batch, Failed, UpdateInput, UpsertInput, archive_batch, create_batch, restore_batch, update_batch, upsert_batch,
};
pub use create::{CreateInput, create};
pub use history::{HistoryValue, history};
pub use merge::merge;
pub use read::{Many, Page, archived, list, read, read_batch};
pub use update::{archive, erase, restore, update};

use crate::cx::Cx;
use crate::error::{Error, Kind, Reason, Result};
use model::authority::{Act, Reach};
use model::id::{OwnerId, RecordId};
use model::object::{CONTACT, ObjectType};
use model::property::{PropertyError, Schema};
use model::record::{Record, UniqueKey};
use std::sync::Arc;
use store::Tx;

/// How a record is named: by its id, or by a property with unique values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// `None` and `hs_object_id` mean the id.
    pub property: Option<String>,
    pub value: String,
}

impl Key {
    /// A record's id.
    pub fn id(id: RecordId) -> Key {
        Key { property: None, value: id.to_string() }
    }

    /// A text that should be an id.
    pub fn text(id: &str) -> Key {
        Key { property: None, value: id.to_owned() }
    }
}

/// One record, with the definitions it was read under.
#[derive(Debug, Clone)]
pub struct One {
    pub schema: Arc<Schema>,
    pub record: Record,
}

/// Whose records an act reaches: everybody's, or one owner's. Teams are not modelled yet, so a team is its member.
pub(crate) fn reach(cx: &Cx, act: Act) -> Result<Option<OwnerId>> {
    match (cx.may(act)?, cx.person) {
        (Reach::Everything, _) => Ok(None),
        (Reach::Owned | Reach::Team, Some(person)) => Ok(Some(person.owner)),
        (Reach::Owned | Reach::Team, None) => {
            Err(Error::forbidden("PERMISSION_MISSING", "only the records of their owner can be reached, and a token owns none"))
        }
    }
}

pub(crate) fn is_within(reach: Option<OwnerId>, record: &Record) -> bool {
    reach.is_none_or(|owner| record.get("hubspot_owner_id").and_then(|id| id.parse().ok()) == Some(owner))
}

/// The record, when the caller may see it and do the act to it.
pub(crate) fn authorized(cx: &Cx, record: Option<Record>, act: Act) -> Result<Record> {
    let Some(record) = record else { return Err(missing()) };
    if !is_within(reach(cx, Act::ViewRecords(record.object))?, &record) {
        return Err(missing());
    }
    if !is_within(reach(cx, act)?, &record) {
        let message = format!("{} {} belongs to somebody else", record.object.singular(), record.id);
        return Err(Error::forbidden("PERMISSION_MISSING", message));
    }
    Ok(record)
}

pub(crate) fn missing() -> Error {
    Error::not_found("resource not found")
}

/// Resolves a key to an id, which may be that of a record that was merged: load by [`store::merged`]. A property that does not identify records is an error; a value nobody has is not found.
pub(crate) async fn resolve(tx: &mut Tx, schema: &Schema, key: &Key) -> Result<Option<RecordId>> {
    let object = schema.object;
    match key.property.as_deref() {
        None | Some("" | "hs_object_id") => Ok(key.value.trim().parse().ok()),
        Some("domain") if object == model::object::COMPANY => by_domain(tx, &key.value).await,
        Some(property) if schema.identifies(property) => {
            Ok(store::record::find_by_key(tx, object, &UniqueKey::new(property, &key.value)).await?)
        }
        Some(property) => {
            let property: String = property.chars().take(100).collect();
            let message = format!("\"{property}\" is not a unique property of {}", object.plural());
            Err(Error::invalid("ID_PROPERTY_NOT_UNIQUE", message).with("propertyName", property))
        }
    }
}

/// A company's domain is a lookup, not unique: the oldest company of exactly that host is meant.
async fn by_domain(tx: &mut Tx, text: &str) -> Result<Option<RecordId>> {
    let Some((host, domain)) = model::fold::host(text).zip(model::fold::registrable_domain(text)) else { return Ok(None) };
    let found = store::record::find_by_domain(tx, model::object::COMPANY, &domain, model::limits::LIST_PAGE_MAX).await?;
    Ok(found.iter().find(|r| r.get("domain") == Some(host.as_str())).map(|r| r.id))
}

/// All refused values of one record as one error, with HubSpot's JSON inside the message, because people search logs for it.
pub(crate) fn refused(errors: &[PropertyError]) -> Error {
    let listed: Vec<_> = errors
        .iter()
        .map(|e| serde_json::json!({"isValid": false, "message": e.message, "error": e.code.as_str(), "name": e.name}))
        .collect();
    let reasons = errors
        .iter()
        .map(|e| Reason {
            code: e.code.as_str().to_owned(),
            message: e.message.clone(),
            place: Some("properties".to_owned()),
            context: vec![("propertyName".to_owned(), vec![e.name.clone()])],
        })
        .collect();
    let message = format!("Property values were not valid: {}", serde_json::Value::Array(listed));
    Error::invalid("VALIDATION_ERROR", message).because(reasons)
}

/// Another record has the value. For a contact's address the sentence is HubSpot's, because integrations take the id from it.
pub(crate) fn taken(object: ObjectType, key: &UniqueKey, by: RecordId) -> Error {
    let message = if object == CONTACT && key.property == "email" {
        format!("Contact already exists. Existing ID: {by}")
    } else {
        format!("{} {by} already has the value \"{}\" of the unique property {}", object.singular(), key.value, key.property)
    };
    let context = vec![("existingId".to_owned(), vec![by.to_string()]), ("propertyName".to_owned(), vec![key.property.clone()])];
    let reason = Reason { code: "CONFLICT".to_owned(), message: message.clone(), place: Some(key.property.clone()), context };
    Error::conflict("CONFLICT", message).with("existingId", by).because(vec![reason])
}

/// How often a step that only lost a race was run; every time it begins a new transaction.
#[derive(Default)]
pub(crate) struct Tries(u8);

impl Tries {
    /// Whether to run the step again.
    pub(crate) fn again<T>(&mut self, done: &Result<T>) -> bool {
        self.0 += 1;
        self.0 < 5 && done.as_ref().is_err_and(|error| error.code == "COLLISION")
    }
}

pub(crate) fn check_limit(asked: usize, most: usize) -> Result<()> {
    if asked == 0 || asked > most {
        return Err(Error::invalid("LIMIT_OUT_OF_RANGE", format!("limit {asked} is not between 1 and {most}")));
    }
    Ok(())
}

pub(crate) fn check_batch(n: usize) -> Result<()> {
    use model::limits::BATCH_MAX;
    if n > BATCH_MAX {
        let message = format!("a batch can have {BATCH_MAX} inputs, not {n}");
        return Err(Error::new(Kind::Invalid, "BATCH_LIMIT", message));
    }
    Ok(())
}
