use super::*;
use crate::account::{Product, Tier};
use crate::connection::plan::{Change, ChangeKind, Refusal, Wish, one_click, plan};
use proptest::prelude::*;

const A: AccountId = AccountId(1);
const B: AccountId = AccountId(2);
const C: AccountId = AccountId(3);
const ANN: PersonId = PersonId(7);

fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

fn anchor() -> Facts {
    let subscriptions = Subscriptions::of(&[(Product::Marketing, Tier::Enterprise), (Product::Sales, Tier::Professional)]);
    Facts { status: Status::Active, location: "eu".into(), subscriptions, sensitive: false }
}

fn professional() -> Facts {
    Facts { subscriptions: Subscriptions::of(&[(Product::Sales, Tier::Professional)]), ..anchor() }
}

fn starter() -> Facts {
    Facts { subscriptions: Subscriptions::of(&[(Product::Sales, Tier::Starter)]), ..anchor() }
}

fn mirror(source: AccountId, destination: AccountId) -> EdgeKey {
    EdgeKey { feature: Feature::Mirroring, source, destination }
}

fn after(organization: Organization, event: Event) -> (Organization, Vec<Effect>) {
    next(organization, event, now())
}

fn organization(policy: Policy, members: &[(AccountId, Facts)]) -> Organization {
    let none = Organization::none(OrganizationId(1), "Group".into(), policy);
    let (proposed, _) = after(none, Event::Propose { members: members.iter().cloned().collect() });
    after(proposed, Event::Verify).0
}

fn opened(organization: Organization, edges: &[EdgeKey]) -> Organization {
    let edit = Event::EditEdges { open: edges.iter().copied().collect(), close: BTreeSet::new(), by: ANN };
    after(organization, edit).0
}

fn on(organization: &Organization) -> Vec<EdgeKey> {
    organization.open.keys().copied().collect()
}

fn becomes(organization: Organization, account: AccountId, facts: Facts) -> (Organization, Vec<Effect>) {
    after(organization, Event::FactsChanged { account, facts })
}

#[test]
fn scenario_1_a_new_organization_is_unconfigured_and_shares_nothing() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional())]);
    assert_eq!(org.phase, Phase::ActiveUnconfigured);
    assert_eq!(on(&org), []);
    assert!(!org.carries(mirror(A, B)) && !org.carries(mirror(B, A)));
}

#[test]
fn scenario_19_the_organization_survives_with_one_member_and_warns() {
    let org = opened(organization(Policy::parity(), &[(A, anchor()), (B, professional())]), &[mirror(A, B)]);
    let (org, effects) = after(org, Event::RemoveMember { account: B });
    assert_eq!((org.phase, on(&org)), (Phase::Active, vec![]));
    assert_eq!(
        effects,
        [
            Effect::EdgeClosed { edge: mirror(A, B), reason: Closing::MemberRemoved },
            Effect::MemberRemoved { account: B, reason: Removal::Manual },
            Effect::OneMemberLeft
        ]
    );
}

#[test]
fn scenario_21_without_any_anchor_the_organization_is_deleted_at_once_under_parity() {
    let org = opened(organization(Policy::parity(), &[(A, anchor()), (B, professional()), (C, professional())]), &[mirror(A, B)]);
    let (org, effects) = becomes(org, A, professional());
    assert_eq!((org.phase, org.members.len(), on(&org)), (Phase::Deleted(Deletion::NoAnchor), 0, vec![]));
    let removed = |account| Effect::MemberRemoved { account, reason: Removal::OrgDeleted };
    assert_eq!(
        effects,
        [
            Effect::EdgeClosed { edge: mirror(A, B), reason: Closing::OrganizationDeleted },
            removed(A),
            removed(B),
            removed(C),
            Effect::Deleted { reason: Deletion::NoAnchor }
        ]
    );
}

#[test]
fn scenario_22_losing_one_of_two_anchors_changes_nothing() {
    let org = opened(organization(Policy::parity(), &[(A, anchor()), (B, anchor()), (C, professional())]), &[mirror(A, C)]);
    let (org, effects) = becomes(org, A, professional());
    assert_eq!((effects, org.phase, on(&org)), (vec![], Phase::Active, vec![mirror(A, C)]));
}

#[test]
fn scenario_23_a_lapsed_member_leaves_and_the_others_stay_connected() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional()), (C, professional())]);
    let (org, effects) = becomes(opened(org, &[mirror(A, B), mirror(A, C)]), B, starter());
    assert_eq!(on(&org), [mirror(A, C)]);
    assert!(effects.contains(&Effect::MemberRemoved { account: B, reason: Removal::Tier }), "{effects:?}");
}

#[test]
fn scenario_24_a_deactivated_member_is_removed_and_not_added_again() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional()), (C, professional())]);
    let (org, effects) = becomes(org, B, Facts { status: Status::Deactivated, ..professional() });
    assert_eq!(effects, [Effect::MemberRemoved { account: B, reason: Removal::Deactivated }]);
    let (org, effects) = becomes(org, B, professional());
    assert_eq!((effects, org.members.contains_key(&B)), (vec![Effect::Refused], false));
}

#[test]
fn scenario_25_the_member_that_moved_is_removed_not_the_others() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional()), (C, professional())]);
    let (org, effects) = becomes(org, B, Facts { location: "us".into(), ..professional() });
    assert_eq!(effects, [Effect::MemberRemoved { account: B, reason: Removal::Hosting }]);
    assert_eq!(org.members.keys().collect::<Vec<_>>(), [&A, &C]);
}

#[test]
fn scenario_26_the_only_anchor_moves_away_then_the_organization_is_deleted() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional())]);
    let (_, effects) = becomes(org, A, Facts { location: "us".into(), ..anchor() });
    assert_eq!(effects[0], Effect::MemberRemoved { account: A, reason: Removal::Hosting });
    assert_eq!(effects.last(), Some(&Effect::Deleted { reason: Deletion::NoAnchor }));
}

#[test]
fn scenario_27_a_grace_freezes_flows_and_ends_in_thaw_or_deletion() {
    let policy = Policy { anchor_loss: AnchorLoss::Grace { days: 14 }, ..Policy::parity() };
    let org = opened(organization(policy, &[(A, anchor()), (B, professional())]), &[mirror(A, B)]);
    let (frozen, effects) = becomes(org, A, professional());
    let until = now().saturating_add((14 * 24).hours()).unwrap();
    assert_eq!(effects, [Effect::Frozen { until }]);
    assert!(!frozen.carries(mirror(A, B)));
    let (thawed, _) = becomes(frozen.clone(), A, anchor());
    assert!(thawed.carries(mirror(A, B)));
    assert_eq!(after(frozen.clone(), Event::TimePassed).1, []);
    let (gone, effects) = next(frozen, Event::TimePassed, until);
    assert_eq!((gone.phase, effects.len()), (Phase::Deleted(Deletion::NoAnchor), 4));
}

#[test]
fn scenarios_28_and_29_sensitive_data_turned_on_ends_a_source_for_good() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional())]);
    let org = opened(org, &[mirror(A, B), mirror(B, A)]);
    let (org, effects) = becomes(org, B, Facts { sensitive: true, ..professional() });
    assert_eq!(effects, [Effect::EdgeClosed { edge: mirror(B, A), reason: Closing::Sensitive }]);
    assert_eq!((on(&org), org.members.len()), (vec![mirror(A, B)], 2));
    assert_eq!(org.edge(mirror(B, A)), Edge::Blocked(Block::Sensitive));
    let wishes = [Wish { edge: mirror(A, B), on: true }, Wish { edge: mirror(B, A), on: true }];
    let refusal = plan(&org, org.version, &wishes, &Feature::AVAILABLE).unwrap_err();
    assert_eq!(refusal.code(), "SOURCE_SENSITIVE");
    assert_eq!(on(&opened(org, &[mirror(B, A)])), [mirror(A, B)]);
}

#[test]
fn scenario_30_a_sensitive_account_may_still_copy_assets_and_receive() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, Facts { sensitive: true, ..professional() })]);
    let edge = |feature, source, destination| org.edge(EdgeKey { feature, source, destination });
    assert_eq!(edge(Feature::AssetCopying, B, A), Edge::Off);
    for feature in [Feature::Mirroring, Feature::Workflows, Feature::Reports] {
        assert_eq!(edge(feature, B, A), Edge::Blocked(Block::Sensitive));
        assert_eq!(edge(feature, A, B), Edge::Off);
    }
}

#[test]
fn a_suspended_member_stays_and_its_flows_freeze() {
    let org = opened(organization(Policy::parity(), &[(A, anchor()), (B, professional())]), &[mirror(A, B)]);
    let (org, effects) = becomes(org, A, Facts { status: Status::Suspended, ..anchor() });
    assert_eq!((effects, org.members.len()), (vec![], 2));
    assert!(!org.carries(mirror(A, B)));
    let (org, _) = becomes(org, A, anchor());
    assert!(org.carries(mirror(A, B)));
}

#[test]
fn a_lost_and_regained_subscription_does_not_reopen_what_it_closed() {
    let marketing = Facts { subscriptions: Subscriptions::of(&[(Product::Marketing, Tier::Professional)]), ..anchor() };
    let org = opened(organization(Policy::parity(), &[(A, anchor()), (B, professional())]), &[mirror(A, B)]);
    let (org, effects) = becomes(org, B, marketing);
    assert_eq!(effects, [Effect::EdgeClosed { edge: mirror(A, B), reason: Closing::Subscription }]);
    let (org, _) = becomes(org, B, professional());
    assert_eq!(org.edge(mirror(A, B)), Edge::Off);
}

#[test]
fn scenario_33_one_click_opens_everything_that_is_not_blocked() {
    let sensitive = Facts { sensitive: true, ..professional() };
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional()), (C, sensitive)]);
    let wishes = one_click(&org, &Feature::ALL);
    assert_eq!(wishes.len(), 3 * 2 * 4);
    let plan = plan(&org, org.version, &wishes, &Feature::ALL).unwrap();
    assert_eq!(plan.open.len(), 24 - 2 * 3);
    assert!(plan.open.iter().all(|e| e.source != C || e.feature == Feature::AssetCopying));
}

#[test]
fn scenario_34_and_the_review_in_words() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional())]);
    let name = |account: AccountId| if account == A { "Anchor".to_owned() } else { "Branch".to_owned() };
    let (up, down) = (mirror(A, B), mirror(B, A));
    let sets: [&[EdgeKey]; 4] = [&[], &[up], &[down], &[up, down]];
    let mut lines = Vec::new();
    for before in sets {
        let org = opened(org.clone(), before);
        for after in sets {
            let wishes: Vec<_> = after.iter().map(|e| Wish { edge: *e, on: true }).collect();
            let plan = plan(&org, org.version, &wishes, &Feature::AVAILABLE).unwrap();
            let words: Vec<_> = plan.changes.iter().map(|c| c.words(&name)).collect();
            lines.push(format!("{} -> {}: {}", before.len(), after.len(), words.join("; ")));
        }
    }
    insta::assert_snapshot!("review", lines.join("\n"));
}

#[test]
fn scenario_35_a_stale_version_is_a_conflict_and_nothing_changes() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional())]);
    let seen = org.version;
    let org = opened(org, &[mirror(A, B)]);
    let refusal = plan(&org, seen, &[], &Feature::AVAILABLE).unwrap_err();
    assert_eq!(refusal, Refusal::VersionStale { given: seen, current: seen + 1 });
    assert_eq!(plan(&org, org.version, &[], &Feature::AVAILABLE).unwrap().close, BTreeSet::from([mirror(A, B)]));
}

#[test]
fn an_edit_that_cannot_be_is_refused_with_its_code() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional())]);
    let wish = |edge| Wish { edge, on: true };
    let workflows = EdgeKey { feature: Feature::Workflows, source: A, destination: B };
    let table: [(&[Wish], &str); 4] = [
        (&[wish(mirror(A, C))], "NOT_A_MEMBER"),
        (&[wish(mirror(A, A))], "SAME_ACCOUNT"),
        (&[wish(mirror(A, B)), wish(mirror(A, B))], "EDGE_TWICE"),
        (&[wish(workflows)], "FEATURE_NOT_AVAILABLE"),
    ];
    for (wishes, code) in table {
        assert_eq!(plan(&org, org.version, wishes, &Feature::AVAILABLE).unwrap_err().code(), code);
    }
    let (frozen, _) = becomes(
        organization(Policy { anchor_loss: AnchorLoss::Grace { days: 1 }, ..Policy::parity() }, &[(A, anchor()), (B, anchor())]),
        A,
        professional(),
    );
    let (frozen, _) = becomes(frozen, B, professional());
    let refusal = plan(&frozen, frozen.version, &[wish(mirror(A, B))], &Feature::AVAILABLE).unwrap_err();
    assert_eq!(refusal.code(), "ORGANIZATION_NOT_ACTIVE");
}

#[test]
fn a_plan_says_what_changes_between_two_accounts_once() {
    let org = opened(organization(Policy::parity(), &[(A, anchor()), (B, professional())]), &[mirror(B, A)]);
    let both = [Wish { edge: mirror(A, B), on: true }, Wish { edge: mirror(B, A), on: true }];
    let plan = plan(&org, org.version, &both, &Feature::AVAILABLE).unwrap();
    assert_eq!(plan.changes, [Change { kind: ChangeKind::WidenToTwoWay, edge: mirror(B, A) }]);
}

// Random lives. Accounts 1..=6, of which any may at any time be anything.

fn some_facts() -> impl Strategy<Value = Facts> {
    let status = prop_oneof![8 => Just(Status::Active), 1 => Just(Status::Suspended), 1 => Just(Status::Deactivated)];
    let location = prop_oneof![9 => Just("eu"), 1 => Just("us")];
    let kind = prop_oneof![3 => Just(anchor()), 4 => Just(professional()), 1 => Just(starter())];
    (status, location, kind, prop::bool::weighted(0.15)).prop_map(|(status, location, facts, sensitive)| Facts {
        status,
        location: location.to_owned(),
        sensitive,
        ..facts
    })
}

fn some_account() -> impl Strategy<Value = AccountId> {
    (1..=6i64).prop_map(AccountId)
}

fn some_edges() -> impl Strategy<Value = BTreeSet<EdgeKey>> {
    let edge = (prop::sample::select(Feature::ALL.to_vec()), some_account(), some_account());
    let edge = edge.prop_map(|(feature, source, destination)| EdgeKey { feature, source, destination });
    prop::collection::btree_set(edge, 0..8)
}

fn some_event() -> impl Strategy<Value = (Event, i64)> {
    let members = || prop::collection::btree_map(some_account(), some_facts(), 1..5);
    let event = prop_oneof![
        2 => members().prop_map(|members| Event::Propose { members }),
        2 => Just(Event::Verify),
        1 => Just(Event::Expire),
        2 => members().prop_map(|members| Event::AddMembers { members }),
        2 => some_account().prop_map(|account| Event::RemoveMember { account }),
        8 => (some_edges(), some_edges()).prop_map(|(open, close)| Event::EditEdges { open, close, by: ANN }),
        8 => (some_account(), some_facts()).prop_map(|(account, facts)| Event::FactsChanged { account, facts }),
        2 => Just(Event::TimePassed),
        1 => Just(Event::Delete),
    ];
    (event, 0..400i64)
}

fn check(org: &Organization, now: Timestamp) {
    let gone_or_grace = org.phase.is_deleted() || matches!(org.phase, Phase::Grace | Phase::None);
    assert!(org.anchor().is_some() || gone_or_grace, "no anchor, and {:?}", org.phase);
    assert!(!org.phase.is_deleted() || (org.members.is_empty() && org.open.is_empty()), "deleted with members or edges");
    assert!((org.phase == Phase::Grace) == org.grace_until.is_some(), "grace without an end, or an end without grace");
    for key in org.open.keys() {
        assert!(org.members.contains_key(&key.source) && org.members.contains_key(&key.destination), "edge of no member {key:?}");
        assert!(!(org.members[&key.source].facts.sensitive && key.feature.carries_values()), "sensitive source {key:?}");
        assert_eq!(org.edge(*key), Edge::On, "an open edge that is blocked {key:?}");
    }
    for (source, destination) in (1..=6).flat_map(|a| (1..=6).map(move |b| (AccountId(a), AccountId(b)))) {
        for feature in Feature::ALL {
            let key = EdgeKey { feature, source, destination };
            assert!(!org.carries(key) || (org.open.contains_key(&key) && org.phase.is_active()), "{key:?} at {now}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_happens_the_invariants_hold(
        policy in prop_oneof![
            Just(Policy::parity()),
            Just(Policy::open()),
            Just(Policy { anchor_loss: AnchorLoss::Grace { days: 14 }, ..Policy::parity() }),
        ],
        events in prop::collection::vec(some_event(), 0..60),
    ) {
        let mut org = Organization::none(OrganizationId(1), "Group".into(), policy);
        let mut time = now();
        for (event, hours) in events {
            time = time.saturating_add(hours.hours()).unwrap();
            let before = org.clone();
            let is_cut = match &event { Event::EditEdges { close, open, .. } => close.difference(open).copied().collect(), _ => BTreeSet::new() };
            let (after, effects) = next(org, event, time);
            check(&after, time);
            prop_assert!(after.version == before.version + i64::from(!effects.is_empty() && effects != [Effect::Refused]));
            prop_assert!(effects != [Effect::Refused] || after == before, "refused, and yet changed");
            for edge in is_cut {
                prop_assert!(!after.open.contains_key(&edge) || before.phase.is_deleted() || before.phase == Phase::None);
                prop_assert!(!after.carries(edge), "a cut connection carries {edge:?}");
            }
            // The log replays: what the effects say of edges is what became of them.
            let mut edges: BTreeSet<_> = before.open.keys().copied().collect();
            for effect in &effects {
                match effect {
                    Effect::EdgeOpened { edge } => prop_assert!(edges.insert(*edge)),
                    Effect::EdgeClosed { edge, .. } => prop_assert!(edges.remove(edge)),
                    _ => {}
                }
            }
            prop_assert_eq!(edges, after.open.keys().copied().collect::<BTreeSet<_>>());
            org = after;
        }
    }
}
