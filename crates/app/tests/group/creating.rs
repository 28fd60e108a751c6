//! Scenarios 1 to 20: who may create and change an organization.

use crate::world::*;
use app::account::{Patch, update};
use app::connection;
use app::error::Kind;
use app::organization::{self, Consent, add_members, candidates, create, delete, read, remove_member};
use model::account::{Kind as AccountKind, Product, Role, Seat, Subscriptions, Tier};
use model::connection::plan::Wish;
use model::eligibility::Policy;
use model::id::{AccountId, PersonId};
use model::organization::log;
use model::organization::phase::Phase;

const NEW: AccountId = AccountId(4);

/// The codes against an account in the picker.
async fn against(group: &Group, account: AccountId) -> Vec<&'static str> {
    let found = candidates(&group.app, &group.cx(ANN, CENTRAL).await, &Policy::parity()).await.unwrap();
    let one = found.results.into_iter().find(|c| c.account == account).expect("the account is in the picker");
    one.reasons.into_iter().map(|r| r.code()).collect()
}

async fn acts(group: &Group) -> Vec<String> {
    let id = read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization.id;
    let entries = organization::log::list(
        &group.app,
        &group.cx(ANN, CENTRAL).await,
        id,
        &log::Filter::default(),
        log::Place::After(0),
        100,
    )
    .await
    .unwrap();
    assert!(entries.iter().all(|e| !e.entry.said.actor.starts_with("person:11") || e.actor.as_deref() == Some("Ann")));
    let entries: Vec<_> = entries.into_iter().map(|named| named.entry).collect();
    assert_eq!(log::verify(&entries), Ok(()));
    entries.into_iter().map(|e| format!("{} {} {}", e.said.actor, e.said.act, e.said.subject)).collect()
}

#[tokio::test]
async fn scenario_1_a_super_admin_creates_an_organization_that_shares_nothing() {
    for group in groups().await {
        let view = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap();
        assert_eq!(view.organization.phase, Phase::ActiveUnconfigured, "{}", group.fresh.engine);
        assert_eq!(view.organization.members.keys().copied().collect::<Vec<_>>(), [CENTRAL, EAST]);
        assert!(view.organization.open.is_empty() && view.can_manage && view.can_edit_connections && !view.unmanageable);
        assert_eq!(view.organization.anchor(), Some(CENTRAL));
        let expected = [
            "person:11 proposed organization",
            "person:11 member_joined account:1",
            "person:11 member_joined account:2",
            "person:11 verified organization",
            "person:11 acknowledged account:1",
        ];
        assert_eq!(acts(&group).await, expected);
    }
}

#[tokio::test]
async fn scenario_2_a_starter_account_is_ineligible_and_cannot_be_forced() {
    for group in groups().await {
        let starter = Subscriptions::of(&[(Product::Sales, Tier::Starter)]);
        update(&group.app, &group.system(EAST), Patch { subscriptions: Some(starter), ..Patch::default() }).await.unwrap();
        assert_eq!(against(&group, EAST).await, ["TIER_TOO_LOW"], "{}", group.fresh.engine);
        assert_eq!(code(group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await), "TIER_TOO_LOW");
        assert_eq!(code(read(&group.app, &group.cx(ANN, CENTRAL).await).await), "ORGANIZATION_NOT_FOUND");
    }
}

#[tokio::test]
async fn scenario_3_where_she_is_a_plain_user_or_none_the_account_is_ineligible() {
    for group in groups().await {
        group.put_user(WEST, CAT, Role::Standard, &[Seat::Core]).await;
        let found = candidates(&group.app, &group.cx(CAT, CENTRAL).await, &Policy::parity()).await.unwrap();
        let codes: Vec<_> =
            found.results.iter().map(|c| (c.account, c.reasons.iter().map(|r| r.code()).collect::<Vec<_>>())).collect();
        assert_eq!(codes, [(EAST, vec![]), (WEST, vec!["NOT_SUPER_ADMIN"])], "{}", group.fresh.engine);
        assert_eq!(code(group.create(CAT, CENTRAL, &[WEST], Policy::parity()).await), "NOT_SUPER_ADMIN");
    }
}

#[tokio::test]
async fn every_ineligible_account_is_named_with_every_reason_at_once() {
    for group in groups().await {
        group.add_account(NEW, "Sand", |account| account.kind = AccountKind::Sandbox).await;
        let both = |account: &mut model::account::Account| {
            (account.location, account.subscriptions) = ("us".into(), Subscriptions::of(&[(Product::Sales, Tier::Starter)]));
        };
        group.add_account(AccountId(7), "Both", both).await;
        for id in [NEW, AccountId(7)] {
            group.put_user(id, ANN, Role::SuperAdmin, &[Seat::Core]).await;
        }
        let error = group.create(ANN, CENTRAL, &[EAST, NEW, AccountId(7)], Policy::parity()).await.unwrap_err();
        let told: Vec<(&str, &str)> = error.reasons.iter().map(|r| (r.context[0].1[0].as_str(), r.code.as_str())).collect();
        assert_eq!(told, [("4", "SANDBOX"), ("7", "TIER_TOO_LOW"), ("7", "HOSTING_MISMATCH")], "{}", group.fresh.engine);
        let sentences: Vec<&str> = error.message.split(". ").collect();
        assert_eq!(sentences.len(), 2, "{}", error.message);
        assert!(
            sentences[0].starts_with("account 4 cannot") && sentences[1].starts_with("account 7 cannot"),
            "{}",
            error.message
        );
    }
}

#[tokio::test]
async fn a_foreign_account_and_one_that_does_not_exist_answer_the_same() {
    for group in groups().await {
        group.add_account(NEW, "Foreign", |account| account.kind = AccountKind::Sandbox).await;
        let mut answers = Vec::new();
        for id in [NEW, AccountId(999)] {
            let error = group.create(ANN, CENTRAL, &[id], Policy::parity()).await.unwrap_err();
            answers.push((error.code, error.kind, error.message.replace(&id.to_string(), "X")));
        }
        assert_eq!(answers[0], answers[1], "{}", group.fresh.engine);
        assert_eq!(answers[0].0, "NOT_SUPER_ADMIN");
    }
}

#[tokio::test]
async fn scenario_7_creating_from_an_account_without_marketing_enterprise_is_refused() {
    for group in groups().await {
        let refused = group.create(ANN, EAST, &[WEST], Policy::parity()).await.unwrap_err();
        assert_eq!((refused.code, refused.kind), ("NO_ANCHOR", Kind::Forbidden), "{}", group.fresh.engine);
        let found = candidates(&group.app, &group.cx(ANN, EAST).await, &Policy::parity()).await.unwrap();
        assert_eq!(found.blocked.iter().map(|r| r.code()).collect::<Vec<_>>(), ["NO_ANCHOR"]);
        group.create(ANN, EAST, &[WEST], Policy::open()).await.unwrap();
    }
}

#[tokio::test]
async fn scenario_8_without_a_second_factor_nothing_is_created() {
    for group in groups().await {
        let eve = PersonId(20);
        group.add_person(eve, "Eve", false).await;
        for account in ALL {
            group.put_user(account, eve, Role::SuperAdmin, &[Seat::Core]).await;
        }
        assert_eq!(code(group.create(eve, CENTRAL, &[EAST], Policy::parity()).await), "ACTOR_NO_2FA", "{}", group.fresh.engine);
        assert_eq!(code(read(&group.app, &group.cx(ANN, CENTRAL).await).await), "ORGANIZATION_NOT_FOUND");
    }
}

#[tokio::test]
async fn scenario_9_a_missing_foreign_expired_or_spent_proof_creates_nothing() {
    for group in groups().await {
        let cx = group.cx(ANN, CENTRAL).await;
        let wish = group.wish(ANN, &[EAST], Policy::parity()).await;
        let elsewhere = group.wish(ANN, &[WEST], Policy::parity()).await.proof;
        let others = group.wish(CAT, &[EAST], Policy::parity()).await.proof;
        for proof in [None, Some("guess".to_owned()), elsewhere, others] {
            let new = organization::New { proof, ..wish.clone() };
            let refused = create(&group.app, &cx, new).await.unwrap_err();
            assert_eq!((refused.code, refused.kind), ("STEP_UP_NEEDED", Kind::StepUpNeeded), "{}", group.fresh.engine);
        }
        group.clock.advance(jiff::SignedDuration::from_mins(6));
        assert_eq!(code(create(&group.app, &group.cx(ANN, CENTRAL).await, wish).await), "STEP_UP_NEEDED");
        let wish = group.wish(ANN, &[EAST], Policy::parity()).await;
        let id = create(&group.app, &group.cx(ANN, CENTRAL).await, wish.clone()).await.unwrap().organization.id;
        let proof = group.proof(ANN, organization::DELETE, &id.to_string()).await;
        delete(&group.app, &group.cx(ANN, CENTRAL).await, id, Some(&proof)).await.unwrap();
        assert_eq!(code(create(&group.app, &group.cx(ANN, CENTRAL).await, wish).await), "STEP_UP_NEEDED");
    }
}

#[tokio::test]
async fn an_old_version_of_the_impact_statement_is_not_enough() {
    for group in groups().await {
        let wish = group.wish(ANN, &[EAST], Policy::parity()).await;
        let new = organization::New { acknowledged_text_version: "2025-01".into(), ..wish };
        assert_eq!(code(create(&group.app, &group.cx(ANN, CENTRAL).await, new).await), "IMPACT_TEXT_STALE");
    }
}

#[tokio::test]
async fn scenario_11_a_sixth_account_is_refused_under_parity_and_taken_under_ours() {
    for (policy, expected) in [(Policy::parity(), Some("ORG_FULL")), (Policy::open(), None)] {
        for group in groups().await {
            for id in [4, 5, 6] {
                group.add_account(AccountId(id), "More", |_| {}).await;
                group.put_user(AccountId(id), ANN, Role::SuperAdmin, &[Seat::Core]).await;
            }
            let five = [2, 3, 4, 5].map(AccountId);
            let id = group.create(ANN, CENTRAL, &five, policy.clone()).await.unwrap().organization.id;
            let sixth = [AccountId(6)];
            let proof = group.proof(ANN, organization::ADD_MEMBERS, "6").await;
            let added = add_members(&group.app, &group.cx(ANN, CENTRAL).await, id, &sixth, consent(Some(&proof))).await;
            assert_eq!(added.err().map(|e| e.code), expected, "{}", group.fresh.engine);
        }
    }
}

#[tokio::test]
async fn scenario_12_an_account_of_another_organization_is_refused_without_a_word_about_that_one() {
    for group in groups().await {
        group.create(ANN, EAST, &[WEST], Policy::open()).await.unwrap();
        assert_eq!(against(&group, EAST).await, ["ALREADY_IN_ORG"], "{}", group.fresh.engine);
        let refused = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap_err();
        assert_eq!((refused.code, refused.message.contains("The Group")), ("ALREADY_IN_ORG", false));
    }
}

#[tokio::test]
async fn scenario_13_a_partner_admin_sees_everything_and_changes_nothing() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let dan = group.cx(DAN, EAST).await;
        let view = read(&group.app, &dan).await.unwrap();
        assert_eq!((view.organization.members.len(), view.can_manage, view.can_edit_connections), (3, false, false));
        let wishes = [Wish::on(mirroring(EAST, WEST))];
        let version = view.organization.version;
        let codes = [
            code(connection::edit(&group.app, &dan, id, version, &wishes).await),
            code(connection::plan(&group.app, &dan, id, version, &wishes).await),
            code(add_members(&group.app, &dan, id, &[NEW], consent(None)).await),
            code(remove_member(&group.app, &dan, id, WEST, None).await),
            code(remove_member(&group.app, &dan, id, EAST, None).await),
            code(delete(&group.app, &dan, id, None).await),
        ];
        assert_eq!(codes, ["PARTNER_ADMIN_VIEWS_ONLY"; 6], "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn scenario_14_for_everybody_else_there_is_no_organization() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let bo = group.cx(BO, WEST).await;
        let refused = read(&group.app, &bo).await.unwrap_err();
        assert_eq!((refused.code, refused.kind), ("ORGANIZATION_NOT_FOUND", Kind::NotFound), "{}", group.fresh.engine);
        assert_eq!(code(candidates(&group.app, &bo, &Policy::parity()).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(code(connection::edit(&group.app, &bo, id, 1, &[]).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(code(delete(&group.app, &bo, id, None).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(
            code(organization::log::list(&group.app, &bo, id, &log::Filter::default(), log::Place::After(0), 10).await),
            "ORGANIZATION_NOT_FOUND"
        );
    }
}

#[tokio::test]
async fn the_organization_of_others_is_not_there_even_for_a_super_admin() {
    for group in groups().await {
        let id = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap().organization.id;
        let elsewhere = group.cx(ANN, WEST).await;
        assert_eq!(code(connection::edit(&group.app, &elsewhere, id, 1, &[]).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(code(remove_member(&group.app, &elsewhere, id, EAST, None).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(
            code(organization::log::list(&group.app, &elsewhere, id, &log::Filter::default(), log::Place::After(0), 10).await),
            "ORGANIZATION_NOT_FOUND"
        );
    }
}

#[tokio::test]
async fn scenario_15_outside_the_anchor_she_edits_connections_but_neither_members_nor_the_whole() {
    for group in groups().await {
        let view = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap();
        let (id, east) = (view.organization.id, group.cx(ANN, EAST).await);
        assert_eq!(code(add_members(&group.app, &east, id, &[WEST], consent(None)).await), "NEEDS_ANCHOR_ACCOUNT");
        assert_eq!(code(delete(&group.app, &east, id, None).await), "NEEDS_ANCHOR_ACCOUNT");
        let wishes = [Wish::on(mirroring(CENTRAL, EAST))];
        let edited = connection::edit(&group.app, &east, id, view.organization.version, &wishes).await.unwrap();
        assert_eq!(edited.organization.phase, Phase::Active, "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn scenario_16_super_admin_in_the_two_but_not_in_the_third_is_not_enough() {
    for group in groups().await {
        let view = group.organized().await;
        let wishes = [Wish::on(mirroring(CENTRAL, EAST))];
        let cat = group.cx(CAT, CENTRAL).await;
        let refused = connection::edit(&group.app, &cat, view.organization.id, view.organization.version, &wishes).await;
        assert_eq!(code(refused), "NOT_SUPER_ADMIN_EVERYWHERE", "{}", group.fresh.engine);
        let seen = read(&group.app, &cat).await.unwrap();
        assert_eq!((seen.can_manage, seen.can_edit_connections, seen.unmanageable), (false, false, false));
    }
}

#[tokio::test]
async fn from_joining_to_deleting_a_second_factor_is_asked_for_where_it_must_be() {
    for group in groups().await {
        let id = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap().organization.id;
        let cx = group.cx(ANN, CENTRAL).await;
        assert_eq!(code(add_members(&group.app, &cx, id, &[WEST], consent(None)).await), "STEP_UP_NEEDED");
        let proof = group.proof(ANN, organization::ADD_MEMBERS, "3").await;
        let view = add_members(&group.app, &cx, id, &[WEST], consent(Some(&proof))).await.unwrap();
        assert_eq!(view.organization.members.len(), 3, "{}", group.fresh.engine);
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST)]).await;
        assert_eq!(code(delete(&group.app, &cx, id, None).await), "STEP_UP_NEEDED");
        remove_member(&group.app, &cx, id, EAST, None).await.unwrap();
        remove_member(&group.app, &cx, id, WEST, None).await.unwrap();
        assert_eq!(code(remove_member(&group.app, &cx, id, WEST, None).await), "NOT_A_MEMBER");
        let left = read(&group.app, &cx).await.unwrap().organization;
        assert_eq!((left.members.len(), left.open.len(), left.phase), (1, 0, Phase::Active));
        let last = ["person:11 one_member_left organization", "person:11 refused account:1"].map(str::to_owned);
        assert!(acts(&group).await.ends_with(&last));
        let proof = group.proof(ANN, organization::DELETE, &id.to_string()).await;
        delete(&group.app, &cx, id, Some(&proof)).await.unwrap();
        assert_eq!(code(read(&group.app, &cx).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(against(&group, EAST).await, Vec::<&str>::new());
    }
}

#[tokio::test]
async fn adding_takes_a_fresh_look_at_the_impact_statement_and_keeps_who_looked() {
    for group in groups().await {
        let id = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap().organization.id;
        let cx = group.cx(ANN, CENTRAL).await;
        for text_version in ["", "2025-01"] {
            let proof = group.proof(ANN, organization::ADD_MEMBERS, "3").await;
            let unread = Consent { text_version, proof: Some(&proof) };
            let refused = add_members(&group.app, &cx, id, &[WEST], unread).await;
            assert_eq!(code(refused), "IMPACT_TEXT_STALE", "{}", group.fresh.engine);
        }
        let proof = group.proof(ANN, organization::ADD_MEMBERS, "3").await;
        add_members(&group.app, &cx, id, &[WEST], consent(Some(&proof))).await.unwrap();
        let last = ["person:11 acknowledged account:1", "person:11 member_joined account:3"].map(str::to_owned);
        assert!(acts(&group).await.ends_with(&last));
    }
}

#[tokio::test]
async fn scenario_20_from_an_unmanageable_organization_a_super_admin_may_withdraw_his_own_account() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        group.put_user(WEST, ANN, Role::Standard, &[Seat::Core]).await;
        let cat = group.cx(CAT, EAST).await;
        assert!(read(&group.app, &cat).await.unwrap().unmanageable, "{}", group.fresh.engine);
        assert_eq!(code(remove_member(&group.app, &cat, id, WEST, None).await), "NOT_SUPER_ADMIN_EVERYWHERE");
        remove_member(&group.app, &cat, id, EAST, None).await.unwrap();
        assert_eq!(code(read(&group.app, &cat).await), "ORGANIZATION_NOT_FOUND");
    }
}

#[tokio::test]
async fn scenario_27_a_grace_of_the_whole_freezes_flows_and_when_it_is_over_the_organization_goes() {
    for group in groups().await {
        let grace = model::eligibility::AnchorLoss::Grace { days: 14 };
        group.create(ANN, CENTRAL, &[EAST], Policy { anchor_loss: grace, ..Policy::parity() }).await.unwrap();
        let lapsed = Patch { subscriptions: Some(professional()), ..Patch::default() };
        update(&group.app, &group.system(CENTRAL), lapsed).await.unwrap();
        let frozen = read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization;
        assert_eq!((frozen.phase, frozen.grace_until.is_some()), (Phase::Grace, true), "{}", group.fresh.engine);
        group.clock.advance(jiff::SignedDuration::from_hours(14 * 24 - 1));
        assert_eq!(organization::reconcile(&group.app).await.unwrap(), 0);
        group.clock.advance(jiff::SignedDuration::from_hours(1));
        assert_eq!(organization::reconcile(&group.app).await.unwrap(), 1);
        assert_eq!(organization::reconcile(&group.app).await.unwrap(), 0);
        assert_eq!(code(read(&group.app, &group.cx(ANN, CENTRAL).await).await), "ORGANIZATION_NOT_FOUND");
    }
}
