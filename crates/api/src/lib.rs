//! The HTTP door: decode, call one verb of `app`, encode.
//!
//! Invariant: this crate decides nothing about the product. It knows headers, status codes and query strings; who may do
//! what is decided in `app`, and no SQL and no clock is reachable from here.
//!
//! ```text
//!  socket -> serve -> Api::answer -> path tree -> authenticate (by Access) -> handler(Call) -> app verb -> Reply | Refusal
//!                        ^                ^                                        |
//!                        |                +-- built from the route table           +-- routes() of crm, identity, ...
//!                        +-- correlation id, security headers, panics
//! ```
//!
//! Everything that knows "which routes are there" reads one table of [`route::Route`]: the path tree and its dated
//! aliases, OpenAPI, the authorization matrix of the tests. To add a route, add a row to the `routes()` of its noun.

pub mod accounts;
pub mod api;
pub mod authenticate;
pub mod call;
pub mod correlation;
pub mod crm;
pub mod identity;
pub mod openapi;
pub mod operations;
pub mod organizations;
pub mod query;
pub mod refusal;
pub mod reply;
pub mod route;
pub mod scim;
pub mod security_history;
pub mod serve;
mod trail;
pub mod ui;
mod unread;

pub use api::{Api, Options};
pub use call::Call;
pub use refusal::Refusal;
pub use route::{Access, Answer, Route};

/// Every route of the product, in the order in which the documentation shows them.
pub fn routes() -> Vec<Route> {
    [
        crm::routes(),
        organizations::routes(),
        accounts::routes(),
        identity::routes(),
        security_history::routes(),
        scim::routes(),
        operations::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
