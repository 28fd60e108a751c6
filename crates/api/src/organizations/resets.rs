//! Second factors that two admins of an organization take away from somebody who lost them.

use super::{TAG, id, proof};
use crate::call::Call;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::organization::resets::{self, Resets, Shown};
use model::id::ResetId;
use model::organization::reset::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::scalar::{Id, Time};

const BASE: &str = "/organizations/v1/{organizationId}/second-factor-resets";
const APPROVE: &str = "/organizations/v1/{organizationId}/second-factor-resets/{resetId}/approve";
const STOP: &str = "/organizations/v1/{organizationId}/second-factor-resets/{resetId}/stop";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get(BASE, "second_factor_reset.list", session, list)
            .about(
                TAG,
                "Second factors to be taken away, and those that were, of people of accounts one administers. Newest first.",
            )
            .reply::<SecondFactorResets>(200),
        Route::post(BASE, "second_factor_reset.ask", session, ask)
            .about(
                TAG,
                "Asks that somebody's second factors be taken away in 24 hours, and tells her; for Organization Admins. \
                 Needs step-up `second_factor.ask_reset` on her id.",
            )
            .body::<WantedReset>()
            .reply::<SecondFactorReset>(201),
        Route::post(APPROVE, "second_factor_reset.approve", session, approve)
            .about(TAG, "Agrees to it, as a second Organization Admin. Needs step-up `second_factor.approve_reset` on its id.")
            .reply::<SecondFactorReset>(200),
        Route::post(STOP, "second_factor_reset.stop", session, stop)
            .about(TAG, "Stops it, at once; for whoever administers an account she is in.")
            .reply::<SecondFactorReset>(200),
    ]
}

/// Resets of one organization.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SecondFactorResets {
    /// The organization's rules know them.
    enabled: bool,
    can_ask: bool,
    results: Vec<SecondFactorReset>,
}

/// Somebody's second factors, to be taken away.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SecondFactorReset {
    id: Id,
    /// `asked`, `approved`, `stopped`, `lapsed`, `done`.
    state: &'static str,
    user_id: Id,
    name: String,
    email: String,
    account_id: Id,
    asked_by: Option<String>,
    asked_at: Time,
    /// When it happens, if a second admin approved it and nobody stopped it.
    due_at: Time,
    approved_by: Option<String>,
    approved_at: Option<Time>,
    stopped_by: Option<String>,
    closed_at: Option<Time>,
    can_approve: bool,
    can_stop: bool,
}

/// Whose.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WantedReset {
    /// The address of an active user of an account one is Organization Admin for.
    email: String,
}

fn shown(one: Shown) -> SecondFactorReset {
    let Shown { reset, state, name, email, asked_by_name, approved_by_name, stopped_by_name, may } = one;
    SecondFactorReset {
        id: Id(reset.id.0),
        state: state.name(),
        user_id: Id(reset.person.0),
        name,
        email,
        account_id: Id(reset.account.0),
        asked_by: asked_by_name,
        asked_at: Time(reset.asked_at),
        due_at: Time(reset.due_at),
        approved_by: approved_by_name,
        approved_at: reset.approved_at.map(Time),
        stopped_by: stopped_by_name,
        closed_at: reset.closed_at.map(Time),
        can_approve: may.contains(&Event::Approve),
        can_stop: may.contains(&Event::Stop),
    }
}

async fn list(call: Call) -> Answer {
    let Resets { enabled, may_ask, found } = resets::list(call.app(), call.cx(), id(&call)?).await?;
    Ok(reply::ok(&SecondFactorResets { enabled, can_ask: may_ask, results: found.into_iter().map(shown).collect() }))
}

async fn ask(mut call: Call) -> Answer {
    let (id, body): (_, WantedReset) = (id(&call)?, call.json().await?);
    let asked = resets::ask(call.app(), call.cx(), id, &body.email, proof(&call).as_deref()).await?;
    Ok(reply::created(&shown(asked)))
}

async fn approve(call: Call) -> Answer {
    let (id, reset): (_, ResetId) = (id(&call)?, call.id("resetId")?);
    Ok(reply::ok(&shown(resets::approve(call.app(), call.cx(), id, reset, proof(&call).as_deref()).await?)))
}

async fn stop(call: Call) -> Answer {
    let (id, reset): (_, ResetId) = (id(&call)?, call.id("resetId")?);
    Ok(reply::ok(&shown(resets::stop(call.app(), call.cx(), id, reset).await?)))
}
