//! Who somebody is and how she proves it: passwords, second factors, sign-in, attempts, tokens and their scopes.
//!
//! Decisions only. Secrets never come here: what is compared in constant time, hashed or sealed is `app`'s business.

pub mod scope;
pub mod session;
pub mod token;
