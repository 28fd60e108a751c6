//! Properties: what a record can say, of which type, and which values are allowed.
//!
//! A value travels and is kept as text, exactly as the wire shows it. [`value::canonical`] turns what came in into the one
//! spelling we keep, or says why not; everything after it (storage, search, history) may rely on that spelling.

pub mod definition;
pub mod schema;
pub mod value;

pub use schema::Schema;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What kind of value a property holds. HubSpot's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    String,
    Number,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A moment, `2026-11-20T10:00:00.000Z`.
    Datetime,
    Bool,
    /// One of the options, or several joined by `;` when the field is a checkbox.
    Enumeration,
}

/// How a form shows the property. HubSpot's `fieldType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    Text,
    Textarea,
    Html,
    File,
    Phonenumber,
    CalculationEquation,
    Number,
    Date,
    Booleancheckbox,
    Select,
    Radio,
    Checkbox,
}

/// One allowed value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PropertyOption {
    pub label: String,
    pub value: String,
    #[serde(default)]
    pub description: String,
    /// Position; -1 is last.
    #[serde(default)]
    pub display_order: i64,
    #[serde(default)]
    pub hidden: bool,
}

/// What may be done to the definition and its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModificationMetadata {
    pub archivable: bool,
    pub read_only_definition: bool,
    pub read_only_options: bool,
    pub read_only_value: bool,
}

/// How delicate the values of a property are. Source: wire spec 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    #[default]
    NonSensitive,
    Sensitive,
    HighlySensitive,
}

impl Sensitivity {
    /// Every degree, mildest first.
    pub const ALL: [Sensitivity; 3] = [Sensitivity::NonSensitive, Sensitivity::Sensitive, Sensitivity::HighlySensitive];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Sensitivity::NonSensitive => "non_sensitive",
            Sensitivity::Sensitive => "sensitive",
            Sensitivity::HighlySensitive => "highly_sensitive",
        }
    }

    /// Whether values may leave an account that stores sensitive data.
    pub fn is_open(self) -> bool {
        self == Sensitivity::NonSensitive
    }
}

/// The definition of a property, with every field the wire shows (wire spec 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PropertyDefinition {
    /// The internal name; never changes.
    pub name: String,
    pub label: String,
    #[serde(rename = "type")]
    pub value_type: ValueType,
    pub field_type: FieldType,
    pub group_name: String,
    pub description: String,
    /// Position among its group; -1 is last.
    pub display_order: i64,
    pub options: Vec<PropertyOption>,
    /// Computed by the product.
    pub calculated: bool,
    /// The options live elsewhere (owners), so any value of the right form is taken.
    pub external_options: bool,
    /// `OWNER` when the values are owner ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referenced_object_type: Option<String>,
    /// No two records that are not archived share a value.
    pub has_unique_value: bool,
    pub hidden: bool,
    pub hubspot_defined: bool,
    pub form_field: bool,
    pub archived: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    pub data_sensitivity: Sensitivity,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_user_id: Option<String>,
    pub modification_metadata: ModificationMetadata,
}

impl PropertyDefinition {
    /// Several options at once, joined by `;`.
    pub fn is_multiple(&self) -> bool {
        self.value_type == ValueType::Enumeration && self.field_type == FieldType::Checkbox
    }

    /// Whether writes are refused (derived and system values).
    pub fn is_read_only(&self) -> bool {
        self.modification_metadata.read_only_value
    }
}

/// A group under which forms show properties together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PropertyGroup {
    pub name: String,
    pub label: String,
    pub display_order: i64,
    pub archived: bool,
}

/// Why a value is refused. The names are HubSpot's detail codes where it has one; never rename one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    PropertyDoesntExist,
    ReadOnlyValue,
    InvalidOption,
    InvalidInteger,
    InvalidFloat,
    InvalidDate,
    InvalidBoolean,
    InvalidEmail,
    InvalidDomain,
    InvalidOwnerId,
    InvalidCharacter,
    RequiredProperty,
    ValueTooLong,
    TooManyValues,
    TooManyProperties,
}

impl Code {
    /// Every code, for the catalogue of errors.
    pub const ALL: [Code; 15] = [
        Code::PropertyDoesntExist,
        Code::ReadOnlyValue,
        Code::InvalidOption,
        Code::InvalidInteger,
        Code::InvalidFloat,
        Code::InvalidDate,
        Code::InvalidBoolean,
        Code::InvalidEmail,
        Code::InvalidDomain,
        Code::InvalidOwnerId,
        Code::InvalidCharacter,
        Code::RequiredProperty,
        Code::ValueTooLong,
        Code::TooManyValues,
        Code::TooManyProperties,
    ];

    /// The code on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::PropertyDoesntExist => "PROPERTY_DOESNT_EXIST",
            Code::ReadOnlyValue => "READ_ONLY_VALUE",
            Code::InvalidOption => "INVALID_OPTION",
            Code::InvalidInteger => "INVALID_INTEGER",
            Code::InvalidFloat => "INVALID_FLOAT",
            Code::InvalidDate => "INVALID_DATE",
            Code::InvalidBoolean => "INVALID_BOOLEAN",
            Code::InvalidEmail => "INVALID_EMAIL",
            Code::InvalidDomain => "INVALID_DOMAIN",
            Code::InvalidOwnerId => "INVALID_OWNER_ID",
            Code::InvalidCharacter => "INVALID_CHARACTER",
            Code::RequiredProperty => "REQUIRED_PROPERTY",
            Code::ValueTooLong => "VALUE_TOO_LONG",
            Code::TooManyValues => "TOO_MANY_VALUES",
            Code::TooManyProperties => "TOO_MANY_PROPERTIES",
        }
    }
}

/// One property of a write that cannot be taken, in words that name the property and the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyError {
    /// The property.
    pub name: String,
    pub code: Code,
    /// Complete and safe to show.
    pub message: String,
}

impl PropertyError {
    /// An error about a property.
    pub fn new(name: &str, code: Code, message: String) -> PropertyError {
        PropertyError { name: name.to_owned(), code, message }
    }
}

/// The beginning of a value, for messages: at most 100 characters.
pub(crate) fn excerpt(value: &str) -> String {
    match value.char_indices().nth(100) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}
