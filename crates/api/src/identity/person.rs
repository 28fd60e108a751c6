//! Who is signed in, and what she says of herself.

use super::{Nothing, TAG};
use crate::call::Call;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::organization::resets;
use app::person::{self, Overview, Patch, Place};
use model::id::AccountId;
use model::identity::entry::{Entry, Way};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::scalar::{Id, Time};

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/identity/v1/session", "session.read", Access::Session, read)
            .about(TAG, "Who is signed in, with her accounts and second factors.")
            .reply::<SignedInPerson>(200),
        Route::patch("/identity/v1/person", "person.update", Access::Session, update)
            .about(TAG, "Changes what the person says of herself.")
            .body::<PersonPatch>()
            .reply::<Person>(200),
        Route::post("/identity/v1/password", "password.update", Access::Session, change_password)
            .about(TAG, "Changes the password; all other sessions end.")
            .body::<NewPassword>()
            .empty(204),
        Route::post("/identity/v1/second-factor-reset/stop", "second_factor_reset.stop_own", Access::Session, stop_reset)
            .about(TAG, "Keeps one's second factors, when two admins of the organization are about to take them away.")
            .body::<Nothing>()
            .empty(204),
    ]
}

/// A signed-in person.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SignedInPerson {
    person: Person,
    /// Those she can enter, in the order of names.
    accounts: Vec<PersonAccount>,
    default_account_id: Option<Id>,
    second_factor: SecondFactors,
    logged_in_as: Option<LoggedInAs>,
    /// Her second factors are to be taken away.
    second_factor_reset: Option<AnnouncedReset>,
    /// The sample group is loaded.
    demo: bool,
}

/// A person.
#[derive(Serialize, JsonSchema)]
struct Person {
    id: Id,
    email: String,
    name: String,
    /// `en`, `it`, `da` or `nl`.
    locale: String,
}

/// An account with what the person is in it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PersonAccount {
    id: Id,
    name: String,
    kind: &'static str,
    role: &'static str,
    seats: Vec<&'static str>,
    /// Codes of what she may there.
    permissions: Vec<String>,
    location: String,
    sensitive: bool,
    /// She sees its organization, if it has one: by her role in the account, or by one of the organization's.
    sees_organization: bool,
    /// She keeps it at the top of her list.
    pinned: bool,
    entry: AccountEntry,
}

/// Whether the account's sign-in policy lets her in as she is signed in now.
#[derive(Serialize, JsonSchema)]
struct AccountEntry {
    /// `open`; `due`: open until `at`, then as `set_up`; `idle`: sign in again; `show`: she has one of the ways and has not
    /// shown it, which step-up `account.enter` does; `set_up`: she has none of the ways.
    state: &'static str,
    /// `password`, `authenticator`, `passkey`.
    ways: Vec<&'static str>,
    at: Option<Time>,
}

/// Whose place she takes now, and where.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LoggedInAs {
    account_id: Id,
    person: Person,
    until: Time,
}

/// A day's notice of it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AnnouncedReset {
    asked_by: String,
    asked_at: Time,
    /// When it happens, if a second admin approves it and nobody stops it.
    due_at: Time,
    approved: bool,
}

/// The second factors of a person.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SecondFactors {
    totp: bool,
    passkeys: usize,
    recovery_codes_left: usize,
}

/// What is to be changed; what is not named stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PersonPatch {
    name: Option<String>,
    locale: Option<String>,
    /// The account to open after signing in, as text or number.
    default_account_id: Option<AnyId>,
    /// All the accounts to keep at the top of the list.
    pinned_account_ids: Option<Vec<AnyId>>,
}

/// An id as text or number: browsers have both.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum AnyId {
    Number(i64),
    Text(String),
}

impl AnyId {
    /// The id, or zero, which nothing has.
    pub(crate) fn number(&self) -> i64 {
        match self {
            AnyId::Number(n) => *n,
            AnyId::Text(text) => text.parse().unwrap_or_default(),
        }
    }
}

/// The old and the new password.
#[derive(Deserialize, JsonSchema)]
struct NewPassword {
    current: String,
    new: String,
}

fn shown(person: model::identity::person::Person) -> Person {
    Person { id: Id(person.id.0), email: person.email, name: person.name, locale: person.locale }
}

fn account(place: Place) -> PersonAccount {
    PersonAccount {
        id: Id(place.account.id.0),
        name: place.account.name,
        kind: place.account.kind.name(),
        role: place.user.role.name(),
        seats: place.user.seats.iter().map(|seat| seat.name()).collect(),
        permissions: place.permissions,
        location: place.account.location,
        sensitive: place.account.sensitive,
        sees_organization: place.sees_organization,
        pinned: place.is_pinned,
        entry: entry(&place.entry),
    }
}

fn entry(entry: &Entry) -> AccountEntry {
    let at = match entry {
        Entry::Due { at, .. } => Some(Time(*at)),
        _ => None,
    };
    AccountEntry { state: entry.name(), ways: entry.ways().into_iter().map(Way::name).collect(), at }
}

async fn read(call: Call) -> Answer {
    let Overview { person, enrolled, places, stands_in, reset } = person::read(call.app(), call.session()).await?;
    Ok(reply::ok(&SignedInPerson {
        default_account_id: person.default_account.map(|account| Id(account.0)),
        person: shown(person),
        accounts: places.into_iter().map(account).collect(),
        second_factor: SecondFactors {
            totp: enrolled.totp,
            passkeys: enrolled.n_passkeys,
            recovery_codes_left: enrolled.n_recovery_codes,
        },
        logged_in_as: stands_in.map(|one| LoggedInAs {
            account_id: Id(one.account.0),
            person: shown(one.person),
            until: Time(one.until),
        }),
        second_factor_reset: reset.map(|(reset, asked_by)| AnnouncedReset {
            asked_by,
            asked_at: Time(reset.asked_at),
            due_at: Time(reset.due_at),
            approved: reset.approved_at.is_some(),
        }),
        demo: call.app().settings.demo,
    }))
}

async fn update(mut call: Call) -> Answer {
    let body: PersonPatch = call.json().await?;
    let default_account = body.default_account_id.map(|id| AccountId(id.number()));
    let pinned = body.pinned_account_ids.map(|ids| ids.iter().map(|id| AccountId(id.number())).collect());
    let patch = Patch { name: body.name, locale: body.locale, default_account, pinned };
    Ok(reply::ok(&shown(person::update(call.app(), call.session(), patch).await?)))
}

async fn stop_reset(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    resets::stop_own(call.app(), call.session()).await?;
    Ok(reply::empty())
}

async fn change_password(mut call: Call) -> Answer {
    let body: NewPassword = call.json().await?;
    person::change_password(call.app(), call.session(), &body.current, &body.new).await?;
    Ok(reply::empty())
}
