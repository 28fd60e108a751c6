//! Two-person approval: changes that wait for a second person, and what becomes of them. See [`model::organization::proposal`].
//!
//! ```text
//!   connection::edit -> lets more pass, and the policy wants two -> propose
//!                                                                      |
//!        the edit itself, by the second person <-- approve <-- wait <--+--> reject, withdraw, 7 days
//! ```

use super::standing::{self, Seen, Stand};
use super::{actor, finish, tell_accounts};
use crate::connection::{NOBODY, deeds, plan_with, turn_of};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::organization::log::{self, Tried};
use model::account;
use model::authority::OrganizationAct;
use model::change::{Change as Fed, Kind as Did};
use model::connection::EdgeKey;
use model::connection::plan::{Change, Plan, Wish};
use model::id::{AccountId, OrganizationId, PersonId};
use model::limits::{PROPOSALS_LISTED_MAX, PROPOSALS_OPEN_MAX};
use model::organization::log::{Said, WHOLE};
use model::organization::proposal::{Approval, By, Event, Proposal, Proposed, Refusal, State};
use model::organization::role::Deed;
use model::organization::{Event as Turn, Organization};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::organization::proposal as stored;
use store::{Tx, WriteTx};

/// A proposal as somebody sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub proposal: Proposal,
    /// What it is now.
    pub state: State,
    /// What it would change now, each with its sentence in English; empty once it is closed.
    pub changes: Vec<(Change, String)>,
    /// The same for rules: name, value now, value then.
    pub rules: Vec<(String, Value, Value)>,
    /// Why it could not be applied as things are.
    pub hindrance: Option<(&'static str, String)>,
    pub proposed_by_name: Option<String>,
    pub decided_by_name: Option<String>,
    /// What she may do with it.
    pub may: Vec<Event>,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let kind = match refusal {
            Refusal::Closed(_) | Refusal::Stale | Refusal::NothingLeft => Kind::Conflict,
            Refusal::OwnProposal | Refusal::NotProposer => Kind::Forbidden,
        };
        Error::new(kind, refusal.code(), refusal.to_string())
    }
}

/// Whether a change needs a second person. One that only narrows never does: stopping is not delayed.
pub(crate) fn is_needed(organization: &Organization, mut deeds: impl Iterator<Item = (EdgeKey, Deed)>) -> bool {
    organization.policy.approval == Approval::Two && deeds.any(|(_, deed)| deed == Deed::Widen)
}

/// Whether a change of the rules needs a second person.
pub(crate) fn is_needed_for_rules(organization: &Organization) -> bool {
    organization.policy.approval == Approval::Two
}

/// Keeps a change until a second person approves it. The same change by the same person is kept once.
pub(crate) async fn propose(
    app: &App,
    cx: &Cx,
    mut tx: WriteTx,
    organization: &Organization,
    change: Proposed,
) -> Result<Proposal> {
    let (id, version) = (organization.id, organization.version);
    let by = who(cx);
    let open = stored::list(&mut tx, id, PROPOSALS_OPEN_MAX).await?;
    let is_same =
        |one: &Proposal| one.change == change && one.proposed_by == by && one.state_at(version, cx.now) == State::Proposed;
    if let Some(same) = open.into_iter().find(is_same) {
        return Ok(same);
    }
    if stored::n_open(&mut tx, id).await? >= PROPOSALS_OPEN_MAX {
        let message = format!("{PROPOSALS_OPEN_MAX} changes wait for approval, which is the limit; decide some of them first");
        return Err(Error::conflict("TOO_MANY_PROPOSALS", message));
    }
    let proposal = Proposal::new(tx.take_ids(1)?, change, version, by, cx.now);
    record(app, cx, tx, organization, &proposal, "change_proposed").await?;
    Ok(proposal)
}

/// What waits, newest first, and after it what was decided last.
pub async fn list(app: &App, cx: &Cx, id: OrganizationId) -> Result<Vec<Shown>> {
    let mut tx = app.store.read_home().await?;
    let seen = standing::visible(&mut tx, cx, id, OrganizationAct::See).await?;
    let found = stored::list(&mut tx, id, PROPOSALS_LISTED_MAX).await?;
    shown(&mut tx, cx, &seen, found).await
}

/// One of them.
pub async fn read(app: &App, cx: &Cx, id: OrganizationId, proposal: i64) -> Result<Shown> {
    let mut tx = app.store.read_home().await?;
    let seen = standing::visible(&mut tx, cx, id, OrganizationAct::See).await?;
    let found = stored::read(&mut tx, id, proposal).await?.ok_or_else(|| unknown(proposal))?;
    shown(&mut tx, cx, &seen, vec![found]).await?.pop().ok_or_else(|| unknown(proposal))
}

/// Approves, rejects, withdraws or plans a proposal again. Approving applies it, in the same transaction.
pub async fn decide(app: &App, cx: &Cx, id: OrganizationId, proposal: i64, event: Event, note: Option<&str>) -> Result<Shown> {
    let act = match event {
        Event::Approve => "approve_change",
        Event::Reject => "reject_change",
        Event::Withdraw => "withdraw_change",
        Event::PlanAgain => "plan_change_again",
        Event::Overtaken | Event::TimeOver => return Err(Error::broken("only people decide about proposals")),
    };
    let done = decide_now(app, cx, id, proposal, event, note).await;
    log::refusing(app, cx, id, Tried { act, proof: None }, done).await
}

async fn decide_now(app: &App, cx: &Cx, id: OrganizationId, number: i64, event: Event, note: Option<&str>) -> Result<Shown> {
    let mut tx = app.store.write_many(store::INSTANCE, model::limits::EDGES_MAX).await?;
    let Seen { organization, stand, .. } = standing::locked(&mut tx, cx, id, OrganizationAct::See).await?;
    let proposal = stored::read(&mut tx, id, number).await?.ok_or_else(|| unknown(number))?;
    may_decide(&stand, &proposal, event)?;
    let proposed_by = proposal.proposed_by;
    let mut after = proposal.after(event, organization.version, who(cx), cx.now)?;
    after.note = note.map(str::trim).filter(|note| !note.is_empty()).map(account::name).transpose()?;
    match event {
        Event::Approve => {
            let turn = turn(cx, &organization, &after)?;
            stored::put(&mut tx, id, &after).await?;
            store::organization::append(&mut tx, id, vec![said(cx, "change_approved", &after)]).await?;
            let cause = json!({ "proposal": number, "proposedBy": by_words(proposed_by) });
            finish(app, cx, tx, organization, turn, &cause).await?;
        }
        Event::Reject => record(app, cx, tx, &organization, &after, "change_rejected").await?,
        Event::Withdraw => record(app, cx, tx, &organization, &after, "change_withdrawn").await?,
        _ => record(app, cx, tx, &organization, &after, "change_planned_again").await?,
    }
    read(app, cx, id, number).await
}

/// Closes proposals whose time is over. Takes no input and may run at any time.
pub async fn reconcile(app: &App) -> Result<usize> {
    let cx = Cx::system(app, store::INSTANCE);
    let over = stored::expired(&mut app.store.read_home().await?, cx.now, PROPOSALS_LISTED_MAX).await?;
    let mut n = 0;
    for (id, number) in over {
        let mut tx = app.store.write_home().await?;
        let Some((organization, _)) = store::organization::lock(&mut tx, id).await? else { continue };
        let Some(proposal) = stored::read(&mut tx, id, number).await? else { continue };
        if proposal.stored == State::Proposed && proposal.expires_at <= cx.now {
            let after = proposal.after(Event::TimeOver, organization.version, By(None), cx.now)?;
            record(app, &cx, tx, &organization, &after, "change_expired").await?;
            n += 1;
        }
    }
    Ok(n)
}

fn unknown(number: i64) -> Error {
    Error::new(Kind::NotFound, "PROPOSAL_NOT_FOUND", format!("the organization has no proposal {number}"))
}

/// Who proposes or decides.
fn who(cx: &Cx) -> By {
    By(standing::answerable(cx))
}

/// Whoever might have made the change may decide about it, and so may a Privacy Officer at one of the ends. Her own she may
/// always withdraw.
fn may_decide(stand: &Stand, proposal: &Proposal, event: Event) -> Result<()> {
    let edges = proposal.change.edges();
    match event {
        Event::Withdraw => Ok(()),
        _ if edges.is_empty() => stand.may(OrganizationAct::EditPolicy),
        Event::PlanAgain => stand.may_change(edges.into_iter().map(|edge| (edge, Deed::Widen))),
        // What narrows she may do on her own.
        _ => stand.may_change(edges.into_iter().map(|edge| (edge, Deed::Narrow))),
    }
}

/// The turn of the organization that a proposal asks for.
fn turn(cx: &Cx, organization: &Organization, proposal: &Proposal) -> Result<Turn> {
    match &proposal.change {
        Proposed::Connections { wishes } => {
            let planned = plan_with(cx, organization, wishes)?;
            if deeds(&planned).next().is_none() {
                return Err(Refusal::NothingLeft.into());
            }
            Ok(turn_of(planned, who(cx).0.unwrap_or(NOBODY)))
        }
        Proposed::Policy { set } => {
            let policy = organization.policy.with(set)?;
            if policy == organization.policy {
                return Err(Refusal::NothingLeft.into());
            }
            Ok(Turn::ChangePolicy { policy: Box::new(policy) })
        }
    }
}

/// What a proposal would change as things are: lines about edges, lines about rules.
type Lines = (Vec<(Change, String)>, Vec<(String, Value, Value)>);

fn lines(cx: &Cx, organization: &Organization, proposal: &Proposal, name: &dyn Fn(AccountId) -> String) -> Result<Lines> {
    match &proposal.change {
        Proposed::Connections { wishes } => {
            let planned = plan_with(cx, organization, wishes)?;
            Ok((planned.changes.iter().map(|one| (one.clone(), one.words(name))).collect(), Vec::new()))
        }
        Proposed::Policy { set } => {
            let (mut before, after) = organization.policy.difference(&organization.policy.with(set)?);
            let line = |(name, value): (String, Value)| {
                let was = before.remove(&name).unwrap_or_default();
                (name, was, value)
            };
            Ok((Vec::new(), after.into_iter().map(line).collect()))
        }
    }
}

async fn shown(tx: &mut Tx, cx: &Cx, seen: &Seen, found: Vec<Proposal>) -> Result<Vec<Shown>> {
    let ids =
        |one: &Proposal| [one.proposed_by.0, one.decided_by.and_then(|by| by.0)].into_iter().flatten().collect::<Vec<PersonId>>();
    let people: BTreeSet<PersonId> = found.iter().flat_map(ids).collect();
    let names: BTreeMap<PersonId, String> = store::organization::names(tx, &people).await?;
    let name_of = |by: By| by.0.and_then(|person| names.get(&person).cloned());
    let account = |id: AccountId| seen.accounts.get(&id).map_or_else(|| id.to_string(), |a| a.name.clone());
    let show = |proposal: Proposal| {
        let state = proposal.state_at(seen.organization.version, cx.now);
        let ((changes, rules), hindrance) = match state.is_open().then(|| lines(cx, &seen.organization, &proposal, &account)) {
            Some(Ok(lines)) => (lines, None),
            Some(Err(error)) => (Lines::default(), Some((error.code, error.message))),
            None => (Lines::default(), None),
        };
        let is_possible = |event: &Event| {
            let next = proposal.clone().after(*event, seen.organization.version, who(cx), cx.now);
            next.is_ok() && may_decide(&seen.stand, &proposal, *event).is_ok()
        };
        let asked = [Event::Approve, Event::Reject, Event::Withdraw, Event::PlanAgain];
        let may = asked.into_iter().filter(is_possible).collect();
        let (proposed_by_name, decided_by_name) = (name_of(proposal.proposed_by), proposal.decided_by.and_then(name_of));
        Shown { state, changes, rules, hindrance, proposed_by_name, decided_by_name, may, proposal }
    };
    Ok(found.into_iter().map(show).collect())
}

/// Writes what became of a proposal, with its entry of the log, and tells the accounts it is about.
async fn record(
    app: &App,
    cx: &Cx,
    mut tx: WriteTx,
    organization: &Organization,
    proposal: &Proposal,
    act: &'static str,
) -> Result<()> {
    stored::put(&mut tx, organization.id, proposal).await?;
    store::organization::append(&mut tx, organization.id, vec![said(cx, act, proposal)]).await?;
    let change = json!({ "organizationId": organization.id, "did": act, "proposal": proposal.id });
    tx.commit(&cx.by(), cx.now, &[Fed::of(Did::OrganizationChanged, change)]).await?;
    let edges = proposal.change.edges();
    let accounts = match edges.is_empty() {
        true => organization.members.keys().copied().collect(),
        false => edges.iter().flat_map(|edge| [edge.source, edge.destination]).collect(),
    };
    tell_accounts(app, cx, organization, accounts).await;
    Ok(())
}

/// The entry names the proposal and a digest of what it proposes, not the edges: those are for who may see the proposal.
fn said(cx: &Cx, act: &str, proposal: &Proposal) -> Said {
    let change = serde_json::to_string(&proposal.change).unwrap_or_default();
    let effect = json!({
        "did": act, "proposal": proposal.id, "what": proposal.change.name(), "n": proposal.change.n(), "change": crate::secret::hash(&change),
        "proposedBy": by_words(proposal.proposed_by), "version": proposal.version, "note": proposal.note,
    });
    let detail = json!({ "effect": effect, "cause": null, "from": standing::from(cx) });
    Said {
        at: cx.now.as_microsecond(),
        actor: actor(&cx.actor),
        act: act.to_owned(),
        subject: WHOLE.to_owned(),
        detail: detail.to_string(),
    }
}

fn by_words(by: By) -> String {
    by.0.map_or_else(|| "system".to_owned(), |person| format!("person:{person}"))
}

/// The edges a plan changes, as wishes: what is proposed of it.
pub(crate) fn difference(planned: &Plan, wishes: &[Wish]) -> Vec<Wish> {
    let changed: BTreeSet<EdgeKey> = deeds(planned).map(|(edge, _)| edge).collect();
    let mut kept: Vec<Wish> = wishes.iter().filter(|wish| wish.on && changed.contains(&wish.edge)).cloned().collect();
    let named: BTreeSet<EdgeKey> = kept.iter().map(|wish| wish.edge).collect();
    kept.extend(changed.difference(&named).map(|edge| Wish::off(*edge)));
    kept
}
