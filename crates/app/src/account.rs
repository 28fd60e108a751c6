//! Accounts: making, reading and changing them. What an account becomes may end its connections or its membership; that
//! happens in the same transaction.

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::organization;
use model::account::{self, Account, Kind, Refusal, Status, Subscriptions};
use model::authority::{Act, Denial};
use model::change::{Actor, Change, Kind as Did};
use model::id::AccountId;
use std::collections::BTreeSet;
use store::{INSTANCE, WriteTx};

/// Accounts read at once.
const ACCOUNTS_PAGE: usize = 500;

/// A new account as somebody wants it.
#[derive(Debug, Clone)]
pub struct New {
    pub name: String,
    pub kind: Kind,
    /// One of the configured data-hosting locations.
    pub location: String,
    pub time_zone: String,
    pub currency: String,
    pub subscriptions: Subscriptions,
    pub sensitive: bool,
}

/// What of an account is to be changed.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub time_zone: Option<String>,
    pub currency: Option<String>,
    pub subscriptions: Option<Subscriptions>,
    pub sensitive: Option<bool>,
    pub status: Option<Status>,
    pub kind: Option<Kind>,
}

impl Patch {
    /// Whether it touches what is bought or what cannot be taken back.
    fn is_about_subscription(&self) -> bool {
        self.subscriptions.is_some() || self.sensitive.is_some() || self.status.is_some() || self.kind.is_some()
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::invalid(refusal.code(), refusal.to_string())
    }
}

/// Makes an account. Only the system does: set-up and the command line.
pub async fn create(app: &App, cx: &Cx, new: New) -> Result<Account> {
    if cx.actor != Actor::System {
        return Err(Denial::SuperAdminOnly.into());
    }
    let known: Vec<&str> = app.store.locations().map(|(name, _)| name).collect();
    if !known.contains(&new.location.as_str()) {
        let message = format!("\"{}\" is no configured location; known: {}", new.location, known.join(", "));
        return Err(Error::invalid("LOCATION_UNKNOWN", message));
    }
    let mut tx = app.store.write_home().await?;
    let account = Account {
        id: AccountId(tx.take_ids(1)?),
        name: account::name(&new.name)?,
        kind: new.kind,
        status: Status::Active,
        location: new.location,
        time_zone: account::time_zone(&new.time_zone)?,
        currency: account::currency(&new.currency)?,
        subscriptions: new.subscriptions,
        sensitive: new.sensitive,
        created_at: cx.now,
    };
    store::account::create(&mut tx, &account).await?;
    let detail = serde_json::json!({ "did": "account_created", "accountId": account.id });
    tx.commit(&cx.by(), cx.now, &[Change::of(Did::AccountChanged, detail)]).await?;
    Ok(account)
}

/// The account one stands in.
pub async fn read(app: &App, cx: &Cx) -> Result<Account> {
    cx.may(Act::ReadSettings)?;
    let mut tx = app.store.read_home().await?;
    store::account::read(&mut tx, cx.account).await?.ok_or_else(|| unknown(cx.account))
}

/// Accounts of the instance after an id, for whoever runs the server.
pub async fn list(app: &App, cx: &Cx, after: AccountId, limit: usize) -> Result<Vec<Account>> {
    if cx.actor != Actor::System {
        return Err(Denial::SuperAdminOnly.into());
    }
    Ok(store::account::list(&mut app.store.read_home().await?, after, limit).await?)
}

/// Every account, for whoever looks everywhere.
pub async fn all(app: &App) -> Result<BTreeSet<AccountId>> {
    let mut home = app.store.read_home().await?;
    let (mut all, mut after) = (BTreeSet::new(), AccountId(0));
    loop {
        let page = store::account::list(&mut home, after, ACCOUNTS_PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.id;
        all.extend(page.iter().map(|account| account.id));
    }
}

/// Changes the account one stands in. Its organization follows at once: edges close, a membership ends, in the order of spec 1.8.
pub async fn update(app: &App, cx: &Cx, patch: Patch) -> Result<Account> {
    cx.may(if patch.is_about_subscription() { Act::ManageSubscription } else { Act::ManageSettings })?;
    let mut tx = app.store.write_home().await?;
    let old = store::account::lock(&mut tx, cx.account).await?.ok_or_else(|| unknown(cx.account))?;
    let has_currency = patch.currency.is_some();
    let new = patched(&old, patch)?;
    if new.subscriptions != old.subscriptions {
        refuse_past_orders(&mut tx, old.id).await?;
    }
    if new == old {
        drop(tx);
    } else {
        save(app, cx, tx, &old, &new).await?;
    }
    if has_currency {
        redefine(app, cx, &old.currency, &new.currency).await?;
    }
    Ok(new)
}

async fn save(app: &App, cx: &Cx, mut tx: WriteTx, old: &Account, new: &Account) -> Result<()> {
    let written = write(&mut tx, cx, old, new).await?;
    tx.commit(&cx.by(), cx.now, &written.changes).await?;
    if let Some(turned) = written.turned {
        organization::tell(app, cx, &turned).await;
    }
    Ok(())
}

/// What writing an account changed, for the commit, and what its organization became, to be told afterwards.
#[derive(Default)]
pub(crate) struct Written {
    pub changes: Vec<Change>,
    pub turned: Option<organization::Turned>,
}

/// Writes an account, and lets its organization follow.
pub(crate) async fn write(tx: &mut WriteTx, cx: &Cx, old: &Account, new: &Account) -> Result<Written> {
    if new == old {
        return Ok(Written::default());
    }
    store::account::update(tx, new, cx.now).await?;
    let turned = organization::follow(tx, cx, new).await?;
    let mut changes = vec![Change::of(Did::AccountChanged, difference(old, new))];
    changes.extend(turned.as_ref().map(organization::Turned::change));
    Ok(Written { changes, turned })
}

/// Tiers with a term are changed by orders, which say from when they hold and what they cost.
async fn refuse_past_orders(tx: &mut WriteTx, account: AccountId) -> Result<()> {
    match store::subscription::read(tx, account).await? {
        Some(subscription) if subscription.lives() => {
            let message = "the subscription has a term: change it by an order, see Account & billing";
            Err(Error::conflict("SUBSCRIPTION_HAS_TERM", message))
        }
        _ => Ok(()),
    }
}

/// Says in the account's own feed that amounts have another currency, which makes every process read its definitions again.
/// The directory may be another database, so it is a transaction of its own; one that was lost is made up for by setting the
/// currency again, even to what it is.
async fn redefine(app: &App, cx: &Cx, old: &str, new: &str) -> Result<()> {
    let detail = serde_json::json!({ "did": "currency_changed", "currency": [old, new] });
    app.store.write(cx.account).await?.commit(&cx.by(), cx.now, &[Change::of(Did::DefinitionChanged, detail)]).await?;
    Ok(())
}

fn patched(old: &Account, patch: Patch) -> Result<Account> {
    let mut new = old.clone();
    if let Some(name) = patch.name {
        new.name = account::name(&name)?;
    }
    if let Some(time_zone) = patch.time_zone {
        new.time_zone = account::time_zone(&time_zone)?;
    }
    if let Some(currency) = patch.currency {
        new.currency = account::currency(&currency)?;
    }
    if let Some(sensitive) = patch.sensitive {
        new.sensitive = account::sensitive(old.sensitive, sensitive)?;
    }
    new.subscriptions = patch.subscriptions.unwrap_or(new.subscriptions);
    new.status = patch.status.unwrap_or(new.status);
    new.kind = patch.kind.unwrap_or(new.kind);
    Ok(new)
}

/// What changed, by name: none of it is a person's data.
fn difference(old: &Account, new: &Account) -> serde_json::Value {
    let pairs = [
        ("name", serde_json::json!([old.name, new.name])),
        ("kind", serde_json::json!([old.kind, new.kind])),
        ("status", serde_json::json!([old.status, new.status])),
        ("timeZone", serde_json::json!([old.time_zone, new.time_zone])),
        ("currency", serde_json::json!([old.currency, new.currency])),
        ("subscriptions", serde_json::json!([old.subscriptions, new.subscriptions])),
        ("sensitive", serde_json::json!([old.sensitive, new.sensitive])),
    ];
    let changed: serde_json::Map<String, serde_json::Value> =
        pairs.into_iter().filter(|(_, pair)| pair[0] != pair[1]).map(|(name, pair)| (name.to_owned(), pair)).collect();
    serde_json::json!({ "did": "account_updated", "accountId": new.id, "changed": changed })
}

pub(crate) fn unknown(account: AccountId) -> Error {
    debug_assert!(account != INSTANCE, "the instance is no account");
    Error::not_found(format!("there is no account {account}"))
}
