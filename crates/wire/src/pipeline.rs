//! Pipelines and stages. Source: wire spec 3.5 and 4.

use crate::lenient::Text;
use crate::paging::Lifetime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A pipeline with its stages in display order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pipeline<'a> {
    pub id: &'a str,
    pub label: &'a str,
    pub display_order: i64,
    pub stages: Vec<Stage<'a>>,
    #[serde(flatten)]
    pub lifetime: Lifetime,
}

/// A stage.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stage<'a> {
    pub id: &'a str,
    pub label: &'a str,
    pub display_order: i64,
    /// Strings throughout: `{"isClosed": "false", "probability": "0.2"}`.
    pub metadata: &'a BTreeMap<String, String>,
    /// Always `CRM_PERMISSIONS_ENFORCEMENT`.
    pub write_permissions: &'static str,
    #[serde(flatten)]
    pub lifetime: Lifetime,
}

/// A pipeline as it comes in: all of it to create or replace, what changes to update.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PipelineIn {
    pub label: Option<String>,
    pub display_order: Option<i64>,
    pub stages: Option<Vec<StageIn>>,
    /// To take an archived pipeline back: false.
    pub archived: Option<bool>,
    /// A chosen id; a number is given where it is left out.
    pub pipeline_id: Option<Text>,
}

/// A stage as it comes in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct StageIn {
    pub label: Option<String>,
    pub display_order: Option<i64>,
    pub metadata: Option<BTreeMap<String, Text>>,
    pub archived: Option<bool>,
    /// A chosen id; a number is given where it is left out.
    pub stage_id: Option<Text>,
}
