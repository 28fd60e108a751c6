//! The context of a verb: who asks, in which account, when, by which way, and what they may.
//!
//! A context is made in four places only: from a session, from a service token, for the system itself, and by
//! [`crate::door`] for another account.

use crate::error::{Error, Result};
use model::account::{Permissions, Role, Status};
use model::authority::{self, Act, Denial, Reach, Standing, TokenReach};
use model::change::{Actor, By, Cause, Source};
use model::id::{AccountId, OwnerId, PersonId};
use model::identity::scope;
use outside::Outside;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::Store;

/// The product, running: its databases, its ports, its settings. Cheap to clone; every verb takes it first.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// See [`App`].
pub struct Inner {
    pub store: Store,
    pub outside: Outside,
    pub settings: Settings,
    /// Values that are the same until the account's definitions change, and so need not be read for every request.
    pub definitions: crate::property::Cache,
    /// Service tokens that came by a moment ago.
    pub tokens: crate::token::Cache,
    /// What identity providers say about themselves.
    pub(crate) providers: crate::sign_on::discovery::Cache,
    /// Tokens and sessions that were used and not noted yet.
    pub(crate) seen: crate::seen::Seen,
    pub(crate) hashing: crate::password::Turns,
}

/// What the operator decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people reach the server, such as `https://crm.example`; passkeys are bound to its host.
    pub public_url: String,
    /// 32 bytes that seal secrets at rest. Never stored in a database.
    pub seal_key: [u8; 32],
    /// The fixed sign-in of the sample group is taken: only this machine reaches the server, or the operator asked for it.
    pub demo: bool,
    /// Identity providers may be at private addresses and speak plain HTTP.
    pub private_addresses: bool,
    /// Passwords are hashed cheaply. For tests only; the binary always says false.
    pub cheap_hashing: bool,
}

impl App {
    pub fn new(store: Store, outside: Outside, settings: Settings) -> App {
        App(Arc::new(Inner {
            store,
            outside,
            settings,
            definitions: crate::property::Cache::default(),
            tokens: crate::token::Cache::default(),
            providers: crate::sign_on::discovery::Cache::default(),
            seen: crate::seen::Seen::default(),
            hashing: crate::password::Turns::default(),
        }))
    }
}

impl App {
    /// Whether the store answers.
    pub async fn ready(&self) -> Result<()> {
        self.store.read_home().await?;
        Ok(())
    }
}

impl std::ops::Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// The context of one request or step.
#[derive(Debug, Clone)]
pub struct Cx {
    pub actor: Actor,
    pub source: Source,
    pub account: AccountId,
    pub now: jiff::Timestamp,
    /// Quoted in the reply and the log. The door fills it in; [`crate::token`] and [`crate::session`] leave it empty.
    pub request: String,
    pub standing: Arc<Standing>,
    /// The signed-in person, and the owner she is in this account; a token has neither.
    pub person: Option<Person>,
    /// Whether she works in another user's place at the moment, in this account or another: what is only done as oneself waits.
    pub stands_in: bool,
    /// What stands behind a service token.
    pub bearer: Option<Bearer>,
    /// The change that led to this, for work done because of a feed.
    pub cause: Option<Cause>,
}

/// Who made a service token, and what it may do on the organization for her.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer {
    /// None when the operator made it for nobody; then it reaches no organization.
    pub created_by: Option<PersonId>,
    pub on_organization: TokenReach,
}

/// A person within an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub owner: OwnerId,
    /// When this session last saw a second factor or a user-verified passkey.
    pub second_factor_at: Option<jiff::Timestamp>,
}

impl Cx {
    /// The system itself, with every right in one account: set-up, the command line, scheduled work.
    pub fn system(app: &App, account: AccountId) -> Cx {
        let standing = Standing {
            role: Role::SuperAdmin,
            permissions: Permissions::all(),
            seats: BTreeSet::new(),
            account_status: Status::Active,
        };
        Cx {
            actor: Actor::System,
            source: Source::Internal,
            account,
            now: app.outside.now(),
            request: app.outside.uuid(),
            standing: Arc::new(standing),
            person: None,
            stands_in: false,
            bearer: None,
            cause: None,
        }
    }

    /// Whether the act is allowed, and how far it reaches.
    pub fn may(&self, act: Act) -> Result<Reach> {
        if authority::is_ones_own(act) {
            self.as_herself()?;
        }
        authority::decide(&self.standing, act).map_err(|denial| {
            let scope = scope::needed(act).filter(|_| matches!(denial, Denial::PermissionMissing | Denial::SeatMissing));
            match (scope, &self.actor) {
                (Some(scope), Actor::Token { .. }) => Error::from(denial).missing_scope(scope),
                _ => denial.into(),
            }
        })
    }

    /// Refuses who works in the place of another user, also in the accounts where she is herself meanwhile.
    pub fn as_herself(&self) -> Result<()> {
        if self.stands_in {
            return Err(crate::log_in_as::not_as_another());
        }
        Ok(())
    }

    /// By whom, from where and because of what: for [`store::WriteTx::commit`].
    pub fn by(&self) -> By {
        By { actor: self.actor.clone(), source: self.source, cause: self.cause.clone() }
    }
}
