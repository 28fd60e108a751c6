//! Service tokens: keys of one account for programs.
//!
//! Authenticating is on the path of every request, so what a token means is remembered for a moment:
//!
//! ```text
//!   text -> SHA-256 -> Cache: known, this process changed nothing in the directory since, younger than a second -> Cx
//!                        | else one read by hash
//! ```
//! So a token revoked (or an account suspended) by this process is refused from its next request on, and by another
//! process after a second at the latest.

use crate::cx::{App, Bearer, Cx};
use crate::error::{Error, Kind, Result};
use crate::{organization, secret, seen};
use jiff::{SignedDuration, Timestamp};
use model::account::{Role, Status, name};
use model::authority::{Act, Standing, TokenReach};
use model::change::{self, Actor, Change, Source};
use model::id::{AccountId, PersonId, TokenId};
use model::identity::scope::{self, ALL, MIRRORING};
use model::identity::token::{ServiceToken, hint, text};
use model::limits::{TOKEN_CACHE_MAX, TOKEN_CACHE_MILLISECONDS, TOKENS_MAX};
use parking_lot::RwLock;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::token::Bearer as Found;

/// A token that was just made. Its text is nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    pub token: ServiceToken,
    pub text: String,
}

/// Makes a token for the account of the context. Its scopes reach no further than whoever makes it; `*` brings mirroring
/// along when she may see it.
pub async fn create(app: &App, cx: &Cx, token_name: &str, scopes: &[String]) -> Result<Created> {
    make(app, cx, organization::answerable(cx), token_name, scopes).await
}

/// The same by the operator, for a user of the account: on the organization, the token may do what she may.
pub async fn create_for(app: &App, cx: &Cx, email: &str, token_name: &str, scopes: &[String]) -> Result<Created> {
    cx.may(Act::ManageUsers)?;
    let mut tx = app.store.read_home().await?;
    let user = match store::person::by_email(&mut tx, &model::fold::email(email)).await? {
        Some(login) => store::account::read_user(&mut tx, cx.account, login.person.id).await?,
        None => None,
    };
    drop(tx);
    let user = user.ok_or_else(|| Error::not_found(format!("\"{email}\" is no user of account {}", cx.account)))?;
    make(app, cx, Some(user.person), token_name, scopes).await
}

async fn make(app: &App, cx: &Cx, by: Option<PersonId>, token_name: &str, scopes: &[String]) -> Result<Created> {
    cx.may(Act::ManageTokens)?;
    let token_name = name(token_name).map_err(|refusal| Error::invalid(refusal.code(), refusal.to_string()))?;
    let scopes = grantable(cx, scopes)?;
    grantable_on_organization(app, cx, by, &scopes).await?;
    let text = text(&app.outside.uuid());
    let mut tx = app.store.write_home().await?;
    let n_tokens = store::token::list(&mut tx, cx.account).await?.len();
    if n_tokens >= TOKENS_MAX {
        return Err(Error::too_large(
            "TOKENS_TOO_MANY",
            format!("the account has {n_tokens} tokens, which is the most it can have"),
        ));
    }
    let token = ServiceToken {
        id: TokenId(tx.take_ids(1)?),
        account: cx.account,
        name: token_name,
        scopes,
        hint: hint(&text),
        created_by: by,
        created_at: cx.now,
        last_used_at: None,
        revoked_at: None,
    };
    store::token::create(&mut tx, &token, &secret::hash(&text)).await?;
    tx.commit(&cx.by(), cx.now, &[changed(&token, "token.create")]).await?;
    Ok(Created { token, text })
}

fn changed(token: &ServiceToken, act: &str) -> Change {
    let detail = json!({"act": act, "account": token.account, "token": token.id, "scopes": token.scopes});
    Change::of(change::Kind::AccountChanged, detail)
}

/// Scopes that the actor can give away.
fn grantable(cx: &Cx, scopes: &[String]) -> Result<Vec<String>> {
    let mut scopes = scope::checked(scopes).map_err(|e| Error::invalid(scope::Unknown::CODE, e.to_string()))?;
    if scopes.is_empty() {
        return Err(Error::invalid("SCOPES_EMPTY", "a token needs at least one scope"));
    }
    let may_mirror = cx.actor == Actor::System || cx.may(Act::ViewMirrored).is_ok();
    let asks_for_mirroring = scopes.iter().any(|scope| scope == MIRRORING);
    if asks_for_mirroring && !may_mirror {
        cx.may(Act::ViewMirrored)?;
    }
    if !asks_for_mirroring && may_mirror && scopes.iter().any(|scope| scope == ALL) {
        scopes.push(MIRRORING.to_owned());
    }
    if !cx.standing.permissions.cover(&scope::permissions(&scopes)) {
        let message = "a token cannot be given more than you hold yourself";
        return Err(Error::forbidden("SCOPES_BEYOND_OWN", message).with("scopes", scopes.join(" ")));
    }
    Ok(scopes)
}

/// On the organization a token acts for a person, and may be given what she and whoever makes it may do there now.
async fn grantable_on_organization(app: &App, cx: &Cx, by: Option<PersonId>, scopes: &[String]) -> Result<()> {
    let asked = scope::on_organization(scopes);
    if asked == TokenReach::default() {
        return Ok(());
    }
    if by.is_none() {
        let message = "a token that reaches the organization acts for a person: say for whom it is made";
        return Err(Error::invalid("TOKEN_PERSON_NEEDED", message));
    }
    let beyond = |own: TokenReach| (asked.reads && !own.reads) || (asked.edits_connections && !own.edits_connections);
    if cx.bearer.is_some_and(|own| beyond(own.on_organization)) {
        let message = "a token cannot be given more than you hold yourself";
        return Err(Error::forbidden("SCOPES_BEYOND_OWN", message).with("scopes", scopes.join(" ")));
    }
    organization::may_hand_out(app, cx, Bearer { created_by: by, on_organization: asked }).await
}

/// The account's tokens that work, oldest first.
pub async fn list(app: &App, cx: &Cx) -> Result<Vec<ServiceToken>> {
    cx.may(Act::ManageTokens)?;
    let mut tx = app.store.read_home().await?;
    Ok(store::token::list(&mut tx, cx.account).await?)
}

/// Takes a token's right away, from its next request on.
pub async fn revoke(app: &App, cx: &Cx, id: TokenId) -> Result<()> {
    cx.may(Act::ManageTokens)?;
    let mut tx = app.store.write_home().await?;
    if !store::token::revoke(&mut tx, cx.account, id, cx.now).await? {
        return Err(Error::not_found(format!("there is no token {id}")));
    }
    let detail = json!({"act": "token.revoke", "account": cx.account, "token": id});
    tx.commit(&cx.by(), cx.now, &[Change::of(change::Kind::AccountChanged, detail)]).await?;
    Ok(())
}

/// What tokens mean, remembered for a moment by the digest of their text.
#[derive(Default)]
pub struct Cache(RwLock<HashMap<[u8; 32], Arc<Known>>>);

struct Known {
    token: TokenId,
    account: AccountId,
    standing: Arc<Standing>,
    bearer: Bearer,
    /// The store's directory version before this was read.
    version: u64,
    read_at: Timestamp,
    /// Microseconds; when the use was last noted.
    noted_at: AtomicI64,
}

impl Known {
    fn holds(&self, app: &App, now: Timestamp) -> bool {
        let age = now.duration_since(self.read_at);
        let fresh = !age.is_negative() && age < SignedDuration::from_millis(TOKEN_CACHE_MILLISECONDS);
        fresh && self.version == app.store.directory_version()
    }

    fn note(&self, app: &App, now: Timestamp) {
        let noted = self.noted_at.load(Ordering::Relaxed);
        let due = seen::is_due(Timestamp::from_microsecond(noted).ok(), now);
        // Of several requests at the same moment, one makes the note.
        let turn = || self.noted_at.compare_exchange(noted, now.as_microsecond(), Ordering::Relaxed, Ordering::Relaxed);
        if due && turn().is_ok() {
            seen::token(app, self.token, now);
        }
    }
}

/// The context of whoever shows a token's text. One read at most, mostly none.
pub async fn authenticate(app: &App, text: &str) -> Result<Cx> {
    let (now, digest) = (app.outside.now(), secret::digest(text));
    let remembered = app.tokens.0.read().get(&digest).cloned().filter(|known| known.holds(app, now));
    let known = match remembered {
        Some(known) => known,
        None => look_up(app, digest, now).await?,
    };
    known.note(app, now);
    Ok(Cx {
        actor: Actor::Token { id: known.token },
        source: Source::Integration,
        account: known.account,
        now,
        request: String::new(),
        standing: known.standing.clone(),
        person: None,
        stands_in: false,
        bearer: Some(known.bearer),
        cause: None,
    })
}

/// What a token is, for whoever has its text; none when it is unknown or was revoked.
pub async fn describe(app: &App, text: &str) -> Result<Option<ServiceToken>> {
    let mut tx = app.store.read_home().await?;
    let Some(bearer) = store::token::bearer(&mut tx, &secret::hex(&secret::digest(text))).await? else { return Ok(None) };
    let tokens = store::token::list(&mut tx, bearer.account).await?;
    Ok(tokens.into_iter().find(|token| token.id == bearer.token))
}

async fn look_up(app: &App, digest: [u8; 32], now: Timestamp) -> Result<Arc<Known>> {
    // Before the read: a change that comes in between makes what was read useless, not wrong.
    let version = app.store.directory_version();
    let mut tx = app.store.read_home().await?;
    let bearer = store::token::bearer(&mut tx, &secret::hex(&digest)).await?;
    drop(tx);
    let bearer = accepted(bearer)?;
    let noted_at = bearer.last_used_at.map_or(i64::MIN, Timestamp::as_microsecond);
    let known = Arc::new(Known {
        token: bearer.token,
        account: bearer.account,
        standing: Arc::new(standing(&bearer)),
        bearer: Bearer { created_by: bearer.created_by, on_organization: scope::on_organization(&bearer.scopes) },
        version,
        read_at: now,
        noted_at: AtomicI64::new(noted_at),
    });
    let mut cache = app.tokens.0.write();
    if cache.len() >= TOKEN_CACHE_MAX {
        cache.clear();
    }
    cache.insert(digest, known.clone());
    Ok(known)
}

fn accepted(bearer: Option<Found>) -> Result<Found> {
    match bearer {
        None => Err(Error::new(Kind::Unauthenticated, "TOKEN_UNKNOWN", "the token is not one of this server")),
        Some(bearer) if bearer.revoked_at.is_some() => {
            Err(Error::new(Kind::Expired, "TOKEN_REVOKED", format!("the token {} was revoked", bearer.token)))
        }
        Some(bearer) if bearer.account_status == Status::Deactivated => {
            let message = format!("the account {} of the token is deactivated", bearer.account);
            Err(Error::new(Kind::Unauthenticated, "ACCOUNT_DEACTIVATED", message))
        }
        Some(bearer) => Ok(bearer),
    }
}

/// A token stands as nobody in particular: its scopes are all it has.
fn standing(bearer: &Found) -> Standing {
    Standing {
        role: Role::Standard,
        permissions: scope::permissions(&bearer.scopes),
        seats: scope::seats(&bearer.scopes),
        account_status: bearer.account_status,
    }
}

/// Notes all uses of tokens and sessions that wait to be noted: before the server stops, and in tests.
pub async fn save_used(app: &App) -> Result<()> {
    seen::save(app).await
}
