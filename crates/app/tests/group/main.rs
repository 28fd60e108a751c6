//! A group of companies as stories: organizations, connections, mirroring. Numbers are those of spec section 11.

mod connecting;
mod consumers;
mod contacts;
mod creating;
mod editing;
mod logging;
mod mirroring;
mod notices;
mod policies;
mod roles;
mod rollups;
mod simulation;
mod terms;
mod token;
mod whole;
mod world;
