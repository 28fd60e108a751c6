//! Owners: who records belong to. Source: wire spec 4.

use crate::paging::Lifetime;
use crate::scalar::Id;
use schemars::JsonSchema;
use serde::Serialize;

/// An owner. Its `id`, not its `userId`, goes into `hubspot_owner_id`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Owner<'a> {
    pub id: Id,
    pub email: &'a str,
    /// Always `PERSON`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    /// Null once archived.
    pub user_id: Option<i64>,
    pub user_id_including_inactive: Option<i64>,
    pub teams: Vec<Team>,
    #[serde(flatten)]
    pub lifetime: Lifetime,
}

/// A team of an owner.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Team {
    pub id: Id,
    pub name: String,
    pub primary: bool,
}
