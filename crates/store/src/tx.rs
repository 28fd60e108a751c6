//! The store: which database an account lives in, transactions bound to one account, identifiers.

use crate::engine::{Dialect, Durability, Engine, Result, Row, StoreError, Tx as Raw, Value};
use crate::{feed, journal};
use model::change::{By, Change, Kind};
use model::id::AccountId;
use parking_lot::{Mutex, RwLock};
use std::collections::{BTreeMap, HashMap};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::broadcast;

/// The instance itself, as the account of its own feed: sign-in, people, accounts, organizations.
pub const INSTANCE: AccountId = AccountId(0);
/// The data-hosting location whose database also holds the directory of accounts, people and organizations.
pub const HOME_LOCATION: &str = "home";
/// Identifiers a transaction may take without asking for more.
const IDS_PER_TX: i64 = 256;
/// Identifiers fetched at once. What is left of a block at the end of a process is never used.
const IDS_PER_BLOCK: i64 = 1_000;
/// Hints kept for a slow listener; one that misses some looks at the feed anyway.
const HINTS_MAX: usize = 1_024;

/// The databases of an instance: location name to address. Must contain [`HOME_LOCATION`].
pub type Databases = BTreeMap<String, String>;

/// "Something was committed": says where to look, never what happened. May be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    pub account: AccountId,
    pub seq: i64,
}

/// All databases of an instance. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    home: Engine,
    locations: BTreeMap<String, Engine>,
    routes: RwLock<HashMap<AccountId, Engine>>,
    /// Next and end of the block of identifiers fetched for an account.
    ids: Mutex<HashMap<AccountId, (i64, i64)>>,
    fetching_ids: tokio::sync::Mutex<()>,
    hints: broadcast::Sender<Hint>,
    /// Counts this process's commits to the directory.
    n_directory_commits: AtomicU64,
}

impl Store {
    /// Opens every location. The schema must be there: see [`crate::migrate`].
    pub async fn open(databases: &Databases, durability: Durability) -> Result<Store> {
        let mut locations = BTreeMap::new();
        for (name, dsn) in databases {
            locations.insert(name.clone(), Engine::open(dsn, durability).await?);
        }
        let home = locations
            .get(HOME_LOCATION)
            .cloned()
            .ok_or_else(|| StoreError::Unavailable(format!("no database is configured for the location \"{HOME_LOCATION}\"")))?;
        let (hints, _) = broadcast::channel(HINTS_MAX);
        Ok(Store(Arc::new(Inner {
            home,
            locations,
            routes: RwLock::default(),
            ids: Mutex::default(),
            fetching_ids: tokio::sync::Mutex::default(),
            hints,
            n_directory_commits: AtomicU64::new(0),
        })))
    }

    /// Each location with its database.
    pub fn locations(&self) -> impl Iterator<Item = (&str, &Engine)> {
        self.0.locations.iter().map(|(name, engine)| (name.as_str(), engine))
    }

    /// Hints of commits of this process.
    pub fn hints(&self) -> broadcast::Receiver<Hint> {
        self.0.hints.subscribe()
    }

    /// How often this process changed the directory. What was read from the directory while it stood at a number is still
    /// so while it stands there, as far as this process is concerned; others may have changed it.
    pub fn directory_version(&self) -> u64 {
        self.0.n_directory_commits.load(Ordering::Acquire)
    }

    async fn engine(&self, account: AccountId) -> Result<Engine> {
        if account == INSTANCE {
            return Ok(self.0.home.clone());
        }
        if let Some(engine) = self.0.routes.read().get(&account) {
            return Ok(engine.clone());
        }
        let mut home = self.0.home.read().await?;
        let row = home.query_opt("SELECT location FROM account WHERE id = $1", &[account.into()]).await?;
        let location = row.ok_or_else(|| StoreError::Broken(format!("there is no account {account}")))?.text(0)?;
        let engine = self.0.locations.get(&location).cloned().ok_or_else(|| {
            StoreError::Unavailable(format!(
                "account {account} lives in location \"{location}\", for which no database is configured"
            ))
        })?;
        self.0.routes.write().insert(account, engine.clone());
        Ok(engine)
    }

    /// Reads what belongs to an account.
    pub async fn read(&self, account: AccountId) -> Result<Tx> {
        Ok(Tx { raw: self.engine(account).await?.read().await?, account })
    }

    /// Reads the directory: accounts, people, sessions, tokens, organizations.
    pub async fn read_home(&self) -> Result<Tx> {
        self.read(INSTANCE).await
    }

    /// Writes what belongs to an account. Up to 256 identifiers can be taken ([`WriteTx::take_ids`]).
    pub async fn write(&self, account: AccountId) -> Result<WriteTx> {
        self.write_many(account, 0).await
    }

    /// Writes much: like [`Store::write`], with room for `n_ids` identifiers.
    pub async fn write_many(&self, account: AccountId, n_ids: usize) -> Result<WriteTx> {
        let engine = self.engine(account).await?;
        let wanted = IDS_PER_TX.max(i64::try_from(n_ids).unwrap_or(i64::MAX));
        // Fetched in a transaction of its own, before ours: identifiers may be lost, but never come twice.
        self.reserve_ids(&engine, account, wanted).await?;
        Ok(WriteTx { tx: Tx { raw: engine.write().await?, account }, store: self.clone() })
    }

    /// Writes the directory.
    pub async fn write_home(&self) -> Result<WriteTx> {
        self.write(INSTANCE).await
    }

    async fn reserve_ids(&self, engine: &Engine, account: AccountId, wanted: i64) -> Result<()> {
        let enough = || self.0.ids.lock().get(&account).is_some_and(|(next, end)| end - next >= wanted);
        if enough() {
            return Ok(());
        }
        // One fetches, the others wait for it: everybody fetching would waste a block each.
        let _turn = self.0.fetching_ids.lock().await;
        if enough() {
            return Ok(());
        }
        let n = wanted.max(IDS_PER_BLOCK);
        let mut tx = engine.write().await?;
        let end = raise_head(&mut tx, account, "id_head", n).await? + 1;
        tx.commit().await?;
        let mut ids = self.0.ids.lock();
        let block = ids.entry(account).or_insert((end - n, end));
        // What is left of the last block joins the new one, unless another process fetched one in between.
        let next = if block.1 == end - n { block.0 } else { end - n };
        *block = (next, end);
        Ok(())
    }
}

/// Adds to a counter of the account's head row, which is made when it is not there; the new value.
async fn raise_head(tx: &mut Raw, account: AccountId, counter: &str, n: i64) -> Result<i64> {
    let raise = format!("UPDATE account_head SET {counter} = {counter} + $2 WHERE account_id = $1 RETURNING {counter}");
    if let Some(mut row) = tx.query_opt(&raise, &[account.into(), n.into()]).await? {
        return row.int(0);
    }
    tx.execute(
        "INSERT INTO account_head (account_id, feed_head, id_head) VALUES ($1, 0, 100) ON CONFLICT (account_id) DO NOTHING",
        &[account.into()],
    )
    .await?;
    let row = tx.query_opt(&raise, &[account.into(), n.into()]).await?;
    row.ok_or_else(|| StoreError::Broken(format!("account {account} has no head row")))?.int(0)
}

/// A transaction that reads, bound to one account.
pub struct Tx {
    raw: Raw,
    account: AccountId,
}

impl Tx {
    /// Whose data this is; the first parameter of every statement on an account-owned table.
    pub fn account(&self) -> AccountId {
        self.account
    }

    pub fn dialect(&self) -> Dialect {
        self.raw.dialect()
    }

    /// See [`engine::Tx::heavy`](crate::engine::Tx::heavy).
    pub fn heavy(&mut self) {
        self.raw.heavy();
    }

    pub async fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.raw.query(sql, params).await
    }

    pub async fn query_opt(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        self.raw.query_opt(sql, params).await
    }
}

/// A transaction that writes, bound to one account. Dropped, it did nothing.
pub struct WriteTx {
    tx: Tx,
    store: Store,
}

impl Deref for WriteTx {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

impl WriteTx {
    pub async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        self.tx.raw.execute(sql, params).await
    }

    /// See [`engine::Tx::insert_many`](crate::engine::Tx::insert_many).
    pub async fn insert_many(&mut self, table: &str, columns: &[&str], rows: &[Vec<Value>], tail: &str) -> Result<u64> {
        self.tx.raw.insert_many(table, columns, rows, tail).await
    }

    /// Takes `n` fresh identifiers, consecutive and larger than every one before; the first of them. Taken ones are gone
    /// even when the transaction fails.
    pub fn take_ids(&mut self, n: usize) -> Result<i64> {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        let mut ids = self.store.0.ids.lock();
        match ids.get_mut(&self.tx.account) {
            Some((next, end)) if *end - *next >= n => {
                *next += n;
                Ok(*next - n)
            }
            // Transactions that started at the same moment may have used the block up; running again fetches more.
            _ => Err(StoreError::Collision(format!("account {} ran out of fetched identifiers", self.tx.account))),
        }
    }

    /// Commits with what changed, by whom and because of what: the account's feed gets one number per change, without
    /// gaps and in the order of commits. Returns the last number when all is on disk.
    ///
    /// ```text
    ///   .. statements .. -> UPDATE account_head (its row lock orders the commits) -> INSERT change .. -> COMMIT
    /// ```
    pub async fn commit(mut self, by: &By, at: jiff::Timestamp, changes: &[Change]) -> Result<i64> {
        let account = self.tx.account;
        let n = i64::try_from(changes.len()).unwrap_or(i64::MAX);
        let head = raise_head(&mut self.tx.raw, account, "feed_head", n).await?;
        if changes.iter().any(|c| c.kind == Kind::DefinitionChanged) {
            raise_head(&mut self.tx.raw, account, "definitions_version", 1).await?;
        }
        feed::append(&mut self, head - n + 1, by, at, changes).await?;
        if account == INSTANCE {
            crate::security_history::index(&mut self, head - n + 1, at, changes).await?;
        }
        self.tx.raw.commit().await?;
        if account == INSTANCE {
            self.store.0.n_directory_commits.fetch_add(1, Ordering::AcqRel);
        }
        journal::tell(account, by, head, changes);
        // Nobody listening is fine: consumers look by themselves.
        drop(self.store.0.hints.send(Hint { account, seq: head }));
        Ok(head)
    }

    /// Commits what is nobody's business: cursors, leases, sessions seen, attempts counted, counters derived from the
    /// feed. Never what a person did.
    pub async fn commit_bookkeeping(self) -> Result<()> {
        self.tx.raw.commit().await
    }
}
