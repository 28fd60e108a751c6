//! Batches through the door.

use crate::world::{EAST, world};
use serde_json::{Value, json};

fn inputs(values: impl IntoIterator<Item = Value>) -> Value {
    json!({"inputs": values.into_iter().collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_batch_does_many_at_once() {
    let world = world().await;
    let east = world.client(EAST).await;
    let many = (0..100).map(|n| json!({"properties": {"email": format!("p{n}@ex.org")}}));
    let made = east.post("/crm/v3/objects/contacts/batch/create", inputs(many)).await.expect(201);
    assert_eq!((&made["status"], made["results"].as_array().unwrap().len()), (&json!("COMPLETE"), 100));
    let ids: Vec<Value> = made["results"].as_array().unwrap().iter().map(|record| record["id"].clone()).collect();
    let changes = ids.iter().map(|id| json!({"id": id, "properties": {"city": "Cork"}}));
    let changed = east.post("/crm/v3/objects/contacts/batch/update", inputs(changes)).await.expect(200);
    assert!(changed["results"].as_array().unwrap().iter().all(|record| record["properties"]["city"] == "Cork"));
    east.post("/crm/v3/objects/contacts/batch/archive", inputs(ids.iter().map(|id| json!({"id": id})))).await.expect(204);
    assert_eq!(east.get("/crm/v3/objects/contacts").await.expect(200)["results"], json!([]));
}

#[tokio::test]
async fn what_was_archived_comes_back_unless_its_unique_value_is_taken() {
    let world = world().await;
    let east = world.client(EAST).await;
    let ann = east.make("contacts", json!({"email": "ann@ex.org"})).await;
    let bob = east.make("contacts", json!({"email": "bob@ex.org"})).await;
    let both = inputs([json!({"id": ann}), json!({"id": bob})]);
    east.post("/crm/v3/objects/contacts/batch/archive", both.clone()).await.expect(204);
    east.make("contacts", json!({"email": "ann@ex.org"})).await;
    let done = east.post("/accounts/v1/records/contacts/restore", both).await.expect(207);
    let back: Vec<&Value> = done["results"].as_array().unwrap().iter().map(|record| &record["id"]).collect();
    assert_eq!((back, &done["results"][0]["archived"]), (vec![&json!(bob)], &json!(false)));
    assert_eq!((&done["errors"][0]["category"], &done["errors"][0]["context"]["ids"]), (&json!("CONFLICT"), &json!([ann])));
    east.get(&format!("/crm/v3/objects/contacts/{bob}")).await.expect(200);
    east.get(&format!("/crm/v3/objects/contacts/{ann}")).await.expect(404);
    let again =
        east.post("/accounts/v1/records/contacts/restore", inputs([json!({"id": bob}), json!({"id": "4711"})])).await.expect(207);
    assert_eq!((&again["results"][0]["id"], &again["errors"][0]["category"]), (&json!(bob), &json!("OBJECT_NOT_FOUND")));
}

#[tokio::test]
async fn a_batch_read_names_what_is_missing() {
    let world = world().await;
    let east = world.client(EAST).await;
    let id = east.make("contacts", json!({"email": "ann@ex.org", "city": "Cork"})).await;
    let body = json!({"inputs": [{"id": id}, {"id": 4711}, {"id": "4712"}], "properties": ["city"]});
    let read = east.post("/crm/v3/objects/contacts/batch/read", body).await.expect(207);
    assert_eq!((&read["numErrors"], &read["results"][0]["properties"]["city"]), (&json!(1), &json!("Cork")));
    assert_eq!(read["errors"][0]["context"]["ids"], json!(["4711", "4712"]));
    assert_eq!(read["errors"][0]["category"], "OBJECT_NOT_FOUND");
    let message = "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.";
    assert_eq!(read["errors"][0]["message"], message);
    let by_email = json!({"inputs": [{"id": "ANN@ex.org"}], "idProperty": "email", "propertiesWithHistory": ["city"]});
    let read = east.post("/crm/v3/objects/contacts/batch/read", by_email).await.expect(200);
    assert_eq!(read["results"][0]["propertiesWithHistory"]["city"][0]["value"], "Cork");
}

#[tokio::test]
async fn an_upsert_creates_or_updates_and_says_which() {
    let world = world().await;
    let east = world.client(EAST).await;
    let id = east.make("contacts", json!({"email": "ann@ex.org"})).await;
    let one = |address: &str| json!({"id": address, "idProperty": "email", "properties": {"city": "Cork"}, "objectWriteTraceId": address});
    let done =
        east.post("/crm/v3/objects/contacts/batch/upsert", inputs([one("ann@ex.org"), one("bob@ex.org")])).await.expect(200);
    let results = done["results"].as_array().unwrap();
    assert_eq!(
        (&results[0]["id"], &results[0]["new"], &results[0]["properties"]["city"]),
        (&json!(id), &json!(false), &json!("Cork"))
    );
    assert_eq!((&results[1]["new"], &results[1]["properties"]["email"]), (&json!(true), &json!("bob@ex.org")));
    assert_eq!(results[1]["objectWriteTraceId"], "bob@ex.org");
}

#[tokio::test]
async fn a_batch_create_is_all_or_nothing_unless_inputs_are_traced() {
    let world = world().await;
    let east = world.client(EAST).await;
    let plain = [json!({"properties": {"email": "a@ex.org"}}), json!({"properties": {"email": "b@ex.org", "shoe": "42"}})];
    let refused = east.post("/crm/v3/objects/contacts/batch/create", inputs(plain)).await;
    assert!(refused.expect(400)["message"].as_str().unwrap().contains("shoe"), "{}", refused.text);
    assert_eq!(east.get("/crm/v3/objects/contacts").await.expect(200)["results"], json!([]));
    let traced = [
        json!({"objectWriteTraceId": "1", "properties": {"email": "a@ex.org"}}),
        json!({"objectWriteTraceId": "2", "properties": {"email": "b@ex.org", "shoe": "42"}}),
        json!({"objectWriteTraceId": "3", "properties": {"email": "A@ex.org"}}),
    ];
    let done = east.post("/crm/v3/objects/contacts/batch/create", inputs(traced)).await.expect(207);
    assert_eq!((&done["results"][0]["objectWriteTraceId"], &done["numErrors"]), (&json!("1"), &json!(2)));
    let traces: Vec<&Value> =
        done["errors"].as_array().unwrap().iter().map(|error| &error["context"]["objectWriteTraceId"][0]).collect();
    assert_eq!(traces, ["2", "3"]);
}

#[tokio::test]
async fn a_batch_update_does_what_it_can_and_names_the_rest() {
    let world = world().await;
    let east = world.client(EAST).await;
    let (a, b) = (east.make("companies", json!({"name": "A"})).await, east.make("companies", json!({"name": "B"})).await);
    let changes = [
        json!({"id": a, "properties": {"city": "Cork"}}),
        json!({"id": b, "properties": {"shoe": "1"}}),
        json!({"id": "4711", "properties": {"city": "x"}}),
    ];
    let done = east.post("/crm/v3/objects/companies/batch/update", inputs(changes)).await.expect(207);
    assert_eq!((&done["results"][0]["id"], &done["numErrors"]), (&json!(a), &json!(2)));
    assert_eq!(done["errors"][0]["context"]["ids"], json!([b]));
    assert_eq!(done["errors"][1]["category"], "OBJECT_NOT_FOUND");
}

#[tokio::test]
async fn a_batch_of_more_than_a_hundred_is_refused() {
    let world = world().await;
    let east = world.client(EAST).await;
    for verb in ["read", "archive"] {
        let refused =
            east.post(&format!("/crm/v3/objects/contacts/batch/{verb}"), inputs((1..=101).map(|n| json!({"id": n})))).await;
        refused.expect(400);
        assert_eq!(refused.message(), "A batch has at most 100 inputs; this one has 101");
    }
}
