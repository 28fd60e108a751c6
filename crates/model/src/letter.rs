//! What a letter says, as data: the facts, with names as they were at the time. Its words are `app::mail`'s, in the
//! recipient's language.
//!
//! A link that lets somebody in is no part of it: it is kept sealed beside it, see [`crate::outbox::Mail::sealed_link`].

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
    /// Her second factor is to be taken off.
    FactorResetRequested { by: String, takes_effect_at: Timestamp },
    /// Her second factor was taken off.
    FactorReset { by: String },
    /// Something happened in an organization, or is going to.
    Organization {
        organization: String,
        told: Told,
        /// Who did it; none for the product itself.
        by: Option<String>,
        at: Timestamp,
        events: Vec<Happened>,
        /// The events are still to come, if nobody does anything.
        warning: Option<Warning>,
    },
}

/// As what somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The accounts she is told for.
    pub accounts: Vec<String>,
    /// They name nobody for it, so their Super Admins are told.
    pub as_super_admin: bool,
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
            Letter::FactorResetRequested { .. } => "factor_reset_requested",
            Letter::FactorReset { .. } => "factor_reset",
            Letter::Organization { warning: None, .. } => "organization_event",
            Letter::Organization { warning: Some(_), .. } => "organization_warning",
        }
    }
}
