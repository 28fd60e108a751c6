//! Records through the door.

use crate::world::{EAST, world};
use serde_json::{Value, json};

#[tokio::test]
async fn a_record_is_created_read_changed_and_archived() {
    let world = world().await;
    let east = world.client(EAST).await;
    let made = east
        .post("/crm/v3/objects/contacts", json!({"properties": {"email": "Ann@Ex.org", "firstname": "Ann"}}))
        .await
        .expect(201);
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["properties"]["firstname"], "Ann");
    assert_eq!(made["properties"]["hs_object_id"], id);
    assert_eq!((&made["archived"], &made["createdAt"]), (&json!(false), &json!("2026-11-20T10:00:00.000Z")));
    let changed = east
        .patch(&format!("/crm/v3/objects/0-1/{id}"), json!({"properties": {"firstname": "", "city": "Cork"}}))
        .await
        .expect(200);
    assert_eq!((&changed["properties"]["firstname"], &changed["properties"]["city"]), (&Value::Null, &json!("Cork")));
    let by_email = east.get("/crm/v3/objects/contact/ANN%40ex.org?idProperty=email&properties=city").await.expect(200);
    assert_eq!((&by_email["id"], &by_email["properties"]["city"]), (&json!(id), &json!("Cork")));
    east.delete(&format!("/crm/v3/objects/contacts/{id}")).await.expect(204);
    let gone = east.get(&format!("/crm/v3/objects/contacts/{id}")).await;
    assert_eq!(
        (gone.expect(404)["category"].as_str(), gone.message().as_str()),
        (Some("OBJECT_NOT_FOUND"), "resource not found")
    );
    let archived = east.get(&format!("/crm/v3/objects/contacts/{id}?archived=True")).await.expect(200);
    assert_eq!((&archived["archived"], &archived["archivedAt"]), (&json!(true), &json!("2026-11-20T10:00:00.000Z")));
}

#[tokio::test]
async fn archiving_twice_is_no_error() {
    let world = world().await;
    let east = world.client(EAST).await;
    let id = east.make("companies", json!({"name": "Cancity"})).await;
    for _ in 0..2 {
        east.delete(&format!("/crm/v3/objects/companies/{id}")).await.expect(204);
    }
    east.delete("/crm/v3/objects/companies/987654321").await.expect(404);
}

#[tokio::test]
async fn a_read_merges_defaults_in() {
    let world = world().await;
    let east = world.client(EAST).await;
    let id = east.make("contacts", json!({"email": "ann@ex.org"})).await;
    let shown = east.get(&format!("/crm/v3/objects/contacts/{id}?properties=phone,no_such&properties=city")).await.expect(200);
    let names: Vec<&str> = shown["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["city", "createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname", "phone"]);
    assert_eq!((&shown["properties"]["phone"], &shown["properties"]["email"]), (&Value::Null, &json!("ann@ex.org")));
    let all = east.get(&format!("/crm/v3/objects/contacts/{id}?properties=*")).await.expect(200);
    assert!(all["properties"].as_object().unwrap().values().all(Value::is_string), "{all}");
    let deal = east.make("deals", json!({"dealname": "A", "dealstage": "closedwon"})).await;
    let deal = east.get(&format!("/crm/v3/objects/deals/{deal}")).await.expect(200);
    assert!(
        deal["properties"].get("hs_lastmodifieddate").is_some() && deal["properties"].get("lastmodifieddate").is_none(),
        "{deal}"
    );
}

#[tokio::test]
async fn dated_paths_show_where_the_record_lives() {
    let world = world().await;
    let east = world.client(EAST).await;
    let id = east.make("companies", json!({"name": "Cancity"})).await;
    let dated = east.get(&format!("/crm/objects/2026-09/companies/{id}")).await.expect(200);
    assert_eq!(dated["url"], format!("http://crm.example/a/7/companies/{id}"));
    assert!(east.get(&format!("/crm/v3/objects/companies/{id}")).await.expect(200).get("url").is_none());
}

#[tokio::test]
async fn history_is_newest_first_and_says_where_a_value_came_from() {
    let world = world().await;
    let east = world.client(EAST).await;
    let id = east.make("contacts", json!({"email": "ann@ex.org", "city": "Cork"})).await;
    for city in ["Bray", ""] {
        east.patch(&format!("/crm/v3/objects/contacts/{id}"), json!({"properties": {"city": city}})).await.expect(200);
    }
    let shown = east.get(&format!("/crm/v3/objects/contacts/{id}?propertiesWithHistory=city,email")).await.expect(200);
    let history = &shown["propertiesWithHistory"];
    let values: Vec<&str> = history["city"].as_array().unwrap().iter().map(|entry| entry["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["", "Bray", "Cork"]);
    assert_eq!((&history["city"][1]["sourceType"], &history["email"][0]["value"]), (&json!("INTEGRATION"), &json!("ann@ex.org")));
    assert_eq!(history["email"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn lists_page_until_the_paging_is_gone() {
    let world = world().await;
    let east = world.client(EAST).await;
    let mut made = vec![];
    for n in 0..5 {
        made.push(east.make("companies", json!({"name": format!("Company {n}")})).await);
    }
    let (mut seen, mut uri) = (vec![], "/crm/v3/objects/companies?limit=2&properties=name%2Cdomain&sort=x".to_owned());
    loop {
        let page = east.get(&uri).await.expect(200);
        seen.extend(page["results"].as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap().to_owned()));
        let Some(next) = page.get("paging") else { break };
        let link = next["next"]["link"].as_str().unwrap();
        uri = link.strip_prefix("http://crm.example").unwrap_or_else(|| panic!("{link} is not absolute")).to_owned();
        assert!(uri.starts_with("/crm/v3/objects/companies?limit=2&properties=name%2Cdomain&sort=x&after="), "{uri}");
        assert!(uri.ends_with(next["next"]["after"].as_str().unwrap()));
    }
    assert_eq!(seen, made);
    east.delete(&format!("/crm/v3/objects/companies/{}", made[0])).await.expect(204);
    let archived = east.get("/crm/v3/objects/companies?archived=true").await.expect(200);
    assert_eq!(archived["results"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_taken_address_is_a_conflict_that_names_the_owner_of_it() {
    let world = world().await;
    let east = world.client(EAST).await;
    let id = east.make("contacts", json!({"email": "ann@ex.org"})).await;
    let taken = east.post("/crm/v3/objects/contacts", json!({"properties": {"email": "ANN@ex.org"}})).await;
    assert_eq!(taken.expect(409)["category"], "CONFLICT");
    assert_eq!(taken.message(), format!("Contact already exists. Existing ID: {id}"));
    assert_eq!(taken.json()["errors"][0]["context"]["existingId"], json!([id]));
}

#[tokio::test]
async fn a_wrong_value_is_refused_in_both_forms() {
    let world = world().await;
    let east = world.client(EAST).await;
    let refused = east
        .post(
            "/crm/v3/objects/contacts",
            json!({"properties": {"email": "ann@ex.org", "shoe": "42", "lifecyclestage": "emperor"}}),
        )
        .await;
    let body = refused.expect(400);
    assert!(refused.message().starts_with("Property values were not valid: [{\"isValid\":false,\"message\":"), "{body}");
    let codes: Vec<&str> = body["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["INVALID_OPTION", "PROPERTY_DOESNT_EXIST"]);
    assert_eq!(body["errors"][1]["context"]["propertyName"], json!(["shoe"]));
    assert_eq!(body["errors"][1]["in"], "properties");
    let legacy: Value =
        serde_json::from_str(refused.message().strip_prefix("Property values were not valid: ").unwrap()).unwrap();
    assert_eq!((&legacy[1]["error"], &legacy[1]["name"]), (&json!("PROPERTY_DOESNT_EXIST"), &json!("shoe")));
}

#[tokio::test]
async fn a_bare_body_creates_a_contact() {
    let world = world().await;
    let east = world.client(EAST).await;
    let made = east.post("/crm/v3/objects/contacts", json!({"email": "bare@ex.org", "phone": 123456})).await.expect(201);
    assert_eq!(made["properties"]["phone"], "123456");
}

#[tokio::test]
async fn what_nobody_knows_is_ignored() {
    let world = world().await;
    let east = world.client(EAST).await;
    let body = json!({"properties": {"email": "ann@ex.org"}, "mood": {"of": ["the", "client"]}, "associations": null});
    east.post("/crm/v3/objects/contacts?propertyMode=x&count=7", body).await.expect(201);
    east.get("/crm/v3/objects/contacts?sort=x&order_by=y&propertyMode=value_and_history").await.expect(200);
}

#[tokio::test]
async fn a_record_is_created_with_its_associations() {
    let world = world().await;
    let east = world.client(EAST).await;
    let company = east.make("companies", json!({"name": "Cancity"})).await;
    let types = json!([{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]);
    let body = json!({"properties": {"email": "ann@ex.org"}, "associations": [{"to": {"id": company.parse::<i64>().unwrap()}, "types": types}]});
    let made = east.post("/crm/v3/objects/contacts", body).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let shown =
        east.get(&format!("/crm/v3/objects/contacts/{id}?associations=company&properties=associatedcompanyid")).await.expect(200);
    assert_eq!(shown["associations"]["companies"]["results"][0]["id"], company);
    assert_eq!(shown["properties"]["associatedcompanyid"], company);
}

#[tokio::test]
async fn a_read_brings_associations_along() {
    let world = world().await;
    let east = world.client(EAST).await;
    let (contact, company) =
        (east.make("contacts", json!({"email": "ann@ex.org"})).await, east.make("companies", json!({"name": "Cancity"})).await);
    east.put(&format!("/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"), json!([]))
        .await
        .expect(200);
    let page = east.get("/crm/v3/objects/contacts?associations=companies,deals").await.expect(200);
    let results = page["results"][0]["associations"]["companies"]["results"].as_array().unwrap();
    let kinds: Vec<&str> = results.iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"contact_to_company") && kinds.contains(&"contact_to_company_unlabeled"), "{kinds:?}");
    assert!(results.iter().all(|one| one["id"] == company));
    assert!(page["results"][0]["associations"].get("deals").is_none(), "{page}");
}

#[tokio::test]
async fn the_archive_pages_from_what_was_archived_last() {
    let world = world().await;
    let east = world.client(EAST).await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(east.make("contacts", json!({"email": format!("{name}@ex.org"), "city": name})).await);
    }
    for i in [1, 0, 2] {
        east.delete(&format!("/crm/v3/objects/contacts/{}", ids[i])).await.expect(204);
        world.clock.advance(jiff::SignedDuration::from_secs(1));
    }
    let first = east.get("/accounts/v1/records/contacts/archived?limit=2&properties=city").await.expect(200);
    let of = |page: &Value| {
        page["results"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of(&first), [ids[2].clone(), ids[0].clone()]);
    assert_eq!((&first["results"][0]["properties"]["city"], &first["results"][0]["archived"]), (&json!("c"), &json!(true)));
    let after = first["paging"]["next"]["after"].as_str().unwrap();
    let last = east.get(&format!("/accounts/v1/records/contacts/archived?limit=2&after={after}")).await.expect(200);
    assert_eq!((of(&last), last.get("paging")), (vec![ids[1].clone()], None));
}

#[tokio::test]
async fn two_records_merge_into_a_third_to_which_both_ids_lead() {
    let world = world().await;
    let east = world.client(EAST).await;
    for (object, name) in [("contacts", "firstname"), ("companies", "name"), ("deals", "dealname"), ("tickets", "subject")] {
        let stage = match object {
            "deals" => json!({"dealstage": "contractsent"}),
            "tickets" => json!({"hs_pipeline_stage": "1"}),
            _ => json!({}),
        };
        let mut ids = vec![];
        for text in ["One", "Two"] {
            let mut properties = stage.clone();
            properties[name] = json!(text);
            ids.push(east.make(object, properties).await);
        }
        let body = json!({"primaryObjectId": ids[1], "objectIdToMerge": ids[0].parse::<i64>().unwrap()});
        let merged = east.post(&format!("/crm/objects/2026-09/{object}/merge"), body.clone()).await.expect(200);
        let id = merged["id"].as_str().unwrap();
        assert!(!ids.iter().any(|old| old == id), "{object}: the id is a new one");
        assert_eq!(merged["properties"]["hs_merged_object_ids"], format!("{};{}", ids[0], ids[1]), "{object}");
        for old in ids.iter().map(String::as_str).chain([id]) {
            let query = format!("properties={name}&propertiesWithHistory={name}");
            let shown = east.get(&format!("/crm/v3/objects/{object}/{old}?{query}")).await.expect(200);
            assert_eq!((shown["id"].as_str(), shown["properties"][name].as_str()), (Some(id), Some("Two")), "{object}");
            let history = shown["propertiesWithHistory"][name].as_array().unwrap();
            let told: Vec<_> = history.iter().map(|one| (one["value"].as_str(), one["sourceType"].as_str())).collect();
            let expected =
                [(Some("Two"), Some("MERGE_OBJECTS")), (Some("Two"), Some("INTEGRATION")), (Some("One"), Some("INTEGRATION"))];
            assert_eq!(told, expected, "{object}");
        }
        let again = east.post(&format!("/crm/v3/objects/{object}/merge"), body).await;
        assert!(again.expect(400)["message"].as_str().unwrap().ends_with("already: they were merged before"), "{object}");
    }
    for (object, body, status, field) in [
        ("contacts", json!({"primaryObjectId": "x", "objectIdToMerge": "2"}), 400, "primaryObjectId"),
        ("contacts", json!({"primaryObjectId": "1"}), 400, "objectIdToMerge"),
        ("contacts", json!({"primaryObjectId": "9999991", "objectIdToMerge": "9999992"}), 404, "not found"),
        ("notes", json!({"primaryObjectId": "1", "objectIdToMerge": "2"}), 400, "notes cannot be merged"),
    ] {
        let refused = east.post(&format!("/crm/v3/objects/{object}/merge"), body).await.expect(status);
        assert!(refused.to_string().contains(field), "{refused}");
    }
}

#[tokio::test]
async fn an_erased_record_is_gone_for_good() {
    let world = world().await;
    let east = world.client(EAST).await;
    let id = east.make("contacts", json!({"email": "ann@ex.org"})).await;
    east.post("/crm/v3/objects/contacts/gdpr-delete", json!({"objectId": "ann@ex.org", "idProperty": "email"})).await.expect(204);
    east.get(&format!("/crm/v3/objects/contacts/{id}?archived=true")).await.expect(404);
}

#[tokio::test]
async fn a_token_is_told_the_scope_it_lacks_and_when_only_a_person_will_do() {
    let world = world().await;
    let token = world.token(EAST, &["crm.objects.contacts.read"]).await;
    let narrow = crate::client::Client::new(&world.api, &token);
    let refused = narrow.post("/crm/v3/objects/contacts", json!({"properties": {"email": "a@ex.org"}})).await.expect(403);
    assert_eq!(refused["category"], "MISSING_SCOPES");
    assert_eq!(refused["errors"][0]["context"]["requiredGranularScopes"], json!(["crm.objects.contacts.write"]));
    let unread = narrow.get("/organizations/v1/current").await.expect(403);
    assert_eq!(unread["errors"][0]["context"]["requiredGranularScopes"], json!(["organization.read"]));
    let person_only = narrow.delete("/organizations/v1/1").await.expect(403);
    assert_eq!((&person_only["category"], &person_only["subCategory"]), (&json!("FORBIDDEN"), &json!("SESSION_NEEDED")));
}
