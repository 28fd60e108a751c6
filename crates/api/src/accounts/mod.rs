//! Routes of `accounts`.

mod imports;
mod live;
mod settings;
mod timeline;

use crate::route::Route;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    [settings::routes(), timeline::routes(), imports::routes(), live::routes()].into_iter().flatten().collect()
}
