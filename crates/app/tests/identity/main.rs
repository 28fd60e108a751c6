//! Sign-in, tokens, people and users, on both engines.

mod billing;
mod coming_in;
mod company;
mod outbox;
mod passkey;
mod random;
mod seats;
mod session;
mod sign_on;
mod step_up;
mod token;
mod user;
mod world;
