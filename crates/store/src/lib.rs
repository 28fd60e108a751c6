//! The only SQL of the product: one portable text over a thin engine layer for SQLite and PostgreSQL.
//!
//! Invariant: no statement touches two accounts, and nothing is committed without saying what changed
//! ([`WriteTx::commit`]). This crate decides nothing about the product and never knows who is asking.
//!
//! A function that reads takes [`Tx`], one that writes takes [`WriteTx`]; both know their account, so no function of an
//! account-owned table is told which account it is about.

pub mod account;
pub mod association;
pub mod backup;
pub mod challenge;
pub mod company;
pub mod domain;
pub mod engine;
mod excluded;
pub mod expiry;
pub mod feed;
pub mod import;
pub mod inbox;
pub mod journal;
pub mod lease;
pub mod look_again;
pub mod matching;
pub mod merged;
pub mod migrate;
pub mod mirror;
pub mod move_engine;
pub mod organization;
pub mod outbox;
pub mod owner;
pub mod person;
pub mod pipeline;
pub mod property;
pub mod provider;
pub mod provisioning;
pub mod record;
pub mod rollup;
pub mod search;
pub mod security_history;
pub mod session;
pub mod sign_in_policy;
pub mod step_up;
pub mod subscription;
pub mod timeline;
pub mod token;
mod tx;
pub mod upload;

pub use engine::{Dialect, Durability, Engine, Result, Row, StoreError, Value};
pub use tx::{Databases, HOME_LOCATION, Hint, INSTANCE, Store, Tx, WriteTx};
