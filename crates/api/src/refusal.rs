//! Refusals: the one mapping from what went wrong to status, category and body. Source: wire spec 2.5.

use crate::correlation::Correlation;
use crate::reply;
use app::error::Kind;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use std::fmt::Display;
use wire::error::{Context, ErrorBody, ErrorDetail, LegacyPropertyError, legacy_property_message};

/// An answer that is not what was asked for. The message goes to the caller whole; `detail` only to the log.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub status: StatusCode,
    pub category: &'static str,
    /// The stable code, the envelope's `subCategory`.
    pub code: Option<String>,
    pub message: String,
    pub errors: Vec<ErrorDetail>,
    pub context: Context,
    /// What the log needs and the caller must not see.
    pub detail: Option<String>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Told in the words of SCIM.
    pub scim: bool,
}

impl Refusal {
    /// Any refusal; prefer the named ones below.
    pub fn new(status: StatusCode, category: &'static str, message: impl Into<String>) -> Refusal {
        let message = message.into();
        Refusal {
            status,
            category,
            code: None,
            message,
            errors: vec![],
            context: Context::new(),
            detail: None,
            headers: vec![],
            scim: false,
        }
    }

    /// 400: the request itself is wrong. The message names the thing and the value.
    pub fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", message)
    }

    /// 404 for a path that leads nowhere.
    pub fn no_such_path(path: &str) -> Refusal {
        let message = format!("There is nothing at {}", shorten(path));
        Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message).with_code("PATH_UNKNOWN")
    }

    /// 404 for a thing that does not exist or is invisible to the caller. The sentence is fixed: clients compare it.
    pub fn not_found() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "OBJECT_NOT_FOUND", "resource not found")
    }

    /// 404 that may say what is not there.
    pub fn not_found_named(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "OBJECT_NOT_FOUND", message)
    }

    /// 401.
    pub fn unauthenticated(message: impl Into<String>) -> Refusal {
        let bearer = (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Refusal { headers: vec![bearer], ..Refusal::new(StatusCode::UNAUTHORIZED, "INVALID_AUTHENTICATION", message) }
    }

    /// 403 for what no scope would allow.
    pub fn forbidden(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    }

    /// 413.
    pub fn too_large(bytes_max: usize) -> Refusal {
        let message = format!("The request body is larger than the limit of {bytes_max} bytes");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "VALIDATION_ERROR", message).with_code("BODY_TOO_LARGE")
    }

    /// What came is no request that can be read; the limits are those of [`crate::serve`].
    pub fn unread(status: StatusCode) -> Refusal {
        let (message, code) = match status {
            StatusCode::URI_TOO_LONG => ("The request line is longer than the limit of 65534 bytes", "URI_TOO_LONG"),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                ("The request's headers are more than the limit of 100 lines or 262144 bytes", "HEADERS_TOO_LARGE")
            }
            _ => ("What arrived is not a request in HTTP/1.1", "HTTP_INVALID"),
        };
        Refusal::new(status, "VALIDATION_ERROR", message).with_code(code)
    }

    /// 400 for a type segment nobody knows. The sentence is HubSpot's.
    pub fn no_such_type(segment: &str) -> Refusal {
        let context = [("objectType".to_owned(), vec![shorten(segment)])].into();
        let message = format!("Unable to infer object type from: {}", shorten(segment));
        Refusal { context, ..Refusal::invalid(message) }.with_code("OBJECT_TYPE_UNKNOWN")
    }

    /// 500. The caller learns only the correlation id; the log gets the detail.
    pub fn internal(detail: impl Display) -> Refusal {
        let message = "The server could not answer; the correlation id names the entry in its log";
        let refusal = Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", message);
        Refusal { detail: Some(detail.to_string()), ..refusal }.with_code("INTERNAL")
    }

    /// Sets the stable code.
    pub fn with_code(mut self, code: impl Into<String>) -> Refusal {
        let code = code.into();
        self.errors.iter_mut().for_each(|error| error.code = Some(code.clone()));
        self.code = Some(code);
        self
    }

    /// Adds one wrong thing with its name: `place` is `query`, `body`, `path` or `properties`.
    pub fn naming(mut self, place: &str, name: &str, value: &str) -> Refusal {
        let mut context = Context::from([("name".to_owned(), vec![name.to_owned()])]);
        if !value.is_empty() {
            context.insert("value".to_owned(), vec![shorten(value)]);
        }
        let message = self.message.clone();
        self.errors.push(ErrorDetail {
            message,
            place: Some(place.to_owned()),
            context,
            code: self.code.clone(),
            ..Default::default()
        });
        self
    }

    /// The envelope.
    pub fn into_response(self, correlation: Correlation) -> Response {
        if self.scim {
            return crate::scim::refused(self);
        }
        let body = ErrorBody {
            status: "error".to_owned(),
            message: self.message,
            correlation_id: correlation.to_string(),
            category: self.category.to_owned(),
            sub_category: self.code,
            errors: self.errors,
            context: self.context,
        };
        let mut response = reply::json(self.status, &body);
        response.headers_mut().extend(self.headers.into_iter().map(|(name, value)| (Some(name), value)));
        response
    }
}

/// The only mapping from kinds, and for 403 codes, to statuses and categories.
fn class(kind: Kind, code: &str) -> (StatusCode, &'static str) {
    match kind {
        Kind::Invalid | Kind::TooLarge => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR"),
        Kind::Unauthenticated => (StatusCode::UNAUTHORIZED, "INVALID_AUTHENTICATION"),
        Kind::Expired => (StatusCode::UNAUTHORIZED, "EXPIRED_AUTHENTICATION"),
        Kind::StepUpNeeded => (StatusCode::FORBIDDEN, "STEP_UP_NEEDED"),
        // Clients answer missing scopes by asking for more, so this is said only where more would help.
        Kind::Forbidden if matches!(code, "PERMISSION_MISSING" | "SEAT_MISSING") => (StatusCode::FORBIDDEN, "MISSING_SCOPES"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "FORBIDDEN"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "OBJECT_NOT_FOUND"),
        Kind::Conflict => (StatusCode::CONFLICT, "CONFLICT"),
        Kind::TooMany => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITS"),
        Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE"),
        Kind::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR"),
    }
}

impl From<app::error::Error> for Refusal {
    fn from(error: app::error::Error) -> Refusal {
        let (status, category) = class(error.kind, error.code);
        let headers = match error.kind {
            Kind::Unauthenticated | Kind::Expired => vec![(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))],
            Kind::TooMany | Kind::Unavailable => vec![(RETRY_AFTER, retry_after(&error))],
            _ => vec![],
        };
        Refusal {
            status,
            category,
            code: Some(error.code.to_owned()),
            message: legacy(&error.reasons).unwrap_or(error.message),
            errors: error.reasons.into_iter().map(detail).collect(),
            context: error.context.into_iter().collect(),
            detail: error.detail,
            headers,
            scim: false,
        }
    }
}

/// HubSpot's sentence for wrong values, with the keys in the order in which it writes them: people search for its beginning.
fn legacy(reasons: &[app::error::Reason]) -> Option<String> {
    let name =
        |reason: &'_ app::error::Reason| Some(reason.context.iter().find(|(name, _)| name == "propertyName")?.1.first()?.clone());
    let names = reasons.iter().map(name).collect::<Option<Vec<String>>>()?;
    if names.is_empty() || reasons.iter().any(|reason| reason.place.as_deref() != Some("properties")) {
        return None;
    }
    let errors = reasons.iter().zip(&names);
    let errors =
        errors.map(|(reason, name)| LegacyPropertyError { is_valid: false, message: &reason.message, error: &reason.code, name });
    Some(legacy_property_message(&errors.collect::<Vec<_>>()))
}

/// The seconds to wait, where the refusal knows them; else a moment.
fn retry_after(error: &app::error::Error) -> HeaderValue {
    let known = error.context.iter().find(|(name, _)| name == "retryAfter").and_then(|(_, values)| values.first());
    known.and_then(|seconds| HeaderValue::from_str(seconds).ok()).unwrap_or(HeaderValue::from_static("1"))
}

fn detail(reason: app::error::Reason) -> ErrorDetail {
    let context = reason.context.into_iter().collect();
    ErrorDetail { message: reason.message, code: Some(reason.code), place: reason.place, sub_category: None, context }
}

/// Cuts what a caller sent to a length that is fit for a message.
pub fn shorten(text: &str) -> String {
    const CHARS_MAX: usize = 100;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
