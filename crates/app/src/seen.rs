//! When tokens and sessions were last used: noted beside the request, never on its path, and at most once a minute each. And
//! attempts to sign in that failed: beside the request as well, so that an address that is known is refused as fast as one that
//! is not.
//!
//! ```text
//!   request -> Seen (memory) -> spawned task -> one bookkeeping transaction for all
//! ```
//! A note that is lost costs nothing: the next use makes it again.

use crate::cx::App;
use crate::error::Result;
use jiff::{SignedDuration, Timestamp};
use model::change::{Actor, By, Source};
use model::id::{PersonId, TokenId};
use model::identity::session;
use model::limits::SEEN_SECONDS;
use parking_lot::Mutex;
use std::collections::BTreeMap;

/// What waits to be noted.
#[derive(Default)]
pub struct Seen {
    waiting: Mutex<Waiting>,
    /// One saves at a time, so that whoever waits for [`save`] knows that all before is noted.
    saving: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    tokens: BTreeMap<TokenId, Timestamp>,
    provisioners: BTreeMap<TokenId, Timestamp>,
    sessions: BTreeMap<String, (PersonId, Timestamp, Timestamp)>,
    /// The throttle bounds how many there can be.
    failed: Vec<(PersonId, &'static str, Timestamp)>,
}

/// Whether a use is worth a note.
pub fn is_due(noted_at: Option<Timestamp>, now: Timestamp) -> bool {
    noted_at.is_none_or(|noted| now.duration_since(noted) >= SignedDuration::from_secs(SEEN_SECONDS))
}

/// Notes the use of a token soon.
pub fn token(app: &App, id: TokenId, now: Timestamp) {
    app.seen.waiting.lock().tokens.insert(id, now);
    save_soon(app);
}

/// Notes the use of a provisioning token soon.
pub fn provisioner(app: &App, id: TokenId, now: Timestamp) {
    app.seen.waiting.lock().provisioners.insert(id, now);
    save_soon(app);
}

/// Notes the use of a session soon.
pub fn session(app: &App, used: &session::Session, now: Timestamp) {
    app.seen.waiting.lock().sessions.insert(used.id.clone(), (used.person, used.created_at, now));
    save_soon(app);
}

/// Says soon in the security history that an attempt failed.
pub fn failed(app: &App, person: PersonId, act: &'static str, now: Timestamp) {
    app.seen.waiting.lock().failed.push((person, act, now));
    save_soon(app);
}

fn save_soon(app: &App) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = save(&app).await {
            tracing::warn!(%error, detail = error.detail, "the use of tokens and sessions was not noted");
        }
    });
}

/// Notes all that waits.
pub async fn save(app: &App) -> Result<()> {
    let _turn = app.seen.saving.lock().await;
    let waiting = std::mem::take(&mut *app.seen.waiting.lock());
    if waiting.tokens.is_empty() && waiting.provisioners.is_empty() && waiting.sessions.is_empty() && waiting.failed.is_empty() {
        return Ok(());
    }
    let mut tx = app.store.write_home().await?;
    for (id, at) in &waiting.tokens {
        store::token::set_used(&mut tx, *id, *at).await?;
    }
    for (id, at) in &waiting.provisioners {
        store::provisioning::set_used(&mut tx, *id, *at).await?;
    }
    for (id, (person, created_at, at)) in &waiting.sessions {
        store::session::set_seen(&mut tx, id, *person, *at, session::expires_at(*created_at, *at)).await?;
    }
    let Some((_, _, at)) = waiting.failed.last().copied() else { return Ok(tx.commit_bookkeeping().await?) };
    let changes: Vec<_> = waiting.failed.iter().map(|(person, act, _)| crate::session::changed(*person, act)).collect();
    let by = By { actor: Actor::System, source: Source::Internal, cause: None };
    tx.commit(&by, at, &changes).await?;
    Ok(())
}
