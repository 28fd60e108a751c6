//! Disclosures: who of other accounts looked at this account's data, as its own feed recorded it.

use crate::cx::{App, Cx};
use crate::error::Result;
use jiff::Timestamp;
use model::authority::Act;
use model::id::{AccountId, ConnectionId, PersonId, RecordId};
use model::limits::LOG_PAGE_MAX;
use model::object::ObjectType;
use std::collections::{BTreeMap, BTreeSet};
use store::feed::Recorded;

/// One look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    pub seq: i64,
    pub at: Timestamp,
    pub viewer: Option<PersonId>,
    pub viewer_name: Option<String>,
    pub viewer_account: AccountId,
    pub viewer_account_name: Option<String>,
    pub record: Option<(ObjectType, RecordId)>,
    pub n_items: usize,
    pub connection: ConnectionId,
}

/// Looks before a number (all, without one), newest first.
pub async fn list(app: &App, cx: &Cx, before: Option<i64>, limit: usize) -> Result<Vec<Disclosure>> {
    cx.may(Act::ReadAudit)?;
    let limit = limit.clamp(1, LOG_PAGE_MAX);
    let mut tx = app.store.read(cx.account).await?;
    let recorded = store::feed::disclosures(&mut tx, before.unwrap_or(i64::MAX), limit).await?;
    drop(tx);
    let mut found: Vec<Disclosure> = recorded.into_iter().map(disclosure).collect();
    let mut home = app.store.read_home().await?;
    let people: BTreeSet<PersonId> = found.iter().filter_map(|d| d.viewer).collect();
    let names = store::organization::names(&mut home, &people).await?;
    let mut accounts = BTreeMap::new();
    for account in found.iter().map(|d| d.viewer_account).collect::<BTreeSet<_>>() {
        if let Some(known) = store::account::read(&mut home, account).await? {
            accounts.insert(account, known.name);
        }
    }
    for one in &mut found {
        one.viewer_name = one.viewer.and_then(|viewer| names.get(&viewer).cloned());
        one.viewer_account_name = accounts.get(&one.viewer_account).cloned();
    }
    Ok(found)
}

fn disclosure(recorded: Recorded) -> Disclosure {
    let detail = recorded.change.detail.unwrap_or_default();
    let number = |name: &str| detail[name].as_i64();
    Disclosure {
        seq: recorded.seq,
        at: recorded.at,
        viewer: number("viewer").map(PersonId),
        viewer_name: None,
        viewer_account: AccountId(number("viewerAccount").unwrap_or(0)),
        viewer_account_name: None,
        record: recorded.change.record,
        n_items: number("nItems").and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
        connection: ConnectionId(number("connectionId").unwrap_or(0)),
    }
}
