//! Who somebody is and how she proves it: passwords, second factors, sign-in, attempts, tokens and their scopes.
//!
//! Decisions only. Secrets never come here but to be judged by their form: what is compared in constant time, hashed or
//! sealed is `app`'s business.

pub mod attempt;
pub mod claims;
pub mod entry;
pub mod history;
pub mod password;
pub mod person;
pub mod provider;
pub mod provisioning;
pub mod recovery;
pub mod scope;
pub mod session;
pub mod sign_in;
pub mod sign_on;
pub mod step_up;
pub mod token;
pub mod user;

/// The password of everybody in the sample group. Public, so no server takes it where strangers can reach it.
pub const DEMO_PASSWORD: &str = "sample-group-2026";
