//! Coming back: an organization that was deleted, an account that was removed. What was open then opens again, unless
//! something blocks it by now; who was not asked again is not back.

use super::phase::PhaseEvent;
use super::{Effect, Facts, Member, Turn};
use crate::connection::{Edge, EdgeKey, Opened};
use crate::id::AccountId;
use crate::limits::RESTORE_DAYS;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Until when what ended then can be restored.
pub fn restorable_until(ended_at: Timestamp) -> Timestamp {
    ended_at.saturating_add(SignedDuration::from_hours(RESTORE_DAYS * 24)).unwrap_or(Timestamp::MAX)
}

impl Turn {
    /// With no account that could hold it up nothing comes back.
    pub(super) fn restore(&mut self, members: BTreeMap<AccountId, Facts>, edges: BTreeMap<EdgeKey, Opened>) {
        let holds = members.values().any(|facts| self.is.policy.is_anchor(&facts.subscriptions));
        if !holds || members.len() > self.is.policy.members_max {
            return self.effects.push(Effect::Refused);
        }
        self.phase(PhaseEvent::Restore);
        if self.is.phase.is_deleted() {
            return;
        }
        for (account, facts) in members {
            self.comes_back(account, facts);
        }
        self.reopen(edges);
        self.settle();
    }

    pub(super) fn restore_member(&mut self, account: AccountId, facts: Facts, edges: BTreeMap<EdgeKey, Opened>) {
        if self.is.members.len() >= self.is.policy.members_max {
            return self.effects.push(Effect::Refused);
        }
        self.comes_back(account, facts);
        self.reopen(edges);
        self.settle();
    }

    fn comes_back(&mut self, account: AccountId, facts: Facts) {
        self.is.members.insert(account, Member { facts, joined_at: self.now, frozen: None });
        self.effects.push(Effect::MemberRestored { account });
    }

    /// Opens what was open, where both ends are members and nothing blocks it. An organization in its grace opens nothing.
    fn reopen(&mut self, edges: BTreeMap<EdgeKey, Opened>) {
        if !self.is.phase.is_active() {
            return;
        }
        for (edge, opened) in edges {
            let both = self.is.members.contains_key(&edge.source) && self.is.members.contains_key(&edge.destination);
            if both && edge.source != edge.destination && self.is.edge_on(edge, Some(&opened.terms)) == Edge::Off {
                self.is.open.insert(edge, opened.clone());
                self.effects.push(Effect::EdgeReopened { edge, opened: Box::new(opened) });
            }
        }
        if !self.is.open.is_empty() {
            self.phase(PhaseEvent::Configure);
        }
    }
}
