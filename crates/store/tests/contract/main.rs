//! The store contract: what every function of the store promises, on both engines.

mod account;
mod association;
mod crm;
mod feed;
mod move_engine;
mod organization;
mod plan;
mod record;
mod rollup;
mod search;
mod tls;
