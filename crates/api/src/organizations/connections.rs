//! Connections: the whole set is planned, then replaced; templates fill it.

use super::shape::{self, Organization, WishedEdge, WishedEdges};
use super::terms::{FilledTemplate, Plan, WantedTemplate, terms};
use super::{TAG, account, id};
use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::connection;
use model::connection::Feature;
use model::connection::plan::Wish;
use model::connection::template::{Direction, Template};
use model::limits::EDGES_MAX;
use std::collections::BTreeSet;
use wire::lenient::Text;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let edit_scope = Access::Account(model::identity::scope::ORGANIZATION_CONNECTIONS);
    let parameter = |name, about| Parameter { name, kind: "string", about };
    let wanted = [
        parameter("template", "`none`, `everyone` (the default) or `hub`."),
        parameter("hub", "The id of the hub, for `hub`."),
        parameter("direction", "`to_hub`, `from_hub` or `both_ways`; as new connections start here when not said."),
        parameter("features", "Names of features, joined by commas; all when not said."),
    ];
    vec![
        Route::put("/organizations/v1/{organizationId}/connections", "connection.edit", edit_scope, edit)
            .about(TAG, "Replaces the set of open edges and their terms; a stale version is a conflict. Where the policy asks for a second person, what lets more pass is kept as a proposal (202). A service token may what the person who made it may now, else 403 TOKEN_CREATOR_MAY_NOT.")
            .body::<WishedEdges>()
            .reply::<Organization>(200)
            .reply::<super::proposals::Proposal>(202),
        Route::post("/organizations/v1/{organizationId}/connections/plan", "connection.plan", edit_scope, plan)
            .about(TAG, "What that would change, in words, and how many people's data would be seen by whom. Applies nothing.")
            .body::<WishedEdges>()
            .reply::<Plan>(200),
        Route::get("/organizations/v1/{organizationId}/connections/template", "connection.template", edit_scope, filled)
            .about(TAG, "The edges of a template, and those it cannot open with the reason. Applies nothing.")
            .query(&wanted)
            .reply::<FilledTemplate>(200),
        Route::post("/organizations/v1/{organizationId}/connections/template", "connection.apply_template", edit_scope, apply)
            .about(TAG, "Makes the connections of some features those of a template. What is blocked stays off.")
            .body::<WantedTemplate>()
            .reply::<FilledTemplate>(200),
    ]
}

async fn edit(mut call: Call) -> Answer {
    let (id, body): (_, WishedEdges) = (id(&call)?, call.json().await?);
    let (version, wishes) = wishes(body)?;
    let view = connection::edit(call.app(), call.cx(), id, version, &wishes).await?;
    match &view.proposed {
        None => Ok(reply::ok(&shape::organization(&view))),
        Some(proposed) => super::proposals::waits(&call, id, proposed).await,
    }
}

async fn plan(mut call: Call) -> Answer {
    let (id, body): (_, WishedEdges) = (id(&call)?, call.json().await?);
    let (version, wishes) = wishes(body)?;
    let review = connection::plan(call.app(), call.cx(), id, version, &wishes).await?;
    Ok(reply::ok(&super::terms::plan(review)))
}

async fn filled(call: Call) -> Answer {
    let query = call.query();
    let features = query.one("features").map(|text| text.split(',').map(|name| name.trim().to_owned()).collect());
    let hub = query.one("hub").map(|hub| Text(hub.to_owned()));
    let features = self::features("query", features)?;
    let template = template("query", query.one("template").unwrap_or("everyone"), hub.as_ref(), query.one("direction"))?;
    let (version, filled) = connection::fill(call.app(), call.cx(), id(&call)?, template, &features, None).await?;
    Ok(reply::ok(&super::terms::filled(version, &filled)))
}

async fn apply(mut call: Call) -> Answer {
    let (id, body): (_, WantedTemplate) = (id(&call)?, call.json().await?);
    let features = features("body", body.features)?;
    let template = template("body", &body.template, body.hub.as_ref(), body.direction.as_deref())?;
    let terms = body.terms.map(terms).transpose()?;
    let (view, filled) = connection::apply(call.app(), call.cx(), id, template, &features, terms.as_ref()).await?;
    Ok(reply::ok(&super::terms::filled(view.organization.version, &filled)))
}

/// `place` is where the parts were: `query` or `body`. Each is read whether the template needs it or not: what is wrong is said.
fn template(place: &'static str, name: &str, hub: Option<&Text>, direction: Option<&str>) -> Result<Template, Refusal> {
    let hub = hub.map(|text| account(text).map_err(|refusal| refusal.naming(place, "hub", text.as_str()))).transpose()?;
    let direction = direction.map(|name| self::direction(place, name)).transpose()?;
    match (name, hub) {
        ("none", _) => Ok(Template::None),
        ("everyone", _) => Ok(Template::Everyone),
        ("hub", Some(hub)) => Ok(Template::Hub { hub, direction }),
        ("hub", None) => Err(Refusal::invalid("the template \"hub\" needs the id of the hub").with_code("HUB_MISSING")),
        _ => {
            let message = format!("\"{}\" is no template; expected \"none\", \"everyone\" or \"hub\"", shorten(name));
            Err(Refusal::invalid(message).with_code("TEMPLATE_UNKNOWN").naming(place, "template", name))
        }
    }
}

fn direction(place: &'static str, name: &str) -> Result<Direction, Refusal> {
    Direction::from_name(name).ok_or_else(|| {
        let message = format!("\"{}\" is no direction; expected \"to_hub\", \"from_hub\" or \"both_ways\"", shorten(name));
        Refusal::invalid(message).with_code("DIRECTION_UNKNOWN").naming(place, "direction", name)
    })
}

fn features(place: &'static str, names: Option<Vec<String>>) -> Result<BTreeSet<Feature>, Refusal> {
    let of = |name: &String| feature(name).map_err(|refusal| refusal.naming(place, "features", name));
    names.map_or_else(|| Ok(Feature::ALL.into()), |names| names.iter().map(of).collect())
}

fn feature(name: &str) -> Result<Feature, Refusal> {
    Feature::from_name(name).ok_or_else(|| {
        let known = Feature::ALL.map(Feature::name).join(", ");
        let message = format!("\"{}\" is no feature of a connection; expected one of {known}", shorten(name));
        Refusal::invalid(message).with_code("FEATURE_UNKNOWN")
    })
}

fn wishes(body: WishedEdges) -> Result<(i64, Vec<Wish>), Refusal> {
    if body.edges.len() > EDGES_MAX {
        let message = format!("{} edges are named; at most {EDGES_MAX} are allowed", body.edges.len());
        return Err(Refusal::invalid(message).with_code("TOO_MANY_EDGES"));
    }
    let wish = |wished: WishedEdge| {
        let edge = model::connection::EdgeKey {
            feature: feature(&wished.feature)?,
            source: account(&wished.source)?,
            destination: account(&wished.destination)?,
        };
        Ok(Wish { edge, on: wished.on, terms: wished.terms.map(terms).transpose()? })
    };
    Ok((body.version, body.edges.into_iter().map(wish).collect::<Result<_, Refusal>>()?))
}
