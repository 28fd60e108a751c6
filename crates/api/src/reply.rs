//! Replies. JSON is written straight into the body's buffer; headers are static values.

use axum::BoxError;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::Stream;
use serde::Serialize;

/// The bytes a typical record needs, so that the buffer grows at most once or twice.
const JSON_BYTES_TYPICAL: usize = 1024;

/// 200 with a JSON body.
pub fn ok(body: &impl Serialize) -> Response {
    json(StatusCode::OK, body)
}

/// 201 with a JSON body.
pub fn created(body: &impl Serialize) -> Response {
    json(StatusCode::CREATED, body)
}

/// 204.
pub fn empty() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Any status with a JSON body. Replies are never stored by caches: they hold people's data.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut buffer = Vec::with_capacity(JSON_BYTES_TYPICAL);
    if let Err(error) = serde_json::to_writer(&mut buffer, body) {
        tracing::error!(%error, "a reply could not be written as JSON");
        return text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", String::new());
    }
    let mut response = bytes(status, "application/json;charset=utf-8", buffer);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A file in pieces. An error in the middle ends the connection, so that nobody takes half a file for a whole one.
pub fn stream<E>(media_type: &'static str, pieces: impl Stream<Item = Result<Vec<u8>, E>> + Send + 'static) -> Response
where
    E: Into<BoxError>,
{
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A small file that a browser saves under a name of ours.
pub fn file(media_type: &'static str, name: &str, body: Vec<u8>) -> Response {
    let mut response = bytes(StatusCode::OK, media_type, body);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// Text of any media type.
pub fn text(status: StatusCode, media_type: &'static str, body: impl Into<String>) -> Response {
    bytes(status, media_type, body.into().into_bytes())
}

fn bytes(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
