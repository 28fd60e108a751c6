//! The spine: feeds are gapless and in commit order, identifiers never come twice, leases exclude, replays do nothing.

use jiff::SignedDuration;
use model::change::{Actor, By, Change, Interest, Kind, Source, Values};
use model::id::{AccountId, PersonId, RecordId};
use model::object::CONTACT;
use std::collections::BTreeSet;
use store::{INSTANCE, Store, feed, inbox, lease};
use testkit::start;

fn by() -> By {
    By { actor: Actor::Person { id: PersonId(7) }, source: Source::CrmUi, cause: None }
}

async fn write_one(store: Store) -> i64 {
    let mut tx = store.write(INSTANCE).await.expect("a transaction");
    let id = tx.take_ids(1).expect("an id");
    tx.commit(&by(), start(), &[Change::record(Kind::RecordCreated, CONTACT, RecordId(id))]).await.expect("a commit");
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_leave_a_feed_without_gaps_and_ids_without_doubles() {
    for fresh in testkit::engines().await {
        let writers: Vec<_> = (0..16)
            .map(|_| {
                let store = fresh.store.clone();
                tokio::spawn(async move {
                    let mut ids = Vec::new();
                    for _ in 0..25 {
                        ids.push(write_one(store.clone()).await);
                    }
                    ids
                })
            })
            .collect();
        let mut ids = Vec::new();
        for writer in writers {
            ids.extend(writer.await.expect("a writer"));
        }
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 400, "{}: an id came twice", fresh.engine);
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let seqs: Vec<i64> = feed::read(&mut tx, 0, 1_000).await.expect("the feed").into_iter().map(|r| r.seq).collect();
        assert_eq!(seqs, (1..=400).collect::<Vec<_>>(), "{}", fresh.engine);
        assert_eq!(feed::head(&mut tx).await.expect("a head"), 400, "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_transaction_leaves_nothing_and_its_neighbours_stay() {
    for fresh in testkit::engines().await {
        write_one(fresh.store.clone()).await;
        {
            let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
            let n = tx
                .execute("INSERT INTO instance (name, value) VALUES ($1, $2)", &["a".into(), "b".into()])
                .await
                .expect("an insert");
            assert_eq!(n, 1, "{}", fresh.engine);
        }
        write_one(fresh.store.clone()).await;
        let mut tx = fresh.store.read_home().await.expect("a read");
        assert!(tx.query_opt("SELECT value FROM instance", &[]).await.expect("a query").is_none(), "{}", fresh.engine);
        assert_eq!(feed::head(&mut tx).await.expect("a head"), 2, "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_comes_back_as_it_went_in() {
    for fresh in testkit::engines().await {
        let values = Values::from([("email".to_owned(), (None, Some("åse@ex.example".to_owned())))]);
        let change = Change { values, ..Change::record(Kind::RecordUpdated, CONTACT, RecordId(5)) };
        let of = Change::of(Kind::AccountChanged, serde_json::json!({"name": "x"}));
        let tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        assert_eq!(tx.commit(&by(), start(), &[change.clone(), of.clone()]).await.expect("a commit"), 2);
        let mut tx = fresh.store.read_home().await.expect("a read");
        let recorded = feed::read(&mut tx, 0, 10).await.expect("the feed");
        assert_eq!(recorded.iter().map(|r| &r.change).collect::<Vec<_>>(), [&change, &of], "{}", fresh.engine);
        assert_eq!((&recorded[0].by, recorded[0].at), (&by(), start()), "{}", fresh.engine);
        let of_record = feed::of_record(&mut tx, CONTACT, RecordId(5), i64::MAX, 10).await.expect("the history");
        assert_eq!(of_record.len(), 1, "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_has_one_holder_and_a_new_fence_after_it_expired() {
    for fresh in testkit::engines().await {
        let minute = SignedDuration::from_mins(1);
        let take = async |holder: &str, at: jiff::Timestamp| {
            let mut tx = fresh.store.write_home().await.expect("a transaction");
            let fence = lease::take(&mut tx, "t", holder, at, at + minute).await.expect("a lease");
            tx.commit_bookkeeping().await.expect("a commit");
            fence
        };
        assert_eq!(take("a", start()).await, Some(1), "{}", fresh.engine);
        assert_eq!(take("b", start()).await, None, "{}", fresh.engine);
        assert_eq!(take("a", start()).await, Some(1), "{}: renewing keeps the fence", fresh.engine);
        assert_eq!(take("b", start() + minute).await, Some(2), "{}", fresh.engine);
        let mut tx = fresh.store.write_home().await.expect("a transaction");
        assert!(!lease::holds(&mut tx, "t", "a", 1, start() + minute).await.expect("an answer"), "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_alone_takes_over_what_a_dead_one_held() {
    for fresh in testkit::engines().await {
        let hour = SignedDuration::from_hours(1);
        let take = async |holder: &str| {
            let mut tx = fresh.store.write_home().await.expect("a transaction");
            let fence = lease::take(&mut tx, "t", holder, start(), start() + hour).await.expect("a lease");
            tx.commit_bookkeeping().await.expect("a commit");
            fence
        };
        assert_eq!((take("dead").await, take("next").await), (Some(1), None), "{}", fresh.engine);
        let (_, engine) = fresh.store.locations().next().expect("a location");
        assert_eq!(lease::release_all(engine).await.expect("a release"), 1, "{}", fresh.engine);
        assert_eq!((take("next").await, take("dead").await), (Some(2), None), "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_step_is_refused_by_the_inbox() {
    for fresh in testkit::engines().await {
        for expected in [true, false] {
            let mut tx = fresh.store.write_home().await.expect("a transaction");
            assert_eq!(
                inbox::accept(&mut tx, AccountId(3), 812, "upsert", start()).await.expect("an answer"),
                expected,
                "{}",
                fresh.engine
            );
            tx.commit_bookkeeping().await.expect("a commit");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_only_moves_forward() {
    for fresh in testkit::engines().await {
        for seq in [5, 3] {
            let mut tx = fresh.store.write_home().await.expect("a transaction");
            feed::move_cursor(&mut tx, "audit", seq, start()).await.expect("a move");
            tx.commit_bookkeeping().await.expect("a commit");
        }
        let mut tx = fresh.store.read_home().await.expect("a read");
        assert_eq!(feed::cursor(&mut tx, "audit").await.expect("a cursor"), 5, "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_sees_what_interests_it_and_how_far_it_has_seen() {
    for fresh in testkit::engines().await {
        let of = |kind, id| Change::record(kind, CONTACT, RecordId(id));
        let (made, updated) = (of(Kind::RecordCreated, 1), of(Kind::RecordUpdated, 2));
        let calculated = By { source: Source::Calculated, ..by() };
        for (by, changes) in
            [(&by(), vec![made.clone(), updated.clone(), made.clone(), updated.clone(), made]), (&calculated, vec![updated])]
        {
            let tx = fresh.store.write(INSTANCE).await.expect("a transaction");
            tx.commit(by, start(), &changes).await.expect("a commit");
        }
        let mut tx = fresh.store.read_home().await.expect("a read");
        let mut seen = async |interest: Interest, after, limit| {
            let seen = feed::read_interesting(&mut tx, &interest, after, limit).await.expect("a look");
            (seen.changes.iter().map(|r| r.seq).collect::<Vec<_>>(), seen.until)
        };
        let updates = Interest { kinds: &[(Kind::RecordUpdated, &[CONTACT])], calculated: false };
        assert_eq!(seen(updates, 0, 9).await, (vec![2, 4], 6), "{}: all was seen", fresh.engine);
        assert_eq!(seen(updates, 0, 1).await, (vec![2], 2), "{}: there may be more", fresh.engine);
        assert_eq!(seen(updates, 6, 9).await, (vec![], 6), "{}", fresh.engine);
        assert_eq!(seen(Interest { calculated: true, ..updates }, 2, 9).await, (vec![4, 6], 6), "{}", fresh.engine);
        let of_deals = Interest { kinds: &[(Kind::RecordUpdated, &[model::object::DEAL])], ..updates };
        assert_eq!(seen(of_deals, 0, 9).await, (vec![], 6), "{}", fresh.engine);
    }
}
