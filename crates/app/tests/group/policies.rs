//! The rules of an organization: who changes them, what follows, and that it is all in the log.

use crate::world::*;
use app::account::{Patch, update};
use app::connection;
use app::organization::policy::{Wish, read, update as change};
use app::organization::{self, remove_member};
use model::account::{Product, Subscriptions, Tier};
use model::connection::plan::Wish as Edges;
use model::id::OrganizationId;
use model::organization::phase::Phase;
use model::policy::{Policy, Withdraw};
use serde_json::{Value, json};

fn set(pairs: &[(&str, Value)]) -> Wish {
    let set = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Wish { set, ..Wish::default() }
}

async fn proof(group: &Group, id: OrganizationId) -> String {
    group.proof(ANN, organization::UPDATE_POLICY, &id.to_string()).await
}

/// Ann changes the rules from Central.
async fn changed(group: &Group, id: OrganizationId, wish: &Wish) -> app::error::Result<Policy> {
    let proof = proof(group, id).await;
    Ok(change(&group.app, &group.cx(ANN, CENTRAL).await, id, wish, Some(&proof)).await?.policy)
}

async fn members(group: &Group) -> Vec<i64> {
    let view = organization::read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap();
    view.organization.members.keys().map(|id| id.0).collect()
}

async fn lapse(group: &Group, account: model::id::AccountId) {
    let starter = Subscriptions::of(&[(Product::Sales, Tier::Starter)]);
    update(&group.app, &group.system(account), Patch { subscriptions: Some(starter), ..Patch::default() }).await.unwrap();
}

#[tokio::test]
async fn whoever_manages_changes_the_rules_and_whoever_sees_reads_them() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let ann = group.cx(ANN, CENTRAL).await;
        assert_eq!(code(change(&group.app, &ann, id, &set(&[("verify_removal", json!(true))]), None).await), "STEP_UP_NEEDED");
        let rules = changed(&group, id, &set(&[("verify_removal", json!(true))])).await.unwrap();
        assert_eq!(rules, Policy { verify_removal: true, ..Policy::parity() }, "{}", group.fresh.engine);
        let dan = read(&group.app, &group.cx(DAN, EAST).await, id).await.unwrap();
        assert_eq!((dan.policy, dan.can_edit), (rules, false));
        let wish = set(&[("members_max", json!(4))]);
        let refused = [
            code(change(&group.app, &group.cx(DAN, EAST).await, id, &wish, None).await),
            code(change(&group.app, &group.cx(CAT, CENTRAL).await, id, &wish, None).await),
            code(change(&group.app, &group.cx(ANN, EAST).await, id, &wish, None).await),
            code(change(&group.app, &group.cx(BO, WEST).await, id, &wish, None).await),
            code(read(&group.app, &group.cx(BO, WEST).await, id).await),
        ];
        let expected = [
            "PARTNER_ADMIN_VIEWS_ONLY",
            "NOT_SUPER_ADMIN_EVERYWHERE",
            "NEEDS_ANCHOR_ACCOUNT",
            "ORGANIZATION_NOT_FOUND",
            "ORGANIZATION_NOT_FOUND",
        ];
        assert_eq!(refused, expected);
        let stale = Wish { version: Some(1), ..wish };
        assert_eq!(code(changed(&group, id, &stale).await), "VERSION_STALE");
        assert_eq!(code(changed(&group, id, &set(&[("members_max", json!("many"))])).await), "POLICY_VALUE_INVALID");
        let entries = group.acts(id).await;
        assert!(entries.contains(&"person:11 policy_changed organization".to_owned()), "{entries:?}");
        let detail = group.last_detail(id, "policy_changed").await;
        assert_eq!(detail["effect"]["before"], json!({"verify_removal": false}));
        assert_eq!(detail["effect"]["after"], json!({"verify_removal": true}));
    }
}

#[tokio::test]
async fn a_lower_cap_is_refused_rather_than_expelling_anybody() {
    for group in groups().await {
        let id = group.create(ANN, CENTRAL, &[EAST, WEST], Policy::open()).await.unwrap().organization.id;
        let refused = changed(&group, id, &Wish { force: true, ..set(&[("members_max", json!(2))]) }).await;
        assert_eq!(code(refused), "POLICY_MEMBERS_MAX_TOO_LOW", "{}", group.fresh.engine);
        changed(&group, id, &set(&[("members_max", json!(3))])).await.unwrap();
        assert_eq!(members(&group).await, [1, 2, 3]);
    }
}

#[tokio::test]
async fn stricter_rules_name_whom_they_would_lose_and_with_force_those_go_the_usual_way() {
    for group in groups().await {
        lapse(&group, EAST).await;
        let id = group.create(ANN, CENTRAL, &[EAST, WEST], Policy::open()).await.unwrap().organization.id;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST)]).await;
        let wish = Wish { preset: Some(Policy::parity()), ..Wish::default() };
        let refused = change(&group.app, &group.cx(ANN, CENTRAL).await, id, &wish, None).await.unwrap_err();
        assert_eq!(refused.code, "POLICY_LOSES_MEMBERS", "{}", group.fresh.engine);
        let told: Vec<&str> = refused.reasons.iter().map(|reason| reason.message.as_str()).collect();
        assert_eq!(told, ["mirroring from East to West closes", "East is removed (tier)"]);
        assert_eq!((members(&group).await, group.n_open().await), (vec![1, 2, 3], 2));
        let rules = changed(&group, id, &Wish { force: true, ..wish }).await.unwrap();
        assert_eq!((rules, members(&group).await, group.n_open().await), (Policy::parity(), vec![1, 3], 1));
        let entries = group.acts(id).await;
        let last = [
            "person:11 policy_changed organization",
            "person:11 edge_closed edge:mirroring:2>3",
            "person:11 member_removed account:2",
        ];
        assert!(entries.ends_with(&last.map(str::to_owned)), "{entries:?}");
        update(&group.app, &group.system(EAST), Patch { subscriptions: Some(professional()), ..Patch::default() }).await.unwrap();
        assert_eq!(members(&group).await, [1, 3]);
    }
}

#[tokio::test]
async fn rules_that_leave_no_anchor_freeze_or_delete_as_they_say_themselves() {
    for group in groups().await {
        let id = group.create(ANN, EAST, &[WEST], Policy::open()).await.unwrap().organization.id;
        let tiers = set(&[("tiers", json!("anchor_and_professional"))]);
        let east = group.cx(ANN, EAST).await;
        let refused = change(&group.app, &east, id, &tiers, None).await.unwrap_err();
        assert_eq!(refused.reasons.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["FROZEN"], "{}", group.fresh.engine);
        let proof = proof(&group, id).await;
        change(&group.app, &east, id, &Wish { force: true, ..tiers }, Some(&proof)).await.unwrap();
        assert_eq!(organization::read(&group.app, &east).await.unwrap().organization.phase, Phase::Grace);
    }
}

#[tokio::test]
async fn an_account_may_withdraw_where_the_rules_let_it_and_elsewhere_only_when_nobody_manages() {
    for (policy, expected) in [(Policy::open(), None), (Policy::parity(), Some("NOT_SUPER_ADMIN_EVERYWHERE"))] {
        for group in groups().await {
            let id = group.create(ANN, CENTRAL, &[EAST, WEST], policy.clone()).await.unwrap().organization.id;
            let cat = group.cx(CAT, EAST).await;
            let seen = organization::read(&group.app, &cat).await.unwrap();
            assert_eq!((seen.can_manage, seen.can_withdraw), (false, policy.withdraw == Withdraw::Always));
            let denied = if policy.roles { "NOT_ADMIN_EVERYWHERE" } else { "NOT_SUPER_ADMIN_EVERYWHERE" };
            assert_eq!(code(remove_member(&group.app, &cat, id, WEST, None).await), denied);
            let left = remove_member(&group.app, &cat, id, EAST, None).await;
            assert_eq!(left.err().map(|e| e.code), expected, "{}", group.fresh.engine);
        }
    }
}

#[tokio::test]
async fn scenario_17_removing_asks_for_a_second_factor_where_the_rules_say_so() {
    for group in groups().await {
        let policy = Policy { verify_removal: true, ..Policy::parity() };
        let id = group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap().organization.id;
        let ann = group.cx(ANN, CENTRAL).await;
        let other = group.proof(ANN, organization::REMOVE_MEMBER, "3").await;
        for wrong in [None, Some(other.as_str())] {
            assert_eq!(code(remove_member(&group.app, &ann, id, EAST, wrong).await), "STEP_UP_NEEDED");
        }
        let proof = group.proof(ANN, organization::REMOVE_MEMBER, "2").await;
        remove_member(&group.app, &ann, id, EAST, Some(&proof)).await.unwrap();
        assert_eq!(members(&group).await, [1, 3], "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn an_open_organization_that_asks_for_tiers_blocks_what_they_do_not_cover() {
    for group in groups().await {
        let marketing = Subscriptions::of(&[(Product::Marketing, Tier::Enterprise)]);
        update(&group.app, &group.system(WEST), Patch { subscriptions: Some(marketing), ..Patch::default() }).await.unwrap();
        let id = group.create(ANN, CENTRAL, &[EAST, WEST], Policy::open()).await.unwrap().organization.id;
        group.open(&[mirroring(CENTRAL, WEST), mirroring(CENTRAL, EAST)]).await;
        let tiers = Wish { force: true, ..set(&[("tiers", json!("anchor_and_professional"))]) };
        changed(&group, id, &tiers).await.unwrap();
        assert_eq!(group.n_open().await, 1, "{}", group.fresh.engine);
        let view = organization::read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap();
        let wishes = [Edges::on(mirroring(CENTRAL, WEST))];
        let cx = group.cx(ANN, CENTRAL).await;
        let refused = connection::edit(&group.app, &cx, id, view.organization.version, &wishes).await;
        assert_eq!(code(refused), "SUBSCRIPTION_TOO_LOW");
    }
}
