//! Everything a client can get wrong: each answer is in the envelope, has the right status, and names the thing and the value.

use crate::world::{EAST, world};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};

/// Request line, body, status, and what the message must contain.
type Case = (&'static str, &'static [u8], u16, &'static [&'static str]);

const CASES: &[Case] = &[
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": \"a@ex.org\",}}", 400, &["not valid JSON", "line 1 column 37"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\":", 400, &["not valid JSON", "line 1 column 14"]),
    ("POST /crm/v3/objects/contacts", b"", 400, &["body is empty"]),
    ("POST /crm/v3/objects/contacts", b"[]", 400, &["expected an object"]),
    ("POST /crm/v3/objects/contacts", b"7", 400, &["invalid type: integer `7`"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": \"\xff\"}}", 400, &["not UTF-8", "offset 26"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": [1]}", 400, &["properties", "line 1"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": {\"a\": 1}}}", 400, &["properties.email"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"shoe\": \"42\", \"email\": \"a@ex.org\"}}", 400, &["Property values were not valid", "shoe"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": \"nonsense\"}}", 400, &["email", "nonsense", "INVALID_EMAIL"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": \"a@ex.org\", \"lifecyclestage\": \"king\"}}", 400, &["lifecyclestage", "king", "INVALID_OPTION"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": \"a@ex.org\", \"closedate\": \"soon\"}}", 400, &["closedate", "soon", "INVALID_DATE"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": \"a@ex.org\", \"hs_object_id\": \"1\"}}", 400, &["hs_object_id", "READ_ONLY_VALUE"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"phone\": \"1\"}}", 400, &["REQUIRED_PROPERTY", "email"]),
    ("POST /crm/v3/objects/companies", b"{\"properties\": {\"name\": \"A\", \"numberofemployees\": \"many\"}}", 400, &["numberofemployees", "many"]),
    ("POST /crm/v3/objects/deals", b"{\"properties\": {\"dealname\": \"A\"}}", 400, &["dealstage", "REQUIRED_PROPERTY"]),
    ("POST /crm/v3/objects/deals", b"{\"properties\": {\"dealname\": \"A\", \"dealstage\": \"heaven\"}}", 400, &["dealstage", "heaven"]),
    ("POST /crm/v3/objects/notes", b"{\"properties\": {\"hs_note_body\": \"x\"}}", 400, &["hs_timestamp", "REQUIRED_PROPERTY"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": \"a@ex.org\"}, \"associations\": [{\"to\": {\"id\": \"4711\"}, \"types\": [{\"associationCategory\": \"HUBSPOT_DEFINED\", \"associationTypeId\": 279}]}]}", 400, &["4711"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": \"a@ex.org\"}, \"associations\": [{\"to\": {\"id\": \"x\"}, \"types\": []}]}", 400, &["\"x\" is not an id"]),
    ("POST /crm/v3/objects/contacts", b"{\"properties\": {\"email\": \"a@ex.org\"}, \"associations\": [{\"to\": {\"id\": \"1\"}, \"types\": [{\"associationCategory\": \"MINE\", \"associationTypeId\": 1}]}]}", 400, &["MINE"]),
    ("GET /crm/v3/objects/unicorns", b"", 400, &["Unable to infer object type from: unicorns"]),
    ("POST /crm/v3/objects/unicorns/search", b"{}", 400, &["Unable to infer object type from: unicorns"]),
    ("GET /crm/v3/objects/contacts/abc", b"", 400, &["\"abc\" is not an id"]),
    ("GET /crm/v3/objects/contacts/0", b"", 400, &["\"0\" is not an id"]),
    ("GET /crm/v3/objects/contacts/-5", b"", 400, &["\"-5\" is not an id"]),
    ("GET /crm/v3/objects/contacts/9007199254740992", b"", 400, &["\"9007199254740992\" is not an id"]),
    ("GET /crm/v3/objects/contacts/99999999999999999999999999", b"", 400, &["is not an id"]),
    ("GET /crm/v3/objects/contacts/9007199254740991", b"", 404, &["resource not found"]),
    ("GET /crm/v3/objects/contacts/4711", b"", 404, &["resource not found"]),
    ("GET /crm/v3/objects/contacts/a@ex.org?idProperty=email", b"", 404, &["resource not found"]),
    ("GET /crm/v3/objects/contacts/a?idProperty=shoe", b"", 400, &["shoe"]),
    ("GET /crm/v3/objects/contacts/a?idProperty=city", b"", 400, &["city"]),
    ("PATCH /crm/v3/objects/contacts/4711", b"{\"properties\": {\"city\": \"x\"}}", 404, &["resource not found"]),
    ("PATCH /crm/v3/objects/contacts/4711", b"{}", 400, &["missing field `properties`"]),
    ("DELETE /crm/v3/objects/contacts/4711", b"", 404, &["resource not found"]),
    ("DELETE /crm/v3/objects/contacts", b"", 405, &["DELETE", "GET"]),
    ("GET /crm/v3/objects/contacts?limit=101", b"", 400, &["limit", "101", "100"]),
    ("GET /crm/v3/objects/contacts?limit=51&propertiesWithHistory=city", b"", 400, &["limit", "51", "50"]),
    ("GET /crm/v3/objects/contacts?limit=ten", b"", 400, &["limit", "ten"]),
    ("GET /crm/v3/objects/contacts?after=x", b"", 400, &["after", "\"x\""]),
    ("GET /crm/v3/objects/contacts?archived=perhaps", b"", 400, &["archived", "perhaps"]),
    ("GET /crm/v3/objects/contacts?associations=unicorns", b"", 400, &["Unable to infer object type from: unicorns"]),
    ("POST /crm/v3/objects/contacts/search", b"{\"limit\": 201}", 400, &["limit", "201", "200"]),
    ("POST /crm/v3/objects/contacts/search", b"{\"after\": \"x\"}", 400, &["after", "\"x\""]),
    ("POST /crm/v3/objects/contacts/search", b"{\"filters\": [{\"propertyName\": \"shoe\", \"operator\": \"EQ\", \"value\": \"1\"}]}", 400, &["shoe"]),
    ("POST /crm/v3/objects/contacts/search", b"{\"filters\": [{\"propertyName\": \"email\", \"operator\": \"LIKE\", \"value\": \"1\"}]}", 400, &["LIKE"]),
    ("POST /crm/v3/objects/contacts/search", b"{\"filters\": [{\"propertyName\": \"email\", \"operator\": \"EQ\"}]}", 400, &["email"]),
    ("POST /crm/v3/objects/contacts/search", b"{\"filters\": [{\"propertyName\": \"createdate\", \"operator\": \"GT\", \"value\": \"soon\"}]}", 400, &["createdate", "soon"]),
    ("POST /crm/v3/objects/contacts/search", b"{\"filters\": [{\"propertyName\": \"city\", \"operator\": \"IN\"}]}", 400, &["city"]),
    ("POST /crm/v3/objects/contacts/search", b"{\"sorts\": [\"shoe\"]}", 400, &["shoe"]),
    ("POST /crm/v3/objects/contacts/search", b"{\"filterGroups\": {}}", 400, &["filterGroups"]),
    ("POST /crm/v3/objects/contacts/batch/read", b"{}", 400, &["missing field `inputs`"]),
    ("POST /crm/v3/objects/contacts/batch/read", b"{\"inputs\": [{\"id\": \"x\"}]}", 207, &["Could not get some CONTACT objects", "[\"x\"]"]),
    ("POST /crm/v3/objects/contacts/batch/read", b"{\"inputs\": [{\"id\": \"x\"}], \"idProperty\": \"city\"}", 400, &["city"]),
    ("POST /crm/v3/objects/contacts/batch/update", b"{\"inputs\": [{\"properties\": {}}]}", 400, &["inputs[0]", "missing field `id`"]),
    ("POST /crm/v3/objects/contacts/batch/upsert", b"{\"inputs\": [{\"id\": \"a\", \"idProperty\": \"city\", \"properties\": {}}]}", 400, &["city"]),
    ("GET /crm/v3/properties/contacts/shoe", b"", 404, &["shoe"]),
    ("POST /crm/v3/properties/contacts", b"{\"label\": \"x\", \"type\": \"string\", \"fieldType\": \"text\", \"groupName\": \"contactinformation\"}", 400, &["name is missing"]),
    ("POST /crm/v3/properties/contacts", b"{\"name\": \"Bad Name\", \"label\": \"x\", \"type\": \"string\", \"fieldType\": \"text\", \"groupName\": \"contactinformation\"}", 400, &["Bad Name"]),
    ("POST /crm/v3/properties/contacts", b"{\"name\": \"x\", \"label\": \"x\", \"type\": \"text\", \"fieldType\": \"text\", \"groupName\": \"contactinformation\"}", 400, &["type", "text"]),
    ("POST /crm/v3/properties/contacts", b"{\"name\": \"x\", \"label\": \"x\", \"type\": \"string\", \"fieldType\": \"text\", \"groupName\": \"nowhere\"}", 400, &["nowhere"]),
    ("POST /crm/v3/properties/contacts", b"{\"name\": \"email\", \"label\": \"x\", \"type\": \"string\", \"fieldType\": \"text\", \"groupName\": \"contactinformation\"}", 409, &["email"]),
    ("POST /crm/v3/pipelines/contacts", b"{\"label\": \"x\", \"stages\": []}", 400, &["contacts have no pipelines"]),
    ("GET /crm/v3/pipelines/deals/4711", b"", 404, &["4711"]),
    ("GET /crm/v3/pipelines/deals/default/stages/4711", b"", 404, &["4711"]),
    ("POST /crm/v3/pipelines/deals", b"{\"label\": \"x\", \"displayOrder\": 0, \"stages\": []}", 400, &["at least one stage"]),
    ("POST /crm/v3/pipelines/deals", b"{\"label\": \"x\", \"displayOrder\": 0, \"stages\": [{\"label\": \"a\", \"displayOrder\": 0, \"metadata\": {\"probability\": \"7\"}}]}", 400, &["probability", "7"]),
    ("GET /crm/v3/owners/4711", b"", 404, &["4711"]),
    ("GET /crm/v3/owners?limit=501", b"", 400, &["limit", "501", "500"]),
    ("GET /crm/v3/owners/1?idProperty=shoe", b"", 400, &["idProperty", "shoe"]),
    ("GET /crm/v4/objects/contacts/4711/associations/companies", b"", 404, &["resource not found"]),
    ("GET /crm/v4/objects/contacts/1/associations/companies?limit=501", b"", 400, &["limit", "501", "500"]),
    ("PUT /crm/v4/objects/contacts/4711/associations/default/companies/4712", b"", 404, &["471"]),
    ("PUT /crm/v4/objects/contacts/1/associations/companies/2", b"{}", 400, &["invalid type: map"]),
    ("POST /crm/v4/associations/contacts/companies/batch/create", b"{\"inputs\": [{\"from\": {\"id\": \"x\"}, \"to\": {\"id\": \"1\"}, \"types\": []}]}", 400, &["\"x\" is not an id"]),
    ("POST /crm/v4/associations/contacts/companies/labels", b"{\"label\": \"\", \"name\": \"x\"}", 400, &["label"]),
    ("DELETE /crm/v4/associations/contacts/companies/labels/4711", b"", 404, &["4711"]),
    ("POST /crm/v3/associations/contacts/companies/batch/create", b"{\"inputs\": [{\"from\": {\"id\": \"1\"}, \"to\": {\"id\": \"2\"}, \"type\": \"contact_to_moon\"}]}", 400, &["contact_to_moon"]),
    ("POST /oauth/v2/private-apps/get/access-token-info", b"{\"tokenKey\": \"pat-eu1-nobody\"}", 404, &["token"]),
    ("GET /crm/v3/nothing/here", b"", 404, &["/crm/v3/nothing/here"]),
];

#[tokio::test]
async fn every_mistake_is_answered_by_name() {
    let world = world().await;
    let east = world.client(EAST).await;
    let mut wrongs = vec![];
    for (line, body, status, parts) in CASES {
        let reply = east.raw(line, *body).await;
        let text = reply.text.replace("\\\"", "\"");
        let missing: Vec<&&str> = parts.iter().filter(|part| !text.contains(**part)).collect();
        if reply.status.as_u16() != *status || !missing.is_empty() {
            wrongs.push(format!(
                "{line} {}\n    expected {status} with {missing:?}\n    got {} {}",
                String::from_utf8_lossy(body),
                reply.status,
                reply.text
            ));
        }
    }
    assert!(wrongs.is_empty(), "{} of {} are answered otherwise:\n{}", wrongs.len(), CASES.len(), wrongs.join("\n"));
}

#[tokio::test]
async fn what_is_too_much_is_refused_by_its_limit() {
    let world = world().await;
    let east = world.client(EAST).await;
    let note = |n: usize| json!({"properties": {"hs_timestamp": "2026-11-20T10:00:00Z", "hs_note_body": "x".repeat(n)}});
    east.post("/crm/v3/objects/notes", note(65_536)).await.expect(201);
    let refused = east.post("/crm/v3/objects/notes", note(65_537)).await;
    assert!(refused.expect(400)["message"].as_str().unwrap().contains("hs_note_body"), "{}", refused.text);
    assert!(refused.text.len() < 4_000, "the answer repeats the value");
    east.post("/crm/v3/objects/notes", note(10 * 1024 * 1024)).await.expect(413);
    let deep = "[".repeat(100_000);
    let refused = east.raw("POST /crm/v3/objects/contacts", deep).await;
    assert_eq!(refused.status.as_u16(), 400);
    let many: serde_json::Map<_, _> = (0..3_000).map(|n| (format!("p{n}"), json!("x"))).collect();
    let refused = east.post("/crm/v3/objects/contacts", json!({"properties": many})).await;
    assert_eq!(refused.status.as_u16(), 400);
}

/// A body near the real ones: JSON of the right names with anything as values, or plain bytes.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let names = [
        "properties",
        "inputs",
        "id",
        "email",
        "filters",
        "filterGroups",
        "propertyName",
        "operator",
        "value",
        "after",
        "limit",
        "sorts",
        "to",
        "from",
        "types",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["EQ", "email", "-createdate", "101", "contacts"]).prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 24, 4, move |inner| {
        let pairs = prop::collection::vec((prop::sample::select(names.to_vec()), inner.clone()), 0..4);
        let object =
            pairs.prop_map(|pairs| Value::Object(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()));
        prop_oneof![object, prop::collection::vec(inner, 0..3).prop_map(Value::Array)]
    });
    prop_oneof![4 => value.prop_map(|value| value.to_string().into_bytes()), 1 => prop::collection::vec(any::<u8>(), 0..64)]
}

#[test]
fn nothing_a_client_sends_breaks_the_server() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (world, east) = runtime.block_on(async {
        let world = world().await;
        let east = world.client(EAST).await;
        (world, east)
    });
    let lines: Vec<(String, String)> = api::routes()
        .iter()
        .filter(|route| route.path.starts_with("/crm") && !route.path.contains("gdpr"))
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    let segment = prop_oneof![
        Just("contacts".to_owned()),
        Just("101".to_owned()),
        "[a-z0-9%_.:@-]{1,8}",
        "\\PC{1,4}".prop_map(|text| encoded(&text))
    ];
    let query = "([a-z]{1,9}=[a-z0-9%,&=+*-]{0,12}&?){0,3}";
    let case = (prop::sample::select(lines), prop::collection::vec(segment, 6), query, body());
    let mut runner =
        TestRunner::new(Config { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..Config::default() });
    let outcome = runner.run(&case, |((method, path), segments, query, body)| {
        let mut segments = segments.into_iter();
        let parts =
            path.split('/').map(|part| if part.starts_with('{') { segments.next().unwrap_or_default() } else { part.to_owned() });
        let uri = format!("{}?{query}", parts.collect::<Vec<_>>().join("/"));
        if uri.parse::<axum::http::Uri>().is_err() {
            return Ok(());
        }
        let reply = runtime.block_on(east.raw(&format!("{method} {uri}"), body));
        prop_assert!(!reply.status.is_server_error(), "{method} {uri} answers {} {}", reply.status, reply.text);
        Ok(())
    });
    drop(world);
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
