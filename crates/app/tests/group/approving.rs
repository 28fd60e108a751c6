//! Two-person approval as stories: what waits, who may be the second person, and what never waits.

use crate::world::*;
use app::connection::{self, edit};
use app::error::Result;
use app::organization::log::{self, Named};
use app::organization::policy::{self, Wish as Rules};
use app::organization::proposals::{self, Shown, decide, list};
use app::organization::roles::{GRANT, Wanted, grant, subject};
use app::organization::{self, View, read};
use jiff::SignedDuration;
use model::account::{Role as UserRole, Seat};
use model::connection::EdgeKey;
use model::connection::plan::Wish;
use model::eligibility::Policy;
use model::id::{OrganizationId, PersonId};
use model::organization::log::{Filter, Place};
use model::organization::proposal::{Approval, Event, State};
use model::organization::role::Role;

/// Super Admin of all three as well.
const UMA: PersonId = PersonId(31);
/// Privacy Officer of West, a standard user of it.
const PIA: PersonId = PersonId(32);

async fn careful(group: &Group) -> OrganizationId {
    for (person, name) in [(UMA, "Uma"), (PIA, "Pia")] {
        group.add_person(person, name, true).await;
    }
    for account in ALL {
        group.put_user(account, UMA, UserRole::SuperAdmin, &[Seat::Core]).await;
    }
    group.put_user(WEST, PIA, UserRole::Standard, &[Seat::Core]).await;
    let policy = Policy { approval: Approval::Two, ..Policy::open() };
    let id = group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap().organization.id;
    let proof = group.proof(UMA, GRANT, &subject(WEST, PIA, Role::PrivacyOfficer)).await;
    let role = Wanted { account: WEST, email: "pia@group.example".to_owned(), role: Role::PrivacyOfficer, until: None };
    grant(&group.app, &group.cx(UMA, WEST).await, id, role, Some(&proof)).await.unwrap();
    id
}

async fn wishes(group: &Group, person: PersonId, edges: &[EdgeKey]) -> Result<View> {
    let cx = group.cx(person, WEST).await;
    let view = read(&group.app, &cx).await?;
    let wishes: Vec<Wish> = edges.iter().map(|edge| Wish::on_terms(*edge, reasoned())).collect();
    edit(&group.app, &cx, view.organization.id, view.organization.version, &wishes).await
}

async fn proposed(group: &Group, person: PersonId, edges: &[EdgeKey]) -> i64 {
    wishes(group, person, edges).await.unwrap().proposed.expect("it waits").id
}

async fn decides(group: &Group, person: PersonId, id: OrganizationId, proposal: i64, event: Event) -> Result<Shown> {
    decide(&group.app, &group.cx(person, WEST).await, id, proposal, event, None).await
}

async fn open_edges(group: &Group) -> Vec<EdgeKey> {
    read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization.open.keys().copied().collect()
}

fn words(named: &Named) -> String {
    let detail: serde_json::Value = serde_json::from_str(&named.entry.said.detail).unwrap();
    let by = detail["cause"]["proposedBy"].as_str().or(detail["effect"]["proposedBy"].as_str()).unwrap_or_default();
    let who = named.actor.as_deref().unwrap_or(&named.entry.said.actor);
    format!("{who} {} {by}", named.entry.said.act).trim_end().to_owned()
}

async fn last_entries(group: &Group, id: OrganizationId, n: usize) -> Vec<String> {
    let cx = group.cx(ANN, CENTRAL).await;
    let found = log::list(&group.app, &cx, id, &Filter::default(), Place::Before(i64::MAX), n).await.unwrap();
    found.iter().rev().map(words).collect()
}

#[tokio::test]
async fn what_lets_more_pass_waits_for_a_second_person_and_both_are_in_the_log() {
    for group in groups().await {
        let id = careful(&group).await;
        let version = read(&group.app, &group.cx(ANN, WEST).await).await.unwrap().organization.version;
        let first = proposed(&group, ANN, &[mirroring(EAST, WEST)]).await;
        assert_eq!(open_edges(&group).await, [], "{}", group.fresh.engine);
        // Asking for the same again makes no second proposal.
        assert_eq!(proposed(&group, ANN, &[mirroring(EAST, WEST)]).await, first);
        let seen = &list(&group.app, &group.cx(UMA, EAST).await, id).await.unwrap()[0];
        assert_eq!(seen.changes[0].1, "mirroring: East will share with West, not the other way");
        assert_eq!((seen.state, seen.proposed_by_name.as_deref()), (State::Proposed, Some("Ann")));
        assert_eq!(seen.may, [Event::Approve, Event::Reject, Event::PlanAgain]);
        assert_eq!(code(decides(&group, ANN, id, first, Event::Approve).await), "OWN_PROPOSAL");
        assert_eq!(code(decides(&group, BO, id, first, Event::Approve).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(code(decides(&group, UMA, id, first, Event::Withdraw).await), "NOT_PROPOSER");
        assert_eq!(code(decides(&group, UMA, id, 4711, Event::Approve).await), "PROPOSAL_NOT_FOUND");
        let approved = decides(&group, UMA, id, first, Event::Approve).await.unwrap();
        assert_eq!((approved.state, approved.decided_by_name.as_deref()), (State::Approved, Some("Uma")));
        assert_eq!(open_edges(&group).await, [mirroring(EAST, WEST)]);
        assert_eq!(code(decides(&group, UMA, id, first, Event::Approve).await), "PROPOSAL_CLOSED");
        let after = read(&group.app, &group.cx(ANN, WEST).await).await.unwrap().organization;
        assert_eq!(after.version, version + 1);
        let expected = ["Uma change_approved person:11", "Uma edge_opened person:11", "Uma configured person:11", "Uma refused"];
        assert_eq!(last_entries(&group, id, 4).await, expected);
    }
}

#[tokio::test]
async fn stopping_never_waits_and_a_privacy_officer_may_stop_and_be_the_second_person() {
    for group in groups().await {
        let id = careful(&group).await;
        let both = proposed(&group, ANN, &[mirroring(EAST, WEST), mirroring(CENTRAL, EAST)]).await;
        // Of West only: an edge between the other two is not hers to approve.
        assert_eq!(code(decides(&group, PIA, id, both, Event::Approve).await), "NOT_DELEGATED", "{}", group.fresh.engine);
        assert_eq!(code(decides(&group, PIA, id, both, Event::Reject).await), "NOT_DELEGATED");
        let hers = proposed(&group, ANN, &[mirroring(EAST, WEST)]).await;
        let seen = proposals::read(&group.app, &group.cx(PIA, WEST).await, id, hers).await.unwrap();
        assert_eq!(seen.may, [Event::Approve, Event::Reject]);
        decides(&group, PIA, id, hers, Event::Approve).await.unwrap();
        assert_eq!(open_edges(&group).await, [mirroring(EAST, WEST)]);
        assert!(wishes(&group, PIA, &[]).await.unwrap().proposed.is_none());
        assert_eq!(open_edges(&group).await, []);
        assert_eq!(code(wishes(&group, PIA, &[mirroring(EAST, WEST)]).await), "NOT_DELEGATED");
    }
}

#[tokio::test]
async fn a_proposal_that_was_overtaken_is_planned_again_and_leaves_alone_what_others_did() {
    for group in groups().await {
        let id = careful(&group).await;
        let first = proposed(&group, ANN, &[mirroring(EAST, WEST)]).await;
        let second = proposed(&group, ANN, &[mirroring(CENTRAL, WEST)]).await;
        decides(&group, UMA, id, second, Event::Approve).await.unwrap();
        let stale = proposals::read(&group.app, &group.cx(UMA, WEST).await, id, first).await.unwrap();
        assert_eq!((stale.state, stale.may), (State::Stale, vec![Event::Reject, Event::PlanAgain]), "{}", group.fresh.engine);
        assert_eq!(code(decides(&group, UMA, id, first, Event::Approve).await), "PROPOSAL_STALE");
        let again = decides(&group, UMA, id, first, Event::PlanAgain).await.unwrap();
        assert_eq!((again.state, again.proposed_by_name.as_deref()), (State::Proposed, Some("Uma")));
        assert_eq!(code(decides(&group, UMA, id, first, Event::Approve).await), "OWN_PROPOSAL");
        decides(&group, ANN, id, first, Event::Approve).await.unwrap();
        assert_eq!(open_edges(&group).await, [mirroring(CENTRAL, WEST), mirroring(EAST, WEST)]);
        // What is so already is not applied a second time.
        let third = proposed(&group, ANN, &[mirroring(CENTRAL, WEST), mirroring(EAST, WEST), mirroring(WEST, EAST)]).await;
        decides(&group, ANN, id, third, Event::Withdraw).await.unwrap();
        assert_eq!(code(decides(&group, UMA, id, third, Event::Reject).await), "PROPOSAL_CLOSED");
    }
}

#[tokio::test]
async fn a_proposal_is_rejected_with_a_reason_or_expires_after_a_week() {
    for group in groups().await {
        let id = careful(&group).await;
        let first = proposed(&group, ANN, &[mirroring(EAST, WEST)]).await;
        let uma = group.cx(UMA, EAST).await;
        let rejected = decide(&group.app, &uma, id, first, Event::Reject, Some(" Not before the audit. ")).await.unwrap();
        assert_eq!((rejected.state, rejected.proposal.note.as_deref()), (State::Rejected, Some("Not before the audit.")));
        let second = proposed(&group, ANN, &[mirroring(EAST, WEST)]).await;
        group.clock.advance(SignedDuration::from_hours(7 * 24));
        let seen = proposals::read(&group.app, &group.cx(UMA, EAST).await, id, second).await.unwrap();
        assert_eq!((seen.state, seen.may), (State::Expired, vec![]), "{}", group.fresh.engine);
        assert_eq!(code(decides(&group, UMA, id, second, Event::Approve).await), "PROPOSAL_CLOSED");
        assert_eq!(organization::reconcile(&group.app).await.unwrap(), 1);
        assert_eq!(organization::reconcile(&group.app).await.unwrap(), 0);
        assert_eq!(last_entries(&group, id, 1).await, ["system change_expired person:11"]);
        assert_eq!(open_edges(&group).await, []);
    }
}

#[tokio::test]
async fn the_command_line_is_one_person_too_and_rules_wait_as_well() {
    for group in groups().await {
        let id = careful(&group).await;
        let system = group.system(WEST);
        let view =
            connection::change(&group.app, &system, vec![Wish::on_terms(mirroring(EAST, WEST), reasoned())]).await.unwrap();
        let waits = view.proposed.expect("it waits").id;
        let own = decide(&group.app, &system, id, waits, Event::Approve, None).await;
        assert_eq!(code(own), "OWN_PROPOSAL", "{}", group.fresh.engine);
        decides(&group, UMA, id, waits, Event::Approve).await.unwrap();

        let rules = Rules { set: [("approval".to_owned(), "one".into())].into(), ..Rules::default() };
        let proof = group.proof(ANN, organization::UPDATE_POLICY, &id.to_string()).await;
        let seen = policy::update(&group.app, &group.cx(ANN, CENTRAL).await, id, &rules, Some(&proof)).await.unwrap();
        assert_eq!(seen.policy.approval, Approval::Two);
        let waits = seen.proposed.expect("it waits").id;
        let shown = proposals::read(&group.app, &group.cx(UMA, WEST).await, id, waits).await.unwrap();
        assert_eq!(shown.rules, [("approval".to_owned(), "two".into(), "one".into())]);
        assert_eq!(code(decides(&group, PIA, id, waits, Event::Approve).await), "NOT_ADMIN_EVERYWHERE");
        decides(&group, UMA, id, waits, Event::Approve).await.unwrap();
        assert!(wishes(&group, ANN, &[mirroring(EAST, WEST), mirroring(WEST, EAST)]).await.unwrap().proposed.is_none());
        assert_eq!(open_edges(&group).await.len(), 2);
        let ann = group.cx(ANN, CENTRAL).await;
        assert_eq!(log::verify(&group.app, &ann, id).await.unwrap().altered, None);
    }
}

#[tokio::test]
async fn only_so_many_changes_wait_at_once() {
    for group in groups().await {
        let id = careful(&group).await;
        let first = proposed(&group, ANN, &[mirroring(EAST, WEST)]).await;
        group
            .directory(async |tx| {
                let one = store::organization::proposal::read(tx, id, first).await?.expect("the proposal");
                for n in 1..model::limits::PROPOSALS_OPEN_MAX as i64 {
                    let more = model::organization::proposal::Proposal { id: first + 1_000_000 + n, ..one.clone() };
                    store::organization::proposal::put(tx, id, &more).await?;
                }
                Ok(())
            })
            .await;
        let refused = wishes(&group, ANN, &[mirroring(WEST, EAST)]).await;
        assert_eq!(code(refused), "TOO_MANY_PROPOSALS", "{}", group.fresh.engine);
    }
}
