//! The door as clients see it: every test goes through the real router.

mod client;
mod contract;
mod door;
mod group;
mod imports;
mod table;
mod world;
