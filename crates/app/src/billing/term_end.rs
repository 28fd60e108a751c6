//! The end of a term: a subscription renews or lapses, once, however many processes look; and who is told before.

use super::{become_of, billed, finish, issue};
use crate::account;
use crate::cx::{App, Cx};
use crate::error::Result;
use crate::notice::{self, Audience};
use jiff::{SignedDuration, Timestamp};
use model::account::{Status, Subscriptions};
use model::billing::invoice::{Because, charges};
use model::billing::{Subscription, Term, TermEnd};
use model::company::Notice;
use model::id::AccountId;
use model::letter::Letter;
use model::limits::{TERM_ENDS_MAX, TERMS_CAUGHT_UP_MAX};
use serde_json::json;
use store::Tx;

/// Days before the end of a term at which somebody is told that it is the last.
const DAYS_TO_END: [i64; 3] = [30, 7, 1];
/// Days before a year is renewed and has to be paid.
const DAYS_TO_RENEWAL: [i64; 1] = [30];

/// Accounts that will have other tiers at the end of their term, if nobody does anything before: when, and which then. Terms
/// that end in less than `horizon`.
pub async fn upcoming(
    tx: &mut Tx,
    now: Timestamp,
    horizon: SignedDuration,
) -> Result<Vec<(AccountId, Timestamp, Subscriptions)>> {
    let until = now.saturating_add(horizon).unwrap_or(Timestamp::MAX);
    let ending = store::subscription::ending(tx, now, until, TERM_ENDS_MAX).await?;
    let changing = ending.into_iter().filter(|(_, is)| is.changes_at_term_end());
    Ok(changing.map(|(account, is)| (account, is.term_end, is.becomes())).collect())
}

/// Ends terms that are over, and tells whose end is near. Takes no input and may run at any time; how many subscriptions changed.
pub async fn reconcile(app: &App) -> Result<usize> {
    let now = app.outside.now();
    let over = store::subscription::ending(&mut app.store.read_home().await?, Timestamp::MIN, now, TERM_ENDS_MAX).await?;
    let (mut n, mut failed) = (0, None);
    for (account, _) in over {
        // One account that cannot be worked on does not keep the others waiting.
        match catch_up(app, account).await {
            Ok(n_terms) => n += n_terms,
            Err(error) => failed = Some(error),
        }
    }
    remind(app, now).await?;
    failed.map_or(Ok(n), Err)
}

/// All terms that went by while nobody looked, each with its invoice.
async fn catch_up(app: &App, account: AccountId) -> Result<usize> {
    for n in 0..TERMS_CAUGHT_UP_MAX {
        if !end_term(app, account).await? {
            return Ok(n);
        }
    }
    Ok(TERMS_CAUGHT_UP_MAX)
}

/// Ends one term in one transaction; false when there is none to end, because somebody else was faster.
async fn end_term(app: &App, account: AccountId) -> Result<bool> {
    let cx = Cx::system(app, account);
    let mut tx = app.store.write_home().await?;
    let account = store::account::lock(&mut tx, account).await?.ok_or_else(|| account::unknown(account))?;
    let Some(is) = store::subscription::read(&mut tx, account.id).await? else { return Ok(false) };
    match is.term_over(cx.now) {
        None => Ok(false),
        Some(TermEnd::Renewed(after)) => {
            let terms = store::subscription::terms(&mut tx).await?;
            let bill = billed(&mut tx, &account, Because::Renewal, &after, &charges(&after), &terms, cx.now).await?;
            let invoice = match bill {
                Some(bill) => Some(issue(app, &mut tx, &cx, bill).await?.number),
                None => None,
            };
            store::subscription::put(&mut tx, account.id, &after, cx.now).await?;
            let written = become_of(&mut tx, &cx, &account, model::billing::tiers(&after.lines)).await?;
            let detail = json!({ "did": "subscription_renewed", "accountId": account.id, "invoice": invoice });
            finish(app, &cx, tx, detail, written).await.map(|()| true)
        }
        Some(TermEnd::Lapsed(after)) => {
            store::subscription::put(&mut tx, account.id, &after, cx.now).await?;
            let letter = Letter::SubscriptionEnded { at: after.term_end };
            let cause = format!("ended:{}", after.term_end.as_microsecond());
            notice::tell(app, &mut tx, &account, Audience::of(&[Notice::Renewal]), &cause, letter, cx.now).await?;
            let written = become_of(&mut tx, &cx, &account, Subscriptions::default()).await?;
            let detail = json!({ "did": "subscription_ended", "accountId": account.id });
            finish(app, &cx, tx, detail, written).await.map(|()| true)
        }
    }
}

/// Tells of terms that end soon, each once per number of days.
async fn remind(app: &App, now: Timestamp) -> Result<()> {
    let until = now + SignedDuration::from_hours(24 * DAYS_TO_END[0]);
    let soon = store::subscription::ending(&mut app.store.read_home().await?, now, until, TERM_ENDS_MAX).await?;
    for (account, is) in soon {
        let Some(days) = due_days(&is, now) else { continue };
        let cause = format!("term_end:{}:{days}", is.term_end.as_microsecond());
        let mut tx = app.store.read_home().await?;
        if store::outbox::is_known(&mut tx, account, &cause).await? {
            continue;
        }
        drop(tx);
        let mut tx = app.store.write_home().await?;
        let Some(account) = store::account::lock(&mut tx, account).await? else { continue };
        if account.status == Status::Deactivated {
            continue;
        }
        let letter = Letter::TermEnds {
            at: is.term_end,
            renews: is.auto_renew,
            becomes: is.becomes(),
            term: is.next_term.unwrap_or(is.term),
            currency: is.currency.clone(),
            price: is.next_price(),
        };
        notice::tell(app, &mut tx, &account, Audience::of(&[Notice::Renewal]), &cause, letter, now).await?;
        tx.commit_bookkeeping().await?;
    }
    Ok(())
}

/// The fewest days that have begun: who is told 7 days before needs not be told 30 days before as well.
fn due_days(is: &Subscription, now: Timestamp) -> Option<i64> {
    let days: &[i64] = match (is.auto_renew, is.next_term.unwrap_or(is.term)) {
        (false, _) => &DAYS_TO_END,
        (true, Term::Annual) => &DAYS_TO_RENEWAL,
        (true, Term::Monthly) => &[],
    };
    let left = is.term_end.duration_since(now);
    days.iter().copied().filter(|days| left <= SignedDuration::from_hours(24 * days)).min()
}
