//! Organizations, connections and their log on both engines.

use jiff::Timestamp;
use model::account::{Account, Kind, Product, Status, Subscriptions, Tier};
use model::change::{Actor, By, Change, Kind as Did, Source};
use model::connection::terms::Terms;
use model::connection::{EdgeKey, Feature};
use model::eligibility::Policy;
use model::id::{AccountId, OrganizationId, PersonId, ResetId};
use model::object::NOTE;
use model::organization::log::{self, Filter, Place, Said};
use model::organization::reset::{Event as ResetEvent, Reset};
use model::organization::{Event, Facts, Organization, next};
use std::collections::BTreeSet;
use store::organization::*;
use store::{Store, WriteTx};

const ORG: OrganizationId = OrganizationId(50);

fn now() -> Timestamp {
    testkit::start()
}

async fn commit(tx: WriteTx) {
    let by = By { actor: Actor::System, source: Source::Internal, cause: None };
    tx.commit(&by, now(), &[Change::of(Did::OrganizationChanged, serde_json::json!({}))]).await.unwrap();
}

fn account(id: i64) -> Account {
    Account {
        id: AccountId(id),
        name: format!("Account {id}"),
        kind: Kind::Standard,
        status: Status::Active,
        location: "home".into(),
        time_zone: "UTC".into(),
        currency: "EUR".into(),
        subscriptions: Subscriptions::of(&[(Product::Marketing, Tier::Enterprise), (Product::Sales, Tier::Professional)]),
        sensitive: false,
        created_at: now(),
    }
}

fn mirror(source: i64, destination: i64) -> EdgeKey {
    EdgeKey { feature: Feature::Mirroring, source: AccountId(source), destination: AccountId(destination) }
}

/// Accounts 1, 2 and 3 in one organization, verified.
async fn three(store: &Store) -> Organization {
    let accounts = [1, 2, 3].map(account);
    let none = Organization::none(ORG, "Group".into(), Policy::parity());
    let members = accounts.iter().map(|a| (a.id, Facts::of(a))).collect();
    let (proposed, mut effects) = next(none, Event::Propose { members }, now());
    let (verified, more) = next(proposed, Event::Verify, now());
    effects.extend(more);
    let mut tx = store.write_home().await.unwrap();
    for account in &accounts {
        store::account::create(&mut tx, account).await.unwrap();
    }
    assert!(save(&mut tx, 0, &verified, &effects, now()).await.unwrap());
    commit(tx).await;
    verified
}

async fn turn(store: &Store, organization: Organization, event: Event) -> Organization {
    let before = organization.version;
    let (after, effects) = next(organization, event, now());
    let mut tx = store.write_home().await.unwrap();
    assert!(save(&mut tx, before, &after, &effects, now()).await.unwrap());
    commit(tx).await;
    after
}

fn review_on() -> jiff::civil::Date {
    model::organization::day(now()).tomorrow().unwrap()
}

fn edit(open: &[EdgeKey], close: &[EdgeKey]) -> Event {
    let terms = || Terms { types: [NOTE].into(), review_on: Some(review_on()), ..Terms::default() };
    Event::EditEdges {
        open: open.iter().map(|edge| (*edge, terms())).collect(),
        close: close.iter().copied().collect(),
        by: PersonId(7),
    }
}

async fn stored(store: &Store) -> Organization {
    read(&mut store.read_home().await.unwrap(), ORG).await.unwrap().unwrap().0
}

async fn sources_into(store: &Store, destination: i64) -> Vec<i64> {
    let mut tx = store.read_home().await.unwrap();
    let passages = passages_into(&mut tx, AccountId(destination), Feature::Mirroring).await.unwrap();
    passages.iter().map(|p| p.source.id.0).collect()
}

#[tokio::test]
async fn an_organization_comes_back_as_it_was_saved_through_its_whole_life() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let org = three(store).await;
        assert_eq!(stored(store).await, org, "{}", fresh.engine);
        let org = turn(store, org, edit(&[mirror(1, 2), mirror(2, 1), mirror(3, 2)], &[])).await;
        assert_eq!(stored(store).await, org, "{}", fresh.engine);
        let org = turn(store, org, edit(&[mirror(1, 3)], &[mirror(1, 2)])).await;
        assert_eq!(stored(store).await, org);
        let org = turn(store, org, Event::RemoveMember { account: AccountId(3) }).await;
        assert_eq!(stored(store).await, org);
        let mut tx = store.read_home().await.unwrap();
        assert_eq!(of_account(&mut tx, AccountId(3)).await.unwrap(), None);
        assert_eq!(of_account(&mut tx, AccountId(2)).await.unwrap(), Some(ORG));
        drop(tx);
        let org = turn(store, org, Event::Delete).await;
        assert_eq!(stored(store).await, org);
        assert_eq!(of_account(&mut store.read_home().await.unwrap(), AccountId(1)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_passage_is_there_exactly_while_its_edge_is_on_and_both_are_members() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let org = three(store).await;
        let org = turn(store, org, edit(&[mirror(1, 2), mirror(3, 2)], &[])).await;
        assert_eq!((sources_into(store, 2).await, sources_into(store, 1).await), (vec![1, 3], vec![]), "{}", fresh.engine);
        let mut tx = store.read_home().await.unwrap();
        let id = connections(&mut tx, ORG).await.unwrap()[0].id;
        let passage = passage_from(&mut tx, id, Feature::Mirroring, AccountId(1)).await.unwrap().unwrap();
        assert_eq!((passage.edge, passage.opened.by, passage.destination), (mirror(1, 2), PersonId(7), account(2)));
        assert_eq!(passage.opened.terms.types, BTreeSet::from([NOTE]));
        assert_eq!(passage_from(&mut tx, id, Feature::Mirroring, AccountId(2)).await.unwrap(), None);
        assert_eq!(passage_from(&mut tx, id, Feature::Workflows, AccountId(1)).await.unwrap(), None);
        drop(tx);
        let org = turn(store, org, edit(&[], &[mirror(1, 2)])).await;
        assert_eq!(sources_into(store, 2).await, [3]);
        let org = turn(store, org, edit(&[mirror(1, 2)], &[])).await;
        assert_eq!(sources_into(store, 2).await, [1, 3]);
        turn(store, org, Event::RemoveMember { account: AccountId(3) }).await;
        assert_eq!(sources_into(store, 2).await, [1]);
    }
}

#[tokio::test]
async fn terms_come_back_as_they_were_amended_and_a_due_review_is_found_until_it_is_said() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let org = turn(store, three(store).await, edit(&[mirror(1, 2), mirror(2, 1)], &[])).await;
        let later = now() + jiff::SignedDuration::from_hours(48);
        let due = async |at| with_reviews_due(&mut store.read_home().await.unwrap(), at, 10).await.unwrap();
        assert_eq!((due(now()).await, due(later).await), (vec![], vec![ORG]), "{}", fresh.engine);
        let terms = Terms { purpose: Some("one service".into()), review_on: Some(review_on()), ..Terms::default() };
        let amend = Event::EditEdges { open: [(mirror(1, 2), terms.clone())].into(), close: [].into(), by: PersonId(8) };
        let org = turn(store, org, amend).await;
        assert_eq!(stored(store).await, org);
        assert_eq!((&org.open[&mirror(1, 2)].terms, org.open[&mirror(1, 2)].approved.by), (&terms, PersonId(8)));
        let before = org.version;
        let (org, effects) = next(org, Event::TimePassed, later);
        let mut tx = store.write_home().await.unwrap();
        assert!(save(&mut tx, before, &org, &effects, later).await.unwrap());
        commit(tx).await;
        assert_eq!((stored(store).await, due(later).await), (org, vec![]));
    }
}

#[tokio::test]
async fn a_stale_version_writes_nothing() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let seen = three(store).await;
        turn(store, seen.clone(), edit(&[mirror(1, 2)], &[])).await;
        let (after, effects) = next(seen.clone(), Event::Delete, now());
        let mut tx = store.write_home().await.unwrap();
        assert!(!save(&mut tx, seen.version, &after, &effects, now()).await.unwrap(), "{}", fresh.engine);
        drop(tx);
        assert_eq!(sources_into(store, 2).await, [1]);
    }
}

#[tokio::test]
async fn an_account_is_in_one_organization_only() {
    for fresh in testkit::engines().await {
        three(&fresh.store).await;
        let other = Organization::none(OrganizationId(51), "Other".into(), Policy::open());
        let members = [(AccountId(1), Facts::of(&account(1)))].into();
        let (other, effects) = next(other, Event::Propose { members }, now());
        let mut tx = fresh.store.write_home().await.unwrap();
        let refused = save(&mut tx, 0, &other, &effects, now()).await;
        assert!(matches!(refused, Err(store::StoreError::Unique(_))), "{}: {refused:?}", fresh.engine);
    }
}

#[tokio::test]
async fn the_log_is_dense_chained_and_the_same_on_both_engines() {
    let mut hashes = Vec::new();
    for fresh in testkit::engines().await {
        three(&fresh.store).await;
        for batch in [vec!["created", "edge_opened"], vec!["edge_closed"]] {
            let said = |act: &str| Said {
                at: now().as_microsecond(),
                actor: "person:7".into(),
                act: act.into(),
                subject: "organization".into(),
                detail: r#"{"b":1, "a":"ø"}"#.into(),
            };
            let mut tx = fresh.store.write_home().await.unwrap();
            lock(&mut tx, ORG).await.unwrap();
            append(&mut tx, ORG, batch.into_iter().map(said).collect()).await.unwrap();
            commit(tx).await;
        }
        let mut tx = fresh.store.read_home().await.unwrap();
        let entries = log(&mut tx, ORG, &Filter::default(), Place::After(0), 100).await.unwrap();
        assert_eq!(log::verify(&entries), Ok(()), "{}", fresh.engine);
        assert_eq!(entries.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(log(&mut tx, ORG, &Filter::default(), Place::After(2), 100).await.unwrap(), entries[2..]);
        hashes.push(entries[2].hash.clone());
    }
    assert_eq!(hashes[0], hashes[1]);
}

#[tokio::test]
async fn entries_of_several_writers_stay_one_chain() {
    for fresh in testkit::engines().await {
        three(&fresh.store).await;
        let writers = (0..8).map(|n| {
            let store = fresh.store.clone();
            tokio::spawn(async move {
                let said = Said { at: n, actor: "system".into(), act: "noted".into(), subject: "x".into(), detail: "{}".into() };
                let mut tx = store.write_home().await.unwrap();
                lock(&mut tx, ORG).await.unwrap();
                append(&mut tx, ORG, vec![said]).await.unwrap();
                commit(tx).await;
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let entries =
            log(&mut fresh.store.read_home().await.unwrap(), ORG, &Filter::default(), Place::After(0), 100).await.unwrap();
        assert_eq!((entries.len(), log::verify(&entries)), (8, Ok(())), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn of_one_person_one_reset_is_open_and_it_is_found_when_it_is_due() {
    for fresh in testkit::engines().await {
        let (store, engine) = (&fresh.store, fresh.engine);
        let reset = |id: i64, person: i64| Reset::new(ResetId(id), ORG, PersonId(person), AccountId(1), PersonId(9), now());
        let (first, other) = (reset(1, 5), reset(2, 6));
        let mut tx = store.write_home().await.unwrap();
        for one in [&first, &other] {
            reset::put(&mut tx, one).await.unwrap();
        }
        commit(tx).await;
        let mut tx = store.write_home().await.unwrap();
        let second = reset::put(&mut tx, &reset(3, 5)).await;
        assert!(matches!(second, Err(store::StoreError::Unique(_))), "{engine}: {second:?}");
        drop(tx);
        let mut tx = store.read_home().await.unwrap();
        assert_eq!(reset::open_of(&mut tx, PersonId(5)).await.unwrap().as_ref(), Some(&first));
        assert_eq!(reset::list(&mut tx, ORG, 9).await.unwrap(), [other.clone(), first.clone()]);
        assert_eq!(reset::read(&mut tx, OrganizationId(51), first.id).await.unwrap(), None, "{engine}: of another organization");
        let later = first.due_at;
        assert_eq!(reset::due(&mut tx, later - jiff::SignedDuration::from_micros(1), 9).await.unwrap(), []);
        assert_eq!(reset::due(&mut tx, later, 9).await.unwrap(), [first.clone(), other]);
        drop(tx);
        let stopped = first.after(ResetEvent::Stop, Some(PersonId(5)), now()).unwrap();
        let mut tx = store.write_home().await.unwrap();
        reset::put(&mut tx, &stopped).await.unwrap();
        reset::put(&mut tx, &reset(3, 5)).await.unwrap();
        commit(tx).await;
        let mut tx = store.read_home().await.unwrap();
        assert_eq!(reset::read(&mut tx, ORG, ResetId(1)).await.unwrap(), Some(stopped), "{engine}");
        assert_eq!(reset::due(&mut tx, later, 9).await.unwrap().len(), 2);
    }
}
