//! What the runner promises every consumer: each change once, parked ones aside, loops ended.

use crate::world::*;
use app::consumer::{Batch, Consumer, Retried, Step, catch_up, count_parked, drop_parked, list_parked, retry, step};
use app::cx::{App, Cx};
use app::error::{Error, Kind as ErrorKind, Result};
use app::record::{self, Key};
use jiff::SignedDuration;
use model::change::{Change, Interest, Kind, Source};
use model::id::RecordId;
use model::limits::HOPS_MAX;
use model::object::CONTACT;
use model::record::{Properties, apply_system};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use store::{WriteTx, feed};

/// The property that the consumers of these tests write.
pub const STAMPS: &str = "hs_persona";

/// Adds a stamp to every new contact: one too many or too few is seen.
#[derive(Default)]
pub struct Stamps {
    pub refused: Mutex<BTreeSet<RecordId>>,
    pub out_of_reach: Mutex<bool>,
}

impl Consumer for Stamps {
    const NAME: &'static str = "stamps";
    const INTEREST: Interest =
        Interest { kinds: &[(Kind::RecordCreated, &[CONTACT]), (Kind::RecordRestored, &[CONTACT])], calculated: true };
    const SOURCE: Source = Source::Internal;
    type Plan = Vec<RecordId>;

    async fn plan(&self, _: &App, _: &Cx, batch: &Batch) -> Result<Vec<RecordId>> {
        if *self.out_of_reach.lock() {
            return Err(Error::new(ErrorKind::Unavailable, "OUT_OF_REACH", "nobody answers"));
        }
        Ok(batch.changes.iter().filter_map(|r| r.change.record).map(|(_, id)| id).collect())
    }

    async fn carry_out(&self, tx: &mut WriteTx, _: &Cx, plan: Vec<RecordId>) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for id in plan {
            changes.extend(stamp(tx, id).await?);
            if self.refused.lock().contains(&id) {
                return Err(Error::invalid("REFUSED", format!("contact {id} is not to be stamped")));
            }
        }
        Ok(changes)
    }
}

/// Adds a stamp to every contact that changes, so to those it stamped itself as well.
struct Echo;

impl Consumer for Echo {
    const NAME: &'static str = "echo";
    const INTEREST: Interest = Interest { kinds: &[(Kind::RecordUpdated, &[CONTACT])], calculated: true };
    const SOURCE: Source = Source::Internal;
    type Plan = Vec<RecordId>;

    async fn plan(&self, _: &App, _: &Cx, batch: &Batch) -> Result<Vec<RecordId>> {
        Ok(batch.changes.iter().filter_map(|r| r.change.record).map(|(_, id)| id).collect())
    }

    async fn carry_out(&self, tx: &mut WriteTx, _: &Cx, plan: Vec<RecordId>) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for id in plan {
            changes.extend(stamp(tx, id).await?);
        }
        Ok(changes)
    }
}

async fn stamp(tx: &mut WriteTx, id: RecordId) -> Result<Option<Change>> {
    let Some(old) = store::record::load_for_update(tx, CONTACT, id).await? else { return Ok(None) };
    let stamps = format!("{}x", old.get(STAMPS).unwrap_or_default());
    let plan = apply_system(&old, &BTreeMap::from([(STAMPS, Some(stamps))]), old.updated_at);
    store::record::update(tx, &old, &plan.record, Vec::new(), Vec::new()).await?;
    Ok(Some(Change { values: plan.values, ..Change::record(Kind::RecordUpdated, CONTACT, id) }))
}

async fn contact(group: &Group, name: &str) -> RecordId {
    group.made(WEST, CONTACT, &[("firstname", name)], &[]).await.unwrap()
}

async fn stamps(group: &Group, id: RecordId) -> String {
    let one = record::read(&group.app, &group.system(WEST), CONTACT, &Key::id(id), false).await.unwrap();
    one.record.get(STAMPS).unwrap_or_default().to_owned()
}

async fn settled(group: &Group, consumer: &impl Consumer) {
    catch_up(&group.app, consumer, WEST, 50).await.unwrap();
}

#[tokio::test]
async fn every_change_is_carried_out_once_and_says_because_of_what() {
    for group in groups().await {
        let consumer = Stamps::default();
        let ids = [contact(&group, "Ann").await, contact(&group, "Bo").await];
        assert_eq!(step(&group.app, &consumer, WEST).await.unwrap(), Step::Worked { n_changes: 2, n_parked: 0 });
        settled(&group, &consumer).await;
        assert_eq!((stamps(&group, ids[0]).await, stamps(&group, ids[1]).await), ("x".to_owned(), "x".to_owned()));
        let mut tx = group.app.store.read(WEST).await.unwrap();
        let written = feed::read(&mut tx, 2, 10).await.unwrap();
        let cause = written[0].by.cause.clone().expect("a cause");
        assert_eq!((cause.account, cause.seq, cause.hops, written.len()), (WEST, 2, 1, 2), "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_carried_out_is_parked_with_what_follows_it_and_the_rest_goes_on() {
    for group in groups().await {
        let consumer = Stamps::default();
        let [ann, bo, cat] = [contact(&group, "Ann").await, contact(&group, "Bo").await, contact(&group, "Cat").await];
        consumer.refused.lock().insert(bo);
        settled(&group, &consumer).await;
        let system = group.system(WEST);
        record::archive(&group.app, &system, CONTACT, &Key::id(bo)).await.unwrap();
        record::restore(&group.app, &system, CONTACT, &Key::id(bo)).await.unwrap();
        settled(&group, &consumer).await;
        assert_eq!(
            (stamps(&group, ann).await, stamps(&group, bo).await, stamps(&group, cat).await),
            ("x".into(), "".into(), "x".into())
        );
        let listed = list_parked(&group.app, &system, &["stamps"]).await.unwrap();
        let reasons: Vec<&str> = listed.iter().map(|l| l.parked.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [format!("REFUSED: contact {bo} is not to be stamped").as_str(), "an earlier change of the record is parked"]
        );
        assert_eq!(count_parked(&group.app).await.unwrap(), BTreeMap::from([("stamps".to_owned(), 2)]));

        let left = retry(&group.app, &system, &consumer, None).await.unwrap();
        assert_eq!(left, Retried { n_done: 0, n_left: 2 }, "{}", group.fresh.engine);
        assert_eq!(list_parked(&group.app, &system, &["stamps"]).await.unwrap()[0].parked.n_attempts, 2);
        consumer.refused.lock().clear();
        let first = listed[0].parked.seq;
        let done = retry(&group.app, &system, &consumer, Some(first)).await.unwrap();
        assert_eq!(done, Retried { n_done: 2, n_left: 0 }, "{}", group.fresh.engine);
        assert_eq!(stamps(&group, bo).await, "xx");
        assert_eq!(retry(&group.app, &system, &consumer, Some(first)).await.unwrap_err().code, "PARKED_CHANGE_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_parked_change_that_is_given_up_is_never_carried_out() {
    for group in groups().await {
        let consumer = Stamps::default();
        let ann = contact(&group, "Ann").await;
        consumer.refused.lock().insert(ann);
        settled(&group, &consumer).await;
        let system = group.system(WEST);
        let seq = list_parked(&group.app, &system, &["stamps"]).await.unwrap()[0].parked.seq;
        let rep = group.cx(ANN, WEST).await;
        assert!(drop_parked(&group.app, &rep, "stamps", seq).await.is_err(), "only who runs the server may");
        drop_parked(&group.app, &system, "stamps", seq).await.unwrap();
        consumer.refused.lock().clear();
        settled(&group, &consumer).await;
        assert_eq!(stamps(&group, ann).await, "", "{}", group.fresh.engine);
        assert!(count_parked(&group.app).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_transient_error_parks_nothing_and_gives_the_lease_back() {
    for group in groups().await {
        let consumer = Stamps::default();
        let ann = contact(&group, "Ann").await;
        *consumer.out_of_reach.lock() = true;
        for _ in 0..2 {
            assert_eq!(step(&group.app, &consumer, WEST).await.unwrap_err().code, "OUT_OF_REACH");
        }
        *consumer.out_of_reach.lock() = false;
        settled(&group, &consumer).await;
        assert_eq!(stamps(&group, ann).await, "x", "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn who_died_in_the_middle_keeps_others_away_for_a_minute_only() {
    for group in groups().await {
        let consumer = Stamps::default();
        contact(&group, "Ann").await;
        let mut tx = group.app.store.write(WEST).await.unwrap();
        let now = group.app.outside.now();
        store::lease::take(&mut tx, "consumer:stamps", "somebody", now, now + SignedDuration::from_secs(60)).await.unwrap();
        tx.commit_bookkeeping().await.unwrap();
        assert_eq!(step(&group.app, &consumer, WEST).await.unwrap(), Step::Elsewhere);
        group.clock.advance(SignedDuration::from_secs(60));
        assert!(matches!(step(&group.app, &consumer, WEST).await.unwrap(), Step::Worked { .. }), "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn a_consumer_that_answers_its_own_writes_ends_with_the_chain_of_causes() {
    for group in groups().await {
        let ann = contact(&group, "Ann").await;
        let patch = Properties::from([("firstname".to_owned(), "Anna".to_owned())]);
        record::update(&group.app, &group.system(WEST), CONTACT, &Key::id(ann), &patch).await.unwrap();
        settled(&group, &Echo).await;
        assert_eq!(stamps(&group, ann).await.len(), usize::from(HOPS_MAX), "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn what_concerns_nobody_is_passed_over_without_a_trace_until_it_is_much() {
    for group in groups().await {
        let consumer = Stamps::default();
        let change = Change::record(Kind::RecordUpdated, CONTACT, RecordId(1));
        for (n, cursor) in [(900, 0), (200, 1_100)] {
            let tx = group.app.store.write(WEST).await.unwrap();
            let changes = vec![change.clone(); n];
            tx.commit(&group.system(WEST).by(), group.app.outside.now(), &changes).await.unwrap();
            settled(&group, &consumer).await;
            let mut tx = group.app.store.read(WEST).await.unwrap();
            assert_eq!(feed::cursor(&mut tx, "stamps").await.unwrap(), cursor, "{}", group.fresh.engine);
        }
    }
}
