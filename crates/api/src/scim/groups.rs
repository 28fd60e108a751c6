//! Groups of the directory.

use super::{Asked, PAGE, PARTS, TAG, answer, asked, body, get, location, meta, resource, searched, version, wanted, wrong};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::error::Error;
use app::provisioning::groups::{self, View, Wanted};
use app::provisioning::people::not_found;
use axum::http::StatusCode;
use model::id::{PersonId, ProvisionedGroupId};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wire::scim::{self, Document, GROUP, GROUP_SCHEMA, MEDIA_TYPE, document, patch};

const KIND: &str = "Group";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let directory = Access::Directory;
    vec![
        get("/scim/v2/Groups", "scim_group.list", list).about(TAG, "Groups of the directory.").query(&PAGE),
        Route::post("/scim/v2/Groups/.search", "scim_group.search", directory, search)
            .about(TAG, "The same, asked for by a body.")
            .body_of(MEDIA_TYPE)
            .reply_of(200, MEDIA_TYPE),
        Route::post("/scim/v2/Groups", "scim_group.create", directory, create)
            .about(TAG, "A new group. What it gives is decided in each account by its own Super Admin.")
            .query(&PARTS)
            .body_of(MEDIA_TYPE)
            .reply_of(201, MEDIA_TYPE),
        get("/scim/v2/Groups/{groupId}", "scim_group.read", read).about(TAG, "One of them.").query(&PARTS),
        Route::put("/scim/v2/Groups/{groupId}", "scim_group.replace", directory, replace)
            .about(TAG, "Replaces its name and its members.")
            .query(&PARTS)
            .body_of(MEDIA_TYPE)
            .reply_of(200, MEDIA_TYPE),
        Route::patch("/scim/v2/Groups/{groupId}", "scim_group.update", directory, update)
            .about(TAG, "Adds and removes members, or renames it. RFC 7644, 3.5.2.")
            .query(&PARTS)
            .body_of(MEDIA_TYPE)
            .reply_of(200, MEDIA_TYPE),
        Route::delete("/scim/v2/Groups/{groupId}", "scim_group.delete", directory, delete)
            .about(TAG, "Takes it away, and what its members had by it alone.")
            .empty(204),
    ]
}

fn id(call: &Call) -> Result<ProvisionedGroupId, Refusal> {
    let text = call.param("groupId");
    Ok(text.parse().map_err(|_| not_found(text))?)
}

/// As it is kept, with its members by their places below `base`.
fn kept(view: &View, place: impl Fn(PersonId) -> String) -> Document {
    let mut document = Document::new();
    document.insert("displayName".to_owned(), view.group.name.clone().into());
    if let Some(external_id) = &view.group.external_id {
        document.insert("externalId".to_owned(), external_id.clone().into());
    }
    let member = |id: &PersonId| json!({"value": id.to_string(), "$ref": place(*id), "type": "User"});
    let members: Vec<Value> = view.members.iter().map(member).collect();
    if !members.is_empty() {
        document.insert("members".to_owned(), members.into());
    }
    document
}

fn shown(call: &Call, view: &View) -> Document {
    let mut document = kept(view, |id| location(call, "User", id.0));
    let group = &view.group;
    document.insert("schemas".to_owned(), json!([GROUP_SCHEMA]));
    document.insert("id".to_owned(), group.id.to_string().into());
    let times = (group.created_at, group.updated_at);
    document.insert("meta".to_owned(), meta(call, KIND, group.id.0, times, group.version));
    document
}

/// What a document says of a group.
fn said(document: &Document) -> Result<Wanted, Error> {
    let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let missing = || Error::invalid("invalidValue", "displayName is missing");
    let member = |item: &Value| {
        let id = item["value"].as_str().unwrap_or_default();
        id.parse().map_err(|_| Error::invalid("invalidValue", format!("\"{id}\" is the id of no user")))
    };
    let members = document.get("members").and_then(Value::as_array).into_iter().flatten();
    Ok(Wanted {
        name: text("displayName").ok_or_else(missing)?,
        external_id: text("externalId"),
        members: members.map(member).collect::<Result<BTreeSet<PersonId>, Error>>()?,
    })
}

async fn list(call: Call) -> Answer {
    let asked = asked(&call)?;
    page(&call, asked).await
}

async fn search(mut call: Call) -> Answer {
    let asked = searched(&mut call).await?;
    page(&call, asked).await
}

async fn page(call: &Call, asked: Asked) -> Answer {
    let Asked { filter, first, limit, wanted } = asked;
    // A filter may ask for members that are not to be shown.
    let is_plain = filter.as_ref().is_none_or(|filter| filter.asks_one().is_some());
    let all = groups::list(call.app(), call.directory(), wanted.shows("members") || !is_plain).await?;
    let fits = |document: &Document| filter.as_ref().is_none_or(|filter| filter.matches(document));
    let found: Vec<Document> = all.iter().map(|view| shown(call, view)).filter(fits).collect();
    let n_total = found.len();
    let page = found.into_iter().skip(first).take(limit);
    let resources = page.map(|document| wanted.of(Value::Object(document))).collect();
    Ok(answer(StatusCode::OK, &scim::list(resources, n_total, first + 1)))
}

fn one(call: &Call, status: StatusCode, view: &View) -> Answer {
    Ok(resource(status, Value::Object(shown(call, view)), &wanted(call)))
}

async fn create(mut call: Call) -> Answer {
    let body = body(&mut call).await?;
    let wanted = said(&document(GROUP, &body).map_err(wrong)?)?;
    let made = groups::create(call.app(), call.directory(), wanted).await?;
    one(&call, StatusCode::CREATED, &made)
}

async fn read(call: Call) -> Answer {
    let found = groups::read(call.app(), call.directory(), id(&call)?).await?;
    one(&call, StatusCode::OK, &found)
}

async fn replace(mut call: Call) -> Answer {
    let (id, version, body) = (id(&call)?, version(&call)?, body(&mut call).await?);
    let change = move |_: &View| said(&document(GROUP, &body).map_err(wrong)?);
    let found = groups::update(call.app(), call.directory(), id, version, change).await?;
    one(&call, StatusCode::OK, &found)
}

async fn update(mut call: Call) -> Answer {
    let (id, version, body) = (id(&call)?, version(&call)?, body(&mut call).await?);
    let change = move |before: &View| said(&patch::apply(GROUP, kept(before, |_| String::new()), &body).map_err(wrong)?);
    let found = groups::update(call.app(), call.directory(), id, version, change).await?;
    one(&call, StatusCode::OK, &found)
}

async fn delete(call: Call) -> Answer {
    groups::delete(call.app(), call.directory(), id(&call)?, version(&call)?).await?;
    Ok(reply::empty())
}
