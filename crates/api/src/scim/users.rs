//! People of the directory.

use super::{Asked, PAGE, PARTS, TAG, answer, asked, body, get, location, meta, resource, searched, version, wanted, wrong};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::error::{Error, Kind};
use app::provisioning::people::{self, Member, Search, not_found};
use axum::http::StatusCode;
use model::id::PersonId;
use model::identity::provisioning::{Provisioned, Said};
use serde_json::{Value, json};
use wire::scim::{self, Document, MEDIA_TYPE, USER, USER_SCHEMA, document, patch};

const KIND: &str = "User";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let directory = Access::Directory;
    vec![
        get("/scim/v2/Users", "scim_user.list", list).about(TAG, "People the directory told of.").query(&PAGE),
        Route::post("/scim/v2/Users/.search", "scim_user.search", directory, search)
            .about(TAG, "The same, asked for by a body.")
            .body_of(MEDIA_TYPE)
            .reply_of(200, MEDIA_TYPE),
        Route::post("/scim/v2/Users", "scim_user.create", directory, create)
            .about(TAG, "Tells of a person. Whoever has a login already keeps it; accounts are given by groups.")
            .query(&PARTS)
            .body_of(MEDIA_TYPE)
            .reply_of(201, MEDIA_TYPE),
        get("/scim/v2/Users/{userId}", "scim_user.read", read).about(TAG, "One of them.").query(&PARTS),
        Route::put("/scim/v2/Users/{userId}", "scim_user.replace", directory, replace)
            .about(TAG, "Replaces what is said of her. `active: false` takes her out of every account that consents.")
            .query(&PARTS)
            .body_of(MEDIA_TYPE)
            .reply_of(200, MEDIA_TYPE),
        Route::patch("/scim/v2/Users/{userId}", "scim_user.update", directory, update)
            .about(TAG, "Changes a part of it. RFC 7644, 3.5.2.")
            .query(&PARTS)
            .body_of(MEDIA_TYPE)
            .reply_of(200, MEDIA_TYPE),
        Route::delete("/scim/v2/Users/{userId}", "scim_user.delete", directory, delete)
            .about(TAG, "Tells of her no more: she loses every account that consents, and her history stays.")
            .empty(204),
    ]
}

fn person(call: &Call) -> Result<PersonId, Refusal> {
    let text = call.param("userId");
    Ok(text.parse().map_err(|_| not_found(text))?)
}

/// Of all but her groups, which filters do not reach.
fn plain(call: &Call, one: &Provisioned) -> Document {
    let mut document = one.said.document.clone();
    let times = (one.created_at, one.updated_at);
    document.insert("schemas".to_owned(), json!([USER_SCHEMA]));
    document.insert("id".to_owned(), one.person.to_string().into());
    document.insert("meta".to_owned(), meta(call, KIND, one.person.0, times, one.version));
    document
}

fn shown(call: &Call, member: &Member) -> Value {
    let mut document = plain(call, &member.one);
    let groups = member
        .groups
        .iter()
        .map(|(id, name)| json!({"value": id.to_string(), "display": name, "$ref": location(call, "Group", id.0)}));
    let groups: Vec<Value> = groups.collect();
    if !groups.is_empty() {
        document.insert("groups".to_owned(), groups.into());
    }
    Value::Object(document)
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
    let (app, directory) = (call.app(), call.directory());
    let one_thing = filter.as_ref().and_then(|filter| filter.asks_one());
    let is = |name: &str| one_thing.filter(|(attribute, _)| attribute.eq_ignore_ascii_case(name)).map(|(_, text)| text);
    let fits = |one: &Provisioned| filter.as_ref().is_none_or(|filter| filter.matches(&plain(call, one)));
    let search = match (&filter, is("userName"), is("externalId")) {
        (None, ..) => Search::All,
        (_, Some(name), _) => Search::UserName(name),
        (_, _, Some(external_id)) => Search::ExternalId(external_id),
        _ => Search::Fitting(&fits),
    };
    let (found, n_total) = people::search(app, directory, search, first, limit).await?;
    let resources = found.iter().map(|member| wanted.of(shown(call, member))).collect();
    Ok(answer(StatusCode::OK, &scim::list(resources, n_total, first + 1)))
}

async fn create(mut call: Call) -> Answer {
    let body = body(&mut call).await?;
    let mut document = document(USER, &body).map_err(wrong)?;
    document.entry("active").or_insert(true.into());
    let made = people::create(call.app(), call.directory(), said(document)?).await?;
    Ok(resource(StatusCode::CREATED, shown(&call, &made), &wanted(&call)))
}

fn said(document: Document) -> Result<Said, Error> {
    Ok(Said::of(document)?)
}

async fn read(call: Call) -> Answer {
    let found = people::read(call.app(), call.directory(), person(&call)?).await?;
    Ok(resource(StatusCode::OK, shown(&call, &found), &wanted(&call)))
}

async fn replace(mut call: Call) -> Answer {
    let (id, version, body) = (person(&call)?, version(&call)?, body(&mut call).await?);
    let change = move |before: &Provisioned| {
        let mut document = document(USER, &body).map_err(wrong)?;
        // Nobody comes back because a directory did not say that she is gone.
        document.entry("active").or_insert(before.said.active.into());
        said(document)
    };
    let found = people::update(call.app(), call.directory(), id, version, change).await?;
    Ok(resource(StatusCode::OK, shown(&call, &found), &wanted(&call)))
}

async fn update(mut call: Call) -> Answer {
    let (id, version, body) = (person(&call)?, version(&call)?, body(&mut call).await?);
    let change = move |before: &Provisioned| said(patch::apply(USER, before.said.document.clone(), &body).map_err(wrong)?);
    let found = people::update(call.app(), call.directory(), id, version, change).await?;
    Ok(resource(StatusCode::OK, shown(&call, &found), &wanted(&call)))
}

async fn delete(call: Call) -> Answer {
    people::delete(call.app(), call.directory(), person(&call)?, version(&call)?).await.map_err(|error| match error.kind {
        Kind::NotFound => not_found(call.param("userId")),
        _ => error,
    })?;
    Ok(reply::empty())
}
