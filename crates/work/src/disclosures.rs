//! Copies mirrored views from the feeds of members into their organizations' logs. A hint says which feed to look at; all are
//! looked at now and then, because a hint may be lost and another process may have been told.

use app::cx::App;
use app::organization::log;
use std::time::Duration;
use tokio::sync::watch;

/// How long views are gathered before they are copied: one transaction then takes many.
const GATHER: Duration = Duration::from_secs(1);
/// How often every member's feed is looked at.
const LOOK_EVERYWHERE: Duration = Duration::from_secs(60);

/// Works until told to stop.
pub async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    let mut written = app::live::subscribe_all(&app);
    let mut everywhere = tokio::time::interval(LOOK_EVERYWHERE);
    loop {
        let accounts = tokio::select! {
            _ = stopping.changed() => return,
            _ = everywhere.tick() => log::accounts(&app).await,
            accounts = written.gathered(GATHER) => Ok(accounts),
        };
        let copied = match accounts {
            Ok(accounts) => log::collect_from(&app, accounts).await,
            Err(error) => Err(error),
        };
        if let Err(error) = copied {
            tracing::warn!(%error, detail = error.detail, "mirrored views are not in the organization's log yet");
        }
    }
}
