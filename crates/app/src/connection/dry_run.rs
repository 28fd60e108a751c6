//! How many customers two accounts have in common: what an edge would make visible, counted before it is opened.
//!
//! ```text
//!   keys of A, in order   a@x  b@x  f@x  k@x ...    a page at a time, each in a transaction of its own
//!   keys of B, in order   b@x  c@x  k@x ...         the side that is behind leaps to where the other one is
//! ```
//! Each side's next page is read while the present one is compared: on PostgreSQL reading is all it costs.
//! Exact until [`DRY_RUN_KEYS_MAX`] keys were read; what is left is then not looked at, and the count says that it is a lower
//! bound. Not through the door, which is still closed: who counts may open it.

use crate::cx::App;
use crate::error::{Error, Result};
use model::connection::plan::Plan;
use model::connection::terms::CUSTOMERS;
use model::connection::{EdgeKey, Feature, Pair};
use model::id::{AccountId, RecordId};
use model::limits::{DRY_RUN_KEYS_MAX, DRY_RUN_PAGE};
use model::object::{COMPANY, CONTACT, ObjectType};
use std::cmp::Ordering;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet, VecDeque};
use store::matching::Key;
use tokio::task::JoinSet;

/// A number of customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    pub n: usize,
    /// Not everything was looked at: there may be more.
    pub at_least: bool,
}

/// Whose data a destination would see along one edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visible {
    pub edge: EdgeKey,
    pub people: Count,
    pub companies: Count,
}

/// How much a count reads.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Keys of all accounts together.
    pub keys_max: usize,
    /// Keys of one statement.
    pub page: usize,
}

/// Counts, for every edge that makes data visible, the source's customers that the destination knows too.
pub(super) async fn count(app: &App, planned: &Plan) -> Result<Vec<Visible>> {
    let mut bounds = Bounds { keys_max: DRY_RUN_KEYS_MAX, page: DRY_RUN_PAGE };
    let mut compared: BTreeMap<(Pair, ObjectType), Common> = BTreeMap::new();
    let mut visible = Vec::new();
    // Only mirroring shows anything in this version; other features have nothing to count yet.
    let shown = planned.open.iter().chain(&planned.amend).filter(|(edge, _)| edge.feature == Feature::Mirroring);
    for (edge, terms) in shown {
        let of_source = |common: Common| if edge.source == edge.pair().low { common.low } else { common.high };
        let mut counts = BTreeMap::new();
        for customer in CUSTOMERS.into_iter().filter(|customer| terms.covers(*customer)) {
            let key = (edge.pair(), customer);
            let common = match compared.entry(key) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(unknown) => *unknown.insert(compare(app, edge.pair(), customer, &mut bounds).await?),
            };
            counts.insert(customer, of_source(common));
        }
        let of = |customer| counts.get(&customer).copied().unwrap_or_default();
        visible.push(Visible { edge: *edge, people: of(CONTACT), companies: of(COMPANY) });
    }
    Ok(visible)
}

/// Customers that two accounts have in common, counted on both sides: one company here may be three there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Common {
    pub low: Count,
    pub high: Count,
}

/// Compares the customers of two accounts; what was read is taken off `bounds.keys_max`.
pub async fn compare(app: &App, pair: Pair, customer: ObjectType, bounds: &mut Bounds) -> Result<Common> {
    let (mut low, mut high) = (Side::of(app, pair.low, customer), Side::of(app, pair.high, customer));
    low.ask(bounds);
    high.ask(bounds);
    let at_least = loop {
        if !low.fill(bounds).await? || !high.fill(bounds).await? {
            break true;
        }
        let (Some((a, _)), Some((b, _))) = (low.keys.front(), high.keys.front()) else { break false };
        match a.cmp(b) {
            Ordering::Less => low.leap(&b.clone()),
            Ordering::Greater => high.leap(&a.clone()),
            Ordering::Equal => {
                let both = a.clone();
                if !low.take(&both, bounds).await? || !high.take(&both, bounds).await? {
                    break true;
                }
            }
        }
    };
    let count = |side: &Side| Count { n: side.common.len(), at_least };
    Ok(Common { low: count(&low), high: count(&high) })
}

/// One account's keys, read page by page, and its customers found on the other side so far.
struct Side {
    app: App,
    account: AccountId,
    customer: ObjectType,
    keys: VecDeque<Key>,
    after: Key,
    /// The page that begins there, if it is being read already.
    coming: JoinSet<Result<Vec<Key>>>,
    /// The present page is not where the one before ended: the next one is as likely elsewhere, and not read ahead.
    has_leapt: bool,
    is_over: bool,
    common: HashSet<RecordId>,
}

impl Side {
    fn of(app: &App, account: AccountId, customer: ObjectType) -> Side {
        Side {
            app: app.clone(),
            account,
            customer,
            keys: VecDeque::new(),
            after: (String::new(), RecordId(0)),
            coming: JoinSet::new(),
            has_leapt: false,
            is_over: false,
            common: HashSet::new(),
        }
    }

    /// Begins to read the next page.
    fn ask(&mut self, bounds: &Bounds) {
        let (app, account, customer, after) = (self.app.clone(), self.account, self.customer, self.after.clone());
        let limit = bounds.page.min(bounds.keys_max);
        self.coming.spawn(async move {
            let mut tx = app.store.read(account).await?;
            tx.heavy();
            Ok(store::matching::page(&mut tx, customer, &after, limit).await?)
        });
    }

    /// Takes the next page when there is nothing left; `false` when nothing more may be read.
    async fn fill(&mut self, bounds: &mut Bounds) -> Result<bool> {
        if !self.keys.is_empty() || self.is_over {
            return Ok(true);
        }
        if bounds.keys_max == 0 {
            return Ok(false);
        }
        if self.coming.is_empty() {
            self.ask(bounds);
        }
        let Some(read) = self.coming.join_next().await else { return Ok(false) };
        let mut page = read.map_err(|e| Error::broken(format!("a page of keys was not read: {e}")))??;
        // The other side may have read up what there was for both when this page was asked for.
        let limit = bounds.page.min(bounds.keys_max);
        page.truncate(limit);
        bounds.keys_max -= page.len();
        self.is_over = page.len() < limit;
        if let Some(last) = page.last() {
            self.after = last.clone();
        }
        self.keys = page.into();
        if !self.is_over && bounds.keys_max > 0 && !std::mem::take(&mut self.has_leapt) {
            self.ask(bounds);
        }
        Ok(true)
    }

    /// Passes over keys before a text. Where they go on beyond the page, the next one begins at the text.
    fn leap(&mut self, to: &str) {
        while self.keys.front().is_some_and(|(text, _)| text.as_str() < to) {
            self.keys.pop_front();
        }
        if self.keys.is_empty() && self.after.0.as_str() < to {
            self.after = (to.to_owned(), RecordId(0));
            (self.coming, self.has_leapt) = (JoinSet::new(), true);
        }
    }

    /// Takes everybody with a key that is on both sides.
    async fn take(&mut self, both: &str, bounds: &mut Bounds) -> Result<bool> {
        while self.keys.front().is_some_and(|(text, _)| text == both) {
            self.common.extend(self.keys.pop_front().map(|(_, record)| record));
            if !self.fill(bounds).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
