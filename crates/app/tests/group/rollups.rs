//! What was done about a record and what it brought in is written on it, soon after and without a trace of anybody's doing.

use crate::world::*;
use app::association;
use app::consumer::catch_up;
use app::record::{self, Key};
use app::rollup::Rollups;
use jiff::SignedDuration;
use model::change::{Actor, Source};
use model::id::RecordId;
use model::object::{CALL, COMPANY, CONTACT, DEAL, MEETING, NOTE, ObjectType, TASK};
use model::record::{Properties, Record};

const ROLLUPS: [&str; 9] = [
    "num_notes",
    "num_contacted_notes",
    "notes_last_contacted",
    "notes_last_updated",
    "notes_next_activity_date",
    "total_revenue",
    "recent_deal_amount",
    "recent_deal_close_date",
    "first_deal_created_date",
];

async fn settled(group: &Group) {
    catch_up(&group.app, &Rollups, WEST, 100).await.unwrap();
}

async fn read(group: &Group, object: ObjectType, id: RecordId) -> Record {
    record::read(&group.app, &group.system(WEST), object, &Key::id(id), false).await.unwrap().record
}

/// `name=value` of what is set.
async fn rollups(group: &Group, object: ObjectType, id: RecordId) -> Vec<String> {
    settled(group).await;
    let record = read(group, object, id).await;
    ROLLUPS.iter().filter_map(|name| Some(format!("{name}={}", record.get(name)?))).collect()
}

async fn company(group: &Group) -> (ObjectType, RecordId) {
    (COMPANY, group.made(WEST, COMPANY, &[("name", "Acme")], &[]).await.unwrap())
}

async fn patch(group: &Group, object: ObjectType, id: RecordId, name: &str, value: &str) {
    let patch = Properties::from([(name.to_owned(), value.to_owned())]);
    record::update(&group.app, &group.system(WEST), object, &Key::id(id), &patch).await.unwrap();
}

#[tokio::test]
async fn a_company_shows_when_it_was_spoken_to_and_what_comes_next() {
    for group in groups().await {
        let acme = company(&group).await;
        let call = [("hs_call_title", "First"), ("hs_timestamp", "2026-11-01T09:00:00Z")];
        let call = group.made(WEST, CALL, &call, &[acme]).await.unwrap();
        group.made(WEST, NOTE, &[("hs_note_body", "n"), ("hs_timestamp", "2026-11-02T09:00:00Z")], &[acme]).await.unwrap();
        let task = [("hs_task_subject", "t"), ("hs_timestamp", "2026-11-21T09:00:00Z")];
        let task = group.made(WEST, TASK, &task, &[acme]).await.unwrap();
        let meeting = [("hs_meeting_title", "m"), ("hs_timestamp", "2026-11-25T09:00:00Z")];
        group.made(WEST, MEETING, &meeting, &[acme]).await.unwrap();
        let expected = [
            "num_notes=4",
            "num_contacted_notes=2",
            "notes_last_contacted=2026-11-01T09:00:00.000Z",
            "notes_last_updated=2026-11-02T09:00:00.000Z",
            "notes_next_activity_date=2026-11-21T09:00:00.000Z",
        ];
        assert_eq!(rollups(&group, acme.0, acme.1).await, expected, "{}", group.fresh.engine);

        patch(&group, TASK, task, "hs_task_status", "COMPLETED").await;
        assert_eq!(rollups(&group, acme.0, acme.1).await[4], "notes_next_activity_date=2026-11-25T09:00:00.000Z");
        record::archive(&group.app, &group.system(WEST), CALL, &Key::id(call)).await.unwrap();
        assert_eq!(rollups(&group, acme.0, acme.1).await[..2], ["num_notes=3", "num_contacted_notes=1"]);
        record::restore(&group.app, &group.system(WEST), CALL, &Key::id(call)).await.unwrap();
        association::unlink(&group.app, &group.system(WEST), acme, (CALL, call)).await.unwrap();
        assert_eq!(rollups(&group, acme.0, acme.1).await[..2], ["num_notes=3", "num_contacted_notes=1"]);
    }
}

#[tokio::test]
async fn what_was_to_come_has_happened_when_its_time_has_come_without_any_change() {
    for group in groups().await {
        let acme = company(&group).await;
        for at in ["2026-11-21T09:00:00Z", "2026-11-25T09:00:00Z"] {
            group.made(WEST, MEETING, &[("hs_meeting_title", "m"), ("hs_timestamp", at)], &[acme]).await.unwrap();
        }
        let before = ["num_notes=2", "num_contacted_notes=2", "notes_next_activity_date=2026-11-21T09:00:00.000Z"];
        assert_eq!(rollups(&group, acme.0, acme.1).await, before, "{}", group.fresh.engine);
        group.clock.advance(SignedDuration::from_hours(48));
        let after = [
            "num_notes=2",
            "num_contacted_notes=2",
            "notes_last_contacted=2026-11-21T09:00:00.000Z",
            "notes_last_updated=2026-11-21T09:00:00.000Z",
            "notes_next_activity_date=2026-11-25T09:00:00.000Z",
        ];
        assert_eq!(rollups(&group, acme.0, acme.1).await, after, "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn revenue_follows_deals_as_they_are_won_reopened_and_erased() {
    for group in groups().await {
        let acme = company(&group).await;
        let deal = |amount: &'static str, currency: &'static str| {
            [
                ("dealname", "d"),
                ("dealstage", "closedwon"),
                ("amount", amount),
                ("deal_currency_code", currency),
                ("closedate", "2026-11-03"),
            ]
        };
        let first = group.made(WEST, DEAL, &deal("100", ""), &[acme]).await.unwrap();
        group.made(WEST, DEAL, &deal("50.5", "EUR"), &[acme]).await.unwrap();
        group
            .made(WEST, DEAL, &[("dealname", "o"), ("dealstage", "appointmentscheduled"), ("amount", "9")], &[acme])
            .await
            .unwrap();
        let third =
            group.made(WEST, DEAL, &[("dealname", "w"), ("dealstage", "closedwon"), ("amount", "1")], &[acme]).await.unwrap();
        let is = async || rollups(&group, acme.0, acme.1).await[..2].to_vec();
        assert_eq!(is().await, ["total_revenue=151.5", "recent_deal_amount=1"], "{}", group.fresh.engine);
        patch(&group, DEAL, third, "deal_currency_code", "USD").await;
        assert_eq!(is().await[0], "total_revenue=150.5", "a deal in another currency is in no sum");
        patch(&group, DEAL, third, "dealstage", "appointmentscheduled").await;
        assert_eq!(is().await[1], "recent_deal_amount=50.5", "{}", group.fresh.engine);
        record::erase(&group.app, &group.system(WEST), DEAL, &Key::id(first)).await.unwrap();
        assert_eq!(is().await[0], "total_revenue=50.5", "an erased deal is in no sum");
    }
}

#[tokio::test]
async fn rollups_are_nobodys_doing_and_nobody_can_write_them() {
    for group in groups().await {
        let ann = (CONTACT, group.made(WEST, CONTACT, &[("email", "ann@ex.org")], &[]).await.unwrap());
        let before = read(&group, ann.0, ann.1).await;
        group.clock.advance(SignedDuration::from_hours(1));
        group.made(WEST, NOTE, &[("hs_note_body", "n"), ("hs_timestamp", "2026-11-02T09:00:00Z")], &[ann]).await.unwrap();
        settled(&group).await;
        let after = read(&group, ann.0, ann.1).await;
        assert_eq!((after.get("num_notes"), after.updated_at), (Some("1"), before.updated_at), "{}", group.fresh.engine);
        let wanted = ["num_notes".to_owned()];
        let history = record::history(&group.app, &group.system(WEST), CONTACT, &[ann.1], &wanted).await.unwrap();
        let entry = &history[&ann.1]["num_notes"][0];
        assert_eq!((entry.value.as_str(), &entry.by.actor, entry.by.source), ("1", &Actor::System, Source::Calculated));
        assert!(entry.by.cause.is_some());
        let patch = Properties::from([("num_notes".to_owned(), "7".to_owned())]);
        let refused = record::update(&group.app, &group.system(WEST), CONTACT, &Key::id(ann.1), &patch).await;
        assert_eq!(refused.unwrap_err().code, "VALIDATION_ERROR");
        let head = app::live::head(&group.app, &group.system(WEST)).await.unwrap();
        settled(&group).await;
        assert_eq!(app::live::head(&group.app, &group.system(WEST)).await.unwrap(), head, "its own writes lead to nothing");
    }
}
