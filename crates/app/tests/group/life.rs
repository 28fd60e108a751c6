//! How an organization ends gently and comes back, and how accounts of other people join it.

use crate::world::*;
use app::account::{Patch, update};
use app::organization::offer::{self, ACCEPT_OFFER};
use app::organization::outlook;
use app::organization::restore::{self, RESTORE, former, former_members, restore_member};
use app::organization::{self, ADD_MEMBERS, delete, read, reconcile, remove_member};
use jiff::SignedDuration;
use model::account::{Product, Role, Seat, Status, Subscriptions, Tier};
use model::billing::seats::Bought;
use model::billing::{Line, Subscription, Term};
use model::id::{AccountId, OfferId, OrganizationId, PersonId};
use model::object::{CONTACT, NOTE};
use model::organization::offer::State;
use model::organization::phase::Phase;
use model::organization::{Effect, IMPACT_TEXT_VERSION};
use model::policy::{AnchorLoss, MemberLoss, Policy};

/// An account whose Super Admin is Eve, and nobody of the group.
const FOREIGN: AccountId = AccountId(4);
const EVE: PersonId = PersonId(20);

fn with_grace() -> Policy {
    let (anchor_loss, member_loss) = (AnchorLoss::Grace { days: 14 }, MemberLoss::Grace { days: 14 });
    Policy { anchor_loss, member_loss, warn_days: vec![30, 7, 1], ..Policy::parity() }
}

fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n * 24)
}

async fn lapse(group: &Group, account: AccountId) {
    let starter = Subscriptions::of(&[(Product::Sales, Tier::Starter)]);
    update(&group.app, &group.system(account), Patch { subscriptions: Some(starter), ..Patch::default() }).await.unwrap();
}

async fn renew(group: &Group, account: AccountId) {
    update(&group.app, &group.system(account), Patch { subscriptions: Some(professional()), ..Patch::default() }).await.unwrap();
}

async fn three(group: &Group, policy: Policy) -> OrganizationId {
    group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap().organization.id
}

async fn members(group: &Group, account: AccountId) -> Vec<i64> {
    let view = read(&group.app, &group.cx(ANN, account).await).await.unwrap();
    view.organization.members.keys().map(|id| id.0).collect()
}

#[tokio::test]
async fn scenario_27_a_lapsed_member_is_frozen_its_flows_stop_and_start_again_when_it_is_back() {
    for group in groups().await {
        let id = three(&group, with_grace()).await;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST)]).await;
        let contact = group.record(WEST, CONTACT, &[("email", "x@y.example")]).await;
        let sister = group.record(EAST, CONTACT, &[("email", "x@y.example")]).await;
        group.done(EAST, NOTE, &[("hs_note_body", "hello"), ("hs_timestamp", "2026-11-01T10:00:00Z")], (CONTACT, sister)).await;
        assert_eq!(group.mirrored(CONTACT, contact).await, ["East note: hello"], "{}", group.fresh.engine);
        lapse(&group, EAST).await;
        assert_eq!(group.mirrored(CONTACT, contact).await, Vec::<String>::new());
        let page = app::mirror::view(&group.app, &group.cx(BO, WEST).await, CONTACT, contact, None, 50).await.unwrap();
        assert!(page.sources.iter().any(|source| source.state == app::mirror::State::Stopped("MEMBER_FROZEN")));
        let seen = read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization;
        assert!(seen.members[&EAST].frozen.is_some() && seen.open.len() == 2 && seen.phase == Phase::Active);
        renew(&group, EAST).await;
        assert_eq!(group.mirrored(CONTACT, contact).await, ["East note: hello"]);
        let own = group.acts(id).await.into_iter().filter(|act| act.starts_with("system")).collect::<Vec<_>>();
        assert_eq!(own, ["system member_frozen account:2", "system member_thawed account:2"]);
    }
}

#[tokio::test]
async fn scenario_27_when_its_grace_is_over_the_member_goes_and_the_rest_stays() {
    for group in groups().await {
        let id = three(&group, with_grace()).await;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST)]).await;
        lapse(&group, EAST).await;
        group.clock.advance(days(14) - SignedDuration::from_hours(1));
        reconcile(&group.app).await.unwrap();
        assert_eq!(members(&group, CENTRAL).await, [1, 2, 3], "{}", group.fresh.engine);
        group.clock.advance(SignedDuration::from_hours(1));
        reconcile(&group.app).await.unwrap();
        assert_eq!((members(&group, CENTRAL).await, group.n_open().await), (vec![1, 3], 1));
        assert_eq!(reconcile(&group.app).await.unwrap(), 0);
        let last = ["system edge_closed edge:mirroring:2>3", "system member_removed account:2"].map(str::to_owned);
        assert!(group.acts(id).await.ends_with(&last));
        assert_eq!(group.last_detail(id, "member_removed").await["effect"]["reason"], "tier");
    }
}

#[tokio::test]
async fn scenario_27_what_is_known_to_end_is_told_in_time_and_each_warning_once() {
    for mut group in groups().await {
        let id = three(&group, with_grace()).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        lapse(&group, EAST).await;
        let ends = outlook::list(&group.app, &group.cx(ANN, CENTRAL).await, id).await.unwrap();
        let ends_at = group.app.outside.now() + days(14);
        assert_eq!(ends.iter().map(|end| (end.at, end.effects.len())).collect::<Vec<_>>(), [(ends_at, 2)]);
        // The day it begins, fourteen days before, the thirty days have begun as well: one warning, not two.
        for (after, told) in [(0, 1), (6, 0), (1, 1), (0, 0), (5, 0), (1, 1)] {
            group.clock.advance(days(after));
            let n = reconcile(&group.app).await.unwrap();
            assert_eq!(n, told, "{after} days later, {}", group.fresh.engine);
            group.restart().await;
            assert_eq!(reconcile(&group.app).await.unwrap(), 0, "told twice");
        }
        let warned = group.last_detail(id, "warned").await;
        assert_eq!(warned["effect"]["days"], 1);
        let expected = warned["effect"]["expected"].as_array().unwrap();
        assert_eq!(
            expected.iter().map(|effect| effect["did"].as_str().unwrap()).collect::<Vec<_>>(),
            ["edge_closed", "member_removed"]
        );
        group.clock.advance(days(1));
        assert_eq!(reconcile(&group.app).await.unwrap(), 1, "the member goes");
        assert_eq!(outlook::list(&group.app, &group.cx(ANN, CENTRAL).await, id).await.unwrap(), []);
    }
}

#[tokio::test]
async fn scenario_27_a_term_that_is_not_renewed_is_told_at_30_7_and_1_days_then_a_grace_freezes() {
    for group in groups().await {
        let id = three(&group, with_grace()).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        let now = group.app.outside.now();
        let subscription = Subscription {
            term: Term::Annual,
            currency: "EUR".into(),
            lines: [(Product::Sales, Line { tier: Tier::Professional, price: 100 })].into(),
            began_at: now,
            n_terms: 0,
            term_start: now,
            term_end: now + days(31),
            auto_renew: false,
            next: None,
            next_term: None,
            ended_at: None,
            seats: Bought::default(),
        };
        group.directory(async |tx| store::subscription::put(tx, EAST, &subscription, now).await).await;
        let ends = outlook::list(&group.app, &group.cx(ANN, CENTRAL).await, id).await.unwrap();
        let seen: Vec<_> = ends.iter().map(|end| (end.at, end.account, end.effects.len())).collect();
        assert_eq!(seen, [(now + days(31), Some(EAST), 1), (now + days(45), None, 2)], "{}", group.fresh.engine);
        let mut told = Vec::new();
        for day in 0..31 {
            if reconcile(&group.app).await.unwrap() == 1 {
                let warned = group.last_detail(id, "warned").await;
                told.push((31 - day, warned["effect"]["days"].as_i64().unwrap()));
            }
            group.clock.advance(days(1));
        }
        assert_eq!(told, [(30, 30), (16, 30), (7, 7), (1, 1)], "the end of the grace is 14 days after the term");
        app::billing::reconcile(&group.app).await.unwrap();
        let seen = read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization;
        assert_eq!((seen.members[&EAST].frozen.map(|f| f.until), seen.open.len()), (Some(now + days(45)), 1));
    }
}

#[tokio::test]
async fn under_our_rules_a_deactivation_can_be_taken_back_and_under_parity_it_cannot() {
    for (policy, expected) in [(Policy::open(), vec![1, 2, 3]), (Policy::parity(), vec![1, 3])] {
        for group in groups().await {
            three(&group, policy.clone()).await;
            for status in [Status::Deactivated, Status::Active] {
                let patch = Patch { status: Some(status), ..Patch::default() };
                update(&group.app, &group.system(EAST), patch).await.unwrap();
            }
            assert_eq!(members(&group, CENTRAL).await, expected, "{}", group.fresh.engine);
        }
    }
}

async fn deleted(group: &Group, id: OrganizationId) {
    let proof = group.proof(ANN, organization::DELETE, &id.to_string()).await;
    delete(&group.app, &group.cx(ANN, CENTRAL).await, id, Some(&proof)).await.unwrap();
}

async fn restored(group: &Group, person: PersonId, here: AccountId, id: OrganizationId) -> app::error::Result<restore::Restored> {
    group.clock.advance(SignedDuration::from_mins(1));
    let proof = group.proof(person, RESTORE, &id.to_string()).await;
    restore::restore(&group.app, &group.cx(person, here).await, id, Some(&proof)).await
}

#[tokio::test]
async fn a_deleted_organization_comes_back_within_30_days_with_what_was_open() {
    for group in groups().await {
        let id = three(&group, Policy::parity()).await;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST), mirroring(WEST, CENTRAL)]).await;
        group.close(mirroring(WEST, CENTRAL)).await;
        deleted(&group, id).await;
        let ann = group.cx(ANN, CENTRAL).await;
        let seen = former(&group.app, &ann).await.unwrap();
        assert_eq!(seen.iter().map(|f| (f.past.id, f.n_edges, f.blocked.len())).collect::<Vec<_>>(), [(id, 2, 0)]);
        assert_eq!(code(restore::restore(&group.app, &ann, id, None).await), "STEP_UP_NEEDED");
        let back = restored(&group, ANN, CENTRAL, id).await.unwrap();
        assert_eq!((back.left_out.len(), back.view.organization.phase), (0, Phase::Active), "{}", group.fresh.engine);
        assert_eq!(
            back.view.organization.open.keys().copied().collect::<Vec<_>>(),
            [mirroring(CENTRAL, WEST), mirroring(EAST, WEST)]
        );
        assert_eq!(code(restored(&group, ANN, CENTRAL, id).await), "ORGANIZATION_NOT_DELETED");
        assert_eq!(former(&group.app, &ann).await.unwrap().len(), 0);
        let expected =
            ["restored organization", "member_restored account:1", "member_restored account:2", "member_restored account:3"];
        let acts = group.acts(id).await;
        assert!(acts.windows(4).any(|some| some == expected.map(|act| format!("person:11 {act}"))), "{acts:?}");
    }
}

#[tokio::test]
async fn what_comes_back_is_what_may_and_only_from_an_account_that_was_in_it() {
    for group in groups().await {
        let id = three(&group, Policy::parity()).await;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, EAST)]).await;
        deleted(&group, id).await;
        assert_eq!(code(restored(&group, ANN, EAST, id).await), "NO_ANCHOR", "{}", group.fresh.engine);
        assert_eq!(code(restored(&group, DAN, EAST, id).await), "PARTNER_ADMIN_VIEWS_ONLY");
        assert_eq!(code(restored(&group, BO, WEST, id).await), "ORGANIZATION_NOT_FOUND");
        group.add_account(FOREIGN, "Foreign", |_| {}).await;
        group.put_user(FOREIGN, ANN, Role::SuperAdmin, &[Seat::Core]).await;
        assert_eq!(code(restored(&group, ANN, FOREIGN, id).await), "ORGANIZATION_NOT_FOUND");
        // Cat is not Super Admin of West: it stays out, and so do its connections.
        let back = restored(&group, CAT, CENTRAL, id).await.unwrap();
        let left_out: Vec<_> = back.left_out.iter().map(|c| (c.account, c.reasons.first().map(|r| r.code()))).collect();
        assert_eq!(left_out, [(WEST, Some("NOT_SUPER_ADMIN"))]);
        assert_eq!((members(&group, CENTRAL).await, group.n_open().await), (vec![1, 2], 1));
    }
}

#[tokio::test]
async fn after_30_days_or_in_another_organization_nothing_comes_back() {
    for group in groups().await {
        let id = three(&group, Policy::open()).await;
        deleted(&group, id).await;
        group.create(ANN, EAST, &[WEST], Policy::open()).await.unwrap();
        assert_eq!(code(restored(&group, ANN, EAST, id).await), "ALREADY_IN_ORG", "{}", group.fresh.engine);
        assert_eq!(code(restored(&group, ANN, CENTRAL, id).await), "NO_ACCOUNTS_LEFT");
        group.clock.advance(days(30));
        assert_eq!(code(restored(&group, ANN, CENTRAL, id).await), "RESTORE_TOO_LATE");
        assert_eq!(former(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().len(), 0);
    }
}

#[tokio::test]
async fn an_organization_that_lost_its_anchor_comes_back_once_there_is_one_again() {
    for group in groups().await {
        let id = three(&group, Policy::parity()).await;
        group.open(&[mirroring(CENTRAL, WEST)]).await;
        renew(&group, CENTRAL).await;
        assert_eq!(code(restored(&group, ANN, CENTRAL, id).await), "NO_ANCHOR", "{}", group.fresh.engine);
        let anchor = Subscriptions::of(&[(Product::Marketing, Tier::Enterprise)]);
        update(&group.app, &group.system(CENTRAL), Patch { subscriptions: Some(anchor), ..Patch::default() }).await.unwrap();
        restored(&group, ANN, CENTRAL, id).await.unwrap();
        assert_eq!((members(&group, CENTRAL).await, group.n_open().await), (vec![1, 2, 3], 1));
    }
}

#[tokio::test]
async fn a_removed_member_comes_back_by_whoever_manages_the_organization() {
    for group in groups().await {
        let id = three(&group, Policy::parity()).await;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST)]).await;
        let ann = group.cx(ANN, CENTRAL).await;
        remove_member(&group.app, &ann, id, EAST, None).await.unwrap();
        let seen = former_members(&group.app, &ann, id).await.unwrap();
        assert_eq!(seen.iter().map(|f| (f.account, f.against.len())).collect::<Vec<_>>(), [(EAST, 0)]);
        assert_eq!(code(restore_member(&group.app, &ann, id, EAST, None).await), "STEP_UP_NEEDED");
        assert_eq!(code(restore_member(&group.app, &ann, id, WEST, None).await), "NOT_A_FORMER_MEMBER");
        group.clock.advance(SignedDuration::from_mins(1));
        let ann = group.cx(ANN, CENTRAL).await;
        let proof = group.proof(ANN, RESTORE, "2").await;
        let back = restore_member(&group.app, &ann, id, EAST, Some(&proof)).await.unwrap();
        assert_eq!((back.organization.members.len(), back.organization.open.len()), (3, 2), "{}", group.fresh.engine);
        lapse(&group, EAST).await;
        let proof = group.proof(ANN, RESTORE, "2").await;
        assert_eq!(code(restore_member(&group.app, &ann, id, EAST, Some(&proof)).await), "TIER_TOO_LOW");
        renew(&group, EAST).await;
        group.clock.advance(days(31));
        let late = group.proof(ANN, RESTORE, "2").await;
        let ann = group.cx(ANN, CENTRAL).await;
        assert_eq!(code(restore_member(&group.app, &ann, id, EAST, Some(&late)).await), "RESTORE_TOO_LATE");
    }
}

/// An account of somebody else.
async fn foreign(group: &Group) {
    group.add_account(FOREIGN, "Foreign", |_| {}).await;
    group.add_person(EVE, "Eve", true).await;
    group.put_user(FOREIGN, EVE, Role::SuperAdmin, &[Seat::Core]).await;
}

async fn with_foreign(group: &Group) -> OrganizationId {
    foreign(group).await;
    three(group, Policy::open()).await
}

async fn offered(group: &Group, id: OrganizationId, account: AccountId) -> app::error::Result<offer::Made> {
    let proof = group.proof(ANN, ADD_MEMBERS, &account.to_string()).await;
    Ok((offer::create(&group.app, &group.cx(ANN, CENTRAL).await, id, account, Some(&proof)).await?, None))
}

async fn accepted(group: &Group, offer: OfferId) -> app::error::Result<organization::View> {
    let proof = group.proof(EVE, ACCEPT_OFFER, &offer.to_string()).await;
    offer::accept(&group.app, &group.cx(EVE, FOREIGN).await, offer, IMPACT_TEXT_VERSION, Some(&proof)).await
}

#[tokio::test]
async fn an_account_of_somebody_else_joins_when_she_accepts_with_her_own_second_factor() {
    for group in groups().await {
        let id = with_foreign(&group).await;
        let (made, _) = offered(&group, id, FOREIGN).await.unwrap();
        let eve = group.cx(EVE, FOREIGN).await;
        let received = offer::received(&group.app, &eve).await.unwrap();
        let shown = received.iter().map(|r| (r.organization.as_str(), r.by.as_deref(), r.n_accounts, r.against.len()));
        assert_eq!(shown.collect::<Vec<_>>(), [("The Group", Some("Ann"), 3, 0)], "{}", group.fresh.engine);
        assert_eq!(code(offer::accept(&group.app, &eve, made.id, "2020-01", None).await), "IMPACT_TEXT_STALE");
        assert_eq!(code(offer::accept(&group.app, &eve, made.id, IMPACT_TEXT_VERSION, None).await), "STEP_UP_NEEDED");
        let view = accepted(&group, made.id).await.unwrap();
        assert_eq!(view.organization.members.keys().map(|id| id.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(view.organization.open.is_empty() && view.unmanageable);
        assert_eq!(code(accepted(&group, made.id).await), "OFFER_OVER");
        let last = ["offer_accepted account:4", "acknowledged account:4", "member_joined account:4"];
        assert!(group.acts(id).await.ends_with(&last.map(|act| format!("person:20 {act}"))));
    }
}

#[tokio::test]
async fn whoever_creates_invites_accounts_of_others_and_may_begin_alone() {
    for group in groups().await {
        foreign(&group).await;
        let (cx, nobodys) = (group.cx(ANN, CENTRAL).await, AccountId(999));
        let wish = async |invited: &[AccountId], policy| {
            let proof = group.proof(ANN, organization::CREATE, &organization::accounts_subject(invited)).await;
            let new = group.wish(ANN, &[], policy).await;
            let new = organization::New { invited: invited.to_vec(), proof: Some(proof), ..new };
            organization::create(&group.app, &cx, new).await
        };
        assert_eq!(code(wish(&[FOREIGN], Policy::parity()).await), "FOREIGN_ADMINS_OFF", "{}", group.fresh.engine);
        assert_eq!(code(wish(&[CENTRAL], Policy::open()).await), "ALREADY_A_MEMBER");
        assert_eq!(code(wish(&[], Policy::open()).await), "NO_ACCOUNTS");
        let view = wish(&[FOREIGN, nobodys], Policy::open()).await.unwrap();
        assert_eq!(view.organization.members.keys().collect::<Vec<_>>(), [&CENTRAL]);
        let made = offer::list(&group.app, &cx, view.organization.id).await.unwrap();
        let waiting = made.iter().map(|(offer, by)| (offer.account, offer.state, by.as_deref()));
        let mut waiting: Vec<_> = waiting.collect();
        waiting.sort();
        assert_eq!(waiting, [FOREIGN, nobodys].map(|account| (account, State::Offered, Some("Ann"))));
        let received = offer::received(&group.app, &group.cx(EVE, FOREIGN).await).await.unwrap();
        let joined = accepted(&group, received[0].offer.id).await.unwrap();
        assert_eq!(joined.organization.members.keys().collect::<Vec<_>>(), [&CENTRAL, &FOREIGN]);
    }
}

#[tokio::test]
async fn whoever_offers_learns_nothing_about_the_account() {
    for group in groups().await {
        let id = with_foreign(&group).await;
        let sandbox = AccountId(5);
        group.add_account(sandbox, "Sand", |account| account.kind = model::account::Kind::Sandbox).await;
        let mut answers = Vec::new();
        for account in [FOREIGN, sandbox, AccountId(999)] {
            let (made, _) = offered(&group, id, account).await.unwrap();
            answers.push((made.state, made.expires_at, made.answered_at));
            assert_eq!(code(offered(&group, id, account).await), "OFFER_WAITS");
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{}: {answers:?}", group.fresh.engine);
        let listed = offer::list(&group.app, &group.cx(ANN, CENTRAL).await, id).await.unwrap();
        assert_eq!(listed.iter().map(|(o, by)| (o.account.0, o.state, by.clone())).collect::<Vec<_>>(), {
            let ann = Some("Ann".to_owned());
            [(999, State::Offered, ann.clone()), (5, State::Offered, ann.clone()), (4, State::Offered, ann)]
        });
    }
}

#[tokio::test]
async fn an_offer_is_answered_once_by_the_one_it_was_made_to_or_taken_back_or_over() {
    for group in groups().await {
        let id = with_foreign(&group).await;
        let eve = group.cx(EVE, FOREIGN).await;
        let (first, _) = offered(&group, id, FOREIGN).await.unwrap();
        assert_eq!(code(offer::decline(&group.app, &group.cx(CAT, EAST).await, first.id).await), "OFFER_NOT_FOUND");
        group.put_user(FOREIGN, BO, Role::PartnerAdmin, &[]).await;
        assert_eq!(code(offer::decline(&group.app, &group.cx(BO, FOREIGN).await, first.id).await), "SUPER_ADMIN_ONLY");
        offer::decline(&group.app, &eve, first.id).await.unwrap();
        assert_eq!(code(offer::decline(&group.app, &eve, first.id).await), "OFFER_OVER", "{}", group.fresh.engine);
        let (second, _) = offered(&group, id, FOREIGN).await.unwrap();
        let elsewhere = offer::withdraw(&group.app, &group.cx(CAT, EAST).await, id, second.id).await;
        assert_eq!(code(elsewhere), "NOT_ADMIN_EVERYWHERE");
        offer::withdraw(&group.app, &group.cx(ANN, CENTRAL).await, id, second.id).await.unwrap();
        assert_eq!(code(accepted(&group, second.id).await), "OFFER_OVER");
        let (third, _) = offered(&group, id, FOREIGN).await.unwrap();
        group.clock.advance(days(14));
        assert_eq!(code(accepted(&group, third.id).await), "OFFER_OVER");
        assert_eq!(offer::received(&group.app, &group.cx(EVE, FOREIGN).await).await.unwrap().len(), 0);
        assert_eq!(reconcile(&group.app).await.unwrap(), 1);
        assert_eq!(reconcile(&group.app).await.unwrap(), 0);
        let acts = group.acts(id).await;
        let told: Vec<&str> =
            acts.iter().filter_map(|act| act.split(' ').nth(1)).filter(|act| act.starts_with("offer")).collect();
        assert_eq!(told, ["offered", "offer_declined", "offered", "offer_withdrawn", "offered", "offer_expired"]);
    }
}

#[tokio::test]
async fn what_keeps_an_account_from_joining_is_told_to_its_own_admin_and_parity_invites_nobody() {
    for group in groups().await {
        let id = with_foreign(&group).await;
        let (made, _) = offered(&group, id, FOREIGN).await.unwrap();
        let elsewhere = Patch { kind: Some(model::account::Kind::Trial), ..Patch::default() };
        update(&group.app, &group.system(FOREIGN), elsewhere).await.unwrap();
        let eve = group.cx(EVE, FOREIGN).await;
        let against = &offer::received(&group.app, &eve).await.unwrap()[0].against;
        assert_eq!(against.iter().map(|r| r.code()).collect::<Vec<_>>(), ["TRIAL"], "{}", group.fresh.engine);
        assert_eq!(code(accepted(&group, made.id).await), "TRIAL");
        assert_eq!(code(offered(&group, id, EAST).await), "ALREADY_A_MEMBER");
    }
    for group in groups().await {
        let id = three(&group, Policy::parity()).await;
        assert_eq!(code(offered(&group, id, AccountId(999)).await), "FOREIGN_ADMINS_OFF");
    }
}

#[tokio::test]
async fn scenario_9_what_is_not_verified_within_15_minutes_leaves_one_entry_and_nothing_else() {
    for group in groups().await {
        let ann = group.cx(ANN, CENTRAL).await;
        let new = organization::New { proof: Some("wrong".into()), ..group.wish(ANN, &[EAST], Policy::parity()).await };
        for _ in 0..3 {
            assert_eq!(code(organization::create(&group.app, &ann, new.clone()).await), "STEP_UP_NEEDED");
        }
        let entries = async || {
            let mut tx = group.app.store.read(CENTRAL).await.unwrap();
            let changes = store::feed::read(&mut tx, 0, 100).await.unwrap();
            let said = |r: &store::feed::Recorded| r.change.detail.as_ref().is_some_and(|d| d["did"] == "organization_expired");
            changes.iter().filter(|recorded| said(recorded)).count()
        };
        group.clock.advance(SignedDuration::from_mins(14));
        assert_eq!((reconcile(&group.app).await.unwrap(), entries().await), (0, 0), "{}", group.fresh.engine);
        group.clock.advance(SignedDuration::from_mins(1));
        assert_eq!((reconcile(&group.app).await.unwrap(), entries().await), (1, 1));
        assert_eq!((reconcile(&group.app).await.unwrap(), entries().await), (0, 1));
        assert_eq!(code(read(&group.app, &group.cx(ANN, CENTRAL).await).await), "ORGANIZATION_NOT_FOUND");
        let id = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap().organization.id;
        group.clock.advance(days(1));
        assert_eq!((reconcile(&group.app).await.unwrap(), entries().await), (0, 1), "what was verified is not over");
        let said = group.last_detail(id, "acknowledged").await;
        assert_eq!(said["cause"]["acknowledgedTextVersion"], IMPACT_TEXT_VERSION);
    }
}

#[tokio::test]
async fn an_effect_of_a_grace_is_a_loss_that_new_rules_name() {
    for group in groups().await {
        lapse(&group, EAST).await;
        let id = three(&group, Policy::open()).await;
        let set = [("tiers".to_owned(), serde_json::json!("anchor_and_professional"))].into();
        let wish = organization::policy::Wish { set, ..Default::default() };
        let refused = organization::policy::update(&group.app, &group.cx(ANN, CENTRAL).await, id, &wish, None).await.unwrap_err();
        assert_eq!(
            refused.reasons.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(),
            ["MEMBER_FROZEN"],
            "{}",
            group.fresh.engine
        );
        let proof = group.proof(ANN, organization::UPDATE_POLICY, &id.to_string()).await;
        let wish = organization::policy::Wish { force: true, ..wish };
        organization::policy::update(&group.app, &group.cx(ANN, CENTRAL).await, id, &wish, Some(&proof)).await.unwrap();
        let detail = group.last_detail(id, "member_frozen").await;
        let effect: Effect = serde_json::from_value(detail["effect"].clone()).unwrap();
        assert!(matches!(effect, Effect::MemberFrozen { account: EAST, .. }), "{effect:?}");
    }
}
