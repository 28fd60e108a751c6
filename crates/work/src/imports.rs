//! Carries imports out: new ones soon after they were accepted, and those that another process left unfinished.

use app::cx::App;
use model::id::AccountId;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A lease of an import that nobody renews, and a little.
const LEASE: Duration = app::import::LEASE.unsigned_abs().saturating_add(Duration::from_secs(1));
/// How long hints are gathered before somebody looks.
const GATHER: Duration = Duration::from_millis(300);
/// How often every account is looked at, in case a hint was lost.
const LOOK_EVERYWHERE: Duration = Duration::from_secs(60);

/// Works until told to stop.
pub async fn run(app: App, files: PathBuf, mut stopping: watch::Receiver<bool>) {
    let mut written = app::live::subscribe_all(&app);
    let mut everywhere = tokio::time::interval(LOOK_EVERYWHERE);
    // Accounts with an import that another process was at, and when its lease is over unless it lives.
    let (mut elsewhere, mut over_at) = (BTreeSet::new(), Instant::now());
    loop {
        let accounts = tokio::select! {
            _ = stopping.changed() => return,
            _ = everywhere.tick() => app::account::all(&app).await,
            accounts = written.gathered(GATHER) => Ok(accounts),
            () = tokio::time::sleep_until(over_at), if !elsewhere.is_empty() => Ok(std::mem::take(&mut elsewhere)),
        };
        match accounts {
            Ok(accounts) => {
                tokio::select! {
                    // What an import has committed stays; the next process goes on from there.
                    _ = stopping.changed() => return,
                    held = look(&app, &files, accounts) => {
                        elsewhere.extend(held);
                        over_at = Instant::now() + LEASE;
                    }
                }
            }
            Err(error) => tracing::warn!(%error, detail = error.detail, "accounts could not be looked through for imports"),
        }
    }
}

/// Carries out what waits in the accounts; those where another process is at it.
async fn look(app: &App, files: &std::path::Path, accounts: BTreeSet<AccountId>) -> BTreeSet<AccountId> {
    let mut elsewhere = BTreeSet::new();
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
                Ok(_) => {}
                // Another process is at it or at an earlier one, or died less than a lease ago: looking again finds out which.
                Err(error) if matches!(error.code, "IMPORT_RUNS_ELSEWHERE" | "IMPORT_WAITS") => {
                    elsewhere.insert(account);
                }
                Err(error) => tracing::warn!(%error, detail = error.detail, %account, import = %id, "an import is interrupted"),
            }
        }
    }
    elsewhere
}
