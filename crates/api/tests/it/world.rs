//! A product with something in it, on a fresh database.
//!
//! Two accounts that share nothing: East, where the tests live, and West, which stands for everybody else.

use crate::client::Client;
use api::{Api, Options, Route};
use app::cx::{App, Cx, Settings};
use model::account::{Account, Kind, Role, Status, Subscriptions};
use model::id::{AccountId, PersonId};
use testkit::Fresh;

pub const EAST: AccountId = AccountId(7);
pub const WEST: AccountId = AccountId(8);

/// The door and what is behind it.
pub struct World {
    pub api: Api,
    pub app: App,
    pub clock: std::sync::Arc<testkit::FixedClock>,
    _fresh: Fresh,
    _folder: tempfile::TempDir,
}

/// The product's own routes.
pub async fn world() -> World {
    world_with(api::routes()).await
}

/// Any routes.
pub async fn world_with(routes: Vec<Route>) -> World {
    let fresh = testkit::sqlite().await;
    let (outside, clock) = testkit::outside(7);
    let settings = Settings {
        public_url: "http://crm.example".into(),
        seal_key: [7; 32],
        demo: false,
        private_addresses: false,
        cheap_hashing: true,
    };
    let app = App::new(fresh.store.clone(), outside, settings);
    for (id, name) in [(EAST, "East"), (WEST, "West")] {
        add_account(&app, id, name).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let options = Options { files: Some(folder.path().to_owned()), ..Options::default() };
    World { api: Api::with_routes(app.clone(), routes, options), app, clock, _fresh: fresh, _folder: folder }
}

async fn add_account(app: &App, id: AccountId, name: &str) {
    let account = Account {
        id,
        name: name.to_owned(),
        kind: Kind::Standard,
        status: Status::Active,
        location: store::HOME_LOCATION.to_owned(),
        time_zone: "Europe/Copenhagen".to_owned(),
        currency: "EUR".to_owned(),
        subscriptions: Subscriptions::default(),
        sensitive: false,
        created_at: testkit::start(),
    };
    let mut tx = app.store.write_home().await.unwrap();
    store::account::create(&mut tx, &account).await.unwrap();
    tx.commit(&Cx::system(app, id).by(), testkit::start(), &[]).await.unwrap();
}

impl World {
    /// A further account.
    pub async fn add_account(&self, id: AccountId, name: &str) {
        add_account(&self.app, id, name).await;
    }

    /// Somebody with every right in an account.
    pub async fn client(&self, account: AccountId) -> Client {
        Client::new(&self.api, &self.token(account, &["*"]).await)
    }

    /// A token that acts for a Super Admin of the account.
    pub async fn token_of_admin(&self, account: AccountId, scopes: &[&str]) -> String {
        let admin = PersonId(900 + account.0);
        self.add_person(admin, "Admin").await;
        self.put_user(account, admin, Role::SuperAdmin, &[]).await;
        self.token_for(account, admin, scopes).await
    }

    /// A token of an account that acts for a person.
    pub async fn token_for(&self, account: AccountId, person: PersonId, scopes: &[&str]) -> String {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let mut tx = self.app.store.read_home().await.unwrap();
        let email = store::person::read(&mut tx, person).await.unwrap().expect("a person").person.email;
        drop(tx);
        app::token::create_for(&self.app, &Cx::system(&self.app, account), &email, "test", &scopes).await.unwrap().text
    }

    /// A token of an account.
    pub async fn token(&self, account: AccountId, scopes: &[&str]) -> String {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        app::token::create(&self.app, &Cx::system(&self.app, account), "test", &scopes).await.unwrap().text
    }
}
