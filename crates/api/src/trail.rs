//! The log's line about a request: which operation, for whom, how it ended and how long it took.
//!
//! A request that was refused or failed is told once, here; one that was answered only at level `debug`, as the access log.
//! Only ids and names of ours are told: no address, no path as it was sent, no message, for those can hold a person's data.

use crate::authenticate::Caller;
use crate::correlation::Correlation;
use crate::refusal::Refusal;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use model::change::Actor;
use model::id::AccountId;
use std::time::Instant;
use tracing::Level;

/// What is known of a request while it is answered.
pub struct Trail {
    pub(crate) correlation: Correlation,
    method: Method,
    started: Instant,
    operation: Option<&'static str>,
    account: Option<AccountId>,
    actor: Option<Actor>,
}

impl Trail {
    pub fn begin(correlation: Correlation, method: &Method, started: Instant) -> Trail {
        Trail { correlation, method: method.clone(), started, operation: None, account: None, actor: None }
    }

    /// The row of the route table that answers.
    pub fn leads_to(&mut self, operation: &'static str) {
        self.operation = Some(operation);
    }

    /// Who asks.
    pub fn is_of(&mut self, caller: &Caller) {
        match caller {
            Caller::Nobody => {}
            Caller::Person(session) => self.actor = Some(Actor::Person { id: session.person }),
            Caller::Directory(directory) => self.actor = Some(directory.cx.actor.clone()),
            Caller::Account(cx) => (self.account, self.actor) = (Some(cx.account), Some(cx.actor.clone())),
        }
    }

    /// Tells how it ended.
    pub fn end(self, answer: &Result<Response, Refusal>) {
        match answer {
            Ok(response) => self.tell(response.status(), None, None),
            Err(refusal) => self.tell(refusal.status, refusal.code.as_deref(), refusal.detail.as_deref()),
        }
    }

    fn tell(self, status: StatusCode, code: Option<&str>, detail: Option<&str>) {
        let level = level(status);
        // The fields cost something, and nearly every request is answered.
        if level > tracing::level_filters::LevelFilter::current() {
            return;
        }
        let Trail { correlation, method, started, operation, account, actor } = self;
        let (operation, account) = (operation.unwrap_or("none"), account.map(|id| id.0));
        let actor = actor.map(|actor| actor.to_string());
        let duration_ms = f64::from(u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX)) / 1_000.0;
        let status = status.as_u16();
        // The level of an event is part of its call, so each has a call of its own.
        macro_rules! line {
            ($level:expr, $message:literal) => {
                tracing::event!($level, %method, operation, status, code, %correlation, account, actor, duration_ms, detail, $message)
            };
        }
        match level {
            Level::ERROR => line!(Level::ERROR, "request failed"),
            Level::INFO => line!(Level::INFO, "request refused"),
            _ if status >= 400 => line!(Level::DEBUG, "request refused"),
            _ => line!(Level::DEBUG, "request answered"),
        }
    }
}

/// What is not there, and who was faster, is the everyday life of clients; a refusal of rights, of bad input or of a limit is
/// worth a look.
fn level(status: StatusCode) -> Level {
    match status {
        status if status.is_server_error() => Level::ERROR,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::CONFLICT => Level::DEBUG,
        status if status.is_client_error() => Level::INFO,
        _ => Level::DEBUG,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_ours_are_errors_and_refusals_worth_a_look_are_told() {
        let levels =
            [500, 503, 400, 401, 403, 413, 429, 404, 405, 409, 200, 207].map(|n| level(StatusCode::from_u16(n).unwrap()));
        let (e, i, d) = (Level::ERROR, Level::INFO, Level::DEBUG);
        assert_eq!(levels, [e, e, i, i, i, i, i, d, d, d, d, d]);
    }
}
