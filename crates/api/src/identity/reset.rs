//! Choosing a new password by a link, and no longer being logged in as another user.

use super::{Nothing, TAG, visitor};
use crate::call::Call;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::{log_in_as, reset};
use schemars::JsonSchema;
use serde::Deserialize;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/identity/v1/password/choose", "password.choose", Access::Public, choose)
            .about(TAG, "Chooses a new password by a one-time link. All sessions end, and none is opened.")
            .body::<ChosenPassword>()
            .empty(204),
        Route::post("/identity/v1/password/forgotten", "password.forgotten", Access::Public, forgotten)
            .about(TAG, "Mails a link to choose a new password, if the address is known and there is a mail server. The answer is always the same.")
            .body::<Forgotten>()
            .empty(204),
        Route::post("/identity/v1/log-in-as/stop", "log_in_as.stop", Access::Session, stop)
            .about(TAG, "Ends working as another user.")
            .body::<Nothing>()
            .empty(204),
    ]
}

/// The link's token and the new password.
#[derive(Deserialize, JsonSchema)]
struct ChosenPassword {
    token: String,
    password: String,
}

/// Whose password.
#[derive(Deserialize, JsonSchema)]
struct Forgotten {
    email: String,
}

async fn forgotten(mut call: Call) -> Answer {
    let body: Forgotten = call.json().await?;
    reset::forgotten(call.app(), &visitor(&call), &body.email).await?;
    Ok(reply::empty())
}

async fn choose(mut call: Call) -> Answer {
    let body: ChosenPassword = call.json().await?;
    reset::choose(call.app(), &visitor(&call), &body.token, &body.password).await?;
    Ok(reply::empty())
}

async fn stop(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    log_in_as::stop(call.app(), call.session()).await?;
    Ok(reply::empty())
}
