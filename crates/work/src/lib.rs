//! What happens later, again, or on a schedule: bounded steps that can run twice.
//!
//! Invariant: this crate knows neither HTTP nor SQL, and decides nothing. It looks where hints point for speed, and
//! everywhere now and then for truth: a hint may be lost, and another process may have died in the middle.

pub mod consumers;
mod disclosures;
mod imports;
mod outbox;
mod reconcile;

use app::cx::App;
use std::path::PathBuf;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Works until told to stop; then ends after the step it is at.
pub async fn run(app: App, files: PathBuf, stopping: watch::Receiver<bool>) {
    let mut tasks = JoinSet::new();
    consumers::spawn(&mut tasks, &app, &stopping);
    tasks.spawn(disclosures::run(app.clone(), stopping.clone()));
    tasks.spawn(imports::run(app.clone(), files.clone(), stopping.clone()));
    tasks.spawn(outbox::run(app.clone(), stopping.clone()));
    tasks.spawn(reconcile::run(app, files, stopping));
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "background work ended early");
        }
    }
}
