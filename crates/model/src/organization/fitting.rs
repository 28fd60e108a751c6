//! Who still may be a member: what becomes of those who may not, at once or after a grace, and what new rules do to all.

use super::phase::{self, Membership, MembershipEffect, MembershipEvent, Removal};
use super::{Effect, Facts, Frozen, Member, Turn, days_after};
use crate::account::Status;
use crate::connection::EdgeKey;
use crate::id::AccountId;
use crate::policy::{MemberLoss, Policy};

impl Turn {
    /// Notes whether an account still may be a member. One that may not is frozen; for no time where the rules know no grace.
    pub(super) fn fit(&mut self, account: AccountId, is_in_place: bool) {
        let until = match self.is.policy.member_loss {
            MemberLoss::Remove => self.now,
            MemberLoss::Grace { days } => days_after(self.now, days),
        };
        let Some(member) = self.is.members.get_mut(&account) else { return };
        let event = match unfit(&self.is.policy, &member.facts, is_in_place) {
            Some(reason) => MembershipEvent::Freeze(reason),
            None => MembershipEvent::Recover,
        };
        let (after, effect) = phase::next_membership(member.membership(), event);
        let until = member.frozen.map_or(until, |frozen| frozen.until);
        member.frozen = match after {
            Membership::Frozen(reason) => Some(Frozen { reason, until }),
            _ => None,
        };
        match effect {
            MembershipEffect::Frozen(reason) if until > self.now => {
                self.effects.push(Effect::MemberFrozen { account, reason, until });
            }
            MembershipEffect::Thawed => self.effects.push(Effect::MemberThawed { account }),
            _ => {}
        }
    }

    /// Members whose grace is over go, each for its reason.
    pub(super) fn remove_unfit(&mut self) {
        let is_over = |member: &Member| member.frozen.is_some_and(|frozen| frozen.until <= self.now);
        let over: Vec<_> = self.is.members.iter().filter(|(_, m)| is_over(m)).map(|(id, _)| *id).collect();
        for account in over {
            self.leave(account, MembershipEvent::GraceOver);
        }
    }

    /// New rules: first the edges they block, then the members they do not fit. The organization is where its anchor is.
    pub(super) fn rules(&mut self, policy: Policy) {
        let (before, after) = self.is.policy.difference(&policy);
        if before == after {
            return;
        }
        self.is.policy = policy;
        self.effects.push(Effect::PolicyChanged { before, after });
        let first = self.is.members.iter().min_by_key(|(id, m)| (m.joined_at, **id)).map(|(id, _)| *id);
        let center = self.is.anchor().or(first).and_then(|id| self.is.members.get(&id)).map(|m| m.facts.location.clone());
        let members: Vec<_> = self.is.members.keys().copied().collect();
        for account in members {
            let here = self.is.members[&account].facts.location.clone();
            let is_in_place = center.as_ref().is_none_or(|center| self.is.policy.may_span(center, &here));
            self.fit(account, is_in_place);
        }
        if self.is.policy.member_loss == MemberLoss::Remove {
            self.is.members.values_mut().filter_map(|member| member.frozen.as_mut()).for_each(|frozen| frozen.until = self.now);
        }
        self.close_blocked();
        self.remove_unfit();
        self.settle();
    }

    /// Whether an end of the edge is in its grace.
    pub(super) fn is_waiting(&self, edge: EdgeKey) -> bool {
        let waits = |account| self.is.members.get(&account).and_then(|m| m.frozen).is_some_and(|f| f.until > self.now);
        waits(edge.source) || waits(edge.destination)
    }
}

/// Why an account may no longer be a member; `None` while it may. Whether it is in the right place is asked last.
fn unfit(policy: &Policy, facts: &Facts, is_in_place: bool) -> Option<Removal> {
    if facts.status == Status::Deactivated {
        Some(Removal::Deactivated)
    } else if !policy.is_enough(&facts.subscriptions) {
        Some(Removal::Tier)
    } else if !is_in_place {
        Some(Removal::Hosting)
    } else {
        None
    }
}
