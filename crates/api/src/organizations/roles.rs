//! Roles of an organization: who holds what for which member.

use super::{TAG, id, proof};
use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::organization::roles::{self, Held, Roles, Wanted};
use jiff::Timestamp;
use model::organization::role::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::lenient::Text;
use wire::scalar::{Id, Time};

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/organizations/v1/{organizationId}/roles", "organization_role.list", session, list)
            .about(TAG, "Who holds which role of the organization, for which member.")
            .reply::<RolesHeld>(200),
        Route::post("/organizations/v1/{organizationId}/roles", "organization_role.grant", session, grant)
            .about(
                TAG,
                "Hands out a role for a member one is Super Admin of, or gives one that is held another end. Needs a step-up for \
                 organization.grant_role; its subject is in the refusal.",
            )
            .body::<NewRole>()
            .reply::<RolesHeld>(200),
        Route::delete(
            "/organizations/v1/{organizationId}/roles/{accountId}/{personId}/{role}",
            "organization_role.revoke",
            session,
            revoke,
        )
        .about(TAG, "Takes a role back, at once. Whoever holds it may give it up herself.")
        .empty(204),
    ]
}

/// Who holds what.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RolesHeld {
    /// Whether the organization's policy has roles at all.
    enabled: bool,
    /// The members for which one may hand out and take back roles.
    grantable_account_ids: Vec<Id>,
    /// By account, then person.
    results: Vec<RoleHeld>,
}

/// A role that somebody holds for a member.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RoleHeld {
    account_id: Id,
    person_id: Id,
    name: String,
    email: String,
    /// `organization_admin`, `connection_manager`, `auditor`, `privacy_officer`.
    role: &'static str,
    granted_at: Time,
    /// Missing when it was handed out on the command line.
    granted_by: Option<String>,
    /// It ends by itself then.
    until: Option<Time>,
}

/// A role to hand out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewRole {
    account_id: Text,
    /// The address of an active user of any member.
    email: String,
    /// `organization_admin`, `connection_manager`, `auditor`, `privacy_officer`.
    role: String,
    /// When it ends by itself, such as 2027-01-31T00:00:00Z.
    until: Option<String>,
}

fn shown(found: Roles) -> RolesHeld {
    let role = |Held { delegation, name, email, granted_by_name }: Held| RoleHeld {
        account_id: Id(delegation.account.0),
        person_id: Id(delegation.person.0),
        name,
        email,
        role: delegation.role.name(),
        granted_at: Time(delegation.granted_at),
        granted_by: granted_by_name,
        until: delegation.until.map(Time),
    };
    RolesHeld {
        enabled: found.enabled,
        grantable_account_ids: found.may_grant.iter().map(|account| Id(account.0)).collect(),
        results: found.held.into_iter().map(role).collect(),
    }
}

async fn list(call: Call) -> Answer {
    Ok(reply::ok(&shown(roles::list(call.app(), call.cx(), id(&call)?).await?)))
}

async fn grant(mut call: Call) -> Answer {
    let (id, body): (_, NewRole) = (id(&call)?, call.json().await?);
    let wanted = Wanted {
        account: super::account(&body.account_id)?,
        email: body.email,
        role: role(&body.role)?,
        until: until(body.until)?,
    };
    let proof = proof(&call);
    Ok(reply::ok(&shown(roles::grant(call.app(), call.cx(), id, wanted, proof.as_deref()).await?)))
}

async fn revoke(call: Call) -> Answer {
    let id = id(&call)?;
    let (account, person, role) = (call.id("accountId")?, call.id("personId")?, role(call.param("role"))?);
    roles::revoke(call.app(), call.cx(), id, account, person, role).await?;
    Ok(reply::empty())
}

fn role(name: &str) -> Result<Role, Refusal> {
    Role::from_name(name).ok_or_else(|| {
        let known = Role::ALL.map(Role::name).join(", ");
        let message = format!("\"{}\" is no role of an organization; they are {known}", shorten(name));
        Refusal::invalid(message).with_code("ROLE_UNKNOWN")
    })
}

fn until(text: Option<String>) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let message = format!("until is \"{}\"; expected a time such as 2027-01-31T00:00:00Z", shorten(&text));
        Refusal::invalid(message).with_code("TIME_INVALID")
    })
}
