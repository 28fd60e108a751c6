//! Keeping the tables of short-lived things small. A reconciler: it takes no input, and running it twice does no harm.

use crate::cx::App;
use crate::error::Result;
use jiff::SignedDuration;
use model::limits::ATTEMPTS_WINDOW_MINUTES;

/// How long something that ran out is still kept: a clock that is set back must not revive deleted things, nor a reader
/// that looked just before find a gap.
const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// Deletes sessions, ceremonies, proofs and attempts that ran out; how many.
pub async fn reconcile(app: &App) -> Result<u64> {
    let before = app.outside.now() - GRACE;
    let attempts_before = before - SignedDuration::from_mins(ATTEMPTS_WINDOW_MINUTES);
    let mut tx = app.store.write_home().await?;
    let mut n = store::expiry::delete_expired(&mut tx, before, attempts_before).await?;
    n += store::security_history::delete_before(&mut tx, model::identity::history::oldest(before)).await?;
    tx.commit_bookkeeping().await?;
    Ok(n)
}
