//! The error envelope: one shape for every refusal, whatever the route. Source: wire spec 2.5.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Extra facts of an error by name, each a list of texts: `{"propertyName": ["shoe"]}`.
pub type Context = BTreeMap<String, Vec<String>>;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Error")]
pub struct ErrorBody {
    /// Always `error`.
    pub status: String,
    /// A sentence that names the thing and the value. Some sentences are parsed by clients and therefore fixed.
    pub message: String,
    /// Names this answer in the server's log; also in the header `x-hubspot-correlation-id`.
    pub correlation_id: String,
    /// HubSpot's coarse class, such as `VALIDATION_ERROR`, `OBJECT_NOT_FOUND`, `CONFLICT`, `MISSING_SCOPES`, `FORBIDDEN`.
    pub category: String,
    /// The stable code of this refusal. Part of the API: it never changes its meaning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_category: Option<String>,
    /// One entry per wrong thing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorDetail>,
    /// Facts about the whole refusal.
    #[serde(default, skip_serializing_if = "Context::is_empty")]
    pub context: Context,
}

/// One wrong thing of a refusal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// What is wrong with it.
    pub message: String,
    /// Such as `PROPERTY_DOESNT_EXIST`, `INVALID_OPTION`, `INVALID_DATE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Where it was found: `properties`, `query`, `body`, `path`.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_category: Option<String>,
    /// Facts by name, `{"propertyName": ["shoe"]}`.
    #[serde(default, skip_serializing_if = "Context::is_empty")]
    pub context: Context,
}

/// One failed input of a batch that went through for others (HTTP 207).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchError {
    /// Always `error`.
    pub status: String,
    pub category: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_category: Option<String>,
    /// `ids` names the inputs that failed; `objectWriteTraceId` those that carried one.
    pub context: Context,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorDetail>,
}

/// An element of the list that the legacy message carries as JSON:
/// `Property values were not valid: [{"isValid":false,"message":"...","error":"...","name":"..."}]`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LegacyPropertyError<'a> {
    pub is_valid: bool,
    pub message: &'a str,
    pub error: &'a str,
    pub name: &'a str,
}

/// The legacy sentence that integrations search with regular expressions.
pub fn legacy_property_message(errors: &[LegacyPropertyError<'_>]) -> String {
    let list = serde_json::to_string(errors).unwrap_or_default();
    format!("Property values were not valid: {list}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legacy_sentence_is_written_as_clients_grep_for_it() {
        let message = "Property \"shoe\" does not exist";
        let error = LegacyPropertyError { is_valid: false, message, error: "PROPERTY_DOESNT_EXIST", name: "shoe" };
        assert_eq!(
            legacy_property_message(&[error]),
            r#"Property values were not valid: [{"isValid":false,"message":"Property \"shoe\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"shoe"}]"#
        );
    }
}
