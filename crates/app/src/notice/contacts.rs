//! What nobody did and somebody should hear of: points of contact that were not looked at for 90 days, changes that are set
//! aside. Looked for once a day; each letter once, whoever looks.

use super::{Audience, tell};
use crate::cx::App;
use crate::error::Result;
use jiff::{SignedDuration, Timestamp};
use model::account::{Account, Kind, Status};
use model::company::{ContactRole, Notice};
use model::id::AccountId;
use model::letter::Letter;
use model::limits::CONTACTS_CONFIRMED_DAYS;
use store::{INSTANCE, feed};

/// Names the day of the last look in the database.
const LOOKED: &str = "notice_daily";
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// Accounts read at once.
const PAGE: usize = 500;

/// Writes what is due, on the first look of a day; how many accounts were looked at.
pub async fn reconcile(app: &App) -> Result<u64> {
    let now = app.outside.now();
    let today = now.as_second().div_euclid(DAY_SECONDS);
    if feed::cursor(&mut app.store.read_home().await?, LOOKED).await? >= today {
        return Ok(0);
    }
    let (mut n, mut after) = (0, AccountId(0));
    loop {
        let page = store::account::list(&mut app.store.read_home().await?, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        n += page.len() as u64;
        for account in page.into_iter().filter(|account| account.status == Status::Active) {
            stale(app, &account, now).await?;
            parked(app, &account, now, today).await?;
        }
    }
    // At the end: a look that was cut off is done again, and what it wrote is not written twice.
    let mut tx = app.store.write_home().await?;
    feed::move_cursor(&mut tx, LOOKED, today, now).await?;
    tx.commit_bookkeeping().await?;
    Ok(n)
}

/// Every 90 days after they were last called right, or after the account began.
async fn stale(app: &App, account: &Account, now: Timestamp) -> Result<()> {
    let mut tx = app.store.read_home().await?;
    let since = store::company::read(&mut tx, account.id).await?.confirmed_at.unwrap_or(account.created_at);
    let period = now.duration_since(since).as_secs() / (CONTACTS_CONFIRMED_DAYS * DAY_SECONDS);
    let cause = format!("contacts_due:{}:{period}", since.as_microsecond());
    if period < 1 || account.kind != Kind::Standard || store::outbox::is_known(&mut tx, account.id, &cause).await? {
        return Ok(());
    }
    drop(tx);
    write(app, account, Audience::holding(ContactRole::Primary), &cause, Letter::ContactsDue, now).await
}

/// Changes that consumers set aside since the last look.
async fn parked(app: &App, account: &Account, now: Timestamp, today: i64) -> Result<()> {
    let yesterday = now - SignedDuration::from_secs(DAY_SECONDS);
    let Some(parked) = store::inbox::parked_since(&mut app.store.read(account.id).await?, yesterday).await? else {
        return Ok(());
    };
    let letter = Letter::SyncErrors { what: parked.consumer, n: parked.n, reason: parked.reason };
    let cause = format!("parked:{today}");
    write(app, account, Audience::of(&[Notice::SyncError]), &cause, letter, now).await
}

async fn write(app: &App, account: &Account, to: Audience, cause: &str, letter: Letter, now: Timestamp) -> Result<()> {
    debug_assert!(account.id != INSTANCE, "the instance is no account");
    let mut tx = app.store.write_home().await?;
    tell(app, &mut tx, account, to, cause, letter, now).await?;
    Ok(tx.commit_bookkeeping().await?)
}
