//! Routes of `accounts`.

mod billing;
mod company;
mod imports;
mod live;
mod outbox;
mod permission_sets;
mod provisioning;
mod seats;
mod settings;
mod sign_in_policy;
mod sign_on;
mod timeline;
mod tokens;
mod user_sign_in;
mod users;

pub use company::{RoleHeld, WantedContacts, contacts, wanted_contacts};

use crate::route::Route;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let all = [
        settings::routes(),
        billing::routes(),
        company::routes(),
        outbox::routes(),
        users::routes(),
        seats::routes(),
        user_sign_in::routes(),
        sign_in_policy::routes(),
        permission_sets::routes(),
        tokens::routes(),
        sign_on::routes(),
        provisioning::routes(),
        timeline::routes(),
        imports::routes(),
        live::routes(),
    ];
    all.into_iter().flatten().collect()
}
