//! The nouns of Consortio and every decision about them.
//!
//! Invariant: nothing here does I/O, reads a clock, draws a random number or is `async`. What a function needs to know
//! of the world is an argument; what it decides is its return value. So every rule can be tested as a table.

pub mod account;
pub mod association;
pub mod authority;
pub mod billing;
pub mod catalog;
pub mod cell;
pub mod change;
pub mod company;
pub mod connection;
pub mod eligibility;
pub mod filter;
pub mod fold;
pub mod id;
pub mod identity;
pub mod import;
pub mod letter;
pub mod limits;
pub mod mirror;
pub mod money;
pub mod notice;
pub mod object;
pub mod organization;
pub mod outbox;
pub mod pipeline;
pub mod policy;
pub mod property;
pub mod record;
pub mod rollup;
pub mod timeline;
