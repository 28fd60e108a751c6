//! Live updates: server-sent events that hint where something changed. A hint may be lost; views read again when in doubt.

use crate::authenticate::{SESSION_COOKIE, cookie};
use crate::call::Call;
use crate::query::wrong;
use crate::route::{Access, Answer, Parameter, Route};
use app::cx::{App, Cx};
use app::live::{self, Hint, Subscription};
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use futures_util::stream;
use model::id::AccountId;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;

/// The least time between two looks: a burst of changes becomes one message.
const GATHER: Duration = Duration::from_millis(250);
/// The most time between two looks: another server may have written, which no hint of this process tells. Also keeps
/// proxies from closing a silent connection.
const LOOK: Duration = Duration::from_secs(10);
/// How many looks go by before the session is checked again: a person who signed out stops seeing hints.
const LOOKS_PER_CHECK: u32 = 6;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let account =
        Parameter { name: "account", kind: "string", about: "The account to watch; an event source can send no header." };
    vec![
        Route::get("/accounts/v1/live", "live.read", Access::Session, read)
            .about("Accounts", "Hints of what changes, as server-sent events.")
            .query(&[account])
            .reply_of(200, "text/event-stream"),
    ]
}

async fn read(call: Call) -> Answer {
    let account = call.query().one("account").unwrap_or_default().to_owned();
    let account: AccountId =
        account.parse().map_err(|_| wrong("account", &account, "the id of an account").with_code("ACCOUNT_INVALID"))?;
    let session = cookie(&call.parts, SESSION_COOKIE).unwrap_or_default().to_owned();
    let app = call.app().clone();
    // Subscribed before the first look, so that nothing falls between the two.
    let written = live::subscribe(&app, account);
    let cx = app::session::authenticate(&app, &session, account).await?;
    let after = live::head(&app, &cx).await?;
    let stopping = call.api.stopping();
    let watch = Watch { app, session, cx, after, written, stopping, n_looks: 0, begun: false };
    let mut response = Response::new(Body::from_stream(stream::unfold(watch, next)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// One open stream.
struct Watch {
    app: App,
    session: String,
    cx: Cx,
    after: i64,
    written: Subscription,
    stopping: watch::Receiver<bool>,
    n_looks: u32,
    begun: bool,
}

/// The next piece of the stream; none ends it.
async fn next(mut watch: Watch) -> Option<(Result<String, Infallible>, Watch)> {
    if !watch.begun {
        watch.begun = true;
        return Some((Ok(": hints of changes follow\n\n".to_owned()), watch));
    }
    loop {
        let reason = tokio::select! {
            _ = watch.stopping.changed() => return None,
            open = watch.written.changed() => if open { Why::Hint } else { Why::Closed },
            () = tokio::time::sleep(LOOK) => Why::Time,
        };
        match reason {
            Why::Closed => return None,
            Why::Hint => tokio::time::sleep(GATHER).await,
            Why::Time if watch.is_over().await => return None,
            Why::Time => {}
        }
        match live::read(&watch.app, &watch.cx, watch.after).await {
            Ok((after, hints)) => {
                watch.after = after;
                let text: String = hints.iter().map(event).collect();
                if !text.is_empty() {
                    return Some((Ok(text), watch));
                }
            }
            Err(error) => {
                tracing::warn!(%error, detail = error.detail, account = %watch.cx.account, "a live view ends");
                return None;
            }
        }
        if matches!(reason, Why::Time) {
            return Some((Ok(": still here\n\n".to_owned()), watch));
        }
    }
}

#[derive(Clone, Copy)]
enum Why {
    Hint,
    Time,
    Closed,
}

impl Watch {
    /// The person signed out, or may no longer see the account.
    async fn is_over(&mut self) -> bool {
        self.n_looks += 1;
        if !self.n_looks.is_multiple_of(LOOKS_PER_CHECK) {
            return false;
        }
        match app::session::authenticate(&self.app, &self.session, self.cx.account).await {
            Ok(cx) => {
                self.cx = cx;
                false
            }
            Err(_) => true,
        }
    }
}

fn event(hint: &Hint) -> String {
    let (name, data): (&str, Value) = match hint {
        Hint::Record { seq, kind, object, id } => {
            ("change", json!({"seq": seq, "objectType": object.plural(), "id": id.to_string(), "kind": kind}))
        }
        Hint::Import { id } => ("import", json!({"kind": "import", "id": id.map(|id| id.to_string())})),
        Hint::Connections => ("connections", json!({"kind": "connections"})),
        Hint::Account => ("change", json!({"kind": "account"})),
        Hint::Many => ("change", json!({"kind": "many"})),
    };
    format!("event: {name}\ndata: {data}\n\n")
}
