//! The OpenAPI 3.1 document, written from the route table.

use crate::route::{Access, Parameter, Payload, Route};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use wire::error::ErrorBody;

/// The document.
pub fn document(routes: &[Arc<Route>]) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let error = content(&mut generator, &Payload::Json(|g| g.subschema_for::<ErrorBody>()));
    let mut paths = Map::new();
    for route in routes {
        let operations = paths.entry(route.path).or_insert_with(|| json!({}));
        operations[route.method.as_str().to_ascii_lowercase()] = operation(route, &mut generator);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Consortio",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The CRM part speaks the wire format that HubSpot's API clients speak; organizations, accounts and identity are our own. \
                            A path's dated and legacy aliases are listed as x-aliases.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        },
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": {"Error": {"description": "A refusal", "content": error}},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A service token of one account, `pat-...`. It selects the account."},
                "directory": {"type": "http", "scheme": "bearer", "description": "A provisioning token of one organization, `scim-...`."},
                "session": {"type": "apiKey", "in": "cookie", "name": "consortio_session"},
                "account": {"type": "apiKey", "in": "header", "name": "X-Consortio-Account", "description": "The account a signed-in person works in."}
            }
        }
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let path_parameters = parameter_names(route.path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let query_parameters = route.parameters.iter().map(parameter);
    let parameters: Vec<Value> = path_parameters.chain(query_parameters).collect();
    let mut operation = json!({
        "operationId": route.id,
        "summary": route.summary,
        "tags": [route.tag],
        "security": security(route.access),
        "responses": responses(route, generator),
    });
    if let Access::Account(scope) = route.access
        && !scope.is_empty()
    {
        operation["x-scope"] = json!(scope);
    }
    if !parameters.is_empty() {
        operation["parameters"] = Value::from(parameters);
    }
    if let Some(payload) = &route.request {
        operation["requestBody"] = json!({"required": true, "content": content(generator, payload)});
    }
    let aliases: Vec<String> = route.paths().into_iter().skip(1).map(|(path, _)| path).collect();
    if !aliases.is_empty() {
        operation["x-aliases"] = Value::from(aliases);
    }
    operation
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    for (status, payload) in &route.replies {
        let mut response = json!({"description": description(*status)});
        if let Some(payload) = payload {
            response["content"] = content(generator, payload);
        }
        responses.insert(status.to_string(), response);
    }
    responses.insert("default".to_owned(), json!({"$ref": "#/components/responses/Error"}));
    Value::from(responses)
}

fn description(status: u16) -> &'static str {
    match status {
        200 => "Done",
        201 => "Created",
        202 => "Accepted: the work goes on",
        204 => "Done, nothing to say",
        207 => "Done for some inputs, refused for others",
        _ => "Answered",
    }
}

fn content(generator: &mut SchemaGenerator, payload: &Payload) -> Value {
    match payload {
        Payload::Json(schema) => json!({"application/json": {"schema": schema(generator)}}),
        Payload::Form(schema) => json!({"multipart/form-data": {"schema": schema(generator)}}),
        Payload::Other(media_type) => json!({*media_type: {}}),
    }
}

fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Session => json!([{"session": []}]),
        Access::Account(_) => json!([{"token": []}, {"session": [], "account": []}]),
        Access::AccountSession => json!([{"session": [], "account": []}]),
        Access::Directory => json!([{"directory": []}]),
    }
}

fn parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        "array" => json!({"type": "array", "items": {"type": "string"}}),
        kind => json!({"type": kind}),
    };
    json!({"name": parameter.name, "in": "query", "required": false, "description": parameter.about, "schema": schema})
}

/// The names between braces.
pub fn parameter_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}
