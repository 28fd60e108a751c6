//! Connections: planning, editing and cutting what members share, by hand or by a template.

mod dry_run;
mod known;

pub use dry_run::{Bounds, Common, Count, Visible, compare};

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::organization::log::{self, Tried};
use crate::organization::{self, View, proposals, standing};
use jiff::civil::Date;
use model::authority::{Denial, OrganizationAct};
use model::connection::plan::{self, Change, Plan, Refusal, Wish};
use model::connection::template::{self, Filled, Template};
use model::connection::terms::Terms;
use model::connection::{EdgeKey, Feature, Pair};
use model::id::{AccountId, OrganizationId, PersonId};
use model::organization::proposal::Proposed;
use model::organization::role::Deed;
use model::organization::{Event, Organization, day};
use std::collections::{BTreeMap, BTreeSet};

/// What an edit would do, before it is done.
#[derive(Debug, Clone)]
pub struct Review {
    /// Each change with its sentence in English.
    pub changes: Vec<(Change, String)>,
    /// How many people's and companies' data becomes visible, per edge that would open or go on on other terms.
    pub visible: Vec<Visible>,
}

/// Who opened edges that no person did: the command line.
pub const NOBODY: PersonId = PersonId(0);

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let kind = match &refusal {
            Refusal::VersionStale { .. } | Refusal::NotActive => Kind::Conflict,
            Refusal::NotAMember(_) => Kind::NotFound,
            Refusal::TooMany { .. } => Kind::TooLarge,
            Refusal::SameAccount(_) | Refusal::Twice(_) | Refusal::Blocked(..) => Kind::Invalid,
            Refusal::TermsMissing(_) | Refusal::FieldsMissing(_) | Refusal::Faulty(..) => Kind::Invalid,
        };
        let error = Error::new(kind, refusal.code(), refusal.to_string());
        match refusal {
            Refusal::Blocked(edge, _) | Refusal::TermsMissing(edge) | Refusal::FieldsMissing(edge) | Refusal::Faulty(edge, _) => {
                about(error, edge)
            }
            _ => error,
        }
    }
}

/// Names the edge an error is about, for whoever shows it beside the edge.
fn about(error: Error, edge: EdgeKey) -> Error {
    error.with("feature", edge.feature.name()).with("source", edge.source).with("destination", edge.destination)
}

impl From<template::Refusal> for Error {
    fn from(refusal: template::Refusal) -> Error {
        let kind = match refusal {
            template::Refusal::HubNotAMember(_) => Kind::NotFound,
            template::Refusal::TooMany { .. } => Kind::TooLarge,
        };
        Error::new(kind, refusal.code(), refusal.to_string())
    }
}

fn today(cx: &Cx) -> Date {
    day(cx.now)
}

/// The organization of the account one works in, for somebody who may edit its connections.
async fn editable(app: &App, cx: &Cx, id: OrganizationId) -> Result<View> {
    let view = organization::read(app, cx).await?;
    if view.organization.id != id {
        return Err(Denial::OrganizationInvisible.into());
    }
    view.stand.may(OrganizationAct::EditConnections)?;
    Ok(view)
}

/// The plan of an edit that one may make, of fields and pipelines there are.
async fn planned(app: &App, cx: &Cx, view: &View, version: i64, wishes: &[Wish]) -> Result<Plan> {
    let planned = plan::plan(&view.organization, version, wishes, today(cx))?;
    view.stand.may_change(deeds(&planned))?;
    known::check(app, &planned).await?;
    Ok(planned)
}

/// What a whole set of wished edges would change, and how many people's and companies' data would be seen by whom. Applies nothing.
pub async fn plan(app: &App, cx: &Cx, id: OrganizationId, version: i64, wishes: &[Wish]) -> Result<Review> {
    let view = editable(app, cx, id).await?;
    let planned = planned(app, cx, &view, version, wishes).await?;
    let name = |account: AccountId| view.accounts.get(&account).map_or_else(|| account.to_string(), |a| a.name.clone());
    let changes = planned.changes.iter().map(|change| (change.clone(), change.words(&name))).collect();
    Ok(Review { changes, visible: dry_run::count(app, &planned).await? })
}

/// Makes a whole set of wished edges so. An edge that is not in the set is closed; a set made for another version is a conflict.
pub async fn edit(app: &App, cx: &Cx, id: OrganizationId, version: i64, wishes: &[Wish]) -> Result<View> {
    let done = edit_now(app, cx, id, version, wishes).await;
    log::refusing(app, cx, id, Tried { act: "edit_connections", proof: None }, done).await
}

async fn edit_now(app: &App, cx: &Cx, id: OrganizationId, version: i64, wishes: &[Wish]) -> Result<View> {
    if wishes.iter().any(known::names_something) {
        // What the accounts define is asked before the organization is locked: it is in other databases.
        let view = editable(app, cx, id).await?;
        planned(app, cx, &view, version, wishes).await?;
    }
    let mut tx = app.store.write_many(store::INSTANCE, wishes.len() + 1).await?;
    let seen = standing::locked(&mut tx, cx, id, OrganizationAct::EditConnections).await?;
    let planned = plan::plan(&seen.organization, version, wishes, today(cx))?;
    seen.stand.may_change(deeds(&planned))?;
    if proposals::is_needed(&seen.organization, deeds(&planned)) {
        let change = Proposed::Connections { wishes: proposals::difference(&planned, wishes) };
        let proposed = Some(proposals::propose(app, cx, tx, &seen.organization, change).await?);
        return Ok(View { proposed, ..organization::read(app, cx).await? });
    }
    let event = turn_of(planned, organization::answerable(cx).unwrap_or(NOBODY));
    organization::finish(app, cx, tx, seen.organization, event, &serde_json::Value::Null).await?;
    organization::read(app, cx).await
}

/// The turn of the organization that a plan is.
pub(crate) fn turn_of(planned: Plan, by: PersonId) -> Event {
    let open = planned.open.into_iter().chain(planned.amend).collect();
    Event::EditEdges { open, close: planned.close, by }
}

/// What it takes to make some edges so and leave all others as they are.
pub(crate) fn plan_with(cx: &Cx, organization: &Organization, wishes: &[Wish]) -> Result<Plan> {
    Ok(plan::plan(organization, organization.version, &with(organization, wishes.to_vec()), today(cx))?)
}

/// What a plan does to each edge it changes. Other terms may show more than before, so they take the same right as opening.
pub(crate) fn deeds(planned: &Plan) -> impl Iterator<Item = (EdgeKey, Deed)> {
    let (open, close) = (planned.open.keys().chain(planned.amend.keys()), planned.close.iter());
    open.map(|edge| (*edge, Deed::Widen)).chain(close.map(|edge| (*edge, Deed::Narrow)))
}

/// What a template opens here for some features, and what it cannot; with the version it was filled for. Edges one may not
/// change stay as they are. Applies nothing.
pub async fn fill(
    app: &App,
    cx: &Cx,
    id: OrganizationId,
    template: Template,
    features: &BTreeSet<Feature>,
    terms: Option<&Terms>,
) -> Result<(i64, Filled)> {
    let view = editable(app, cx, id).await?;
    let filled = template::fill(&view.organization, template, features, terms)?;
    Ok((view.organization.version, as_far_as_allowed(&view, filled)))
}

fn as_far_as_allowed(view: &View, mut filled: Filled) -> Filled {
    let may = |edge: EdgeKey, deed| view.stand.may_change([(edge, deed)]).is_ok();
    let open = &view.organization.open;
    filled.wishes.retain(|wish| open.contains_key(&wish.edge) || may(wish.edge, Deed::Widen));
    filled.blocked.retain(|(edge, _)| may(*edge, Deed::Widen));
    for wish in filled.wishes.iter_mut().filter(|wish| wish.terms.is_some() && !may(wish.edge, Deed::Widen)) {
        wish.terms = None;
    }
    let named: BTreeSet<EdgeKey> = filled.wishes.iter().map(|wish| wish.edge).collect();
    let others = open.keys().filter(|edge| !named.contains(edge) && !may(**edge, Deed::Narrow));
    filled.wishes.extend(others.map(|edge| Wish::on(*edge)));
    filled
}

/// Makes the connections those of a template. What is blocked stays off.
pub async fn apply(
    app: &App,
    cx: &Cx,
    id: OrganizationId,
    template: Template,
    features: &BTreeSet<Feature>,
    terms: Option<&Terms>,
) -> Result<(View, Filled)> {
    let (version, filled) = fill(app, cx, id, template, features, terms).await?;
    let view = edit(app, cx, id, version, &filled.wishes).await?;
    Ok((view, filled))
}

/// Everything that is not blocked, both ways, between all members whose edges one may change.
pub async fn one_click(app: &App, cx: &Cx, terms: Option<&Terms>) -> Result<Filled> {
    let view = organization::read(app, cx).await?;
    let filled = template::fill(&view.organization, Template::Everyone, &Feature::ALL.into(), terms)?;
    Ok(as_far_as_allowed(&view, filled))
}

/// Opens or closes one direction, leaving everything else as it is. For the command line and simple clients.
pub async fn set(app: &App, cx: &Cx, edge: EdgeKey, on: bool) -> Result<View> {
    change(app, cx, vec![if on { Wish::on(edge) } else { Wish::off(edge) }]).await
}

/// Makes some edges so, leaving all others as they are.
pub async fn change(app: &App, cx: &Cx, changed: Vec<Wish>) -> Result<View> {
    let view = organization::read(app, cx).await?;
    let wishes = with(&view.organization, changed);
    edit(app, cx, view.organization.id, view.organization.version, &wishes).await
}

/// The whole set of wishes in which some edges change and all others stay as they are.
pub fn with(organization: &Organization, changed: Vec<Wish>) -> Vec<Wish> {
    let mut wishes: BTreeMap<EdgeKey, Wish> = organization.open.keys().map(|edge| (*edge, Wish::on(*edge))).collect();
    wishes.extend(changed.into_iter().map(|wish| (wish.edge, wish)));
    wishes.into_values().collect()
}

/// Closes everything between two members.
pub async fn cut(app: &App, cx: &Cx, a: AccountId, b: AccountId) -> Result<View> {
    let view = organization::read(app, cx).await?;
    let left = view.organization.open.keys().filter(|edge| edge.pair() != Pair::of(a, b));
    let wishes: Vec<Wish> = left.map(|edge| Wish::on(*edge)).collect();
    edit(app, cx, view.organization.id, view.organization.version, &wishes).await
}
