//! How many seats an account has bought, and how many of them its users have. The numbers are agreed with the operator, who
//! sets them in the subscription; where there are none there is no cap.

use super::only_the_system;
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::user;
use model::account::{AccountUser, Seat};
use model::authority::Act;
use model::billing::Refusal as BillingRefusal;
use model::billing::seats::{Bought, Count, Refusal, assign, counts};
use model::change::{Change, Kind};
use model::id::AccountId;
use serde_json::json;
use store::Tx;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        match refusal {
            Refusal::Exhausted { seat, bought, used } | Refusal::Assigned { seat, bought, used } => {
                let error = Error::conflict(refusal.code(), refusal.to_string());
                error.with("seat", seat.name()).with("bought", bought).with("used", used)
            }
            Refusal::Free => Error::invalid(refusal.code(), refusal.to_string()),
        }
    }
}

/// Every type of seat of the account one stands in. Whoever sees its users sees this.
pub async fn read(app: &App, cx: &Cx) -> Result<Vec<Count>> {
    cx.may(Act::ReadUsers)?;
    let mut tx = app.store.read_home().await?;
    let users = store::account::users(&mut tx, cx.account).await?;
    Ok(counts(&bought(&mut tx, cx.account).await?, &users))
}

/// Sets how many seats of a type were bought; none: no cap. For whoever runs the server.
pub async fn set(app: &App, cx: &Cx, seat: Seat, number: Option<u32>) -> Result<Vec<Count>> {
    only_the_system(cx)?;
    let mut tx = app.store.write_home().await?;
    user::lock_account(&mut tx, cx).await?;
    let mut is = store::subscription::read(&mut tx, cx.account).await?.ok_or(BillingRefusal::NoSubscription)?;
    let before = is.seats.of(seat);
    is.seats = is.seats.with(seat, number, &store::account::users(&mut tx, cx.account).await?)?;
    store::subscription::put(&mut tx, cx.account, &is, cx.now).await?;
    let detail = json!({ "did": "seats_set", "accountId": cx.account, "seat": seat, "bought": [before, number] });
    tx.commit(&cx.by(), cx.now, &[Change::of(Kind::AccountChanged, detail)]).await?;
    read(app, cx).await
}

/// Whether a user can become another, in the transaction that makes her so. The account's row must be locked.
pub(crate) async fn taken(tx: &mut Tx, before: Option<&AccountUser>, after: &AccountUser) -> Result<()> {
    let bought = bought(tx, after.account).await?;
    if bought.is_empty() {
        return Ok(());
    }
    let users = store::account::users(tx, after.account).await?;
    Ok(assign(&bought, &users, before, after)?)
}

async fn bought(tx: &mut Tx, account: AccountId) -> Result<Bought> {
    Ok(store::subscription::read(tx, account).await?.map(|is| is.seats).unwrap_or_default())
}
