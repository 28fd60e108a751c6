//! Routes of `identity`: signing in and out, what a person is and proves. No account is needed here.

mod factors;
mod person;
mod reset;
mod sign_in;
mod sign_on;
mod step_up;

pub(crate) use person::AnyId;

use crate::call::Call;
use crate::route::Route;
use app::session::Visitor;
use axum::http::header::USER_AGENT;
use model::identity::sign_in::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const TAG: &str = "Identity";
/// The header that carries the proof of a fresh second factor.
const STEP_UP: &str = "x-consortio-step-up";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    [sign_in::routes(), sign_on::routes(), person::routes(), factors::routes(), step_up::routes(), reset::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// A way of proving a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Factor {
    Totp,
    Recovery,
    Passkey,
}

impl From<Method> for Factor {
    fn from(method: Method) -> Factor {
        match method {
            Method::Totp => Factor::Totp,
            Method::Recovery => Factor::Recovery,
            Method::Passkey => Factor::Passkey,
        }
    }
}

/// A ceremony begun: the browser answers the options with a credential.
#[derive(Debug, Serialize, JsonSchema)]
struct Ceremony {
    handle: String,
    /// `{"publicKey": {..}}` as WebAuthn has it.
    options: serde_json::Value,
}

/// A body that says nothing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

/// Where a request comes from. A proxy on the same machine is believed when it names somebody else.
fn visitor(call: &Call) -> Visitor {
    let peer = call.peer.map(|peer| peer.ip());
    let behind_proxy = peer.is_none_or(|ip| ip.is_loopback());
    let forwarded = call.header("x-forwarded-for").filter(|_| behind_proxy);
    let forwarded = forwarded.and_then(|list| list.rsplit(',').next()).map(|ip| ip.trim().to_owned());
    let address = forwarded.or_else(|| peer.map(|ip| ip.to_string())).unwrap_or_default();
    Visitor { address, user_agent: call.header(USER_AGENT.as_str()).unwrap_or_default().to_owned() }
}

/// The proof of a fresh second factor, if the request carries one.
pub(crate) fn proof(call: &Call) -> Option<&str> {
    call.header(STEP_UP)
}
