//! Ends the grace of organizations that lost what holds them up. Takes no input: it looks at what is due.

use app::cx::App;
use std::time::Duration;
use tokio::sync::watch;

/// How often to look. A grace lasts days, so an hour late is early enough.
const LOOK: Duration = Duration::from_secs(3_600);

/// Works until told to stop.
pub async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    let mut due = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            _ = due.tick() => {}
        }
        match app::organization::reconcile(&app).await {
            Ok(0) => {}
            Ok(n) => tracing::info!(n_organizations = n, "organizations whose grace was over are deleted"),
            Err(error) => tracing::warn!(%error, detail = error.detail, "organizations could not be looked through"),
        }
    }
}
