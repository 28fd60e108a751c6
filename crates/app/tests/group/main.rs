//! A group of companies as stories: organizations, connections, mirroring. Numbers are those of spec section 11.

mod approving;
mod connecting;
mod consumers;
mod contacts;
mod creating;
mod editing;
mod filing;
mod life;
mod logging;
mod mirroring;
mod notices;
mod off_boarding;
mod policies;
mod provisioning;
mod resets;
mod roles;
mod rollups;
mod scenarios;
mod simulation;
mod terms;
mod token;
mod whole;
mod world;
