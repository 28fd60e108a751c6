//! What nobody did and somebody should hear of: points of contact that were not looked at for 90 days, changes that are set
//! aside. Looked for once a day; each letter once, whoever looks.

use super::{Audience, tell};
use crate::cx::App;
use crate::error::Result;
use jiff::Timestamp;
use model::account::{Account, Kind, Status};
use model::company::{ContactRole, Notice};
use model::id::AccountId;
use model::letter::Letter;
use model::limits::{CONTACTS_CONFIRMED_DAYS, PARKED_MAX};
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
            parked(app, &account, now).await?;
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

/// Changes that consumers set aside and nobody was told of. A look that ends before they are noted as told writes the same letter
/// again, which the outbox takes once.
async fn parked(app: &App, account: &Account, now: Timestamp) -> Result<()> {
    let untold = store::inbox::untold(&mut app.store.read(account.id).await?, PARKED_MAX).await?;
    let Some((what, newest)) = untold.last() else { return Ok(()) };
    let n = i64::try_from(untold.len()).unwrap_or(i64::MAX);
    let letter = Letter::SyncErrors { what: what.clone(), n, reason: newest.reason.clone() };
    let cause = format!("parked:{what}:{}", newest.seq);
    write(app, account, Audience::of(&[Notice::SyncError]), &cause, letter, now).await?;
    let mut tx = app.store.write(account.id).await?;
    for (consumer, one) in &untold {
        store::inbox::set_told(&mut tx, consumer, one.seq).await?;
    }
    Ok(tx.commit_bookkeeping().await?)
}

async fn write(app: &App, account: &Account, to: Audience, cause: &str, letter: Letter, now: Timestamp) -> Result<()> {
    debug_assert!(account.id != INSTANCE, "the instance is no account");
    let mut tx = app.store.write_home().await?;
    tell(app, &mut tx, account, to, cause, letter, now).await?;
    Ok(tx.commit_bookkeeping().await?)
}
