//! An organization: accounts that share. Not a parent: members stay businesses of their own, and nothing is shared until a
//! connection says so.
//!
//! [`next`] is the whole life of it: total, pure, and in the order in which automatic changes cascade (spec 1.8): what an
//! account became, then its edges, then its membership, then the organization that hung on it. Every effect is one entry of
//! the organization's log.

pub mod file;
mod fitting;
pub mod log;
pub mod off_boarding;
pub mod offer;
pub mod outlook;
pub mod phase;
pub mod proposal;
pub mod replay;
pub mod reset;
mod restore;
pub mod role;

use crate::account::{Account, Product, Status, Subscriptions, Tier};
use crate::connection::terms::Terms;
use crate::connection::{self, Approved, Block, Closing, Edge, EdgeEffect, EdgeEvent, EdgeKey, End, Feature, Opened};
use crate::id::{AccountId, OrganizationId, PersonId};
use crate::policy::{AnchorLoss, Policy};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz};
use phase::{Deletion, Membership, MembershipEffect, MembershipEvent, Phase, PhaseEffect, PhaseEvent, Removal};
pub use restore::restorable_until;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The version of the impact statement that is in force; acknowledging another is refused.
pub const IMPACT_TEXT_VERSION: &str = "2026-11";

/// What an organization needs to know of a member's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub status: Status,
    pub location: String,
    pub subscriptions: Subscriptions,
    pub sensitive: bool,
}

impl Facts {
    /// The facts of an account.
    pub fn of(account: &Account) -> Facts {
        Facts {
            status: account.status,
            location: account.location.clone(),
            subscriptions: account.subscriptions.clone(),
            sensitive: account.sensitive,
        }
    }

    fn end(&self) -> End<'_> {
        End { sensitive: self.sensitive, subscriptions: &self.subscriptions }
    }
}

/// One account in an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub facts: Facts,
    pub joined_at: Timestamp,
    /// Set while it may no longer be a member and has a grace: nothing passes to or from it.
    pub frozen: Option<Frozen>,
}

impl Member {
    /// Where it is in its life.
    pub fn membership(&self) -> Membership {
        self.frozen.map_or(Membership::Member, |frozen| Membership::Frozen(frozen.reason))
    }
}

/// Why a membership will end, and when, unless the reason goes away before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    pub reason: Removal,
    pub until: Timestamp,
}

/// One organization as a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    pub phase: Phase,
    pub policy: Policy,
    /// Grows with every change; who edits names the version she saw.
    pub version: i64,
    pub members: BTreeMap<AccountId, Member>,
    /// The edges that are on. Off and blocked are not stored: they follow.
    pub open: BTreeMap<EdgeKey, Opened>,
    /// When the grace ends, while there is one.
    pub grace_until: Option<Timestamp>,
}

/// What can happen to an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody proposes it with these accounts; nothing holds before it is verified.
    Propose {
        members: BTreeMap<AccountId, Facts>,
    },
    Verify,
    /// The time to verify ran out.
    Expire,
    AddMembers {
        members: BTreeMap<AccountId, Facts>,
    },
    RemoveMember {
        account: AccountId,
    },
    /// Edges as [`connection::plan::plan`] allowed them: `open` are those to be on, each on its terms; one that is on already
    /// gets the terms.
    EditEdges {
        open: BTreeMap<EdgeKey, Terms>,
        close: BTreeSet<EdgeKey>,
        by: PersonId,
    },
    /// A member's account is not what it was.
    FactsChanged {
        account: AccountId,
        facts: Facts,
    },
    /// Its rules become others. Who no longer fits goes, as when an account changes.
    ChangePolicy {
        policy: Box<Policy>,
    },
    /// What was deleted comes back, with the accounts that still may belong and the edges that were open.
    Restore {
        members: BTreeMap<AccountId, Facts>,
        edges: BTreeMap<EdgeKey, Opened>,
    },
    /// An account that was a member comes back, with the edges that were open.
    RestoreMember {
        account: AccountId,
        facts: Facts,
        edges: BTreeMap<EdgeKey, Opened>,
    },
    /// Something known will end some days from now, and nobody was told yet.
    Warn {
        days: u16,
        at: Timestamp,
        account: Option<AccountId>,
        expected: Vec<Effect>,
    },
    /// Time went by.
    TimePassed,
    Delete,
}

/// One thing an event did: an entry of the log, a reason to tell somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Effect {
    Proposed,
    Verified,
    MemberJoined {
        account: AccountId,
    },
    MemberRemoved {
        account: AccountId,
        reason: Removal,
    },
    /// It may no longer be a member. Nothing passes, and it goes at the given time unless the reason goes away.
    MemberFrozen {
        account: AccountId,
        reason: Removal,
        until: Timestamp,
    },
    MemberThawed {
        account: AccountId,
    },
    /// It was a member before, and is one again.
    MemberRestored {
        account: AccountId,
    },
    EdgeOpened {
        edge: EdgeKey,
        opened: Box<Opened>,
    },
    /// An edge goes on, on other terms.
    EdgeAmended {
        edge: EdgeKey,
        before: Box<Terms>,
        after: Box<Opened>,
    },
    /// The day has come on which somebody wanted to look again. Nothing ends by it.
    ReviewDue {
        edge: EdgeKey,
        review_on: Date,
    },
    /// It was open when the membership or the organization ended, and is open again on the same terms.
    EdgeReopened {
        edge: EdgeKey,
        opened: Box<Opened>,
    },
    EdgeClosed {
        edge: EdgeKey,
        reason: Closing,
    },
    EdgeRefused {
        edge: EdgeKey,
        reason: Block,
    },
    /// Some of its rules are others now: their values before and after.
    PolicyChanged {
        before: BTreeMap<String, Value>,
        after: BTreeMap<String, Value>,
    },
    /// The first connections were applied.
    Configured,
    /// Nothing flows until the given time, when it is deleted.
    Frozen {
        until: Timestamp,
    },
    Thawed,
    /// It was deleted, and is back.
    Restored,
    /// What is known to happen some days from now, at the given time.
    Warned {
        days: u16,
        at: Timestamp,
        /// The account it begins with; `None` when a grace runs out.
        account: Option<AccountId>,
        expected: Vec<Effect>,
    },
    /// Fewer than two members: nothing can be shared.
    OneMemberLeft,
    Deleted {
        reason: Deletion,
    },
    /// The event makes no sense now, and nothing changed.
    Refused,
}

impl Organization {
    /// An organization before anybody proposed it.
    pub fn none(id: OrganizationId, name: String, policy: Policy) -> Organization {
        let (members, open) = (BTreeMap::new(), BTreeMap::new());
        Organization { id, name, phase: Phase::None, policy, version: 0, members, open, grace_until: None }
    }

    /// The state of an edge between two members; off where one is none.
    pub fn edge(&self, key: EdgeKey) -> Edge {
        self.edge_on(key, self.open.get(&key).map(|opened| &opened.terms))
    }

    /// The state an edge would have on these terms.
    fn edge_on(&self, key: EdgeKey, terms: Option<&Terms>) -> Edge {
        let (Some(source), Some(destination)) = (self.members.get(&key.source), self.members.get(&key.destination)) else {
            return Edge::Off;
        };
        match connection::block(&self.policy, key.feature, source.facts.end(), destination.facts.end(), terms) {
            Some(block) => Edge::Blocked(block),
            None if self.open.contains_key(&key) => Edge::On,
            None => Edge::Off,
        }
    }

    /// Why an account cannot be one end of a feature, whoever the other one is.
    pub fn barred(&self, feature: Feature, account: AccountId, as_source: bool) -> Option<Block> {
        let account = self.members.get(&account)?.facts.end();
        let able = Subscriptions::of(&[(Product::Sales, Tier::Enterprise)]);
        let other = End { sensitive: false, subscriptions: &able };
        let (source, destination) = if as_source { (account, other) } else { (other, account) };
        connection::block(&self.policy, feature, source, destination, None)
    }

    /// Whether anything may pass along an edge now: it is on, the organization is active, and so are both accounts.
    pub fn carries(&self, key: EdgeKey) -> bool {
        let (Some(source), Some(destination)) = (self.members.get(&key.source), self.members.get(&key.destination)) else {
            return false;
        };
        let frozen = source.frozen.is_some() || destination.frozen.is_some();
        !frozen
            && self.open.get(&key).is_some_and(|opened| {
                stop(self.phase, &self.policy, key.feature, &opened.terms, &source.facts, &destination.facts).is_none()
            })
    }

    /// The member that holds the organization up: the one that joined first among those that can. What is frozen holds nothing.
    pub fn anchor(&self) -> Option<AccountId> {
        let able = self.members.iter().filter(|(_, m)| m.frozen.is_none() && self.policy.is_anchor(&m.facts.subscriptions));
        able.min_by_key(|(id, m)| (m.joined_at, **id)).map(|(id, _)| *id)
    }

    /// Whether this member holds the organization up.
    pub fn is_anchor(&self, account: AccountId) -> bool {
        self.members.get(&account).is_some_and(|m| m.frozen.is_none() && self.policy.is_anchor(&m.facts.subscriptions))
    }
}

/// Why an edge that is on carries nothing at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// The organization is unverified, frozen or deleted.
    OrganizationNotActive,
    /// One of the two accounts is suspended or deactivated.
    AccountNotActive,
    /// One of the two may no longer be a member, and is in its grace.
    MemberFrozen,
    /// The accounts are hosted apart, and the policy does not allow it.
    HostingMismatch,
    Blocked(Block),
}

impl Stop {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Stop::OrganizationNotActive => "ORGANIZATION_NOT_ACTIVE",
            Stop::AccountNotActive => "ACCOUNT_NOT_ACTIVE",
            Stop::MemberFrozen => "MEMBER_FROZEN",
            Stop::HostingMismatch => "HOSTING_MISMATCH",
            Stop::Blocked(block) => block.code(),
        }
    }
}

/// What stops an edge that is on, if anything: asked anew whenever something is about to pass.
pub fn stop(phase: Phase, policy: &Policy, feature: Feature, terms: &Terms, source: &Facts, destination: &Facts) -> Option<Stop> {
    if !phase.is_active() {
        return Some(Stop::OrganizationNotActive);
    }
    if source.status != Status::Active || destination.status != Status::Active {
        return Some(Stop::AccountNotActive);
    }
    if !policy.may_span(&source.location, &destination.location) {
        return Some(Stop::HostingMismatch);
    }
    connection::block(policy, feature, source.end(), destination.end(), Some(terms)).map(Stop::Blocked)
}

/// What becomes of an organization, and what that does, in order. Total: an event that makes no sense is [`Effect::Refused`].
pub fn next(organization: Organization, event: Event, now: Timestamp) -> (Organization, Vec<Effect>) {
    let mut turn = Turn { is: organization, effects: Vec::new(), now };
    turn.take(event);
    if turn.effects.is_empty() || turn.effects == [Effect::Refused] {
        return (turn.is, turn.effects);
    }
    turn.is.version += 1;
    (turn.is, turn.effects)
}

struct Turn {
    is: Organization,
    effects: Vec<Effect>,
    now: Timestamp,
}

impl Turn {
    fn take(&mut self, event: Event) {
        let alive = !matches!(self.is.phase, Phase::None | Phase::Deleted(_));
        match event {
            Event::Propose { members } if self.is.phase == Phase::None => {
                self.phase(PhaseEvent::Propose);
                self.join(members);
                self.settle();
            }
            Event::Verify => self.phase(PhaseEvent::Verify),
            Event::Expire => self.phase(PhaseEvent::Expire),
            Event::Delete => self.phase(PhaseEvent::Delete),
            Event::AddMembers { members } if alive => {
                self.join(members);
                self.settle();
            }
            Event::RemoveMember { account } if alive && self.is.members.contains_key(&account) => {
                self.leave(account, MembershipEvent::RemoveByHand);
                self.settle();
            }
            Event::EditEdges { open, close, by } if alive => self.edit(open, close, by),
            Event::FactsChanged { account, facts } if alive && self.is.members.contains_key(&account) => {
                self.facts(account, facts);
                self.settle();
            }
            Event::ChangePolicy { policy } if alive && self.is.members.len() <= policy.members_max => self.rules(*policy),
            Event::TimePassed if alive => self.time(),
            Event::Restore { members, edges } if self.is.phase.is_deleted() => self.restore(members, edges),
            Event::RestoreMember { account, facts, edges } if alive && !self.is.members.contains_key(&account) => {
                self.restore_member(account, facts, edges);
            }
            Event::Warn { days, at, account, expected } if alive => {
                self.effects.push(Effect::Warned { days, at, account, expected });
            }
            Event::Restore { .. } | Event::RestoreMember { .. } | Event::Warn { .. } => self.effects.push(Effect::Refused),
            Event::ChangePolicy { .. } => self.effects.push(Effect::Refused),
            Event::Propose { .. } | Event::AddMembers { .. } | Event::RemoveMember { .. } => self.effects.push(Effect::Refused),
            Event::EditEdges { .. } | Event::FactsChanged { .. } | Event::TimePassed => self.effects.push(Effect::Refused),
        }
    }

    fn phase(&mut self, event: PhaseEvent) {
        let (after, effect) = phase::next(self.is.phase, event);
        self.is.phase = after;
        match effect {
            PhaseEffect::Nothing => {}
            PhaseEffect::Proposed => self.effects.push(Effect::Proposed),
            PhaseEffect::Verified => self.effects.push(Effect::Verified),
            PhaseEffect::Configured => self.effects.push(Effect::Configured),
            PhaseEffect::Frozen => self.freeze(),
            PhaseEffect::Thawed => {
                self.is.grace_until = None;
                self.effects.push(Effect::Thawed);
            }
            PhaseEffect::Restored => self.effects.push(Effect::Restored),
            PhaseEffect::Dissolved(reason) => self.dissolve(reason),
            PhaseEffect::Refused => self.effects.push(Effect::Refused),
        }
    }

    fn join(&mut self, members: BTreeMap<AccountId, Facts>) {
        for (account, facts) in members {
            if !self.is.members.contains_key(&account) {
                self.is.members.insert(account, Member { facts, joined_at: self.now, frozen: None });
                self.effects.push(Effect::MemberJoined { account });
            }
        }
    }

    /// Closes a member's edges, then removes it.
    fn leave(&mut self, account: AccountId, event: MembershipEvent) {
        let Some(member) = self.is.members.get(&account) else { return };
        let (_, effect) = phase::next_membership(member.membership(), event);
        let MembershipEffect::Removed(reason) = effect else { return };
        let closing = if reason == Removal::OrgDeleted { EdgeEvent::OrganizationDeleted } else { EdgeEvent::MemberRemoved };
        self.edges(|key| key.touches(account), closing);
        self.is.members.remove(&account);
        self.effects.push(Effect::MemberRemoved { account, reason });
    }

    /// Sends one event to every open edge that is meant.
    fn edges(&mut self, is_meant: impl Fn(EdgeKey) -> bool, event: EdgeEvent) {
        let meant: Vec<_> = self.is.open.keys().copied().filter(|k| is_meant(*k)).collect();
        for edge in meant {
            if let (_, EdgeEffect::Closed(reason)) = connection::next(Edge::On, event) {
                self.is.open.remove(&edge);
                self.effects.push(Effect::EdgeClosed { edge, reason });
            }
        }
    }

    fn edit(&mut self, open: BTreeMap<EdgeKey, Terms>, close: BTreeSet<EdgeKey>, by: PersonId) {
        self.edges(|key| close.contains(&key), EdgeEvent::Close);
        if !self.is.phase.is_active() {
            if !open.is_empty() {
                self.effects.push(Effect::Refused);
            }
            return;
        }
        for (edge, terms) in open {
            let both = self.is.members.contains_key(&edge.source) && self.is.members.contains_key(&edge.destination);
            if !both || edge.source == edge.destination {
                continue;
            }
            match connection::next(self.is.edge_on(edge, Some(&terms)), EdgeEvent::Open) {
                (_, EdgeEffect::Opened) => {
                    let opened = Opened::new(by, self.now, terms);
                    self.is.open.insert(edge, opened.clone());
                    self.effects.push(Effect::EdgeOpened { edge, opened: Box::new(opened) });
                }
                (_, EdgeEffect::Refused(reason)) => self.effects.push(Effect::EdgeRefused { edge, reason }),
                (_, EdgeEffect::Nothing | EdgeEffect::Closed(_)) => self.amend(edge, terms, by),
            }
        }
        if !self.is.open.is_empty() {
            self.phase(PhaseEvent::Configure);
        }
    }

    /// Other terms for an edge that goes on. Who opened it stays; who approved the terms is who gives them.
    fn amend(&mut self, edge: EdgeKey, terms: Terms, by: PersonId) {
        let Some(opened) = self.is.open.get_mut(&edge).filter(|opened| opened.terms != terms) else { return };
        let review_told = opened.review_told && opened.terms.review_on == terms.review_on;
        let approved = Approved { by, at: self.now };
        let before = std::mem::replace(opened, Opened { terms, approved, review_told, ..opened.clone() });
        let after = Box::new(opened.clone());
        self.effects.push(Effect::EdgeAmended { edge, before: Box::new(before.terms), after });
    }

    /// What an account became: first its edges, then its membership.
    fn facts(&mut self, account: AccountId, facts: Facts) {
        let Some(member) = self.is.members.get_mut(&account) else { return };
        member.facts = facts;
        let here = member.facts.location.clone();
        let is_in_place =
            self.is.members.iter().all(|(id, m)| *id == account || self.is.policy.may_span(&m.facts.location, &here));
        self.fit(account, is_in_place);
        self.close_blocked();
        self.remove_unfit();
    }

    fn close_blocked(&mut self) {
        let open: Vec<_> = self.is.open.keys().copied().collect();
        for key in open {
            match self.is.edge(key) {
                Edge::Blocked(Block::Sensitive) => self.edges(|k| k == key, EdgeEvent::SourceTurnedSensitive),
                // What a grace holds back is not closed: it is on again when the account is as it was.
                Edge::Blocked(Block::Subscription) if self.is_waiting(key) => {}
                Edge::Blocked(Block::Subscription) => self.edges(|k| k == key, EdgeEvent::SubscriptionLost),
                Edge::Off | Edge::On => {}
            }
        }
    }

    /// What hangs on the members: the anchor, and that there are two.
    fn settle(&mut self) {
        if self.is.anchor().is_some() {
            self.phase(PhaseEvent::AnchorRegained);
        } else if self.is.members.is_empty() || self.is.policy.anchor_loss == AnchorLoss::Delete {
            self.phase(PhaseEvent::AnchorLost);
        } else {
            self.phase(PhaseEvent::AnchorLostWithGrace);
        }
        let lost = self.effects.iter().any(|e| matches!(e, Effect::MemberRemoved { .. }));
        if lost && self.is.members.len() == 1 && !self.is.phase.is_deleted() {
            self.effects.push(Effect::OneMemberLeft);
        }
    }

    fn freeze(&mut self) {
        let until = match self.is.policy.anchor_loss {
            AnchorLoss::Grace { days } => days_after(self.now, days),
            AnchorLoss::Delete => self.now,
        };
        self.is.grace_until = Some(until);
        self.effects.push(Effect::Frozen { until });
    }

    fn time(&mut self) {
        if self.is.phase == Phase::Grace && self.is.grace_until.is_some_and(|until| until <= self.now) {
            self.phase(PhaseEvent::GraceOver);
        }
        if !self.is.phase.is_deleted() && self.is.members.values().any(|m| m.frozen.is_some_and(|f| f.until <= self.now)) {
            self.remove_unfit();
            self.settle();
        }
        let today = day(self.now);
        for (edge, opened) in &mut self.is.open {
            if let Some(review_on) = opened.terms.review_on.filter(|date| *date <= today && !opened.review_told) {
                opened.review_told = true;
                self.effects.push(Effect::ReviewDue { edge: *edge, review_on });
            }
        }
    }

    fn dissolve(&mut self, reason: Deletion) {
        let members: Vec<_> = self.is.members.keys().copied().collect();
        self.edges(|_| true, EdgeEvent::OrganizationDeleted);
        for account in members {
            self.leave(account, MembershipEvent::OrganizationDeleted);
        }
        self.is.grace_until = None;
        self.effects.push(Effect::Deleted { reason });
    }
}

/// The day of a time, in UTC: what review dates are compared with.
pub fn day(at: Timestamp) -> Date {
    at.to_zoned(tz::TimeZone::UTC).date()
}

fn days_after(now: Timestamp, days: u16) -> Timestamp {
    now.saturating_add((i64::from(days) * 24).hours()).unwrap_or(Timestamp::MAX)
}

/// Everything a page shows of the edges between two members, both directions, features in order.
pub fn edges_between(organization: &Organization, a: AccountId, b: AccountId, features: &[Feature]) -> Vec<(EdgeKey, Edge)> {
    let mut edges = Vec::new();
    for feature in features {
        let key = EdgeKey { feature: *feature, source: a, destination: b };
        edges.push((key, organization.edge(key)));
        edges.push((key.reversed(), organization.edge(key.reversed())));
    }
    edges
}

#[cfg(test)]
mod tests;
