//! A client without a socket: requests in, status, headers and JSON out.

use crate::contract::Contract;
use api::Api;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use std::sync::OnceLock;

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }

    /// The body, after checking the status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The refusal's sentence, after checking that it is in the envelope.
    pub fn message(&self) -> String {
        let error: wire::error::ErrorBody =
            serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text));
        assert_eq!(error.status, "error");
        assert_eq!(error.correlation_id, self.header("x-hubspot-correlation-id"));
        error.message
    }
}

/// Sends a request as it is.
pub async fn send(api: &Api, request: Request<Body>) -> Reply {
    let response = api.answer(request, None).await;
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Reply { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

/// `ask(api, "GET /path", "")`: the shortest way to ask.
pub async fn ask(api: &Api, line: &str, body: impl Into<Body>) -> Reply {
    let (method, uri) = line.split_once(' ').unwrap();
    send(api, Request::builder().method(method).uri(uri).header("host", "crm.example").body(body.into()).unwrap()).await
}

/// A request without a body, with headers.
pub fn with(line: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let (method, uri) = line.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(uri).header("host", "crm.example");
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(Body::empty()).unwrap()
}

/// Somebody with a token. Every answer she gets is checked against our own description.
pub struct Client {
    api: Api,
    token: String,
    contract: &'static Contract,
}

impl Client {
    pub fn new(api: &Api, token: &str) -> Client {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        let contract = CONTRACT.get_or_init(|| Contract::new(&api.openapi()));
        Client { api: api.clone(), token: token.to_owned(), contract }
    }

    /// Sends bytes as they are.
    pub async fn raw(&self, line: &str, body: impl Into<Body>) -> Reply {
        let (method, uri) = line.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(uri).header("host", "crm.example");
        let request =
            request.header("authorization", format!("Bearer {}", self.token)).header("content-type", "application/json");
        let reply = send(&self.api, request.body(body.into()).unwrap()).await;
        let path = uri.split('?').next().unwrap();
        let wrongs = self.contract.wrongs(method, path, reply.status.as_u16(), &reply.text);
        assert!(wrongs.is_empty(), "{line} answers otherwise than described: {wrongs:#?}");
        if reply.status.is_client_error() {
            reply.message();
        }
        reply
    }

    pub async fn get(&self, uri: &str) -> Reply {
        self.raw(&format!("GET {uri}"), "").await
    }

    pub async fn delete(&self, uri: &str) -> Reply {
        self.raw(&format!("DELETE {uri}"), "").await
    }

    pub async fn post(&self, uri: &str, body: Value) -> Reply {
        self.raw(&format!("POST {uri}"), body.to_string()).await
    }

    pub async fn put(&self, uri: &str, body: Value) -> Reply {
        self.raw(&format!("PUT {uri}"), body.to_string()).await
    }

    pub async fn patch(&self, uri: &str, body: Value) -> Reply {
        self.raw(&format!("PATCH {uri}"), body.to_string()).await
    }

    /// Creates a record; its id.
    pub async fn make(&self, object: &str, properties: Value) -> String {
        let made = self.post(&format!("/crm/v3/objects/{object}"), serde_json::json!({"properties": properties})).await;
        made.expect(201)["id"].as_str().unwrap().to_owned()
    }
}
