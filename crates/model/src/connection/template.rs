//! Templates: whole sets of connections that people otherwise click together edge by edge. A template is only a set of wishes;
//! it goes through the same review, the same refusals and the same log as one made by hand.

use super::plan::Wish;
use super::terms::Terms;
use super::{Block, Edge, EdgeKey, Feature};
use crate::id::AccountId;
use crate::limits::EDGES_MAX;
use crate::organization::Organization;
use crate::policy::{NewConnections, SensitiveRule};
use std::collections::BTreeSet;
use std::fmt;

/// Which way a hub and its spokes share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The hub sees what the spokes did.
    ToHub,
    /// The spokes see what the hub did.
    FromHub,
    BothWays,
}

impl Direction {
    /// The direction of a name people type.
    pub fn from_name(name: &str) -> Option<Direction> {
        match name {
            "to_hub" => Some(Direction::ToHub),
            "from_hub" => Some(Direction::FromHub),
            "both_ways" => Some(Direction::BothWays),
            _ => None,
        }
    }
}

/// A set of connections by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// Nobody shares with anybody.
    None,
    /// Everybody with everybody, both ways: HubSpot's one-click set-up.
    Everyone,
    /// One member with each other one, and those not with each other. Without a direction: one way to the hub where new
    /// connections start one-way, else both ways.
    Hub { hub: AccountId, direction: Option<Direction> },
}

/// Why there is no such set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    HubNotAMember(AccountId),
    TooMany { n_edges: usize },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::HubNotAMember(_) => "NOT_A_MEMBER",
            Refusal::TooMany { .. } => "TOO_MANY_EDGES",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::HubNotAMember(account) => write!(f, "account {account} is not a member of the organization"),
            Refusal::TooMany { n_edges } => {
                write!(f, "that would be {n_edges} edges; at most {EDGES_MAX} are allowed, so choose fewer features or a hub")
            }
        }
    }
}

/// What a template opens here, and what it cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// Every edge that shall be on; those that are open already keep their terms unless new ones are given.
    pub wishes: Vec<Wish>,
    pub blocked: Vec<(EdgeKey, Block)>,
}

/// The wishes of a template for some features. Edges of other features stay as they are.
pub fn fill(
    organization: &Organization,
    template: Template,
    features: &BTreeSet<Feature>,
    terms: Option<&Terms>,
) -> Result<Filled, Refusal> {
    let pairs = pairs(organization, template, features.len())?;
    let mut filled = Filled::default();
    filled.wishes.extend(organization.open.keys().filter(|edge| !features.contains(&edge.feature)).map(|edge| Wish::on(*edge)));
    for feature in features {
        for (source, destination) in &pairs {
            let edge = EdgeKey { feature: *feature, source: *source, destination: *destination };
            match organization.edge(edge) {
                Edge::Blocked(block) => filled.blocked.push((edge, block)),
                Edge::Off if needs_fields(organization, edge, terms) => filled.blocked.push((edge, Block::Sensitive)),
                Edge::Off | Edge::On => filled.wishes.push(Wish { edge, on: true, terms: terms.cloned() }),
            }
        }
    }
    Ok(filled)
}

/// A sensitive source gives only listed fields, and this template lists none.
fn needs_fields(organization: &Organization, edge: EdgeKey, terms: Option<&Terms>) -> bool {
    let is_sensitive = organization.members.get(&edge.source).is_some_and(|member| member.facts.sensitive);
    let looks_at_fields = organization.policy.sensitive == SensitiveRule::Fields;
    edge.feature.carries_values() && is_sensitive && looks_at_fields && terms.is_none_or(|terms| terms.fields.is_none())
}

fn pairs(organization: &Organization, template: Template, n_features: usize) -> Result<Vec<(AccountId, AccountId)>, Refusal> {
    let members: Vec<AccountId> = organization.members.keys().copied().collect();
    let n_others = members.len().saturating_sub(1);
    let few = |n_pairs: usize| match n_pairs * n_features {
        n_edges if n_edges > EDGES_MAX => Err(Refusal::TooMany { n_edges }),
        _ => Ok(()),
    };
    match template {
        Template::None => Ok(Vec::new()),
        Template::Everyone => {
            few(members.len() * n_others)?;
            let all = members.iter().flat_map(|a| members.iter().filter(move |b| a != *b).map(move |b| (*a, *b)));
            Ok(all.collect())
        }
        Template::Hub { hub, .. } if !organization.members.contains_key(&hub) => Err(Refusal::HubNotAMember(hub)),
        Template::Hub { hub, direction } => {
            let direction = direction.unwrap_or(match organization.policy.new_connections {
                NewConnections::OneWay => Direction::ToHub,
                NewConnections::TwoWay => Direction::BothWays,
            });
            few(n_others * if direction == Direction::BothWays { 2 } else { 1 })?;
            let (to, from) = (direction != Direction::FromHub, direction != Direction::ToHub);
            let spokes = members.into_iter().filter(|account| *account != hub);
            let edges = spokes.flat_map(|spoke| [(to, (spoke, hub)), (from, (hub, spoke))]);
            Ok(edges.filter(|(wanted, _)| *wanted).map(|(_, pair)| pair).collect())
        }
    }
}
