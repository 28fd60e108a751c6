//! Signing in by an identity provider. The provider sends the browser to a page of ours, which posts what it came back with: a
//! request of our own page carries our cookies, one that a provider's page leads to does not.

use super::sign_in::signed_in;
use super::{TAG, visitor};
use crate::authenticate::cookie;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::sign_on::enter::{self, Back, Outcome};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use model::limits::SIGN_ON_MINUTES;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::scalar::Id;

/// What the browser keeps while it is at a provider.
const COOKIE: &str = "consortio_sso";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/identity/v1/sso/find", "sso.find", Access::Public, find)
            .about(
                TAG,
                "The identity provider that speaks for an address. Only the domain is looked at, not who has the address.",
            )
            .body::<Address>()
            .reply::<Found>(200),
        Route::get("/identity/v1/sso/{providerId}", "sso.offered", Access::Public, offered)
            .about(TAG, "An identity provider by its id, for direct links.")
            .reply::<Offered>(200),
        Route::post("/identity/v1/sso/{providerId}/begin", "sso.begin", Access::Public, begin)
            .about(TAG, "Begins a sign-in by an identity provider; the browser goes to the address of the answer.")
            .body::<Going>()
            .reply::<Gone>(200),
        Route::post("/identity/v1/sso/finish", "sso.finish", Access::Public, finish)
            .about(TAG, "Completes it with what the provider sent the browser back with.")
            .body::<CameBack>()
            .reply::<Entered>(200),
        Route::post("/identity/v1/sso/confirm", "sso.confirm", Access::Session, confirm)
            .about(TAG, "Confirms that a provider speaks for the person, who signed in a moment ago by something else.")
            .body::<Confirmation>()
            .empty(204),
    ]
}

/// An e-mail address.
#[derive(Deserialize, JsonSchema)]
struct Address {
    email: String,
}

/// The provider for it, if there is one.
#[derive(Serialize, JsonSchema)]
struct Found {
    provider: Option<Offered>,
}

/// An identity provider as the sign-in page shows it.
#[derive(Serialize, JsonSchema)]
struct Offered {
    id: Id,
    label: String,
}

/// Where to go afterwards, and who she probably is.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Going {
    email: Option<String>,
    next: Option<String>,
}

/// Where the browser goes.
#[derive(Serialize, JsonSchema)]
struct Gone {
    url: String,
}

/// What a provider sent the browser back with.
#[derive(Deserialize, JsonSchema)]
struct CameBack {
    state: String,
    code: String,
    /// Who says so. Source: RFC 9207.
    iss: Option<String>,
}

/// How far the sign-in is.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Entered {
    /// The session is in the cookie.
    SignedIn { next: Option<String> },
    /// She is in other accounts too: she signs in as she does there, then confirms with the handle.
    Confirm { handle: String, email: String, label: String, next: Option<String> },
}

/// The handle of a sign-in that wants to be confirmed.
#[derive(Deserialize, JsonSchema)]
struct Confirmation {
    handle: String,
}

fn shown(offered: enter::Offered) -> Offered {
    Offered { id: Id(offered.id.0), label: offered.label }
}

async fn find(mut call: Call) -> Answer {
    let body: Address = call.json().await?;
    let found = enter::find(call.app(), &visitor(&call), &body.email).await?;
    Ok(reply::ok(&Found { provider: found.map(shown) }))
}

async fn offered(call: Call) -> Answer {
    Ok(reply::ok(&shown(enter::offered(call.app(), call.id("providerId")?).await?)))
}

async fn begin(mut call: Call) -> Answer {
    let (id, body): (_, Going) = (call.id("providerId")?, call.json_or_default().await?);
    let begun = enter::begin(call.app(), &visitor(&call), id, body.email.as_deref(), body.next).await?;
    with_cookie(&call, reply::ok(&Gone { url: begun.url }), &begun.browser, SIGN_ON_MINUTES * 60)
}

async fn finish(mut call: Call) -> Answer {
    let body: CameBack = call.json().await?;
    let browser = cookie(&call.parts, COOKIE).map(str::to_owned);
    let back = Back { state: body.state, code: body.code, issuer: body.iss, browser };
    let response = match enter::finish(call.app(), &visitor(&call), back).await? {
        Outcome::SignedIn { opened, next } => signed_in(&call, &opened, reply::ok(&Entered::SignedIn { next }))?,
        Outcome::Confirm { handle, email, label, next } => reply::ok(&Entered::Confirm { handle, email, label, next }),
    };
    with_cookie(&call, response, "", 0)
}

async fn confirm(mut call: Call) -> Answer {
    let body: Confirmation = call.json().await?;
    enter::confirm(call.app(), call.session(), &body.handle).await?;
    Ok(reply::empty())
}

fn with_cookie(call: &Call, mut response: Response, value: &str, seconds: i64) -> Answer {
    let secure = if call.base_url().starts_with("https:") { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/identity/v1/sso; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let header = HeaderValue::from_str(&text).map_err(Refusal::internal)?;
    response.headers_mut().append(SET_COOKIE, header);
    Ok(response)
}
