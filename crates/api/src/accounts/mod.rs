//! Routes of `accounts`.

mod imports;
mod live;
mod settings;
mod timeline;
mod tokens;
mod users;

use crate::route::Route;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    [settings::routes(), users::routes(), tokens::routes(), timeline::routes(), imports::routes(), live::routes()]
        .into_iter()
        .flatten()
        .collect()
}
