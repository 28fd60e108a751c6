//! Routes of `crm`.

use crate::route::Route;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![]
}
