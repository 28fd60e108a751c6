//! Sign-in, tokens, people and users, on both engines.

mod token;
mod world;
