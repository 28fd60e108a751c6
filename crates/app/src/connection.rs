//! Connections: planning, editing and cutting what members share.

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::organization::log::{self, Tried};
use crate::organization::{self, View, standing};
use model::authority::OrganizationAct;
use model::connection::plan::{self, Change, Refusal, Wish};
use model::connection::{EdgeKey, Feature, Pair};
use model::id::{AccountId, OrganizationId, PersonId};
use model::object::CONTACT;
use model::organization::Event;
use model::organization::role::Deed;
use std::collections::BTreeMap;

/// What an edit would do, before it is done.
#[derive(Debug, Clone)]
pub struct Review {
    /// Each change with its sentence in English.
    pub changes: Vec<(Change, String)>,
    /// How many people's data becomes visible, per edge that would open.
    pub n_people_visible: Vec<(EdgeKey, usize)>,
}

/// Who opened edges that no person did: the command line.
pub const NOBODY: PersonId = PersonId(0);

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let kind = match refusal {
            Refusal::VersionStale { .. } | Refusal::NotActive => Kind::Conflict,
            Refusal::NotAMember(_) => Kind::NotFound,
            Refusal::TooMany { .. } => Kind::TooLarge,
            Refusal::SameAccount(_) | Refusal::Twice(_) | Refusal::Blocked(..) | Refusal::FeatureNotAvailable(_) => Kind::Invalid,
        };
        Error::new(kind, refusal.code(), refusal.to_string())
    }
}

/// What a whole set of wished edges would change. Applies nothing.
pub async fn plan(app: &App, cx: &Cx, id: OrganizationId, version: i64, wishes: &[Wish]) -> Result<Review> {
    let view = organization::read(app, cx).await?;
    if view.organization.id != id {
        return Err(model::authority::Denial::OrganizationInvisible.into());
    }
    view.stand.may(OrganizationAct::EditConnections)?;
    let planned = plan::plan(&view.organization, version, wishes, &Feature::AVAILABLE)?;
    view.stand.may_change(deeds(&planned))?;
    let name = |account: AccountId| view.accounts.get(&account).map_or_else(|| account.to_string(), |a| a.name.clone());
    let changes = planned.changes.iter().map(|change| (*change, change.words(&name))).collect();
    let mut contacts: BTreeMap<AccountId, usize> = BTreeMap::new();
    let mut n_people_visible = Vec::new();
    for edge in planned.open.iter().filter(|e| e.feature.carries_values()) {
        // Not through the door, which is still closed: whose right it is speaks for both accounts, and counts at home.
        let n = match contacts.get(&edge.source) {
            Some(n) => *n,
            None => store::record::count(&mut app.store.read(edge.source).await?, CONTACT).await?,
        };
        contacts.insert(edge.source, n);
        n_people_visible.push((*edge, n));
    }
    Ok(Review { changes, n_people_visible })
}

/// Makes a whole set of wished edges so. An edge that is not in the set is closed; a set made for another version is a conflict.
pub async fn edit(app: &App, cx: &Cx, id: OrganizationId, version: i64, wishes: &[Wish]) -> Result<View> {
    let done = edit_now(app, cx, id, version, wishes).await;
    log::refusing(app, cx, id, Tried { act: "edit_connections", proof: None }, done).await
}

async fn edit_now(app: &App, cx: &Cx, id: OrganizationId, version: i64, wishes: &[Wish]) -> Result<View> {
    let mut tx = app.store.write_many(store::INSTANCE, wishes.len()).await?;
    let seen = standing::locked(&mut tx, cx, id, OrganizationAct::EditConnections).await?;
    let planned = plan::plan(&seen.organization, version, wishes, &Feature::AVAILABLE)?;
    seen.stand.may_change(deeds(&planned))?;
    let by = organization::answerable(cx).unwrap_or(NOBODY);
    let event = Event::EditEdges { open: planned.open, close: planned.close, by };
    organization::finish(app, cx, tx, seen.organization, event, &serde_json::Value::Null).await?;
    organization::read(app, cx).await
}

/// What a plan does to each edge it changes.
fn deeds(planned: &plan::Plan) -> impl Iterator<Item = (EdgeKey, Deed)> {
    let (open, close) = (planned.open.iter(), planned.close.iter());
    open.map(|edge| (*edge, Deed::Widen)).chain(close.map(|edge| (*edge, Deed::Narrow)))
}

/// Everything available, both ways, between all members whose edges one may change; the others stay as they are.
pub async fn one_click(app: &App, cx: &Cx) -> Result<Vec<Wish>> {
    let view = organization::read(app, cx).await?;
    let (open, stand) = (&view.organization.open, &view.stand);
    let is_hers = |wish: &Wish| open.contains_key(&wish.edge) || stand.may_change([(wish.edge, Deed::Widen)]).is_ok();
    Ok(plan::one_click(&view.organization, &Feature::AVAILABLE).into_iter().filter(is_hers).collect())
}

/// Opens or closes one direction, leaving everything else as it is. For the command line and simple clients.
pub async fn set(app: &App, cx: &Cx, edge: EdgeKey, on: bool) -> Result<View> {
    let view = organization::read(app, cx).await?;
    let mut wishes: BTreeMap<EdgeKey, bool> = view.organization.open.keys().map(|edge| (*edge, true)).collect();
    wishes.insert(edge, on);
    let wishes: Vec<Wish> = wishes.into_iter().map(|(edge, on)| Wish { edge, on }).collect();
    edit(app, cx, view.organization.id, view.organization.version, &wishes).await
}

/// Closes everything between two members.
pub async fn cut(app: &App, cx: &Cx, a: AccountId, b: AccountId) -> Result<View> {
    let view = organization::read(app, cx).await?;
    let left = view.organization.open.keys().filter(|edge| edge.pair() != Pair::of(a, b));
    let wishes: Vec<Wish> = left.map(|edge| Wish { edge: *edge, on: true }).collect();
    edit(app, cx, view.organization.id, view.organization.version, &wishes).await
}
