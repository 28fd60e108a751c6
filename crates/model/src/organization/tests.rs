use super::replay::State;
use super::*;
use crate::connection::plan::{Change, ChangeKind, Plan, Refusal, Wish};
use crate::connection::template::{Template, fill};
use crate::connection::terms::{LegalBasis, Part};
use crate::policy::{SensitiveRule, TermsRule};
use jiff::civil::date;
use proptest::prelude::*;

mod life;

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
    let edit = Event::EditEdges { open: edges.iter().map(|e| (*e, Terms::default())).collect(), close: BTreeSet::new(), by: ANN };
    after(organization, edit).0
}

fn plan(organization: &Organization, version: i64, wishes: &[Wish]) -> Result<Plan, Refusal> {
    connection::plan::plan(organization, version, wishes, day(now()))
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
    let wishes = [Wish::on(mirror(A, B)), Wish::on(mirror(B, A))];
    let refusal = plan(&org, org.version, &wishes).unwrap_err();
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
    let filled = fill(&org, Template::Everyone, &Feature::ALL.into(), None).unwrap();
    assert_eq!(filled.wishes.len(), 24 - 2 * 3);
    let plan = plan(&org, org.version, &filled.wishes).unwrap();
    assert_eq!(plan.open.len(), 24 - 2 * 3);
    assert!(plan.open.keys().all(|e| e.source != C || e.feature == Feature::AssetCopying));
    assert_eq!(filled.blocked.len(), 2 * 3);
    assert!(filled.blocked.iter().all(|(edge, block)| edge.source == C && *block == Block::Sensitive));
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
            let wishes: Vec<_> = after.iter().map(|e| Wish::on(*e)).collect();
            let plan = plan(&org, org.version, &wishes).unwrap();
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
    let refusal = plan(&org, seen, &[]).unwrap_err();
    assert_eq!(refusal, Refusal::VersionStale { given: seen, current: seen + 1 });
    assert_eq!(plan(&org, org.version, &[]).unwrap().close, BTreeSet::from([mirror(A, B)]));
}

#[test]
fn an_edit_that_cannot_be_is_refused_with_its_code() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional())]);
    let wish = Wish::on;
    let table: [(&[Wish], &str); 3] = [
        (&[wish(mirror(A, C))], "NOT_A_MEMBER"),
        (&[wish(mirror(A, A))], "SAME_ACCOUNT"),
        (&[wish(mirror(A, B)), wish(mirror(A, B))], "EDGE_TWICE"),
    ];
    for (wishes, code) in table {
        assert_eq!(plan(&org, org.version, wishes).unwrap_err().code(), code);
    }
    let (frozen, _) = becomes(
        organization(Policy { anchor_loss: AnchorLoss::Grace { days: 1 }, ..Policy::parity() }, &[(A, anchor()), (B, anchor())]),
        A,
        professional(),
    );
    let (frozen, _) = becomes(frozen, B, professional());
    let refusal = plan(&frozen, frozen.version, &[wish(mirror(A, B))]).unwrap_err();
    assert_eq!(refusal.code(), "ORGANIZATION_NOT_ACTIVE");
}

fn reasoned() -> Terms {
    Terms { purpose: Some("one service".into()), legal_basis: Some(LegalBasis::Contract), ..Terms::default() }
}

#[test]
fn where_terms_are_required_an_edge_that_carries_values_needs_purpose_and_basis() {
    let policy = Policy { terms: TermsRule::Required, ..Policy::parity() };
    let org = organization(policy, &[(A, anchor()), (B, professional())]);
    let code = |org: &Organization, wish: Wish| plan(org, org.version, &[wish]).err().map(|refusal| refusal.code());
    assert_eq!(code(&org, Wish::on(mirror(A, B))), Some("TERMS_MISSING"));
    let half = Terms { legal_basis: None, ..reasoned() };
    assert_eq!(code(&org, Wish::on_terms(mirror(A, B), half)), Some("TERMS_MISSING"));
    let blank = Terms { purpose: Some("  ".into()), ..reasoned() };
    assert_eq!(code(&org, Wish::on_terms(mirror(A, B), blank)), Some("TERMS_MISSING"));
    assert_eq!(code(&org, Wish::on_terms(mirror(A, B), reasoned())), None);
    let copying = EdgeKey { feature: Feature::AssetCopying, ..mirror(A, B) };
    assert_eq!(code(&org, Wish::on(copying)), None, "definitions hold no values");
    // What is open already goes on without being asked, and cannot lose its reasons.
    let org = opened(org, &[mirror(A, B)]);
    assert_eq!(code(&org, Wish::on(mirror(A, B))), None);
    assert_eq!(code(&org, Wish::on_terms(mirror(A, B), Terms { purpose: None, ..reasoned() })), Some("TERMS_MISSING"));
}

#[test]
fn other_terms_are_an_amendment_with_before_after_and_who_approved_it() {
    let org = opened(organization(Policy::parity(), &[(A, anchor()), (B, professional())]), &[mirror(A, B)]);
    let wished = Terms { masked: ["amount".to_owned()].into(), ..reasoned() };
    let plan = plan(&org, org.version, &[Wish::on_terms(mirror(A, B), wished.clone())]).unwrap();
    let amended = vec![Part::Purpose, Part::LegalBasis, Part::Masked];
    assert_eq!(plan.changes, [Change { kind: ChangeKind::Amend, edge: mirror(A, B), amended }]);
    let words = plan.changes[0].words(&|account| account.to_string());
    assert_eq!(words, "mirroring: 1 will share with 2 on other terms (purpose, legal basis, masked fields)");
    let edit = Event::EditEdges { open: plan.amend, close: plan.close, by: PersonId(8) };
    let later = now().saturating_add(1.hours()).unwrap();
    let (org, effects) = next(org, edit, later);
    let is = &org.open[&mirror(A, B)];
    assert_eq!((is.by, is.approved, &is.terms), (ANN, Approved { by: PersonId(8), at: later }, &wished));
    let after = Box::new(is.clone());
    assert_eq!(effects, [Effect::EdgeAmended { edge: mirror(A, B), before: Box::default(), after }]);
}

#[test]
fn a_review_that_is_due_is_said_once_and_cuts_nothing() {
    let terms = Terms { review_on: Some(day(now())), ..Terms::default() };
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional())]);
    let open = BTreeMap::from([(mirror(A, B), terms), (mirror(B, A), Terms::default())]);
    let (org, _) = after(org, Event::EditEdges { open: open.clone(), close: BTreeSet::new(), by: ANN });
    let (org, effects) = after(org, Event::TimePassed);
    assert_eq!(effects, [Effect::ReviewDue { edge: mirror(A, B), review_on: day(now()) }]);
    assert!(org.carries(mirror(A, B)));
    let (org, effects) = after(org, Event::TimePassed);
    assert_eq!(effects, []);
    // Another date is another review; other terms with the same one are not.
    let told = |org: Organization, terms: Terms| {
        let edit = Event::EditEdges { open: [(mirror(A, B), terms)].into(), close: BTreeSet::new(), by: ANN };
        let (org, _) = after(org, edit);
        next(org, Event::TimePassed, now().saturating_add(240.hours()).unwrap()).1.len()
    };
    let same = open[&mirror(A, B)].clone();
    assert_eq!(told(org.clone(), Terms { purpose: Some("p".into()), ..same.clone() }), 0);
    assert_eq!(told(org, Terms { review_on: Some(day(now()).tomorrow().unwrap()), ..same }), 1);
}

#[test]
fn scenario_31_where_the_policy_looks_at_fields_a_sensitive_source_keeps_what_lists_them() {
    let policy = Policy { sensitive: SensitiveRule::Fields, ..Policy::parity() };
    let org = organization(policy, &[(A, anchor()), (B, professional()), (C, professional())]);
    let listed = Terms { fields: Some(["dealname".to_owned()].into()), ..Terms::default() };
    let open = BTreeMap::from([(mirror(B, A), listed.clone()), (mirror(B, C), Terms::default())]);
    let (org, _) = after(org, Event::EditEdges { open, close: BTreeSet::new(), by: ANN });
    let (org, effects) = becomes(org, B, Facts { sensitive: true, ..professional() });
    assert_eq!(effects, [Effect::EdgeClosed { edge: mirror(B, C), reason: Closing::Sensitive }]);
    assert_eq!(on(&org), [mirror(B, A)]);
    let code = |wishes: &[Wish]| plan(&org, org.version, wishes).err().map(|refusal| refusal.code());
    assert_eq!(code(&[Wish::on(mirror(B, A)), Wish::on(mirror(B, C))]), Some("FIELDS_MISSING"));
    assert_eq!(code(&[Wish::on_terms(mirror(B, A), Terms::default())]), Some("FIELDS_MISSING"));
    assert_eq!(code(&[Wish::on(mirror(B, A)), Wish::on_terms(mirror(B, C), listed)]), None);
}

#[test]
fn a_template_connects_a_hub_everybody_or_nobody() {
    let org = organization(Policy::parity(), &[(A, anchor()), (B, professional()), (C, professional())]);
    let mirroring = BTreeSet::from([Feature::Mirroring]);
    let edges = |org: &Organization, template| -> Vec<EdgeKey> {
        let filled = fill(org, template, &mirroring, None).unwrap();
        filled.wishes.into_iter().map(|wish| wish.edge).collect()
    };
    use crate::connection::template::Direction;
    let hub = |direction| Template::Hub { hub: B, direction };
    assert_eq!(edges(&org, hub(Some(Direction::ToHub))), [mirror(A, B), mirror(C, B)]);
    assert_eq!(edges(&org, hub(Some(Direction::FromHub))), [mirror(B, A), mirror(B, C)]);
    assert_eq!(edges(&org, hub(None)).len(), 4, "two-way under parity");
    let open = Organization { policy: Policy::open(), ..org.clone() };
    assert_eq!(edges(&open, hub(None)), [mirror(A, B), mirror(C, B)], "one-way where new connections are");
    assert_eq!(edges(&org, Template::Everyone).len(), 6);
    let stranger = Template::Hub { hub: AccountId(9), direction: None };
    assert_eq!(fill(&org, stranger, &mirroring, None).unwrap_err().code(), "NOT_A_MEMBER");
    // Other features stay as they are.
    let copying = EdgeKey { feature: Feature::AssetCopying, ..mirror(A, C) };
    let org = opened(org, &[copying, mirror(A, C)]);
    assert_eq!(edges(&org, Template::None), [copying]);
}

#[test]
fn a_template_of_too_many_edges_is_refused_before_it_is_made() {
    let members: Vec<_> = (1..=400).map(|n| (AccountId(n), anchor())).collect();
    let org = organization(Policy::open(), &members);
    let refused = fill(&org, Template::Everyone, &BTreeSet::from([Feature::Mirroring]), None).unwrap_err();
    assert_eq!(refused.code(), "TOO_MANY_EDGES");
}

#[test]
fn a_plan_says_what_changes_between_two_accounts_once() {
    let org = opened(organization(Policy::parity(), &[(A, anchor()), (B, professional())]), &[mirror(B, A)]);
    let both = [Wish::on(mirror(A, B)), Wish::on(mirror(B, A))];
    let plan = plan(&org, org.version, &both).unwrap();
    assert_eq!(plan.changes, [Change { kind: ChangeKind::WidenToTwoWay, edge: mirror(B, A), amended: vec![] }]);
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

fn some_edges() -> impl Strategy<Value = BTreeMap<EdgeKey, Terms>> {
    let edge = (prop::sample::select(Feature::ALL.to_vec()), some_account(), some_account());
    let edge = edge.prop_map(|(feature, source, destination)| EdgeKey { feature, source, destination });
    prop::collection::btree_map(edge, some_terms(), 0..8)
}

fn some_terms() -> impl Strategy<Value = Terms> {
    let fields = prop_oneof![Just(None), Just(Some(BTreeSet::from(["dealname".to_owned()])))];
    let review = prop_oneof![Just(None), (1..25i8).prop_map(|month| Some(date(2026 + i16::from(month) / 12, month % 12 + 1, 1)))];
    let purpose = prop_oneof![Just(None), Just(Some("one service".to_owned()))];
    (fields, review, purpose).prop_map(|(fields, review_on, purpose)| Terms { fields, review_on, purpose, ..Terms::default() })
}

fn some_event() -> impl Strategy<Value = (Event, i64)> {
    let members = || prop::collection::btree_map(some_account(), some_facts(), 1..5);
    let event = prop_oneof![
        2 => members().prop_map(|members| Event::Propose { members }),
        2 => Just(Event::Verify),
        1 => Just(Event::Expire),
        2 => members().prop_map(|members| Event::AddMembers { members }),
        2 => some_account().prop_map(|account| Event::RemoveMember { account }),
        8 => (some_edges(), some_edges()).prop_map(|(open, close)| Event::EditEdges { open, close: close.into_keys().collect(), by: ANN }),
        8 => (some_account(), some_facts()).prop_map(|(account, facts)| Event::FactsChanged { account, facts }),
        2 => Just(Event::TimePassed),
        1 => Just(Event::Delete),
        1 => members().prop_map(|members| Event::Restore { members, edges: BTreeMap::new() }),
        2 => (some_account(), some_facts()).prop_map(|(account, facts)| Event::RestoreMember { account, facts, edges: BTreeMap::new() }),
        2 => prop::sample::select(vec![Policy::parity(), Policy::open(), graceful()]).prop_map(|policy| Event::ChangePolicy { policy: Box::new(policy) }),
    ];
    (event, 0..400i64)
}

/// Tiers, and a grace for everything.
fn graceful() -> Policy {
    let (anchor_loss, member_loss) = (AnchorLoss::Grace { days: 14 }, crate::policy::MemberLoss::Grace { days: 7 });
    Policy { anchor_loss, member_loss, ..Policy::parity() }
}

fn check(org: &Organization, now: Timestamp) {
    let gone_or_grace = org.phase.is_deleted() || matches!(org.phase, Phase::Grace | Phase::None);
    assert!(org.anchor().is_some() || gone_or_grace, "no anchor, and {:?}", org.phase);
    assert!(!org.phase.is_deleted() || (org.members.is_empty() && org.open.is_empty()), "deleted with members or edges");
    assert!((org.phase == Phase::Grace) == org.grace_until.is_some(), "grace without an end, or an end without grace");
    for key in org.open.keys() {
        assert!(org.members.contains_key(&key.source) && org.members.contains_key(&key.destination), "edge of no member {key:?}");
        let listed = org.policy.sensitive == SensitiveRule::Fields && org.open[key].terms.fields.is_some();
        let barred = org.members[&key.source].facts.sensitive && key.feature.carries_values() && !listed;
        assert!(!barred, "sensitive source {key:?}");
        // In its grace an account may be blocked: the edge waits, and carries nothing.
        let waits = [key.source, key.destination].iter().any(|id| org.members[id].frozen.is_some());
        assert!(org.edge(*key) == Edge::On || waits, "an open edge that is blocked {key:?}");
        assert!(!waits || !org.carries(*key), "{key:?} carries in a grace");
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
            Just(Policy { sensitive: SensitiveRule::Fields, ..Policy::open() }),
            Just(graceful()),
        ],
        events in prop::collection::vec(some_event(), 0..60),
    ) {
        let mut org = Organization::none(OrganizationId(1), "Group".into(), policy);
        let (mut time, mut replayed) = (now(), State::default());
        for (event, hours) in events {
            time = time.saturating_add(hours.hours()).unwrap();
            let before = org.clone();
            let is_cut = match &event { Event::EditEdges { close, open, .. } => close.iter().filter(|e| !open.contains_key(e)).copied().collect(), _ => BTreeSet::new() };
            let (after, effects) = next(org, event, time);
            check(&after, time);
            prop_assert!(after.version == before.version + i64::from(!effects.is_empty() && effects != [Effect::Refused]));
            prop_assert!(effects != [Effect::Refused] || after == before, "refused, and yet changed");
            for edge in is_cut {
                prop_assert!(!after.open.contains_key(&edge) || before.phase.is_deleted() || before.phase == Phase::None);
                prop_assert!(!after.carries(edge), "a cut connection carries {edge:?}");
            }
            replayed = effects.iter().fold(replayed, |state, effect| state.and(effect, [before.version, after.version], time));
            prop_assert_eq!(&replayed, &State::of(&after), "the log replays to something else");
            org = after;
        }
    }
}
