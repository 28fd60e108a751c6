//! Graces of members, coming back, and what is known to happen.

use super::*;
use crate::organization::outlook::{Expected, Future, due, outlook};
use crate::policy::MemberLoss;
use jiff::SignedDuration;

fn days(n: i64) -> Timestamp {
    now() + SignedDuration::from_hours(n * 24)
}

fn with_grace() -> Policy {
    let (anchor_loss, member_loss) = (AnchorLoss::Grace { days: 14 }, MemberLoss::Grace { days: 14 });
    Policy { anchor_loss, member_loss, ..Policy::parity() }
}

/// A holds it up; B and C hang on it; A gives to both, and B to C.
fn three(policy: Policy) -> Organization {
    let org = organization(policy, &[(A, anchor()), (B, professional()), (C, professional())]);
    opened(org, &[mirror(A, B), mirror(A, C), mirror(B, C)])
}

#[test]
fn a_member_that_lapses_freezes_with_its_connections_and_thaws_as_it_was() {
    let (frozen, effects) = becomes(three(with_grace()), B, starter());
    assert_eq!(effects, [Effect::MemberFrozen { account: B, reason: Removal::Tier, until: days(14) }]);
    assert_eq!(on(&frozen), [mirror(A, B), mirror(A, C), mirror(B, C)]);
    assert!(!frozen.carries(mirror(A, B)) && !frozen.carries(mirror(B, C)) && frozen.carries(mirror(A, C)));
    let (still, effects) = next(frozen.clone(), Event::TimePassed, days(13));
    assert_eq!((effects, still.members.len()), (vec![], 3));
    let (thawed, effects) = next(frozen.clone(), Event::FactsChanged { account: B, facts: professional() }, days(13));
    assert_eq!(effects, [Effect::MemberThawed { account: B }]);
    assert!(thawed.carries(mirror(A, B)) && thawed.carries(mirror(B, C)));
    let (gone, effects) = next(frozen, Event::TimePassed, days(14));
    let closed = |edge| Effect::EdgeClosed { edge, reason: Closing::MemberRemoved };
    let removed = Effect::MemberRemoved { account: B, reason: Removal::Tier };
    assert_eq!(effects, [closed(mirror(A, B)), closed(mirror(B, C)), removed]);
    assert_eq!((gone.members.len(), on(&gone)), (2, vec![mirror(A, C)]));
}

#[test]
fn a_second_reason_does_not_make_the_grace_longer_and_the_last_one_counts() {
    let (frozen, _) = becomes(three(with_grace()), B, starter());
    let facts = Facts { status: Status::Deactivated, ..starter() };
    let (frozen, effects) = next(frozen, Event::FactsChanged { account: B, facts }, days(7));
    assert_eq!(effects, [Effect::MemberFrozen { account: B, reason: Removal::Deactivated, until: days(14) }]);
    let (_, effects) = next(frozen, Event::TimePassed, days(14));
    assert!(effects.contains(&Effect::MemberRemoved { account: B, reason: Removal::Deactivated }), "{effects:?}");
}

#[test]
fn what_turns_sensitive_in_its_grace_is_no_source_afterwards() {
    let (frozen, _) = becomes(three(with_grace()), B, starter());
    let (frozen, effects) = becomes(frozen, B, Facts { sensitive: true, ..starter() });
    assert_eq!(effects, [Effect::EdgeClosed { edge: mirror(B, C), reason: Closing::Sensitive }]);
    let (thawed, _) = becomes(frozen, B, Facts { sensitive: true, ..professional() });
    assert_eq!(on(&thawed), [mirror(A, B), mirror(A, C)]);
}

#[test]
fn a_frozen_anchor_holds_nothing_up() {
    let (frozen, effects) = becomes(three(with_grace()), A, Facts { status: Status::Deactivated, ..anchor() });
    let until = days(14);
    let expected = [Effect::MemberFrozen { account: A, reason: Removal::Deactivated, until }, Effect::Frozen { until }];
    assert_eq!((effects.as_slice(), frozen.anchor()), (expected.as_slice(), None));
    let (thawed, effects) = becomes(frozen.clone(), A, anchor());
    assert_eq!(effects, [Effect::MemberThawed { account: A }, Effect::Thawed]);
    assert!(thawed.carries(mirror(A, B)));
    let (gone, effects) = next(frozen, Event::TimePassed, until);
    assert_eq!(
        (gone.phase, effects.last()),
        (Phase::Deleted(Deletion::NoAnchor), Some(&Effect::Deleted { reason: Deletion::NoAnchor }))
    );
}

#[test]
fn rules_without_a_grace_end_the_graces_that_run() {
    let (frozen, _) = becomes(three(with_grace()), B, starter());
    let policy = Box::new(Policy { member_loss: MemberLoss::Remove, ..with_grace() });
    let (after, effects) = after(frozen, Event::ChangePolicy { policy });
    assert!(effects.contains(&Effect::MemberRemoved { account: B, reason: Removal::Tier }), "{effects:?}");
    assert_eq!(on(&after), [mirror(A, C)]);
}

#[test]
fn a_deleted_organization_comes_back_with_who_may_and_what_is_not_blocked() {
    let org = three(Policy::parity());
    let edges: BTreeMap<EdgeKey, Opened> = org.open.clone();
    let (gone, _) = after(org, Event::Delete);
    // C stays away; B has become sensitive, so it gives nothing any more.
    let members = [(A, anchor()), (B, Facts { sensitive: true, ..professional() })].into();
    let edges: BTreeMap<_, _> = edges.into_iter().chain([(mirror(B, A), Opened::new(ANN, now(), Terms::default()))]).collect();
    let (back, effects) = after(gone, Event::Restore { members, edges });
    let restored = |account| Effect::MemberRestored { account };
    let reopened = Effect::EdgeReopened { edge: mirror(A, B), opened: Box::new(back.open[&mirror(A, B)].clone()) };
    assert_eq!(effects, [Effect::Restored, restored(A), restored(B), reopened, Effect::Configured]);
    assert_eq!((back.phase, on(&back)), (Phase::Active, vec![mirror(A, B)]));
    assert!(back.carries(mirror(A, B)));
}

#[test]
fn what_was_never_verified_or_would_hold_nothing_up_does_not_come_back() {
    let none = Organization::none(OrganizationId(1), "Group".into(), Policy::parity());
    let (proposed, _) = after(none, Event::Propose { members: [(A, anchor()), (B, professional())].into() });
    let (expired, _) = after(proposed, Event::Expire);
    let both = || Event::Restore { members: [(A, anchor()), (B, professional())].into(), edges: BTreeMap::new() };
    assert_eq!(after(expired, both()).1, [Effect::Refused]);
    let (gone, _) = after(three(Policy::parity()), Event::Delete);
    let lapsed = Event::Restore { members: [(A, professional()), (B, professional())].into(), edges: BTreeMap::new() };
    assert_eq!(after(gone.clone(), lapsed).1, [Effect::Refused]);
    assert_eq!(after(three(Policy::parity()), both()).1, [Effect::Refused], "it is not deleted");
    assert_eq!(after(gone, both()).0.phase, Phase::ActiveUnconfigured);
}

#[test]
fn a_removed_member_comes_back_with_its_connections() {
    let org = three(Policy::parity());
    let edges = org.open.iter().filter(|(edge, _)| edge.touches(B)).map(|(edge, opened)| (*edge, opened.clone())).collect();
    let (without, _) = after(org, Event::RemoveMember { account: B });
    let event = Event::RestoreMember { account: B, facts: professional(), edges };
    let (back, effects) = after(without, event.clone());
    assert_eq!(effects[0], Effect::MemberRestored { account: B });
    assert_eq!(on(&back), [mirror(A, B), mirror(A, C), mirror(B, C)]);
    assert_eq!(after(back, event).1, [Effect::Refused]);
    assert_eq!(restorable_until(now()), days(30));
}

fn lapses(account: AccountId, in_days: i64) -> Future {
    Future { at: days(in_days), account, facts: starter() }
}

#[test]
fn scenario_27_the_outlook_names_what_ends_when_a_term_is_not_renewed() {
    let org = three(Policy::parity());
    let seen = outlook(&org, &[lapses(B, 30)], now());
    let closed = |edge, reason| Effect::EdgeClosed { edge, reason };
    let removed = |account, reason| Effect::MemberRemoved { account, reason };
    let expected = Expected {
        at: days(30),
        account: Some(B),
        effects: vec![
            closed(mirror(A, B), Closing::Subscription),
            closed(mirror(B, C), Closing::MemberRemoved),
            removed(B, Removal::Tier),
        ],
    };
    assert_eq!(seen, [expected]);
    let whole = outlook(&org, &[lapses(A, 10)], now());
    assert_eq!(whole[0].effects.last(), Some(&Effect::Deleted { reason: Deletion::NoAnchor }));
    assert_eq!(outlook(&org, &[Future { at: days(5), account: B, facts: professional() }], now()), []);
}

#[test]
fn the_outlook_goes_on_to_the_end_of_each_grace_and_what_saves_in_time_is_no_end() {
    let org = three(with_grace());
    let at = |seen: &[Expected]| seen.iter().map(|e| (e.at, e.account, e.effects.len())).collect::<Vec<_>>();
    let seen = outlook(&org, &[lapses(B, 30)], now());
    assert_eq!(at(&seen), [(days(30), Some(B), 1), (days(44), None, 3)]);
    let renewed = Future { at: days(40), account: B, facts: professional() };
    assert_eq!(at(&outlook(&org, &[lapses(B, 30), renewed.clone()], now())), [(days(30), Some(B), 1)]);
    let too_late = Future { at: days(44), ..renewed };
    assert_eq!(at(&outlook(&org, &[lapses(B, 30), too_late], now())), [(days(30), Some(B), 1), (days(44), None, 3)]);
    let (frozen, _) = becomes(org, B, starter());
    assert_eq!(at(&outlook(&frozen, &[], days(1))), [(days(14), None, 3)]);
    assert_eq!(at(&outlook(&frozen, &[], days(14))), []);
}

#[test]
fn each_warning_is_due_once_and_days_slept_through_are_not_made_up_for() {
    let given = |days: &[u16]| days.iter().copied().collect::<BTreeSet<u16>>();
    let table: [(i64, &[u16], Option<u16>); 9] = [
        (31, &[], None),
        (30, &[], Some(30)),
        (29, &[30], None),
        (8, &[30], None),
        (7, &[30], Some(7)),
        (6, &[], Some(7)),
        (6, &[30, 7], None),
        (1, &[30, 7], Some(1)),
        (0, &[30, 7], None),
    ];
    for (left, told, expected) in table {
        assert_eq!(due(&[30, 7, 1], days(left), &given(told), now()), expected, "{left} days before, told {told:?}");
    }
    assert_eq!(due(&[], days(1), &given(&[]), now()), None);
}
