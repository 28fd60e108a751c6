//! What an organization is, worked out from its log alone: whoever has the log can prove which edges were open when, on which
//! terms, and who approved them.
//!
//! Not in it is what the accounts are (subscriptions, location, sensitive data): that is the accounts' own history.

use super::log::Entry;
use super::phase::Phase;
use super::{Effect, Organization};
use crate::connection::terms::Terms;
use crate::connection::{EdgeKey, Opened};
use crate::id::{AccountId, PersonId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The part of an organization that its log decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub phase: Phase,
    pub version: i64,
    /// Members with the time they joined.
    pub members: BTreeMap<AccountId, Timestamp>,
    pub open: BTreeMap<EdgeKey, Opened>,
    pub grace_until: Option<Timestamp>,
}

impl Default for State {
    /// Before the first entry.
    fn default() -> State {
        State { phase: Phase::None, version: 0, members: BTreeMap::new(), open: BTreeMap::new(), grace_until: None }
    }
}

/// An entry that says it changed the organization, and cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub seq: i64,
    pub why: String,
}

impl State {
    /// That part of an organization.
    pub fn of(organization: &Organization) -> State {
        State {
            phase: organization.phase,
            version: organization.version,
            members: organization.members.iter().map(|(account, member)| (*account, member.joined_at)).collect(),
            open: organization.open.clone(),
            grace_until: organization.grace_until,
        }
    }

    /// What the next entry of the log makes of it.
    pub fn followed_by(self, entry: &Entry) -> Result<State, Unreadable> {
        let unreadable = |why: String| Unreadable { seq: entry.seq, why };
        let detail: serde_json::Value = serde_json::from_str(&entry.said.detail).map_err(|e| unreadable(e.to_string()))?;
        let at = Timestamp::from_microsecond(entry.said.at).map_err(|e| unreadable(e.to_string()))?;
        // What is no turn of the organization, such as a role that ended, has an effect and no version.
        let Some(mut effect) = detail.get("effect").filter(|_| !detail["version"].is_null()).cloned() else { return Ok(self) };
        if effect["did"] == "edge_opened" && effect["opened"].is_null() {
            effect["opened"] = serde_json::to_value(as_before_terms(entry, at)).map_err(|e| unreadable(e.to_string()))?;
        }
        let effect: Effect = serde_json::from_value(effect).map_err(|e| unreadable(e.to_string()))?;
        let version = serde_json::from_value(detail["version"].clone()).map_err(|e| unreadable(e.to_string()))?;
        Ok(self.and(&effect, version, at))
    }

    /// What one effect makes of it; `version` is the organization's before and after the turn the effect is part of.
    #[must_use]
    pub fn and(mut self, effect: &Effect, version: [i64; 2], at: Timestamp) -> State {
        // A turn that was refused whole leaves the version.
        self.version = self.version.max(version[1]);
        match effect {
            Effect::Proposed => self.phase = Phase::PendingVerification,
            Effect::Verified => self.phase = Phase::ActiveUnconfigured,
            Effect::Restored => self.phase = Phase::ActiveUnconfigured,
            Effect::MemberJoined { account } | Effect::MemberRestored { account } => drop(self.members.insert(*account, at)),
            Effect::MemberRemoved { account, .. } => drop(self.members.remove(account)),
            Effect::EdgeOpened { edge, opened } | Effect::EdgeReopened { edge, opened } => {
                drop(self.open.insert(*edge, (**opened).clone()))
            }
            Effect::EdgeAmended { edge, after, .. } => drop(self.open.insert(*edge, (**after).clone())),
            Effect::EdgeClosed { edge, .. } => drop(self.open.remove(edge)),
            Effect::ReviewDue { edge, .. } => {
                if let Some(opened) = self.open.get_mut(edge) {
                    opened.review_told = true;
                }
            }
            Effect::Configured => self.phase = Phase::Active,
            Effect::Frozen { until } => (self.phase, self.grace_until) = (Phase::Grace, Some(*until)),
            Effect::Thawed => (self.phase, self.grace_until) = (Phase::Active, None),
            Effect::Deleted { reason } => (self.phase, self.grace_until) = (Phase::Deleted(*reason), None),
            Effect::EdgeRefused { .. } | Effect::PolicyChanged { .. } | Effect::OneMemberLeft | Effect::Refused => {}
            // Who is in a grace follows from the account's own history.
            Effect::MemberFrozen { .. } | Effect::MemberThawed { .. } | Effect::Warned { .. } => {}
        }
        self
    }
}

/// Goes through a log from its first entry. Entries that changed nothing (refusals, mirrored views) are passed over.
pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<State, Unreadable> {
    entries.into_iter().try_fold(State::default(), State::followed_by)
}

/// Before edges had terms, an entry said only that one was opened: by who acted, with everything that mirroring shows.
fn as_before_terms(entry: &Entry, at: Timestamp) -> Opened {
    let by = entry.said.actor.strip_prefix("person:").and_then(|id| id.parse().ok()).unwrap_or(0);
    Opened::new(PersonId(by), at, Terms::default())
}
