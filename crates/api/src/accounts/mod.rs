//! Routes of `accounts`.

mod imports;
mod live;
mod permission_sets;
mod settings;
mod timeline;
mod tokens;
mod users;

use crate::route::Route;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let all = [
        settings::routes(),
        users::routes(),
        permission_sets::routes(),
        tokens::routes(),
        timeline::routes(),
        imports::routes(),
        live::routes(),
    ];
    all.into_iter().flatten().collect()
}
