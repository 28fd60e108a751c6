//! SCIM 2.0 (RFC 7643, RFC 7644): the shapes by which an identity provider's directory tells of its people and groups.
//!
//! A resource is a JSON document whose attributes are named in [`USER`] or [`GROUP`]; what is not named there is not kept. The
//! names come in any case, booleans as strings, lists as single values (Entra ID does all of that), and go out as they should be.

pub mod filter;
pub mod patch;

use serde_json::{Map, Value, json};
use std::fmt;

/// The schema of people.
pub const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of groups.
pub const GROUP_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The media type of every body.
pub const MEDIA_TYPE: &str = "application/scim+json";
/// Every schema served, with its attributes: those of RFC 7643 that are kept.
pub const SCHEMAS: &str = include_str!("schemas.json");
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// A resource, or a part of one.
pub type Document = Map<String, Value>;

/// What is wrong with a request, by the words of RFC 7644, table 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    InvalidFilter,
    TooMany,
    Uniqueness,
    Mutability,
    InvalidSyntax,
    InvalidPath,
    NoTarget,
    InvalidValue,
}

impl Kind {
    /// The `scimType` of an error.
    pub fn name(self) -> &'static str {
        match self {
            Kind::InvalidFilter => "invalidFilter",
            Kind::TooMany => "tooMany",
            Kind::Uniqueness => "uniqueness",
            Kind::Mutability => "mutability",
            Kind::InvalidSyntax => "invalidSyntax",
            Kind::InvalidPath => "invalidPath",
            Kind::NoTarget => "noTarget",
            Kind::InvalidValue => "invalidValue",
        }
    }
}

/// A refusal with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub kind: Kind,
    pub detail: String,
}

impl Wrong {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Wrong {
        Wrong { kind, detail: detail.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// The body of an error.
pub fn error(status: u16, kind: Option<Kind>, detail: &str) -> Value {
    let mut body = json!({"schemas": [ERROR], "status": status.to_string(), "detail": detail});
    if let Some(kind) = kind {
        body["scimType"] = kind.name().into();
    }
    body
}

/// A page of resources.
pub fn list(resources: Vec<Value>, n_total: usize, start_index: usize) -> Value {
    json!({"schemas": [LIST], "totalResults": n_total, "startIndex": start_index, "itemsPerPage": resources.len(), "Resources": resources})
}

/// What an attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Text,
    Flag,
    /// Parts with names.
    Complex(&'static [Attribute]),
    /// A list of such.
    Many(&'static [Attribute]),
    /// Ours alone: ignored where it comes in a body, refused where a change names it.
    ReadOnly,
}

/// An attribute of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    pub name: &'static str,
    pub holds: Holds,
    pub required: bool,
}

const fn of(name: &'static str, holds: Holds) -> Attribute {
    Attribute { name, holds, required: false }
}

const fn required(name: &'static str, holds: Holds) -> Attribute {
    Attribute { name, holds, required: true }
}

const NAME: &[Attribute] =
    &[of("formatted", Holds::Text), of("familyName", Holds::Text), of("givenName", Holds::Text), of("middleName", Holds::Text)];
const EMAIL: &[Attribute] =
    &[of("value", Holds::Text), of("display", Holds::Text), of("type", Holds::Text), of("primary", Holds::Flag)];
const MEMBER: &[Attribute] = &[required("value", Holds::Text), of("$ref", Holds::Text), of("type", Holds::Text)];

/// The attributes of a person that are kept.
pub const USER: &[Attribute] = &[
    required("userName", Holds::Text),
    of("externalId", Holds::Text),
    of("name", Holds::Complex(NAME)),
    of("displayName", Holds::Text),
    of("preferredLanguage", Holds::Text),
    of("active", Holds::Flag),
    required("emails", Holds::Many(EMAIL)),
    of("groups", Holds::ReadOnly),
    of("id", Holds::ReadOnly),
    of("meta", Holds::ReadOnly),
];

/// The attributes of a group.
pub const GROUP: &[Attribute] = &[
    required("displayName", Holds::Text),
    of("externalId", Holds::Text),
    of("members", Holds::Many(MEMBER)),
    of("id", Holds::ReadOnly),
    of("meta", Holds::ReadOnly),
];

/// The attribute of a name in any case.
pub fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// A resource as it is kept: what is known of a body, by its right names.
pub fn document(attributes: &'static [Attribute], body: &Value) -> Result<Document, Wrong> {
    let Value::Object(fields) = body else {
        return Err(Wrong::new(Kind::InvalidSyntax, "a resource is a JSON object"));
    };
    let mut document = Document::new();
    for (name, value) in fields {
        let Some(attribute) = find(attributes, name) else { continue };
        if let Some(value) = attribute.value(value)? {
            document.insert(attribute.name.to_owned(), value);
        }
    }
    Ok(document)
}

impl Attribute {
    /// A value of it as it is kept; none where it is taken away or not the caller's to say.
    pub fn value(&self, given: &Value) -> Result<Option<Value>, Wrong> {
        let wrong = |expected: &str| {
            let shown: String = given.to_string().chars().take(100).collect();
            Wrong::new(Kind::InvalidValue, format!("{} is {shown}; expected {expected}", self.name))
        };
        Ok(match (self.holds, given) {
            (Holds::ReadOnly, _) | (_, Value::Null) => None,
            (Holds::Text, Value::String(_)) => Some(given.clone()),
            (Holds::Text, Value::Number(n)) => Some(n.to_string().into()),
            (Holds::Text, _) => return Err(wrong("a text")),
            (Holds::Flag, Value::Bool(_)) => Some(given.clone()),
            (Holds::Flag, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
                "true" => Some(true.into()),
                "false" => Some(false.into()),
                _ => return Err(wrong("true or false")),
            },
            (Holds::Flag, _) => return Err(wrong("true or false")),
            (Holds::Complex(parts), Value::Object(_)) => Some(Value::Object(document(parts, given)?)),
            (Holds::Complex(_), _) => return Err(wrong("an object")),
            (Holds::Many(parts), Value::Array(items)) => {
                let items = items.iter().map(|item| one(parts, item)).collect::<Result<Vec<Value>, Wrong>>()?;
                let items = self.with_value(parts, items)?;
                (!items.is_empty()).then(|| one_primary(items).into())
            }
            (Holds::Many(parts), one_value) => {
                let items = self.with_value(parts, vec![one(parts, one_value)?])?;
                (!items.is_empty()).then(|| items.into())
            }
        })
    }

    /// The items that have a value: one without says nothing and is dropped, unless its value is required.
    pub(crate) fn with_value(&self, parts: &'static [Attribute], mut items: Vec<Value>) -> Result<Vec<Value>, Wrong> {
        let n_items = items.len();
        items.retain(has_value);
        let is_required = find(parts, "value").is_some_and(|value| value.required);
        match items.len() < n_items && is_required {
            true => Err(Wrong::new(Kind::InvalidValue, format!("an item of {} has no value", self.name))),
            false => Ok(items),
        }
    }
}

/// One value of a list; a bare text is its `value`.
pub(crate) fn one(parts: &'static [Attribute], item: &Value) -> Result<Value, Wrong> {
    match item {
        Value::String(text) => Ok(json!({ "value": text })),
        item => Ok(Value::Object(document(parts, item)?)),
    }
}

/// Whether an item of a list says more than of what type it would be.
pub(crate) fn has_value(item: &Value) -> bool {
    item["value"].as_str().is_some_and(|text| !text.trim().is_empty())
}

/// At most one value is the primary one: the last that says so. Source: RFC 7643, 2.4.
pub(crate) fn one_primary(mut items: Vec<Value>) -> Vec<Value> {
    let is_primary = |item: &Value| item["primary"] == Value::Bool(true);
    let last = items.iter().rposition(is_primary);
    for (n, item) in items.iter_mut().enumerate() {
        if is_primary(item) && Some(n) != last {
            item["primary"] = false.into();
        }
    }
    items
}

/// What of a resource was asked for: `attributes` names what is wanted, `excludedAttributes` what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    attributes: Vec<String>,
    excluded: Vec<String>,
}

impl Wanted {
    /// Names as a query or a search carries them, in any case, with or without their schema.
    pub fn new<'n>(attributes: impl Iterator<Item = &'n str>, excluded: impl Iterator<Item = &'n str>) -> Wanted {
        let plain = |name: &str| {
            let (_, last) = name.rsplit_once(':').unwrap_or(("", name));
            last.trim().split('.').next().unwrap_or_default().to_ascii_lowercase()
        };
        let named = |names: Vec<String>| names.into_iter().filter(|name| !name.is_empty()).collect();
        Wanted { attributes: named(attributes.map(plain).collect()), excluded: named(excluded.map(plain).collect()) }
    }

    /// Whether an attribute is to be shown. `id` and `schemas` always are.
    pub fn shows(&self, name: &str) -> bool {
        let is_named = |names: &[String]| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
        matches!(name, "id" | "schemas")
            || ((self.attributes.is_empty() || is_named(&self.attributes)) && !is_named(&self.excluded))
    }

    /// The resource without what is not to be shown.
    pub fn of(&self, resource: Value) -> Value {
        match resource {
            Value::Object(fields) => Value::Object(fields.into_iter().filter(|(name, _)| self.shows(name)).collect()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_read_however_it_is_spelt() {
        let body = json!({"USERNAME": "ann", "active": "False", "emails": "ann@ex.org", "title": "Chief", "id": "7",
                          "name": {"GivenName": "Ann", "honorific": "Dr"}, "externalId": 7, "displayName": null});
        let kept = document(USER, &body).unwrap();
        let expected = json!({"userName": "ann", "active": false, "emails": [{"value": "ann@ex.org"}], "name": {"givenName": "Ann"}, "externalId": "7"});
        assert_eq!(Value::Object(kept), expected);
        for wrong in [json!({"active": "perhaps"}), json!({"userName": ["x"]}), json!({"name": "Ann"}), json!({"emails": [7]})] {
            assert!(
                matches!(document(USER, &wrong), Err(Wrong { kind: Kind::InvalidValue | Kind::InvalidSyntax, .. })),
                "{wrong}"
            );
        }
        assert_eq!(document(USER, &json!([])).unwrap_err().kind, Kind::InvalidSyntax);
    }

    /// What the schemas say can be written is what is kept, and the other way round.
    #[test]
    fn the_schemas_say_what_is_kept() {
        let schemas: Value = serde_json::from_str(SCHEMAS).unwrap();
        for (id, kept) in [(USER_SCHEMA, USER), (GROUP_SCHEMA, GROUP)] {
            let schema = schemas.as_array().unwrap().iter().find(|schema| schema["id"] == id).unwrap();
            let written = |attributes: &Value| {
                let all = attributes.as_array().unwrap().iter();
                let open = all.filter(|attribute| attribute["mutability"] != "readOnly");
                open.map(|attribute| attribute["name"].as_str().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>()
            };
            let names = |attributes: &[Attribute]| {
                let ours =
                    attributes.iter().filter(|attribute| attribute.holds != Holds::ReadOnly && attribute.name != "externalId");
                ours.map(|attribute| attribute.name.to_owned()).collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(written(&schema["attributes"]), names(kept), "{id}");
            for attribute in schema["attributes"].as_array().unwrap() {
                let Some(ours) = find(kept, attribute["name"].as_str().unwrap()) else { panic!("{attribute}") };
                match ours.holds {
                    Holds::Complex(parts) | Holds::Many(parts) => assert_eq!(written(&attribute["subAttributes"]), names(parts)),
                    _ => assert!(attribute["subAttributes"].is_null() || ours.holds == Holds::ReadOnly),
                }
            }
        }
    }

    #[test]
    fn one_address_is_the_primary_one() {
        let body = json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": "True"}, {"value": "c"}]});
        let kept = document(USER, &body).unwrap();
        assert_eq!(kept["emails"], json!([{"value": "a", "primary": false}, {"value": "b", "primary": true}, {"value": "c"}]));
    }

    #[test]
    fn items_without_value_are_dropped_where_they_may_be() {
        let body =
            json!({"emails": [{"type": "work", "primary": true}, {"value": " "}, {"value": "a@ex.org"}], "userName": "ann"});
        assert_eq!(document(USER, &body).unwrap()["emails"], json!([{"value": "a@ex.org"}]));
        assert_eq!(document(USER, &json!({"emails": {"type": "work"}})).unwrap().get("emails"), None);
        let refused = document(GROUP, &json!({"members": [{"value": "7"}, {"type": "User"}]})).unwrap_err();
        assert_eq!((refused.kind, refused.detail.as_str()), (Kind::InvalidValue, "an item of members has no value"));
    }

    #[test]
    fn what_is_shown_is_what_was_asked_for() {
        let resource = json!({"schemas": [USER_SCHEMA], "id": "7", "userName": "ann", "name": {}, "active": true});
        let shown = |attributes: &str, excluded: &str| {
            let shown = Wanted::new(attributes.split(','), excluded.split(',')).of(resource.clone());
            shown.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown("", "").split(' ').count(), 5);
        assert_eq!(shown("USERNAME,name.givenName", ""), "id name schemas userName");
        assert_eq!(shown("", "id,urn:ietf:params:scim:schemas:core:2.0:User:active"), "id name schemas userName");
    }
}
