//! Associations: v4 with labels, and what is left of v3. Source: wire spec 5.

use crate::lenient::Text;
use crate::paging::Paging;
use crate::record::{AssociatedId, AssociationTypeIn, Reference};
use crate::scalar::{Id, VersionedId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One associated record with all types of the association.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Linked {
    pub to_object_id: VersionedId,
    pub association_types: Vec<AssociationType>,
}

/// A type of association.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssociationType {
    /// `HUBSPOT_DEFINED` or `USER_DEFINED`.
    pub category: String,
    pub type_id: i64,
    /// Null for the unlabelled ones.
    pub label: Option<String>,
}

/// What a labelled link became.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelledLink {
    pub from_object_type_id: String,
    pub from_object_id: VersionedId,
    pub to_object_type_id: String,
    pub to_object_id: VersionedId,
    pub labels: Vec<String>,
}

/// A default link that was made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DefaultLink {
    pub from: IdOut,
    pub to: IdOut,
    pub association_spec: AssociationSpec,
}

/// A link that was made, as version 3 shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkV3 {
    pub from: IdOut,
    pub to: IdOut,
    /// The name of the type, such as `contact_to_company`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A record by id.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct IdOut {
    pub id: Id,
}

/// A type of association, the long way.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssociationSpec {
    pub association_category: String,
    pub association_type_id: i64,
}

/// Links to make.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BatchLink {
    pub inputs: Vec<LinkIn>,
}

/// One link to make. Without types it is the default one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LinkIn {
    pub from: Reference,
    pub to: Reference,
    #[serde(default)]
    pub types: Vec<AssociationTypeIn>,
    /// v3: the name of the type, such as `contact_to_company`.
    #[serde(default, rename = "type")]
    pub kind: Option<Text>,
}

/// Links to look up.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BatchReadLinks {
    pub inputs: Vec<ReadLinksIn>,
}

/// A record whose links are asked for.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReadLinksIn {
    pub id: Text,
    /// The last answer's `paging.next.after`.
    #[serde(default)]
    pub after: Option<Text>,
}

/// The links of one record of a batch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinksOf {
    pub from: IdOut,
    pub to: Vec<Linked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
}

/// The links of one record of a v3 batch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinksOfV3 {
    pub from: IdOut,
    pub to: Vec<AssociatedId>,
}

/// Links to cut: each record from several others.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BatchUnlink {
    pub inputs: Vec<UnlinkIn>,
}

/// A record and those it is parted from. v3 names one and a type, v4 several.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UnlinkIn {
    pub from: Reference,
    pub to: OneOrMany,
    #[serde(default, rename = "type")]
    pub kind: Option<Text>,
}

/// One record or several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    Many(Vec<Reference>),
    One(Reference),
}

impl OneOrMany {
    /// As a list.
    pub fn references(&self) -> &[Reference] {
        match self {
            OneOrMany::Many(many) => many,
            OneOrMany::One(one) => std::slice::from_ref(one),
        }
    }
}

/// A label as it comes in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelIn {
    pub name: Option<String>,
    pub label: Option<String>,
    /// The name of the other direction, for paired labels.
    pub inverse_label: Option<String>,
    /// To change a label.
    pub association_type_id: Option<i64>,
}

/// A type in v3: `{"id": "279", "name": "contact_to_company_unlabeled"}`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TypeV3 {
    pub id: String,
    pub name: String,
}
