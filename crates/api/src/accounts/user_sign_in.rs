//! What a Super Admin can do about another user's sign-in: reset it, and work as her for a while.

use crate::authenticate::{SESSION_COOKIE, cookie};
use crate::call::Call;
use crate::identity::{Nothing, proof};
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::reset::{self, Given};
use app::{log_in_as, session};
use schemars::JsonSchema;
use serde::Serialize;
use wire::scalar::Time;

const TAG: &str = "Accounts";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::post("/accounts/v1/users/{userId}/reset-password", "user.reset_password", session, reset_password)
            .about(
                TAG,
                "A one-time link by which a user chooses a new password: mailed to her, or without a mail server, and only for a user of \
                 this account alone, in this answer; needs step-up `password.reset` on her id.",
            )
            .body::<Nothing>()
            .reply::<ResetLink>(200),
        Route::post("/accounts/v1/users/{userId}/reset-second-factor", "user.reset_second_factor", session, reset_second_factor)
            .about(
                TAG,
                "Takes all second factors of a user of this account alone away; needs step-up `second_factor.reset` on her id.",
            )
            .body::<Nothing>()
            .reply::<SecondFactorReset>(200),
        Route::post("/accounts/v1/users/{userId}/log-in-as", "user.log_in_as", session, begin)
            .about(
                TAG,
                "Works as another user of the account for 30 minutes; needs step-up `log_in_as` on her id. Not as somebody who manages.",
            )
            .body::<Nothing>()
            .reply::<LoggedInAs>(200),
    ]
}

/// A link to choose a new password. It opens no session.
#[derive(Serialize, JsonSchema)]
struct ResetLink {
    /// It went to her by mail.
    mailed: bool,
    link: Option<String>,
}

/// The factors are gone.
#[derive(Serialize, JsonSchema)]
struct SecondFactorReset {
    /// Where she chooses a password, if she had none beside her passkeys.
    link: Option<String>,
}

/// Until when.
#[derive(Serialize, JsonSchema)]
struct LoggedInAs {
    until: Time,
}

async fn reset_password(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    let given = reset::password(call.app(), call.cx(), call.id("userId")?, proof(&call)).await?;
    Ok(reply::ok(&match given {
        Given::Mailed => ResetLink { mailed: true, link: None },
        Given::Link(link) => ResetLink { mailed: false, link: Some(link) },
    }))
}

async fn reset_second_factor(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    let link = reset::second_factor(call.app(), call.cx(), call.id("userId")?, proof(&call)).await?;
    Ok(reply::ok(&SecondFactorReset { link }))
}

async fn begin(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    let who = session::identify(call.app(), cookie(&call.parts, SESSION_COOKIE).unwrap_or_default()).await?;
    let begun = log_in_as::begin(call.app(), call.cx(), &who, call.id("userId")?, proof(&call)).await?;
    Ok(reply::ok(&LoggedInAs { until: Time(begun.until) }))
}
