//! What the tests stand on: a product with a fixed clock, two accounts, people.

use app::cx::{App, Cx, Settings};
use app::error::{Error, Kind as ErrorKind};
use app::session::{Opened, Outcome, Visitor, sign_in};
use app::user::Wanted;
use jiff::{SignedDuration, Timestamp};
use model::account::{Account, Kind, Role, Seat, Status, Subscriptions};
use model::id::{AccountId, PersonId};
use model::identity::session::Session;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Store, WriteTx};
use testkit::authenticator::Authenticator;
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

    /// Makes somebody a user, with [`PASSWORD`] when she is new.
    pub async fn add_user(&self, account: AccountId, email: &str, role: Role) -> PersonId {
        let wanted = wanted(email, role, Some(PASSWORD));
        let created = app::user::create(&self.app, &self.system(account), wanted).await.expect("a user");
        assert_eq!(created.link, None);
        created.user.person.id
    }

    /// Signs in with [`PASSWORD`], nothing else being enrolled.
    pub async fn sign_in(&self, email: &str) -> Opened {
        match sign_in(&self.app, &visitor(), email, PASSWORD).await.expect("a sign-in") {
            Outcome::SignedIn(opened) => *opened,
            other => panic!("{other:?}"),
        }
    }

    /// The password was right; the challenge of the second factor.
    pub async fn challenge(&self, email: &str) -> String {
        match sign_in(&self.app, &visitor(), email, PASSWORD).await.expect("a sign-in") {
            Outcome::SecondFactor { challenge, .. } => challenge,
            other => panic!("{other:?}"),
        }
    }

    /// What an authenticator app with this secret shows now.
    pub fn code(&self, secret: &str) -> String {
        let secret = totp_rs::Secret::try_from_base32(secret).expect("a secret");
        let totp = totp_rs::Builder::new().with_secret(secret).build().expect("an app");
        totp.generate(self.app.outside.now().as_second() as u64).to_string()
    }

    /// Sets up an authenticator app; its secret and the recovery codes.
    pub async fn enrol_totp(&self, who: &Session) -> (String, Vec<String>) {
        let enrolment = app::second_factor::begin_totp(&self.app, who, None).await.expect("an enrolment");
        let code = self.code(&enrolment.secret);
        let codes = app::second_factor::confirm_totp(&self.app, who, &enrolment.handle, &code).await.expect("confirmed");
        (enrolment.secret, codes)
    }

    /// Registers a passkey.
    pub async fn enrol_passkey(&self, who: &Session, device: &mut Authenticator) -> String {
        self.enrol_passkey_with_codes(who, device).await.0
    }

    /// Registers a passkey; its id and the recovery codes that come with it.
    pub async fn enrol_passkey_with_codes(&self, who: &Session, device: &mut Authenticator) -> (String, Vec<String>) {
        let begun = app::passkey::begin_registration(&self.app, who, None).await.expect("a registration");
        let credential = device.register(&begun.options);
        let made = app::passkey::finish_registration(&self.app, who, &begun.handle, credential, "Laptop").await;
        let (passkey, codes) = made.expect("a passkey");
        (passkey.id, codes)
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

/// Everybody's password here.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody to be made a user.
pub fn wanted(email: &str, role: Role, password: Option<&str>) -> Wanted {
    let (name, password) = (format!("The person {email}"), password.map(str::to_owned));
    let seats = BTreeSet::from([Seat::Core]);
    Wanted { email: email.to_owned(), name, locale: None, role, seats, permission_set: None, password }
}

/// A browser somewhere.
pub fn visitor() -> Visitor {
    Visitor { address: "192.0.2.7".to_owned(), user_agent: "Firefox".to_owned() }
}

/// The kind and code of a refusal.
pub fn refusal(result: Result<impl Sized, Error>) -> (ErrorKind, &'static str) {
    result.err().map(|e| (e.kind, e.code)).expect("a refusal")
}

/// A product on a store.
pub fn product(store: Store, seed: u64) -> (App, Arc<FixedClock>) {
    let (outside, clock) = testkit::outside(seed);
    let settings = Settings {
        public_url: PUBLIC_URL.to_owned(),
        seal_key: [7; 32],
        demo: false,
        private_addresses: false,
        cheap_hashing: true,
    };
    (App::new(store, outside, settings), clock)
}
