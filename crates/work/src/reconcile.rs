//! What is put right on a schedule. Each reconciler reads the state and repairs it; none depends on having run before.

use app::cx::App;
use app::error::Result;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;

/// Often enough that a grace of days ends on time and the last use of a token is known to the minute.
const EVERY: Duration = Duration::from_secs(60);

/// Works until told to stop; the last uses of tokens are saved at the end too.
pub async fn run(app: App, files: PathBuf, mut stopping: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            _ = stopping.changed() => break,
            _ = ticks.tick() => reconcile(&app, &files).await,
        }
    }
    told("token", app::token::save_used(&app).await);
}

async fn reconcile(app: &App, files: &Path) {
    told("token", app::token::save_used(app).await);
    told("expiry", app::expiry::reconcile(app).await.map(counted));
    told("organization", app::organization::reconcile(app).await.map(|n| counted(n as u64)));
    told("billing", app::billing::reconcile(app).await.map(|n| counted(n as u64)));
    told("notice", app::notice::reconcile(app).await.map(counted));
    told("outbox", app::outbox::reconcile(app).await.map(counted));
    told("import", app::import::reconcile(app, files).await.map(counted));
}

fn counted(n_changed: u64) {
    if n_changed > 0 {
        tracing::debug!(n_changed, "reconciled");
    }
}

/// The next run tries again, so a failure is only logged.
fn told(reconciler: &'static str, result: Result<()>) {
    if let Err(error) = result {
        tracing::warn!(reconciler, %error, detail = error.detail, "a reconciler did not come to its end");
    }
}
