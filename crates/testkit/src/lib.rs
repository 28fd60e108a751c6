//! What makes tests pleasant: fresh databases on both engines, a clock that stands still, seeded randomness.
//!
//! Invariant: only tests import this. Nothing here sleeps or waits for real time.

pub mod authenticator;
pub mod postbox;
mod postgres;
pub use postgres::tls::Cluster as TlsCluster;

use jiff::{SignedDuration, Timestamp};
use outside::{Clock, NoNetwork, Outside, Random};
use parking_lot::Mutex;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Durability, HOME_LOCATION, Store, migrate};

/// A store on one engine; its files or database go when it is dropped.
pub struct Fresh {
    pub store: Store,
    /// The engine's name, for messages of assertions.
    pub engine: &'static str,
    /// The address of its database, as configuration would name it.
    pub dsn: String,
    _folder: Option<tempfile::TempDir>,
}

/// A fresh store on SQLite and one on PostgreSQL: `for fresh in testkit::engines().await { .. }`.
pub async fn engines() -> Vec<Fresh> {
    vec![sqlite().await, postgres().await]
}

/// The same without a schema: for tests of migrations.
pub async fn empty_engines() -> Vec<Fresh> {
    let (folder, file) = new_file();
    let dsn = postgres::empty_database().await;
    vec![
        Fresh { store: unmigrated(&file).await, engine: "sqlite", dsn: file, _folder: Some(folder) },
        Fresh { store: unmigrated(&dsn).await, engine: "postgres", dsn, _folder: None },
    ]
}

/// A fresh store on SQLite.
pub async fn sqlite() -> Fresh {
    let (folder, dsn) = new_file();
    Fresh { store: open(&dsn).await, engine: "sqlite", dsn, _folder: Some(folder) }
}

/// A fresh store on PostgreSQL. A missing PostgreSQL is a failure, never a skip.
pub async fn postgres() -> Fresh {
    let dsn = postgres::fresh_database().await;
    Fresh { store: open(&dsn).await, engine: "postgres", dsn, _folder: None }
}

fn new_file() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dsn = folder.path().join("consortio.db").to_string_lossy().into_owned();
    (folder, dsn)
}

async fn unmigrated(dsn: &str) -> Store {
    let databases = BTreeMap::from([(HOME_LOCATION.to_owned(), dsn.to_owned())]);
    Store::open(&databases, Durability::Process).await.expect("the fresh database opens")
}

async fn open(dsn: &str) -> Store {
    let store = unmigrated(dsn).await;
    for (_, engine) in store.locations() {
        migrate::migrate(engine, start()).await.expect("the fresh database migrates");
    }
    store
}

/// When every test begins.
pub fn start() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().expect("a time")
}

/// A clock that stands still until it is told to move.
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// Moves forward.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock();
        *now += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

/// Randomness that comes out the same for the same seed.
pub struct Seeded(Mutex<ChaCha8Rng>);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().fill_bytes(bytes);
    }
}

/// Ports for a test: the clock stands at [`start`], the randomness is seeded.
pub fn outside(seed: u64) -> (Outside, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock(Mutex::new(start())));
    let random = Arc::new(Seeded(Mutex::new(ChaCha8Rng::seed_from_u64(seed))));
    (Outside { clock: clock.clone(), random, mail: None, network: Arc::new(NoNetwork) }, clock)
}
