//! What holds for every route.

use crate::client::{ask, send, with};
use crate::world::{EAST, WEST, World, world_with};
use api::route::Answer;
use api::{Access, Api, Call, Options, Refusal, Route, reply};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

async fn echo(mut call: Call) -> Answer {
    let body: Value = call.json().await?;
    Ok(reply::ok(&json!({"body": body, "id": call.param("id"), "properties": call.query().list("properties")})))
}

async fn read(call: Call) -> Answer {
    Ok(reply::ok(&json!({"id": call.param("id"), "base": call.base_url(), "dated": call.version == api::route::Version::Dated})))
}

async fn thing(call: Call) -> Answer {
    Ok(reply::ok(&call.param("thing")))
}

async fn other_name(call: Call) -> Answer {
    Ok(reply::ok(&call.param("otherName")))
}

async fn whoami(call: Call) -> Answer {
    Ok(reply::ok(&json!({"account": call.cx().account, "request": call.cx().request})))
}

async fn boom(_: Call) -> Answer {
    panic!("a secret of the server")
}

async fn refuse(_: Call) -> Answer {
    Err(Refusal::not_found())
}

async fn world() -> World {
    let routes = vec![
        Route::post("/crm/v3/objects/{id}", "echo", Access::Public, echo),
        Route::get("/crm/v3/objects/{id}", "read", Access::Public, read),
        Route::get("/things/{thing}", "thing.read", Access::Public, thing),
        Route::delete("/things/{otherName}", "thing.archive", Access::Public, other_name),
        Route::get("/crm/v3/owners", "boom", Access::Public, boom),
        Route::get("/refuse", "refuse", Access::Public, refuse),
        Route::get("/private", "private", Access::Account(""), whoami),
        Route::post("/private", "private.write", Access::Account(""), whoami),
        Route::post("/person", "person", Access::Session, whoami),
    ];
    world_with(routes).await
}

#[tokio::test]
async fn a_path_answers_with_and_without_a_trailing_slash_and_under_its_dates() {
    let world = world().await;
    let api = &world.api;
    for path in
        ["/crm/v3/objects/7", "/crm/v3/objects/7/", "/crm/v4/objects/7", "/crm/objects/2026-03/7", "/crm/objects/2026-09/7/"]
    {
        let reply = ask(api, &format!("GET {path}"), "").await;
        assert_eq!(reply.json()["id"], "7", "{path}");
        assert_eq!(reply.json()["dated"], path.contains("2026"), "{path}");
    }
    assert_eq!(ask(api, "GET /crm/objects/2025-09/7", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn rows_that_share_a_path_have_their_own_names_for_its_parameters() {
    let world = world().await;
    assert_eq!(ask(&world.api, "GET /things/a", "").await.json(), "a");
    assert_eq!(ask(&world.api, "DELETE /things/b", "").await.json(), "b");
}

#[tokio::test]
async fn a_path_segment_is_percent_decoded() {
    assert_eq!(ask(&world().await.api, "GET /crm/v3/objects/ann%40ex.org", "").await.json()["id"], "ann@ex.org");
    let reply = ask(&world().await.api, "GET /crm/v3/objects/%ff", "").await;
    assert_eq!((reply.status, reply.message().as_str()), (StatusCode::BAD_REQUEST, "The path segment \"%ff\" is not UTF-8"));
}

#[tokio::test]
async fn every_reply_carries_its_correlation_id_and_no_sniffing() {
    let (first, second) =
        (ask(&world().await.api, "GET /refuse", "").await, ask(&world().await.api, "GET /crm/v3/objects/7", "").await);
    for reply in [first, second] {
        assert_eq!(reply.header("x-hubspot-correlation-id").len(), 36);
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_refusal_is_in_hubspots_envelope() {
    let reply = ask(&world().await.api, "GET /refuse", "").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert_eq!(reply.message(), "resource not found");
    assert_eq!(reply.json()["category"], "OBJECT_NOT_FOUND");
}

#[tokio::test]
async fn another_method_is_refused_with_the_ones_that_work() {
    let reply = ask(&world().await.api, "DELETE /crm/v3/objects/7", "").await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.header("allow"), "POST, GET");
    assert_eq!(reply.message(), "The method DELETE is not allowed here; allowed: POST, GET");
    let options = ask(&world().await.api, "OPTIONS /crm/v3/objects/7", "").await;
    assert_eq!((options.status, options.header("allow")), (StatusCode::NO_CONTENT, "POST, GET"));
    assert_eq!(ask(&world().await.api, "HEAD /crm/v3/objects/7", "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_panic_is_an_answer_that_tells_the_caller_nothing() {
    let reply = ask(&world().await.api, "GET /crm/v3/owners", "").await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!reply.text.contains("secret"), "{}", reply.text);
    assert_eq!(reply.json()["category"], "INTERNAL_ERROR");
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_too_large() {
    let body = vec![b' '; 10 * 1024 * 1024];
    let reply = ask(&world().await.api, "POST /crm/v3/objects/7", body).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(reply.message(), "The request body is larger than the limit of 8388608 bytes");
}

#[tokio::test]
async fn broken_bodies_are_refused_with_the_place() {
    let cases: [(&[u8], &str); 3] = [
        (b"", "The request body is empty; expected JSON"),
        (b"{\"a\":\n 1,}", "The request body is not valid JSON: trailing comma at line 2 column 4"),
        (b"{\"a\":\"\xc3\x28\"}", "The request body is not UTF-8: the byte at offset 6 is invalid"),
    ];
    for (body, message) in cases {
        let reply = ask(&world().await.api, "POST /crm/v3/objects/7", body).await;
        assert_eq!((reply.status, reply.message().as_str()), (StatusCode::BAD_REQUEST, message));
    }
}

#[tokio::test]
async fn nobody_gets_past_the_door_without_credentials() {
    let reply = ask(&world().await.api, "GET /private", "").await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.json()["category"], "INVALID_AUTHENTICATION");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_token_selects_its_account_by_itself() {
    let world = world().await;
    for account in [EAST, WEST] {
        let token = world.token(account, &["*"]).await;
        let reply = send(&world.api, with("GET /private", &[("authorization", &format!("Bearer {token}"))])).await;
        assert_eq!(reply.json()["account"], account.0);
        assert_eq!(reply.json()["request"], reply.header("x-hubspot-correlation-id"));
    }
}

#[tokio::test]
async fn credentials_that_are_none_are_refused() {
    let world = world().await;
    type Headers = &'static [(&'static str, &'static str)];
    let cases: [(&str, Headers, u16, &str); 7] = [
        ("GET /private", &[("authorization", "Bearer pat-eu1-00000000-0000-0000-0000-000000000000")], 401, "TOKEN_UNKNOWN"),
        ("GET /private", &[("authorization", "Bearer ")], 401, ""),
        ("GET /private", &[("authorization", "Basic YTpi")], 401, ""),
        ("GET /private", &[("cookie", "consortio_session=x"), ("x-consortio-account", "7")], 401, "SESSION_UNKNOWN"),
        ("GET /private", &[("cookie", "consortio_session=x")], 400, "ACCOUNT_MISSING"),
        ("GET /private", &[("cookie", "consortio_session=x"), ("x-consortio-account", "seven")], 400, "ACCOUNT_INVALID"),
        ("POST /person", &[("cookie", "other=1; consortio_session=x")], 403, "CSRF"),
    ];
    for (line, headers, status, code) in cases {
        let reply = send(&world.api, with(line, headers)).await;
        assert_eq!(reply.status.as_u16(), status, "{line} {headers:?}: {}", reply.text);
        assert_eq!(reply.json()["subCategory"].as_str().unwrap_or_default(), code, "{line} {headers:?}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_cannot_write() {
    let request = Request::builder().method("POST").uri("/crm/v3/objects/7").header("sec-fetch-site", "cross-site");
    let reply = send(&world().await.api, request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert_eq!(reply.json()["subCategory"], "CROSS_SITE");
}

#[tokio::test]
async fn links_follow_the_proxy_and_then_the_configuration() {
    let ask_behind_proxy = |api: Api| async move {
        let request = Request::builder().uri("/crm/v3/objects/7").header("host", "inner:1").header("x-forwarded-proto", "https");
        send(&api, request.header("x-forwarded-host", "crm.example").body(Body::empty()).unwrap()).await.json()["base"].clone()
    };
    let world = world().await;
    assert_eq!(ask_behind_proxy(world.api).await, "https://crm.example");
    let options = Options { public_url: Some("https://public.example/".parse().unwrap()), ..Options::default() };
    let routes = vec![Route::get("/crm/v3/objects/{id}", "read", Access::Public, read)];
    assert_eq!(ask_behind_proxy(Api::with_routes(world.app, routes, options)).await, "https://public.example");
}

#[tokio::test]
async fn a_browser_gets_the_interface_and_a_client_a_404() {
    let browser = Request::builder().uri("/records/contacts/7").header("accept", "text/html,*/*;q=0.8");
    let reply = send(&world().await.api, browser.body(Body::empty()).unwrap()).await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let reply = ask(&world().await.api, "GET /crm/v3/nonsense", "").await;
    assert_eq!((reply.status, reply.message().as_str()), (StatusCode::NOT_FOUND, "There is nothing at /crm/v3/nonsense"));
}

#[tokio::test]
async fn the_interface_is_compressed_and_the_api_is_not() {
    let with_gzip = |uri: &str| Request::builder().uri(uri).header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    let response = world().await.api.answer(with_gzip("/"), None).await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let response = world().await.api.answer(with_gzip("/crm/v3/objects/7"), None).await;
    assert!(!response.headers().contains_key("content-encoding"));
}
