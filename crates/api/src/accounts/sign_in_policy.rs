//! How people come into the current account.

use crate::call::Call;
use crate::identity::{AnyId, proof};
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::sign_in_policy;
use model::id::PersonId;
use model::identity::entry::{Patch, Policy, Way};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;
use wire::scalar::{Id, Time};

const TAG: &str = "Accounts";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts/v1/sign-in-policy", "sign_in_policy.read", Access::AccountSession, read)
            .about(
                TAG,
                "How people come into the account: second factor, allowed ways, how long they may be away, who is exempt.",
            )
            .reply::<SignInPolicy>(200),
        Route::patch("/accounts/v1/sign-in-policy", "sign_in_policy.update", Access::AccountSession, update)
            .about(TAG, "Changes it, for a Super Admin; needs step-up `sign_in_policy.update` on the account's id.")
            .body::<SignInPolicyPatch>()
            .reply::<SignInPolicy>(200),
    ]
}

/// How people come into an account.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SignInPolicy {
    /// Everybody needs a second factor.
    second_factor_required: bool,
    /// When the demand binds: a day after it was made.
    second_factor_from: Option<Time>,
    /// The allowed ways: `password` (alone), `authenticator` (password and app), `passkey`. There are no text messages.
    ways: Vec<&'static str>,
    /// When the other ways stop working.
    ways_from: Option<Time>,
    /// Minutes without a request after which one has to sign in again; `null`: as long as the session lives.
    idle_minutes: Option<i64>,
    /// Users who need not follow second factor and ways.
    exempt_user_ids: Vec<Id>,
}

/// What is to be changed; what is not named stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignInPolicyPatch {
    second_factor_required: Option<bool>,
    ways: Option<Vec<String>>,
    /// When the other ways stop working; left out: at once.
    ways_from: Option<String>,
    /// 15 to 4320; `null` takes the limit away.
    #[serde(default, deserialize_with = "named")]
    idle_minutes: Option<Option<i64>>,
    exempt_user_ids: Option<Vec<AnyId>>,
}

/// Tells a field that is `null` from one that is not there.
fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

fn shown(policy: &Policy) -> SignInPolicy {
    SignInPolicy {
        second_factor_required: policy.second_factor_since.is_some(),
        second_factor_from: policy.second_factor_from().map(Time),
        ways: policy.ways.iter().map(|way| way.name()).collect(),
        ways_from: policy.ways_from.map(Time),
        idle_minutes: policy.idle_minutes,
        exempt_user_ids: policy.exempt.iter().map(|person| Id(person.0)).collect(),
    }
}

fn way(text: &str) -> Result<Way, Refusal> {
    Way::from_name(text).ok_or_else(|| {
        let known = Way::ALL.map(Way::name).join(", ");
        let message = format!("\"{}\" is no way to sign in; known: {known} (there are no text messages)", shorten(text));
        Refusal::invalid(message).with_code("SIGN_IN_WAY_UNKNOWN").naming("body", "ways", text)
    })
}

async fn read(call: Call) -> Answer {
    Ok(reply::ok(&shown(&sign_in_policy::read(call.app(), call.cx()).await?)))
}

async fn update(mut call: Call) -> Answer {
    let body: SignInPolicyPatch = call.json().await?;
    let from = body.ways_from.map(|text| {
        text.parse().map_err(|_| {
            let message = format!("waysFrom is \"{}\"; expected a time such as 2026-11-20T08:00:00Z", shorten(&text));
            Refusal::invalid(message).with_code("TIME_INVALID").naming("body", "waysFrom", &text)
        })
    });
    let patch = Patch {
        second_factor: body.second_factor_required,
        ways: body.ways.map(|list| list.iter().map(|text| way(text)).collect::<Result<BTreeSet<Way>, Refusal>>()).transpose()?,
        ways_from: from.transpose()?,
        idle_minutes: body.idle_minutes,
        exempt: body.exempt_user_ids.map(|ids| ids.iter().map(|id| PersonId(id.number())).collect()),
    };
    let policy = sign_in_policy::update(call.app(), call.cx(), patch, proof(&call)).await?;
    Ok(reply::ok(&shown(&policy)))
}
