//! The rules of an organization: read by whoever sees it, changed by whoever manages it.
//!
//! ```text
//!   new rules -> what the state machine would do with them -> somebody is lost? only with `force` -> second factor -> the same turn, for good
//! ```

use super::log::{self, Tried};
use super::{UPDATE_POLICY, finish, locked, proposals, prove, standing};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Reason, Result};
use model::authority::OrganizationAct;
use model::id::{AccountId, OrganizationId};
use model::organization::proposal::{Proposal, Proposed};
use model::organization::{Effect, Event, next};
use model::policy::{Policy, Refusal};
use serde_json::Value;
use std::collections::BTreeMap;
use store::Tx;

/// Losses named in the words of a refusal; the rest is counted.
const LOSSES_SHOWN: usize = 5;
/// Losses listed in a refusal: as many as a page of anything.
const LOSSES_TOLD_MAX: usize = 100;

/// The rules as somebody sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub organization: OrganizationId,
    pub policy: Policy,
    /// The version of the organization, to be named when the rules are changed.
    pub version: i64,
    pub can_edit: bool,
    /// The change waits for a second person, instead of being made.
    pub proposed: Option<Proposal>,
}

/// How somebody wants the rules to be.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// The version she saw; `None` changes whatever is there.
    pub version: Option<i64>,
    /// All rules of this policy first, then what is set.
    pub preset: Option<Policy>,
    pub set: BTreeMap<String, Value>,
    /// Do it even where members, connections or the organization itself are lost by it.
    pub force: bool,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let error = Error::invalid(refusal.code(), refusal.to_string());
        match refusal {
            Refusal::ValueInvalid { name, .. } => error.with("name", name),
            Refusal::FieldUnknown { .. } | Refusal::Contradiction { .. } => error,
        }
    }
}

/// The rules of the organization one works in.
pub async fn read(app: &App, cx: &Cx, id: OrganizationId) -> Result<Seen> {
    let mut tx = app.store.read_home().await?;
    let standing::Seen { organization, stand, .. } = standing::visible(&mut tx, cx, id, OrganizationAct::See).await?;
    let can_edit = stand.may(OrganizationAct::EditPolicy).is_ok();
    Ok(Seen { organization: id, policy: organization.policy, version: organization.version, can_edit, proposed: None })
}

/// Changes the rules. What follows from them follows at once: blocked edges close, members that no longer fit go.
pub async fn update(app: &App, cx: &Cx, id: OrganizationId, wish: &Wish, proof: Option<&str>) -> Result<Seen> {
    let done = update_now(app, cx, id, wish, proof).await;
    log::refusing(app, cx, id, Tried { act: "update_policy", proof }, done).await
}

/// Refuses a limit that the members of the organization are beyond already.
pub(super) fn holds(n: usize, members_max: Option<u64>) -> Result<()> {
    match members_max.and_then(|max| usize::try_from(max).ok()) {
        Some(max) if max < n => {
            let message = format!("the organization has {n} accounts; members_max cannot be {max}");
            Err(Error::conflict("POLICY_MEMBERS_MAX_TOO_LOW", message).with("name", "members_max"))
        }
        _ => Ok(()),
    }
}

async fn update_now(app: &App, cx: &Cx, id: OrganizationId, wish: &Wish, proof: Option<&str>) -> Result<Seen> {
    let mut tx = app.store.write_home().await?;
    let organization = locked(&mut tx, cx, id, OrganizationAct::EditPolicy).await?;
    if wish.version.is_some_and(|version| version != organization.version) {
        let message = format!("the organization has version {} by now; look again, then change it", organization.version);
        return Err(Error::conflict("VERSION_STALE", message));
    }
    let wanted = wish.preset.as_ref().unwrap_or(&organization.policy).with(&wish.set)?;
    holds(organization.members.len(), u64::try_from(wanted.members_max).ok())?;
    if wanted == organization.policy {
        return Ok(Seen { organization: id, policy: wanted, version: organization.version, can_edit: true, proposed: None });
    }
    let event = Event::ChangePolicy { policy: Box::new(wanted.clone()) };
    if !wish.force {
        let (_, effects) = next(organization.clone(), event.clone(), cx.now);
        refuse_losses(&mut tx, id, &effects).await?;
    }
    prove(&mut tx, cx, UPDATE_POLICY, &id.to_string(), proof).await?;
    if proposals::is_needed_for_rules(&organization) {
        let (policy, version) = (organization.policy.clone(), organization.version);
        let (_, set) = policy.difference(&wanted);
        let proposed = Some(proposals::propose(app, cx, tx, &organization, Proposed::Policy { set }).await?);
        return Ok(Seen { organization: id, policy, version, can_edit: true, proposed });
    }
    let version = organization.version + 1;
    finish(app, cx, tx, organization, event, &serde_json::json!({ "force": wish.force })).await?;
    Ok(Seen { organization: id, policy: wanted, version, can_edit: true, proposed: None })
}

/// What the change would end besides being made: all of it in the refusal, each with the account or edge it is about.
async fn refuse_losses(tx: &mut Tx, id: OrganizationId, effects: &[Effect]) -> Result<()> {
    let names: BTreeMap<AccountId, String> = match effects.iter().any(|effect| loss(effect, &BTreeMap::new()).is_some()) {
        false => return Ok(()),
        true => {
            let accounts = store::organization::read(tx, id).await?.map(|(_, accounts)| accounts).unwrap_or_default();
            accounts.into_iter().map(|(id, account)| (id, account.name)).collect()
        }
    };
    let losses: Vec<Reason> = effects.iter().filter_map(|effect| loss(effect, &names)).collect();
    let shown: Vec<&str> = losses.iter().take(LOSSES_SHOWN).map(|loss| loss.message.as_str()).collect();
    let more = losses.len().saturating_sub(LOSSES_SHOWN);
    let and_more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let message = format!("the change is refused unless forced, because of what it ends: {}{and_more}", shown.join("; "));
    Err(Error::new(Kind::Conflict, "POLICY_LOSES_MEMBERS", message).because(losses.into_iter().take(LOSSES_TOLD_MAX).collect()))
}

/// One effect as a reason to think twice; nothing where it takes nothing away.
fn loss(effect: &Effect, names: &BTreeMap<AccountId, String>) -> Option<Reason> {
    let name = |id: &AccountId| names.get(id).cloned().unwrap_or_else(|| id.to_string());
    let (code, message, about) = match effect {
        Effect::MemberRemoved { account, reason } => {
            let words = format!("{} is removed ({})", name(account), reason.name());
            ("MEMBER_REMOVED", words, vec![("accountId", account.to_string()), ("reason", reason.name().to_owned())])
        }
        Effect::EdgeClosed { edge, .. } => {
            let words = format!("{} from {} to {} closes", edge.feature.name(), name(&edge.source), name(&edge.destination));
            let ends = [("source", edge.source), ("destination", edge.destination)].map(|(end, id)| (end, id.to_string()));
            ("EDGE_CLOSED", words, ends.into_iter().chain([("feature", edge.feature.name().to_owned())]).collect())
        }
        Effect::MemberFrozen { account, reason, until } => {
            let words = format!("{} freezes until {until} ({})", name(account), reason.name());
            ("MEMBER_FROZEN", words, vec![("accountId", account.to_string()), ("until", until.to_string())])
        }
        Effect::Frozen { until } => ("FROZEN", format!("nothing passes until {until}"), vec![("until", until.to_string())]),
        Effect::Deleted { reason } => ("DELETED", format!("the organization is deleted ({})", reason.name()), vec![]),
        _ => return None,
    };
    let context = about.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect();
    Some(Reason { code: code.to_owned(), message, place: None, context })
}
