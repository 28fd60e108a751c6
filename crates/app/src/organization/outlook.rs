//! What is known to end, and saying so in time: an entry of the log, once for each end and number of days before.

use super::{finish, read};
use crate::cx::{App, Cx};
use crate::error::Result;
use jiff::{SignedDuration, Timestamp};
use model::authority::Denial;
use model::billing::Subscription;
use model::id::{AccountId, OrganizationId};
use model::limits::OUTLOOK_DATES_MAX;
use model::organization::outlook::{Expected, Future, due, outlook};
use model::organization::{Event, Facts, Organization};
use store::Tx;
use store::organization::known;

/// Ends listed at once.
const LISTED_MAX: usize = 100;
/// Things named in one warning; the page shows the rest.
const NAMED_MAX: usize = 50;
/// How far ahead terms are looked at: as far as the first warning of any policy.
const LOOKED_AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Organizations looked at in one run.
const LOOKED_AT_MAX: usize = 1_000;

/// What is known to end in the organization one works in, earliest first.
pub async fn list(app: &App, cx: &Cx, id: OrganizationId) -> Result<Vec<Expected>> {
    let organization = read(app, cx).await?.organization;
    if organization.id != id {
        return Err(Denial::OrganizationInvisible.into());
    }
    let future = future(&mut app.store.read_home().await?, &organization, cx.now).await?;
    let mut expected = outlook(&organization, &future, cx.now);
    expected.truncate(LISTED_MAX);
    Ok(expected)
}

/// What accounts are known to become: at the end of a term that is not renewed, or renewed as less.
async fn future(tx: &mut Tx, organization: &Organization, now: Timestamp) -> Result<Vec<Future>> {
    let terms = known::terms(tx, organization.id, now, OUTLOOK_DATES_MAX).await?;
    let becomes = |(account, subscription): (AccountId, Subscription)| {
        let member = organization.members.get(&account).filter(|_| subscription.changes_at_term_end())?;
        let facts = Facts { subscriptions: subscription.becomes(), ..member.facts.clone() };
        Some(Future { at: subscription.term_end, account, facts })
    };
    Ok(terms.into_iter().filter_map(becomes).collect())
}

/// Gives the warnings that are due. Takes no input and may run at any time: each is given once.
pub async fn reconcile(app: &App) -> Result<usize> {
    let now = app.outside.now();
    let until = now.saturating_add(LOOKED_AHEAD).unwrap_or(Timestamp::MAX);
    let ids = known::with_known_ends(&mut app.store.read_home().await?, now, until, LOOKED_AT_MAX).await?;
    let mut n = 0;
    for id in ids {
        let mut tx = app.store.read_home().await?;
        let Some((organization, _)) = store::organization::read(&mut tx, id).await? else { continue };
        let given = known::warnings(&mut tx, id, now).await?;
        let expected = outlook(&organization, &future(&mut tx, &organization, now).await?, now);
        drop(tx);
        for end in expected {
            let told = given.get(&(end.at, end.account)).cloned().unwrap_or_default();
            if let Some(days) = due(&organization.policy.warn_days, end.at, &told, now) {
                n += usize::from(warn(app, id, days, &end).await?);
            }
        }
    }
    Ok(n)
}

async fn warn(app: &App, id: OrganizationId, days: u16, end: &Expected) -> Result<bool> {
    let cx = Cx::system(app, store::INSTANCE);
    let mut tx = app.store.write_home().await?;
    let Some((organization, _)) = store::organization::lock(&mut tx, id).await? else { return Ok(false) };
    // Another process that gives the same warning waits at the lock, and then finds it given.
    if organization.phase.is_deleted() || !known::warn(&mut tx, id, (end.at, end.account), days, cx.now).await? {
        return Ok(false);
    }
    let expected = end.effects.iter().take(NAMED_MAX).cloned().collect();
    let event = Event::Warn { days, at: end.at, account: end.account, expected };
    finish(app, &cx, tx, organization, event, &serde_json::Value::Null).await?;
    Ok(true)
}
