//! Provisioning as people set it up: an organization's tokens for its directory, and what the directory's groups give in the
//! current account. The directory itself speaks SCIM: see [`crate::scim`].

use super::sign_on::{proof, realm};
use super::users::{seats, word};
use crate::call::Call;
use crate::identity::AnyId;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::provisioning::{self, OfAccount, OfOrganization, Wanted};
use model::account::Role;
use model::id::{OrganizationId, PermissionSetId};
use model::identity::provider::Realm;
use model::identity::provisioning::{Grant, Group, ProvisioningToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::scalar::{Id, Time};

const TAG: &str = "Provisioning";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/organizations/v1/{organizationId}/provisioning", "provisioning.read", session, read)
            .about(TAG, "Where the organization's directory sends what it says, by which tokens, and how much it said.")
            .reply::<Provisioning>(200),
        Route::post("/organizations/v1/{organizationId}/provisioning/tokens", "provisioning_token.create", session, create)
            .about(
                TAG,
                "Makes a token for a directory. Its text is in this answer and nowhere else. Needs a step-up for sign_on.change; its subject is o:{organizationId}.",
            )
            .body::<NewDirectoryToken>()
            .reply::<DirectoryToken>(201),
        Route::delete(
            "/organizations/v1/{organizationId}/provisioning/tokens/{tokenId}",
            "provisioning_token.revoke",
            session,
            revoke,
        )
        .about(TAG, "Takes a token's right away.")
        .empty(204),
        Route::get("/accounts/v1/provisioning", "provisioning_grant.list", session, read_grants)
            .about(TAG, "The groups of the organization's directory, and what each gives in the account.")
            .reply::<Grants>(200),
        Route::put("/accounts/v1/provisioning/groups/{groupId}", "provisioning_grant.open", session, open)
            .about(
                TAG,
                "Lets members of a group into the account, or changes what they get. Needs a step-up for sign_on.change; its subject is a:{accountId}.",
            )
            .body::<WantedGrant>()
            .reply::<Grants>(200),
        Route::delete("/accounts/v1/provisioning/groups/{groupId}", "provisioning_grant.close", session, close)
            .about(TAG, "Who has the account by this group alone loses it. Needs the same step-up.")
            .empty(204),
    ]
}

/// An organization's side of provisioning.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Provisioning {
    /// What is entered at the identity provider.
    url: String,
    tokens: Vec<DirectoryToken>,
    n_people: usize,
    n_groups: usize,
    /// The members that consented.
    account_ids: Vec<Id>,
}

/// A provisioning token.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DirectoryToken {
    id: Id,
    name: String,
    /// Its beginning and end.
    hint: String,
    created_at: Time,
    /// To the minute.
    last_used_at: Option<Time>,
    /// The text itself, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// A token to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewDirectoryToken {
    name: String,
}

/// An account's side of provisioning.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Grants {
    organization_id: Id,
    /// The account lets the directory provision its users.
    consents: bool,
    groups: Vec<DirectoryGroup>,
}

/// A group of the directory.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DirectoryGroup {
    id: Id,
    name: String,
    n_members: usize,
    /// What its members get in the account; missing: nothing.
    gives: Option<GrantShown>,
}

/// What members of a group get.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GrantShown {
    /// `super_admin` or `standard`.
    role: &'static str,
    permission_set_id: Option<Id>,
    seats: Vec<&'static str>,
    opened_at: Time,
}

/// What members of a group are to get.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WantedGrant {
    /// `standard`, or `super_admin`.
    role: String,
    permission_set_id: Option<AnyId>,
    /// `core`, `sales`, `service`, `view_only`.
    #[serde(default)]
    seats: Vec<String>,
}

fn organization(call: &Call) -> Result<OrganizationId, Refusal> {
    match realm(call)? {
        Realm::Organization(id) => Ok(id),
        Realm::Account(_) => Err(Refusal::not_found()),
    }
}

fn token(token: ProvisioningToken, text: Option<String>) -> DirectoryToken {
    DirectoryToken {
        id: Id(token.id.0),
        name: token.name,
        hint: token.hint,
        created_at: Time(token.created_at),
        last_used_at: token.last_used_at.map(Time),
        token: text,
    }
}

async fn read(call: Call) -> Answer {
    let found: OfOrganization = provisioning::read(call.app(), call.cx(), organization(&call)?).await?;
    Ok(reply::ok(&Provisioning {
        url: found.url,
        tokens: found.tokens.into_iter().map(|one| token(one, None)).collect(),
        n_people: found.n_people,
        n_groups: found.n_groups,
        account_ids: found.accounts.into_iter().map(|id| Id(id.0)).collect(),
    }))
}

async fn create(mut call: Call) -> Answer {
    let body: NewDirectoryToken = call.json().await?;
    let made = provisioning::create_token(call.app(), call.cx(), organization(&call)?, &body.name, proof(&call)).await?;
    Ok(reply::created(&token(made.token, Some(made.text))))
}

async fn revoke(call: Call) -> Answer {
    provisioning::revoke_token(call.app(), call.cx(), organization(&call)?, call.id("tokenId")?).await?;
    Ok(reply::empty())
}

fn grants(found: OfAccount) -> Grants {
    let gives = |grant: Grant| GrantShown {
        role: grant.gives.role.name(),
        permission_set_id: grant.gives.permission_set.map(|id| Id(id.0)),
        seats: grant.gives.seats.into_iter().map(|seat| seat.name()).collect(),
        opened_at: Time(grant.opened_at),
    };
    let group = |(group, n_members, grant): (Group, usize, Option<Grant>)| DirectoryGroup {
        id: Id(group.id.0),
        name: group.name,
        n_members,
        gives: grant.map(gives),
    };
    Grants {
        organization_id: Id(found.organization.0),
        consents: found.consents,
        groups: found.groups.into_iter().map(group).collect(),
    }
}

async fn read_grants(call: Call) -> Answer {
    Ok(reply::ok(&grants(provisioning::read_grants(call.app(), call.cx()).await?)))
}

async fn open(mut call: Call) -> Answer {
    let body: WantedGrant = call.json().await?;
    let role = word::<Role>("role", &body.role)?;
    if role == Role::PartnerAdmin {
        let message = "a group gives standard or super_admin; partner admins are made one by one";
        return Err(Refusal::invalid(message).with_code("USER_FIELD_INVALID").naming("body", "role", &body.role));
    }
    let wanted = Wanted {
        role,
        permission_set: body.permission_set_id.map(|id| PermissionSetId(id.number())),
        seats: seats(&body.seats)?,
    };
    let found = provisioning::open_grant(call.app(), call.cx(), call.id("groupId")?, wanted, proof(&call)).await?;
    Ok(reply::ok(&grants(found)))
}

async fn close(call: Call) -> Answer {
    provisioning::close_grant(call.app(), call.cx(), call.id("groupId")?, proof(&call)).await?;
    Ok(reply::empty())
}
