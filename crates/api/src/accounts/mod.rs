//! Routes of `accounts`.

mod imports;
mod live;

use crate::route::Route;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    [imports::routes(), live::routes()].into_iter().flatten().collect()
}
