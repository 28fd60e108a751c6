//! Records, definitions, links, searches and timelines as the verbs promise them, on both engines.

mod association;
mod definition;
mod export;
mod merge;
mod record;
mod world;
