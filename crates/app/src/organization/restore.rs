//! Coming back within 30 days: a deleted organization, by whoever could create it again from an account that was in it; a
//! removed member, by whoever manages the organization.
//!
//! Nobody's account is brought back over her head: only accounts come back whose Super Admin the restoring person is now, as
//! when an organization is created. The others are named and stay out; they can be offered membership.

use super::log::{self, Tried};
use super::standing::{may_see, to_create};
use super::{View, acting, creation_reasons, each_considered, finish, locked, prove, read, refuse};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use jiff::{SignedDuration, Timestamp};
use model::account::Account;
use model::authority::{Denial, OrganizationAct, decide_organization};
use model::connection::EdgeKey;
use model::eligibility::{Joining, Reason};
use model::id::{AccountId, OrganizationId};
use model::limits::{ORGANIZATION_MEMBERS_MAX, RESTORE_DAYS};
use model::organization::phase::Removal;
use model::organization::{Event, Facts, Organization, restorable_until};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::organization::past::{self, Past, Removed};
use store::{Tx, WriteTx};

/// The act of the step-up. Its subject is the id of what comes back: the organization, or the account.
pub const RESTORE: &str = "organization.restore";
/// Deleted organizations shown for one account.
const FORMER_MAX: usize = 10;
/// Former members shown of one organization.
const FORMER_MEMBERS_MAX: usize = 100;

/// A deleted organization that the account one works in was in.
#[derive(Debug, Clone)]
pub struct Former {
    pub past: Past,
    pub until: Timestamp,
    /// The other accounts it had, each with what keeps it from coming back.
    pub accounts: Vec<super::Considered>,
    /// What keeps the whole from coming back from here.
    pub blocked: BTreeSet<Reason>,
    /// How many edges would open again.
    pub n_edges: usize,
}

/// An account that was a member of the organization one works in.
#[derive(Debug, Clone)]
pub struct FormerMember {
    pub account: AccountId,
    pub name: String,
    pub reason: Removal,
    pub removed_at: Timestamp,
    pub until: Timestamp,
    /// What keeps it from coming back.
    pub against: BTreeSet<Reason>,
}

/// What a restored organization left out.
#[derive(Debug, Clone)]
pub struct Restored {
    pub view: View,
    pub left_out: Vec<super::Considered>,
}

fn since(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(RESTORE_DAYS * 24)).unwrap_or(Timestamp::MIN)
}

/// The deleted organizations that can still be restored and had the account one works in.
pub async fn former(app: &App, cx: &Cx) -> Result<Vec<Former>> {
    let mut tx = app.store.read_home().await?;
    may_see(&mut tx, cx).await?;
    let mut found = Vec::new();
    for past in past::deleted_with(&mut tx, cx.account, since(cx.now), FORMER_MAX).await? {
        let Some((organization, _)) = store::organization::read(&mut tx, past.id).await? else { continue };
        let plan = plan(&mut tx, cx, &organization, past.deleted_at).await?;
        let coming: BTreeSet<AccountId> = plan.members.keys().copied().collect();
        let n_edges = plan.edges.keys().filter(|e| coming.contains(&e.source) && coming.contains(&e.destination)).count();
        let until = restorable_until(past.deleted_at);
        found.push(Former { past, until, accounts: plan.accounts, blocked: plan.blocked, n_edges });
    }
    Ok(found)
}

/// What would come back.
struct Plan {
    members: BTreeMap<AccountId, Facts>,
    accounts: Vec<super::Considered>,
    blocked: BTreeSet<Reason>,
    edges: BTreeMap<EdgeKey, model::connection::Opened>,
}

async fn plan(tx: &mut Tx, cx: &Cx, organization: &Organization, deleted_at: Timestamp) -> Result<Plan> {
    let here = acting(tx, cx).await?;
    let blocked = creation_reasons(tx, cx, &here, &organization.policy).await?;
    let were: Vec<Account> = past::removed_at(tx, organization.id, deleted_at, ORGANIZATION_MEMBERS_MAX)
        .await?
        .into_iter()
        .map(|removed| removed.account)
        .filter(|account| account.id != here.id)
        .collect();
    let joining = Joining { policy: &organization.policy, organization: None, n_members: 1, location: &here.location };
    let accounts = each_considered(tx, cx, &were, &joining).await?;
    let may: BTreeSet<AccountId> = accounts.iter().filter(|c| c.reasons.is_empty()).map(|c| c.account).collect();
    let coming = were.iter().chain([&here]).filter(|account| account.id == here.id || may.contains(&account.id));
    let members = coming.map(|account| (account.id, Facts::of(account))).collect();
    Ok(Plan { members, accounts, blocked, edges: past::edges_closed_at(tx, organization.id, deleted_at).await? })
}

/// Brings a deleted organization back, with the accounts that still may belong and the connections that nothing blocks.
pub async fn restore(app: &App, cx: &Cx, id: OrganizationId, proof: Option<&str>) -> Result<Restored> {
    let mut tx = app.store.write_home().await?;
    may_see(&mut tx, cx).await?;
    decide_organization(to_create(cx), OrganizationAct::Create)?;
    let past = was_in(&mut tx, cx, id).await?;
    let (organization, _) = store::organization::lock(&mut tx, id).await?.ok_or(Denial::OrganizationInvisible)?;
    if !organization.phase.is_deleted() {
        return Err(Error::conflict("ORGANIZATION_NOT_DELETED", "the organization is there; nothing has to be restored"));
    }
    in_time(past.deleted_at, cx.now)?;
    let plan = plan(&mut tx, cx, &organization, past.deleted_at).await?;
    refuse([(cx.account, plan.blocked)])?;
    if plan.members.len() < 2 {
        return Err(Error::conflict("NO_ACCOUNTS_LEFT", "none of the other accounts may come back with this one"));
    }
    prove(&mut tx, cx, RESTORE, &id.to_string(), proof).await?;
    let left_out: Vec<_> = plan.accounts.into_iter().filter(|c| !c.reasons.is_empty()).collect();
    let cause = json!({ "deletedAt": past.deleted_at, "leftOut": left_out.iter().map(|c| c.account).collect::<Vec<_>>() });
    let event = Event::Restore { members: plan.members, edges: plan.edges };
    finish(app, cx, tx, organization, event, &cause).await?;
    Ok(Restored { view: read(app, cx).await?, left_out })
}

/// The deleted organization the account was in; to everybody else there is none.
async fn was_in(tx: &mut WriteTx, cx: &Cx, id: OrganizationId) -> Result<Past> {
    if store::organization::of_account(tx, cx.account).await? == Some(id) {
        return Err(Error::conflict("ORGANIZATION_NOT_DELETED", "the organization is there; nothing has to be restored"));
    }
    let ever = past::deleted_with(tx, cx.account, Timestamp::UNIX_EPOCH, ORGANIZATION_MEMBERS_MAX).await?;
    ever.into_iter().find(|past| past.id == id).ok_or_else(|| Denial::OrganizationInvisible.into())
}

fn in_time(ended_at: Timestamp, now: Timestamp) -> Result<()> {
    let until = restorable_until(ended_at);
    if now < until {
        return Ok(());
    }
    let message = format!("it could be restored for {RESTORE_DAYS} days, until {until}");
    Err(Error::conflict("RESTORE_TOO_LATE", message).with("until", until))
}

/// Who was a member of the organization one works in, and what keeps each from coming back.
pub async fn former_members(app: &App, cx: &Cx, id: OrganizationId) -> Result<Vec<FormerMember>> {
    let organization = read(app, cx).await?.organization;
    if organization.id != id {
        return Err(Denial::OrganizationInvisible.into());
    }
    let mut tx = app.store.read_home().await?;
    let removed = past::removed_after(&mut tx, id, since(cx.now), FORMER_MEMBERS_MAX).await?;
    let accounts: Vec<Account> = removed.iter().map(|r| r.account.clone()).collect();
    let location = organization.members.get(&cx.account).map(|m| m.facts.location.clone()).unwrap_or_default();
    let joining = joining(&organization, &location);
    let against = each_considered(&mut tx, cx, &accounts, &joining).await?;
    let former = |(Removed { account, at, reason }, considered): (Removed, super::Considered)| FormerMember {
        account: account.id,
        name: account.name,
        reason,
        removed_at: at,
        until: restorable_until(at),
        against: considered.reasons,
    };
    Ok(removed.into_iter().zip(against).map(former).collect())
}

fn joining<'a>(organization: &'a Organization, location: &'a str) -> Joining<'a> {
    let (policy, n_members) = (&organization.policy, organization.members.len());
    Joining { policy, organization: Some(organization.id), n_members, location }
}

/// Brings a former member back, with the connections it had where nothing blocks them.
pub async fn restore_member(app: &App, cx: &Cx, id: OrganizationId, account: AccountId, proof: Option<&str>) -> Result<View> {
    let done = restore_member_now(app, cx, id, account, proof).await;
    log::refusing(app, cx, id, Tried { act: "restore_member", proof }, done).await
}

async fn restore_member_now(app: &App, cx: &Cx, id: OrganizationId, account: AccountId, proof: Option<&str>) -> Result<View> {
    let mut tx = app.store.write_home().await?;
    let organization = locked(&mut tx, cx, id, OrganizationAct::AddMembers).await?;
    let removed = past::removed_after(&mut tx, id, Timestamp::UNIX_EPOCH, ORGANIZATION_MEMBERS_MAX).await?;
    let removed = removed.into_iter().find(|r| r.account.id == account && !organization.members.contains_key(&account));
    let Some(removed) = removed else {
        let message = format!("account {account} was no member of the organization, or is one");
        return Err(Error::new(Kind::NotFound, "NOT_A_FORMER_MEMBER", message));
    };
    in_time(removed.at, cx.now)?;
    let location = organization.members.get(&cx.account).map(|m| m.facts.location.clone());
    let location = location.unwrap_or_else(|| removed.account.location.clone());
    let reasons =
        each_considered(&mut tx, cx, std::slice::from_ref(&removed.account), &joining(&organization, &location)).await?;
    refuse(reasons.into_iter().map(|one| (one.account, one.reasons)))?;
    prove(&mut tx, cx, RESTORE, &account.to_string(), proof).await?;
    let mut edges = past::edges_closed_at(&mut tx, id, removed.at).await?;
    edges.retain(|edge, _| edge.touches(account));
    let cause = json!({ "removedAt": removed.at, "reason": removed.reason });
    let event = Event::RestoreMember { account, facts: Facts::of(&removed.account), edges };
    finish(app, cx, tx, organization, event, &cause).await?;
    read(app, cx).await
}
