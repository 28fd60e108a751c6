//! An id of somebody else's organization answers as an id of none, on every route: nobody learns that it exists.

use crate::client::{Reply, send};
use crate::people::cookie;
use crate::world::{EAST, WEST, World, world};
use app::cx::Cx;
use app::organization::New;
use axum::body::Body;
use axum::http::Request;
use model::account::{Role, Seat};
use model::eligibility::Policy;
use model::id::{AccountId, OrganizationId, PersonId};
use model::organization::IMPACT_TEXT_VERSION;
use serde_json::Value;

/// Super Admin of East, which is in an organization of its own, and of nothing else.
const ANN: PersonId = PersonId(11);
/// A standard user of East.
const BO: PersonId = PersonId(12);

/// A body that is right for each row that has one. Without it the row is asked with one that is wrong.
const BODIES: &[(&str, &str)] = &[
    ("organization.add_members", r#"{"accountIds":["8"],"acknowledgedTextVersion":"2026-11"}"#),
    ("organization.update_contacts", r#"{"contacts":{}}"#),
    ("organization.update_policy", r#"{"version":2}"#),
    ("organization.plan_file", "x"),
    ("organization.apply_file", "x"),
    ("proposal.approve", "{}"),
    ("proposal.reject", "{}"),
    ("proposal.withdraw", "{}"),
    ("proposal.plan_again", "{}"),
    ("second_factor_reset.ask", r#"{"email":"x@y.example"}"#),
    ("organization_role.grant", r#"{"accountId":"8","email":"x@y.example","role":"auditor"}"#),
    ("connection.edit", r#"{"version":2,"edges":[]}"#),
    ("connection.plan", r#"{"version":2,"edges":[]}"#),
];

async fn organized(world: &World, here: AccountId, with: AccountId) -> OrganizationId {
    let new = New {
        name: "Group".to_owned(),
        accounts: vec![with],
        invited: Vec::new(),
        acknowledged_text_version: IMPACT_TEXT_VERSION.to_owned(),
        policy: Policy::open(),
        proof: None,
    };
    app::organization::create(&world.app, &Cx::system(&world.app, here), new).await.unwrap().organization.id
}

async fn ask(world: &World, person: PersonId, method: &str, path: &str, body: &str) -> Reply {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "crm.example")
        .header("cookie", format!("consortio_session={}", cookie(person)))
        .header("content-type", "application/json")
        .header("x-consortio-account", EAST.to_string());
    send(&world.api, request.body(Body::from(body.to_owned())).unwrap()).await
}

/// Status and everything that is said, but for what is of the request alone.
fn said(reply: &Reply, id: &str) -> (u16, String) {
    let mut body: Value = serde_json::from_str(&reply.text).unwrap_or_default();
    if let Value::Object(fields) = &mut body {
        fields.remove("correlationId");
    }
    let (status, text) = (reply.status.as_u16(), body.to_string());
    (status, if status < 400 { text } else { text.replace(id, "ID") })
}

#[tokio::test]
async fn a_foreign_organization_answers_as_one_that_is_not_there_on_every_route() {
    let world = world().await;
    for (id, name) in [(AccountId(21), "North"), (AccountId(22), "South")] {
        world.add_account(id, name).await;
    }
    let own = organized(&world, EAST, WEST).await;
    let foreign = organized(&world, AccountId(21), AccountId(22)).await;
    for (person, name, role) in [(ANN, "Ann", Role::SuperAdmin), (BO, "Bo", Role::Standard)] {
        world.add_person(person, name).await;
        world.put_user(EAST, person, role, &[Seat::Core]).await;
    }
    let (mut wrongs, mut n_routes) = (Vec::new(), 0);
    for route in api::routes().iter().filter(|route| route.path.contains("{organizationId}")) {
        n_routes += 1;
        let right = BODIES.iter().find(|(id, _)| *id == route.id).map(|(_, body)| *body);
        let body = right.unwrap_or(if route.request.is_some() { "{}" } else { "" });
        for person in [ANN, BO] {
            let answer = async |id: &str| {
                let path = route
                    .path
                    .replace("{organizationId}", id)
                    .replace("{accountId}", "22")
                    .replace("{role}", "auditor")
                    .replace("{domain}", "x.example");
                let path =
                    path.split('/').map(|part| if part.starts_with('{') { "5" } else { part }).collect::<Vec<_>>().join("/");
                said(&ask(&world, person, route.method.as_str(), &path, body).await, id)
            };
            let theirs = answer(&foreign.to_string()).await;
            let others: &[&str] = match right.is_some() || route.request.is_none() {
                true => &["4711", "9007199254740991", "0", "-1", "x", "99999999999999999999", "1e3", "%00", "%E2%80%AE"],
                false => &["4711", "9007199254740991"],
            };
            for other in others {
                let nobodys = answer(other).await;
                if nobodys != theirs {
                    wrongs.push(format!("{} as {person}: {other} answers {nobodys:?}, a foreign one {theirs:?}", route.id));
                }
            }
            // The impact statement is the same text for everybody.
            let is_refused = theirs.0 >= 400 || route.id == "organization.impact_of";
            if !is_refused || theirs.1.contains("Group") || theirs.1.contains("South") {
                wrongs.push(format!("{} as {person} says {theirs:?} of a foreign organization", route.id));
            }
            // To somebody for whom her own is invisible, it is as foreign as any.
            if person == BO && answer(&own.to_string()).await != theirs {
                wrongs.push(format!("{} as {person}: her account's own organization answers otherwise", route.id));
            }
        }
    }
    assert!(n_routes > 10 && wrongs.is_empty(), "{}", wrongs.join("\n"));
}
