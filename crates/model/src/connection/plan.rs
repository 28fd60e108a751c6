//! Editing connections: a whole set of wished edges against the present one. Nothing applies before it is done, and a set
//! that was made for another version of the organization is a conflict, never a silent overwrite.

use super::terms::{Fault, Part, Terms};
use super::{Block, Edge, EdgeKey, Feature, Pair};
use crate::id::AccountId;
use crate::limits::EDGES_MAX;
use crate::organization::Organization;
use crate::policy::{SensitiveRule, TermsRule};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One edge as somebody wants it. An edge that is not in the set is wished off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    #[serde(flatten)]
    pub edge: EdgeKey,
    pub on: bool,
    /// The terms it shall be open on; those it has, or the default ones of a new edge, when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
}

impl Wish {
    /// An edge that shall be open, on the terms it has.
    pub fn on(edge: EdgeKey) -> Wish {
        Wish { edge, on: true, terms: None }
    }

    /// An edge that shall be closed.
    pub fn off(edge: EdgeKey) -> Wish {
        Wish { on: false, ..Wish::on(edge) }
    }

    /// An edge that shall be open on these terms.
    pub fn on_terms(edge: EdgeKey, terms: Terms) -> Wish {
        Wish { terms: Some(terms), ..Wish::on(edge) }
    }
}

/// Why a set of wishes cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody else edited in between.
    VersionStale {
        given: i64,
        current: i64,
    },
    /// The organization is not active (unverified, frozen or deleted).
    NotActive,
    /// One end is not a member; whether such an account exists is not said.
    NotAMember(AccountId),
    SameAccount(AccountId),
    /// The same edge is wished twice.
    Twice(EdgeKey),
    Blocked(EdgeKey, Block),
    /// The organization asks for a purpose and a legal basis, and one is missing.
    TermsMissing(EdgeKey),
    /// The source stores sensitive data, and the terms do not list the fields that may pass.
    FieldsMissing(EdgeKey),
    Faulty(EdgeKey, Fault),
    TooMany {
        n_edges: usize,
    },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::VersionStale { .. } => "VERSION_STALE",
            Refusal::NotActive => "ORGANIZATION_NOT_ACTIVE",
            Refusal::NotAMember(_) => "NOT_A_MEMBER",
            Refusal::SameAccount(_) => "SAME_ACCOUNT",
            Refusal::Twice(_) => "EDGE_TWICE",
            Refusal::Blocked(_, block) => block.code(),
            Refusal::TermsMissing(_) => "TERMS_MISSING",
            Refusal::FieldsMissing(_) => "FIELDS_MISSING",
            Refusal::Faulty(_, fault) => fault.code(),
            Refusal::TooMany { .. } => "TOO_MANY_EDGES",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::VersionStale { given, current } => {
                write!(
                    f,
                    "the connections were changed in the meantime: you edited version {given}, the current one is {current}"
                )
            }
            Refusal::NotActive => write!(f, "the organization is not active, so its connections cannot be opened"),
            Refusal::NotAMember(account) => write!(f, "account {account} is not a member of the organization"),
            Refusal::SameAccount(account) => write!(f, "account {account} cannot be connected with itself"),
            Refusal::Twice(edge) => write!(f, "{edge} is named twice"),
            Refusal::Blocked(edge, Block::Sensitive) => {
                let (source, feature) = (edge.source, edge.feature.name());
                write!(f, "account {source} stores sensitive data, so it cannot be a source of {feature}")
            }
            Refusal::Blocked(edge, Block::Subscription) => {
                let (source, destination, feature) = (edge.source, edge.destination, edge.feature.name());
                write!(f, "the subscriptions of accounts {source} and {destination} do not include {feature} in this direction")
            }
            Refusal::TermsMissing(edge) => write!(f, "{edge} needs a purpose and a legal basis: this organization asks for both"),
            Refusal::FieldsMissing(edge) => {
                let source = edge.source;
                write!(f, "account {source} stores sensitive data: {edge} needs a list of the fields that may pass")
            }
            Refusal::Faulty(edge, fault) => write!(f, "{edge}: {fault}"),
            Refusal::TooMany { n_edges } => write!(f, "{n_edges} edges are wished; at most {EDGES_MAX} are allowed"),
        }
    }
}

/// What changes between two accounts for one feature, as a reader would say it. `source` and `destination` are those of the
/// direction the sentence speaks of; for both ways it is the smaller id first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Nothing passed; now both see each other.
    ConnectTwoWay,
    /// Nothing passed; now source gives to destination.
    ConnectOneWay,
    /// Destination already saw source's; now source sees destination's too.
    WidenToTwoWay,
    /// Both saw each other; now only source gives to destination.
    NarrowToOneWay,
    /// Destination gave to source; now source gives to destination.
    Reverse,
    /// Nothing passes any more.
    Cut,
    /// Source goes on giving to destination, on other terms.
    Amend,
}

/// One line of the review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub kind: ChangeKind,
    #[serde(flatten)]
    pub edge: EdgeKey,
    /// The parts of the terms that change, of [`ChangeKind::Amend`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amended: Vec<Part>,
}

impl Change {
    /// The line in English; the UI translates `kind` with the same parameters.
    pub fn words(&self, name: &dyn Fn(AccountId) -> String) -> String {
        let (source, destination, feature) = (name(self.edge.source), name(self.edge.destination), self.edge.feature.name());
        match self.kind {
            ChangeKind::ConnectTwoWay => format!("{feature}: {source} and {destination} will share with each other"),
            ChangeKind::ConnectOneWay => format!("{feature}: {source} will share with {destination}, not the other way"),
            ChangeKind::WidenToTwoWay => format!("{feature}: {destination} will share with {source} too"),
            ChangeKind::NarrowToOneWay => format!("{feature}: {destination} will no longer share with {source}"),
            ChangeKind::Reverse => format!("{feature}: {source} will share with {destination} instead of the other way"),
            ChangeKind::Cut => format!("{feature}: {source} and {destination} will no longer share"),
            ChangeKind::Amend => {
                let parts: Vec<&str> = self.amended.iter().map(|part| part.words()).collect();
                format!("{feature}: {source} will share with {destination} on other terms ({})", parts.join(", "))
            }
        }
    }
}

/// What an edit does: edges to open, to keep on other terms and to close, and the review in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub open: BTreeMap<EdgeKey, Terms>,
    pub amend: BTreeMap<EdgeKey, Terms>,
    pub close: BTreeSet<EdgeKey>,
    pub changes: Vec<Change>,
}

/// Compares a whole set of wished edges with what is open, or says why it cannot be applied. Closing is always possible; terms
/// are looked at where they are new. `today` in UTC.
pub fn plan(organization: &Organization, version: i64, wishes: &[Wish], today: Date) -> Result<Plan, Refusal> {
    if version != organization.version {
        return Err(Refusal::VersionStale { given: version, current: organization.version });
    }
    let wished = wished(wishes)?;
    for wish in wishes {
        may_name(organization, wish.edge)?;
    }
    let (mut open, mut amend) = (BTreeMap::new(), BTreeMap::new());
    for (edge, terms) in &wished {
        match organization.open.get(edge) {
            None => drop(open.insert(*edge, terms.cloned().unwrap_or_default().tidied())),
            Some(is) => {
                let terms = terms.cloned().map(Terms::tidied).filter(|terms| *terms != is.terms);
                amend.extend(terms.map(|terms| (*edge, terms)));
            }
        }
    }
    let opens = !open.is_empty() || !amend.is_empty();
    if opens && !organization.phase.is_active() {
        return Err(Refusal::NotActive);
    }
    for (edge, terms) in open.iter().chain(&amend) {
        may_open(organization, *edge, terms, today)?;
    }
    let before: BTreeSet<EdgeKey> = organization.open.keys().copied().collect();
    let after: BTreeSet<EdgeKey> = wished.into_keys().collect();
    let mut changes = changes(&before, &after);
    changes.extend(amend.iter().map(|(edge, terms)| {
        let amended = organization.open.get(edge).map_or_else(Vec::new, |is| terms.differing(&is.terms));
        Change { kind: ChangeKind::Amend, edge: *edge, amended }
    }));
    Ok(Plan { close: before.difference(&after).copied().collect(), changes, open, amend })
}

fn wished(wishes: &[Wish]) -> Result<BTreeMap<EdgeKey, Option<&Terms>>, Refusal> {
    if wishes.len() > EDGES_MAX {
        return Err(Refusal::TooMany { n_edges: wishes.len() });
    }
    let mut seen = BTreeSet::new();
    match wishes.iter().find(|w| !seen.insert(w.edge)) {
        Some(wish) => Err(Refusal::Twice(wish.edge)),
        None => Ok(wishes.iter().filter(|w| w.on).map(|w| (w.edge, w.terms.as_ref())).collect()),
    }
}

fn may_name(organization: &Organization, edge: EdgeKey) -> Result<(), Refusal> {
    if edge.source == edge.destination {
        return Err(Refusal::SameAccount(edge.source));
    }
    match [edge.source, edge.destination].into_iter().find(|a| !organization.members.contains_key(a)) {
        Some(stranger) => Err(Refusal::NotAMember(stranger)),
        None => Ok(()),
    }
}

fn may_open(organization: &Organization, edge: EdgeKey, terms: &Terms, today: Date) -> Result<(), Refusal> {
    if let Edge::Blocked(block) = organization.edge(edge) {
        return Err(Refusal::Blocked(edge, block));
    }
    terms.check(today).map_err(|fault| Refusal::Faulty(edge, fault))?;
    if !edge.feature.carries_values() {
        return Ok(());
    }
    if organization.policy.terms == TermsRule::Required && !terms.is_reasoned() {
        return Err(Refusal::TermsMissing(edge));
    }
    let is_sensitive = organization.members.get(&edge.source).is_some_and(|member| member.facts.sensitive);
    if is_sensitive && organization.policy.sensitive == SensitiveRule::Fields && terms.fields.is_none() {
        return Err(Refusal::FieldsMissing(edge));
    }
    Ok(())
}

/// The review: one line per pair and feature whose directions differ.
fn changes(before: &BTreeSet<EdgeKey>, after: &BTreeSet<EdgeKey>) -> Vec<Change> {
    let mut lines: BTreeMap<(Pair, Feature), ()> = BTreeMap::new();
    for edge in before.symmetric_difference(after) {
        lines.insert((edge.pair(), edge.feature), ());
    }
    lines.into_keys().filter_map(|(pair, feature)| change(before, after, pair, feature)).collect()
}

fn change(before: &BTreeSet<EdgeKey>, after: &BTreeSet<EdgeKey>, pair: Pair, feature: Feature) -> Option<Change> {
    let up = EdgeKey { feature, source: pair.low, destination: pair.high };
    let down = up.reversed();
    let ways = |set: &BTreeSet<EdgeKey>| (set.contains(&up), set.contains(&down));
    let (kind, edge) = match (ways(before), ways(after)) {
        ((false, false), (true, true)) => (ChangeKind::ConnectTwoWay, up),
        ((false, false), (true, false)) => (ChangeKind::ConnectOneWay, up),
        ((false, false), (false, true)) => (ChangeKind::ConnectOneWay, down),
        ((true, false), (true, true)) => (ChangeKind::WidenToTwoWay, up),
        ((false, true), (true, true)) => (ChangeKind::WidenToTwoWay, down),
        ((true, true), (true, false)) => (ChangeKind::NarrowToOneWay, up),
        ((true, true), (false, true)) => (ChangeKind::NarrowToOneWay, down),
        ((true, false), (false, true)) => (ChangeKind::Reverse, down),
        ((false, true), (true, false)) => (ChangeKind::Reverse, up),
        ((true, _), (false, false)) => (ChangeKind::Cut, up),
        ((false, true), (false, false)) => (ChangeKind::Cut, up),
        ((false, false), (false, false)) | ((true, false), (true, false)) => return None,
        ((false, true), (false, true)) | ((true, true), (true, true)) => return None,
    };
    Some(Change { kind, edge, amended: Vec::new() })
}
