//! HubSpot's shapes, and SCIM's: what goes over the wire, and nothing else.
//!
//! Invariant: this crate imports nothing of ours and decides nothing. A type here is a body that somebody's client sends
//! or expects; its documentation is what `/openapi.json` says about it. Bodies that go out borrow what they show. Shapes
//! that are ours alone (`/identity`, `/accounts`, `/organizations`) live beside their routes in `api`.

pub mod account;
pub mod association;
pub mod batch;
pub mod error;
pub mod lenient;
pub mod owner;
pub mod paging;
pub mod pipeline;
pub mod property;
pub mod record;
pub mod scalar;
pub mod scim;
pub mod search;
