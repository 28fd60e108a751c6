//! What rollups are computed from, and when a consumer wants to look again.

use crate::association::link;
use crate::crm::{by, create, save, values};
use jiff::{SignedDuration, Timestamp};
use model::object::{COMPANY, DEAL, MEETING, NOTE};
use model::record::plan_archive;
use model::rollup::{Deal, Tally, Upcoming};
use std::collections::BTreeMap;
use store::{INSTANCE, look_again, rollup};
use testkit::start;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_records_activities_and_deals_are_summed_up_as_they_stand_at_a_time() {
    for fresh in testkit::engines().await {
        let companies = create(&fresh.store, COMPANY, &[values(&[("name", "Acme")]), values(&[("name", "Other")])]).await;
        let times = ["2026-11-01T10:00:00Z", "2026-11-03T10:00:00Z", "2026-11-21T10:00:00Z"];
        let notes = create(&fresh.store, NOTE, &times.map(|t| values(&[("hs_timestamp", t)]))).await;
        let meeting = values(&[("hs_timestamp", times[2]), ("hs_meeting_outcome", "CANCELED")]);
        let meeting = create(&fresh.store, MEETING, &[meeting]).await.remove(0);
        let won = [("dealname", "D"), ("dealstage", "closedwon"), ("amount", "7"), ("closedate", times[1])];
        let open = [("dealname", "O"), ("dealstage", "contractsent"), ("createdate", times[0])];
        let deals = create(&fresh.store, DEAL, &[values(&won), values(&open)]).await;
        let acme = &companies[0];
        link(&fresh.store, &[(&notes[0], acme), (&notes[1], acme), (&notes[2], acme), (&meeting, acme)]).await;
        link(&fresh.store, &[(&deals[0], acme), (&deals[1], acme), (&notes[0], &companies[1])]).await;
        save(&fresh.store, &notes[1], &plan_archive(&notes[1], start()).expect("a plan")).await;

        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let summary = rollup::summary(&mut tx, (COMPANY, acme.id), start()).await.expect("a summary");
        let tally =
            |object, n, newest: Option<&str>, next: Option<&str>| Tally { object, n, newest: newest.map(at), next: next.map(at) };
        let expected = [
            tally(DEAL, 2, Some(times[1]), None),
            tally(NOTE, 2, Some(times[0]), Some(times[2])),
            tally(MEETING, 1, None, Some(times[2])),
        ];
        assert_eq!(summary.tallies, expected, "{}", fresh.engine);
        let canceled = Upcoming { object: MEETING, at: at(times[2]), state: Some("CANCELED".to_owned()) };
        assert_eq!(summary.upcoming, [canceled], "{}", fresh.engine);
        let deal = |i: usize, time, is_won, amount: Option<&str>| Deal {
            id: deals[i].id,
            at: at(time),
            created_at: deals[i].created_at,
            is_won,
            amount: amount.map(str::to_owned),
        };
        assert_eq!(summary.deals, [deal(0, times[1], true, Some("7")), deal(1, times[0], false, None)], "{}", fresh.engine);
        let other = rollup::summary(&mut tx, (COMPANY, companies[1].id), start()).await.expect("a summary");
        assert_eq!(other.tallies, [tally(NOTE, 1, Some(times[0]), None)], "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_due_when_its_time_has_come_and_forgotten_with_it() {
    for fresh in testkit::engines().await {
        let acme = create(&fresh.store, COMPANY, &[values(&[("name", "Acme")])]).await.remove(0);
        let (place, hour) = ((COMPANY, acme.id), SignedDuration::from_hours(1));
        for due_at in [start(), start() + hour] {
            let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
            look_again::save(&mut tx, "c", place, Some(due_at)).await.expect("saved");
            tx.commit_bookkeeping().await.expect("a commit");
        }
        let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        let looks = async |tx: &mut store::WriteTx| look_again::read_many(tx, "c", COMPANY, &[acme.id]).await.expect("times");
        assert_eq!(looks(&mut tx).await, BTreeMap::from([(acme.id, start() + hour)]), "{}", fresh.engine);
        assert!(look_again::due(&mut tx, "c", start(), 9).await.expect("places").is_empty(), "{}", fresh.engine);
        assert_eq!(look_again::due(&mut tx, "c", start() + hour, 9).await.expect("places"), [place], "{}", fresh.engine);
        assert!(look_again::due(&mut tx, "d", start() + hour, 9).await.expect("places").is_empty(), "{}", fresh.engine);
        store::record::erase(&mut tx, &acme, Vec::new()).await.expect("an erasure");
        assert_eq!(looks(&mut tx).await, BTreeMap::new(), "{}", fresh.engine);
        tx.commit(&by(), start(), &[]).await.expect("a commit");
    }
}
