//! Who is calling: a service token in `Authorization`, or the session cookie with the account named in a header.
//!
//! ```text
//!  Authorization: Bearer pat-..        -> the token's account, and no other
//!  Authorization: Bearer scim-..       -> the directory of an organization, on the routes of SCIM
//!  Cookie: consortio_session=..        -> a person; with X-Consortio-Account her context in that account
//! ```
//! The cookie travels by itself, so a write with it must also carry a header that no form of another site can set:
//! `X-Consortio-Account`, or `X-Consortio-Csrf: 1` where no account is needed.

use crate::api::Api;
use crate::correlation::Correlation;
use crate::refusal::{Refusal, shorten};
use crate::route::Access;
use app::cx::Cx;
use app::provisioning::Directory;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use model::id::AccountId;
use model::identity::session::Session;

/// The cookie that holds a session.
pub const SESSION_COOKIE: &str = "consortio_session";
const ACCOUNT_HEADER: &str = "x-consortio-account";
/// What somebody who is logged in as another user may do with her own session: leave.
const LEAVING: [&str; 3] = ["/identity/v1/sign-out", "/identity/v1/sign-out-everywhere", "/identity/v1/log-in-as/stop"];
const CSRF_HEADER: &str = "x-consortio-csrf";

/// Who the request comes from, as far as the route asked.
#[derive(Debug)]
pub enum Caller {
    /// Not asked.
    Nobody,
    /// A signed-in person, no account chosen.
    Person(Box<Session>),
    /// A token or a person in one account.
    Account(Box<Cx>),
    /// A directory that provisions an organization.
    Directory(Box<Directory>),
}

/// Finds the caller, as the route's access demands.
pub async fn caller(api: &Api, parts: &Parts, access: Access, correlation: Correlation) -> Result<Caller, Refusal> {
    match access {
        Access::Public => {
            guard_against_other_sites(parts)?;
            Ok(Caller::Nobody)
        }
        Access::Session => {
            refuse_token(api, parts).await?;
            let cookie = guarded_cookie(parts)?;
            let session = app::session::identify(api.app(), cookie).await?;
            if !parts.method.is_safe() && !LEAVING.contains(&parts.uri.path()) {
                app::log_in_as::as_herself(api.app(), &session)?;
            }
            Ok(Caller::Person(Box::new(session)))
        }
        Access::Account(_) => match bearer(parts)? {
            Some(token) => in_account(app::token::authenticate(api.app(), token).await?, correlation),
            None => person_in_account(api, parts, correlation).await,
        },
        Access::Directory => {
            let needed = || Refusal::unauthenticated("A provisioning token is needed: Authorization: Bearer scim-...");
            let mut directory = app::provisioning::authenticate(api.app(), bearer(parts)?.ok_or_else(needed)?).await?;
            directory.cx.request = correlation.to_string();
            Ok(Caller::Directory(Box::new(directory)))
        }
        Access::AccountSession => {
            refuse_token(api, parts).await?;
            person_in_account(api, parts, correlation).await
        }
    }
}

/// A good token where only a person will do is told so: 401 would send its owner looking for a typo.
async fn refuse_token(api: &Api, parts: &Parts) -> Result<(), Refusal> {
    if cookie(parts, SESSION_COOKIE).is_some() {
        return Ok(());
    }
    let Some(token) = bearer(parts)? else { return Ok(()) };
    app::token::authenticate(api.app(), token).await?;
    let message = "Only a signed-in person can do this; a service token cannot, for it has no second factor to prove";
    Err(Refusal::forbidden(message).with_code("SESSION_NEEDED"))
}

fn in_account(mut cx: Cx, correlation: Correlation) -> Result<Caller, Refusal> {
    cx.request = correlation.to_string();
    Ok(Caller::Account(Box::new(cx)))
}

async fn person_in_account(api: &Api, parts: &Parts, correlation: Correlation) -> Result<Caller, Refusal> {
    let cookie = guarded_cookie(parts)?;
    let account = account(parts)?;
    in_account(app::session::authenticate(api.app(), cookie, account).await?, correlation)
}

/// The account a person works in: the header, or for reads that a browser makes by itself (downloads, event streams), which
/// cannot carry headers, the query parameter `account`.
fn account(parts: &Parts) -> Result<AccountId, Refusal> {
    let in_header = parts.headers.get(ACCOUNT_HEADER).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if in_header.is_none() && parts.method.is_safe() {
        let query = crate::query::Query::parse(parts.uri.query());
        if let Some(account) = query.parsed("account", "the id of an account")? {
            return Ok(account);
        }
    }
    let Some(text) = in_header else {
        let message = "The header X-Consortio-Account is missing: it names the account to work in";
        return Err(Refusal::invalid(message).with_code("ACCOUNT_MISSING"));
    };
    text.trim().parse().map_err(|_| {
        let message = format!("The header X-Consortio-Account is \"{}\"; expected an account id", shorten(&text));
        Refusal::invalid(message).with_code("ACCOUNT_INVALID")
    })
}

/// The token of the Authorization header, if there is one.
fn bearer(parts: &Parts) -> Result<Option<&str>, Refusal> {
    let Some(value) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let token = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    match token {
        Some(token) if !token.is_empty() => Ok(Some(token)),
        _ => Err(Refusal::unauthenticated("The Authorization header is not of the form: Bearer <token>")),
    }
}

/// The session cookie, on a write only with a header that proves that our own page sent it.
fn guarded_cookie(parts: &Parts) -> Result<&str, Refusal> {
    guard_against_other_sites(parts)?;
    let Some(cookie) = cookie(parts, SESSION_COOKIE) else {
        return Err(Refusal::unauthenticated("Authentication credentials not found: expected a bearer token or a session"));
    };
    let proven = parts.headers.contains_key(ACCOUNT_HEADER) || parts.headers.get(CSRF_HEADER).is_some_and(|value| value == "1");
    if !proven && !parts.method.is_safe() {
        let message = "A write with a session needs the header X-Consortio-Account or X-Consortio-Csrf: 1";
        return Err(Refusal::forbidden(message).with_code("CSRF"));
    }
    Ok(cookie)
}

/// A cookie's value.
pub fn cookie<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    let lines = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// A browser says by `Sec-Fetch-Site` which site's page sent the request: a write that another site's page sends is refused,
/// whatever it carries. Other clients do not send the header.
fn guard_against_other_sites(parts: &Parts) -> Result<(), Refusal> {
    let site = parts.headers.get("sec-fetch-site").map(|site| site.as_bytes());
    let foreign = matches!(site, Some(b"cross-site" | b"same-site"));
    if foreign && !parts.method.is_safe() {
        return Err(Refusal::forbidden("A page of another site may not write here").with_code("CROSS_SITE"));
    }
    Ok(())
}
