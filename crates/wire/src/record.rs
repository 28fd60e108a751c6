//! Records of every object type. Source: wire spec 3.

use crate::lenient::Text;
use crate::paging::Paging;
use crate::scalar::{Id, Time};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// A record.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    pub id: Id,
    /// Only in answers to upserts: whether the record was created by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<bool>,
    pub properties: Shown<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties_with_history: Option<BTreeMap<Cow<'a, str>, Vec<HistoryEntry<'a>>>>,
    pub created_at: Time,
    pub updated_at: Time,
    pub archived: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub associations: Option<BTreeMap<Cow<'a, str>, Associated>>,
    /// What the client named this input of a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_write_trace_id: Option<Cow<'a, str>>,
    /// The record's page, under dated paths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The values of a record that are shown. Every value is a string, and null where it is not set.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// These names, set or not.
    Named(&'a [&'a str], &'a BTreeMap<String, String>),
    /// Whatever is set.
    Everything(&'a BTreeMap<String, String>),
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Shown::Everything(values) => serializer.collect_map(values.iter()),
            Shown::Named(names, values) => {
                let mut map = serializer.serialize_map(Some(names.len()))?;
                for name in *names {
                    map.serialize_entry(name, &values.get(*name))?;
                }
                map.end()
            }
        }
    }
}

impl JsonSchema for Shown<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Values".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "additionalProperties": {"type": ["string", "null"]}, "description": "Value by property name; null where it is not set"})
    }
}

/// One value a property once had, newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry<'a> {
    /// Empty where the value was cleared.
    pub value: Cow<'a, str>,
    pub timestamp: Time,
    /// `CRM_UI`, `INTEGRATION`, `IMPORT`, `INTERNAL_PROCESSING`, `CALCULATED`, `MERGE_OBJECTS`.
    pub source_type: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_by_user_id: Option<i64>,
}

/// What a record is associated with, one type of object.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Associated {
    /// One entry per type of association: the same id appears once for each.
    pub results: Vec<AssociatedId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
}

/// One associated record by one type.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AssociatedId {
    pub id: Id,
    /// Such as `contact_to_company`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Values by property name as clients send them: strings, numbers, booleans; null and empty clear.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values(pub BTreeMap<String, String>);

struct ValuesVisitor;

impl<'de> de::Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of property values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
        let mut values = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            let value: Option<Text> = map.next_value()?;
            values.insert(name, value.unwrap_or_default().0);
        }
        Ok(Values(values))
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Values, D::Error> {
        deserializer.deserialize_map(ValuesVisitor)
    }
}

impl JsonSchema for Values {
    fn schema_name() -> Cow<'static, str> {
        "ValuesIn".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
            "description": "Value by property name; null and the empty string clear"
        })
    }
}

/// A new record.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    /// HubSpot takes a body without it as the values themselves; so do we, for single creations.
    pub properties: Option<Values>,
    #[serde(default)]
    pub associations: Option<Vec<AssociateWith>>,
    /// In batches: comes back with the result or error of this input.
    #[serde(default)]
    pub object_write_trace_id: Option<Text>,
}

/// What a new record is associated with.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AssociateWith {
    pub to: Reference,
    #[serde(default)]
    pub types: Vec<AssociationTypeIn>,
}

/// A record by id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Reference {
    pub id: Text,
}

/// A type of association.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssociationTypeIn {
    /// `HUBSPOT_DEFINED` or `USER_DEFINED`.
    pub association_category: String,
    pub association_type_id: i64,
}

/// New values of a record.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Update {
    pub properties: Values,
}

/// A batch of reads.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchRead {
    pub inputs: Vec<Reference>,
    /// The property whose value the ids are, when they are not ids.
    #[serde(default)]
    pub id_property: Option<String>,
    #[serde(default)]
    pub properties: Option<Vec<String>>,
    #[serde(default)]
    pub properties_with_history: Option<Vec<String>>,
    /// Ours: types whose associated ids come along.
    #[serde(default)]
    pub associations: Option<Vec<String>>,
}

/// A batch of creations.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BatchCreate {
    pub inputs: Vec<Create>,
}

/// A batch of updates or upserts.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BatchUpdate {
    pub inputs: Vec<UpdateInput>,
}

/// One input of a batch of updates or upserts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateInput {
    pub id: Text,
    /// The property whose value the id is.
    #[serde(default)]
    pub id_property: Option<String>,
    #[serde(default)]
    pub object_write_trace_id: Option<Text>,
    pub properties: Values,
}

/// A batch of ids.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BatchIds {
    pub inputs: Vec<Reference>,
}

/// A permanent deletion.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Erase {
    pub object_id: Text,
    #[serde(default)]
    pub id_property: Option<String>,
}

/// Two records that become one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Merge {
    /// Whose values win.
    pub primary_object_id: Text,
    pub object_id_to_merge: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_strings_or_null_in_the_order_of_names() {
        let values: BTreeMap<String, String> = [("email".into(), "ann@ex.org".into())].into();
        let shown = serde_json::to_string(&Shown::Named(&["email", "firstname"], &values)).unwrap();
        assert_eq!(shown, r#"{"email":"ann@ex.org","firstname":null}"#);
    }

    #[test]
    fn values_come_in_as_any_scalar() {
        let values: Values = serde_json::from_str(r#"{"a":"x","b":1,"c":true,"d":null}"#).unwrap();
        let pairs: Vec<(&str, &str)> = values.0.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("a", "x"), ("b", "1"), ("c", "true"), ("d", "")]);
        assert!(serde_json::from_str::<Values>(r#"{"a":[]}"#).is_err());
    }
}
