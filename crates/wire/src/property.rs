//! Property definitions and their groups. Source: wire spec 4.

use crate::lenient::Text;
use crate::scalar::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The definition of a property.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Property<'a> {
    pub name: Cow<'a, str>,
    pub label: Cow<'a, str>,
    /// `string`, `number`, `date`, `datetime`, `bool`, `enumeration`.
    #[serde(rename = "type")]
    pub value_type: &'a str,
    /// How a form shows it.
    pub field_type: &'a str,
    pub group_name: Cow<'a, str>,
    pub description: Cow<'a, str>,
    pub display_order: i64,
    pub options: Vec<OptionOut<'a>>,
    pub calculated: bool,
    pub external_options: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referenced_object_type: Option<&'a str>,
    pub has_unique_value: bool,
    pub hidden: bool,
    pub hubspot_defined: bool,
    pub form_field: bool,
    pub archived: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Time>,
    pub data_sensitivity: &'a str,
    pub created_at: Time,
    pub updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_user_id: Option<&'a str>,
    pub modification_metadata: Modification,
}

/// One allowed value.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OptionOut<'a> {
    pub label: &'a str,
    pub value: &'a str,
    pub description: &'a str,
    pub display_order: i64,
    pub hidden: bool,
}

/// What may be changed.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Modification {
    pub archivable: bool,
    pub read_only_definition: bool,
    pub read_only_options: bool,
    pub read_only_value: bool,
}

/// A definition as it comes in: all of it to create, what changes to update.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PropertyIn {
    pub name: Option<String>,
    pub label: Option<String>,
    #[serde(rename = "type")]
    pub value_type: Option<String>,
    pub field_type: Option<String>,
    pub group_name: Option<String>,
    pub description: Option<String>,
    pub display_order: Option<i64>,
    pub options: Option<Vec<OptionIn>>,
    pub has_unique_value: Option<bool>,
    pub hidden: Option<bool>,
    pub form_field: Option<bool>,
    pub referenced_object_type: Option<String>,
    pub external_options: Option<bool>,
    /// `non_sensitive`, `sensitive`, `highly_sensitive`.
    pub data_sensitivity: Option<String>,
}

/// An option as it comes in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OptionIn {
    pub label: Option<String>,
    pub value: Text,
    pub description: Option<String>,
    pub display_order: Option<i64>,
    pub hidden: Option<bool>,
}

/// Properties by name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PropertyNames {
    pub inputs: Vec<PropertyName>,
    /// Look among the archived ones.
    #[serde(default)]
    pub archived: bool,
}

/// A property by name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PropertyName {
    pub name: String,
}

/// New definitions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PropertiesIn {
    pub inputs: Vec<PropertyIn>,
}

/// A group of properties.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group<'a> {
    pub name: Cow<'a, str>,
    pub label: Cow<'a, str>,
    pub display_order: i64,
    pub archived: bool,
}

/// A group as it comes in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GroupIn {
    pub name: Option<String>,
    pub label: Option<String>,
    pub display_order: Option<i64>,
}
