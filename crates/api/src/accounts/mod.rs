//! Routes of `accounts`.

use crate::route::Route;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![]
}
