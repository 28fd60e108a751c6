//! Signing in and out, and the sessions of a person.

use super::{Ceremony, Factor, Nothing, TAG, visitor};
use crate::authenticate::SESSION_COOKIE;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::person::{self, Introduction, Link};
use app::session::{self, Opened, Outcome};
use app::{passkey, session as sessions};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use model::identity::sign_in::Method;
use model::limits::SESSION_DAYS_MAX;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::scalar::{Id, Time};

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    [signing(), sessions_of_person(), links()].into_iter().flatten().collect()
}

fn signing() -> Vec<Route> {
    vec![
        Route::post("/identity/v1/sign-in", "sign_in.password", Access::Public, sign_in)
            .about(TAG, "Signs in with a password; answers with a challenge where a second factor is enrolled.")
            .body::<SignIn>()
            .reply::<SignedIn>(200),
        Route::post("/identity/v1/sign-in/second-factor", "sign_in.second_factor", Access::Public, second_factor)
            .about(TAG, "Completes a sign-in with a code of the authenticator app or a recovery code.")
            .body::<SecondFactor>()
            .reply::<SignedIn>(200),
        Route::post("/identity/v1/passkeys/sign-in/begin", "sign_in.passkey_begin", Access::Public, begin_passkey)
            .about(TAG, "Begins a sign-in by passkey: alone, or with a challenge as its second factor.")
            .body::<BeginPasskey>()
            .reply::<Ceremony>(200),
        Route::post("/identity/v1/passkeys/sign-in/finish", "sign_in.passkey_finish", Access::Public, finish_passkey)
            .about(TAG, "Completes a sign-in by passkey.")
            .body::<FinishPasskey>()
            .reply::<SignedIn>(200),
        Route::post("/identity/v1/sign-out", "session.end_this", Access::Session, sign_out)
            .about(TAG, "Ends this session.")
            .empty(204),
        Route::post("/identity/v1/sign-out-everywhere", "session.end_all", Access::Session, sign_out_everywhere)
            .about(TAG, "Ends all sessions of the person, this one too.")
            .empty(204),
    ]
}

fn sessions_of_person() -> Vec<Route> {
    vec![
        Route::get("/identity/v1/sessions", "session.list", Access::Session, list)
            .about(TAG, "The person's living sessions, newest first.")
            .reply::<Sessions>(200),
        Route::delete("/identity/v1/sessions/{sessionId}", "session.end", Access::Session, end)
            .about(TAG, "Ends one session of the person.")
            .empty(204),
    ]
}

fn links() -> Vec<Route> {
    vec![
        Route::get("/identity/v1/setup/{token}", "link.read", Access::Public, read_link)
            .about(TAG, "What a one-time link is for, as long as it works.")
            .reply::<Offer>(200),
        Route::post("/identity/v1/setup", "link.use", Access::Public, use_link)
            .about(TAG, "Comes in by a one-time link: the first person with her account, or an invited user. Signs in.")
            .body::<Setup>()
            .reply::<SignedIn>(200),
        Route::post("/identity/v1/invitations/accept", "invitation.accept", Access::Session, accept)
            .about(TAG, "Accepts an invitation by its one-time link, as somebody who can sign in.")
            .body::<Acceptance>()
            .reply::<Accepted>(200),
    ]
}

/// An address and a password.
#[derive(Deserialize, JsonSchema)]
struct SignIn {
    email: String,
    password: String,
}

/// How far a sign-in is.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
enum SignedIn {
    /// The session is in the cookie.
    SignedIn {},
    SecondFactor {
        challenge: String,
        methods: Vec<Factor>,
    },
}

/// A code for a challenge.
#[derive(Deserialize, JsonSchema)]
struct SecondFactor {
    challenge: String,
    method: CodeMethod,
    code: String,
}

/// A way of proving a second factor by typing.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum CodeMethod {
    Totp,
    Recovery,
}

impl From<CodeMethod> for Method {
    fn from(method: CodeMethod) -> Method {
        match method {
            CodeMethod::Totp => Method::Totp,
            CodeMethod::Recovery => Method::Recovery,
        }
    }
}

/// The challenge of a right password, if there was one.
#[derive(Default, Deserialize, JsonSchema)]
struct BeginPasskey {
    challenge: Option<String>,
}

/// What the browser answered.
#[derive(Deserialize, JsonSchema)]
struct FinishPasskey {
    handle: String,
    credential: Value,
}

/// Sessions.
#[derive(Serialize, JsonSchema)]
struct Sessions {
    results: Vec<SessionRow>,
}

/// One browser in which the person is signed in.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SessionRow {
    id: String,
    created_at: Time,
    /// To the minute.
    last_seen_at: Time,
    user_agent: String,
    address: String,
    /// The session of this request.
    current: bool,
    /// It was begun by single sign-on.
    single_sign_on: bool,
}

/// What a link is for.
#[derive(Serialize, JsonSchema)]
struct Offer {
    valid: bool,
    /// `first` makes the first person and her account, `invitation` lets an invited user in, `join` wants her to sign in and
    /// accept, `reset` lets her choose a new password.
    kind: &'static str,
    email: Option<String>,
    name: Option<String>,
    /// Where to, for `join`.
    #[serde(rename = "accountName")]
    account_name: Option<String>,
}

/// The token of an invitation's link.
#[derive(Deserialize, JsonSchema)]
struct Acceptance {
    token: String,
}

/// The account the person is in now.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    account_id: Id,
}

/// What a person fills in behind a link.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Setup {
    token: String,
    /// Only for the first person; an invitation knows it.
    email: Option<String>,
    name: String,
    password: String,
    /// Only for the first person.
    account_name: Option<String>,
    locale: Option<String>,
}

async fn sign_in(mut call: Call) -> Answer {
    let body: SignIn = call.json().await?;
    match session::sign_in(call.app(), &visitor(&call), &body.email, &body.password).await? {
        Outcome::SignedIn(opened) => entered(&call, &opened),
        Outcome::SecondFactor { challenge, methods } => {
            let methods = methods.into_iter().map(Factor::from).collect();
            Ok(reply::ok(&SignedIn::SecondFactor { challenge, methods }))
        }
    }
}

async fn second_factor(mut call: Call) -> Answer {
    let body: SecondFactor = call.json().await?;
    let opened = session::second_factor(call.app(), &visitor(&call), &body.challenge, body.method.into(), &body.code).await?;
    entered(&call, &opened)
}

async fn begin_passkey(mut call: Call) -> Answer {
    let body: BeginPasskey = call.json_or_default().await?;
    let begun = passkey::begin_sign_in(call.app(), &visitor(&call), body.challenge.as_deref()).await?;
    Ok(reply::ok(&Ceremony { handle: begun.handle, options: begun.options }))
}

async fn finish_passkey(mut call: Call) -> Answer {
    let body: FinishPasskey = call.json().await?;
    let opened = passkey::finish_sign_in(call.app(), &visitor(&call), &body.handle, body.credential).await?;
    entered(&call, &opened)
}

async fn sign_out(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    sessions::end(call.app(), call.session(), &call.session().id).await?;
    with_cookie(&call, reply::empty(), "", 0)
}

async fn sign_out_everywhere(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    sessions::end_all(call.app(), call.session()).await?;
    with_cookie(&call, reply::empty(), "", 0)
}

async fn list(call: Call) -> Answer {
    let this = &call.session().id;
    let results = sessions::list(call.app(), call.session()).await?;
    let results = results.into_iter().map(|session| SessionRow {
        current: session.id == *this,
        id: session.id,
        created_at: Time(session.created_at),
        last_seen_at: Time(session.last_seen_at),
        user_agent: session.user_agent,
        address: session.address,
        single_sign_on: session.provider.is_some(),
    });
    Ok(reply::ok(&Sessions { results: results.collect() }))
}

async fn end(call: Call) -> Answer {
    sessions::end(call.app(), call.session(), call.param("sessionId")).await?;
    Ok(reply::empty())
}

async fn read_link(call: Call) -> Answer {
    let offer = match person::read_link(call.app(), call.param("token")).await? {
        Link::Setup => Offer { valid: true, kind: "first", email: None, name: None, account_name: None },
        Link::Invitation { email, name } => {
            Offer { valid: true, kind: "invitation", email: Some(email), name: Some(name), account_name: None }
        }
        Link::Reset { email } => Offer { valid: true, kind: "reset", email: Some(email), name: None, account_name: None },
        Link::Join { email, account } => {
            Offer { valid: true, kind: "join", email: Some(email), name: None, account_name: Some(account) }
        }
    };
    Ok(reply::ok(&offer))
}

async fn use_link(mut call: Call) -> Answer {
    let body: Setup = call.json().await?;
    let introduction = Introduction {
        token: body.token,
        email: body.email,
        name: body.name,
        password: body.password,
        account_name: body.account_name,
        locale: body.locale,
    };
    let opened = person::introduce(call.app(), &visitor(&call), introduction).await?;
    entered(&call, &opened)
}

async fn accept(mut call: Call) -> Answer {
    let body: Acceptance = call.json().await?;
    let account = person::join(call.app(), call.session(), &body.token).await?;
    Ok(reply::ok(&Accepted { account_id: Id(account.0) }))
}

/// An answer that opens a session in the browser.
pub(super) fn signed_in(call: &Call, opened: &Opened, response: Response) -> Answer {
    let seconds = SESSION_DAYS_MAX * 24 * 60 * 60;
    with_cookie(call, response, &opened.cookie, seconds)
}

fn entered(call: &Call, opened: &Opened) -> Answer {
    signed_in(call, opened, reply::ok(&SignedIn::SignedIn {}))
}

/// Scripts cannot read the cookie, no other site's page makes the browser send it, and over HTTPS it never leaves it. The
/// server ends sessions by itself; the cookie's age only says when it is certainly useless.
fn with_cookie(call: &Call, mut response: Response, value: &str, seconds: i64) -> Answer {
    let secure = if call.base_url().starts_with("https:") { "; Secure" } else { "" };
    let text = format!("{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let header = HeaderValue::from_str(&text).map_err(Refusal::internal)?;
    response.headers_mut().append(SET_COOKIE, header);
    Ok(response)
}
