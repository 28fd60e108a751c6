//! Scenarios 4 to 6, 10, and 17 to 26, each a story of its own. The others are with what they are about.

use crate::world::*;
use app::account::{Patch, update};
use app::organization::{self, add_members, candidates, delete, read, remove_member};
use model::account::{Kind, Product, Status, Subscriptions, Tier};
use model::id::{AccountId, PersonId};
use model::organization::phase::Phase;
use model::policy::Policy;

const D: AccountId = AccountId(4);

fn starter() -> Subscriptions {
    Subscriptions::of(&[(Product::Sales, Tier::Starter)])
}

fn anchor() -> Subscriptions {
    Subscriptions::of(&[(Product::Marketing, Tier::Enterprise), (Product::Sales, Tier::Professional)])
}

/// Ann is Super Admin of one more account; the picker and a forced creation give the same codes against it.
async fn is_against(change: impl Fn(&mut model::account::Account), codes: &[&str]) {
    for group in groups().await {
        group.add_account(D, "Other", &change).await;
        group.put_user(D, ANN, model::account::Role::SuperAdmin, &[]).await;
        let found = candidates(&group.app, &group.cx(ANN, CENTRAL).await, &Policy::parity()).await.unwrap();
        let one = found.results.into_iter().find(|c| c.account == D).expect("it is in the picker");
        assert_eq!(one.reasons.iter().map(|r| r.code()).collect::<Vec<_>>(), codes, "{}", group.fresh.engine);
        let refused = group.create(ANN, CENTRAL, &[D], Policy::parity()).await.unwrap_err();
        assert_eq!(refused.reasons.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), codes);
    }
}

#[tokio::test]
async fn scenario_4_an_account_hosted_elsewhere_is_ineligible() {
    is_against(|account| account.location = "us".into(), &["HOSTING_MISMATCH"]).await;
}

#[tokio::test]
async fn scenario_5_neither_a_sandbox_nor_a_trial_can_be_added() {
    is_against(|account| account.kind = Kind::Sandbox, &["SANDBOX"]).await;
    is_against(|account| account.kind = Kind::Trial, &["TRIAL"]).await;
}

#[tokio::test]
async fn scenario_6_every_reason_is_told_at_once() {
    let both = |account: &mut model::account::Account| (account.location, account.subscriptions) = ("us".into(), starter());
    is_against(both, &["TIER_TOO_LOW", "HOSTING_MISMATCH"]).await;
}

#[tokio::test]
async fn scenario_10_a_passkey_alone_is_enough_to_verify() {
    for group in groups().await {
        let eve = PersonId(20);
        group.add_person(eve, "Eve", false).await;
        for account in ALL {
            group.put_user(account, eve, model::account::Role::SuperAdmin, &[]).await;
        }
        group
            .directory(async |tx| {
                let sql =
                    "INSERT INTO passkey (person_id, credential_id, name, credential, created_at) VALUES ($1, 'c', 'Key', $2, 0)";
                let credential = store::Value::Json("{}".to_owned());
                tx.execute(sql, &[eve.into(), credential]).await.map(drop)
            })
            .await;
        let made = group.create(eve, CENTRAL, &[EAST], Policy::parity()).await.unwrap();
        assert_eq!(made.organization.members.len(), 2, "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn scenario_17_adding_asks_for_verification_again_and_only_removing_does_not() {
    for group in groups().await {
        let id = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap().organization.id;
        let cx = group.cx(ANN, CENTRAL).await;
        assert_eq!(code(add_members(&group.app, &cx, id, &[WEST], consent(None)).await), "STEP_UP_NEEDED");
        let proof = group.proof(ANN, organization::ADD_MEMBERS, "3").await;
        let view = add_members(&group.app, &cx, id, &[WEST], consent(Some(&proof))).await.unwrap();
        assert_eq!(view.organization.members.len(), 3, "{}", group.fresh.engine);
        remove_member(&group.app, &cx, id, WEST, None).await.unwrap();
        assert_eq!(read(&group.app, &cx).await.unwrap().organization.members.len(), 2);
    }
}

#[tokio::test]
async fn scenario_18_without_a_verification_nothing_is_deleted() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        group.open(&[mirroring(CENTRAL, EAST)]).await;
        let cx = group.cx(ANN, CENTRAL).await;
        let other = group.proof(ANN, organization::DELETE, "999").await;
        for proof in [None, Some("guess"), Some(other.as_str())] {
            assert_eq!(code(delete(&group.app, &cx, id, proof).await), "STEP_UP_NEEDED", "{}", group.fresh.engine);
        }
        // Taking out the only anchor deletes it just as well.
        for account in [EAST, WEST] {
            becomes(&group, account, lapsed(professional())).await;
        }
        assert_eq!(code(remove_member(&group.app, &cx, id, CENTRAL, None).await), "STEP_UP_NEEDED", "{}", group.fresh.engine);
        let there = read(&group.app, &cx).await.unwrap().organization;
        assert_eq!((there.phase, there.members.len(), there.open.len()), (Phase::Active, 3, 1));
        let proof = group.proof(ANN, organization::REMOVE_MEMBER, &CENTRAL.to_string()).await;
        remove_member(&group.app, &cx, id, CENTRAL, Some(&proof)).await.unwrap();
        assert_eq!(code(read(&group.app, &group.cx(ANN, EAST).await).await), "ORGANIZATION_NOT_FOUND");
    }
}

#[tokio::test]
async fn scenario_19_with_one_member_left_the_organization_survives_and_warns() {
    for group in groups().await {
        let id = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap().organization.id;
        group.open(&[mirroring(CENTRAL, EAST)]).await;
        let cx = group.cx(ANN, CENTRAL).await;
        remove_member(&group.app, &cx, id, EAST, None).await.unwrap();
        let left = read(&group.app, &cx).await.unwrap().organization;
        assert_eq!((left.members.len(), left.open.len(), left.phase), (1, 0, Phase::Active), "{}", group.fresh.engine);
        let last = ["edge_closed edge:mirroring:1>2", "member_removed account:2", "one_member_left organization"];
        assert!(group.acts(id).await.ends_with(&last.map(|act| format!("person:11 {act}"))));
    }
}

/// What an organization's log says happened by itself since it was configured.
async fn by_itself(group: &Group, id: model::id::OrganizationId) -> Vec<String> {
    let acts = group.acts(id).await;
    let done: Vec<_> = acts.iter().filter_map(|act| act.strip_prefix("system ")).map(str::to_owned).collect();
    done
}

async fn becomes(group: &Group, account: AccountId, patch: Patch) {
    update(&group.app, &group.system(account), patch).await.unwrap();
}

fn lapsed(subscriptions: Subscriptions) -> Patch {
    Patch { subscriptions: Some(subscriptions), ..Patch::default() }
}

#[tokio::test]
async fn scenario_21_without_an_anchor_the_organization_is_deleted_with_an_event_per_member() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST)]).await;
        becomes(&group, CENTRAL, lapsed(professional())).await;
        assert_eq!(code(read(&group.app, &group.cx(ANN, CENTRAL).await).await), "ORGANIZATION_NOT_FOUND");
        let expected = [
            "edge_closed edge:mirroring:1>3",
            "edge_closed edge:mirroring:2>3",
            "member_removed account:1",
            "member_removed account:2",
            "member_removed account:3",
            "deleted organization",
        ];
        assert_eq!(by_itself(&group, id).await, expected, "{}", group.fresh.engine);
        assert_eq!(group.last_detail(id, "deleted").await["effect"]["reason"], "no_anchor");
    }
}

#[tokio::test]
async fn scenario_22_with_another_anchor_nothing_changes() {
    for group in groups().await {
        becomes(&group, EAST, lapsed(anchor())).await;
        let id = group.organized().await.organization.id;
        group.open(&[mirroring(CENTRAL, WEST)]).await;
        becomes(&group, CENTRAL, lapsed(professional())).await;
        assert_eq!(by_itself(&group, id).await, Vec::<String>::new(), "{}", group.fresh.engine);
        let there = read(&group.app, &group.cx(ANN, EAST).await).await.unwrap();
        assert_eq!((there.organization.anchor(), there.organization.open.len(), there.can_manage), (Some(EAST), 1, true));
    }
}

#[tokio::test]
async fn scenario_23_a_member_whose_last_professional_product_lapses_is_removed() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        group.open(&[mirroring(CENTRAL, EAST), mirroring(CENTRAL, WEST)]).await;
        becomes(&group, EAST, lapsed(starter())).await;
        let left = read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization;
        assert_eq!(left.open.keys().copied().collect::<Vec<_>>(), [mirroring(CENTRAL, WEST)], "{}", group.fresh.engine);
        assert_eq!(by_itself(&group, id).await, ["edge_closed edge:mirroring:1>2", "member_removed account:2"]);
        assert_eq!(group.last_detail(id, "member_removed").await["effect"]["reason"], "tier");
    }
}

#[tokio::test]
async fn scenario_24_a_deactivated_member_is_removed_and_not_added_again_when_it_is_back() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST)]).await;
        becomes(&group, EAST, Patch { status: Some(Status::Deactivated), ..Patch::default() }).await;
        becomes(&group, EAST, Patch { status: Some(Status::Active), ..Patch::default() }).await;
        let left = read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization;
        assert_eq!(left.members.keys().copied().collect::<Vec<_>>(), [CENTRAL, WEST], "{}", group.fresh.engine);
        assert_eq!(by_itself(&group, id).await, ["edge_closed edge:mirroring:2>3", "member_removed account:2"]);
        assert_eq!(group.last_detail(id, "member_removed").await["effect"]["reason"], "deactivated");
        assert_eq!(code(read(&group.app, &group.cx(ANN, EAST).await).await), "ORGANIZATION_NOT_FOUND");
    }
}

/// The account is hosted elsewhere from now on, as whoever moves its data says.
async fn moves(group: &Group, account: AccountId) {
    let cx = group.system(account);
    let mut tx = group.app.store.write_home().await.unwrap();
    let mut moved = store::account::lock(&mut tx, account).await.unwrap().unwrap();
    moved.location = "us".to_owned();
    store::account::update(&mut tx, &moved, cx.now).await.unwrap();
    organization::follow(&mut tx, &cx, &moved).await.unwrap();
    tx.commit(&cx.by(), cx.now, &[]).await.unwrap();
}

#[tokio::test]
async fn scenario_25_the_member_that_moves_is_removed_and_not_the_others() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        moves(&group, EAST).await;
        let left = read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization;
        assert_eq!(left.members.keys().copied().collect::<Vec<_>>(), [CENTRAL, WEST], "{}", group.fresh.engine);
        assert_eq!(group.last_detail(id, "member_removed").await["effect"]["reason"], "hosting");
    }
}

#[tokio::test]
async fn scenario_26_the_only_anchor_moves_away_and_then_the_organization_is_deleted() {
    for group in groups().await {
        let id = group.create(ANN, CENTRAL, &[EAST], Policy::parity()).await.unwrap().organization.id;
        moves(&group, CENTRAL).await;
        let expected = ["member_removed account:1", "member_removed account:2", "deleted organization"];
        assert_eq!(by_itself(&group, id).await, expected, "{}", group.fresh.engine);
        assert_eq!(code(read(&group.app, &group.cx(ANN, EAST).await).await), "ORGANIZATION_NOT_FOUND");
    }
}
