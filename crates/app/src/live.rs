//! What changed since somebody looked, as hints for a live view: where to look, never what happened.

use crate::cx::{App, Cx};
use crate::error::Result;
use model::authority::Act;
use model::change::Kind;
use model::id::{AccountId, ImportId, RecordId};
use model::limits::FEED_PAGE_MAX;
use model::object::ObjectType;
use std::collections::BTreeSet;
use std::time::Duration;
use store::feed::{self, Recorded};
use tokio::sync::broadcast::{self, error::RecvError, error::TryRecvError};

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// A record came, changed or went.
    Record { seq: i64, kind: Kind, object: ObjectType, id: RecordId },
    /// An import is further.
    Import { id: Option<ImportId> },
    /// The organization or its connections are not what they were.
    Connections,
    /// Definitions, users, settings.
    Account,
    /// More than is worth telling one by one.
    Many,
}

/// Wakes whoever watches an account when this process wrote there.
pub struct Subscription {
    hints: broadcast::Receiver<store::Hint>,
    account: AccountId,
}

/// Begins to listen. What was written before is not told: ask for the [`head`] afterwards.
pub fn subscribe(app: &App, account: AccountId) -> Subscription {
    Subscription { hints: app.store.hints(), account }
}

impl Subscription {
    /// Waits until something was written; false when nothing ever will be.
    pub async fn changed(&mut self) -> bool {
        loop {
            match self.hints.recv().await {
                Ok(hint) if hint.account == self.account => return true,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return true,
                Err(RecvError::Closed) => return false,
            }
        }
    }
}

/// Wakes whoever looks after all accounts.
pub struct Everywhere(broadcast::Receiver<store::Hint>);

/// Begins to listen to every account.
pub fn subscribe_all(app: &App) -> Everywhere {
    Everywhere(app.store.hints())
}

impl Everywhere {
    /// Waits until something was written, then a moment more: the accounts it was in. Some may be missing after a burst;
    /// whoever needs every one looks everywhere now and then.
    pub async fn gathered(&mut self, moment: Duration) -> BTreeSet<AccountId> {
        let mut accounts = BTreeSet::new();
        match self.0.recv().await {
            Ok(hint) => {
                accounts.insert(hint.account);
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return std::future::pending().await,
        }
        tokio::time::sleep(moment).await;
        loop {
            match self.0.try_recv() {
                Ok(hint) => {
                    accounts.insert(hint.account);
                }
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return accounts,
            }
        }
    }
}

/// The number after which a live view that begins now reads.
pub async fn head(app: &App, cx: &Cx) -> Result<i64> {
    let mut tx = app.store.read(cx.account).await?;
    Ok(feed::head(&mut tx).await?)
}

/// Hints of what came after a number, and the number to ask after next.
pub async fn read(app: &App, cx: &Cx, after: i64) -> Result<(i64, Vec<Hint>)> {
    let mut tx = app.store.read(cx.account).await?;
    let head = feed::head(&mut tx).await?;
    if head <= after {
        return Ok((after, Vec::new()));
    }
    if head - after > FEED_PAGE_MAX as i64 {
        // Imports report themselves in every chunk, at its end.
        let latest = feed::read(&mut tx, head - 1, 1).await?;
        let mut hints: Vec<Hint> =
            latest.iter().filter_map(|r| hint(cx, r)).filter(|h| matches!(h, Hint::Import { .. })).collect();
        hints.push(Hint::Many);
        return Ok((head, hints));
    }
    let recorded = feed::read(&mut tx, after, FEED_PAGE_MAX).await?;
    let last = recorded.last().map_or(after, |r| r.seq);
    let mut hints: Vec<Hint> = recorded.iter().filter_map(|r| hint(cx, r)).collect();
    hints.dedup();
    Ok((last, hints))
}

/// Only about types of records that the viewer may see.
fn hint(cx: &Cx, recorded: &Recorded) -> Option<Hint> {
    let change = &recorded.change;
    if let Some((object, id)) = change.record {
        let visible = cx.may(Act::ViewRecords(object)).is_ok();
        return visible.then_some(Hint::Record { seq: recorded.seq, kind: change.kind, object, id });
    }
    match change.kind {
        Kind::ImportChanged => {
            let id = change.detail.as_ref().and_then(|d| d.get("import")).and_then(serde_json::Value::as_i64);
            Some(Hint::Import { id: id.map(ImportId) })
        }
        Kind::OrganizationChanged => Some(Hint::Connections),
        Kind::DefinitionChanged | Kind::AccountChanged => Some(Hint::Account),
        _ => None,
    }
}
