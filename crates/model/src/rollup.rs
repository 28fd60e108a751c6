//! Rollups: values of a record that follow from its activities and deals.
//!
//! ```text
//!   change --touched--> records --(store: bounded summary)--> values --> written if they differ
//! ```
//! Meanings are HubSpot's: contacted means by call, e-mail or meeting; revenue is that of won deals. A count of none and a sum
//! of nothing are "not set", so that a record nothing ever happened to needs no value.

use crate::change::{Change, Kind};
use crate::id::RecordId;
use crate::object::{CALL, COMPANY, CONTACT, DEAL, EMAIL, MEETING, ObjectType, TASK, TICKET};
use crate::property::value::timestamp_text;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Types of records that have rollups.
pub const ROLLED_UP: [ObjectType; 4] = [CONTACT, COMPANY, DEAL, TICKET];

/// The activities or deals of one type, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub object: ObjectType,
    pub n: i64,
    /// The newest that is not to come.
    pub newest: Option<Timestamp>,
    /// The earliest to come.
    pub next: Option<Timestamp>,
}

/// A meeting or task to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcoming {
    pub object: ObjectType,
    pub at: Timestamp,
    /// The task's status, the meeting's outcome.
    pub state: Option<String>,
}

/// A deal, as far as revenue needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deal {
    pub id: RecordId,
    /// When it was closed; of an open one, when it was created.
    pub at: Timestamp,
    pub created_at: Timestamp,
    pub is_won: bool,
    /// In the account's currency; a deal in another one has none.
    pub amount: Option<String>,
}

/// What is known of a record's activities and deals at one time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    pub tallies: Vec<Tally>,
    pub upcoming: Vec<Upcoming>,
    pub deals: Vec<Deal>,
}

/// Whose rollups a change may alter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    Nobody,
    /// This record's.
    Record(ObjectType, RecordId),
    /// Those of every record linked to this activity or deal.
    LinkedTo(ObjectType, RecordId),
}

/// Values of an activity that rollups follow.
const OF_ACTIVITY: [&str; 3] = ["hs_timestamp", "hs_task_status", "hs_meeting_outcome"];
/// Values of a deal that rollups follow.
const OF_DEAL: [&str; 5] = ["amount_in_home_currency", "hs_is_closed", "hs_is_closed_won", "closedate", "createdate"];

/// Whose rollups a change may alter. A link may alter those of both its ends.
pub fn touched(change: &Change) -> [Touched; 2] {
    let Some((object, id)) = change.record else { return [Touched::Nobody, Touched::Nobody] };
    match change.kind {
        Kind::AssociationLinked | Kind::AssociationUnlinked => match other_end(change) {
            Some(other) => [end(object, id, other.0), end(other.0, other.1, object)],
            None => [Touched::Nobody, Touched::Nobody],
        },
        Kind::RecordUpdated => {
            let followed: &[&str] = if object == DEAL { &OF_DEAL } else { &OF_ACTIVITY };
            let matters = is_source(object) && change.values.keys().any(|name| followed.contains(&name.as_str()));
            [if matters { Touched::LinkedTo(object, id) } else { Touched::Nobody }, Touched::Nobody]
        }
        Kind::RecordMerged => match into(change) {
            // What the merged record is linked to, and whatever is linked to it, if it is one that rollups come from.
            Some(id) => [
                if ROLLED_UP.contains(&object) { Touched::Record(object, id) } else { Touched::Nobody },
                if is_source(object) { Touched::LinkedTo(object, id) } else { Touched::Nobody },
            ],
            None => [Touched::Nobody, Touched::Nobody],
        },
        Kind::RecordArchived | Kind::RecordRestored if is_source(object) => [Touched::LinkedTo(object, id), Touched::Nobody],
        _ => [Touched::Nobody, Touched::Nobody],
    }
}

fn is_source(object: ObjectType) -> bool {
    object == DEAL || object.is_activity()
}

fn end(object: ObjectType, id: RecordId, other: ObjectType) -> Touched {
    if ROLLED_UP.contains(&object) && is_source(other) { Touched::Record(object, id) } else { Touched::Nobody }
}

fn into(change: &Change) -> Option<RecordId> {
    change.detail.as_ref()?.get("into")?.as_i64().map(RecordId)
}

fn other_end(change: &Change) -> Option<(ObjectType, RecordId)> {
    let detail = change.detail.as_ref()?;
    let object = ObjectType::from_segment(detail.get("toType")?.as_str()?)?;
    Some((object, RecordId(detail.get("toId")?.as_i64()?)))
}

/// The rollups of a record; `None` for those that are not set.
pub fn values(object: ObjectType, summary: &Summary) -> BTreeMap<&'static str, Option<String>> {
    let mut values = activities(summary);
    if matches!(object, CONTACT | COMPANY) {
        values.extend(revenue(&summary.deals));
    }
    values
}

fn activities(summary: &Summary) -> BTreeMap<&'static str, Option<String>> {
    let all = || summary.tallies.iter().filter(|t| t.object.is_activity());
    let contacts = || all().filter(|t| matches!(t.object, CALL | EMAIL | MEETING));
    let next = summary.upcoming.iter().filter(|u| is_pending(u)).map(|u| u.at).min();
    let count = |n: i64| Some(n).filter(|n| *n > 0).map(|n| n.to_string());
    let time = |at: Option<Timestamp>| at.map(timestamp_text);
    BTreeMap::from([
        ("num_notes", count(all().map(|t| t.n).sum())),
        ("num_contacted_notes", count(contacts().map(|t| t.n).sum())),
        ("notes_last_updated", time(all().filter_map(|t| t.newest).max())),
        ("notes_last_contacted", time(contacts().filter_map(|t| t.newest).max())),
        ("notes_next_activity_date", time(next)),
    ])
}

/// Whether it will still be done, as far as anybody said.
fn is_pending(upcoming: &Upcoming) -> bool {
    let over: &[&str] =
        if upcoming.object == TASK { &["COMPLETED"] } else { &["COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED"] };
    !upcoming.state.as_deref().is_some_and(|state| over.contains(&state))
}

fn revenue(deals: &[Deal]) -> [(&'static str, Option<String>); 4] {
    let won = || deals.iter().filter(|d| d.is_won);
    let recent = won().max_by_key(|d| (d.at, d.id));
    let amount = |deal: &Deal| deal.amount.as_deref()?.parse::<Decimal>().ok();
    // A sum beyond what a decimal holds is no revenue anybody has.
    let total = won().filter_map(amount).try_fold(Decimal::ZERO, Decimal::checked_add);
    let any = won().any(|d| amount(d).is_some());
    [
        ("total_revenue", total.filter(|_| any).map(|sum| sum.normalize().to_string())),
        ("recent_deal_amount", recent.and_then(|d| d.amount.clone())),
        ("recent_deal_close_date", recent.map(|d| timestamp_text(d.at))),
        ("first_deal_created_date", deals.iter().map(|d| d.created_at).min().map(timestamp_text)),
    ]
}

/// When the values will be others although nothing changes: the next activity's time comes.
pub fn look_again_at(summary: &Summary) -> Option<Timestamp> {
    summary.tallies.iter().filter(|t| t.object.is_activity()).filter_map(|t| t.next).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::NOTE;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn tally(object: ObjectType, n: i64, newest: Option<i64>, next: Option<i64>) -> Tally {
        Tally { object, n, newest: newest.map(at), next: next.map(at) }
    }

    fn deal(id: i64, closed: i64, is_won: bool, amount: Option<&str>) -> Deal {
        Deal { id: RecordId(id), at: at(closed), created_at: at(id), is_won, amount: amount.map(str::to_owned) }
    }

    fn set(object: ObjectType, summary: &Summary) -> Vec<String> {
        values(object, summary).into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect()
    }

    #[test]
    fn calls_emails_and_meetings_contact_somebody_notes_and_tasks_only_keep_her_busy() {
        let tallies = vec![
            tally(NOTE, 3, Some(50), None),
            tally(CALL, 2, Some(20), None),
            tally(MEETING, 1, None, Some(90)),
            tally(TASK, 1, None, Some(80)),
            tally(DEAL, 7, Some(70), Some(75)),
        ];
        let to_come = |object, second, state: &str| Upcoming { object, at: at(second), state: Some(state.to_owned()) };
        let upcoming = vec![to_come(TASK, 80, "COMPLETED"), to_come(MEETING, 90, "SCHEDULED")];
        let summary = Summary { tallies, upcoming, deals: Vec::new() };
        let expected = [
            "notes_last_contacted=1970-01-01T00:00:20.000Z",
            "notes_last_updated=1970-01-01T00:00:50.000Z",
            "notes_next_activity_date=1970-01-01T00:01:30.000Z",
            "num_contacted_notes=3",
            "num_notes=7",
        ];
        assert_eq!(set(DEAL, &summary), expected);
        assert_eq!(look_again_at(&summary), Some(at(80)), "the completed task will be the last thing that happened");
    }

    #[test]
    fn revenue_is_that_of_won_deals_in_the_accounts_currency() {
        let deals = vec![
            deal(1, 100, true, Some("10.50")),
            deal(2, 300, false, Some("1000")),
            deal(3, 200, true, Some("0.5")),
            deal(4, 50, true, None),
        ];
        let summary = Summary { deals, ..Summary::default() };
        let expected = [
            "first_deal_created_date=1970-01-01T00:00:01.000Z",
            "recent_deal_amount=0.5",
            "recent_deal_close_date=1970-01-01T00:03:20.000Z",
            "total_revenue=11",
        ];
        assert_eq!(set(COMPANY, &summary), expected);
        assert_eq!(set(TICKET, &summary), Vec::<String>::new(), "revenue is a matter of contacts and companies");
    }

    #[test]
    fn nothing_is_not_set_rather_than_nought() {
        assert_eq!(set(COMPANY, &Summary::default()), Vec::<String>::new());
    }

    #[test]
    fn only_what_rollups_follow_touches_anybody() {
        let place = |object, id| (object, RecordId(id));
        let linked = |from: (ObjectType, RecordId), to: (ObjectType, RecordId)| Change {
            detail: Some(serde_json::json!({"toType": to.0.to_string(), "toId": to.1, "types": []})),
            ..Change::record(Kind::AssociationLinked, from.0, from.1)
        };
        let record = |object, id| Touched::Record(object, RecordId(id));
        assert_eq!(touched(&linked(place(NOTE, 1), place(COMPANY, 2))), [Touched::Nobody, record(COMPANY, 2)]);
        assert_eq!(touched(&linked(place(COMPANY, 2), place(DEAL, 3))), [record(COMPANY, 2), Touched::Nobody]);
        assert_eq!(touched(&linked(place(CONTACT, 2), place(COMPANY, 3))), [Touched::Nobody, Touched::Nobody]);
        let updated = |object, name: &str| Change {
            values: BTreeMap::from([(name.to_owned(), (None, None))]),
            ..Change::record(Kind::RecordUpdated, object, RecordId(1))
        };
        let linked_to = |object| [Touched::LinkedTo(object, RecordId(1)), Touched::Nobody];
        let nobody = [Touched::Nobody, Touched::Nobody];
        assert_eq!(touched(&updated(DEAL, "amount_in_home_currency")), linked_to(DEAL));
        assert_eq!(touched(&updated(DEAL, "num_notes")), nobody, "its own writes");
        assert_eq!(touched(&updated(TASK, "hs_task_status")), linked_to(TASK));
        assert_eq!(touched(&updated(COMPANY, "closedate")), nobody);
        assert_eq!(touched(&Change::record(Kind::RecordArchived, NOTE, RecordId(1))), linked_to(NOTE));
        let merged = |object| Change {
            detail: Some(serde_json::json!({"into": 9})),
            ..Change::record(Kind::RecordMerged, object, RecordId(1))
        };
        let nine = RecordId(9);
        assert_eq!(touched(&merged(CONTACT)), [Touched::Record(CONTACT, nine), Touched::Nobody]);
        assert_eq!(touched(&merged(DEAL)), [Touched::Record(DEAL, nine), Touched::LinkedTo(DEAL, nine)]);
    }
}
