//! Rollups through the door: read, searched by, with a history, written by nobody.

use crate::world::{EAST, world};
use app::consumer::catch_up;
use app::rollup::Rollups;
use serde_json::json;

#[tokio::test]
async fn rollups_follow_what_is_logged_and_are_read_only() {
    let world = world().await;
    let east = world.client(EAST).await;
    let id = east.make("companies", json!({"name": "Cancity"})).await;
    let path = format!("/crm/v3/objects/companies/{id}");
    let modified = east.get(&path).await.expect(200)["properties"]["hs_lastmodifieddate"].clone();
    let call = json!({
        "properties": {"hs_timestamp": "2026-11-03T10:00:00Z", "hs_call_title": "First"},
        "associations": [{"to": {"id": id}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 182}]}],
    });
    east.post("/crm/v3/objects/calls", call).await.expect(201);
    catch_up(&world.app, &Rollups, EAST, 10).await.unwrap();

    let query = "properties=notes_last_contacted&propertiesWithHistory=num_contacted_notes";
    let shown = east.get(&format!("{path}?{query}")).await.expect(200);
    assert_eq!(shown["properties"]["notes_last_contacted"], "2026-11-03T10:00:00.000Z");
    assert_eq!(shown["properties"]["hs_lastmodifieddate"], modified, "nobody did anything to the company");
    let history = &shown["propertiesWithHistory"]["num_contacted_notes"][0];
    assert_eq!((&history["value"], &history["sourceType"]), (&json!("1"), &json!("CALCULATED")));
    for filter in [
        json!({"propertyName": "num_contacted_notes", "operator": "GTE", "value": "1"}),
        json!({"propertyName": "notes_last_contacted", "operator": "LT", "value": "2026-11-04"}),
    ] {
        let found =
            east.post("/crm/v3/objects/companies/search", json!({"filterGroups": [{"filters": [filter]}]})).await.expect(200);
        assert_eq!((&found["total"], &found["results"][0]["id"]), (&json!(1), &json!(id)), "{filter}");
    }
    let refused = east.patch(&path, json!({"properties": {"num_notes": "7"}})).await.expect(400);
    assert!(refused["message"].as_str().unwrap().contains("read only"), "{refused}");
}
