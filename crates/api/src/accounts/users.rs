//! Users of the current account.

use crate::call::Call;
use crate::identity::AnyId;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::user;
use model::account::{Role, Seat, UserStatus};
use model::company::ContactRole;
use model::id::{PermissionSetId, PersonId};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;
use wire::scalar::Id;

const TAG: &str = "Accounts";
/// The scope a token needs to change users; reading needs any.
const SCOPE: &str = "users.manage";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts/v1/users", "user.list", Access::Account(""), list)
            .about(TAG, "The users of the account.")
            .reply::<Users>(200),
        Route::post("/accounts/v1/users", "user.create", Access::Account(SCOPE), create)
            .about(
                TAG,
                "Makes somebody a user. Who has no login yet gets a one-time link, which is in this answer and nowhere else.",
            )
            .body::<NewUser>()
            .reply::<User>(201),
        Route::patch("/accounts/v1/users/{userId}", "user.update", Access::Account(SCOPE), update)
            .about(TAG, "Changes what a user is; `status` deactivates and takes back.")
            .body::<UserPatch>()
            .reply::<User>(200),
        Route::delete("/accounts/v1/users/{userId}", "user.remove", Access::Account(SCOPE), remove)
            .about(TAG, "Takes a deactivated user out of the account; her login stays.")
            .empty(204),
        Route::post("/accounts/v1/users/{userId}/link", "user.invite", Access::Account(SCOPE), invite)
            .about(TAG, "A new one-time link for a user who has not come in yet.")
            .reply::<SetupLink>(200),
    ]
}

/// Users.
#[derive(Serialize, JsonSchema)]
struct Users {
    results: Vec<User>,
}

/// A user of the account.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct User {
    id: Id,
    owner_id: Id,
    email: String,
    name: String,
    role: &'static str,
    permission_set_id: Option<Id>,
    seats: Vec<&'static str>,
    status: &'static str,
    /// What she is a point of contact for: she cannot be removed before somebody else is, and is told nothing while deactivated.
    contact_roles: Vec<&'static str>,
    /// Where a new person chooses her password, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    setup_link: Option<String>,
}

/// A one-time link.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SetupLink {
    setup_link: String,
}

/// Somebody to be made a user.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewUser {
    email: String,
    /// Only used when the address has no login yet.
    name: String,
    /// `super_admin`, `partner_admin` or `standard`.
    role: String,
    /// `core`, `sales`, `service`, `view_only`.
    #[serde(default)]
    seats: Vec<String>,
    permission_set_id: Option<AnyId>,
    locale: Option<String>,
}

/// What is to be changed; what is not named stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UserPatch {
    role: Option<String>,
    seats: Option<Vec<String>>,
    /// `null` takes the set away.
    #[serde(default, deserialize_with = "named")]
    permission_set_id: Option<Option<AnyId>>,
    /// `active` or `deactivated`.
    status: Option<String>,
}

/// Tells a field that is `null` from one that is not there.
fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

fn shown(user: user::User, setup_link: Option<String>) -> User {
    let user::User { user, person, contact_roles } = user;
    User {
        id: Id(person.id.0),
        owner_id: Id(user.owner.0),
        email: person.email,
        name: person.name,
        role: user.role.name(),
        permission_set_id: user.permission_set.map(|id| Id(id.0)),
        seats: user.seats.iter().map(|seat| seat.name()).collect(),
        status: user.status.name(),
        contact_roles: contact_roles.into_iter().map(ContactRole::name).collect(),
        setup_link,
    }
}

/// A word of a closed set.
pub(super) fn word<T: DeserializeOwned>(field: &str, text: &str) -> Result<T, Refusal> {
    serde_json::from_value(serde_json::Value::String(text.to_lowercase())).map_err(|_| {
        let message = format!("\"{}\" is no {field} of a user", shorten(text));
        Refusal::invalid(message).with_code("USER_FIELD_INVALID").naming("body", field, text)
    })
}

pub(super) fn seats(words: &[String]) -> Result<BTreeSet<Seat>, Refusal> {
    words.iter().map(|text| word("seats", text)).collect()
}

async fn list(call: Call) -> Answer {
    let users = user::list(call.app(), call.cx()).await?;
    Ok(reply::ok(&Users { results: users.into_iter().map(|user| shown(user, None)).collect() }))
}

async fn create(mut call: Call) -> Answer {
    let body: NewUser = call.json().await?;
    let wanted = user::Wanted {
        role: word::<Role>("role", &body.role)?,
        seats: seats(&body.seats)?,
        permission_set: body.permission_set_id.map(|id| PermissionSetId(id.number())),
        email: body.email,
        name: body.name,
        locale: body.locale,
        password: None,
    };
    let created = user::create(call.app(), call.cx(), wanted).await?;
    Ok(reply::created(&shown(created.user, created.link)))
}

async fn update(mut call: Call) -> Answer {
    let body: UserPatch = call.json().await?;
    let person: PersonId = call.id("userId")?;
    let patch = user::Patch {
        role: body.role.map(|text| word("role", &text)).transpose()?,
        seats: body.seats.map(|words| seats(&words)).transpose()?,
        permission_set: body.permission_set_id.map(|set| set.map(|id| PermissionSetId(id.number()))),
        status: body.status.map(|text| word::<UserStatus>("status", &text)).transpose()?,
    };
    Ok(reply::ok(&shown(user::update(call.app(), call.cx(), person, patch).await?, None)))
}

async fn remove(call: Call) -> Answer {
    user::remove(call.app(), call.cx(), call.id("userId")?).await?;
    Ok(reply::empty())
}

async fn invite(call: Call) -> Answer {
    let setup_link = user::invite(call.app(), call.cx(), call.id("userId")?).await?;
    Ok(reply::ok(&SetupLink { setup_link }))
}
