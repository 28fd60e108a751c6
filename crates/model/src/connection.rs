//! Connections: what two members of an organization share, feature by feature and direction by direction.
//!
//! An *edge* is one feature in one direction. It is off, on, or blocked by what an account is. Whether it is blocked is never
//! stored: it follows from the members' facts, so it cannot be forgotten. Stored is only who opened an edge, and when.
//!
//! ```text
//!            open                     source turns sensitive
//!   off ------------> on ------------------------------------> blocked(sensitive)   for good
//!    ^   <-----------  |   subscription lost
//!    |      close      +-------------------> blocked(subscription)
//!    +----------------- subscription regained ------+           comes back off, never on by itself
//! ```

pub mod plan;
pub mod template;
pub mod terms;

use crate::account::Subscriptions;
use crate::id::{AccountId, PersonId};
use crate::policy::{Policy, SensitiveRule, Tiers};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use terms::Terms;

/// What may pass through a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    Mirroring,
    AssetCopying,
    Workflows,
    Reports,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Feature; 4] = [Feature::Mirroring, Feature::AssetCopying, Feature::Workflows, Feature::Reports];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Feature::Mirroring => "mirroring",
            Feature::AssetCopying => "asset_copying",
            Feature::Workflows => "workflows",
            Feature::Reports => "reports",
        }
    }

    /// The feature of a name.
    pub fn from_name(name: &str) -> Option<Feature> {
        Feature::ALL.into_iter().find(|f| f.name() == name)
    }

    /// Whether this version carries anything along such an edge. The others are permitted when opened, and wait for what will
    /// use them.
    pub fn is_used(self) -> bool {
        self == Feature::Mirroring
    }

    /// A source with sensitive data is barred from all but asset copying: definitions hold no values. Source: spec 2.3.
    pub fn carries_values(self) -> bool {
        self != Feature::AssetCopying
    }
}

/// One feature in one direction: the source gives, the destination sees or receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EdgeKey {
    pub feature: Feature,
    pub source: AccountId,
    pub destination: AccountId,
}

impl EdgeKey {
    /// The two accounts, smaller id first: the same for both directions and every feature.
    pub fn pair(self) -> Pair {
        Pair::of(self.source, self.destination)
    }

    /// Whether the edge touches an account.
    pub fn touches(self, account: AccountId) -> bool {
        self.source == account || self.destination == account
    }

    /// The same feature the other way.
    pub fn reversed(self) -> EdgeKey {
        EdgeKey { feature: self.feature, source: self.destination, destination: self.source }
    }
}

impl fmt::Display for EdgeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {} to {}", self.feature.name(), self.source, self.destination)
    }
}

/// Two accounts, smaller id first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair {
    pub low: AccountId,
    pub high: AccountId,
}

impl Pair {
    /// The pair of two accounts in any order.
    pub fn of(a: AccountId, b: AccountId) -> Pair {
        Pair { low: a.min(b), high: a.max(b) }
    }
}

/// Who opened an edge and when, and on which terms it is open now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub by: PersonId,
    pub at: Timestamp,
    pub terms: Terms,
    pub approved: Approved,
    /// The log says already that the review of these terms is due.
    #[serde(default)]
    pub review_told: bool,
}

impl Opened {
    /// An edge that one person opens and approves.
    pub fn new(by: PersonId, at: Timestamp, terms: Terms) -> Opened {
        Opened { by, at, terms, approved: Approved { by, at }, review_told: false }
    }
}

/// Who approved the terms of an edge as they are, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    pub by: PersonId,
    pub at: Timestamp,
}

/// Why an edge cannot be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    Sensitive,
    Subscription,
}

impl Block {
    /// The stable code with which opening such an edge is refused.
    pub fn code(self) -> &'static str {
        match self {
            Block::Sensitive => "SOURCE_SENSITIVE",
            Block::Subscription => "SUBSCRIPTION_TOO_LOW",
        }
    }
}

/// The state of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    Off,
    On,
    Blocked(Block),
}

/// What can happen to an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeEvent {
    Open,
    Close,
    SourceTurnedSensitive,
    SubscriptionLost,
    SubscriptionRegained,
    MemberRemoved,
    OrganizationDeleted,
}

impl EdgeEvent {
    /// Every event.
    pub const ALL: [EdgeEvent; 7] = [
        EdgeEvent::Open,
        EdgeEvent::Close,
        EdgeEvent::SourceTurnedSensitive,
        EdgeEvent::SubscriptionLost,
        EdgeEvent::SubscriptionRegained,
        EdgeEvent::MemberRemoved,
        EdgeEvent::OrganizationDeleted,
    ];
}

/// Why an edge that was on is no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    Manual,
    Sensitive,
    Subscription,
    MemberRemoved,
    OrganizationDeleted,
}

/// What a transition of an edge does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeEffect {
    Nothing,
    Opened,
    Closed(Closing),
    Refused(Block),
}

/// What becomes of an edge. Total: every state answers every event.
pub fn next(edge: Edge, event: EdgeEvent) -> (Edge, EdgeEffect) {
    use EdgeEvent as On;
    match (edge, event) {
        (Edge::Off, On::Open) => (Edge::On, EdgeEffect::Opened),
        (Edge::On, On::Close) => (Edge::Off, EdgeEffect::Closed(Closing::Manual)),
        (Edge::On, On::SourceTurnedSensitive) => (Edge::Blocked(Block::Sensitive), EdgeEffect::Closed(Closing::Sensitive)),
        (Edge::On, On::SubscriptionLost) => (Edge::Blocked(Block::Subscription), EdgeEffect::Closed(Closing::Subscription)),
        (Edge::On, On::MemberRemoved) => (Edge::Off, EdgeEffect::Closed(Closing::MemberRemoved)),
        (Edge::On, On::OrganizationDeleted) => (Edge::Off, EdgeEffect::Closed(Closing::OrganizationDeleted)),
        (Edge::On, On::Open | On::SubscriptionRegained) => (Edge::On, EdgeEffect::Nothing),
        (Edge::Blocked(block), On::Open) => (edge, EdgeEffect::Refused(block)),
        (_, On::MemberRemoved | On::OrganizationDeleted) => (Edge::Off, EdgeEffect::Nothing),
        (_, On::SourceTurnedSensitive) => (Edge::Blocked(Block::Sensitive), EdgeEffect::Nothing),
        (Edge::Off, On::SubscriptionLost) => (Edge::Blocked(Block::Subscription), EdgeEffect::Nothing),
        (Edge::Blocked(Block::Subscription), On::SubscriptionRegained) => (Edge::Off, EdgeEffect::Nothing),
        (Edge::Off, On::Close | On::SubscriptionRegained) => (edge, EdgeEffect::Nothing),
        (Edge::Blocked(_), On::Close | On::SubscriptionLost | On::SubscriptionRegained) => (edge, EdgeEffect::Nothing),
    }
}

/// What an account is, as far as edges ask.
#[derive(Debug, Clone, Copy)]
pub struct End<'a> {
    pub sensitive: bool,
    pub subscriptions: &'a Subscriptions,
}

/// Whether a feature can pass from one account to another at all. Sensitive data is named first: it never goes away. `terms` are
/// those of the edge when it is open; an edge that is not yet can still be given a list of fields, where that is enough.
pub fn block(policy: &Policy, feature: Feature, source: End<'_>, destination: End<'_>, terms: Option<&Terms>) -> Option<Block> {
    if feature.carries_values() && source.sensitive && !may_give_fields(policy, terms) {
        return Some(Block::Sensitive);
    }
    let enough = match (policy.tiers, feature) {
        (Tiers::Any, _) | (_, Feature::AssetCopying) => true,
        (Tiers::AnchorAndProfessional, Feature::Mirroring) => destination.subscriptions.has_sales_or_service_professional(),
        (Tiers::AnchorAndProfessional, Feature::Workflows) => source.subscriptions.has_professional(),
        (Tiers::AnchorAndProfessional, Feature::Reports) => destination.subscriptions.has_professional(),
    };
    if enough { None } else { Some(Block::Subscription) }
}

/// Whether an account with sensitive data may give the fields that are listed. Source: scenario 31.
fn may_give_fields(policy: &Policy, terms: Option<&Terms>) -> bool {
    policy.sensitive == SensitiveRule::Fields && terms.is_none_or(|terms| terms.fields.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Product, Tier};
    use std::fmt::Write;

    #[test]
    fn every_state_of_an_edge_answers_every_event() {
        let states = [Edge::Off, Edge::On, Edge::Blocked(Block::Sensitive), Edge::Blocked(Block::Subscription)];
        let mut table = String::new();
        for state in states {
            writeln!(table, "an edge that is {state:?}").unwrap();
            for event in EdgeEvent::ALL {
                let (after, effect) = next(state, event);
                writeln!(table, "  {:<22} -> {:<22} {effect:?}", format!("{event:?}"), format!("{after:?}")).unwrap();
            }
        }
        insta::assert_snapshot!("edge", table);
    }

    #[test]
    fn a_source_with_sensitive_data_gives_nothing_but_definitions_and_still_receives() {
        let rich = Subscriptions::of(&[(Product::Sales, Tier::Enterprise)]);
        let (secret, open) = (End { sensitive: true, subscriptions: &rich }, End { sensitive: false, subscriptions: &rich });
        for policy in [Policy::parity(), Policy::open()] {
            for feature in Feature::ALL {
                let expected = (feature != Feature::AssetCopying).then_some(Block::Sensitive);
                assert_eq!(block(&policy, feature, secret, open, None), expected, "{feature:?} from sensitive");
                assert_eq!(block(&policy, feature, open, secret, None), None, "{feature:?} into sensitive");
            }
        }
    }

    #[test]
    fn where_the_policy_looks_at_fields_a_sensitive_source_needs_a_list_of_them() {
        let rich = Subscriptions::of(&[(Product::Sales, Tier::Enterprise)]);
        let (secret, open) = (End { sensitive: true, subscriptions: &rich }, End { sensitive: false, subscriptions: &rich });
        let policy = Policy { sensitive: SensitiveRule::Fields, ..Policy::open() };
        let listed = Terms { fields: Some(["dealname".to_owned()].into()), ..Terms::default() };
        let everything = Terms::default();
        let asked = |policy: &Policy, terms| block(policy, Feature::Mirroring, secret, open, terms);
        assert_eq!(asked(&policy, Some(&listed)), None);
        assert_eq!(asked(&policy, Some(&everything)), Some(Block::Sensitive));
        assert_eq!(asked(&policy, None), None, "it can still be opened with a list");
        assert_eq!(asked(&Policy::open(), Some(&listed)), Some(Block::Sensitive));
    }

    #[test]
    fn mirroring_asks_the_destination_for_sales_or_service_professional_under_parity_only() {
        let (marketing, sales) = (
            Subscriptions::of(&[(Product::Marketing, Tier::Enterprise)]),
            Subscriptions::of(&[(Product::Sales, Tier::Professional)]),
        );
        let (m, s) = (End { sensitive: false, subscriptions: &marketing }, End { sensitive: false, subscriptions: &sales });
        assert_eq!(block(&Policy::parity(), Feature::Mirroring, m, s, None), None);
        assert_eq!(block(&Policy::parity(), Feature::Mirroring, s, m, None), Some(Block::Subscription));
        assert_eq!(block(&Policy::open(), Feature::Mirroring, s, m, None), None);
    }
}
