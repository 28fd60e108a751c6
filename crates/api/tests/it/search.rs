//! Search through the door.

use crate::client::Client;
use crate::world::{EAST, world};
use serde_json::{Value, json};

async fn people(east: &Client) -> Vec<String> {
    let mut ids = vec![];
    for (email, city, stage) in
        [("ann@ex.org", "Cork", "lead"), ("bob@ex.org", "Ghent", "customer"), ("cis@other.org", "Cork", "lead")]
    {
        ids.push(east.make("contacts", json!({"email": email, "city": city, "lifecyclestage": stage})).await);
    }
    ids
}

fn ids(found: &Value) -> Vec<&str> {
    found["results"].as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_search_finds_what_was_just_written() {
    let world = world().await;
    let east = world.client(EAST).await;
    let made = people(&east).await;
    let filter =
        |property: &str, operator: &str, value: Value| json!({"propertyName": property, "operator": operator, "value": value});
    let cases = [
        (json!([filter("email", "EQ", json!("ANN@ex.org"))]), vec![0]),
        (json!([filter("city", "EQ", json!("cork")), filter("lifecyclestage", "EQ", json!("lead"))]), vec![0, 2]),
        (json!([filter("city", "NEQ", json!("Cork"))]), vec![1]),
        (json!([filter("email", "CONTAINS_TOKEN", json!("*other*"))]), vec![2]),
        (json!([filter("createdate", "GTE", json!(1_600_000_000_000_i64))]), vec![0, 1, 2]),
        (json!([{"propertyName": "city", "operator": "IN", "values": ["ghent", "bray"]}]), vec![1]),
        (json!([{"propertyName": "phone", "operator": "HAS_PROPERTY"}]), vec![]),
    ];
    for (filters, expected) in cases {
        let found =
            east.post("/crm/v3/objects/contacts/search", json!({"filterGroups": [{"filters": filters}]})).await.expect(200);
        let expected: Vec<&str> = expected.into_iter().map(|n: usize| made[n].as_str()).collect();
        assert_eq!((ids(&found), &found["total"]), (expected.clone(), &json!(expected.len())), "{filters}");
        assert!(found.get("paging").is_none());
    }
}

#[tokio::test]
async fn a_search_takes_what_connectors_send() {
    let world = world().await;
    let east = world.client(EAST).await;
    let made = people(&east).await;
    let airbyte = json!({"limit": 200, "after": 0, "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}], "properties": ["city"],
        "filters": [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": 1_600_000_000_000_i64},
                    {"propertyName": "hs_object_id", "operator": "GTE", "value": made[1].parse::<i64>().unwrap()}]});
    let found = east.post("/crm/v3/objects/contact/search", airbyte).await.expect(200);
    assert_eq!(ids(&found), [made[1].as_str(), &made[2]]);
    assert_eq!(found["results"][0]["properties"]["city"], "Ghent");
    let everything = east.post("/crm/v3/objects/contacts/search", json!({})).await.expect(200);
    assert_eq!(everything["total"], 3);
    assert_eq!(east.raw("POST /crm/v3/objects/contacts/search", "").await.expect(200)["total"], 3);
    let backwards =
        east.post("/crm/v3/objects/contacts/search", json!({"sorts": ["-email"], "query": "ex.org"})).await.expect(200);
    assert_eq!(ids(&backwards), [made[1].as_str(), &made[0]]);
}

#[tokio::test]
async fn search_pages_by_offset() {
    let world = world().await;
    let east = world.client(EAST).await;
    let made = people(&east).await;
    let first = east.post("/crm/v3/objects/contacts/search", json!({"limit": 2})).await.expect(200);
    assert_eq!(
        (ids(&first), &first["total"], &first["paging"]["next"]["after"]),
        (vec![made[0].as_str(), &made[1]], &json!(3), &json!("2"))
    );
    let last = east.post("/crm/v3/objects/contacts/search", json!({"limit": "2", "after": "2"})).await.expect(200);
    assert_eq!((ids(&last), last.get("paging")), (vec![made[2].as_str()], None));
    let beyond = east.post("/crm/v3/objects/contacts/search", json!({"after": "20000"})).await.expect(200);
    assert_eq!((ids(&beyond), &beyond["total"]), (vec![], &json!(3)));
}

#[tokio::test]
async fn a_search_that_says_nothing_clear_is_refused_by_name() {
    let world = world().await;
    let east = world.client(EAST).await;
    let sort = json!({"sorts": [{"propertyName": "email", "direction": "BOGUS"}]});
    let refused = east.post("/crm/v3/objects/contacts/search", sort).await.expect(400);
    assert_eq!(refused["subCategory"], "SEARCH_DIRECTION_INVALID");
    assert!(refused["message"].as_str().unwrap().contains("\"BOGUS\""), "{refused}");
    let single = json!({"filters": [{"propertyName": "city", "operator": "IN", "value": "Cork;Ghent"}]});
    let refused = east.post("/crm/v3/objects/contacts/search", single).await.expect(400);
    assert_eq!(refused["subCategory"], "SEARCH_VALUE_MISSING");
    assert!(refused["message"].as_str().unwrap().contains("IN on \"city\""), "{refused}");
}
