//! Single records: list, create, read, update, archive, merge, erase. Source: wire spec 3.

use super::selection::{SELECTING, Selection};
use super::show::{self, Extras};
use super::{AFTER, ARCHIVED, ID_PROPERTY, LIMIT};
use crate::call::{Call, decode};
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::association::fill_counters;
use app::record::{self, Key, One};
use bytes::Bytes;
use model::id::RecordId;
use model::limits::{BODY_BYTES_MAX, LIST_PAGE_MAX, LIST_PAGE_WITH_HISTORY_MAX};
use wire::paging::Page;
use wire::record::{Create, Erase, Merge, Record, Update, Values};

const TAG: &str = "Objects";
const READ: Access = Access::Account("crm.objects.{objectType}.read");
const WRITE: Access = Access::Account("crm.objects.{objectType}.write");

/// Records of a list page when the client does not say. Source: wire spec 2.4.
const LIMIT_DEFAULT: usize = 10;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/crm/v3/objects/{objectType}", "record.list", READ, list)
            .about(TAG, "Lists records in the order of their ids, 100 a page at most, 50 with history.")
            .query(&[LIMIT, AFTER, ARCHIVED])
            .query(&SELECTING)
            .reply::<Page<Record<'static>>>(200),
        Route::post("/crm/v3/objects/{objectType}", "record.create", WRITE, create)
            .about(TAG, "Creates a record, with its associations if it has any.")
            .body::<Create>()
            .reply::<Record<'static>>(201),
        Route::get("/crm/v3/objects/{objectType}/{objectId}", "record.read", READ, read)
            .about(TAG, "Reads one record, by id or by a unique value.")
            .query(&SELECTING)
            .query(&[ID_PROPERTY, ARCHIVED])
            .reply::<Record<'static>>(200),
        Route::patch("/crm/v3/objects/{objectType}/{objectId}", "record.update", WRITE, update)
            .about(TAG, "Changes values; null and the empty string clear.")
            .query(&[ID_PROPERTY])
            .body::<Update>()
            .reply::<Record<'static>>(200),
        Route::delete("/crm/v3/objects/{objectType}/{objectId}", "record.archive", WRITE, archive)
            .about(TAG, "Archives a record. Doing it again is no error.")
            .empty(204),
        Route::post("/crm/v3/objects/{objectType}/merge", "record.merge", WRITE, merge)
            .about(TAG, "Makes one record of two, with a new id; both old ids lead to it.")
            .body::<Merge>()
            .reply::<Record<'static>>(200),
        Route::post("/crm/v3/objects/{objectType}/gdpr-delete", "record.erase", WRITE, erase)
            .about(TAG, "Erases a record for good, with its history.")
            .body::<Erase>()
            .empty(204),
    ]
}

async fn list(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let query = call.query();
    let max = if query.list("propertiesWithHistory").is_empty() { LIST_PAGE_MAX } else { LIST_PAGE_WITH_HISTORY_MAX };
    let limit = query.limit(LIMIT_DEFAULT, max)?;
    let after = query.parsed::<RecordId>("after", "the paging.next.after of a page before")?;
    let mut page = record::list(call.app(), call.cx(), object, query.flag("archived")?, after, limit).await?;
    let selection = Selection::of_query(&page.schema, &query)?;
    fill_counters(call.app(), call.cx(), &mut page.records, selection.names()).await?;
    let extras = Extras::load(&call, object, &page.records, &selection).await?;
    let results = page.records.iter().map(|record| extras.record(&call, record, &selection)).collect();
    let paging = page.after.map(|after| call.next(&after.to_string()));
    Ok(reply::ok(&Page { results, paging }))
}

async fn read(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let query = call.query();
    let key = key(&call, query.one("idProperty"))?;
    let One { schema, mut record } = record::read(call.app(), call.cx(), object, &key, query.flag("archived")?)
        .await
        .map_err(|error| by_name(&call, error))?;
    let selection = Selection::of_query(&schema, &query)?;
    fill_counters(call.app(), call.cx(), std::slice::from_mut(&mut record), selection.names()).await?;
    let extras = Extras::load(&call, object, std::slice::from_ref(&record), &selection).await?;
    Ok(reply::ok(&extras.record(&call, &record, &selection)))
}

/// A property that identifies no record came as a query parameter, which the refusal names.
fn by_name(call: &Call, error: app::error::Error) -> Refusal {
    match call.query().one("idProperty") {
        Some(property) if error.code == "ID_PROPERTY_NOT_UNIQUE" => Refusal::from(error).naming("query", "idProperty", property),
        _ => error.into(),
    }
}

/// The record a path means: by id, or by the value of the named property.
fn key(call: &Call, property: Option<&str>) -> Result<Key, Refusal> {
    match property {
        None | Some("hs_object_id") => Ok(Key::id(call.id("objectId")?)),
        Some(property) => Ok(show::key(call.param("objectId"), Some(property))),
    }
}

async fn create(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let bytes = call.bytes(BODY_BYTES_MAX).await?;
    let input = show::creation(create_body(&bytes)?)?;
    let made = record::create(call.app(), call.cx(), object, input).await?;
    Ok(reply::created(&show::record(&call, &made.record, &Selection::everything())))
}

/// HubSpot's own test posts the values themselves, without `properties` around them. Source: wire spec 2.2.
fn create_body(bytes: &Bytes) -> Result<Create, Refusal> {
    let body: Create = decode(bytes)?;
    match body.properties {
        Some(_) => Ok(body),
        None if body.associations.is_some() => Ok(Create { properties: Some(Values::default()), ..body }),
        None => Ok(Create { properties: Some(decode::<Values>(bytes)?), ..body }),
    }
}

async fn update(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: Update = call.json().await?;
    let key = key(&call, call.query().one("idProperty"))?;
    let patch = body.properties.0;
    let changed = record::update(call.app(), call.cx(), object, &key, &patch).await.map_err(|error| by_name(&call, error))?;
    let written: Vec<&str> = patch.keys().map(String::as_str).collect();
    let selection = Selection::of(&changed.schema, &written, &[]);
    Ok(reply::ok(&show::record(&call, &changed.record, &selection)))
}

async fn archive(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let key = key(&call, None)?;
    record::archive(call.app(), call.cx(), object, &key).await?;
    Ok(reply::empty())
}

async fn merge(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: Merge = call.json().await?;
    let primary = show::id_in(&body.primary_object_id, "primaryObjectId")?;
    let other = show::id_in(&body.object_id_to_merge, "objectIdToMerge")?;
    let merged = record::merge(call.app(), call.cx(), object, primary, other).await?;
    Ok(reply::ok(&show::record(&call, &merged.record, &Selection::everything())))
}

async fn erase(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: Erase = call.json().await?;
    let key = show::key(&body.object_id.0, body.id_property.as_deref());
    record::erase(call.app(), call.cx(), object, &key).await?;
    Ok(reply::empty())
}
