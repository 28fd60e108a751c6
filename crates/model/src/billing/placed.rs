//! An order as it is kept: what was had, what holds at once, what holds later.

use super::Term;
use crate::account::Subscriptions;
use crate::id::PersonId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    pub at: Timestamp,
    /// None: whoever runs the server.
    pub by: Option<PersonId>,
    pub term: Term,
    pub before: Subscriptions,
    pub now: Subscriptions,
    /// From the next term on, if that is something else.
    pub later: Option<Subscriptions>,
    /// When the next term begins.
    pub term_end: Timestamp,
    /// The invoice over what was to be paid at once.
    pub invoice: Option<i64>,
}
