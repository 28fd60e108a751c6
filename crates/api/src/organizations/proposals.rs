//! Changes of an organization that wait for a second person.

use super::{TAG, id};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::organization::proposals::{self, Shown};
use axum::http::StatusCode;
use model::id::OrganizationId;
use model::organization::proposal::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::scalar::{Id, Time};

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/organizations/v1/{organizationId}/proposals", "proposal.list", session, list)
            .about(TAG, "Changes that wait for a second person, and after them what was decided last.")
            .reply::<Proposals>(200),
        Route::get("/organizations/v1/{organizationId}/proposals/{proposalId}", "proposal.read", session, read)
            .about(TAG, "One of them, with what it would change now.")
            .reply::<Proposal>(200),
        Route::post("/organizations/v1/{organizationId}/proposals/{proposalId}/approve", "proposal.approve", session, approve)
            .about(TAG, "Approves a change of somebody else, which applies it. A stale one has to be planned again first.")
            .body::<Decision>()
            .reply::<Proposal>(200),
        Route::post("/organizations/v1/{organizationId}/proposals/{proposalId}/reject", "proposal.reject", session, reject)
            .about(TAG, "Rejects it, with a reason or without.")
            .body::<Decision>()
            .reply::<Proposal>(200),
        Route::post("/organizations/v1/{organizationId}/proposals/{proposalId}/withdraw", "proposal.withdraw", session, withdraw)
            .about(TAG, "Takes one's own proposal back.")
            .body::<Decision>()
            .reply::<Proposal>(200),
        Route::post("/organizations/v1/{organizationId}/proposals/{proposalId}/plan", "proposal.plan_again", session, plan_again)
            .about(TAG, "Plans it for the organization as it is now; whoever does is its proposer from then on.")
            .body::<Decision>()
            .reply::<Proposal>(200),
    ]
}

/// What waits and what was decided.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Proposals {
    pub results: Vec<Proposal>,
}

/// A change that waits for a second person, or did.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    pub id: Id,
    /// `proposed`, `stale`, `approved`, `rejected`, `withdrawn`, `expired`.
    pub state: &'static str,
    /// `connections`, `policy`.
    pub what: &'static str,
    /// Edges or rules it is about.
    pub n: usize,
    /// What it would change now.
    pub changes: Vec<super::terms::PlannedChange>,
    /// The same for rules.
    pub rules: Vec<RuleChange>,
    /// Why it could not be applied as things are.
    pub hindrance: Option<Hindrance>,
    /// Missing when it was proposed on the command line.
    pub proposed_by: Option<String>,
    pub proposed_at: Time,
    pub expires_at: Time,
    pub decided_by: Option<String>,
    pub decided_at: Option<Time>,
    pub note: Option<String>,
    pub can_approve: bool,
    pub can_reject: bool,
    pub can_withdraw: bool,
    pub can_plan_again: bool,
}

/// A rule that would have another value.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleChange {
    pub name: String,
    pub before: Value,
    pub after: Value,
}

/// A refusal that approving would meet.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Hindrance {
    pub code: &'static str,
    pub message: String,
}

/// What goes with a decision.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Decision {
    /// A reason, for whoever proposed it.
    note: Option<String>,
}

/// A proposal as it is shown.
pub fn shown(one: Shown) -> Proposal {
    let Shown { proposal, state, changes, rules, hindrance, proposed_by_name, decided_by_name, may } = one;
    let can = |event| may.contains(&event);
    Proposal {
        id: Id(proposal.id),
        state: state.name(),
        what: proposal.change.name(),
        n: proposal.change.n(),
        changes: super::terms::changes(changes),
        rules: rules.into_iter().map(|(name, before, after)| RuleChange { name, before, after }).collect(),
        hindrance: hindrance.map(|(code, message)| Hindrance { code, message }),
        proposed_by: proposed_by_name,
        proposed_at: Time(proposal.proposed_at),
        expires_at: Time(proposal.expires_at),
        decided_by: decided_by_name,
        decided_at: proposal.decided_at.map(Time),
        note: proposal.note,
        can_approve: can(Event::Approve),
        can_reject: can(Event::Reject),
        can_withdraw: can(Event::Withdraw),
        can_plan_again: can(Event::PlanAgain),
    }
}

/// The answer to a change that now waits.
pub async fn waits(call: &Call, id: OrganizationId, proposed: &model::organization::proposal::Proposal) -> Answer {
    let found = proposals::read(call.app(), call.cx(), id, proposed.id).await?;
    Ok(reply::json(StatusCode::ACCEPTED, &shown(found)))
}

async fn list(call: Call) -> Answer {
    let found = proposals::list(call.app(), call.cx(), id(&call)?).await?;
    Ok(reply::ok(&Proposals { results: found.into_iter().map(shown).collect() }))
}

async fn read(call: Call) -> Answer {
    let id = id(&call)?;
    Ok(reply::ok(&shown(proposals::read(call.app(), call.cx(), id, number(&call)?).await?)))
}

async fn approve(call: Call) -> Answer {
    decide(call, Event::Approve).await
}

async fn reject(call: Call) -> Answer {
    decide(call, Event::Reject).await
}

async fn withdraw(call: Call) -> Answer {
    decide(call, Event::Withdraw).await
}

async fn plan_again(call: Call) -> Answer {
    decide(call, Event::PlanAgain).await
}

async fn decide(mut call: Call, event: Event) -> Answer {
    let (id, body): (_, Decision) = (id(&call)?, call.json_or_default().await?);
    let number = number(&call)?;
    Ok(reply::ok(&shown(proposals::decide(call.app(), call.cx(), id, number, event, body.note.as_deref()).await?)))
}

fn number(call: &Call) -> Result<i64, Refusal> {
    let id: model::id::ProposalId = call.id("proposalId")?;
    Ok(id.0)
}
