//! Who is calling: a service token in `Authorization`, or the session cookie with the account named in a header.

use crate::api::Api;
use crate::refusal::Refusal;
use crate::route::Access;
use axum::http::request::Parts;

/// Who the request comes from, as far as the route asked.
#[derive(Debug)]
pub enum Caller {
    /// Not asked.
    Nobody,
}

/// Finds the caller, as the route's access demands.
pub async fn caller(_api: &Api, parts: &Parts, access: Access) -> Result<Caller, Refusal> {
    guard_against_other_sites(parts)?;
    match access {
        Access::Public => Ok(Caller::Nobody),
        Access::Session | Access::Account(_) | Access::AccountSession => {
            Err(Refusal::unauthenticated("Authentication credentials not found"))
        }
    }
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
