//! The web interface: files embedded in the binary, and its start page for every path a browser navigates to.

use crate::refusal::Refusal;
use axum::body::Body;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::response::Response;
use std::borrow::Cow;
use std::convert::Infallible;
use tower::ServiceExt;
use tower_http::compression::Compression;

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../ui/dist"]
struct Files;

/// No scripts but our own files, no frames, no other hosts. Styles may be inline: the component library sets its theme so.
pub const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; \
     connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// Answers what the route table does not: a file, the start page for a navigation, else 404. Compressed where the client asks.
pub async fn answer(request: Request<Body>) -> Result<Response, Refusal> {
    let file = file_for(&request)?;
    let service = Compression::new(tower::service_fn(move |request: Request<Body>| {
        let response = respond(&file, request.headers());
        async move { Ok::<_, Infallible>(response) }
    }));
    match service.oneshot(request).await {
        Ok(response) => Ok(response.map(Body::new)),
        Err(never) => match never {},
    }
}

struct File {
    name: String,
    data: Cow<'static, [u8]>,
    etag: String,
}

fn file_for(request: &Request<Body>) -> Result<File, Refusal> {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let navigates =
        request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    let name = path.trim_start_matches('/');
    let named = if reads && !name.is_empty() { load(name) } else { None };
    let start = || if reads && (navigates || name.is_empty()) { load("index.html") } else { None };
    named.or_else(start).ok_or_else(|| Refusal::no_such_path(path))
}

fn load(name: &str) -> Option<File> {
    let file = Files::get(name)?;
    let hash = file.metadata.sha256_hash();
    let etag = hash[..8].iter().fold(String::from("\""), |text, byte| text + &format!("{byte:02x}")) + "\"";
    Some(File { name: name.to_owned(), data: file.data, etag })
}

fn respond(file: &File, request: &HeaderMap) -> Response {
    let unchanged = request.get(IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == file.etag.as_bytes());
    let body = if unchanged { Body::empty() } else { Body::from(file.data.to_vec()) };
    let mut response = Response::new(body);
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(&file.name)));
    // The builder writes a hash of the content into the name of everything in assets/: such a file never changes.
    let keep = if file.name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(etag) = HeaderValue::from_str(&file.etag) {
        headers.insert(ETAG, etag);
    }
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
