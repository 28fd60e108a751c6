//! Permission sets of the current account.

use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::permission_set;
use model::account::Permissions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::scalar::Id;

const TAG: &str = "Accounts";
/// The scope a token needs to change them; reading needs any.
const SCOPE: &str = "users.manage";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts/v1/permission-sets", "permission_set.list", Access::Account(""), list)
            .about(TAG, "The account's permission sets, in the order of names.")
            .reply::<PermissionSets>(200),
        Route::post("/accounts/v1/permission-sets", "permission_set.create", Access::Account(SCOPE), create)
            .about(TAG, "Makes a permission set; it holds no more than whoever makes it.")
            .body::<NewPermissionSet>()
            .reply::<PermissionSet>(201),
        Route::patch("/accounts/v1/permission-sets/{permissionSetId}", "permission_set.update", Access::Account(SCOPE), update)
            .about(TAG, "Changes a permission set for everybody who holds it.")
            .body::<PermissionSetPatch>()
            .reply::<PermissionSet>(200),
        Route::delete("/accounts/v1/permission-sets/{permissionSetId}", "permission_set.delete", Access::Account(SCOPE), delete)
            .about(TAG, "Takes a permission set away that no user holds.")
            .empty(204),
    ]
}

/// Permission sets.
#[derive(Serialize, JsonSchema)]
struct PermissionSets {
    results: Vec<PermissionSet>,
}

/// A permission set.
#[derive(Serialize, JsonSchema)]
struct PermissionSet {
    id: Id,
    name: String,
    /// Codes such as `contacts.view.everything` and `import`.
    permissions: Vec<String>,
}

/// A permission set to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPermissionSet {
    name: String,
    permissions: Vec<String>,
}

/// What is to be changed; what is not named stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PermissionSetPatch {
    name: Option<String>,
    /// All it is to hold.
    permissions: Option<Vec<String>>,
}

fn shown(set: model::account::PermissionSet) -> PermissionSet {
    PermissionSet { id: Id(set.id.0), name: set.name, permissions: set.permissions.codes() }
}

fn permissions(codes: &[String]) -> Result<Permissions, Refusal> {
    codes.iter().try_fold(Permissions::default(), |all, code| {
        Permissions::of_code(code).map(|one| all.union(&one)).ok_or_else(|| {
            let message = format!("\"{}\" is not a permission such as contacts.view.everything", shorten(code));
            Refusal::invalid(message).with_code("PERMISSION_UNKNOWN").naming("body", "permissions", code)
        })
    })
}

async fn list(call: Call) -> Answer {
    let sets = permission_set::list(call.app(), call.cx()).await?;
    Ok(reply::ok(&PermissionSets { results: sets.into_iter().map(shown).collect() }))
}

async fn create(mut call: Call) -> Answer {
    let body: NewPermissionSet = call.json().await?;
    let permissions = permissions(&body.permissions)?;
    Ok(reply::created(&shown(permission_set::create(call.app(), call.cx(), &body.name, permissions).await?)))
}

async fn update(mut call: Call) -> Answer {
    let body: PermissionSetPatch = call.json().await?;
    let permissions = body.permissions.map(|codes| permissions(&codes)).transpose()?;
    let patch = permission_set::Patch { name: body.name, permissions };
    Ok(reply::ok(&shown(permission_set::update(call.app(), call.cx(), call.id("permissionSetId")?, patch).await?)))
}

async fn delete(call: Call) -> Answer {
    permission_set::delete(call.app(), call.cx(), call.id("permissionSetId")?).await?;
    Ok(reply::empty())
}
