//! Imports as decisions: what a file is, which column means which property, what a row says, what state a job is in.
//!
//! Reading the file and writing the records is someone else's line (`app::import`).
//!
//! ```text
//!   bytes --sniff--> encoding, delimiter --> columns --guess--> mapping --plan--> cells --> property values of a row
//! ```

mod convert;
mod guess;
mod job;
mod number;
mod sniff;

pub use convert::{DateOrder, Plan, PlanRefusal};
pub use guess::{date_order, guess, number_format};
pub use job::{Counts, Event, Job, State, next};
pub use number::NumberFormat;
pub use sniff::{Encoding, Sniffed, sniff, windows_1252};

use crate::object::ObjectType;
use serde::{Deserialize, Serialize};

/// What happens to a row whose record exists already, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Only new records; a row about an existing one is refused.
    Create,
    /// Only existing records; a row about a new one is refused.
    Update,
    /// Whichever fits.
    #[default]
    Upsert,
}

/// What a person decided about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mapping {
    pub object: ObjectType,
    #[serde(default)]
    pub mode: Mode,
    /// The property that tells whether a record exists: unique, or a company's domain, or `hs_object_id`. None: the
    /// usual one of the type, if a column is mapped to it.
    #[serde(default)]
    pub id_property: Option<String>,
    /// Columns in the order of the file, each with its property; none: the column is left out.
    pub columns: Vec<Column>,
    /// How dates with a day and a month of one or two digits are read. None: each by itself, where it can be only one.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    /// How numbers with a point or a comma are read. None: each by itself, where it can be only one.
    #[serde(default)]
    pub number_format: Option<NumberFormat>,
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    pub column: String,
    pub property: Option<String>,
}

/// The property by which rows of a type are recognized when nobody says otherwise.
pub fn usual_id_property(object: ObjectType) -> Option<&'static str> {
    match object {
        crate::object::CONTACT => Some("email"),
        crate::object::COMPANY => Some("domain"),
        _ => None,
    }
}
