//! Accounts, users and permission sets on both engines.

use jiff::Timestamp;
use model::account::{
    Account, AccountUser, Kind, PermissionSet, Permissions, Product, Role, Seat, Status, Subscriptions, Tier, UserStatus,
};
use model::change::{Actor, By, Change, Kind as Did, Source};
use model::id::{AccountId, OwnerId, PermissionSetId, PersonId};
use store::account::*;
use store::{Store, WriteTx};

fn now() -> Timestamp {
    testkit::start()
}

async fn save(tx: WriteTx) {
    let by = By { actor: Actor::System, source: Source::Internal, cause: None };
    tx.commit(&by, now(), &[Change::of(Did::AccountChanged, serde_json::json!({}))]).await.unwrap();
}

fn west(id: i64) -> Account {
    Account {
        id: AccountId(id),
        name: "West".into(),
        kind: Kind::Standard,
        status: Status::Active,
        location: "home".into(),
        time_zone: "Europe/Copenhagen".into(),
        currency: "DKK".into(),
        subscriptions: Subscriptions::of(&[(Product::Sales, Tier::Professional)]),
        sensitive: false,
        created_at: now(),
    }
}

fn ann(account: i64) -> AccountUser {
    AccountUser {
        account: AccountId(account),
        person: PersonId(7),
        owner: OwnerId(70 + account),
        role: Role::Standard,
        status: UserStatus::Active,
        seats: [Seat::Core, Seat::Sales].into(),
        permission_set: Some(PermissionSetId(3)),
    }
}

async fn with_west(store: &Store) {
    let mut tx = store.write_home().await.unwrap();
    create(&mut tx, &west(1)).await.unwrap();
    create(&mut tx, &Account { name: "East".into(), ..west(2) }).await.unwrap();
    save(tx).await;
}

#[tokio::test]
async fn an_account_comes_back_as_it_was_written_and_changed() {
    for fresh in testkit::engines().await {
        with_west(&fresh.store).await;
        let changed = Account { name: "West A/S".into(), status: Status::Suspended, sensitive: true, ..west(1) };
        let mut tx = fresh.store.write_home().await.unwrap();
        assert_eq!(lock(&mut tx, AccountId(1)).await.unwrap(), Some(west(1)), "{}", fresh.engine);
        update(&mut tx, &changed, now()).await.unwrap();
        save(tx).await;
        let mut tx = fresh.store.read_home().await.unwrap();
        assert_eq!(read(&mut tx, AccountId(1)).await.unwrap(), Some(changed), "{}", fresh.engine);
        assert_eq!(read(&mut tx, AccountId(9)).await.unwrap(), None);
        let ids: Vec<_> = list(&mut tx, AccountId(0), 10).await.unwrap().into_iter().map(|a| a.id.0).collect();
        assert_eq!(ids, [1, 2]);
        assert_eq!(list(&mut tx, AccountId(1), 10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_person_is_in_several_accounts_each_with_her_own_place() {
    for fresh in testkit::engines().await {
        with_west(&fresh.store).await;
        let elsewhere = AccountUser { role: Role::SuperAdmin, seats: [].into(), permission_set: None, ..ann(2) };
        let mut tx = fresh.store.write_home().await.unwrap();
        put_user(&mut tx, &ann(1), now()).await.unwrap();
        put_user(&mut tx, &elsewhere, now()).await.unwrap();
        save(tx).await;
        let mut tx = fresh.store.read_home().await.unwrap();
        let places = of_person(&mut tx, PersonId(7)).await.unwrap();
        let names: Vec<_> = places.iter().map(|(a, u)| (a.name.as_str(), u.clone())).collect();
        assert_eq!(names, [("East", elsewhere), ("West", ann(1))], "{}", fresh.engine);
        drop(tx);
        let mut tx = fresh.store.write_home().await.unwrap();
        assert!(remove_user(&mut tx, AccountId(1), PersonId(7)).await.unwrap());
        assert!(!remove_user(&mut tx, AccountId(1), PersonId(7)).await.unwrap());
        save(tx).await;
        let mut tx = fresh.store.read_home().await.unwrap();
        assert_eq!(read_user(&mut tx, AccountId(1), PersonId(7)).await.unwrap(), None);
        assert_eq!(users(&mut tx, AccountId(2)).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn permission_sets_belong_to_one_account() {
    for fresh in testkit::engines().await {
        let set = PermissionSet { id: PermissionSetId(3), name: "Reps".into(), permissions: Permissions::member() };
        let mut tx = fresh.store.write_home().await.unwrap();
        put_permission_set(&mut tx, AccountId(1), &set).await.unwrap();
        save(tx).await;
        let mut tx = fresh.store.read_home().await.unwrap();
        assert_eq!(read_permission_set(&mut tx, AccountId(1), set.id).await.unwrap(), Some(set), "{}", fresh.engine);
        assert_eq!(permission_sets(&mut tx, AccountId(2)).await.unwrap(), []);
    }
}
