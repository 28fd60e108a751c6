//! One request on its way to a handler: who calls, what the path says, what the body holds.

use crate::api::Api;
use crate::authenticate::Caller;
use crate::correlation::Correlation;
use crate::query::Query;
use crate::refusal::{Refusal, shorten};
use crate::route::Version;
use app::cx::{App, Cx};
use app::provisioning::Directory;
use axum::RequestExt;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Multipart, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use axum::http::request::Parts;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::identity::session::Session;
use model::limits::BODY_BYTES_MAX;
use model::object::ObjectType;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use wire::paging::{Next, Paging};

/// How long a JSON body may take to arrive whole. A slow reader of 8 MiB at 300 kB/s still makes it.
const BODY_PATIENCE: Duration = Duration::from_secs(30);
/// What is read and thrown away of a body that is too large, so that the client reads our answer instead of a reset.
const DRAIN_BYTES_MAX: usize = 64 * 1024 * 1024;

/// One request.
pub struct Call {
    pub api: Api,
    pub parts: Parts,
    /// The dialect of the path it came by.
    pub version: Version,
    pub correlation: Correlation,
    /// The other end of the socket; none in tests.
    pub peer: Option<SocketAddr>,
    pub(crate) caller: Caller,
    pub(crate) params: Vec<(&'static str, String)>,
    /// In a mutex only to be `Sync`, so that handlers can lend the call across an await.
    pub(crate) body: Mutex<Body>,
}

impl Call {
    /// A decoded path parameter by the name it has in the table. Panics on a name the path has not, which a test finds.
    pub fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("no path parameter {name} in {}", self.parts.uri.path()))
    }

    /// An identifier in the path.
    pub fn id<T: FromStr<Err = model::id::NotAnId>>(&self, name: &str) -> Result<T, Refusal> {
        let text = self.param(name);
        text.parse()
            .map_err(|e: model::id::NotAnId| Refusal::invalid(e.to_string()).with_code("ID_INVALID").naming("path", name, text))
    }

    /// An object type in the path, in any of its spellings.
    pub fn object_type(&self, name: &str) -> Result<ObjectType, Refusal> {
        let segment = self.param(name);
        ObjectType::from_segment(segment).ok_or_else(|| Refusal::no_such_type(segment))
    }

    /// Who calls, as far as the row's access asked.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The query string.
    pub fn query(&self) -> Query<'_> {
        Query::parse(self.parts.uri.query())
    }

    /// A header, if it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Scheme and host as the client sees them: the configured public URL, else what a proxy forwarded, else `Host`.
    pub fn base_url(&self) -> String {
        if let Some(url) = &self.api.options().public_url {
            return url.as_str().trim_end_matches('/').to_owned();
        }
        let scheme = self.header("x-forwarded-proto").unwrap_or("http");
        let host = self.header("x-forwarded-host").or_else(|| self.header(HOST.as_str())).unwrap_or("localhost");
        format!("{scheme}://{host}")
    }

    /// The product.
    pub fn app(&self) -> &App {
        self.api.app()
    }

    /// The caller's context. Panics in a route whose access names no account: the table is wrong, which a test finds.
    pub fn cx(&self) -> &Cx {
        match &self.caller {
            Caller::Account(cx) => cx,
            other => panic!("{} asks for an account's context and gets {other:?}", self.parts.uri.path()),
        }
    }

    /// The directory that calls. Panics in a route whose access is another.
    pub fn directory(&self) -> &Directory {
        match &self.caller {
            Caller::Directory(directory) => directory,
            other => panic!("{} asks for a directory and gets {other:?}", self.parts.uri.path()),
        }
    }

    /// The signed-in person's session. Panics in a route whose access is another.
    pub fn session(&self) -> &Session {
        match &self.caller {
            Caller::Person(session) => session,
            other => panic!("{} asks for a session and gets {other:?}", self.parts.uri.path()),
        }
    }

    /// The next page: this request's own address with another `after`.
    pub fn next(&self, after: &str) -> Paging {
        let kept =
            self.parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
        let mut link = format!("{}{}?", self.base_url(), self.parts.uri.path());
        for pair in kept {
            link.push_str(pair);
            link.push('&');
        }
        link.push_str("after=");
        link.extend(url::form_urlencoded::byte_serialize(after.as_bytes()));
        Paging { next: Next { after: after.to_owned(), link: Some(link) } }
    }

    /// The JSON body.
    pub async fn json<T: DeserializeOwned>(&mut self) -> Result<T, Refusal> {
        let bytes = self.bytes(BODY_BYTES_MAX).await?;
        decode(&bytes)
    }

    /// The JSON body, or the default where the client sent none.
    pub async fn json_or_default<T: DeserializeOwned + Default>(&mut self) -> Result<T, Refusal> {
        let bytes = self.bytes(BODY_BYTES_MAX).await?;
        if bytes.is_empty() { Ok(T::default()) } else { decode(&bytes) }
    }

    /// The whole body, once; a second call finds it empty.
    pub async fn bytes(&mut self, bytes_max: usize) -> Result<Bytes, Refusal> {
        let announced = self.header(CONTENT_LENGTH.as_str()).and_then(|text| text.parse::<usize>().ok());
        let mut body = self.take_body();
        if announced.is_some_and(|n| n > bytes_max) {
            drain(&mut body).await;
            return Err(Refusal::too_large(bytes_max));
        }
        let reading = tokio::time::timeout(BODY_PATIENCE, Limited::new(&mut body, bytes_max).collect());
        match reading.await {
            Ok(Ok(collected)) => Ok(collected.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                drain(&mut body).await;
                Err(Refusal::too_large(bytes_max))
            }
            Ok(Err(error)) => Err(Refusal::invalid(format!("The request body broke off: {error}")).with_code("BODY_INCOMPLETE")),
            Err(_) => {
                let message = format!("The request body took longer than {} seconds", BODY_PATIENCE.as_secs());
                Err(Refusal::new(axum::http::StatusCode::REQUEST_TIMEOUT, "VALIDATION_ERROR", message).with_code("BODY_TOO_SLOW"))
            }
        }
    }

    fn take_body(&mut self) -> Body {
        std::mem::take(self.body.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    /// The body as a form with files, read as it arrives; at most `bytes_max` in all.
    pub async fn multipart(&mut self, bytes_max: usize) -> Result<Multipart, Refusal> {
        let limited = Limited::new(self.take_body(), bytes_max);
        let mut request = Request::new(Body::new(limited));
        if let Some(kind) = self.parts.headers.get(CONTENT_TYPE) {
            request.headers_mut().insert(CONTENT_TYPE, kind.clone());
        }
        DefaultBodyLimit::disable().apply(&mut request);
        request.extract().await.map_err(|error: axum::extract::multipart::MultipartRejection| {
            let message = format!("The request body is not a multipart/form-data form: {}", error.body_text());
            Refusal::invalid(message).with_code("BODY_NOT_MULTIPART")
        })
    }
}

async fn drain(body: &mut Body) {
    let rest = Limited::new(body, DRAIN_BYTES_MAX);
    let mut rest = std::pin::pin!(rest);
    let reading = async { while let Some(Ok(_)) = rest.as_mut().frame().await {} };
    let _ = tokio::time::timeout(BODY_PATIENCE, reading).await;
}

/// Reads JSON; what is wrong is said with its place.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::invalid("The request body is empty; expected JSON").with_code("BODY_EMPTY"));
    }
    serde_json::from_slice(bytes).map_err(|error| not_json::<T>(bytes, &error))
}

/// Reads a second time, slowly, to find the path of what is wrong: only refusals pay for it.
fn not_json<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> Refusal {
    if let Err(broken) = std::str::from_utf8(bytes) {
        let message = format!("The request body is not UTF-8: the byte at offset {} is invalid", broken.valid_up_to());
        return Refusal::invalid(message).with_code("BODY_NOT_UTF8");
    }
    if !error.is_data() {
        return Refusal::invalid(format!("The request body is not valid JSON: {}", shorten_long(&error.to_string())))
            .with_code("JSON_INVALID");
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(found) => found.path().to_string(),
        Ok(_) => ".".to_owned(),
    };
    let place = if path == "." { "the top" } else { &path };
    let message = format!("The request body does not fit at {place}: {}", shorten_long(&plain(&error.to_string())));
    Refusal::invalid(message).with_code("JSON_UNEXPECTED").naming("body", &path, "")
}

/// What serde expected, without the names of our types: `struct Create with 3 elements` is an object to everybody else.
fn plain(text: &str) -> String {
    let Some((before, expected)) = text.rsplit_once(", expected ") else { return text.to_owned() };
    let (expected, place) = expected.rsplit_once(" at line ").unwrap_or((expected, ""));
    let expected = match expected.trim_start_matches("a ").split(' ').next().unwrap_or_default() {
        "struct" | "map" => "an object",
        "sequence" => "a list",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a number from 0 up",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a number",
        _ => expected,
    };
    let place = if place.is_empty() { String::new() } else { format!(" at line {place}") };
    format!("{before}, expected {expected}{place}")
}

fn shorten_long(text: &str) -> String {
    if text.len() <= 400 {
        text.to_owned()
    } else {
        format!("{} {}", shorten(text), text.rsplit_once(" at ").map_or("", |(_, place)| place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "only its type matters")]
        limit: u32,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Outer {
        #[expect(dead_code, reason = "only its type matters")]
        inputs: Vec<Inner>,
    }

    fn message(text: &[u8]) -> String {
        decode::<Outer>(text).unwrap_err().message
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said_with_its_place() {
        assert_eq!(message(b""), "The request body is empty; expected JSON");
        assert_eq!(message(b"{\"a\": "), "The request body is not valid JSON: EOF while parsing a value at line 1 column 6");
        assert_eq!(message(b"{\"a\": \"\xff\"}"), "The request body is not UTF-8: the byte at offset 7 is invalid");
        assert_eq!(
            message(b"{\"inputs\": [{\"limit\": 1},\n{\"limit\": \"two\"}]}"),
            "The request body does not fit at inputs[1].limit: invalid type: string \"two\", expected a number from 0 up at line 2 column 15"
        );
        let top = message(b"7");
        assert!(top.starts_with("The request body does not fit at the top: "), "{top}");
        assert!(top.contains(", expected an object at line 1"), "{top}");
        let list = message(b"{\"inputs\": 7}");
        assert!(list.starts_with("The request body does not fit at inputs: "), "{list}");
        assert!(list.contains(", expected a list at line 1"), "{list}");
    }
}
