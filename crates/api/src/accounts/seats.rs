//! Seats of the current account.

use crate::call::Call;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::billing::seats;
use schemars::JsonSchema;
use serde::Serialize;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts/v1/seats", "seat.list", Access::Account(""), list)
            .about("Accounts", "How many seats of each type were bought, and how many active and invited users have.")
            .reply::<Seats>(200),
    ]
}

/// Seats by type.
#[derive(Serialize, JsonSchema)]
struct Seats {
    results: Vec<SeatCount>,
}

/// The seats of one type.
#[derive(Serialize, JsonSchema)]
struct SeatCount {
    /// `core`, `sales`, `service`, `view_only`.
    seat: &'static str,
    /// Missing where there is no cap.
    bought: Option<u32>,
    /// By active users and invited ones.
    used: u32,
    /// Missing where there is no cap.
    available: Option<u32>,
}

async fn list(call: Call) -> Answer {
    let found = seats::read(call.app(), call.cx()).await?;
    let shown = found.into_iter().map(|one| SeatCount {
        seat: one.seat.name(),
        bought: one.bought,
        used: one.used,
        available: one.left(),
    });
    Ok(reply::ok(&Seats { results: shown.collect() }))
}
