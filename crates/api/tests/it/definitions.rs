//! Properties, pipelines, owners and the account through the door.

use crate::world::{EAST, world};
use serde_json::{Value, json};

fn names(page: &Value) -> Vec<&str> {
    page["results"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn properties_are_defined_changed_and_archived() {
    let world = world().await;
    let east = world.client(EAST).await;
    let group = json!({"name": "tastes", "label": "Tastes", "displayOrder": 3});
    east.post("/crm/v3/properties/contacts/groups", group).await.expect(201);
    assert!(names(&east.get("/crm/v3/properties/contacts/groups").await.expect(200)).contains(&"tastes"));
    let food = json!({"name": "food", "label": "Food", "type": "enumeration", "fieldType": "select", "groupName": "tastes",
        "options": [{"label": "Pie", "value": "pie", "displayOrder": 0, "hidden": false}]});
    let made = east.post("/crm/v3/properties/contacts", food.clone()).await.expect(201);
    assert_eq!((&made["hubspotDefined"], &made["options"][0]["value"]), (&json!(false), &json!("pie")));
    east.post("/crm/v3/properties/contacts", food).await.expect(409);
    let refused = east.post("/crm/v3/objects/contacts", json!({"properties": {"email": "ann@ex.org", "food": "stone"}})).await;
    assert!(refused.expect(400)["message"].as_str().unwrap().contains("stone"));
    east.make("contacts", json!({"email": "ann@ex.org", "food": "pie"})).await;
    let changed = east.patch("/crm/v3/properties/contacts/food", json!({"label": "Best food"})).await.expect(200);
    assert_eq!(changed["label"], "Best food");
    let some = east
        .post(
            "/crm/v3/properties/contacts/batch/read",
            json!({"inputs": [{"name": "email"}, {"name": "food"}, {"name": "shoe"}]}),
        )
        .await;
    assert_eq!(names(&some.expect(207)), ["email", "food"]);
    east.delete("/crm/v3/properties/contacts/food").await.expect(204);
    east.get("/crm/v3/properties/contacts/food").await.expect(404);
    assert_eq!(names(&east.get("/crm/v3/properties/contacts?archived=true").await.expect(200)), ["food"]);
    east.delete("/crm/v3/properties/contacts/email").await.expect(400);
    east.delete("/crm/v3/properties/contacts/groups/tastes").await.expect(204);
}

#[tokio::test]
async fn properties_are_defined_in_batches() {
    let world = world().await;
    let east = world.client(EAST).await;
    let one = |name: &str| json!({"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "companyinformation"});
    let made =
        east.post("/crm/v3/properties/companies/batch/create", json!({"inputs": [one("a1"), one("a2")]})).await.expect(201);
    assert_eq!(names(&made), ["a1", "a2"]);
    east.post("/crm/v3/properties/companies/batch/archive", json!({"inputs": [{"name": "a1"}, {"name": "a2"}]}))
        .await
        .expect(204);
}

#[tokio::test]
async fn every_type_has_the_properties_that_clients_look_for() {
    let world = world().await;
    let east = world.client(EAST).await;
    for (object, ..) in model::object::BUILT_IN {
        let listed = east.get(&format!("/crm/properties/2026-03/{}", object.singular())).await.expect(200);
        for name in model::catalog::default_properties(object) {
            assert!(names(&listed).contains(name), "{object}: {name}");
        }
    }
}

#[tokio::test]
async fn pipelines_are_made_changed_and_archived() {
    let world = world().await;
    let east = world.client(EAST).await;
    let listed = east.get("/crm/v3/pipelines/deals").await.expect(200);
    assert_eq!(listed["results"][0]["stages"][0]["metadata"], json!({"isClosed": "false", "probability": "0.2"}));
    let stage =
        |label: &str, probability: Value| json!({"label": label, "displayOrder": 0, "metadata": {"probability": probability}});
    let body =
        json!({"label": "Opportunities", "displayOrder": 1, "stages": [stage("Open", json!(0.1)), stage("Won", json!("1.0"))]});
    let made = east.post("/crm/v3/pipelines/deals", body).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let uri = format!("/crm/v3/pipelines/deals/{id}");
    assert_eq!(made["stages"][1]["metadata"]["isClosed"], "true");
    let added = east.post(&format!("{uri}/stages"), stage("Middle", json!("0.5"))).await.expect(201);
    let stage_uri = format!("{uri}/stages/{}", added["id"].as_str().unwrap());
    assert_eq!(east.patch(&stage_uri, json!({"label": "Centre"})).await.expect(200)["label"], "Centre");
    assert_eq!(east.get(&format!("{uri}/stages")).await.expect(200)["results"].as_array().unwrap().len(), 3);
    let deal = east.make("deals", json!({"dealname": "A", "pipeline": id, "dealstage": added["id"]})).await;
    east.delete(&stage_uri).await.expect(409);
    east.delete(&uri).await.expect(409);
    east.delete(&format!("/crm/v3/objects/deals/{deal}")).await.expect(204);
    east.delete(&stage_uri).await.expect(204);
    assert_eq!(east.patch(&uri, json!({"label": "Chances"})).await.expect(200)["label"], "Chances");
    let replaced = json!({"label": "New", "displayOrder": 2, "stages": [stage("Only", json!("0.4"))]});
    assert_eq!(east.put(&uri, replaced).await.expect(200)["stages"].as_array().unwrap().len(), 1);
    east.delete(&uri).await.expect(204);
    assert_eq!(east.get("/crm/v3/pipelines/deals").await.expect(200)["results"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_account_says_who_it_is() {
    let world = world().await;
    let east = world.client(EAST).await;
    let details = east.get("/account-info/v3/details").await.expect(200);
    assert_eq!(
        (&details["portalId"], &details["accountType"], &details["companyCurrency"]),
        (&json!(7), &json!("STANDARD"), &json!("EUR"))
    );
    assert_eq!((&details["utcOffset"], &details["utcOffsetMilliseconds"]), (&json!("+01:00"), &json!(3_600_000)));
    let token = world.token(EAST, &["crm.objects.contacts.read"]).await;
    let info = east.post("/oauth/v2/private-apps/get/access-token-info", json!({"tokenKey": token})).await.expect(200);
    assert_eq!((&info["hubId"], &info["scopes"]), (&json!(7), &json!(["crm.objects.contacts.read"])));
    assert_eq!(east.get("/crm/v3/schemas").await.expect(200), json!({"results": []}));
    assert_eq!(east.get("/crm-object-schemas/2026-03/schemas").await.expect(200), json!({"results": []}));
    assert_eq!(east.get("/crm/v3/owners/").await.expect(200)["results"], json!([]));
}
