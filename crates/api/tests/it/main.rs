//! The door as clients see it: every test goes through the real router.

mod associations;
mod authority;
mod bad_input;
mod batches;
mod client;
mod contract;
mod definitions;
mod door;
mod group;
mod identity;
mod imports;
mod invitations;
mod large;
mod organization_ids;
mod parameters;
mod people;
mod records;
mod rollups;
mod scim;
mod search;
mod table;
mod world;
