//! What the tests stand on: a product with a fixed clock, two accounts, people.

use app::cx::{App, Cx, Settings};
use jiff::{SignedDuration, Timestamp};
use model::account::{Account, Kind, Status, Subscriptions};
use model::id::AccountId;
use std::sync::Arc;
use store::{Store, WriteTx};
use testkit::{FixedClock, Fresh};

/// Where people reach the product of the tests.
pub const PUBLIC_URL: &str = "https://crm.example";

/// A product of its own, with nothing in it but two accounts.
pub struct World {
    pub app: App,
    pub clock: Arc<FixedClock>,
    pub fresh: Fresh,
}

pub const EAST: AccountId = AccountId(7);
pub const WEST: AccountId = AccountId(8);

/// One world on each engine.
pub async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for fresh in testkit::engines().await {
        worlds.push(World::on(fresh).await);
    }
    worlds
}

impl World {
    pub async fn on(fresh: Fresh) -> World {
        let (app, clock) = product(fresh.store.clone(), 1);
        let world = World { app, clock, fresh };
        for account in [EAST, WEST] {
            world.add_account(account).await;
        }
        world
    }

    /// Another process on the same database: it shares the clock and nothing else.
    pub async fn other_process(&self) -> App {
        let databases = [(store::HOME_LOCATION.to_owned(), self.fresh.dsn.clone())].into();
        let store = Store::open(&databases, store::Durability::Process).await.expect("the database opens twice");
        let (mut outside, _) = testkit::outside(2);
        outside.clock = self.clock.clone();
        App::new(store, outside, self.app.settings.clone())
    }

    pub fn system(&self, account: AccountId) -> Cx {
        Cx::system(&self.app, account)
    }

    pub fn wait(&self, seconds: i64) -> Timestamp {
        self.clock.advance(SignedDuration::from_secs(seconds));
        self.app.outside.now()
    }

    async fn add_account(&self, id: AccountId) {
        let account = Account {
            id,
            name: format!("Account {id}"),
            kind: Kind::Standard,
            status: Status::Active,
            location: store::HOME_LOCATION.to_owned(),
            time_zone: "UTC".to_owned(),
            currency: "EUR".to_owned(),
            subscriptions: Subscriptions::default(),
            sensitive: false,
            created_at: testkit::start(),
        };
        self.write(async |tx| store::account::create(tx, &account).await).await;
    }

    pub async fn set_account_status(&self, id: AccountId, status: Status) {
        self.write(async |tx| {
            let account = store::account::lock(tx, id).await?.expect("an account");
            store::account::update(tx, &Account { status, ..account }, testkit::start()).await
        })
        .await;
    }

    /// A change of the directory, committed as one.
    async fn write(&self, statements: impl AsyncFnOnce(&mut WriteTx) -> store::Result<()>) {
        let mut tx = self.app.store.write_home().await.expect("a transaction");
        statements(&mut tx).await.expect("statements");
        let by = self.system(store::INSTANCE).by();
        tx.commit(&by, self.app.outside.now(), &[]).await.expect("a commit");
    }
}

/// A product on a store.
pub fn product(store: Store, seed: u64) -> (App, Arc<FixedClock>) {
    let (outside, clock) = testkit::outside(seed);
    let settings = Settings { public_url: PUBLIC_URL.to_owned(), seal_key: [7; 32], demo: false, cheap_hashing: true };
    (App::new(store, outside, settings), clock)
}
