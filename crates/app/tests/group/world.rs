//! A group of companies on a fresh database: accounts, people in several of them, records, connections.

use app::cx::{App, Cx, Person, Settings};
use app::organization::{self, New, View};
use app::record::CreateInput;
use app::{connection, mirror};
use jiff::SignedDuration;
use model::account::{Account, AccountUser, Kind, Product, Role, Seat, Status, Subscriptions, Tier, UserStatus, permissions};
use model::authority::Standing;
use model::change::{Actor, Source};
use model::connection::plan::Wish;
use model::connection::terms::{LegalBasis, Terms};
use model::connection::{EdgeKey, Feature};
use model::eligibility::Policy;
use model::id::{AccountId, OrganizationId, OwnerId, PermissionSetId, PersonId, RecordId};
use model::object::{DEAL, ObjectType, TICKET};
use model::organization::{IMPACT_TEXT_VERSION, log};
use model::property::Schema;
use model::record::{self, Properties};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::association::NewLink;
use store::step_up::Proof;
use store::{Databases, Durability, Store, WriteTx};
use testkit::{FixedClock, Fresh};

/// Central holds Marketing Enterprise; all three have Sales Professional.
pub const CENTRAL: AccountId = AccountId(1);
pub const EAST: AccountId = AccountId(2);
pub const WEST: AccountId = AccountId(3);
pub const ALL: [AccountId; 3] = [CENTRAL, EAST, WEST];

/// Super Admin of all three, with an authenticator and a Core seat.
pub const ANN: PersonId = PersonId(11);
/// A rep of West with a Sales seat.
pub const BO: PersonId = PersonId(12);
/// Super Admin of Central and East only.
pub const CAT: PersonId = PersonId(13);
/// Partner Admin of East.
pub const DAN: PersonId = PersonId(14);

pub struct Group {
    pub app: App,
    pub clock: Arc<FixedClock>,
    pub fresh: Fresh,
}

/// One group on each engine.
pub async fn groups() -> Vec<Group> {
    let mut groups = Vec::new();
    for fresh in testkit::engines().await {
        groups.push(Group::on(fresh).await);
    }
    groups
}

/// Terms that are enough wherever reasons are asked for.
pub fn reasoned() -> Terms {
    Terms { purpose: Some("one service".into()), legal_basis: Some(LegalBasis::Contract), ..Terms::default() }
}

pub fn mirroring(source: AccountId, destination: AccountId) -> EdgeKey {
    EdgeKey { feature: Feature::Mirroring, source, destination }
}

pub fn professional() -> Subscriptions {
    Subscriptions::of(&[(Product::Sales, Tier::Professional)])
}

impl Group {
    async fn on(fresh: Fresh) -> Group {
        let (outside, clock) = testkit::outside(1);
        let public_url = "https://crm.example".to_owned();
        let settings = Settings { public_url, seal_key: [7; 32], demo: false, private_addresses: false, cheap_hashing: true };
        let group = Group { app: App::new(fresh.store.clone(), outside, settings), clock, fresh };
        let anchor = Subscriptions::of(&[(Product::Marketing, Tier::Enterprise), (Product::Sales, Tier::Professional)]);
        group.add_account(CENTRAL, "Central", |account| account.subscriptions = anchor).await;
        group.add_account(EAST, "East", |_| {}).await;
        group.add_account(WEST, "West", |_| {}).await;
        for (person, name, factor) in [(ANN, "Ann", true), (BO, "Bo", false), (CAT, "Cat", true), (DAN, "Dan", true)] {
            group.add_person(person, name, factor).await;
        }
        for account in ALL {
            group.put_user(account, ANN, Role::SuperAdmin, &[Seat::Core]).await;
        }
        group.put_user(WEST, BO, Role::Standard, &[Seat::Core, Seat::Sales]).await;
        group.put_user(CENTRAL, CAT, Role::SuperAdmin, &[Seat::Core]).await;
        group.put_user(EAST, CAT, Role::SuperAdmin, &[Seat::Core]).await;
        group.put_user(EAST, DAN, Role::PartnerAdmin, &[Seat::Core]).await;
        group
    }

    /// The process dies and another one starts on the same database: what it had in memory is gone.
    pub async fn restart(&mut self) {
        let databases = Databases::from([(store::HOME_LOCATION.to_owned(), self.fresh.dsn.clone())]);
        let store = Store::open(&databases, Durability::Process).await.unwrap();
        self.app = App::new(store, self.app.outside.clone(), self.app.settings.clone());
    }

    pub async fn add_account(&self, id: AccountId, name: &str, change: impl FnOnce(&mut Account)) {
        let mut account = Account {
            id,
            name: name.to_owned(),
            kind: Kind::Standard,
            status: Status::Active,
            location: store::HOME_LOCATION.to_owned(),
            time_zone: "UTC".to_owned(),
            currency: "EUR".to_owned(),
            subscriptions: professional(),
            sensitive: false,
            created_at: testkit::start(),
        };
        change(&mut account);
        self.directory(async |tx| store::account::create(tx, &account).await).await;
    }

    /// Somebody whose address is known to be hers.
    pub async fn add_person(&self, id: PersonId, name: &str, has_factor: bool) {
        let confirmed = has_factor.then(testkit::start);
        self.directory(async |tx| {
            let sql = "INSERT INTO person (id, email, email_folded, name, locale, webauthn_id, totp_confirmed_at, email_proved_at, created_at)
                       VALUES ($1, $2, $2, $3, 'en', $2, $4, 0, 0)";
            let email = format!("{}@group.example", name.to_lowercase());
            tx.execute(sql, &[id.into(), email.into(), name.into(), confirmed.into()]).await?;
            Ok(())
        })
        .await;
    }

    pub async fn put_user(&self, account: AccountId, person: PersonId, role: Role, seats: &[Seat]) {
        self.put(account, person, role, seats, None).await;
    }

    pub async fn put(
        &self,
        account: AccountId,
        person: PersonId,
        role: Role,
        seats: &[Seat],
        permission_set: Option<PermissionSetId>,
    ) {
        let owner = OwnerId(account.0 * 1000 + person.0);
        let seats = seats.iter().copied().collect();
        let user = AccountUser { account, person, owner, role, status: UserStatus::Active, seats, permission_set };
        self.directory(async |tx| store::account::put_user(tx, &user, testkit::start()).await).await;
    }

    /// A change of the directory, committed as one.
    pub async fn directory(&self, statements: impl AsyncFnOnce(&mut WriteTx) -> store::Result<()>) {
        let mut tx = self.app.store.write_home().await.unwrap();
        statements(&mut tx).await.unwrap();
        tx.commit(&self.system(store::INSTANCE).by(), self.app.outside.now(), &[]).await.unwrap();
    }

    pub fn system(&self, account: AccountId) -> Cx {
        Cx::system(&self.app, account)
    }

    /// A person at work in an account, as a session would say it.
    pub async fn cx(&self, person: PersonId, account: AccountId) -> Cx {
        let mut tx = self.app.store.read_home().await.unwrap();
        let user = store::account::read_user(&mut tx, account, person).await.unwrap().expect("a user of the account");
        let status = store::account::read(&mut tx, account).await.unwrap().expect("an account").status;
        let set = match user.permission_set {
            Some(id) => store::account::read_permission_set(&mut tx, account, id).await.unwrap(),
            None => None,
        };
        let granted = permissions(user.role, set.as_ref(), &user.seats);
        Cx {
            actor: Actor::Person { id: person },
            source: Source::CrmUi,
            person: Some(Person { id: person, owner: user.owner, second_factor_at: None }),
            standing: Arc::new(Standing { role: user.role, permissions: granted, seats: user.seats, account_status: status }),
            ..self.system(account)
        }
    }

    /// A fresh second factor for one act.
    pub async fn proof(&self, person: PersonId, act: &str, subject: &str) -> String {
        let text = self.app.outside.uuid();
        let hash = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let proof = Proof { hash, person, act: act.to_owned(), subject: subject.to_owned() };
        let expires_at = self.app.outside.now() + SignedDuration::from_mins(5);
        self.directory(async |tx| store::step_up::create(tx, &proof, expires_at).await).await;
        text
    }

    pub async fn wish(&self, person: PersonId, accounts: &[AccountId], policy: Policy) -> New {
        let proof = self.proof(person, organization::CREATE, &organization::accounts_subject(accounts)).await;
        New {
            name: "The Group".to_owned(),
            accounts: accounts.to_vec(),
            invited: Vec::new(),
            acknowledged_text_version: IMPACT_TEXT_VERSION.to_owned(),
            policy,
            proof: Some(proof),
        }
    }

    pub async fn create(
        &self,
        person: PersonId,
        here: AccountId,
        others: &[AccountId],
        policy: Policy,
    ) -> app::error::Result<View> {
        let new = self.wish(person, others, policy).await;
        organization::create(&self.app, &self.cx(person, here).await, new).await
    }

    /// All three in one organization under parity.
    pub async fn organized(&self) -> View {
        self.create(ANN, CENTRAL, &[EAST, WEST], Policy::parity()).await.unwrap()
    }

    pub async fn open(&self, edges: &[EdgeKey]) {
        for edge in edges {
            let wish = Wish::on_terms(*edge, reasoned());
            connection::change(&self.app, &self.cx(ANN, CENTRAL).await, vec![wish]).await.unwrap();
        }
    }

    pub async fn close(&self, edge: EdgeKey) {
        connection::set(&self.app, &self.cx(ANN, CENTRAL).await, edge, false).await.unwrap();
    }

    /// How many edges are open in the organization of Central.
    pub async fn n_open(&self) -> usize {
        organization::read(&self.app, &self.cx(ANN, CENTRAL).await).await.unwrap().organization.open.len()
    }

    /// The log of an organization, also of one that is gone: who did what to what, oldest first. Its chain is whole.
    pub async fn acts(&self, id: OrganizationId) -> Vec<String> {
        let entries = self.entries(id).await;
        entries.into_iter().map(|e| format!("{} {} {}", e.said.actor, e.said.act, e.said.subject)).collect()
    }

    /// What the last entry of an act says.
    pub async fn last_detail(&self, id: OrganizationId, act: &str) -> serde_json::Value {
        let entries = self.entries(id).await;
        let last = entries.iter().rev().find(|e| e.said.act == act).expect("an entry of the act");
        serde_json::from_str(&last.said.detail).unwrap()
    }

    async fn entries(&self, id: OrganizationId) -> Vec<log::Entry> {
        let mut tx = self.app.store.read_home().await.unwrap();
        let (filter, place) = (log::Filter::default(), log::Place::After(0));
        let entries = store::organization::log(&mut tx, id, &filter, place, 100_000).await.unwrap();
        assert_eq!(log::verify(&entries), Ok(()));
        entries
    }

    pub async fn record(&self, account: AccountId, object: ObjectType, pairs: &[(&str, &str)]) -> RecordId {
        let stage: &[(&str, &str)] = match object {
            DEAL => &[("dealstage", "appointmentscheduled")],
            TICKET => &[("hs_pipeline_stage", "1")],
            _ => &[],
        };
        let input: Properties = stage.iter().chain(pairs).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let (schema, by, now) = (Schema::default_of(object), self.system(account).by(), self.app.outside.now());
        let mut tx = self.app.store.write(account).await.unwrap();
        let id = RecordId(tx.take_ids(1).unwrap());
        let made = record::create(&schema, id, &input, now, &by).unwrap();
        store::record::insert_many(&mut tx, vec![(&made, record::unique_keys(&schema, &made))]).await.unwrap();
        tx.commit(&by, now, &[]).await.unwrap();
        id
    }

    /// A record made by the verb, as somebody would, linked plainly to others.
    pub async fn made(
        &self,
        account: AccountId,
        object: ObjectType,
        pairs: &[(&str, &str)],
        to: &[(ObjectType, RecordId)],
    ) -> app::error::Result<RecordId> {
        let properties = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let link = |(other, id): &(ObjectType, RecordId)| {
            (*id, vec![model::association::unlabeled(object, *other).expect("these can be linked")])
        };
        let input = CreateInput { properties, associations: to.iter().map(link).collect(), trace_id: None };
        Ok(app::record::create(&self.app, &self.system(account), object, input).await?.record.id)
    }

    /// An activity or deal, linked to a record.
    pub async fn done(
        &self,
        account: AccountId,
        object: ObjectType,
        pairs: &[(&str, &str)],
        to: (ObjectType, RecordId),
    ) -> RecordId {
        let id = self.record(account, object, pairs).await;
        self.link(account, (object, id), to).await;
        id
    }

    pub async fn link(&self, account: AccountId, from: (ObjectType, RecordId), to: (ObjectType, RecordId)) {
        let mut tx = self.app.store.write(account).await.unwrap();
        let made = store::record::load(&mut tx, from.0, from.1).await.unwrap().unwrap();
        let unlabeled = |a, b| model::association::unlabeled(a, b).expect("these can be linked");
        let link = NewLink {
            from,
            to,
            link_type: unlabeled(from.0, to.0),
            reverse: unlabeled(to.0, from.0),
            from_occurred_at: model::timeline::occurred_at(&made),
            to_occurred_at: None,
        };
        store::association::insert_many(&mut tx, &[link], self.app.outside.now()).await.unwrap();
        tx.commit(&self.system(account).by(), self.app.outside.now(), &[]).await.unwrap();
    }

    /// Changes values of a record.
    pub async fn patch(&self, account: AccountId, object: ObjectType, id: RecordId, pairs: &[(&str, &str)]) {
        let (schema, by, now) = (Schema::default_of(object), self.system(account).by(), self.app.outside.now());
        let mut tx = self.app.store.write(account).await.unwrap();
        let old = store::record::load(&mut tx, object, id).await.unwrap().unwrap();
        let mut new = old.clone();
        new.properties.extend(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let keys = (record::unique_keys(&schema, &old), record::unique_keys(&schema, &new));
        store::record::update(&mut tx, &old, &new, keys.0, keys.1).await.unwrap();
        tx.commit(&by, now, &[]).await.unwrap();
    }

    /// What Bo of West sees mirrored on one of West's records: origin and title or body, newest first.
    pub async fn mirrored(&self, object: ObjectType, id: RecordId) -> Vec<String> {
        let page = mirror::view(&self.app, &self.cx(BO, WEST).await, object, id, None, 50).await.unwrap();
        page.items.iter().map(line).collect()
    }

    /// How many records of a type an account holds, archived ones too.
    pub async fn n_records(&self, account: AccountId) -> usize {
        let mut tx = self.app.store.read(account).await.unwrap();
        let sql = "SELECT COUNT(*) FROM record WHERE account_id = $1";
        let mut row = tx.query_opt(sql, &[account.into()]).await.unwrap().unwrap();
        usize::try_from(row.int(0).unwrap()).unwrap()
    }
}

pub fn line(item: &mirror::Item) -> String {
    let origin = item.origin.as_ref().map_or("own", |origin| origin.account_name.as_str());
    let text = item.title().or(item.body()).unwrap_or("-");
    format!("{origin} {}: {text}", item.record.object.singular())
}

/// The code of a refusal.
pub fn code<T: std::fmt::Debug>(result: app::error::Result<T>) -> &'static str {
    result.expect_err("this should be refused").code
}

/// The impact statement in force was read, and this is the proof.
pub fn consent(proof: Option<&str>) -> organization::Consent<'_> {
    organization::Consent { text_version: IMPACT_TEXT_VERSION, proof }
}
