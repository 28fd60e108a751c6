//! Associations through the door.

use crate::client::Client;
use crate::world::{EAST, world};
use serde_json::{Value, json};

async fn pair(east: &Client) -> (String, String) {
    (east.make("contacts", json!({"email": "ann@ex.org"})).await, east.make("companies", json!({"name": "Cancity"})).await)
}

fn type_ids(linked: &Value) -> Vec<i64> {
    linked["associationTypes"].as_array().unwrap().iter().map(|kind| kind["typeId"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn associations_are_numbered_in_v4_and_lettered_under_dates() {
    let world = world().await;
    let east = world.client(EAST).await;
    let (contact, company) = pair(&east).await;
    let made = east
        .put(&format!("/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"), json!(null))
        .await
        .expect(200);
    assert_eq!(made["results"][0]["to"]["id"], company);
    let v4 = east.get(&format!("/crm/v4/objects/contacts/{contact}/associations/companies")).await.expect(200);
    assert_eq!(v4["results"][0]["toObjectId"], company.parse::<i64>().unwrap());
    assert!(type_ids(&v4["results"][0]).contains(&279), "{v4}");
    let dated = east.get(&format!("/crm/objects/2026-09/contacts/{contact}/associations/companies")).await.expect(200);
    assert_eq!(dated["results"][0]["toObjectId"], company);
    let body = json!({"inputs": [{"id": contact}]});
    let v4 = east.post("/crm/v4/associations/contacts/companies/batch/read", body.clone()).await.expect(200);
    assert_eq!(
        (&v4["results"][0]["from"]["id"], &v4["results"][0]["to"][0]["toObjectId"]),
        (&json!(contact), &json!(company.parse::<i64>().unwrap()))
    );
    let dated = east.post("/crm/associations/2026-03/contact/company/batch/read", body).await.expect(200);
    assert_eq!(dated["results"][0]["to"][0]["toObjectId"], company);
    let parting = json!({"inputs": [{"from": {"id": contact}, "to": [{"id": company}]}]});
    east.post("/crm/v4/associations/contacts/companies/batch/archive", parting.clone()).await.expect(204);
    east.post("/crm/associations/2026-09/contacts/companies/batch/archive", parting).await.expect(200);
    let none = east.get(&format!("/crm/v4/objects/contacts/{contact}/associations/companies")).await.expect(200);
    assert_eq!((none["results"].as_array().unwrap().len(), none.get("paging")), (0, None));
}

#[tokio::test]
async fn labels_are_made_worn_from_both_sides_and_removed() {
    let world = world().await;
    let east = world.client(EAST).await;
    let (contact, company) = pair(&east).await;
    let label = json!({"name": "buyer", "label": "Buyer", "inverseLabel": "Bought by"});
    let made = east.post("/crm/v4/associations/contacts/companies/labels", label).await.expect(200);
    let type_id = made["results"][0]["typeId"].as_i64().unwrap();
    assert_eq!((&made["results"][0]["label"], &made["results"][1]["label"]), (&json!("Buyer"), &json!("Bought by")));
    let wearing = json!([{"associationCategory": "USER_DEFINED", "associationTypeId": type_id}]);
    let linked =
        east.put(&format!("/crm/v4/objects/contacts/{contact}/associations/companies/{company}"), wearing).await.expect(201);
    assert_eq!((&linked["labels"], &linked["fromObjectTypeId"]), (&json!(["Buyer"]), &json!("0-1")));
    let other_side = east.get(&format!("/crm/v4/objects/companies/{company}/associations/contacts")).await.expect(200);
    let labels: Vec<&Value> =
        other_side["results"][0]["associationTypes"].as_array().unwrap().iter().map(|kind| &kind["label"]).collect();
    assert!(labels.contains(&&json!("Bought by")), "{labels:?}");
    let listed = east.get("/crm/associations/v4/contacts/companies/labels").await.expect(200);
    assert!(listed["results"].as_array().unwrap().iter().any(|kind| kind["typeId"] == type_id), "{listed}");
    let renamed = json!({"associationTypeId": type_id, "label": "Purchaser"});
    east.put("/crm/v4/associations/contacts/companies/labels", renamed).await.expect(204);
    east.delete(&format!("/crm/v4/associations/contacts/companies/labels/{type_id}")).await.expect(204);
    let bare = east.get(&format!("/crm/v4/objects/contacts/{contact}/associations/companies")).await.expect(200);
    let categories: Vec<&Value> =
        bare["results"][0]["associationTypes"].as_array().unwrap().iter().map(|kind| &kind["category"]).collect();
    assert!(!categories.contains(&&json!("USER_DEFINED")), "{bare}");
}

#[tokio::test]
async fn many_pairs_are_linked_and_parted_at_once() {
    let world = world().await;
    let east = world.client(EAST).await;
    let (contact, company) = pair(&east).await;
    let second = east.make("contacts", json!({"email": "bob@ex.org"})).await;
    let types = json!([{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]);
    let inputs = json!({"inputs": [
        {"from": {"id": contact}, "to": {"id": company}, "types": types},
        {"from": {"id": second}, "to": {"id": company}, "types": types},
        {"from": {"id": "4711"}, "to": {"id": company}, "types": types}]});
    let done = east.post("/crm/v4/associations/contacts/companies/batch/create", inputs).await.expect(207);
    assert_eq!((done["results"].as_array().unwrap().len(), &done["numErrors"]), (2, &json!(1)));
    let read =
        east.post("/crm/v4/associations/companies/contacts/batch/read", json!({"inputs": [{"id": company}]})).await.expect(200);
    assert_eq!(read["results"][0]["to"].as_array().unwrap().len(), 2);
    let defaults = json!({"inputs": [{"from": {"id": contact}, "to": {"id": company}}]});
    east.post("/crm/v4/associations/contacts/companies/batch/associate/default", defaults).await.expect(200);
    east.delete(&format!("/crm/v4/objects/contacts/{contact}/associations/companies/{company}")).await.expect(204);
    let read = east
        .post("/crm/v4/associations/contacts/companies/batch/read", json!({"inputs": [{"id": contact}, {"id": second}]}))
        .await;
    let read = read.expect(207);
    assert_eq!(read["results"].as_array().unwrap().len(), 1, "{read}");
    assert_eq!(read["errors"][0]["context"]["fromObjectId"], json!([contact]));
}

#[tokio::test]
async fn associations_speak_v3_as_well() {
    let world = world().await;
    let east = world.client(EAST).await;
    let (contact, company) = pair(&east).await;
    let link = json!({"inputs": [{"from": {"id": contact}, "to": {"id": company}, "type": "contact_to_company"}]});
    let made = east.post("/crm/v3/associations/Contacts/Companies/batch/create", link.clone()).await.expect(201);
    let shown = json!({"from": {"id": contact}, "to": {"id": company}, "type": "contact_to_company"});
    assert_eq!(made["results"], json!([shown]));
    let read =
        east.post("/crm/v3/associations/contact/company/batch/read", json!({"inputs": [{"id": contact}]})).await.expect(200);
    assert!(
        read["results"][0]["to"].as_array().unwrap().contains(&json!({"id": company, "type": "contact_to_company"})),
        "{read}"
    );
    let list = east.get(&format!("/crm/v3/objects/contacts/{contact}/associations/companies")).await.expect(200);
    assert_eq!(list["results"][0]["id"], company);
    let types = east.get("/crm/v3/associations/contacts/companies/types").await.expect(200);
    assert!(
        types["results"].as_array().unwrap().contains(&json!({"id": "279", "name": "contact_to_company_unlabeled"})),
        "{types}"
    );
    east.post("/crm/v3/associations/contacts/companies/batch/archive", link).await.expect(204);
    for kind in ["279", "contact_to_company_unlabeled"] {
        let made = east
            .put(&format!("/crm/v3/objects/contacts/{contact}/associations/companies/{company}/{kind}"), json!(null))
            .await
            .expect(200);
        assert_eq!(made["id"], contact);
        east.delete(&format!("/crm/v3/objects/contacts/{contact}/associations/companies/{company}/{kind}")).await.expect(204);
    }
}
