//! What operators and integrators look at: health, metrics, the API's own description.

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use crate::ui;
use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

const TAG: &str = "Operations";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/healthz", "operations.health", Access::Public, health)
            .about(TAG, "Whether the process answers.")
            .reply::<Health>(200),
        Route::get("/readyz", "operations.ready", Access::Public, ready)
            .about(TAG, "Whether the store answers.")
            .reply::<Health>(200),
        Route::get("/metrics", "operations.metrics", Access::Public, metrics)
            .about(TAG, "Counters and histograms in Prometheus text format.")
            .reply_of(200, "text/plain"),
        Route::get("/openapi.json", "operations.openapi", Access::Public, openapi)
            .about(TAG, "This description: OpenAPI 3.1.")
            .reply_of(200, "application/json"),
        Route::get("/docs", "operations.docs", Access::Public, page)
            .about(TAG, "This description as a page.")
            .reply_of(200, "text/html"),
        Route::get("/docs/docs.js", "operations.docs_script", Access::Public, script)
            .about(TAG, "The page's script.")
            .reply_of(200, "text/javascript"),
        Route::get("/docs/docs.css", "operations.docs_style", Access::Public, style)
            .about(TAG, "The page's style.")
            .reply_of(200, "text/css"),
    ]
}

/// A sign of life.
#[derive(Serialize, JsonSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
}

async fn health(_: Call) -> Answer {
    Ok(reply::ok(&Health { status: "ok" }))
}

async fn ready(call: Call) -> Answer {
    call.app().ready().await?;
    Ok(reply::ok(&Health { status: "ok" }))
}

async fn metrics(call: Call) -> Answer {
    match &call.api.options().metrics {
        Some(write) => Ok(reply::text(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", write())),
        None => Err(Refusal::no_such_path("/metrics: this server collects no metrics")),
    }
}

async fn openapi(call: Call) -> Answer {
    let mut response = Response::new(Body::from(call.api.openapi()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
    Ok(response)
}

async fn page(_: Call) -> Answer {
    let mut response = reply::text(StatusCode::OK, "text/html; charset=utf-8", include_str!("../assets/docs.html"));
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, ui::POLICY);
    Ok(response)
}

async fn script(_: Call) -> Answer {
    Ok(reply::text(StatusCode::OK, "text/javascript; charset=utf-8", include_str!("../assets/docs.js")))
}

async fn style(_: Call) -> Answer {
    Ok(reply::text(StatusCode::OK, "text/css; charset=utf-8", include_str!("../assets/docs.css")))
}
