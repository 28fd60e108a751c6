//! What a letter says, as data: the facts, with names as they were at the time. Its words are `app::mail`'s, in the
//! recipient's language.
//!
//! A link that lets somebody in is no part of it: it is kept sealed beside it, see [`crate::outbox::Mail::sealed_link`].

use crate::account::Subscriptions;
use crate::billing::Term;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A letter. The names are stored: never rename one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Letter {
    /// Somebody wants to know whether mail arrives.
    Test,
    /// The account invites her; the link is sealed beside it.
    Invitation {
        account: String,
        /// Who invites; none for whoever runs the server.
        by: Option<String>,
    },
    /// Somebody works in the account in her name.
    LoggedInAs { account: String, by: String, until: Timestamp },
    /// The account asks everybody for a second factor, from a time on.
    SecondFactorAsked { account: String, by: String, from: Timestamp },
    /// A link to choose a new password, which is sealed beside it.
    PasswordReset {
        /// Who wants her to; none when she (or somebody who knows her address) asked for it.
        by: Option<String>,
    },
    /// Her second factor is to be taken off.
    FactorResetRequested { by: String, takes_effect_at: Timestamp },
    /// Her second factor was taken off.
    FactorReset { by: String },
    /// Something happened in an organization, or is going to.
    Organization {
        organization: String,
        /// Who did it; none for the product itself.
        by: Option<String>,
        at: Timestamp,
        events: Vec<Happened>,
        /// How much more there is that the letter has no place for.
        #[serde(default)]
        n_more: usize,
        /// The events are still to come, if nobody does anything.
        warning: Option<Warning>,
    },
    /// The account holds sensitive data from now on.
    SensitiveOn { account: String },
    /// Somebody may do everything in the account from now on.
    SuperAdminGranted {
        account: String,
        person: String,
        /// None: whoever runs the server.
        by: Option<String>,
    },
    /// The subscription was changed.
    Order {
        /// None: whoever runs the server.
        by: Option<String>,
        now: Subscriptions,
        later: Option<Subscriptions>,
        term_end: Timestamp,
        term: Term,
        invoice: Option<i64>,
    },
    /// An invoice, which goes with it.
    Invoice { invoice: Priced, due_at: Timestamp },
    /// An invoice was paid; the receipt goes with it.
    Receipt { invoice: Priced, paid_at: Timestamp },
    /// The term ends soon.
    TermEnds {
        at: Timestamp,
        renews: bool,
        becomes: Subscriptions,
        /// Of the next term.
        term: Term,
        currency: String,
        price: i64,
    },
    /// The subscription lapsed.
    SubscriptionEnded { at: Timestamp },
    /// Nobody has called the points of contact right for a while.
    ContactsDue,
    /// A consumer of the feed has set changes aside.
    SyncErrors { what: String, n: i64, reason: String },
}

/// An invoice, as letters speak of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    pub number: i64,
    pub currency: String,
    pub total: i64,
}

/// One thing that happened: the act of the organization's log with what is needed to say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// Such as `edge_closed`.
    pub act: String,
    /// Such as `sensitive`; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Names by place: `account`, `source`, `destination`, `feature`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How long there is left to do something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub days: i64,
    pub until: Timestamp,
}

impl Letter {
    /// The name of its template, which is stored.
    pub fn template(&self) -> &'static str {
        match self {
            Letter::Test => "test",
            Letter::Invitation { .. } => "invitation",
            Letter::LoggedInAs { .. } => "logged_in_as",
            Letter::SecondFactorAsked { .. } => "second_factor_asked",
            Letter::PasswordReset { .. } => "password_reset",
            Letter::FactorResetRequested { .. } => "factor_reset_requested",
            Letter::FactorReset { .. } => "factor_reset",
            Letter::Organization { warning: None, .. } => "organization_event",
            Letter::Organization { warning: Some(_), .. } => "organization_warning",
            Letter::SensitiveOn { .. } => "sensitive_on",
            Letter::SuperAdminGranted { .. } => "super_admin_granted",
            Letter::Order { .. } => "order",
            Letter::Invoice { .. } => "invoice",
            Letter::Receipt { .. } => "receipt",
            Letter::TermEnds { .. } => "term_ends",
            Letter::SubscriptionEnded { .. } => "subscription_ended",
            Letter::ContactsDue => "contacts_due",
            Letter::SyncErrors { .. } => "sync_errors",
        }
    }
}
