//! The verbs: authorize, load, decide, save, commit with the changes.
//!
//! Invariant: every way into the product (HTTP, command line, background work) comes through here, and one account's data
//! reaches another only through [`door`]. This crate knows neither HTTP nor SQL.

pub mod account;
pub mod association;
pub mod billing;
mod ceremony;
pub mod company;
pub mod connection;
pub mod consumer;
pub mod cx;
pub mod disclosure;
pub mod door;
pub mod error;
pub mod expiry;
pub mod export;
pub mod import;
pub mod live;
pub mod log_in_as;
pub mod mail;
pub mod mirror;
pub mod notice;
pub mod organization;
pub mod outbox;
pub mod owner;
pub mod passkey;
mod password;
pub mod permission_set;
pub mod person;
pub mod pipeline;
pub mod property;
pub mod provisioning;
pub mod record;
mod refusal;
pub mod reset;
pub mod rollup;
pub mod search;
pub mod second_factor;
mod secret;
pub mod security_history;
mod seen;
pub mod session;
pub mod sign_in_policy;
pub mod sign_on;
pub mod step_up;
mod throttle;
pub mod timeline;
pub mod token;
pub mod user;
