//! An organization as a file, for repositories and reviews.

use super::{TAG, id, proof};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::organization::{Consent, file};
use futures_util::stream;
use model::limits::FILE_BYTES_MAX;
use model::organization::IMPACT_TEXT_VERSION;
use schemars::JsonSchema;
use serde::Serialize;
use wire::scalar::Id;

const ACKNOWLEDGED: Parameter = Parameter {
    name: "acknowledgedTextVersion",
    kind: "string",
    about: "The version of the impact statement that was read, where the file adds members.",
};
const TOML: &str = "application/toml";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/organizations/v1/{organizationId}/file", "organization.read_file", session, read)
            .about(TAG, "Members, rules, roles and connections as TOML, always in the same order.")
            .reply_of(200, TOML),
        Route::post("/organizations/v1/{organizationId}/file/plan", "organization.plan_file", session, plan)
            .about(TAG, "What applying a file would change, in words. Changes nothing.")
            .body_of(TOML)
            .reply::<Planned>(200),
        Route::post("/organizations/v1/{organizationId}/file/apply", "organization.apply_file", session, apply)
            .about(
                TAG,
                "Makes the organization as the file says, by the same acts as everybody. Needs a step-up for \
                 organization.apply_file; its subject is in the refusal. Applied again, it changes nothing. A file that adds \
                 members needs the version of the impact statement that was read.",
            )
            .query(&[ACKNOWLEDGED])
            .body_of(TOML)
            .reply::<Applied>(200),
    ]
}

/// What a file would change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Planned {
    /// In the order in which they are done; none when everything is as the file says.
    pub steps: Vec<Step>,
}

/// One thing to do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Step {
    /// `set_rule`, `add_member`, `end_role`, `give_role`, `close`, `open`, `remove_member`.
    pub kind: &'static str,
    pub words: String,
}

/// What was done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Applied {
    pub done: Vec<String>,
    /// Proposals that were made instead, because a second person has to approve.
    pub waiting: Vec<Id>,
}

async fn read(call: Call) -> Answer {
    let text = file::write(call.app(), call.cx(), id(&call)?).await?;
    Ok(reply::stream("application/toml; charset=utf-8", stream::iter([Ok::<_, app::error::Error>(text.into_bytes())])))
}

async fn plan(mut call: Call) -> Answer {
    let (id, text) = (id(&call)?, text(&mut call).await?);
    let planned = file::plan(call.app(), call.cx(), id, &text).await?;
    let step = |(step, words): (model::organization::file::Step, String)| Step { kind: step.kind(), words };
    Ok(reply::ok(&Planned { steps: planned.steps.into_iter().map(step).collect() }))
}

async fn apply(mut call: Call) -> Answer {
    let (id, text) = (id(&call)?, text(&mut call).await?);
    let proof = proof(&call);
    let version = call.query().one(ACKNOWLEDGED.name).map(acknowledged).transpose()?.unwrap_or_default();
    let consent = Consent { text_version: version, proof: proof.as_deref() };
    let applied = file::apply(call.app(), call.cx(), id, &text, consent).await?;
    Ok(reply::ok(&Applied { done: applied.done, waiting: applied.waiting.into_iter().map(Id).collect() }))
}

/// The version in force, where that is the one that was read.
fn acknowledged(version: &str) -> Result<&'static str, Refusal> {
    if version == IMPACT_TEXT_VERSION {
        return Ok(IMPACT_TEXT_VERSION);
    }
    let message =
        format!("version \"{version}\" of the impact statement was read; version \"{IMPACT_TEXT_VERSION}\" is in force");
    Err(Refusal::invalid(message).with_code("IMPACT_TEXT_STALE").naming("query", ACKNOWLEDGED.name, version))
}

async fn text(call: &mut Call) -> Result<String, Refusal> {
    let bytes = call.bytes(FILE_BYTES_MAX).await?;
    String::from_utf8(bytes.to_vec()).map_err(|e| {
        let message = format!("the file is not UTF-8 text: byte {} is not", e.utf8_error().valid_up_to() + 1);
        Refusal::invalid(message).with_code("FILE_UNREADABLE")
    })
}
