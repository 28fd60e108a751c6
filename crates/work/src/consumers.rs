//! Runs the consumers of feeds: soon after something was written, and everywhere now and then.
//!
//! A new consumer gets a line in each of [`NAMES`], [`spawn`], [`catch_up`] and [`retry`].

use app::consumer::{self, Consumer, Retried, Step};
use app::cx::{App, Cx};
use app::error::{Error, Result};
use app::notice::Notices;
use app::rollup::Rollups;
use model::id::AccountId;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long hints are gathered before somebody looks: what a person does in one go becomes one step.
const GATHER: Duration = Duration::from_millis(300);
/// How often every account is looked at: what depends on the time is right a minute later.
const LOOK_EVERYWHERE: Duration = Duration::from_secs(60);
/// How long to wait after a transient error; twice as long after each further one.
const BACK_OFF: Duration = Duration::from_millis(200);
/// Transient errors after which an account waits for the next look.
const ATTEMPTS_MAX: u32 = 6;
/// Steps of one account in a command: a billion changes.
const STEPS_MAX: usize = 5_000_000;

/// Every consumer there is.
pub const NAMES: &[&str] = &[Notices::NAME, Rollups::NAME];

/// The feeds a consumer reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Feeds {
    OfAccounts,
    /// What happens to accounts and organizations is in one feed, whichever they are.
    OfTheInstance,
}

impl Feeds {
    async fn all(self, app: &App) -> Result<BTreeSet<AccountId>> {
        match self {
            Feeds::OfAccounts => app::account::all(app).await,
            Feeds::OfTheInstance => Ok(BTreeSet::from([app::outbox::FEED])),
        }
    }

    fn among(self, mut written: BTreeSet<AccountId>) -> BTreeSet<AccountId> {
        written.retain(|account| (*account == app::outbox::FEED) == (self == Feeds::OfTheInstance));
        written
    }
}

/// Starts them all.
pub(crate) fn spawn(tasks: &mut JoinSet<()>, app: &App, stopping: &watch::Receiver<bool>) {
    tasks.spawn(run(app.clone(), Rollups, Feeds::OfAccounts, stopping.clone()));
    tasks.spawn(run(app.clone(), Notices, Feeds::OfTheInstance, stopping.clone()));
    tasks.spawn(count_parked(app.clone(), stopping.clone()));
}

/// Does everything there is to do in an account now, instead of soon.
pub async fn catch_up(app: &App, account: AccountId) -> Result<()> {
    if account == app::outbox::FEED {
        consumer::catch_up(app, &Notices, account, STEPS_MAX).await?;
        return Ok(());
    }
    consumer::catch_up(app, &Rollups, account, STEPS_MAX).await?;
    Ok(())
}

/// Tries what a consumer parked in an account again, see [`consumer::retry`].
pub async fn retry(app: &App, cx: &Cx, name: &str, seq: Option<i64>) -> Result<Retried> {
    match name {
        Notices::NAME => consumer::retry(app, cx, &Notices, seq).await,
        Rollups::NAME => consumer::retry(app, cx, &Rollups, seq).await,
        _ => Err(Error::invalid("CONSUMER_UNKNOWN", format!("\"{name}\" is no consumer; known: {}", NAMES.join(", ")))),
    }
}

/// Works until told to stop.
async fn run<C: Consumer>(app: App, consumer: C, feeds: Feeds, mut stopping: watch::Receiver<bool>) {
    let mut written = app::live::subscribe_all(&app);
    let mut everywhere = tokio::time::interval(LOOK_EVERYWHERE);
    loop {
        let accounts = tokio::select! {
            _ = stopping.changed() => return,
            _ = everywhere.tick() => feeds.all(&app).await,
            accounts = written.gathered(GATHER) => Ok(feeds.among(accounts)),
        };
        match accounts {
            Ok(accounts) => {
                tokio::select! {
                    // A step that is cut off did nothing.
                    _ = stopping.changed() => return,
                    () = work(&app, &consumer, accounts) => {}
                }
            }
            Err(error) => tracing::warn!(consumer = C::NAME, %error, detail = error.detail, "accounts could not be listed"),
        }
    }
}

/// Steps through the accounts in turns, so that one with much to do does not keep the others waiting.
async fn work<C: Consumer>(app: &App, consumer: &C, accounts: BTreeSet<AccountId>) {
    let mut waiting: Vec<(AccountId, u32)> = accounts.into_iter().map(|account| (account, 0)).collect();
    while !waiting.is_empty() {
        let mut again = Vec::new();
        for (account, n_failed) in waiting {
            match consumer::step(app, consumer, account).await {
                Ok(Step::Worked { .. }) => again.push((account, 0)),
                Ok(Step::Idle | Step::Elsewhere) => {}
                Err(error) if error.is_transient() && n_failed + 1 < ATTEMPTS_MAX => {
                    tokio::time::sleep(BACK_OFF * 2_u32.pow(n_failed)).await;
                    again.push((account, n_failed + 1));
                }
                Err(error) => {
                    tracing::warn!(consumer = C::NAME, %account, %error, detail = error.detail, "a consumer waits for its next look")
                }
            }
        }
        waiting = again;
    }
}

/// Shows operators what is parked.
async fn count_parked(app: App, mut stopping: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(LOOK_EVERYWHERE);
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            _ = ticks.tick() => {}
        }
        match consumer::count_parked(&app).await {
            Ok(counts) => {
                for name in NAMES {
                    let n = counts.get(*name).copied().unwrap_or(0);
                    metrics::gauge!("consortio_consumer_parked", "consumer" => *name).set(n as f64);
                }
            }
            Err(error) => tracing::warn!(%error, detail = error.detail, "parked changes could not be counted"),
        }
    }
}
