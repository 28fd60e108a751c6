//! The authorization matrix: every route x everybody who should not get in. A route without its row fails.
//!
//! Columns: nobody (no credentials), bare (a token of East with no right), stranger (a token of West with every right, that
//! names East's records), owner (a token of East with every right). Whatever the stranger gets, nothing of East may be in it.

use crate::client::{Reply, send};
use crate::people::cookie;
use crate::world::{EAST, WEST, World, world};
use api::Access;
use axum::body::Body;
use axum::http::Request;
use model::account::{Role, Seat};
use model::id::PersonId;
use serde_json::json;
use std::collections::BTreeSet;

/// Operation id, request line, body, and the statuses for nobody, bare, stranger, owner.
/// `{c}` is a contact of East, `{f}` a company, `{d}` a deal, `{l}` a label, `{p}` a pipeline, `{s}` a stage of it.
type Row = (&'static str, &'static str, &'static str, [u16; 4]);

const ROWS: &[Row] = &[
    ("record.list_archived", "GET /accounts/v1/records/contacts/archived", "", [401, 403, 200, 200]),
    ("record.list", "GET /crm/v3/objects/contacts?properties=*", "", [401, 403, 200, 200]),
    ("record.create", "POST /crm/v3/objects/contacts", r#"{"properties":{"email":"new@ex.org"}}"#, [401, 403, 201, 201]),
    (
        "record.read",
        "GET /crm/v3/objects/contacts/{c}?properties=*&associations=companies&propertiesWithHistory=city",
        "",
        [401, 403, 404, 200],
    ),
    ("record.update", "PATCH /crm/v3/objects/contacts/{c}", r#"{"properties":{"city":"Bray"}}"#, [401, 403, 404, 200]),
    ("record.archive", "DELETE /crm/v3/objects/contacts/{c}", "", [401, 403, 404, 204]),
    (
        "record.merge",
        "POST /crm/v3/objects/contacts/merge",
        r#"{"primaryObjectId":"{c}","objectIdToMerge":"999999"}"#,
        [401, 403, 404, 404],
    ),
    ("record.erase", "POST /crm/v3/objects/contacts/gdpr-delete", r#"{"objectId":"{c}"}"#, [401, 403, 404, 204]),
    ("record.read_batch", "POST /crm/v3/objects/contacts/batch/read", r#"{"inputs":[{"id":"{c}"}]}"#, [401, 403, 207, 200]),
    (
        "record.create_batch",
        "POST /crm/v3/objects/contacts/batch/create",
        r#"{"inputs":[{"properties":{"email":"new@ex.org"}}]}"#,
        [401, 403, 201, 201],
    ),
    (
        "record.update_batch",
        "POST /crm/v3/objects/contacts/batch/update",
        r#"{"inputs":[{"id":"{c}","properties":{"city":"Bray"}}]}"#,
        [401, 403, 207, 200],
    ),
    (
        "record.upsert_batch",
        "POST /crm/v3/objects/contacts/batch/upsert",
        r#"{"inputs":[{"id":"{c}","properties":{"city":"Bray"}}]}"#,
        [401, 403, 207, 200],
    ),
    ("record.archive_batch", "POST /crm/v3/objects/contacts/batch/archive", r#"{"inputs":[{"id":"{c}"}]}"#, [401, 403, 204, 204]),
    ("record.restore_batch", "POST /accounts/v1/records/contacts/restore", r#"{"inputs":[{"id":"{c}"}]}"#, [401, 403, 207, 200]),
    ("record.search", "POST /crm/v3/objects/contacts/search", r#"{"properties":["*"]}"#, [401, 403, 200, 200]),
    ("association.list", "GET /crm/v4/objects/contacts/{c}/associations/companies", "", [401, 403, 404, 200]),
    ("association.link_default", "PUT /crm/v4/objects/contacts/{c}/associations/default/companies/{f}", "", [401, 403, 404, 200]),
    (
        "association.link",
        "PUT /crm/v4/objects/contacts/{c}/associations/companies/{f}",
        r#"[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":279}]"#,
        [401, 403, 404, 201],
    ),
    ("association.unlink", "DELETE /crm/v4/objects/contacts/{c}/associations/companies/{f}", "", [401, 403, 204, 204]),
    (
        "association.read_batch",
        "POST /crm/v4/associations/contacts/companies/batch/read",
        r#"{"inputs":[{"id":"{c}"}]}"#,
        [401, 403, 207, 200],
    ),
    (
        "association.link_batch",
        "POST /crm/v4/associations/contacts/companies/batch/create",
        r#"{"inputs":[{"from":{"id":"{c}"},"to":{"id":"{f}"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":279}]}]}"#,
        [401, 403, 207, 201],
    ),
    (
        "association.link_default_batch",
        "POST /crm/v4/associations/contacts/companies/batch/associate/default",
        r#"{"inputs":[{"from":{"id":"{c}"},"to":{"id":"{f}"}}]}"#,
        [401, 403, 207, 200],
    ),
    (
        "association.unlink_batch",
        "POST /crm/v4/associations/contacts/companies/batch/archive",
        r#"{"inputs":[{"from":{"id":"{c}"},"to":[{"id":"{f}"}]}]}"#,
        [401, 403, 204, 204],
    ),
    (
        "association.unlabel_batch",
        "POST /crm/v4/associations/contacts/companies/batch/labels/archive",
        r#"{"inputs":[{"from":{"id":"{c}"},"to":{"id":"{f}"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":1}]}]}"#,
        [401, 403, 204, 204],
    ),
    ("label.list", "GET /crm/v4/associations/contacts/companies/labels", "", [401, 200, 200, 200]),
    (
        "label.create",
        "POST /crm/v4/associations/contacts/companies/labels",
        r#"{"name":"friend","label":"Friend"}"#,
        [401, 403, 200, 200],
    ),
    (
        "label.update",
        "PUT /crm/v4/associations/contacts/companies/labels",
        r#"{"associationTypeId":{l},"label":"Foe"}"#,
        [401, 403, 404, 204],
    ),
    ("label.archive", "DELETE /crm/v4/associations/contacts/companies/labels/{l}", "", [401, 403, 404, 204]),
    ("association_v3.list", "GET /crm/v3/objects/contacts/{c}/associations/companies", "", [401, 403, 404, 200]),
    ("association_v3.link", "PUT /crm/v3/objects/contacts/{c}/associations/companies/{f}/279", "", [401, 403, 404, 200]),
    ("association_v3.unlink", "DELETE /crm/v3/objects/contacts/{c}/associations/companies/{f}/279", "", [401, 403, 204, 204]),
    (
        "association_v3.read_batch",
        "POST /crm/v3/associations/contacts/companies/batch/read",
        r#"{"inputs":[{"id":"{c}"}]}"#,
        [401, 403, 207, 200],
    ),
    (
        "association_v3.link_batch",
        "POST /crm/v3/associations/contacts/companies/batch/create",
        r#"{"inputs":[{"from":{"id":"{c}"},"to":{"id":"{f}"},"type":"contact_to_company"}]}"#,
        [401, 403, 207, 201],
    ),
    (
        "association_v3.unlink_batch",
        "POST /crm/v3/associations/contacts/companies/batch/archive",
        r#"{"inputs":[{"from":{"id":"{c}"},"to":{"id":"{f}"},"type":"contact_to_company"}]}"#,
        [401, 403, 204, 204],
    ),
    ("association_v3.types", "GET /crm/v3/associations/contacts/companies/types", "", [401, 200, 200, 200]),
    ("property.list", "GET /crm/v3/properties/contacts", "", [401, 200, 200, 200]),
    ("property.create", "POST /crm/v3/properties/contacts", FOOD, [401, 403, 201, 201]),
    ("property.read", "GET /crm/v3/properties/contacts/shoe_of_east", "", [401, 200, 404, 200]),
    ("property.update", "PATCH /crm/v3/properties/contacts/shoe_of_east", r#"{"label":"Boot"}"#, [401, 403, 404, 200]),
    ("property.archive", "DELETE /crm/v3/properties/contacts/shoe_of_east", "", [401, 403, 404, 204]),
    (
        "property.read_batch",
        "POST /crm/v3/properties/contacts/batch/read",
        r#"{"inputs":[{"name":"shoe_of_east"}]}"#,
        [401, 200, 207, 200],
    ),
    ("property.create_batch", "POST /crm/v3/properties/contacts/batch/create", r#"{"inputs":[]}"#, [401, 403, 201, 201]),
    (
        "property.archive_batch",
        "POST /crm/v3/properties/contacts/batch/archive",
        r#"{"inputs":[{"name":"shoe_of_east"}]}"#,
        [401, 403, 404, 204],
    ),
    ("property_group.list", "GET /crm/v3/properties/contacts/groups", "", [401, 200, 200, 200]),
    (
        "property_group.create",
        "POST /crm/v3/properties/contacts/groups",
        r#"{"name":"more","label":"More"}"#,
        [401, 403, 201, 201],
    ),
    ("property_group.read", "GET /crm/v3/properties/contacts/groups/group_of_east", "", [401, 200, 404, 200]),
    (
        "property_group.update",
        "PATCH /crm/v3/properties/contacts/groups/group_of_east",
        r#"{"label":"Other"}"#,
        [401, 403, 404, 200],
    ),
    ("property_group.archive", "DELETE /crm/v3/properties/contacts/groups/group_of_east", "", [401, 403, 404, 204]),
    ("pipeline.list", "GET /crm/v3/pipelines/deals", "", [401, 200, 200, 200]),
    ("pipeline.create", "POST /crm/v3/pipelines/deals", LINE, [401, 403, 201, 201]),
    ("pipeline.read", "GET /crm/v3/pipelines/deals/{p}", "", [401, 200, 404, 200]),
    ("pipeline.replace", "PUT /crm/v3/pipelines/deals/{p}", LINE, [401, 403, 404, 200]),
    ("pipeline.update", "PATCH /crm/v3/pipelines/deals/{p}", r#"{"label":"Other"}"#, [401, 403, 404, 200]),
    ("pipeline.archive", "DELETE /crm/v3/pipelines/deals/{p}", "", [401, 403, 409, 204]),
    ("stage.list", "GET /crm/v3/pipelines/deals/{p}/stages", "", [401, 200, 404, 200]),
    (
        "stage.create",
        "POST /crm/v3/pipelines/deals/{p}/stages",
        r#"{"label":"x","metadata":{"probability":"0.3"}}"#,
        [401, 403, 404, 201],
    ),
    ("stage.read", "GET /crm/v3/pipelines/deals/{p}/stages/{s}", "", [401, 200, 404, 200]),
    (
        "stage.replace",
        "PUT /crm/v3/pipelines/deals/{p}/stages/{s}",
        r#"{"label":"x","metadata":{"probability":"0.3"}}"#,
        [401, 403, 404, 200],
    ),
    ("stage.update", "PATCH /crm/v3/pipelines/deals/{p}/stages/{s}", r#"{"label":"y"}"#, [401, 403, 404, 200]),
    ("stage.archive", "DELETE /crm/v3/pipelines/deals/{p}/stages/{s}", "", [401, 403, 404, 204]),
    ("owner.list", "GET /crm/v3/owners", "", [401, 200, 200, 200]),
    ("owner.read", "GET /crm/v3/owners/1", "", [401, 404, 404, 404]),
    ("account.details", "GET /account-info/v3/details", "", [401, 200, 200, 200]),
    ("token.details", "POST /oauth/v2/private-apps/get/access-token-info", r#"{"tokenKey":"pat-nobody"}"#, [404, 404, 404, 404]),
    ("schema.list", "GET /crm-object-schemas/v3/schemas", "", [401, 200, 200, 200]),
    ("timeline.read", "GET /accounts/v1/records/contacts/{c}/timeline?mirrored=true", "", [401, 404, 404, 200]),
    ("timeline.why", "GET /accounts/v1/records/contacts/{c}/timeline/why?connectionId=1", "", [401, 404, 404, 404]),
    ("user.list", "GET /accounts/v1/users", "", [401, 200, 200, 200]),
    ("seat.list", "GET /accounts/v1/seats", "", [401, 200, 200, 200]),
    (
        "user.create",
        "POST /accounts/v1/users",
        r#"{"email":"new-{who}@ex.org","name":"New","role":"standard","seats":["core"]}"#,
        [401, 403, 201, 201],
    ),
    ("user.update", "PATCH /accounts/v1/users/4711", r#"{"role":"standard"}"#, [401, 403, 404, 404]),
    ("user.remove", "DELETE /accounts/v1/users/4711", "", [401, 403, 404, 404]),
    ("user.invite", "POST /accounts/v1/users/4711/link", "", [401, 403, 404, 404]),
    ("security_history.list", "GET /accounts/v1/security-history", "", [401, 403, 200, 200]),
    ("security_history.export", "GET /accounts/v1/security-history/export", "", [401, 403, 200, 200]),
    ("permission_set.list", "GET /accounts/v1/permission-sets", "", [401, 200, 200, 200]),
    ("permission_set.create", "POST /accounts/v1/permission-sets", r#"{"name":"x","permissions":[]}"#, [401, 403, 201, 201]),
    ("permission_set.update", "PATCH /accounts/v1/permission-sets/{r}", r#"{"name":"y"}"#, [401, 403, 404, 200]),
    ("permission_set.delete", "DELETE /accounts/v1/permission-sets/{r}", "", [401, 403, 404, 204]),
    ("token.list", "GET /accounts/v1/tokens", "", [401, 403, 200, 200]),
    ("token.create", "POST /accounts/v1/tokens", r#"{"name":"x","scopes":["oauth"]}"#, [401, 403, 201, 201]),
    ("token.revoke", "DELETE /accounts/v1/tokens/4711", "", [401, 403, 404, 404]),
    // The bodies are no forms, which is said before it is asked who may import.
    ("imports.preview", "POST /accounts/v1/imports/preview", "", [401, 403, 400, 400]),
    ("imports.create", "POST /accounts/v1/imports", "", [401, 403, 400, 400]),
    ("imports.list", "GET /accounts/v1/imports", "", [401, 403, 200, 200]),
    ("imports.read", "GET /accounts/v1/imports/1", "", [401, 403, 404, 404]),
    ("imports.cancel", "POST /accounts/v1/imports/1/cancel", "", [401, 403, 404, 404]),
    ("imports.errors", "GET /accounts/v1/imports/1/errors.csv", "", [401, 403, 404, 404]),
    ("token.list", "GET /accounts/v1/tokens", "", [401, 403, 200, 200]),
    ("token.create", "POST /accounts/v1/tokens", r#"{"name":"Script","scopes":["oauth"]}"#, [401, 403, 201, 201]),
    ("token.revoke", "DELETE /accounts/v1/tokens/{t}", "", [401, 403, 404, 204]),
    ("user.list", "GET /accounts/v1/users", "", [401, 200, 200, 200]),
    // Invited by the stranger just before: East is not told.
    ("user.create", "POST /accounts/v1/users", NEW_USER, [401, 403, 201, 201]),
    ("user.update", "PATCH /accounts/v1/users/{u}", r#"{"seats":["sales"]}"#, [401, 403, 404, 200]),
    ("user.remove", "DELETE /accounts/v1/users/{u}", "", [401, 403, 404, 204]),
    ("user.invite", "POST /accounts/v1/users/{u}/link", "", [401, 403, 404, 200]),
    ("permission_set.list", "GET /accounts/v1/permission-sets", "", [401, 200, 200, 200]),
    ("permission_set.create", "POST /accounts/v1/permission-sets", r#"{"name":"Set","permissions":[]}"#, [401, 403, 201, 201]),
    // `*` does not reach the organization; the owner's token has the scope to read it, and East is in none.
    ("organization.read", "GET /organizations/v1/current", "", [401, 403, 403, 404]),
    ("organization.log", "GET /organizations/v1/1/log", "", [401, 403, 403, 404]),
    ("organization.list_members", "GET /organizations/v1/1/members", "", [401, 403, 403, 404]),
    ("organization.outlook", "GET /organizations/v1/1/outlook", "", [401, 403, 403, 404]),
    ("organization.export_log", "GET /organizations/v1/1/log/export", "", [401, 403, 403, 404]),
    ("organization.verify_log", "GET /organizations/v1/1/log/verify", "", [401, 403, 403, 404]),
    ("organization.read_contacts", "GET /organizations/v1/1/contacts", "", [401, 403, 403, 404]),
    ("connection.edit", "PUT /organizations/v1/1/connections", EDGES, [401, 403, 403, 404]),
    ("connection.plan", "POST /organizations/v1/1/connections/plan", EDGES, [401, 403, 403, 404]),
    ("connection.template", "GET /organizations/v1/1/connections/template?template=none", "", [401, 403, 403, 404]),
    (
        "connection.apply_template",
        "POST /organizations/v1/1/connections/template",
        r#"{"template":"none"}"#,
        [401, 403, 403, 404],
    ),
    ("disclosure.list", "GET /accounts/v1/disclosures", "", [401, 403, 200, 200]),
    ("operations.health", "GET /healthz", "", [200, 200, 200, 200]),
    ("operations.ready", "GET /readyz", "", [200, 200, 200, 200]),
    ("operations.metrics", "GET /metrics", "", [404, 404, 404, 404]),
    ("operations.openapi", "GET /openapi.json", "", [200, 200, 200, 200]),
    ("operations.docs", "GET /docs", "", [200, 200, 200, 200]),
    ("operations.docs_script", "GET /docs/docs.js", "", [200, 200, 200, 200]),
    ("operations.docs_style", "GET /docs/docs.css", "", [200, 200, 200, 200]),
];

const EDGES: &str = r#"{"version":1,"edges":[]}"#;
const NEW_USER: &str = r#"{"email":"new@ex.org","name":"New","role":"standard","seats":["core"]}"#;
const FOOD: &str = r#"{"name":"food","label":"Food","type":"string","fieldType":"text","groupName":"contactinformation"}"#;
const LINE: &str = r#"{"label":"Line","displayOrder":4,"stages":[{"label":"One","metadata":{"probability":"0.3"}}]}"#;
/// In every record and definition of East, and in nothing of West.
const MARK: &str = "east";

/// What East has, as values for the placeholders of the rows.
pub async fn furnish(world: &World) -> Vec<(&'static str, String)> {
    let east = world.client(EAST).await;
    let contact = east.make("contacts", json!({"email": "ann@east.example", "city": "Cork in the east"})).await;
    let company = east.make("companies", json!({"name": "Company of the east"})).await;
    east.put(&format!("/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"), json!(null))
        .await
        .expect(200);
    let label = json!({"name": "of_east", "label": "Of the east"});
    let label =
        east.post("/crm/v4/associations/contacts/companies/labels", label).await.expect(200)["results"][0]["typeId"].to_string();
    let stages = json!([{"label": "First of the east", "metadata": {"probability": "0.2"}}, {"label": "Second of the east", "metadata": {"probability": "1"}}]);
    let line = east
        .post("/crm/v3/pipelines/deals", json!({"label": "Line of the east", "displayOrder": 3, "stages": stages}))
        .await
        .expect(201);
    let shoe = json!({"name": "shoe_of_east", "label": "Shoe of the east", "type": "string", "fieldType": "text", "groupName": "contactinformation"});
    east.post("/crm/v3/properties/contacts", shoe).await.expect(201);
    east.post("/crm/v3/properties/contacts/groups", json!({"name": "group_of_east", "label": "Group of the east"}))
        .await
        .expect(201);
    let token = east.post("/accounts/v1/tokens", json!({"name": "Token of the east", "scopes": ["oauth"]})).await.expect(201);
    let user = json!({"email": "eve@east.example", "name": "Eve of the east", "role": "standard"});
    let user = east.post("/accounts/v1/users", user).await.expect(201);
    let set = east.post("/accounts/v1/permission-sets", json!({"name": "Set of the east", "permissions": []})).await.expect(201);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let of_account = [("{t}", text(&token["id"])), ("{u}", text(&user["id"])), ("{r}", text(&set["id"]))];
    let of_crm =
        [("{c}", contact), ("{f}", company), ("{l}", label), ("{p}", text(&line["id"])), ("{s}", text(&line["stages"][0]["id"]))];
    of_crm.into_iter().chain(of_account).collect()
}

async fn knock(world: &World, token: Option<&str>, line: &str, body: &str) -> Reply {
    let (method, uri) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(uri).header("host", "crm.example");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    send(&world.api, request.body(Body::from(body.to_owned())).unwrap()).await
}

#[test]
fn every_route_has_its_row() {
    let rows = ROWS.iter().map(|(id, ..)| *id).chain(SESSION_ROWS.iter().map(|(id, ..)| *id));
    let rows: BTreeSet<&str> = rows.chain(DIRECTORY_ROWS.iter().map(|(id, _)| *id)).collect();
    let routes: BTreeSet<&str> = api::routes().iter().map(|route| route.id).collect();
    let without: Vec<_> = routes.difference(&rows).collect();
    assert!(without.is_empty(), "routes without a row in the authorization matrix: {without:?}");
    let gone: Vec<_> = rows.difference(&routes).collect();
    assert!(gone.is_empty(), "rows without a route: {gone:?}");
}

#[tokio::test]
async fn nobody_gets_more_than_the_matrix_says() {
    let mut wrongs = vec![];
    for (id, line, body, expected) in ROWS {
        let world = world().await;
        let places = furnish(&world).await;
        let fill = |text: &str| places.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        let (line, body) = (fill(line), fill(body));
        let (bare, stranger) = (world.token(EAST, &["oauth"]).await, world.token(WEST, &["*"]).await);
        let owner = world.token_of_admin(EAST, &["*", "organization.read"]).await;
        let personas = [("nobody", None), ("bare", Some(bare)), ("stranger", Some(stranger)), ("owner", Some(owner))];
        for ((who, token), expected) in personas.into_iter().zip(expected) {
            let reply = knock(&world, token.as_deref(), &line, &body.replace("{who}", who)).await;
            if reply.status.as_u16() != *expected {
                wrongs.push(format!(
                    "{id}: {who} gets {} instead of {expected}: {}",
                    reply.status,
                    reply.text.chars().take(300).collect::<String>()
                ));
            }
            // What the stranger himself asked for may be named back to him.
            let answered = reply.text.replace("shoe_of_east", "").replace("group_of_east", "");
            let leaks = who == "stranger" && !id.starts_with("operations") && answered.contains(MARK);
            if leaks {
                wrongs.push(format!("{id}: the stranger is told of East: {}", reply.text));
            }
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

/// Routes for signed-in people only, and public ones of `identity`: operation id, request line, body, and the statuses for
/// nobody, for a token with every right, and for a session that does not exist.
const SESSION_ROWS: &[(&str, &str, &str, [u16; 3])] = &[
    ("sign_in.password", "POST /identity/v1/sign-in", r#"{"email":"x@ex.org","password":"wrong"}"#, [401, 401, 401]),
    (
        "sign_in.second_factor",
        "POST /identity/v1/sign-in/second-factor",
        r#"{"challenge":"x","method":"totp","code":"1"}"#,
        [400, 400, 400],
    ),
    ("sign_in.passkey_begin", "POST /identity/v1/passkeys/sign-in/begin", r#"{}"#, [200, 200, 200]),
    ("sign_in.passkey_finish", "POST /identity/v1/passkeys/sign-in/finish", r#"{}"#, [400, 400, 400]),
    ("link.read", "GET /identity/v1/setup/guessed", "", [404, 404, 404]),
    (
        "link.use",
        "POST /identity/v1/setup",
        r#"{"token":"guessed","email":"x@ex.org","name":"X","password":"long enough to pass","accountName":"X","locale":"en"}"#,
        [404, 404, 404],
    ),
    ("invitation.accept", "POST /identity/v1/invitations/accept", r#"{"token":"guessed"}"#, [401, 403, 401]),
    ("sso.find", "POST /identity/v1/sso/find", r#"{"email":"nobody@ex.org"}"#, [200, 200, 200]),
    ("sso.offered", "GET /identity/v1/sso/4711", "", [404, 404, 404]),
    ("sso.begin", "POST /identity/v1/sso/4711/begin", "{}", [404, 404, 404]),
    ("sso.finish", "POST /identity/v1/sso/finish", r#"{"state":"guessed","code":"x"}"#, [400, 400, 400]),
    ("sso.confirm", "POST /identity/v1/sso/confirm", r#"{"handle":"guessed"}"#, [401, 403, 401]),
    ("sso.read", "GET /accounts/v1/sso", "", [401, 403, 401]),
    ("sso.update", "PATCH /accounts/v1/sso", "{}", [401, 403, 401]),
    ("provider.create", "POST /accounts/v1/sso/providers", "{}", [401, 403, 401]),
    ("provider.update", "PATCH /accounts/v1/sso/providers/1", "{}", [401, 403, 401]),
    ("provider.delete", "DELETE /accounts/v1/sso/providers/1", "", [401, 403, 401]),
    ("provider.test", "POST /accounts/v1/sso/providers/1/test", "{}", [401, 403, 401]),
    ("provider_domain.add", "POST /accounts/v1/sso/providers/1/domains", r#"{"domain":"ex.org"}"#, [401, 403, 401]),
    ("provider_domain.verify", "POST /accounts/v1/sso/providers/1/domains/ex.org/verify", "{}", [401, 403, 401]),
    ("provider_domain.remove", "DELETE /accounts/v1/sso/providers/1/domains/ex.org", "", [401, 403, 401]),
    ("organization_sso.read", "GET /organizations/v1/1/sso", "", [401, 403, 401]),
    ("organization_provider.create", "POST /organizations/v1/1/sso/providers", "{}", [401, 403, 401]),
    ("organization_provider.update", "PATCH /organizations/v1/1/sso/providers/1", "{}", [401, 403, 401]),
    ("organization_provider.delete", "DELETE /organizations/v1/1/sso/providers/1", "", [401, 403, 401]),
    ("organization_provider.test", "POST /organizations/v1/1/sso/providers/1/test", "{}", [401, 403, 401]),
    (
        "organization_provider_domain.add",
        "POST /organizations/v1/1/sso/providers/1/domains",
        r#"{"domain":"ex.org"}"#,
        [401, 403, 401],
    ),
    (
        "organization_provider_domain.verify",
        "POST /organizations/v1/1/sso/providers/1/domains/ex.org/verify",
        "{}",
        [401, 403, 401],
    ),
    ("organization_provider_domain.remove", "DELETE /organizations/v1/1/sso/providers/1/domains/ex.org", "", [401, 403, 401]),
    ("session.end_this", "POST /identity/v1/sign-out", "", [401, 403, 401]),
    ("session.end_all", "POST /identity/v1/sign-out-everywhere", "", [401, 403, 401]),
    ("session.list", "GET /identity/v1/sessions", "", [401, 403, 401]),
    ("session.end", "DELETE /identity/v1/sessions/x", "", [401, 403, 401]),
    ("session.read", "GET /identity/v1/session", "", [401, 403, 401]),
    ("step_up.begin", "POST /identity/v1/step-up/begin", "", [401, 403, 401]),
    ("step_up.finish", "POST /identity/v1/step-up/finish", "", [401, 403, 401]),
    ("passkey.list", "GET /identity/v1/passkeys", "", [401, 403, 401]),
    ("passkey.register_begin", "POST /identity/v1/passkeys/register/begin", "", [401, 403, 401]),
    ("passkey.register_finish", "POST /identity/v1/passkeys/register/finish", "", [401, 403, 401]),
    ("passkey.delete", "DELETE /identity/v1/passkeys/x", "", [401, 403, 401]),
    ("totp.begin", "POST /identity/v1/totp/begin", "", [401, 403, 401]),
    ("totp.confirm", "POST /identity/v1/totp/confirm", "", [401, 403, 401]),
    ("totp.delete", "DELETE /identity/v1/totp", "", [401, 403, 401]),
    ("recovery_codes.create", "POST /identity/v1/recovery-codes", "", [401, 403, 401]),
    ("person.update", "PATCH /identity/v1/person", "", [401, 403, 401]),
    ("password.update", "POST /identity/v1/password", "", [401, 403, 401]),
    ("password.choose", "POST /identity/v1/password/choose", r#"{"token":"guessed","password":"x"}"#, [404, 404, 404]),
    ("password.forgotten", "POST /identity/v1/password/forgotten", r#"{"email":"x@ex.org"}"#, [204, 204, 204]),
    ("log_in_as.stop", "POST /identity/v1/log-in-as/stop", "", [401, 403, 401]),
    ("security_history.list_own", "GET /identity/v1/security-history", "", [401, 403, 401]),
    ("security_history.export_own", "GET /identity/v1/security-history/export", "", [401, 403, 401]),
    ("sign_in_policy.read", "GET /accounts/v1/sign-in-policy", "", [401, 403, 401]),
    ("sign_in_policy.update", "PATCH /accounts/v1/sign-in-policy", "{}", [401, 403, 401]),
    ("user.reset_password", "POST /accounts/v1/users/4711/reset-password", "", [401, 403, 401]),
    ("user.reset_second_factor", "POST /accounts/v1/users/4711/reset-second-factor", "", [401, 403, 401]),
    ("user.log_in_as", "POST /accounts/v1/users/4711/log-in-as", "", [401, 403, 401]),
    ("account.read", "GET /accounts/v1/settings", "", [401, 403, 401]),
    ("account.update", "PATCH /accounts/v1/settings", "{}", [401, 403, 401]),
    ("company.read", "GET /accounts/v1/company", "", [401, 403, 401]),
    ("company.update", "PATCH /accounts/v1/company", "{}", [401, 403, 401]),
    ("company.confirm", "POST /accounts/v1/company/confirm", "", [401, 403, 401]),
    ("subscription.read", "GET /accounts/v1/subscription", "", [401, 403, 401]),
    ("subscription.update", "PATCH /accounts/v1/subscription", "{}", [401, 403, 401]),
    ("subscription.plan", "POST /accounts/v1/subscription/orders/plan", "{}", [401, 403, 401]),
    ("subscription.order", "POST /accounts/v1/subscription/orders", "{}", [401, 403, 401]),
    ("invoice.list", "GET /accounts/v1/invoices", "", [401, 403, 401]),
    ("invoice.read", "GET /accounts/v1/invoices/1", "", [401, 403, 401]),
    ("invoice.read_pdf", "GET /accounts/v1/invoices/1/pdf", "", [401, 403, 401]),
    ("outbox.list", "GET /accounts/v1/outbox", "", [401, 403, 401]),
    ("outbox.read", "GET /accounts/v1/outbox/1", "", [401, 403, 401]),
    ("outbox.retry", "POST /accounts/v1/outbox/1/retry", "", [401, 403, 401]),
    ("organization.update_contacts", "PATCH /organizations/v1/1/contacts", "{}", [401, 403, 401]),
    ("organization.read_file", "GET /organizations/v1/1/file", "", [401, 403, 401]),
    ("organization.plan_file", "POST /organizations/v1/1/file/plan", "", [401, 403, 401]),
    ("organization.apply_file", "POST /organizations/v1/1/file/apply", "", [401, 403, 401]),
    ("proposal.list", "GET /organizations/v1/1/proposals", "", [401, 403, 401]),
    ("proposal.read", "GET /organizations/v1/1/proposals/1", "", [401, 403, 401]),
    ("proposal.approve", "POST /organizations/v1/1/proposals/1/approve", "", [401, 403, 401]),
    ("proposal.reject", "POST /organizations/v1/1/proposals/1/reject", "", [401, 403, 401]),
    ("proposal.withdraw", "POST /organizations/v1/1/proposals/1/withdraw", "", [401, 403, 401]),
    ("proposal.plan_again", "POST /organizations/v1/1/proposals/1/plan", "", [401, 403, 401]),
    ("second_factor_reset.list", "GET /organizations/v1/1/second-factor-resets", "", [401, 403, 401]),
    ("second_factor_reset.ask", "POST /organizations/v1/1/second-factor-resets", "{}", [401, 403, 401]),
    ("second_factor_reset.approve", "POST /organizations/v1/1/second-factor-resets/1/approve", "", [401, 403, 401]),
    ("second_factor_reset.stop", "POST /organizations/v1/1/second-factor-resets/1/stop", "", [401, 403, 401]),
    ("second_factor_reset.stop_own", "POST /identity/v1/second-factor-reset/stop", "", [401, 403, 401]),
    ("organization_role.list", "GET /organizations/v1/1/roles", "", [401, 403, 401]),
    ("organization_role.grant", "POST /organizations/v1/1/roles", "{}", [401, 403, 401]),
    ("organization_role.revoke", "DELETE /organizations/v1/1/roles/1/1/auditor", "", [401, 403, 401]),
    ("provisioning.read", "GET /organizations/v1/1/provisioning", "", [401, 403, 401]),
    ("provisioning_token.create", "POST /organizations/v1/1/provisioning/tokens", r#"{"name":"x"}"#, [401, 403, 401]),
    ("provisioning_token.revoke", "DELETE /organizations/v1/1/provisioning/tokens/1", "", [401, 403, 401]),
    ("provisioning_grant.list", "GET /accounts/v1/provisioning", "", [401, 403, 401]),
    ("provisioning_grant.open", "PUT /accounts/v1/provisioning/groups/1", "{}", [401, 403, 401]),
    ("provisioning_grant.close", "DELETE /accounts/v1/provisioning/groups/1", "", [401, 403, 401]),
    ("off_boarding.plan", "POST /organizations/v1/1/off-boarding/plan", "{}", [401, 403, 401]),
    ("off_boarding.apply", "POST /organizations/v1/1/off-boarding", "{}", [401, 403, 401]),
    ("live.read", "GET /accounts/v1/live?account=7", "", [401, 403, 401]),
    ("organization.add_members", "POST /organizations/v1/1/members", "{}", [401, 403, 401]),
    ("organization.candidates", "GET /organizations/v1/candidates", "", [401, 403, 401]),
    ("organization.create", "POST /organizations/v1", "{}", [401, 403, 401]),
    ("organization.delete", "DELETE /organizations/v1/1", "", [401, 403, 401]),
    ("organization.impact", "GET /organizations/v1/impact", "", [401, 403, 401]),
    ("organization.impact_of", "GET /organizations/v1/1/impact", "", [401, 403, 401]),
    ("organization.former", "GET /organizations/v1/former", "", [401, 403, 401]),
    ("organization.restore", "POST /organizations/v1/1/restore", "", [401, 403, 401]),
    ("organization.former_members", "GET /organizations/v1/1/former-members", "", [401, 403, 401]),
    ("organization.restore_member", "POST /organizations/v1/1/members/7/restore", "", [401, 403, 401]),
    ("offer.list", "GET /organizations/v1/1/offers", "", [401, 403, 401]),
    ("offer.create", "POST /organizations/v1/1/offers", "{}", [401, 403, 401]),
    ("offer.withdraw", "DELETE /organizations/v1/1/offers/1", "", [401, 403, 401]),
    ("offer.received", "GET /organizations/v1/offers", "", [401, 403, 401]),
    ("offer.accept", "POST /organizations/v1/offers/1/accept", "{}", [401, 403, 401]),
    ("offer.decline", "POST /organizations/v1/offers/1/decline", "", [401, 403, 401]),
    ("organization.read_policy", "GET /organizations/v1/1/policy", "", [401, 403, 401]),
    ("organization.update_policy", "PATCH /organizations/v1/1/policy", "{}", [401, 403, 401]),
    ("organization.remove_member", "DELETE /organizations/v1/1/members/7", "", [401, 403, 401]),
    ("passkey.delete", "DELETE /identity/v1/passkeys/x", "", [401, 403, 401]),
    ("passkey.list", "GET /identity/v1/passkeys", "", [401, 403, 401]),
    ("passkey.register_begin", "POST /identity/v1/passkeys/register/begin", "{}", [401, 403, 401]),
    ("passkey.register_finish", "POST /identity/v1/passkeys/register/finish", "{}", [401, 403, 401]),
    ("password.update", "POST /identity/v1/password", "{}", [401, 403, 401]),
    ("person.update", "PATCH /identity/v1/person", "{}", [401, 403, 401]),
    ("recovery_codes.create", "POST /identity/v1/recovery-codes", "{}", [401, 403, 401]),
    ("session.end", "DELETE /identity/v1/sessions/x", "", [401, 403, 401]),
    ("session.end_all", "POST /identity/v1/sign-out-everywhere", "{}", [401, 403, 401]),
    ("session.end_this", "POST /identity/v1/sign-out", "{}", [401, 403, 401]),
    ("session.list", "GET /identity/v1/sessions", "", [401, 403, 401]),
    ("session.read", "GET /identity/v1/session", "", [401, 403, 401]),
    ("step_up.begin", "POST /identity/v1/step-up/begin", "{}", [401, 403, 401]),
    ("step_up.finish", "POST /identity/v1/step-up/finish", "{}", [401, 403, 401]),
    ("totp.begin", "POST /identity/v1/totp/begin", "{}", [401, 403, 401]),
    ("totp.confirm", "POST /identity/v1/totp/confirm", "{}", [401, 403, 401]),
    ("totp.delete", "DELETE /identity/v1/totp", "", [401, 403, 401]),
    ("link.read", "GET /identity/v1/setup/nothing", "", [404, 404, 404]),
    (
        "link.use",
        "POST /identity/v1/setup",
        r#"{"token":"nothing","name":"A","password":"correct horse battery"}"#,
        [404, 404, 404],
    ),
    ("sign_in.password", "POST /identity/v1/sign-in", r#"{"email":"a@ex.org","password":"guess"}"#, [401, 401, 401]),
    (
        "sign_in.second_factor",
        "POST /identity/v1/sign-in/second-factor",
        r#"{"challenge":"x","method":"totp","code":"000000"}"#,
        [400, 400, 400],
    ),
    ("sign_in.passkey_begin", "POST /identity/v1/passkeys/sign-in/begin", "{}", [200, 200, 200]),
    ("sign_in.passkey_finish", "POST /identity/v1/passkeys/sign-in/finish", r#"{"handle":"x","credential":{}}"#, [400, 400, 400]),
];

/// Routes for the directory of an organization: operation id and request line.
const DIRECTORY_ROWS: &[(&str, &str)] = &[
    ("scim.config", "GET /scim/v2/ServiceProviderConfig"),
    ("scim.resource_types", "GET /scim/v2/ResourceTypes"),
    ("scim.resource_type", "GET /scim/v2/ResourceTypes/User"),
    ("scim.schemas", "GET /scim/v2/Schemas"),
    ("scim.schema", "GET /scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"),
    ("scim.search", "POST /scim/v2/.search"),
    ("scim_user.list", "GET /scim/v2/Users"),
    ("scim_user.search", "POST /scim/v2/Users/.search"),
    ("scim_user.create", "POST /scim/v2/Users"),
    ("scim_user.read", "GET /scim/v2/Users/1"),
    ("scim_user.replace", "PUT /scim/v2/Users/1"),
    ("scim_user.update", "PATCH /scim/v2/Users/1"),
    ("scim_user.delete", "DELETE /scim/v2/Users/1"),
    ("scim_group.list", "GET /scim/v2/Groups"),
    ("scim_group.search", "POST /scim/v2/Groups/.search"),
    ("scim_group.create", "POST /scim/v2/Groups"),
    ("scim_group.read", "GET /scim/v2/Groups/1"),
    ("scim_group.replace", "PUT /scim/v2/Groups/1"),
    ("scim_group.update", "PATCH /scim/v2/Groups/1"),
    ("scim_group.delete", "DELETE /scim/v2/Groups/1"),
];

#[tokio::test]
async fn what_is_for_a_directory_is_for_nobody_else() {
    let world = world().await;
    let admin = PersonId(22);
    world.add_person(admin, "Admin").await;
    world.put_user(EAST, admin, Role::SuperAdmin, &[Seat::Sales]).await;
    let token = world.token(EAST, &["*"]).await;
    let mut wrongs = vec![];
    for (id, line) in DIRECTORY_ROWS {
        let signed_in = knock_signed_in(&world, admin, &[("x-consortio-account", "7")], line, "{}").await;
        let replies = [
            knock(&world, None, line, "{}").await,
            knock(&world, Some(&token), line, "{}").await,
            knock(&world, Some("scim-guessed"), line, "{}").await,
            signed_in,
        ];
        for reply in replies {
            let is_scim = reply.header("content-type") == "application/scim+json" && reply.json()["status"] == "401";
            if reply.status != 401 || !is_scim {
                wrongs.push(format!("{id}: {} {}", reply.status, reply.text));
            }
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

#[tokio::test]
async fn what_is_for_people_is_for_no_token() {
    let world = world().await;
    let token = world.token(EAST, &["*"]).await;
    let mut wrongs = vec![];
    for (id, line, body, expected) in SESSION_ROWS {
        let nobody = knock(&world, None, line, body).await;
        let with_token = knock(&world, Some(&token), line, body).await;
        let (method, uri) = line.split_once(' ').unwrap();
        let forged = Request::builder()
            .method(method)
            .uri(uri)
            .header("cookie", "consortio_session=forged")
            .header("x-consortio-account", "7");
        let forged = send(&world.api, forged.body(Body::from(*body)).unwrap()).await;
        let found = [nobody, with_token, forged].map(|reply| reply.status.as_u16());
        if found != *expected {
            wrongs.push(format!("{id}: {found:?} instead of {expected:?}"));
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

/// A request with the session of a person, in the account the headers name.
pub async fn knock_signed_in(world: &World, person: PersonId, headers: &[(&str, &str)], line: &str, body: &str) -> Reply {
    let (method, uri) = line.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(uri).header("host", "crm.example");
    let request = request.header("cookie", format!("consortio_session={}", cookie(person)));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    send(&world.api, request.body(Body::from(body.to_owned())).unwrap()).await
}

pub fn every_row() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let rows = ROWS.iter().map(|(id, line, body, _)| (*id, *line, *body));
    rows.chain(SESSION_ROWS.iter().map(|(id, line, body, _)| (*id, *line, *body)))
}

fn access(id: &str) -> Access {
    api::routes().iter().find(|route| route.id == id).unwrap().access
}

#[tokio::test]
async fn a_person_of_another_account_is_nobody_here() {
    let world = world().await;
    let places = furnish(&world).await;
    let outsider = PersonId(21);
    world.add_person(outsider, "Outsider").await;
    world.put_user(WEST, outsider, Role::SuperAdmin, &[Seat::Sales]).await;
    let mut wrongs = vec![];
    for (id, line, body) in every_row().filter(|(id, ..)| matches!(access(id), Access::Account(_) | Access::AccountSession)) {
        let fill = |text: &str| places.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        let reply = knock_signed_in(&world, outsider, &[("x-consortio-account", "7")], &fill(line), &fill(body)).await;
        if reply.status != 404 || !reply.text.contains("no account 7") {
            wrongs.push(format!("{id}: {} {}", reply.status, reply.text));
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

#[tokio::test]
async fn a_cookie_alone_writes_nothing() {
    let world = world().await;
    let places = furnish(&world).await;
    let admin = PersonId(22);
    world.add_person(admin, "Admin").await;
    world.put_user(EAST, admin, Role::SuperAdmin, &[Seat::Sales]).await;
    let mut wrongs = vec![];
    for (id, line, body) in every_row().filter(|(id, line, _)| !line.starts_with("GET ") && access(id) != Access::Public) {
        let fill = |text: &str| places.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        let reply = knock_signed_in(&world, admin, &[], &fill(line), &fill(body)).await;
        if reply.status != 403 || !reply.text.contains("\"CSRF\"") {
            wrongs.push(format!("{id}: {} {}", reply.status, reply.text));
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

/// What is asked by POST and changes nothing.
const ASKED_BY_POST: [&str; 5] =
    ["record.read_batch", "record.search", "association.read_batch", "association_v3.read_batch", "property.read_batch"];

#[tokio::test]
async fn a_viewer_sees_everything_and_changes_nothing() {
    let world = world().await;
    let places = furnish(&world).await;
    let viewer = PersonId(23);
    world.add_person(viewer, "Viewer").await;
    world.put_user(EAST, viewer, Role::Standard, &[Seat::ViewOnly]).await;
    let mut wrongs = vec![];
    for (id, line, body, [.., owner]) in ROWS.iter().filter(|(id, ..)| matches!(access(id), Access::Account(_))) {
        let fill = |text: &str| places.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        let reply = knock_signed_in(&world, viewer, &[("x-consortio-account", "7")], &fill(line), &fill(body)).await;
        let expected = match *id {
            // What goes in, and which keys there are, is not for viewers; mirroring needs a seat of its own.
            "token.list" | "imports.list" | "imports.read" | "imports.errors" | "timeline.why" | "disclosure.list" => 403,
            "security_history.list" | "security_history.export" => 403,
            // For a standard user there is no organization.
            "connection.edit" | "connection.plan" | "connection.apply_template" => 404,
            _ if line.starts_with("GET ") || ASKED_BY_POST.contains(id) => *owner,
            _ => 403,
        };
        if reply.status.as_u16() != expected {
            wrongs.push(format!("{id}: {} instead of {expected}: {}", reply.status, reply.text));
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}
