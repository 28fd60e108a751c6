//! Property definitions and groups. Source: wire spec 4.

use super::ARCHIVED;
use super::definitions::{definition, definition_patch, group, property as shown, required, sensitivity};
use super::show;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::property;
use axum::http::StatusCode;
use model::property::PropertyGroup;
use wire::batch::Batch;
use wire::paging::Page;
use wire::property::{Group, GroupIn, PropertiesIn, Property, PropertyIn, PropertyNames};

const TAG: &str = "Properties";
const READ: Access = Access::Account("crm.schemas.{objectType}.read");
const WRITE: Access = Access::Account("crm.schemas.{objectType}.write");

const SENSITIVITY: Parameter = Parameter {
    name: "dataSensitivity",
    kind: "string",
    about: "`non_sensitive`, `sensitive` or `highly_sensitive`; all when not said.",
};

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let mut routes = definition_routes();
    routes.extend(group_routes());
    routes
}

fn definition_routes() -> Vec<Route> {
    vec![
        Route::get("/crm/v3/properties/{objectType}", "property.list", READ, list)
            .about(TAG, "Lists the definitions of a type; all on one page.")
            .query(&[ARCHIVED, SENSITIVITY])
            .reply::<Page<Property<'static>>>(200),
        Route::post("/crm/v3/properties/{objectType}", "property.create", WRITE, create)
            .about(TAG, "Defines a property.")
            .body::<PropertyIn>()
            .reply::<Property<'static>>(201),
        Route::get("/crm/v3/properties/{objectType}/{propertyName}", "property.read", READ, read)
            .about(TAG, "Reads a definition.")
            .query(&[ARCHIVED])
            .reply::<Property<'static>>(200),
        Route::patch("/crm/v3/properties/{objectType}/{propertyName}", "property.update", WRITE, update)
            .about(TAG, "Changes a definition; the name stays.")
            .body::<PropertyIn>()
            .reply::<Property<'static>>(200),
        Route::delete("/crm/v3/properties/{objectType}/{propertyName}", "property.archive", WRITE, archive)
            .about(TAG, "Archives a definition. Its values stay with the records.")
            .empty(204),
        Route::post("/crm/v3/properties/{objectType}/batch/read", "property.read_batch", READ, read_batch)
            .about(TAG, "Reads definitions by name.")
            .body::<PropertyNames>()
            .reply::<Batch<Property<'static>>>(200)
            .reply::<Batch<Property<'static>>>(207),
        Route::post("/crm/v3/properties/{objectType}/batch/create", "property.create_batch", WRITE, create_batch)
            .about(TAG, "Defines several properties: all of them or none.")
            .body::<PropertiesIn>()
            .reply::<Batch<Property<'static>>>(201),
        Route::post("/crm/v3/properties/{objectType}/batch/archive", "property.archive_batch", WRITE, archive_batch)
            .about(TAG, "Archives definitions by name.")
            .body::<PropertyNames>()
            .empty(204),
    ]
}

fn group_routes() -> Vec<Route> {
    vec![
        Route::get("/crm/v3/properties/{objectType}/groups", "property_group.list", READ, list_groups)
            .about(TAG, "Lists the groups of a type.")
            .reply::<Page<Group<'static>>>(200),
        Route::post("/crm/v3/properties/{objectType}/groups", "property_group.create", WRITE, create_group)
            .about(TAG, "Makes a group.")
            .body::<GroupIn>()
            .reply::<Group<'static>>(201),
        Route::get("/crm/v3/properties/{objectType}/groups/{groupName}", "property_group.read", READ, read_group)
            .about(TAG, "Reads a group.")
            .reply::<Group<'static>>(200),
        Route::patch("/crm/v3/properties/{objectType}/groups/{groupName}", "property_group.update", WRITE, update_group)
            .about(TAG, "Changes a group; the name stays.")
            .body::<GroupIn>()
            .reply::<Group<'static>>(200),
        Route::delete("/crm/v3/properties/{objectType}/groups/{groupName}", "property_group.archive", WRITE, archive_group)
            .about(TAG, "Archives a group.")
            .empty(204),
    ]
}

async fn list(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let query = call.query();
    let wanted = query.list("properties");
    let sensitivity = sensitivity(query.one("dataSensitivity"))?;
    let found = property::list(call.app(), call.cx(), object, query.flag("archived")?).await?;
    let found = found.iter().filter(|one| sensitivity.is_none_or(|wanted| one.data_sensitivity == wanted));
    let results = found.filter(|one| wanted.is_empty() || wanted.contains(&one.name.as_str())).map(shown).collect();
    Ok(reply::ok(&Page::whole(results)))
}

async fn read(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let archived = call.query().flag("archived")?;
    let found = property::find(call.app(), call.cx(), object, call.param("propertyName"), archived).await?;
    Ok(reply::ok(&shown(&found)))
}

async fn create(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let input = definition(call.json().await?)?;
    let made = property::create(call.app(), call.cx(), object, vec![input]).await?;
    Ok(reply::created(&made.first().map(shown)))
}

async fn update(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let patch = definition_patch(call.json().await?)?;
    let changed = property::update(call.app(), call.cx(), object, call.param("propertyName"), patch).await?;
    Ok(reply::ok(&shown(&changed)))
}

async fn archive(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    property::archive(call.app(), call.cx(), object, &[call.param("propertyName").to_owned()]).await?;
    Ok(reply::empty())
}

async fn read_batch(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: PropertyNames = call.json().await?;
    let all = property::list(call.app(), call.cx(), object, body.archived).await?;
    let (mut results, mut errors) = (vec![], vec![]);
    for input in body.inputs {
        match all.iter().find(|one| one.name == input.name) {
            Some(found) => results.push(shown(found)),
            None => {
                let message = format!("Property \"{}\" does not exist", crate::refusal::shorten(&input.name));
                errors.push(show::failure(Some(input.name), None, app::error::Error::not_found(message)));
            }
        }
    }
    Ok(show::batch(&call, StatusCode::OK, results, errors))
}

async fn create_batch(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: PropertiesIn = call.json().await?;
    let inputs = body.inputs.into_iter().map(definition).collect::<Result<Vec<_>, Refusal>>()?;
    let made = property::create(call.app(), call.cx(), object, inputs).await?;
    Ok(show::batch(&call, StatusCode::CREATED, made.iter().map(shown).collect(), vec![]))
}

async fn archive_batch(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: PropertyNames = call.json().await?;
    let names: Vec<String> = body.inputs.into_iter().map(|input| input.name).collect();
    property::archive(call.app(), call.cx(), object, &names).await?;
    Ok(reply::empty())
}

async fn list_groups(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let groups = property::groups(call.app(), call.cx(), object).await?;
    Ok(reply::ok(&Page::whole(groups.iter().map(group).collect())))
}

async fn read_group(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let name = call.param("groupName");
    let groups = property::groups(call.app(), call.cx(), object).await?;
    let found = groups.iter().find(|one| one.name == name);
    let missing = || app::error::Error::not_found(format!("property group \"{}\" does not exist", crate::refusal::shorten(name)));
    Ok(reply::ok(&group(found.ok_or_else(missing)?)))
}

async fn create_group(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: GroupIn = call.json().await?;
    let name = required("name", body.name)?;
    let label = body.label.unwrap_or_else(|| name.clone());
    let input = PropertyGroup { name, label, display_order: body.display_order.unwrap_or(-1), archived: false };
    let made = property::create_group(call.app(), call.cx(), object, input).await?;
    Ok(reply::created(&group(&made)))
}

async fn update_group(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: GroupIn = call.json().await?;
    let name = call.param("groupName");
    let changed = property::update_group(call.app(), call.cx(), object, name, body.label, body.display_order).await?;
    Ok(reply::ok(&group(&changed)))
}

async fn archive_group(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    property::archive_group(call.app(), call.cx(), object, call.param("groupName")).await?;
    Ok(reply::empty())
}
