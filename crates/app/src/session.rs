//! Sessions: signing in and out, and the context of a signed-in person.

use crate::cx::{App, Cx, Person};
use crate::error::{Error, Kind, Result};
use crate::{secret, seen};
use jiff::Timestamp;
use model::account::{Status, UserStatus, permissions};
use model::authority::Standing;
use model::change::{Actor, Source};
use model::id::AccountId;
use model::identity::session::Session;
use std::sync::Arc;
use store::session::{Found, Place};

/// The session of a cookie, for what needs no account. One read.
pub async fn identify(app: &App, cookie: &str) -> Result<Session> {
    Ok(find(app, cookie, None, app.outside.now()).await?.session)
}

/// The context of a signed-in person in one of her accounts. One read.
pub async fn authenticate(app: &App, cookie: &str, account: AccountId) -> Result<Cx> {
    let now = app.outside.now();
    let found = find(app, cookie, Some(account), now).await?;
    let session = found.session;
    let place = found.place.filter(may_enter).ok_or_else(|| Error::not_found(format!("there is no account {account}")))?;
    let granted = permissions(place.role, place.permission_set.as_ref(), &place.seats);
    let standing = Standing { role: place.role, permissions: granted, seats: place.seats, account_status: place.account_status };
    Ok(Cx {
        actor: Actor::Person { id: session.person },
        source: Source::CrmUi,
        account,
        now,
        request: String::new(),
        standing: Arc::new(standing),
        person: Some(Person { id: session.person, owner: place.owner, second_factor_at: session.second_factor_at }),
        cause: None,
    })
}

fn may_enter(place: &Place) -> bool {
    place.status == UserStatus::Active && place.account_status != Status::Deactivated
}

async fn find(app: &App, cookie: &str, account: Option<AccountId>, now: Timestamp) -> Result<Found> {
    let mut tx = app.store.read_home().await?;
    let found = store::session::find(&mut tx, &secret::hash(cookie), account).await?;
    drop(tx);
    let found = found.filter(|found| found.disabled_at.is_none());
    let Some(found) = found else {
        return Err(Error::new(Kind::Unauthenticated, "SESSION_UNKNOWN", "nobody is signed in here"));
    };
    if found.session.expires_at <= now {
        return Err(Error::new(Kind::Expired, "SESSION_EXPIRED", "the session has expired; sign in again"));
    }
    if seen::is_due(Some(found.session.last_seen_at), now) {
        seen::session(app, &found.session, now);
    }
    Ok(found)
}
