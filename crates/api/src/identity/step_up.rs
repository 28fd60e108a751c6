//! Proving a second factor again, for one named act.

use super::person::AnyId;
use super::sign_in::CodeMethod;
use super::{Factor, TAG};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::organization::accounts_subject;
use app::step_up::{self, Shown};
use model::id::AccountId;
use model::identity::step_up::SELF;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::scalar::Time;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/identity/v1/step-up/begin", "step_up.begin", Access::Session, begin)
            .about(
                TAG,
                "Begins to prove a second factor for one act; a refusal STEP_UP_NEEDED names act and subject in its context.",
            )
            .body::<StepUpBegin>()
            .reply::<StepUpBegun>(200),
        Route::post("/identity/v1/step-up/finish", "step_up.finish", Access::Session, finish)
            .about(TAG, "Proves it; the proof goes once into the header X-Consortio-Step-Up of the act itself.")
            .body::<StepUpFinish>()
            .reply::<StepUpProof>(200),
    ]
}

/// The act to prove a second factor for.
#[derive(Deserialize, JsonSchema)]
struct StepUpBegin {
    act: String,
    subject: Option<StepUpSubject>,
}

/// What the act is done to; left out: the person herself.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum StepUpSubject {
    Id(AnyId),
    #[serde(rename_all = "camelCase")]
    Accounts {
        account_ids: Vec<AnyId>,
    },
    #[serde(rename_all = "camelCase")]
    Organization {
        organization_id: AnyId,
    },
}

impl StepUpSubject {
    fn text(self) -> String {
        match self {
            StepUpSubject::Id(AnyId::Text(text)) => text,
            StepUpSubject::Id(AnyId::Number(n)) => n.to_string(),
            StepUpSubject::Accounts { account_ids } => {
                accounts_subject(&account_ids.iter().map(|id| AccountId(id.number())).collect::<Vec<_>>())
            }
            StepUpSubject::Organization { organization_id } => organization_id.number().to_string(),
        }
    }
}

/// How it can be proved.
#[derive(Serialize, JsonSchema)]
struct StepUpBegun {
    handle: String,
    /// The usual way first.
    methods: Vec<Factor>,
    /// `{"publicKey": {..}}` as WebAuthn has it, where a passkey is one of the ways.
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Value>,
}

/// What is shown.
#[derive(Deserialize, JsonSchema)]
struct StepUpFinish {
    handle: String,
    method: Factor,
    /// Of the authenticator app, or a recovery code.
    code: Option<String>,
    /// Of the passkey.
    credential: Option<Value>,
}

/// A proof, good once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct StepUpProof {
    proof: String,
    expires_at: Time,
}

async fn begin(mut call: Call) -> Answer {
    let body: StepUpBegin = call.json().await?;
    let subject = body.subject.map_or_else(|| SELF.to_owned(), StepUpSubject::text);
    let begun = step_up::begin(call.app(), call.session(), &body.act, &subject).await?;
    let methods = begun.methods.into_iter().map(Factor::from).collect();
    Ok(reply::ok(&StepUpBegun { handle: begun.handle, methods, options: begun.options }))
}

async fn finish(mut call: Call) -> Answer {
    let body: StepUpFinish = call.json().await?;
    let shown = match (body.method, body.code, body.credential) {
        (Factor::Passkey, _, Some(credential)) => Shown::Passkey(credential),
        (Factor::Totp, Some(code), _) => Shown::Code(CodeMethod::Totp.into(), code),
        (Factor::Recovery, Some(code), _) => Shown::Code(CodeMethod::Recovery.into(), code),
        (Factor::Passkey, ..) => return Err(missing("credential")),
        (Factor::Totp | Factor::Recovery, ..) => return Err(missing("code")),
    };
    let proved = step_up::finish(call.app(), call.session(), &body.handle, shown).await?;
    Ok(reply::ok(&StepUpProof { proof: proved.proof, expires_at: Time(proved.expires_at) }))
}

fn missing(field: &str) -> Refusal {
    Refusal::invalid(format!("The field \"{field}\" is missing")).with_code("FIELD_MISSING").naming("body", field, "")
}
