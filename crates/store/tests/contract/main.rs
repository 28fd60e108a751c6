//! The store contract: what every function of the store promises, on both engines.

mod account;
mod feed;
mod organization;
mod move_engine;
