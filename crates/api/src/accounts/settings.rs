//! Settings of the current account.

use crate::call::Call;
use crate::organizations::{Subscription, subscriptions};
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::account::{self, Patch};
use model::account::{Account, Product, Subscriptions, Tier};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wire::scalar::{Id, Time};

const TAG: &str = "Accounts";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts/v1/settings", "account.read", Access::AccountSession, read)
            .about(TAG, "The current account.")
            .reply::<Settings>(200),
        Route::patch("/accounts/v1/settings", "account.update", Access::AccountSession, update)
            .about(
                TAG,
                "Changes the current account. Subscriptions and sensitive data need a Super Admin; connections follow at once.",
            )
            .body::<SettingsPatch>()
            .reply::<Settings>(200),
    ]
}

/// An account.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Settings {
    id: Id,
    name: String,
    kind: &'static str,
    status: &'static str,
    location: String,
    time_zone: String,
    currency: String,
    subscriptions: Vec<Subscription>,
    sensitive: bool,
    created_at: Time,
}

/// What is to be changed; what is not named stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SettingsPatch {
    name: Option<String>,
    /// An IANA name.
    time_zone: Option<String>,
    /// An ISO 4217 code.
    currency: Option<String>,
    /// Replaces all; a product that is not named becomes free.
    subscriptions: Option<Vec<WantedSubscription>>,
    /// Can be turned on, and never off.
    sensitive: Option<bool>,
}

/// A product at a tier.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WantedSubscription {
    /// `marketing`, `sales`, `service`, `data`, `content`, `commerce`.
    product: String,
    /// `free`, `starter`, `professional`, `enterprise`.
    tier: String,
}

async fn read(call: Call) -> Answer {
    Ok(reply::ok(&settings(account::read(call.app(), call.cx()).await?)))
}

async fn update(mut call: Call) -> Answer {
    let body: SettingsPatch = call.json().await?;
    let patch = Patch {
        name: body.name,
        time_zone: body.time_zone,
        currency: body.currency,
        subscriptions: body.subscriptions.as_deref().map(wanted).transpose()?,
        sensitive: body.sensitive,
        ..Patch::default()
    };
    Ok(reply::ok(&settings(account::update(call.app(), call.cx(), patch).await?)))
}

fn settings(account: Account) -> Settings {
    Settings {
        id: Id(account.id.0),
        kind: account.kind.name(),
        status: account.status.name(),
        subscriptions: subscriptions(&account.subscriptions),
        name: account.name,
        location: account.location,
        time_zone: account.time_zone,
        currency: account.currency,
        sensitive: account.sensitive,
        created_at: Time(account.created_at),
    }
}

fn wanted(subscriptions: &[WantedSubscription]) -> Result<Subscriptions, Refusal> {
    let pair = |one: &WantedSubscription| Ok((word::<Product>("product", &one.product)?, word::<Tier>("tier", &one.tier)?));
    let pairs = subscriptions.iter().map(pair).collect::<Result<Vec<_>, Refusal>>()?;
    Ok(Subscriptions(pairs.into_iter().filter(|(_, tier)| *tier > Tier::Free).collect()))
}

fn word<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Refusal> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|_| {
        let message = format!("\"{}\" is no {name} of a subscription", shorten(text));
        Refusal::invalid(message).with_code("SUBSCRIPTION_UNKNOWN")
    })
}
