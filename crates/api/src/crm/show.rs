//! Records as the wire shows them, and inputs as the verbs take them.

use super::selection::{Selection, types};
use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::route::Version;
use app::property::Definitions;
use app::record::{CreateInput, HistoryValue, Key};
use axum::http::StatusCode;
use axum::response::Response;
use model::association::{Category, LinkType};
use model::change::{Actor, Source};
use model::id::RecordId;
use model::object::ObjectType;
use model::record::Record;
use std::borrow::Cow;
use std::collections::BTreeMap;
use wire::batch::Batch;
use wire::error::BatchError;
use wire::lenient::Text;
use wire::record::{Associated, AssociatedId, AssociationTypeIn, Create, HistoryEntry};
use wire::scalar::{Id, Time};

/// A record with the values of a selection, and nothing else.
pub fn record<'a>(call: &Call, record: &'a Record, selection: &'a Selection<'a>) -> wire::record::Record<'a> {
    wire::record::Record {
        id: Id(record.id.0),
        new: None,
        properties: selection.shown(record),
        properties_with_history: None,
        created_at: Time(record.created_at),
        updated_at: Time(record.updated_at),
        archived: record.archived_at.is_some(),
        archived_at: record.archived_at.map(Time),
        associations: None,
        object_write_trace_id: None,
        url: (call.version == Version::Dated).then(|| url(call, record)),
    }
}

/// The record's page in the interface.
fn url(call: &Call, record: &Record) -> String {
    format!("{}/a/{}/{}/{}", call.base_url(), call.cx().account, record.object.plural(), record.id)
}

type Histories = BTreeMap<RecordId, BTreeMap<String, Vec<HistoryValue>>>;
type Links = BTreeMap<RecordId, BTreeMap<&'static str, Vec<AssociatedId>>>;

/// What a selection shows besides values, loaded for all records of a reply at once.
#[derive(Default)]
pub struct Extras {
    histories: Option<Histories>,
    links: Option<Links>,
}

impl Extras {
    /// Loads what the selection asks for; nothing, mostly.
    pub async fn load(call: &Call, object: ObjectType, records: &[Record], selection: &Selection<'_>) -> Result<Extras, Refusal> {
        let mut extras = Extras::default();
        if selection.history.is_empty() && selection.associations.is_empty() {
            return Ok(extras);
        }
        let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
        if !selection.history.is_empty() {
            let names: Vec<String> = selection.history.iter().map(|name| (*name).to_owned()).collect();
            extras.histories = Some(app::record::history(call.app(), call.cx(), object, &ids, &names).await?);
        }
        if !selection.associations.is_empty() {
            extras.links = Some(links(call, object, &ids, &selection.associations).await?);
        }
        Ok(extras)
    }

    /// A record with its share of what was loaded.
    pub fn record<'a>(&'a self, call: &Call, shown: &'a Record, selection: &'a Selection<'a>) -> wire::record::Record<'a> {
        let mut body = record(call, shown, selection);
        if let Some(histories) = &self.histories {
            let history = histories.get(&shown.id).into_iter().flatten();
            body.properties_with_history =
                Some(history.map(|(name, values)| (Cow::from(name), values.iter().map(entry).collect())).collect());
        }
        if let Some(links) = &self.links {
            let of_type = |(plural, ids): (&&'static str, &Vec<AssociatedId>)| {
                (Cow::from(*plural), Associated { results: ids.clone(), paging: None })
            };
            body.associations = links.get(&shown.id).map(|types| types.iter().map(of_type).collect());
        }
        body
    }
}

fn entry(value: &HistoryValue) -> HistoryEntry<'_> {
    let source_type = match value.by.source {
        Source::CrmUi => "CRM_UI",
        Source::Integration => "INTEGRATION",
        Source::Import => "IMPORT",
        Source::Internal => "INTERNAL_PROCESSING",
        Source::Calculated => "CALCULATED",
        Source::Merge => "MERGE_OBJECTS",
    };
    let (source_id, person) = match &value.by.actor {
        Actor::Person { id } => (Some(format!("userId:{id}")), Some(id.0)),
        Actor::StandIn { id, real } => (Some(format!("userId:{id} by:{real}")), Some(id.0)),
        Actor::Token { id } | Actor::Provisioner { id } => (Some(id.to_string()), None),
        Actor::Connection { id, .. } => (Some(format!("connectionId:{id}")), None),
        Actor::System => (None, None),
    };
    HistoryEntry {
        value: Cow::from(&value.value),
        timestamp: Time(value.at),
        source_type: Cow::from(source_type),
        source_id,
        source_label: None,
        updated_by_user_id: person,
    }
}

/// The associations of records, by type of the other record.
async fn links(call: &Call, object: ObjectType, ids: &[RecordId], to: &[ObjectType]) -> Result<Links, Refusal> {
    let mut links = Links::new();
    for to in to {
        let many = app::association::list_batch(call.app(), call.cx(), object, ids, *to).await?;
        for (from, found) in &many.links {
            let ids = found.iter().flat_map(|link| associated(&many.definitions, link.to, &link.types));
            links.entry(*from).or_default().entry(to.plural()).or_default().extend(ids);
        }
    }
    Ok(links)
}

/// An associated record as version 3 shows it: once per type of association.
pub fn associated(definitions: &Definitions, to: RecordId, types: &[LinkType]) -> Vec<AssociatedId> {
    types.iter().map(|kind| AssociatedId { id: Id(to.0), kind: type_name(definitions, *kind) }).collect()
}

/// A type of association by its name; one without a name by its number.
pub fn type_name(definitions: &Definitions, kind: LinkType) -> String {
    definitions.link_types.name(kind).map_or_else(|| kind.type_id.to_string(), str::to_owned)
}

/// A record by id or by the value of a property.
pub fn key(value: &str, property: Option<&str>) -> Key {
    let property = property.filter(|property| !property.is_empty() && *property != "hs_object_id").map(str::to_owned);
    Key { property, value: value.to_owned() }
}

/// What is to be created.
pub fn creation(body: Create) -> Result<CreateInput, Refusal> {
    let mut associations = vec![];
    for with in body.associations.into_iter().flatten() {
        associations.push((id(&with.to.id)?, link_types(&with.types)?));
    }
    let properties = body.properties.unwrap_or_default().0;
    // A null at creation says that there is no value, not that one is cleared.
    let properties = properties.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    Ok(CreateInput { properties, associations, trace_id: body.object_write_trace_id.map(|id| id.0) })
}

/// A record's id in a body.
pub fn id(text: &Text) -> Result<RecordId, Refusal> {
    id_in(text, "id")
}

/// A record's id in a field of a body.
pub fn id_in(text: &Text, field: &str) -> Result<RecordId, Refusal> {
    let wrong =
        |error: model::id::NotAnId| Refusal::invalid(error.to_string()).with_code("ID_INVALID").naming("body", field, &text.0);
    text.0.trim().parse().map_err(wrong)
}

/// Types of association in a body.
pub fn link_types(types: &[AssociationTypeIn]) -> Result<Vec<LinkType>, Refusal> {
    types.iter().map(link_type).collect()
}

fn link_type(kind: &AssociationTypeIn) -> Result<LinkType, Refusal> {
    let given = &kind.association_category;
    let category = match given.to_ascii_uppercase().as_str() {
        "HUBSPOT_DEFINED" => Category::HubspotDefined,
        "USER_DEFINED" => Category::UserDefined,
        _ => {
            let message = format!("associationCategory is \"{}\"; expected HUBSPOT_DEFINED or USER_DEFINED", shorten(given));
            return Err(Refusal::invalid(message).with_code("ASSOCIATION_CATEGORY_INVALID").naming(
                "body",
                "associationCategory",
                given,
            ));
        }
    };
    let type_id = u32::try_from(kind.association_type_id).map_err(|_| {
        let given = kind.association_type_id.to_string();
        let message = format!("associationTypeId is {given}; expected a small positive number");
        Refusal::invalid(message).with_code("ASSOCIATION_TYPE_UNKNOWN").naming("body", "associationTypeId", &given)
    })?;
    Ok(LinkType { category, type_id })
}

/// The answer to a batch: everything done is `done`, otherwise 207.
pub fn batch<T: serde::Serialize>(call: &Call, done: StatusCode, results: Vec<T>, errors: Vec<BatchError>) -> Response {
    let status = if errors.is_empty() { done } else { StatusCode::MULTI_STATUS };
    let at = Time(call.cx().now);
    crate::reply::json(status, &Batch::of(results, errors, at, at))
}

/// One failed input of a batch.
pub fn failure(id: Option<String>, trace_id: Option<String>, error: app::error::Error) -> BatchError {
    let refusal = Refusal::from(error);
    let mut context = refusal.context;
    context.extend(id.map(|id| ("ids".to_owned(), vec![id])));
    context.extend(trace_id.map(|id| ("objectWriteTraceId".to_owned(), vec![id])));
    BatchError {
        status: "error".to_owned(),
        category: refusal.category.to_owned(),
        message: refusal.message,
        sub_category: refusal.code,
        context,
        errors: refusal.errors,
    }
}

/// The inputs of a batch read that name nothing, as one error in HubSpot's words.
pub fn missing(object: ObjectType, ids: Vec<String>) -> Option<BatchError> {
    let name = object.singular().to_ascii_uppercase();
    let message = format!("Could not get some {name} objects, they may be deleted or not exist. Check that ids are valid.");
    let error = |ids| BatchError {
        status: "error".to_owned(),
        category: "OBJECT_NOT_FOUND".to_owned(),
        message,
        sub_category: None,
        context: [("ids".to_owned(), ids)].into(),
        errors: vec![],
    };
    Some(ids).filter(|ids| !ids.is_empty()).map(error)
}

/// Object types of a batch's body.
pub fn types_of(names: Option<Vec<String>>) -> Result<Vec<ObjectType>, Refusal> {
    let names = names.unwrap_or_default();
    types(&names.iter().map(String::as_str).collect::<Vec<_>>())
}
