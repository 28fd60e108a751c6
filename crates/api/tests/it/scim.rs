//! SCIM as a directory speaks it, and the pages' side of it, through the real router.

use crate::client::{Reply, send};
use crate::group::{ANN, Group, group};
use crate::world::{EAST, WEST};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

struct Directory {
    group: Group,
    id: String,
    token: String,
}

/// An organization of East and West with a directory; West consents.
async fn directory() -> Directory {
    let group = group().await;
    let id = group.organized().await["id"].as_str().unwrap().to_owned();
    let proof = group.proof("sign_on.change", &format!("o:{id}")).await;
    let line = format!("POST /organizations/v1/{id}/provisioning/tokens");
    let made = group.asked(ANN, EAST, &line, json!({"name": "Okta"}), Some(&proof)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let proof = group.proof("sign_on.change", "a:8").await;
    let consent = group.asked(ANN, WEST, "PATCH /accounts/v1/sso", json!({"organizationProvisions": true}), Some(&proof)).await;
    assert_eq!(consent.json()["account"]["organizationProvisions"], true, "{}", consent.text);
    Directory { group, id, token }
}

impl Directory {
    async fn send(&self, line: &str, headers: &[(&str, &str)], body: Value) -> Reply {
        let (method, uri) = line.split_once(' ').unwrap();
        let uri = uri.replace(' ', "%20").replace('"', "%22");
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("host", "crm.example")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/scim+json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        send(&self.group.0.api, request.body(body).unwrap()).await
    }

    async fn ask(&self, line: &str, body: Value, status: u16) -> Value {
        let reply = self.send(line, &[], body).await;
        assert_eq!(reply.status.as_u16(), status, "{line}: {}", reply.text);
        if reply.text.is_empty() {
            return Value::Null;
        }
        assert_eq!(reply.header("content-type"), "application/scim+json", "{line}");
        reply.json()
    }

    async fn refused(&self, line: &str, body: Value) -> (u16, String) {
        let reply = self.send(line, &[], body).await;
        let error = reply.json();
        assert_eq!(error["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error", "{line}: {}", reply.text);
        assert_eq!(error["status"], reply.status.as_u16().to_string());
        (reply.status.as_u16(), error["scimType"].as_str().unwrap_or_default().to_owned())
    }

    async fn users_of_west(&self) -> Vec<(String, String)> {
        let reply = self.group.asked(ANN, WEST, "GET /accounts/v1/users", Value::Null, None).await.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        reply["results"].as_array().unwrap().iter().map(|user| (text(&user["email"]), text(&user["status"]))).collect()
    }
}

fn mia() -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Mia@ex.org", "externalId": "00u1",
           "name": {"givenName": "Mia", "familyName": "Holm"}, "emails": [{"primary": true, "value": "mia@ex.org"}], "title": "Rep"})
}

#[tokio::test]
async fn a_resource_has_its_place_its_version_and_what_was_asked_for() {
    let directory = directory().await;
    let made = directory.send("POST /scim/v2/Users", &[], mia()).await;
    let user = made.json();
    let id = user["id"].as_str().unwrap();
    let place = format!("http://crm.example/scim/v2/Users/{id}");
    assert_eq!((made.status.as_u16(), made.header("location"), made.header("etag")), (201, place.as_str(), "W/\"1\""));
    assert_eq!((&user["meta"]["location"], &user["active"], &user["title"]), (&json!(place), &json!(true), &Value::Null));
    let line = format!("/scim/v2/Users/{id}");
    let some = directory.ask(&format!("GET {line}?attributes=name.givenName"), Value::Null, 200).await;
    assert_eq!(some.as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "name", "schemas"]);
    let change = json!({"Operations": [{"op": "replace", "path": "displayName", "value": "Mia H."}]});
    let stale = directory.send(&format!("PATCH {line}"), &[("if-match", "W/\"7\"")], change.clone()).await;
    assert_eq!(stale.status.as_u16(), 412, "{}", stale.text);
    let changed = directory.send(&format!("PATCH {line}"), &[("if-match", "W/\"1\"")], change.clone()).await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "W/\"2\""));
    let same = directory.send(&format!("PATCH {line}"), &[], change).await;
    assert_eq!(same.header("etag"), "W/\"2\"", "what stays the same is no change");
    // A whole resource that does not say whether she is active leaves her as she is.
    directory
        .ask(&format!("PATCH {line}"), json!({"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}), 200)
        .await;
    let put = directory.ask(&format!("PUT {line}"), mia(), 200).await;
    assert_eq!((&put["active"], &put["displayName"]), (&json!(false), &Value::Null));
    directory.ask(&format!("DELETE {line}"), Value::Null, 204).await;
    assert_eq!(directory.refused(&format!("GET {line}"), Value::Null).await.0, 404);
}

#[tokio::test]
async fn people_are_found_and_paged() {
    let directory = directory().await;
    directory.ask("POST /scim/v2/Users", mia(), 201).await;
    for n in 0..5 {
        directory.ask("POST /scim/v2/Users", json!({"userName": format!("rep{n}@ex.org"), "active": n != 3}), 201).await;
    }
    let total = async |filter: &str| {
        directory.ask(&format!("GET /scim/v2/Users?filter={filter}"), Value::Null, 200).await["totalResults"].as_u64().unwrap()
    };
    assert_eq!(total("userName eq \"mia@EX.org\"").await, 1);
    assert_eq!(total("externalId eq \"00u1\"").await, 1);
    assert_eq!(total("externalId eq \"00U1\"").await, 0);
    assert_eq!(total("userName sw \"rep\" and active eq true").await, 4);
    assert_eq!(total("name.familyName co \"ol\" or active eq false").await, 2);
    assert_eq!(total("not (externalId pr)").await, 5);
    let of_work = json!({"Operations": [{"op": "add", "path": "emails[type eq \"work\"].value", "value": "mia@work.example"}]});
    let mia = directory.ask("GET /scim/v2/Users?filter=externalId eq \"00u1\"", Value::Null, 200).await;
    directory.ask(&format!("PATCH /scim/v2/Users/{}", mia["Resources"][0]["id"].as_str().unwrap()), of_work, 200).await;
    assert_eq!(total("emails[type eq \"work\"].value eq \"mia@work.example\"").await, 1, "as Entra ID asks");
    assert_eq!(total("emails[type eq \"work\"].value eq \"mia@ex.org\"").await, 0, "that one is of no type");
    let page = directory.ask("GET /scim/v2/Users?startIndex=5&count=4", Value::Null, 200).await;
    let shape = [&page["totalResults"], &page["startIndex"], &page["itemsPerPage"]].map(|n| n.as_u64().unwrap());
    assert_eq!(shape, [6, 5, 2]);
    let none = directory.ask("GET /scim/v2/Users?count=0", Value::Null, 200).await;
    assert_eq!((&none["totalResults"], none["Resources"].as_array().unwrap().len()), (&json!(6), 0));
    let search = json!({"filter": "userName sw \"rep\"", "startIndex": 2, "count": 2, "attributes": ["userName"]});
    let found = directory.ask("POST /scim/v2/Users/.search", search, 200).await;
    assert_eq!((&found["totalResults"], &found["Resources"][0]["userName"]), (&json!(5), &json!("rep1@ex.org")));
}

#[tokio::test]
async fn a_group_lets_people_into_an_account_that_says_so() {
    let directory = directory().await;
    let id = directory.ask("POST /scim/v2/Users", mia(), 201).await["id"].clone();
    let team = directory.ask("POST /scim/v2/Groups", json!({"displayName": "Reps", "members": [{"value": id}]}), 201).await;
    let team_line = format!("/scim/v2/Groups/{}", team["id"].as_str().unwrap());
    assert_eq!(team["members"][0]["$ref"], format!("http://crm.example/scim/v2/Users/{}", id.as_str().unwrap()));
    let without =
        directory.ask("GET /scim/v2/Groups?excludedAttributes=members&filter=displayName eq \"reps\"", Value::Null, 200).await;
    assert_eq!((&without["totalResults"], &without["Resources"][0]["members"]), (&json!(1), &Value::Null));
    let with_her = format!("GET /scim/v2/Groups?filter=members[value eq \"{}\"]&attributes=displayName", id.as_str().unwrap());
    assert_eq!(directory.ask(&with_her, Value::Null, 200).await["totalResults"], 1);

    let group = &directory.group;
    let line = format!("PUT /accounts/v1/provisioning/groups/{}", team["id"].as_str().unwrap());
    let wanted = json!({"role": "standard", "seats": ["sales"]});
    assert_eq!(group.asked(ANN, WEST, &line, wanted.clone(), None).await.status, 403);
    let in_east = group.proof("sign_on.change", "a:7").await;
    let unconsented = group.asked(ANN, EAST, &line, wanted.clone(), Some(&in_east)).await;
    assert_eq!((unconsented.status.as_u16(), &unconsented.json()["subCategory"]), (409, &json!("NOT_CONSENTED")));
    let proof = group.proof("sign_on.change", "a:8").await;
    let opened = group.asked(ANN, WEST, &line, wanted, Some(&proof)).await.json();
    assert_eq!((&opened["groups"][0]["nMembers"], &opened["groups"][0]["gives"]["seats"][0]), (&json!(1), &json!("sales")));
    assert!(directory.users_of_west().await.contains(&("mia@ex.org".to_owned(), "invited".to_owned())));
    assert_eq!(directory.ask("GET /scim/v2/Users", Value::Null, 200).await["Resources"][0]["groups"][0]["display"], "Reps");

    let remove = json!({"Operations": [{"op": "Remove", "path": format!("members[value eq \"{}\"]", id.as_str().unwrap())}]});
    directory.ask(&format!("PATCH {team_line}"), remove, 200).await;
    assert!(!directory.users_of_west().await.iter().any(|(email, _)| email == "mia@ex.org"));
    let page =
        group.asked(ANN, EAST, &format!("GET /organizations/v1/{}/provisioning", directory.id), Value::Null, None).await.json();
    assert_eq!((&page["nPeople"], &page["nGroups"], &page["accountIds"]), (&json!(1), &json!(1), &json!(["8"])));
    assert!(page["tokens"][0].get("token").is_none(), "{page}");
    let line =
        format!("DELETE /organizations/v1/{}/provisioning/tokens/{}", directory.id, page["tokens"][0]["id"].as_str().unwrap());
    assert_eq!(group.asked(ANN, EAST, &line, Value::Null, None).await.status, 204);
    assert_eq!(directory.refused("GET /scim/v2/Users", Value::Null).await.0, 401);
}

#[tokio::test]
async fn refusals_are_told_in_the_words_of_scim() {
    let directory = directory().await;
    let id = directory.ask("POST /scim/v2/Users", mia(), 201).await["id"].as_str().unwrap().to_owned();
    let patch = format!("PATCH /scim/v2/Users/{id}");
    let operation = |operation: Value| json!({ "Operations": [operation] });
    for (line, body, expected) in [
        ("POST /scim/v2/Users", mia(), (409, "uniqueness")),
        ("POST /scim/v2/Users", json!({"userName": "x"}), (400, "invalidValue")),
        ("POST /scim/v2/Users", json!([]), (400, "invalidSyntax")),
        ("GET /scim/v2/Users?filter=userName is \"x\"", Value::Null, (400, "invalidFilter")),
        (&patch, operation(json!({"op": "replace", "path": "id", "value": "9"})), (400, "mutability")),
        (&patch, operation(json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x"})), (400, "noTarget")),
        (
            &patch,
            operation(json!({"op": "replace", "path": "emails", "value": [{"value": "no address"}]})),
            (400, "invalidValue"),
        ),
        ("POST /scim/v2/Users", json!({"userName": "n@ex.org", "name": {"givenName": "A\u{0}"}}), (400, "invalidValue")),
        ("POST /scim/v2/Groups", json!({"displayName": "Reps \u{202E}"}), (400, "invalidValue")),
        ("POST /scim/v2/Groups", json!({"displayName": "Reps", "members": [{}]}), (400, "invalidValue")),
        (&patch, operation(json!({"op": "replace", "path": "displayName", "value": "x".repeat(5_000)})), (400, "invalidValue")),
        (&patch, operation(json!({"op": "remove", "path": "emails[value eq \"mia@ex.org\"].value"})), (400, "mutability")),
        ("GET /scim/v2/Users?startIndex=first", Value::Null, (400, "invalidValue")),
        ("GET /scim/v2/Users/nobody", Value::Null, (404, "")),
        ("GET /scim/v2/Users/4711", Value::Null, (404, "")),
        ("GET /scim/v2/Bulk", Value::Null, (404, "")),
        ("DELETE /scim/v2/Schemas", Value::Null, (405, "")),
        ("POST /scim/v2/.search", json!({}), (501, "")),
        ("POST /scim/v2/Groups", json!({"displayName": "x", "members": [{"value": "4711"}]}), (400, "invalidValue")),
        ("POST /scim/v2/Groups", json!({"externalId": "x"}), (400, "invalidValue")),
    ] {
        let (status, kind) = directory.refused(line, body).await;
        assert_eq!((status, kind.as_str()), expected, "{line}");
    }
    let told =
        directory.ask(&patch, operation(json!({"op": "add", "path": "name.givenName", "value": "\u{202E}aiM"})), 400).await;
    assert_eq!(told["detail"], "name.givenName contains a control character, or one that turns the direction of text");
    let config = directory.ask("GET /scim/v2/ServiceProviderConfig", Value::Null, 200).await;
    assert_eq!((&config["patch"]["supported"], &config["bulk"]["supported"]), (&json!(true), &json!(false)));
    let schema = directory.ask("GET /scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group", Value::Null, 200).await;
    assert_eq!(schema["name"], "Group");
}

#[tokio::test]
async fn off_boarding_is_planned_and_done_by_those_routes() {
    let group = group().await;
    let id = group.organized().await["id"].as_str().unwrap().to_owned();
    let plan = format!("POST /organizations/v1/{id}/off-boarding/plan");
    let planned = group.asked(ANN, EAST, &plan, json!({"email": "bo@group.example"}), None).await;
    let found = planned.json();
    let person = found["personId"].clone();
    assert_eq!((&found["results"][0]["outcome"], &found["results"][0]["seats"]), (&json!("done"), &json!(["sales"])), "{found}");
    let line = format!("POST /organizations/v1/{id}/off-boarding");
    let unproved = group.asked(ANN, EAST, &line, json!({"personId": person}), None).await.json();
    assert_eq!((&unproved["subCategory"], &unproved["context"]["subject"][0]), (&json!("STEP_UP_NEEDED"), &person));
    let proof = group.proof("off_board", person.as_str().unwrap()).await;
    let done = group.asked(ANN, EAST, &line, json!({"personId": person}), Some(&proof)).await;
    assert_eq!(done.json(), found, "what was planned is what was done");
    let again = group.asked(ANN, EAST, &plan, json!({"email": "bo@group.example"}), None).await.json();
    assert_eq!(again["results"][0]["outcome"], "off_already");
}
