//! The rules of an organization in JSON: each with its value, what HubSpot documents, what we think better, and its meaning.

use super::{TAG, id, proof};
use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::organization::policy::{self, Seen, Wish};
use model::policy::{FIELDS, Kind, Policy as Rules};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use wire::scalar::Id;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/organizations/v1/{organizationId}/policy", "organization.read_policy", session, read)
            .about(TAG, "The rules the organization lives by, each with its value, HubSpot's, ours, and what it means.")
            .reply::<Policy>(200),
        Route::patch("/organizations/v1/{organizationId}/policy", "organization.update_policy", session, update)
            .about(
                TAG,
                "Changes rules; what follows from them follows at once. What would end memberships or connections is refused unless forced. Needs a step-up for organization.update_policy; its subject is the organization's id.",
            )
            .body::<WantedPolicy>()
            .reply::<Policy>(200)
            .reply::<super::proposals::Proposal>(202),
    ]
}

/// The rules of an organization.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    pub organization_id: Id,
    /// Of the organization; to be sent back with a change.
    pub version: i64,
    pub can_edit: bool,
    /// Every rule is as HubSpot documents it.
    pub is_parity: bool,
    pub fields: Vec<PolicyField>,
}

/// One rule.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyField {
    pub name: &'static str,
    /// `members`, `management`, `connections`, `changes`, `sign_in`.
    pub group: &'static str,
    /// `switch`, `number`, `choice`, `grace` (the word of its one choice, or `{"grace": {"days": 14}}`), `days`, `text`.
    pub kind: &'static str,
    pub value: Value,
    /// The value that HubSpot documents.
    pub parity: Value,
    /// Our default.
    pub ours: Value,
    pub about: &'static str,
    /// Of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    pub choices: Vec<PolicyChoice>,
}

/// A value of a rule that has a few.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PolicyChoice {
    pub value: &'static str,
    pub about: &'static str,
}

/// A change of the rules.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WantedPolicy {
    /// The version that was seen.
    pub version: i64,
    /// `parity` or `open`: all rules at once, before those that are set.
    pub preset: Option<String>,
    /// Rules by name.
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
    /// Do it even where memberships, connections or the organization end by it.
    #[serde(default)]
    pub force: bool,
}

async fn read(call: Call) -> Answer {
    Ok(reply::ok(&shown(policy::read(call.app(), call.cx(), id(&call)?).await?)))
}

async fn update(mut call: Call) -> Answer {
    let (id, body): (_, WantedPolicy) = (id(&call)?, call.json().await?);
    let preset = body.preset.as_deref().map(preset).transpose()?;
    let wish = Wish { version: Some(body.version), preset, set: body.set, force: body.force };
    let seen = policy::update(call.app(), call.cx(), id, &wish, proof(&call).as_deref()).await?;
    match &seen.proposed {
        None => Ok(reply::ok(&shown(seen))),
        Some(proposed) => super::proposals::waits(&call, id, proposed).await,
    }
}

/// The policy of a name.
pub fn preset(name: &str) -> Result<Rules, Refusal> {
    Rules::from_name(name).ok_or_else(|| {
        let message = format!("\"{}\" is no policy; expected \"open\" or \"parity\"", shorten(name));
        Refusal::invalid(message).with_code("POLICY_UNKNOWN")
    })
}

fn shown(seen: Seen) -> Policy {
    let (values, parity, ours) = (seen.policy.values(), Rules::parity().values(), Rules::open().values());
    let value = |of: &BTreeMap<String, Value>, name: &str| of.get(name).cloned().unwrap_or_default();
    let fields = FIELDS.iter().map(|field| {
        let (min, max) = match field.kind {
            Kind::Number { min, max } => (Some(min), Some(max)),
            _ => (None, None),
        };
        let choices = match field.kind {
            Kind::Choice(choices) => choices.to_vec(),
            Kind::Grace(choice) => vec![choice],
            Kind::Switch | Kind::Number { .. } | Kind::Days | Kind::Text => vec![],
        };
        PolicyField {
            name: field.name,
            group: field.group.name(),
            kind: field.kind.name(),
            value: value(&values, field.name),
            parity: value(&parity, field.name),
            ours: value(&ours, field.name),
            about: field.about,
            min,
            max,
            choices: choices.into_iter().map(|c| PolicyChoice { value: c.value, about: c.about }).collect(),
        }
    });
    Policy {
        organization_id: Id(seen.organization.0),
        version: seen.version,
        can_edit: seen.can_edit,
        is_parity: seen.policy == Rules::parity(),
        fields: fields.collect(),
    }
}
