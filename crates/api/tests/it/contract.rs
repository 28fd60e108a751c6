//! Our own description as a contract: every answer a test sees is checked against what `/openapi.json` says about its route.
//!
//! A checker for the part of JSON Schema that our schemas use, and strict: a field that the schema does not name is an error,
//! because a client that reads the description could not know of it.

use serde_json::Value;

/// The description, searchable by path.
pub struct Contract {
    document: Value,
    paths: matchit::Router<String>,
}

impl Contract {
    pub fn new(openapi: &[u8]) -> Contract {
        let document: Value = serde_json::from_slice(openapi).unwrap();
        let mut paths = matchit::Router::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            paths.insert(path, path.clone()).unwrap();
            for operation in operations.as_object().unwrap().values() {
                for alias in operation["x-aliases"].as_array().into_iter().flatten() {
                    // Two methods of one path have the same aliases: the second insertion of each fails and need not succeed.
                    let _ = paths.insert(alias.as_str().unwrap(), path.clone());
                }
            }
        }
        Contract { document, paths }
    }

    /// What is wrong with an answer; empty when it is as described.
    pub fn wrongs(&self, method: &str, path: &str, status: u16, body: &str) -> Vec<String> {
        let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        let described =
            self.paths.at(trimmed).ok().map(|found| &self.document["paths"][found.value][method.to_ascii_lowercase()]);
        let answer = described.map(|operation| &operation["responses"][status.to_string()]).filter(|answer| !answer.is_null());
        let schema = match answer {
            Some(answer) if answer["content"].is_null() => {
                return if body.is_empty() { vec![] } else { vec![format!("{status} has a body and should not: {body}")] };
            }
            Some(answer) => &answer["content"]["application/json"]["schema"],
            None if status >= 400 => &self.document["components"]["responses"]["Error"]["content"]["application/json"]["schema"],
            None => return vec![format!("{method} {path} answers {status}, which its description does not know")],
        };
        if schema.is_null() {
            return vec![];
        }
        let mut wrongs = vec![];
        match serde_json::from_str(body) {
            Ok(value) => self.check(schema, &value, "", &mut wrongs),
            Err(error) => wrongs.push(format!("not JSON: {error}: {body}")),
        }
        wrongs
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, wrongs: &mut Vec<String>) {
        if schema == &Value::Bool(true) {
            return;
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            return self.check(&self.document["components"]["schemas"][name], value, at, wrongs);
        }
        if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
            if !choices.iter().any(|choice| self.fits(choice, value)) {
                wrongs.push(format!("{at}: {value} is none of the choices"));
            }
            return;
        }
        if let Some(fixed) = schema.get("const").filter(|fixed| *fixed != value) {
            wrongs.push(format!("{at}: {value} is not {fixed}"));
        }
        if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
            wrongs.push(format!("{at}: {value} is not one of {allowed:?}"));
        }
        if !has_type(&schema["type"], value) {
            wrongs.push(format!("{at}: {value} is not of type {}", schema["type"]));
            return;
        }
        match value {
            Value::Object(fields) => self.check_object(schema, fields, at, wrongs),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.check(schema.get("items").unwrap_or(&Value::Bool(true)), item, &format!("{at}[{i}]"), wrongs);
                }
            }
            _ => {}
        }
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let mut wrongs = vec![];
        self.check(schema, value, "", &mut wrongs);
        wrongs.is_empty()
    }

    fn check_object(&self, schema: &Value, fields: &serde_json::Map<String, Value>, at: &str, wrongs: &mut Vec<String>) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                wrongs.push(format!("{at}.{name} is missing"));
            }
        }
        for (name, value) in fields {
            let at = format!("{at}.{name}");
            match (schema["properties"].get(name), schema.get("additionalProperties")) {
                (Some(schema), _) => self.check(schema, value, &at, wrongs),
                (None, Some(Value::Bool(true))) => {}
                (None, Some(schema)) if schema.is_object() => self.check(schema, value, &at, wrongs),
                (None, None) if schema["properties"].is_null() => {}
                _ => wrongs.push(format!("{at} is not described")),
            }
        }
    }
}

fn has_type(types: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("a schema has the type {other}"),
    };
    match types {
        Value::Null => true,
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        name => is(name.as_str().unwrap()),
    }
}

#[test]
fn the_checker_finds_what_differs_from_the_description() {
    let openapi = serde_json::json!({
        "paths": {"/things/{id}": {"get": {"x-aliases": ["/old/{id}"], "responses": {
            "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
            "204": {"description": "nothing"}
        }}}},
        "components": {
            "schemas": {"Thing": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"}, "n": {"type": ["integer", "null"]}, "tags": {"type": "array", "items": {"type": "string"}}}}},
            "responses": {"Error": {"content": {"application/json": {"schema": {"type": "object", "required": ["message"]}}}}}
        }
    });
    let contract = Contract::new(openapi.to_string().as_bytes());
    let wrongs = |status, body: &str| contract.wrongs("GET", "/old/7/", status, body);
    assert!(wrongs(200, r#"{"id":"7","n":null,"tags":["a"]}"#).is_empty());
    assert!(wrongs(404, r#"{"message":"no"}"#).is_empty());
    let found = [
        wrongs(200, r#"{"n":1}"#),
        wrongs(200, r#"{"id":7}"#),
        wrongs(200, r#"{"id":"7","more":1}"#),
        wrongs(200, r#"{"id":"7","tags":[1]}"#),
        wrongs(404, "{}"),
        wrongs(204, "x"),
        wrongs(302, ""),
    ];
    assert!(found.iter().all(|wrongs| wrongs.len() == 1), "{found:?}");
}
