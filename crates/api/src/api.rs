//! The service: path tree, dispatch, and what every reply carries.

use crate::authenticate;
use crate::call::Call;
use crate::correlation::Correlations;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Route, Version};
use crate::trail::Trail;
use crate::{openapi, scim, ui};
use app::cx::App;
use axum::body::Body;
use axum::http::header::{ALLOW, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::sync::watch;

const CORRELATION: HeaderName = HeaderName::from_static("x-hubspot-correlation-id");

/// What the binary decides about the door.
#[derive(Clone, Default)]
pub struct Options {
    /// Scheme and host that links carry; else they follow the request's own headers.
    pub public_url: Option<url::Url>,
    /// Writes what `/metrics` shows; none: nothing is collected.
    pub metrics: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    /// Seeds the correlation ids.
    pub seed: u64,
    /// Where uploaded files are kept; none: no file is taken.
    pub files: Option<std::path::PathBuf>,
}

/// The HTTP service; cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    app: App,
    options: Options,
    routes: Vec<Arc<Route>>,
    tree: matchit::Router<Endpoint>,
    correlations: Correlations,
    openapi: OnceLock<Bytes>,
    /// True when the server is about to end, so that replies without an end of their own stop.
    stopping: watch::Sender<bool>,
}

/// What is at one path.
#[derive(Default)]
struct Endpoint {
    methods: Vec<(Method, Mounted)>,
}

struct Mounted {
    route: Arc<Route>,
    /// The names of the path's parameters, in order.
    names: Vec<&'static str>,
    version: Version,
    meter: Meter,
}

/// Counters of one route, looked up once instead of per request.
struct Meter {
    by_class: [metrics::Counter; 5],
    seconds: metrics::Histogram,
}

impl Api {
    /// The door with every route of the product.
    pub fn new(app: App, options: Options) -> Api {
        Api::with_routes(app, crate::routes(), options)
    }

    /// The door with these routes. Panics when two rows claim one method of one path: the table is wrong, and no request can say so.
    pub fn with_routes(app: App, routes: Vec<Route>, options: Options) -> Api {
        let routes: Vec<Arc<Route>> = routes.into_iter().map(Arc::new).collect();
        let tree = tree(&routes);
        let correlations = Correlations::seeded(options.seed);
        Api(Arc::new(Inner {
            app,
            options,
            routes,
            tree,
            correlations,
            openapi: OnceLock::new(),
            stopping: watch::Sender::new(false),
        }))
    }

    /// The product.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// What the binary decided.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// Tells replies that would go on for ever that the server is about to end.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Changes when the server is about to end.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    /// The route table.
    pub fn routes(&self) -> &[Arc<Route>] {
        &self.0.routes
    }

    /// The OpenAPI document, written once.
    pub fn openapi(&self) -> Bytes {
        let write = || Bytes::from(openapi::document(&self.0.routes).to_string());
        self.0.openapi.get_or_init(write).clone()
    }

    /// Answers one request. Never fails: what goes wrong is an answer too, a panic included.
    pub async fn answer(&self, request: Request<Body>, peer: Option<SocketAddr>) -> Response {
        let mut trail = Trail::begin(self.0.correlations.next(), request.method(), Instant::now());
        let is_scim = scim::is_below(request.uri().path());
        let answering = AssertUnwindSafe(self.dispatch(request, peer, &mut trail)).catch_unwind();
        let answer = answering.await.unwrap_or_else(|panic| Err(Refusal::internal(panic_text(&*panic))));
        let answer = answer.map_err(|refusal| Refusal { scim: is_scim, ..refusal });
        finish(answer, trail)
    }

    /// The bytes of an answer to what is no request that anybody could read; the connection ends with it.
    pub(crate) fn unread(&self, status: StatusCode) -> Vec<u8> {
        let trail = Trail::begin(self.0.correlations.next(), &Method::default(), Instant::now());
        let response = finish(Err(Refusal::unread(status)), trail);
        let (parts, body) = response.into_parts();
        let body = body.collect().now_or_never().and_then(Result::ok).map(|all| all.to_bytes()).unwrap_or_default();
        let mut bytes = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len()).into_bytes();
        for (name, value) in &parts.headers {
            bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        bytes
    }

    async fn dispatch(&self, request: Request<Body>, peer: Option<SocketAddr>, trail: &mut Trail) -> Result<Response, Refusal> {
        let path = without_trailing_slash(request.uri().path());
        let Ok(found) = self.0.tree.at(path) else {
            return if scim::is_below(path) { Err(Refusal::no_such_path(path)) } else { ui::answer(request).await };
        };
        let Some(mounted) = found.value.mounted(request.method()) else {
            return found.value.other_method(request.method());
        };
        trail.leads_to(mounted.route.id);
        // By this row's own names: rows that share a path need not agree on what they call its parameters.
        let mut params = Vec::with_capacity(mounted.names.len());
        for (name, (_, value)) in mounted.names.iter().zip(found.params.iter()) {
            params.push((*name, decoded(value)?));
        }
        let started = Instant::now();
        let answer = self.call(mounted, request, peer, params, trail).await;
        mounted.meter.count(&answer, started);
        answer
    }

    async fn call(
        &self,
        mounted: &Mounted,
        request: Request<Body>,
        peer: Option<SocketAddr>,
        params: Vec<(&'static str, String)>,
        trail: &mut Trail,
    ) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        let correlation = trail.correlation;
        let caller = authenticate::caller(self, &parts, mounted.route.access, correlation).await?;
        trail.is_of(&caller);
        check_flags(&mounted.route, parts.uri.query())?;
        let api = self.clone();
        let call = Call { api, parts, version: mounted.version, correlation, peer, caller, params, body: Mutex::new(body) };
        (mounted.route.handler)(call).await
    }
}

/// What is neither true nor false is refused, also where a route does the same either way.
fn check_flags(route: &Route, query: Option<&str>) -> Result<(), Refusal> {
    let flags = || route.parameters.iter().filter(|parameter| parameter.kind == "boolean");
    if query.is_none() || flags().next().is_none() {
        return Ok(());
    }
    let query = Query::parse(query);
    flags().try_for_each(|parameter| query.flag(parameter.name).map(drop))
}

/// What every reply carries; and the log's line about it.
fn finish(answer: Result<Response, Refusal>, trail: Trail) -> Response {
    let correlation = trail.correlation;
    trail.end(&answer);
    let mut response = answer.unwrap_or_else(|refusal| refusal.into_response(correlation));
    let headers = response.headers_mut();
    headers.insert(CORRELATION, correlation.header());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

impl Endpoint {
    /// The row for a method; HEAD is answered as GET, and the server leaves the body out.
    fn mounted(&self, method: &Method) -> Option<&Mounted> {
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        self.methods.iter().find(|(m, _)| m == wanted).map(|(_, mounted)| mounted)
    }

    fn other_method(&self, method: &Method) -> Result<Response, Refusal> {
        let names: Vec<&str> = self.methods.iter().map(|(method, _)| method.as_str()).collect();
        let names = names.join(", ");
        let allow = HeaderValue::from_str(&names).unwrap_or(HeaderValue::from_static("GET"));
        if method == Method::OPTIONS {
            let mut response = reply::empty();
            response.headers_mut().insert(ALLOW, allow);
            return Ok(response);
        }
        let message = format!("The method {method} is not allowed here; allowed: {names}");
        let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message).with_code("METHOD_NOT_ALLOWED");
        Err(Refusal { headers: vec![(ALLOW, allow)], ..refusal })
    }
}

impl Meter {
    fn of(route: &Route) -> Meter {
        let counter = |class: &'static str| metrics::counter!("http_requests_total", "operation" => route.id, "status" => class);
        let by_class = ["1xx", "2xx", "3xx", "4xx", "5xx"].map(counter);
        Meter { by_class, seconds: metrics::histogram!("http_request_seconds", "operation" => route.id) }
    }

    fn count(&self, answer: &Result<Response, Refusal>, started: Instant) {
        let status = answer.as_ref().map_or_else(|refusal| refusal.status, |response| response.status());
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.by_class[class].increment(1);
        self.seconds.record(started.elapsed().as_secs_f64());
    }
}

/// The path tree with every alias of every row.
fn tree(routes: &[Arc<Route>]) -> matchit::Router<Endpoint> {
    let mut by_path: Vec<(String, Endpoint)> = vec![];
    for route in routes {
        for (path, version) in route.paths() {
            let at = by_path.iter().position(|(p, _)| shape(p) == shape(&path)).unwrap_or(by_path.len());
            if at == by_path.len() {
                by_path.push((path.clone(), Endpoint::default()));
            }
            let methods = &mut by_path[at].1.methods;
            assert!(methods.iter().all(|(m, _)| *m != route.method), "{} {path}: {} is not the only row", route.method, route.id);
            let names = openapi::parameter_names(route.path).collect();
            methods.push((route.method.clone(), Mounted { route: route.clone(), names, version, meter: Meter::of(route) }));
        }
    }
    let mut tree = matchit::Router::new();
    for (path, endpoint) in by_path {
        tree.insert(&path, endpoint).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    tree
}

/// A path without the names of its parameters: two rows with the same shape share an endpoint.
fn shape(path: &str) -> Vec<&str> {
    path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect()
}

/// Collections are called with and without a trailing slash. Source: wire spec 2.2.
fn without_trailing_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some(shorter) if !shorter.is_empty() => shorter,
        _ => path,
    }
}

fn decoded(segment: &str) -> Result<String, Refusal> {
    let text = percent_encoding::percent_decode_str(segment).decode_utf8();
    text.map(|text| text.into_owned())
        .map_err(|_| Refusal::invalid(format!("The path segment \"{segment}\" is not UTF-8")).with_code("PATH_NOT_UTF8"))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    format!("panic: {}", text.unwrap_or_default())
}

impl tower::Service<Request<Body>> for Api {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let api = self.clone();
        Box::pin(async move { Ok(api.answer(request, None).await) })
    }
}
