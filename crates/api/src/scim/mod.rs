//! SCIM 2.0 (RFC 7644) for the directory of an organization: people, groups, and what this server does of it. The token says
//! whose directory it is. Every body is `application/scim+json`, refusals too.

mod groups;
mod users;

use crate::call::{Call, decode};
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::error::Error;
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use model::limits::{BODY_BYTES_MAX, PROVISIONED_PAGE_MAX};
use serde_json::{Value, json};
use std::sync::LazyLock;
use wire::scim::filter::Filter;
use wire::scim::{self, GROUP_SCHEMA, Kind, MEDIA_TYPE, SCHEMAS, USER_SCHEMA, Wanted, Wrong};

const TAG: &str = "SCIM";
const BASE: &str = "/scim/v2";
const PAGE: [Parameter; 5] = [
    Parameter { name: "filter", kind: "string", about: "Such as `userName eq \"ann@ex.org\"`. RFC 7644, 3.4.2.2." },
    Parameter { name: "startIndex", kind: "integer", about: "The first resource of the page, from 1 on." },
    Parameter { name: "count", kind: "integer", about: "Resources of the page, at most 200." },
    Parameter { name: "attributes", kind: "string", about: "Only these, joined by commas." },
    Parameter { name: "excludedAttributes", kind: "string", about: "All but these." },
];
const PARTS: [Parameter; 2] = [PAGE[3], PAGE[4]];

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let discovery = vec![
        get("/scim/v2/ServiceProviderConfig", "scim.config", config).about(TAG, "What this server does of SCIM."),
        get("/scim/v2/ResourceTypes", "scim.resource_types", resource_types).about(TAG, "The types of resources."),
        get("/scim/v2/ResourceTypes/{typeName}", "scim.resource_type", resource_type).about(TAG, "One of them."),
        get("/scim/v2/Schemas", "scim.schemas", schemas).about(TAG, "The schemas, with the attributes that are kept."),
        get("/scim/v2/Schemas/{schemaId}", "scim.schema", schema).about(TAG, "One of them."),
        Route::post("/scim/v2/.search", "scim.search", Access::Directory, search_all)
            .about(TAG, "A search over people and groups at once, which is not done: 501.")
            .body_of(MEDIA_TYPE)
            .reply_of(501, MEDIA_TYPE),
    ];
    [discovery, users::routes(), groups::routes()].into_iter().flatten().collect()
}

fn get<F, Fut>(path: &'static str, id: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Answer> + Send + 'static,
{
    Route::get(path, id, Access::Directory, handler).reply_of(200, MEDIA_TYPE)
}

/// Whether a path is one of ours.
pub fn is_below(path: &str) -> bool {
    path == BASE || path.starts_with("/scim/v2/")
}

/// A reply in SCIM's media type.
fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = reply::json(status, body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}

/// A resource with its version and, when it is new, its place.
fn resource(status: StatusCode, body: Value, wanted: &Wanted) -> Response {
    let header = |value: &Value| value.as_str().and_then(|text| HeaderValue::from_str(text).ok());
    let (version, location) = (header(&body["meta"]["version"]), header(&body["meta"]["location"]));
    let mut response = answer(status, &wanted.of(body));
    if let Some(version) = version {
        response.headers_mut().insert(ETAG, version);
    }
    if let Some(location) = location.filter(|_| status == StatusCode::CREATED) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// A refusal in SCIM's words. Source: RFC 7644, 3.12.
pub(crate) fn refused(refusal: Refusal) -> Response {
    let code = refusal.code.as_deref().unwrap_or_default();
    let status = match code {
        "VERSION_STALE" => StatusCode::PRECONDITION_FAILED,
        // Trying again helps, which a directory does by itself after a 503.
        "COLLISION" => StatusCode::SERVICE_UNAVAILABLE,
        _ => refusal.status,
    };
    let named = [
        Kind::InvalidFilter,
        Kind::TooMany,
        Kind::Uniqueness,
        Kind::Mutability,
        Kind::InvalidSyntax,
        Kind::InvalidPath,
        Kind::NoTarget,
        Kind::InvalidValue,
    ];
    let kind = named.into_iter().find(|kind| kind.name() == code).or(match (code, status) {
        ("USER_NAME_TAKEN" | "EMAIL_TAKEN", _) => Some(Kind::Uniqueness),
        ("JSON_INVALID" | "JSON_UNEXPECTED" | "BODY_EMPTY" | "BODY_NOT_UTF8", _) => Some(Kind::InvalidSyntax),
        (_, StatusCode::BAD_REQUEST) => Some(Kind::InvalidValue),
        _ => None,
    });
    let mut response = answer(status, &scim::error(status.as_u16(), kind, &refusal.message));
    response.headers_mut().extend(refusal.headers.into_iter().map(|(name, value)| (Some(name), value)));
    response
}

/// What is wrong with a request, for the caller's own code or for a verb's closure.
fn wrong(wrong: Wrong) -> Error {
    Error::invalid(wrong.kind.name(), wrong.detail)
}

async fn body(call: &mut Call) -> Result<Value, Refusal> {
    let bytes = call.bytes(BODY_BYTES_MAX).await?;
    decode(&bytes)
}

/// The version that a change is for, if it names one.
fn version(call: &Call) -> Result<Option<i64>, Refusal> {
    let Some(text) = call.header("if-match").map(str::trim).filter(|text| *text != "*") else { return Ok(None) };
    let number = text.trim_start_matches("W/").trim_matches('"');
    // One that is no version of ours cannot be the present one.
    Ok(Some(number.parse().unwrap_or(-1)))
}

fn wanted(call: &Call) -> Wanted {
    let query = call.query();
    Wanted::new(query.list("attributes").into_iter(), query.list("excludedAttributes").into_iter())
}

fn meta(call: &Call, kind: &str, id: i64, (created, updated): (Timestamp, Timestamp), version: i64) -> Value {
    json!({"resourceType": kind, "created": time(created), "lastModified": time(updated),
           "location": location(call, kind, id), "version": format!("W/\"{version}\"")})
}

fn location(call: &Call, kind: &str, id: i64) -> String {
    format!("{}{BASE}/{kind}s/{id}", call.base_url())
}

/// To the millisecond, always with as many digits: so texts sort as times do.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// What is looked for, by a query or by the body of a search.
struct Asked {
    filter: Option<Filter>,
    /// From 0 on.
    first: usize,
    limit: usize,
    wanted: Wanted,
}

fn asked(call: &Call) -> Result<Asked, Refusal> {
    let query = call.query();
    let filter = query.one("filter").map(|text| Filter::parse(text).map_err(wrong)).transpose()?;
    let number = |name: &str| query.parsed::<i64>(name, "a number");
    Ok(Asked { filter, first: first(number("startIndex")?), limit: limit(number("count")?), wanted: wanted(call) })
}

/// The same from the body of `.search`. Source: RFC 7644, 3.4.3.
async fn searched(call: &mut Call) -> Result<Asked, Refusal> {
    let body = body(call).await?;
    let filter = body["filter"].as_str().map(|text| Filter::parse(text).map_err(wrong)).transpose()?;
    let names = |name: &str| body[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
    let wanted = Wanted::new(names("attributes").into_iter(), names("excludedAttributes").into_iter());
    Ok(Asked { filter, first: first(body["startIndex"].as_i64()), limit: limit(body["count"].as_i64()), wanted })
}

/// An index below 1 is 1, a count below 0 is 0. Source: RFC 7644, 3.4.2.4.
fn first(start_index: Option<i64>) -> usize {
    start_index.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).saturating_sub(1)
}

fn limit(count: Option<i64>) -> usize {
    count.map_or(PROVISIONED_PAGE_MAX, |n| usize::try_from(n).unwrap_or(0)).min(PROVISIONED_PAGE_MAX)
}

async fn config(call: Call) -> Answer {
    let base = call.base_url();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": format!("{base}/docs"),
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": PROVISIONED_PAGE_MAX},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [{"type": "oauthbearertoken", "name": "Provisioning token", "primary": true,
            "description": "A token of the organization, as Authorization: Bearer scim-...", "specUri": "https://www.rfc-editor.org/rfc/rfc6750"}],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{base}{BASE}/ServiceProviderConfig")},
    });
    Ok(answer(StatusCode::OK, &body))
}

fn types(base: &str) -> Vec<Value> {
    let of = |name: &str, schema: &str| {
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": name, "name": name,
               "endpoint": format!("/{name}s"), "description": name, "schema": schema,
               "meta": {"resourceType": "ResourceType", "location": format!("{base}{BASE}/ResourceTypes/{name}")}})
    };
    vec![of("User", USER_SCHEMA), of("Group", GROUP_SCHEMA)]
}

async fn resource_types(call: Call) -> Answer {
    let types = types(&call.base_url());
    let n = types.len();
    Ok(answer(StatusCode::OK, &scim::list(types, n, 1)))
}

async fn resource_type(call: Call) -> Answer {
    one_of(types(&call.base_url()), call.param("typeName"))
}

static SERVED: LazyLock<Vec<Value>> = LazyLock::new(|| serde_json::from_str(SCHEMAS).unwrap_or_default());

fn with_places(base: &str) -> Vec<Value> {
    let with_place = |schema: &Value| {
        let (mut schema, id) = (schema.clone(), schema["id"].as_str().unwrap_or_default());
        schema["meta"] = json!({"resourceType": "Schema", "location": format!("{base}{BASE}/Schemas/{id}")});
        schema
    };
    SERVED.iter().map(with_place).collect()
}

async fn schemas(call: Call) -> Answer {
    let schemas = with_places(&call.base_url());
    let n = schemas.len();
    Ok(answer(StatusCode::OK, &scim::list(schemas, n, 1)))
}

async fn schema(call: Call) -> Answer {
    one_of(with_places(&call.base_url()), call.param("schemaId"))
}

fn one_of(all: Vec<Value>, id: &str) -> Answer {
    let found = all.into_iter().find(|one| one["id"] == id);
    let found = found.ok_or_else(|| app::provisioning::people::not_found(id))?;
    Ok(answer(StatusCode::OK, &found))
}

async fn search_all(_: Call) -> Answer {
    let message = "people and groups are searched apart: POST /scim/v2/Users/.search or /scim/v2/Groups/.search";
    Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, "NOT_IMPLEMENTED", message).with_code("NOT_IMPLEMENTED"))
}
