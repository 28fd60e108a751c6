//! The second factors of a person: authenticator app, recovery codes, passkeys.

use super::{Ceremony, Nothing, TAG, proof};
use crate::call::Call;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::{passkey, second_factor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::scalar::Time;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    [passkeys(), codes()].into_iter().flatten().collect()
}

fn passkeys() -> Vec<Route> {
    vec![
        Route::get("/identity/v1/passkeys", "passkey.list", Access::Session, list)
            .about(TAG, "The person's passkeys, oldest first.")
            .reply::<Passkeys>(200),
        Route::post("/identity/v1/passkeys/register/begin", "passkey.register_begin", Access::Session, begin)
            .about(
                TAG,
                "Begins to register a passkey; with a second factor enrolled and not shown lately, needs step-up `factor.add`.",
            )
            .body::<Nothing>()
            .reply::<Ceremony>(200),
        Route::post("/identity/v1/passkeys/register/finish", "passkey.register_finish", Access::Session, finish)
            .about(
                TAG,
                "Registers the passkey that the browser made; the first second factor brings recovery codes, shown this once.",
            )
            .body::<NewPasskey>()
            .reply::<MadePasskey>(201),
        Route::delete("/identity/v1/passkeys/{passkeyId}", "passkey.delete", Access::Session, delete)
            .about(TAG, "Takes a passkey away; needs step-up `passkey.delete` on its id.")
            .empty(204),
    ]
}

fn codes() -> Vec<Route> {
    vec![
        Route::post("/identity/v1/totp/begin", "totp.begin", Access::Session, begin_totp)
            .about(TAG, "Begins to set up an authenticator app; with a second factor enrolled and not shown lately, needs step-up `factor.add`.")
            .body::<Nothing>()
            .reply::<Enrolment>(200),
        Route::post("/identity/v1/totp/confirm", "totp.confirm", Access::Session, confirm_totp)
            .about(TAG, "Confirms an authenticator app with its first code; the first second factor brings recovery codes, shown this once.")
            .body::<Confirmation>()
            .reply::<RecoveryCodes>(200),
        Route::delete("/identity/v1/totp", "totp.delete", Access::Session, delete_totp)
            .about(TAG, "Takes the authenticator app away; needs step-up `totp.delete`.")
            .empty(204),
        Route::post("/identity/v1/recovery-codes", "recovery_codes.create", Access::Session, create_codes)
            .about(TAG, "New recovery codes in place of the old ones, shown this once; needs step-up `recovery_codes`.")
            .body::<Nothing>()
            .reply::<RecoveryCodes>(200),
    ]
}

/// Passkeys.
#[derive(Serialize, JsonSchema)]
struct Passkeys {
    results: Vec<Passkey>,
}

/// A passkey.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Passkey {
    id: String,
    name: String,
    created_at: Time,
    last_used_at: Option<Time>,
}

/// A passkey that was just registered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MadePasskey {
    #[serde(flatten)]
    passkey: Passkey,
    /// Only for somebody who had none.
    recovery_codes: Vec<String>,
}

/// What the browser made, and what the person calls it.
#[derive(Deserialize, JsonSchema)]
struct NewPasskey {
    handle: String,
    credential: Value,
    name: String,
}

/// What an authenticator app needs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Enrolment {
    handle: String,
    /// In base32, for typing.
    secret: String,
    otpauth_url: String,
    /// The same as a picture.
    qr_svg: String,
}

/// The first code of an authenticator app.
#[derive(Deserialize, JsonSchema)]
struct Confirmation {
    handle: String,
    code: String,
}

/// Recovery codes, each good once; none where she has some already.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

fn shown(passkey: passkey::Passkey) -> Passkey {
    Passkey {
        id: passkey.id,
        name: passkey.name,
        created_at: Time(passkey.created_at),
        last_used_at: passkey.last_used_at.map(Time),
    }
}

async fn list(call: Call) -> Answer {
    let passkeys = passkey::list(call.app(), call.session()).await?;
    Ok(reply::ok(&Passkeys { results: passkeys.into_iter().map(shown).collect() }))
}

async fn begin(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    let begun = passkey::begin_registration(call.app(), call.session(), proof(&call)).await?;
    Ok(reply::ok(&Ceremony { handle: begun.handle, options: begun.options }))
}

async fn finish(mut call: Call) -> Answer {
    let body: NewPasskey = call.json().await?;
    let finished = passkey::finish_registration(call.app(), call.session(), &body.handle, body.credential, &body.name).await;
    let (made, recovery_codes) = finished?;
    Ok(reply::created(&MadePasskey { passkey: shown(made), recovery_codes }))
}

async fn delete(call: Call) -> Answer {
    passkey::delete(call.app(), call.session(), call.param("passkeyId"), proof(&call)).await?;
    Ok(reply::empty())
}

async fn begin_totp(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    let begun = second_factor::begin_totp(call.app(), call.session(), proof(&call)).await?;
    Ok(reply::ok(&Enrolment { handle: begun.handle, secret: begun.secret, otpauth_url: begun.otpauth_url, qr_svg: begun.qr_svg }))
}

async fn confirm_totp(mut call: Call) -> Answer {
    let body: Confirmation = call.json().await?;
    let recovery_codes = second_factor::confirm_totp(call.app(), call.session(), &body.handle, &body.code).await?;
    Ok(reply::ok(&RecoveryCodes { recovery_codes }))
}

async fn delete_totp(call: Call) -> Answer {
    second_factor::delete_totp(call.app(), call.session(), proof(&call)).await?;
    Ok(reply::empty())
}

async fn create_codes(mut call: Call) -> Answer {
    let Nothing {} = call.json_or_default().await?;
    let recovery_codes = second_factor::create_recovery_codes(call.app(), call.session(), proof(&call)).await?;
    Ok(reply::ok(&RecoveryCodes { recovery_codes }))
}
