//! The store contract: what every function of the store promises, on both engines.

mod account;
mod feed;
mod move_engine;
