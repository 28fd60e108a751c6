//! What a write says it did. A transaction can only be committed with its changes; they are the feed of the account,
//! and by that its audit trail, its property history and the input of every consumer.

use crate::id::{AccountId, PersonId, RecordId, TokenId};
use crate::limits::HOPS_MAX;
use crate::object::ObjectType;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person.
    Person { id: PersonId },
    /// A person in the place of another user of the account, with that one's rights: `real` did it as `id`.
    StandIn { id: PersonId, real: PersonId },
    /// A service token of the account.
    Token { id: TokenId },
    /// A provisioning token of an organization: the directory of its identity provider.
    Provisioner { id: TokenId },
    /// The connection of an organization, on behalf of another account.
    Connection { id: crate::id::ConnectionId, on_behalf_of: AccountId },
    /// Whoever runs the server: the command line, set-up, scheduled work.
    System,
}

/// As the log names everybody: `person:12`, `token:3`, `provisioner:4`, `system`.
impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Actor::Person { id } => write!(f, "person:{id}"),
            Actor::StandIn { id, real } => write!(f, "person:{real}:as:{id}"),
            Actor::Token { id } => write!(f, "token:{id}"),
            Actor::Provisioner { id } => write!(f, "provisioner:{id}"),
            Actor::Connection { id, .. } => write!(f, "connection:{id}"),
            Actor::System => write!(f, "system"),
        }
    }
}

impl Actor {
    /// The person whose rights were used.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Actor::Person { id } | Actor::StandIn { id, .. } => Some(*id),
            Actor::Token { .. } | Actor::Provisioner { .. } | Actor::Connection { .. } | Actor::System => None,
        }
    }
}

/// By which way a value came in; HubSpot's `sourceType` of a history entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    /// A person in the browser.
    CrmUi,
    /// A client of the API.
    Integration,
    /// A file.
    Import,
    /// The product itself.
    Internal,
    /// A value that follows from other records, written by a consumer of the feed.
    Calculated,
    /// Two records became one: the values it has, see [`crate::record::merge`].
    Merge,
}

/// What happened to one thing. The names are stored and appear in logs: never rename one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A record came to be. Carries no values: see [`Change::values`].
    RecordCreated,
    /// Property values changed.
    RecordUpdated,
    RecordArchived,
    RecordRestored,
    /// Erased for good: the values of the record's earlier changes are gone as well.
    RecordErased,
    AssociationLinked,
    AssociationUnlinked,
    /// Another account's user looked at this account's data through a connection.
    Disclosed,
    /// A definition: property, pipeline, label. `detail` says which.
    DefinitionChanged,
    ImportChanged,
    /// Account, users, tokens, settings.
    AccountChanged,
    /// Sign-in, factors, sessions.
    IdentityChanged,
    /// Organization and its connections.
    OrganizationChanged,
    /// A record went into another one, whose id is `into` of the detail. Carries as old values the last it had: nobody else has
    /// them any more.
    RecordMerged,
}

impl Kind {
    /// Every kind, in the order of its stored number.
    pub const ALL: [Kind; 14] = [
        Kind::RecordCreated,
        Kind::RecordUpdated,
        Kind::RecordArchived,
        Kind::RecordRestored,
        Kind::RecordErased,
        Kind::AssociationLinked,
        Kind::AssociationUnlinked,
        Kind::Disclosed,
        Kind::DefinitionChanged,
        Kind::ImportChanged,
        Kind::AccountChanged,
        Kind::IdentityChanged,
        Kind::OrganizationChanged,
        Kind::RecordMerged,
    ];

    /// The stored number. Never reorder [`Kind::ALL`].
    pub fn number(self) -> i64 {
        Kind::ALL.iter().position(|k| *k == self).map_or(-1, |i| i as i64)
    }

    /// The kind of a stored number.
    pub fn from_number(n: i64) -> Option<Kind> {
        usize::try_from(n).ok().and_then(|i| Kind::ALL.get(i)).copied()
    }
}

/// Old and new value per property. `None` is "not set".
pub type Values = BTreeMap<String, (Option<String>, Option<String>)>;

/// One thing that a transaction changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub kind: Kind,
    /// The record it is about, if it is about one.
    pub record: Option<(ObjectType, RecordId)>,
    /// For updates: old and new value of every property that changed. A creation leaves this empty: the first value of a
    /// property is the old value of its first later change, or the current one. That halves what a creation writes.
    pub values: Values,
    /// What else is worth keeping, small and without personal data (ids, names of definitions, counts).
    pub detail: Option<serde_json::Value>,
}

impl Change {
    /// A change of one record that carries no values.
    pub fn record(kind: Kind, object: ObjectType, id: RecordId) -> Change {
        Change { kind, record: Some((object, id)), values: Values::new(), detail: None }
    }

    /// A change of something that is not a record.
    pub fn of(kind: Kind, detail: serde_json::Value) -> Change {
        Change { kind, record: None, values: Values::new(), detail: Some(detail) }
    }
}

/// By whom, from where and because of what a transaction's changes came. One per transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    pub actor: Actor,
    pub source: Source,
    /// The change of another (or this) account that led to this one, and how many hops the chain has.
    pub cause: Option<Cause>,
}

/// The link of a causal chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub account: AccountId,
    pub seq: i64,
    pub hops: u8,
}

impl Cause {
    /// The cause of what follows from a change: one hop further than the change's own.
    pub fn of(account: AccountId, seq: i64, because_of: Option<&Cause>) -> Cause {
        Cause { account, seq, hops: because_of.map_or(0, |cause| cause.hops).saturating_add(1) }
    }

    /// The chain is at its end: nothing may be done because of a change with this cause.
    pub fn is_last(&self) -> bool {
        self.hops >= HOPS_MAX
    }
}

/// Which changes a consumer of the feed wants to see: kinds, each of certain types of records. No types means all, and
/// changes of what is not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interest {
    pub kinds: &'static [(Kind, &'static [ObjectType])],
    /// Whether values that other consumers computed ([`Source::Calculated`]) are of interest.
    pub calculated: bool,
}
