//! Off-boarding a person from every account of an organization.

use super::{TAG, id, proof};
use crate::call::Call;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::organization::off_boarding::{self, Row};
use model::account::UserStatus;
use model::company::ContactRole;
use model::id::PersonId;
use model::organization::off_boarding::Outcome;
use model::organization::role::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::lenient::Text;
use wire::scalar::Id;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::post("/organizations/v1/{organizationId}/off-boarding/plan", "off_boarding.plan", session, plan)
            .about(TAG, "What off-boarding a person from every account of the organization would do, account by account. Changes nothing.")
            .body::<Whom>()
            .reply::<OffBoarding>(200),
        Route::post("/organizations/v1/{organizationId}/off-boarding", "off_boarding.apply", session, apply)
            .about(
                TAG,
                "Does it in every account one speaks for as Super Admin or Organization Admin; what is refused elsewhere is said per \
                 account. Ends the person's sessions. Needs a step-up for off_board; its subject is the person's id.",
            )
            .body::<WhomById>()
            .reply::<OffBoarding>(200),
    ]
}

/// Whom it would be about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Whom {
    /// The address of a user of any member.
    email: String,
}

/// Whom it is about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WhomById {
    person_id: Text,
}

/// What becomes, or became, of somebody.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OffBoarding {
    person_id: Id,
    /// Empty of somebody who has not accepted an invitation.
    name: String,
    email: String,
    /// In the order of accounts.
    results: Vec<OffBoarded>,
}

/// What becomes of her in one account.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OffBoarded {
    account_id: Id,
    account_name: String,
    /// `active`, `invited` or `deactivated` before; missing when she only holds a role of the organization for the account.
    status: Option<&'static str>,
    /// `done`, `off_already` or `refused`.
    outcome: &'static str,
    /// Why it is refused: a stable code.
    code: Option<&'static str>,
    /// The same in words.
    reason: Option<String>,
    /// Seats that count no more.
    seats: Vec<&'static str>,
    /// Roles of the organization for the account, which end.
    roles: Vec<&'static str>,
    /// What she is a point of contact for; until somebody else is named she cannot be removed.
    contact_roles: Vec<&'static str>,
    /// Service tokens she made, which go on working.
    n_tokens: usize,
}

fn row(row: Row) -> OffBoarded {
    let refusal = match row.outcome {
        Outcome::Refused(refusal) => Some(refusal),
        Outcome::Done | Outcome::OffAlready => None,
    };
    OffBoarded {
        account_id: Id(row.account.0),
        account_name: row.account_name,
        status: row.status.map(UserStatus::name),
        outcome: row.outcome.name(),
        code: refusal.map(|refusal| refusal.code()),
        reason: refusal.map(|refusal| refusal.to_string()),
        seats: row.seats.into_iter().map(|seat| seat.name()).collect(),
        roles: row.roles.into_iter().map(Role::name).collect(),
        contact_roles: row.contact_roles.into_iter().map(ContactRole::name).collect(),
        n_tokens: row.n_tokens,
    }
}

fn shown(found: off_boarding::OffBoarding) -> OffBoarding {
    OffBoarding {
        person_id: Id(found.person.0),
        name: found.name,
        email: found.email,
        results: found.rows.into_iter().map(row).collect(),
    }
}

async fn plan(mut call: Call) -> Answer {
    let (id, body): (_, Whom) = (id(&call)?, call.json().await?);
    Ok(reply::ok(&shown(off_boarding::plan(call.app(), call.cx(), id, &body.email).await?)))
}

async fn apply(mut call: Call) -> Answer {
    let (id, body): (_, WhomById) = (id(&call)?, call.json().await?);
    let person = PersonId(super::account(&body.person_id)?.0);
    let done = off_boarding::apply(call.app(), call.cx(), id, person, proof(&call).as_deref()).await?;
    Ok(reply::ok(&shown(done)))
}
