//! What organizations look like in JSON. Ids are decimal strings, times as everywhere.

use super::terms::{EdgeTerms, edge_terms};
use app::organization::log::Named;
use app::organization::{Candidates, View};
use model::account::{Account, Subscriptions};
use model::connection::{Edge, EdgeKey, Feature, Pair};
use model::id::AccountId;
use model::limits::MEMBERS_SHOWN_MAX;
use model::organization::{day, edges_between};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use wire::lenient::Text;
use wire::scalar::{Id, Time};

/// Up to how many members every pair is listed, connected or not: 190 pairs.
const ALL_PAIRS_MEMBERS_MAX: usize = 20;
/// Pairs listed of a larger one.
const PAIRS_SHOWN_MAX: usize = 500;

/// An organization as one of its members sees it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    pub id: Id,
    pub name: String,
    /// `active_unconfigured`, `active`, `grace`.
    pub state: &'static str,
    /// To be sent back with an edit.
    pub version: i64,
    pub anchor_account_id: Option<Id>,
    /// Nobody is Super Admin in every member.
    pub unmanageable: bool,
    pub can_manage: bool,
    /// There are edges one may change; which, say the members at both ends.
    pub can_edit_connections: bool,
    /// Whether one may take the account one works in out of it.
    pub can_withdraw: bool,
    pub can_read_log: bool,
    /// Its policy has roles that members delegate.
    pub has_roles: bool,
    /// Who has to agree before a change lets more pass: `one`, `two`.
    pub approval: &'static str,
    /// Ends the grace, while there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_until: Option<Time>,
    /// All of a small organization; of a large one the first 200, and those that are asked for under `members`.
    pub members: Vec<Member>,
    pub n_members: usize,
    /// Every pair of a small organization; of a larger one those that share, at most 500.
    pub connections: Vec<Connection>,
    pub features: Vec<ConnectionFeature>,
    pub connection_rules: ConnectionRules,
    /// How many pairs share.
    pub n_connections: usize,
}

/// A member.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    pub account_id: Id,
    pub name: String,
    pub location: String,
    pub sensitive: bool,
    pub status: &'static str,
    pub subscriptions: Vec<Subscription>,
    pub joined_at: Time,
    /// One may open and close its edges, where the same is so at the other end.
    pub manages: bool,
    /// One may close its edges, whatever the other end.
    pub stops: bool,
    /// What it cannot give or receive, whoever is at the other end.
    pub barred: Vec<Barred>,
    /// Until when it has to become again what a member must be; nothing passes to or from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen_until: Option<Time>,
    /// Why: `tier`, `deactivated`, `hosting`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen_reason: Option<&'static str>,
}

/// A product at a tier.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Subscription {
    pub product: &'static str,
    pub tier: &'static str,
}

/// What an account subscribes to.
pub fn subscriptions(of: &Subscriptions) -> Vec<Subscription> {
    of.0.iter().map(|(product, tier)| Subscription { product: product.name(), tier: tier.name() }).collect()
}

/// Two members and what passes between them. Without an id they were never connected.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    pub id: Option<Id>,
    pub account_ids: [Id; 2],
    pub edges: Vec<ConnectionEdge>,
}

/// One feature in one direction.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionEdge {
    pub feature: &'static str,
    pub source: Id,
    pub destination: Id,
    /// `on`, `off`, `blocked`.
    pub state: &'static str,
    /// Why it is blocked: `SOURCE_SENSITIVE`, `SUBSCRIPTION_TOO_LOW`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    pub opened_by: Option<String>,
    pub opened_at: Option<Time>,
    /// Of an edge that is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<EdgeTerms>,
    /// Who approved the terms as they are; nobody for the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Time>,
    /// The day has come on which somebody wanted to look again.
    pub review_due: bool,
}

impl ConnectionEdge {
    /// An edge that is off.
    pub fn of(key: EdgeKey) -> ConnectionEdge {
        ConnectionEdge {
            feature: key.feature.name(),
            source: Id(key.source.0),
            destination: Id(key.destination.0),
            state: "off",
            reason: None,
            opened_by: None,
            opened_at: None,
            terms: None,
            approved_by: None,
            approved_at: None,
            review_due: false,
        }
    }
}

/// A feature of connections.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConnectionFeature {
    pub feature: &'static str,
    /// Whether this version carries anything along it; if not, opening it permits what a later one will do.
    pub used: bool,
}

/// The rules of the organization that its connections live by.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionRules {
    /// `one_way` or `two_way`: how a new connection starts.
    pub new_connections: Value,
    /// `required` or `optional`: purpose and legal basis.
    pub terms: Value,
    /// `account` or `fields`: what sensitive data bars.
    pub sensitive: Value,
}

/// Why an account cannot be one end of a feature, whoever the other one is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Barred {
    pub feature: &'static str,
    /// `source` or `destination`.
    #[serde(rename = "as")]
    pub end: &'static str,
    pub reason: &'static str,
}

/// The organization of a view.
pub fn organization(view: &View) -> Organization {
    let is = &view.organization;
    Organization {
        id: Id(is.id.0),
        name: is.name.clone(),
        state: is.phase.name(),
        version: is.version,
        anchor_account_id: is.anchor().map(|a| Id(a.0)),
        unmanageable: view.unmanageable,
        can_manage: view.can_manage,
        can_edit_connections: view.can_edit_connections,
        can_withdraw: view.can_withdraw,
        can_read_log: view.can_read_log,
        has_roles: is.policy.roles,
        approval: is.policy.approval.name(),
        grace_until: is.grace_until.map(Time),
        members: shown(view).map(|account| member(view, account)).collect(),
        n_members: view.accounts.len(),
        connections: connections(view),
        features: Feature::ALL.map(|feature| ConnectionFeature { feature: feature.name(), used: feature.is_used() }).into(),
        connection_rules: ConnectionRules {
            new_connections: word(&is.policy.new_connections),
            terms: word(&is.policy.terms),
            sensitive: word(&is.policy.sensitive),
        },
        n_connections: is.open.keys().map(|edge| edge.pair()).collect::<BTreeSet<_>>().len(),
    }
}

fn word(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn barred(view: &View, account: AccountId) -> Vec<Barred> {
    let ends = Feature::ALL.into_iter().flat_map(|feature| [(feature, "source"), (feature, "destination")]);
    let barred = ends.filter_map(|(feature, end)| {
        let block = view.organization.barred(feature, account, end == "source")?;
        Some(Barred { feature: feature.name(), end, reason: block.code() })
    });
    barred.collect()
}

/// The members a page begins with: the account one works in, what holds the organization up, what is frozen, then the others.
fn shown(view: &View) -> impl Iterator<Item = &Account> {
    let (is, anchor) = (&view.organization, view.organization.anchor());
    let first = move |account: &&Account| {
        let frozen = is.members.get(&account.id).is_some_and(|m| m.frozen.is_some());
        frozen || account.id == view.here || anchor == Some(account.id)
    };
    let few = view.accounts.len() <= MEMBERS_SHOWN_MAX;
    let important = view.accounts.values().filter(move |account| !few && first(account)).take(MEMBERS_SHOWN_MAX / 2);
    let others = view.accounts.values().filter(move |account| few || !first(account));
    important.chain(others).take(MEMBERS_SHOWN_MAX)
}

/// One member.
pub fn member(view: &View, account: &Account) -> Member {
    let found = view.organization.members.get(&account.id);
    let joined_at = found.map_or(account.created_at, |m| m.joined_at);
    let frozen = found.and_then(|m| m.frozen);
    Member {
        account_id: Id(account.id.0),
        name: account.name.clone(),
        location: account.location.clone(),
        sensitive: account.sensitive,
        status: account.status.name(),
        subscriptions: subscriptions(&account.subscriptions),
        joined_at: Time(joined_at),
        manages: view.stand.manages(account.id),
        stops: view.stand.stops(account.id),
        barred: barred(view, account.id),
        frozen_until: frozen.map(|frozen| Time(frozen.until)),
        frozen_reason: frozen.map(|frozen| frozen.reason.name()),
    }
}

fn connections(view: &View) -> Vec<Connection> {
    let ids: BTreeMap<Pair, Id> = view.connections.iter().map(|c| (c.pair, Id(c.id.0))).collect();
    pairs(view).into_iter().map(|pair| connection(view, pair, ids.get(&pair).copied())).collect()
}

/// Every pair of a small organization; of a large one those that are connected.
fn pairs(view: &View) -> BTreeSet<Pair> {
    let members: Vec<AccountId> = view.accounts.keys().copied().collect();
    if members.len() > ALL_PAIRS_MEMBERS_MAX {
        let pairs = view.organization.open.keys().map(|edge| edge.pair());
        return pairs.collect::<BTreeSet<_>>().into_iter().take(PAIRS_SHOWN_MAX).collect();
    }
    let mut pairs = BTreeSet::new();
    for (i, a) in members.iter().enumerate() {
        pairs.extend(members[i + 1..].iter().map(|b| Pair::of(*a, *b)));
    }
    pairs
}

fn connection(view: &View, pair: Pair, id: Option<Id>) -> Connection {
    let edges = edges_between(&view.organization, pair.low, pair.high, &Feature::ALL);
    let edges = edges.into_iter().map(|(key, edge)| connection_edge(view, key, edge)).collect();
    Connection { id, account_ids: [Id(pair.low.0), Id(pair.high.0)], edges }
}

fn connection_edge(view: &View, key: EdgeKey, edge: Edge) -> ConnectionEdge {
    let opened = view.organization.open.get(&key).filter(|_| edge == Edge::On);
    let (state, reason) = match edge {
        Edge::On => ("on", None),
        Edge::Off => ("off", None),
        Edge::Blocked(block) => ("blocked", Some(block.code())),
    };
    ConnectionEdge {
        state,
        reason,
        opened_by: opened.and_then(|o| view.people.get(&o.by).cloned()),
        opened_at: opened.map(|o| Time(o.at)),
        terms: opened.map(|o| edge_terms(&o.terms)),
        approved_by: opened.and_then(|o| view.people.get(&o.approved.by).cloned()),
        approved_at: opened.map(|o| Time(o.approved.at)),
        review_due: opened.is_some_and(|o| o.terms.is_review_due(day(view.now))),
        ..ConnectionEdge::of(key)
    }
}

/// The picker.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Picker {
    pub results: Vec<Candidate>,
    /// What stands against creating an organization from the current account at all.
    pub blocked: Vec<&'static str>,
}

/// An account that may join, or every reason why not.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    pub account_id: Id,
    pub name: String,
    pub eligible: bool,
    pub reasons: Vec<&'static str>,
}

/// The picker of what was considered.
pub fn picker(candidates: Candidates) -> Picker {
    let blocked = candidates.blocked.iter().map(|r| r.code()).collect();
    Picker { results: candidates.results.into_iter().map(picked).collect(), blocked }
}

/// An account that was considered.
pub fn picked(one: app::organization::Considered) -> Candidate {
    Candidate {
        account_id: Id(one.account.0),
        eligible: one.reasons.is_empty(),
        reasons: one.reasons.iter().map(|r| r.code()).collect(),
        name: one.name,
    }
}

/// The impact statement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Impact {
    pub text: &'static str,
    /// To be sent back as `acknowledgedTextVersion`.
    pub version: &'static str,
}

/// A new organization.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOrganization {
    pub name: String,
    /// The one that creates is a member in any case. May be empty where others are invited.
    pub account_ids: Vec<Text>,
    /// Accounts whose Super Admin is somebody else: each gets an offer, whether there is such an account or not.
    #[serde(default)]
    pub invited_account_ids: Vec<Text>,
    pub acknowledged_text_version: String,
    /// `open` (the default) or `parity`.
    pub policy: Option<String>,
}

/// Accounts to add.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMembers {
    pub account_ids: Vec<Text>,
    pub acknowledged_text_version: String,
}

/// A whole set of wished edges. One that is not named is closed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WishedEdges {
    /// The version of the organization that was edited.
    pub version: i64,
    pub edges: Vec<WishedEdge>,
}

/// One wished edge.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WishedEdge {
    /// `mirroring`, `asset_copying`, `workflows`, `reports`.
    pub feature: String,
    pub source: Text,
    pub destination: Text,
    /// False closes the edge, as leaving it out does.
    pub on: bool,
    /// The terms it has, or the usual ones for a new edge, when not said.
    pub terms: Option<EdgeTerms>,
}

/// An entry of the log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogEntry {
    pub seq: i64,
    pub at: Time,
    /// `person:7`, `token:9`, `system`.
    pub actor: String,
    /// Of the person or the service token, as it is now.
    #[serde(rename = "actorName")]
    pub actor_name: Option<String>,
    /// The person for whom a service token acted.
    #[serde(rename = "forName")]
    pub for_name: Option<String>,
    /// Of a mirrored view: what the record is called now, for people of the account whose it is.
    #[serde(rename = "recordName")]
    pub record_name: Option<String>,
    /// The record was erased, and its name with it.
    #[serde(rename = "recordErased")]
    pub record_erased: bool,
    pub act: String,
    pub subject: String,
    /// What happened, why, and the versions before and after.
    pub detail: Value,
    /// Over this entry and the one before.
    pub hash: String,
}

/// An entry as it is shown: what happened stands beside its cause, not inside it.
pub fn log_entry(named: Named) -> LogEntry {
    let Named { entry, actor: actor_name, acted_for, record } = named;
    let said = entry.said;
    let at = jiff::Timestamp::from_microsecond(said.at).unwrap_or_default();
    let mut detail: Value = serde_json::from_str(&said.detail).unwrap_or_default();
    if let Value::Object(effect) = detail["effect"].take()
        && let Value::Object(detail) = &mut detail
    {
        detail.remove("effect");
        detail.extend(effect);
    }
    let (actor, act, subject) = (said.actor, said.act, said.subject);
    LogEntry {
        seq: entry.seq,
        at: Time(at),
        actor,
        actor_name,
        for_name: acted_for,
        record_name: record.name,
        record_erased: record.erased,
        act,
        subject,
        detail,
        hash: entry.hash,
    }
}

/// The points of contact of members that name none.
#[derive(Serialize, JsonSchema)]
pub struct DefaultContacts {
    pub contacts: Vec<crate::accounts::RoleHeld>,
}

/// The points of contact to be named for members that name none.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedDefaults {
    pub contacts: crate::accounts::WantedContacts,
}
