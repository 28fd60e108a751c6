//! The one door between accounts. [`enter`] is the only line of the product that makes a context for another account than
//! the one its caller stands in; both public ways, [`Cx::through`] and [`all_into`], lead through it.
//!
//! It asks the directory anew on every passage, so that cutting a connection is over at the next look. What comes out acts as
//! the connection, on behalf of the account that asked, and may only read what the feature carries.

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use model::account::{Deed, Permissions, Role, Scope};
use model::authority::Standing;
use model::change::{Actor, Source};
use model::connection::Feature;
use model::connection::terms::CUSTOMERS;
use model::id::ConnectionId;
use model::mirror::SHOWN;
use model::organization::{Facts, Stop, stop};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::organization::Passage;

/// A context for another account, and the passage it came by. Whoever holds one has passed the door.
#[derive(Debug, Clone)]
pub struct Through {
    pub cx: Cx,
    pub passage: Passage,
}

impl Cx {
    /// Goes through a connection to read, with a feature, from the account on its other side. What is not open, and what does
    /// not exist, answer the same.
    pub async fn through(&self, app: &App, connection: ConnectionId, feature: Feature) -> Result<Through> {
        let mut tx = app.store.read_home().await?;
        let passage = store::organization::passage_into(&mut tx, connection, feature, self.account).await?;
        drop(tx);
        enter(self, passage.ok_or_else(|| closed(connection))?)
    }
}

/// Every source that is open into the account one stands in now, each with what lets one in or what stops it.
pub async fn all_into(app: &App, cx: &Cx, feature: Feature) -> Result<Vec<(Passage, Result<Through>)>> {
    let mut tx = app.store.read_home().await?;
    let passages = store::organization::passages_into(&mut tx, cx.account, feature).await?;
    Ok(passages.into_iter().map(|passage| (passage.clone(), enter(cx, passage))).collect())
}

/// The door itself. Checked literally, though the state machine promises each of these: the edge has the direction and the
/// feature that are asked for, organization and accounts are active, the source is not barred, the policy lets it pass.
fn enter(cx: &Cx, passage: Passage) -> Result<Through> {
    let feature = passage.edge.feature;
    let towards_me = passage.edge.destination == cx.account && passage.destination.id == cx.account;
    let from_another = passage.edge.source == passage.source.id && passage.source.id != cx.account;
    if !towards_me || !from_another {
        return Err(closed(passage.connection));
    }
    // A connection does not lead on: who came through one door stands in front of no second one.
    if matches!(cx.actor, Actor::Connection { .. }) {
        return Err(Error::forbidden("DOOR_AFTER_DOOR", "what came through a connection cannot go through another one"));
    }
    // Permitted is not carried: what this version does not use yet goes through nowhere.
    if !feature.is_used() {
        let message = format!("{} may be permitted by a connection; this version does not use it yet", feature.name());
        return Err(Error::forbidden("FEATURE_NOT_USED", message));
    }
    let (source, destination) = (Facts::of(&passage.source), Facts::of(&passage.destination));
    if let Some(stop) = stop(passage.phase, &passage.policy, feature, &passage.opened.terms, &source, &destination) {
        let message = format!("connection {} carries nothing at the moment", passage.connection);
        return Err(Error::forbidden(stop.code(), message));
    }
    if passage.is_frozen {
        let message = format!("connection {} waits for an account that may not be a member at the moment", passage.connection);
        return Err(Error::forbidden(Stop::MemberFrozen.code(), message));
    }
    let standing = Standing {
        role: Role::Standard,
        permissions: allowed(&passage),
        seats: BTreeSet::new(),
        account_status: passage.source.status,
    };
    let inside = Cx {
        actor: Actor::Connection { id: passage.connection, on_behalf_of: cx.account },
        source: Source::Internal,
        account: passage.source.id,
        now: cx.now,
        request: cx.request.clone(),
        standing: Arc::new(standing),
        person: None,
        stands_in: false,
        bearer: None,
        cause: None,
    };
    Ok(Through { cx: inside, passage })
}

/// Reading, of what the terms show and of the customers it is found by. Nothing else, ever: no right to change anything.
fn allowed(passage: &Passage) -> Permissions {
    let terms = &passage.opened.terms;
    let shown = SHOWN.into_iter().filter(|object| terms.shows(*object));
    let types = CUSTOMERS.into_iter().filter(|customer| terms.covers(*customer)).chain(shown);
    types.fold(Permissions::default(), |permissions, object| permissions.with(object, Deed::View, Scope::Everything))
}

fn closed(connection: ConnectionId) -> Error {
    Error::not_found(format!("there is no open connection {connection} into this account"))
}
