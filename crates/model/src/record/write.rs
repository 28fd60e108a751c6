//! The decision of a write: check, complete, derive.

use super::derive;
use super::{Properties, Record};
use crate::catalog;
use crate::change::{By, Source, Values};
use crate::id::RecordId;
use crate::limits::PROPERTIES_PER_RECORD_MAX;
use crate::object::ObjectType;
use crate::pipeline;
use crate::property::{Code, PropertyDefinition, PropertyError, Schema, value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What an update does: the record as it will be, and old and new of every value that differs (without the modified date).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub record: Record,
    pub values: Values,
}

impl Plan {
    /// Nothing differs: nothing is to be saved, and the modified date stays.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Decides a creation. Every value is checked, and all errors come back at once.
pub fn create(schema: &Schema, id: RecordId, input: &Properties, now: Timestamp, by: &By) -> Result<Record, Vec<PropertyError>> {
    let now = milliseconds(now);
    let mut errors = Vec::new();
    let mut properties = checked(schema, None, input, by, &mut errors)
        .into_iter()
        .filter_map(|(name, value)| value.map(|v| (name, v)))
        .collect::<Properties>();
    place(schema, None, &mut properties, input, &mut errors);
    for one_of in catalog::required(schema.object) {
        require(schema.object, one_of, &properties, &mut errors);
    }
    refuse_too_many(&properties, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let created_at = take_created_at(schema.object, &mut properties).unwrap_or(now);
    stamp_source(&mut properties, by);
    derive::derive(schema, None, &mut properties, input, created_at, now);
    Ok(Record::from_stored(schema.object, id, properties, created_at, now, None))
}

/// Decides an update. A value that is already there changes nothing; an empty text clears.
pub fn apply(schema: &Schema, old: &Record, patch: &Properties, now: Timestamp, by: &By) -> Result<Plan, Vec<PropertyError>> {
    let now = milliseconds(now);
    let mut errors = Vec::new();
    let mut properties: Properties = old.stored_properties().map(|(n, v)| (n.clone(), v.clone())).collect();
    for (name, value) in checked(schema, Some(old), patch, by, &mut errors) {
        match value {
            Some(value) => properties.insert(name, value),
            None => properties.remove(&name),
        };
    }
    place(schema, Some(old), &mut properties, patch, &mut errors);
    for one_of in catalog::required(schema.object) {
        // What is one of several was needed to create; what is alone must stay, because other values follow from it.
        if one_of.len() == 1 && patch.contains_key(one_of[0]) {
            require(schema.object, one_of, &properties, &mut errors);
        }
    }
    refuse_too_many(&properties, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let created_at = take_created_at(schema.object, &mut properties).unwrap_or(old.created_at);
    derive::derive(schema, Some(old), &mut properties, patch, created_at, now);
    let plan = plan(old, properties, created_at, now);
    Ok(if plan.is_empty() { plan } else { stamp_updater(plan, by) })
}

/// Sets values the product computes itself (rollups, the primary company); `None` clears. No check, no further derivation.
/// `modified_at` becomes the modified date if anything differs: the present, or the old one for what nobody did to the record.
pub fn apply_system(old: &Record, values: &BTreeMap<&str, Option<String>>, modified_at: Timestamp) -> Plan {
    let mut properties: Properties = old.stored_properties().map(|(n, v)| (n.clone(), v.clone())).collect();
    for (name, value) in values {
        match value {
            Some(value) => properties.insert((*name).to_owned(), value.clone()),
            None => properties.remove(*name),
        };
    }
    plan(old, properties, old.created_at, milliseconds(modified_at))
}

/// Archiving is idempotent and does not touch the modified date: `None` when there is nothing to do.
pub fn plan_archive(old: &Record, now: Timestamp) -> Option<Record> {
    old.archived_at.is_none().then(|| Record { archived_at: Some(milliseconds(now)), ..old.clone() })
}

/// Takes a record back from the archive: `None` when it is not there.
pub fn plan_restore(old: &Record) -> Option<Record> {
    old.archived_at.is_some().then(|| Record { archived_at: None, ..old.clone() })
}

fn plan(old: &Record, properties: Properties, created_at: Timestamp, now: Timestamp) -> Plan {
    let mut values = Values::new();
    for (name, was) in old.stored_properties() {
        let is = properties.get(name);
        if is != Some(was) {
            values.insert(name.clone(), (Some(was.clone()), is.cloned()));
        }
    }
    for (name, is) in &properties {
        if !old.properties.contains_key(name) {
            values.insert(name.clone(), (None, Some(is.clone())));
        }
    }
    if created_at != old.created_at {
        let text = |at| Some(value::timestamp_text(at));
        values.insert(old.object.created_property().to_owned(), (text(old.created_at), text(created_at)));
    }
    let updated_at = if values.is_empty() { old.updated_at } else { now };
    let record = Record::from_stored(old.object, old.id, properties, created_at, updated_at, old.archived_at);
    Plan { record, values }
}

/// The canonical values of an input, `None` for those it clears. Errors are collected, not thrown.
fn checked(
    schema: &Schema,
    old: Option<&Record>,
    input: &Properties,
    by: &By,
    errors: &mut Vec<PropertyError>,
) -> Vec<(String, Option<String>)> {
    let mut values = Vec::with_capacity(input.len());
    for (name, raw) in input {
        match check_one(schema, old, name, raw, by) {
            Ok(Some(value)) => values.push((name.clone(), value)),
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
    }
    values
}

/// One value: `Ok(None)` leaves the property as it is.
fn check_one(
    schema: &Schema,
    old: Option<&Record>,
    name: &str,
    raw: &str,
    by: &By,
) -> Result<Option<Option<String>>, PropertyError> {
    let Some(def) = schema.property(name) else {
        let name = name.chars().take(100).collect::<String>();
        return Err(PropertyError::new(&name, Code::PropertyDoesntExist, format!("Property \"{name}\" does not exist")));
    };
    if def.is_read_only() && !may_backdate(schema.object, name, by) {
        let message = format!("\"{name}\" is a read only property; its value cannot be set.");
        return Err(PropertyError::new(name, Code::ReadOnlyValue, message));
    }
    let was = old.and_then(|r| r.get(name));
    let joined = appended(def, was, raw);
    let new = value::canonical(def, joined.as_deref().unwrap_or(raw))?;
    let keeps = name == "lifecyclestage" && was.zip(new.as_deref()).is_some_and(|(was, new)| is_backward(def, was, new));
    Ok(if keeps { None } else { Some(new) })
}

/// A multi-valued write that begins with `;` adds to what is there.
fn appended(def: &PropertyDefinition, was: Option<&str>, raw: &str) -> Option<String> {
    let adds = def.is_multiple() && raw.trim_start().starts_with(';');
    adds.then(|| format!("{}{raw}", was.unwrap_or_default()))
}

/// A life cycle moves forward only; to go back it must be cleared first. HubSpot ignores the step back without an error.
fn is_backward(def: &PropertyDefinition, was: &str, new: &str) -> bool {
    let position = |value: &str| def.options.iter().position(|o| o.value == value);
    position(was).zip(position(new)).is_some_and(|(was, new)| new < was)
}

/// History that is brought along keeps its dates.
fn may_backdate(object: ObjectType, name: &str, by: &By) -> bool {
    name == object.created_property() && matches!(by.source, Source::Import | Source::Internal)
}

/// Deals and tickets stand in a stage of a pipeline. Without a pipeline, the stage tells it when only one pipeline has the
/// stage, else the first pipeline is meant.
fn place(
    schema: &Schema,
    old: Option<&Record>,
    properties: &mut Properties,
    input: &Properties,
    errors: &mut Vec<PropertyError>,
) {
    let Some((pipeline_property, stage_property)) = pipeline::properties(schema.object) else { return };
    let touched = input.contains_key(pipeline_property) || input.contains_key(stage_property);
    if (old.is_some() && !touched) || errors.iter().any(|e| e.name == pipeline_property || e.name == stage_property) {
        return;
    }
    let Some(stage) = properties.get(stage_property).cloned() else { return };
    let given = input.get(pipeline_property).is_some_and(|p| !p.trim().is_empty());
    let kept =
        properties.get(pipeline_property).filter(|p| given || pipeline::find(&schema.pipelines, p, &stage).is_some()).cloned();
    let first = schema.pipelines.iter().find(|p| !p.archived);
    let chosen = kept.or_else(|| pipeline::owner_of(&schema.pipelines, &stage).or(first).map(|p| p.id.clone()));
    let Some(chosen) = chosen else { return };
    match pipeline::find(&schema.pipelines, &chosen, &stage) {
        Some(_) => {
            properties.insert(pipeline_property.to_owned(), chosen);
        }
        None => {
            let message = format!("{stage} is not a stage of the pipeline \"{chosen}\"");
            errors.push(PropertyError::new(stage_property, Code::InvalidOption, message));
        }
    }
}

fn require(object: ObjectType, one_of: &[&str], properties: &Properties, errors: &mut Vec<PropertyError>) {
    if one_of.iter().any(|name| properties.contains_key(*name)) || errors.iter().any(|e| one_of.contains(&e.name.as_str())) {
        return;
    }
    let message = match one_of {
        [name] => format!("A {} needs a value for \"{name}\"", object.singular()),
        _ => format!("A {} needs a value for one of {}", object.singular(), one_of.join(", ")),
    };
    errors.push(PropertyError::new(one_of[0], Code::RequiredProperty, message));
}

fn refuse_too_many(properties: &Properties, errors: &mut Vec<PropertyError>) {
    if properties.len() > PROPERTIES_PER_RECORD_MAX {
        let message = format!("a record can have {PROPERTIES_PER_RECORD_MAX} values, not {}", properties.len());
        errors.push(PropertyError::new("", Code::TooManyProperties, message));
    }
}

/// The time of creation is a column, not a value.
fn take_created_at(object: ObjectType, properties: &mut Properties) -> Option<Timestamp> {
    properties.remove(object.created_property()).and_then(|text| value::datetime(&text))
}

fn stamp_source(properties: &mut Properties, by: &By) {
    let (source, label) = match by.source {
        Source::CrmUi => ("CRM_UI", "CRM UI"),
        Source::Integration => ("INTEGRATION", "Integration"),
        Source::Import => ("IMPORT", "Import"),
        Source::Internal => ("INTERNAL_PROCESSING", "Internal"),
        Source::Calculated => ("CALCULATED", "Calculated"),
        Source::Merge => ("MERGE_OBJECTS", "Merge"),
    };
    properties.insert("hs_object_source".into(), source.into());
    properties.insert("hs_object_source_label".into(), label.into());
    if let Some(id) = by.actor.person() {
        properties.insert("hs_created_by_user_id".into(), id.to_string());
        properties.insert("hs_updated_by_user_id".into(), id.to_string());
    }
}

/// Who changed it last is a value, but not a change: the feed says it anyway.
fn stamp_updater(mut plan: Plan, by: &By) -> Plan {
    if let Some(id) = by.actor.person() {
        plan.record.properties.insert("hs_updated_by_user_id".into(), id.to_string());
    }
    plan
}

fn milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
