//! property

/// Definitions of each account, read once.
#[derive(Default)]
pub struct Cache;
