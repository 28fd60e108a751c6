//! A client without a socket: requests in, status, headers and JSON out.

use api::Api;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;

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

/// `send(api, "GET /path", "")`: the shortest way to ask.
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
