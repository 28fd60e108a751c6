//! Batches: one shape of answer for all of them. Source: wire spec 2.7.

use crate::error::BatchError;
use crate::scalar::Time;
use schemars::JsonSchema;
use serde::Serialize;

/// What became of a batch.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "BatchOf{T}")]
pub struct Batch<T> {
    /// Always `COMPLETE`: batches are done when they are answered.
    pub status: &'static str,
    pub results: Vec<T>,
    /// With status 207.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_errors: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<BatchError>,
    pub started_at: Time,
    pub completed_at: Time,
}

impl<T> Batch<T> {
    /// A batch that was begun and ended at these times.
    pub fn of(results: Vec<T>, errors: Vec<BatchError>, started_at: Time, completed_at: Time) -> Batch<T> {
        let num_errors = Some(errors.len()).filter(|n| *n > 0);
        Batch { status: "COMPLETE", results, num_errors, errors, started_at, completed_at }
    }
}
