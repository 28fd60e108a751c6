//! What tests of the directory share: accounts, people in them, an organization.

use jiff::Timestamp;
use model::account::{Account, AccountUser, Kind, Role, Status, Subscriptions, UserStatus};
use model::change::{Actor, By, Change, Kind as Did, Source};
use model::eligibility::Policy;
use model::id::{AccountId, OrganizationId, OwnerId, PersonId};
use model::identity::person::Person;
use model::organization::{Event, Facts, Organization, next};
use store::{Store, Tx, WriteTx};

pub const WEST: AccountId = AccountId(1);
pub const EAST: AccountId = AccountId(2);
pub const ANN: PersonId = PersonId(11);
pub const BO: PersonId = PersonId(12);
pub const GROUP: OrganizationId = OrganizationId(50);

pub fn now() -> Timestamp {
    testkit::start()
}

pub fn hours(n: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_hours(n)
}

pub fn by(person: PersonId) -> By {
    By { actor: Actor::Person { id: person }, source: Source::CrmUi, cause: None }
}

/// Writes the directory in one transaction.
pub async fn write<T>(store: &Store, statements: impl AsyncFnOnce(&mut WriteTx) -> store::Result<T>) -> T {
    let mut tx = store.write_home().await.expect("a transaction");
    let done = statements(&mut tx).await.expect("it is written");
    tx.commit_bookkeeping().await.expect("a commit");
    done
}

pub async fn read<T>(store: &Store, statements: impl AsyncFnOnce(&mut Tx) -> store::Result<T>) -> T {
    statements(&mut store.read_home().await.expect("a read")).await.expect("it is read")
}

/// Commits with something for the feed of the instance.
pub async fn tell(store: &Store, at: Timestamp, changes: &[Change]) -> i64 {
    store.write_home().await.expect("a transaction").commit(&by(ANN), at, changes).await.expect("a commit")
}

pub fn happened(kind: Did, detail: serde_json::Value) -> Change {
    Change::of(kind, detail)
}

pub fn account(id: AccountId) -> Account {
    Account {
        id,
        name: format!("Account {id}"),
        kind: Kind::Standard,
        status: Status::Active,
        location: store::HOME_LOCATION.to_owned(),
        time_zone: "UTC".to_owned(),
        currency: "EUR".to_owned(),
        subscriptions: Subscriptions::default(),
        sensitive: false,
        created_at: now(),
    }
}

pub fn user(account: AccountId, person: PersonId, role: Role) -> AccountUser {
    let owner = OwnerId(account.0 * 1_000 + person.0);
    AccountUser { account, person, owner, role, status: UserStatus::Active, seats: [].into(), permission_set: None }
}

/// West and East; Ann is Super Admin of both, Bo a user of West.
pub async fn people(store: &Store) {
    write(store, async |tx| {
        for id in [WEST, EAST] {
            store::account::create(tx, &account(id)).await?;
            store::account::put_user(tx, &user(id, ANN, Role::SuperAdmin), now()).await?;
        }
        store::account::put_user(tx, &user(WEST, BO, Role::Standard), now()).await?;
        for (id, name) in [(ANN, "ann"), (BO, "bo")] {
            let email = format!("{name}@group.example");
            let person = Person {
                id,
                email: email.clone(),
                name: name.to_owned(),
                locale: "en".to_owned(),
                webauthn_id: format!("handle-{name}"),
                default_account: None,
                created_at: now(),
                disabled_at: None,
            };
            store::person::create(tx, &person, &email, None).await?;
        }
        Ok(())
    })
    .await;
}

/// The same, with both accounts in one organization.
pub async fn group(store: &Store, policy: Policy) -> Organization {
    people(store).await;
    let members = [WEST, EAST].map(|id| (id, Facts::of(&account(id)))).into();
    let (proposed, mut effects) = next(Organization::none(GROUP, "Group".to_owned(), policy), Event::Propose { members }, now());
    let (verified, more) = next(proposed, Event::Verify, now());
    effects.extend(more);
    assert!(write(store, async |tx| store::organization::save(tx, 0, &verified, &effects, now()).await).await);
    verified
}

/// East leaves.
pub async fn leave(store: &Store, organization: Organization) {
    let before = organization.version;
    let (after, effects) = next(organization, Event::RemoveMember { account: EAST }, now());
    assert!(write(store, async |tx| store::organization::save(tx, before, &after, &effects, now()).await).await);
}
