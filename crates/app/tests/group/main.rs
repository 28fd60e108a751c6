//! A group of companies as stories: organizations, connections, mirroring. Numbers are those of spec section 11.

mod connecting;
mod contacts;
mod creating;
mod mirroring;
mod simulation;
mod world;
