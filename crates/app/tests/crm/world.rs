//! What the tests stand on: a product with one account, two people in it, and contexts for them.

use app::cx::{App, Cx, Person, Settings};
use app::record::CreateInput;
use jiff::SignedDuration;
use model::account::{Account, AccountUser, Deed, Kind, Permissions, Role, Scope, Status, Subscriptions, UserStatus};
use model::change::{Actor, Source};
use model::id::{AccountId, OwnerId, PersonId};
use model::object::ObjectType;
use model::record::{Properties, Record};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::Store;
use testkit::{FixedClock, Fresh};

pub const WEST: AccountId = AccountId(8);
pub const EAST: AccountId = AccountId(9);
pub const ANN: OwnerId = OwnerId(41);
pub const BOB: OwnerId = OwnerId(42);

pub struct World {
    pub app: App,
    pub clock: Arc<FixedClock>,
    pub fresh: Fresh,
}

pub async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for fresh in testkit::engines().await {
        let (app, clock) = product(fresh.store.clone());
        let world = World { app, clock, fresh };
        world.fill().await;
        worlds.push(world);
    }
    worlds
}

fn product(store: Store) -> (App, Arc<FixedClock>) {
    let (outside, clock) = testkit::outside(1);
    let public_url = "https://crm.example".to_owned();
    (
        App::new(
            store,
            outside,
            Settings { public_url, seal_key: [7; 32], demo: false, private_addresses: false, cheap_hashing: true },
        ),
        clock,
    )
}

impl World {
    async fn fill(&self) {
        let mut tx = self.app.store.write_home().await.expect("a transaction");
        for id in [WEST, EAST] {
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
            store::account::create(&mut tx, &account).await.expect("an account");
        }
        for (owner, name) in [(ANN, "Ann"), (BOB, "Bob")] {
            let sql = "INSERT INTO person (id, email, email_folded, name, locale, webauthn_id, created_at) VALUES ($1, $2, $2, $3, 'en', $2, 0)";
            let email = format!("{}@ex.example", name.to_lowercase());
            tx.execute(sql, &[owner.into(), email.into(), name.into()]).await.expect("a person");
            let user = AccountUser {
                account: WEST,
                person: PersonId(owner.0),
                owner,
                role: Role::Standard,
                status: UserStatus::Active,
                seats: BTreeSet::new(),
                permission_set: None,
            };
            store::account::put_user(&mut tx, &user, testkit::start()).await.expect("a user");
        }
        tx.commit(&self.system().by(), testkit::start(), &[]).await.expect("a commit");
    }

    /// Another process on the same database.
    pub async fn other_process(&self) -> App {
        let databases = [(store::HOME_LOCATION.to_owned(), self.fresh.dsn.clone())].into();
        product(Store::open(&databases, store::Durability::Process).await.expect("the database opens twice")).0
    }

    pub fn system(&self) -> Cx {
        Cx { now: self.app.outside.now(), source: Source::Integration, ..Cx::system(&self.app, WEST) }
    }

    /// Somebody who may do everything to her own records, see all, and change nothing else.
    pub fn owner(&self, owner: OwnerId, object: ObjectType, view: Scope) -> Cx {
        let system = self.system();
        let permissions = Permissions::default().with(object, Deed::View, view).with(object, Deed::Edit, Scope::Owned).with(
            object,
            Deed::Delete,
            Scope::Owned,
        );
        let standing = model::authority::Standing { role: Role::Standard, permissions, ..(*system.standing).clone() };
        let id = PersonId(owner.0);
        Cx {
            actor: Actor::Person { id },
            source: Source::CrmUi,
            standing: Arc::new(standing),
            person: Some(Person { id, owner, second_factor_at: None }),
            ..system
        }
    }

    pub fn wait(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub async fn create(&self, object: ObjectType, pairs: &[(&str, &str)]) -> Record {
        app::record::create(&self.app, &self.system(), object, input(pairs)).await.expect("a record").record
    }

    pub async fn feed_head(&self) -> i64 {
        let mut tx = self.app.store.read(WEST).await.expect("a read");
        store::feed::head(&mut tx).await.expect("a head")
    }
}

pub fn values(pairs: &[(&str, &str)]) -> Properties {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

pub fn input(pairs: &[(&str, &str)]) -> CreateInput {
    CreateInput { properties: values(pairs), ..CreateInput::default() }
}
