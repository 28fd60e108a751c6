//! The log's lines about who was not let in: sign-ins and second factors that were refused, and lock-outs.
//!
//! Who is named by an id, or by [`crate::secret::alias`] where only an address is known.

use crate::error::{Kind, Result};

/// Tells why an act that proves who somebody is was refused; what came back goes on as it is. A failure of ours is told where
/// the request is answered.
pub(crate) fn tell<T>(act: &'static str, who: impl FnOnce() -> String, done: Result<T>) -> Result<T> {
    if let Err(error) = &done {
        match error.kind {
            Kind::TooMany => tracing::warn!(act, who = who(), code = error.code, "locked out for a while"),
            Kind::Broken | Kind::Unavailable => {}
            _ => tracing::info!(act, who = who(), code = error.code, "not let in"),
        }
    }
    done
}
