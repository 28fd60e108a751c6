//! Sends what is in the outbox: new letters soon after they were written, and those whose next try has come.

use app::cx::App;
use std::time::Duration;
use tokio::sync::watch;

/// How long hints are gathered before somebody looks.
const GATHER: Duration = Duration::from_millis(300);
/// How often somebody looks without a hint: consumers of the feed write letters without giving one.
const EVERY: Duration = Duration::from_secs(5);

/// Works until told to stop.
pub async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    let mut written = app::live::subscribe_all(&app);
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            _ = ticks.tick() => {}
            accounts = written.gathered(GATHER) => {
                // The outbox is in the directory, whose changes are the instance's.
                if !accounts.contains(&app::outbox::FEED) {
                    continue;
                }
            }
        }
        tokio::select! {
            // A letter that was cut off is due again when its claim is over.
            _ = stopping.changed() => return,
            () = send(&app) => {}
        }
    }
}

async fn send(app: &App) {
    loop {
        match app::outbox::send_due(app).await {
            Ok(sent) if sent.n() == 0 => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, detail = error.detail, "letters wait for the next look");
                return;
            }
        }
    }
}
