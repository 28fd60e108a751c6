//! Carries imports out: new ones soon after they were accepted, and those that another process left unfinished.

use app::cx::App;
use model::id::AccountId;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;

/// How long hints are gathered before somebody looks.
const GATHER: Duration = Duration::from_millis(300);
/// How often every account is looked at. A lease of a dead process lasts a minute, so looking more often finds nothing.
const LOOK_EVERYWHERE: Duration = Duration::from_secs(60);

/// Works until told to stop.
pub async fn run(app: App, files: PathBuf, mut stopping: watch::Receiver<bool>) {
    let mut written = app::live::subscribe_all(&app);
    let mut everywhere = tokio::time::interval(LOOK_EVERYWHERE);
    loop {
        let accounts = tokio::select! {
            _ = stopping.changed() => return,
            _ = everywhere.tick() => app::import::accounts(&app).await,
            accounts = written.gathered(GATHER) => Ok(accounts),
        };
        match accounts {
            Ok(accounts) => {
                tokio::select! {
                    // What an import has committed stays; the next process goes on from there.
                    _ = stopping.changed() => return,
                    () = look(&app, &files, accounts) => {}
                }
            }
            Err(error) => tracing::warn!(%error, detail = error.detail, "accounts could not be looked through for imports"),
        }
    }
}

async fn look(app: &App, files: &std::path::Path, accounts: BTreeSet<AccountId>) {
    for account in accounts {
        let unfinished = match app::import::unfinished(app, account).await {
            Ok(unfinished) => unfinished,
            Err(error) => {
                tracing::warn!(%error, detail = error.detail, %account, "an account could not be looked through for imports");
                continue;
            }
        };
        for id in unfinished {
            match app::import::run(app, account, id, files, |_| {}).await {
                Ok(job) => {
                    tracing::info!(%account, import = %id, state = job.state.name(), n_rows = job.counts.n_processed, "import ended")
                }
                // Another process is at it, or died less than a lease ago: looking again finds out which.
                Err(error) if error.code == "IMPORT_RUNS_ELSEWHERE" => {}
                Err(error) => tracing::warn!(%error, detail = error.detail, %account, import = %id, "an import is interrupted"),
            }
        }
    }
}
