//! An organization as a file: rules, members, roles and connections as TOML in a stable order, to be kept in a repository,
//! compared and applied. A file says how the organization shall be, whole: a member, role or connection it does not name shall
//! not be. Only a rule it does not name stays as it is.
//!
//! ```text
//!   as it is --write--> text --read--> as it shall be --difference--> steps, each in words --> the verbs, one by one
//! ```
//! Accounts are named by id, by name, or by both, which then must agree; people by their address.

mod text;

pub use text::{Fault, id_of, read, write};

use super::Organization;
use super::role::{Delegation, Role};
use crate::connection::EdgeKey;
use crate::connection::terms::Terms;
use crate::id::{AccountId, OrganizationId, PersonId};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What accounts are called. Those that are members, and those that somebody who applies a file could add.
pub type Accounts = BTreeMap<AccountId, String>;

/// Who holds a role for which account; an address in the form in which addresses are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    pub account: AccountId,
    pub email: String,
    pub role: Role,
}

/// An organization as a file says it.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    pub id: OrganizationId,
    pub name: String,
    /// Rules by name. A file may leave some out.
    pub policy: BTreeMap<String, Value>,
    pub members: BTreeSet<AccountId>,
    /// When each ends.
    pub roles: BTreeMap<Held, Option<Timestamp>>,
    pub connections: BTreeMap<EdgeKey, Terms>,
}

impl File {
    /// An organization as it is. `emails` are those of the people who hold roles.
    pub fn of(organization: &Organization, held: &[Delegation], emails: &BTreeMap<PersonId, String>) -> File {
        let role = |one: &Delegation| {
            let email = crate::fold::email(emails.get(&one.person)?);
            Some((Held { account: one.account, email, role: one.role }, one.until))
        };
        File {
            id: organization.id,
            name: organization.name.clone(),
            policy: organization.policy.values(),
            members: organization.members.keys().copied().collect(),
            roles: held.iter().filter_map(role).collect(),
            connections: organization.open.iter().map(|(edge, opened)| (*edge, opened.terms.clone())).collect(),
        }
    }
}

/// One thing to do, in the order in which it can be done: rules, who belongs, roles, connections, who goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    SetRule { name: String, before: Value, after: Value },
    AddMember(AccountId),
    EndRole(Held),
    GiveRole { held: Held, until: Option<Timestamp>, is_new: bool },
    Close(EdgeKey),
    Open(EdgeKey, Terms),
    Amend(EdgeKey, Terms),
    RemoveMember(AccountId),
}

impl Step {
    /// The step in English.
    pub fn words(&self, accounts: &Accounts) -> String {
        let name = |account: &AccountId| accounts.get(account).map_or_else(|| account.to_string(), |name| format!("\"{name}\""));
        let edge = |edge: &EdgeKey| format!("{} from {} to {}", edge.feature.name(), name(&edge.source), name(&edge.destination));
        let role = |held: &Held| format!("{} of {} for {}", held.role.name(), held.email, name(&held.account));
        match self {
            Step::SetRule { name, before, after } => format!("the rule {name} becomes {after}; it is {before}"),
            Step::AddMember(account) => format!("account {} is added", name(account)),
            Step::RemoveMember(account) => format!("account {} is removed", name(account)),
            Step::EndRole(held) => format!("the role {} ends", role(held)),
            Step::GiveRole { held, until, is_new } => {
                let until = until.map_or_else(|| "without an end".to_owned(), |until| format!("until {until}"));
                let what = if *is_new { "is given" } else { "goes on" };
                format!("the role {} {what}, {until}", role(held))
            }
            Step::Open(key, _) => format!("{} opens", edge(key)),
            Step::Amend(key, _) => format!("{} goes on, on other terms", edge(key)),
            Step::Close(key) => format!("{} closes", edge(key)),
        }
    }

    /// The word for the kind of step on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Step::SetRule { .. } => "set_rule",
            Step::AddMember(_) => "add_member",
            Step::EndRole(_) => "end_role",
            Step::GiveRole { .. } => "give_role",
            Step::Close(_) => "close",
            Step::Open(..) => "open",
            Step::Amend(..) => "amend",
            Step::RemoveMember(_) => "remove_member",
        }
    }
}

/// What makes one organization of the other. What goes with a member that leaves (its roles and connections) is no step of its own.
pub fn difference(is: &File, wanted: &File) -> Vec<Step> {
    let mut steps = Vec::new();
    for (name, after) in &wanted.policy {
        let before = is.policy.get(name).cloned().unwrap_or_default();
        if before != *after {
            steps.push(Step::SetRule { name: name.clone(), before, after: after.clone() });
        }
    }
    steps.extend(wanted.members.difference(&is.members).map(|account| Step::AddMember(*account)));
    let stays = |account: &AccountId| wanted.members.contains(account);
    let ended = is.roles.keys().filter(|held| !wanted.roles.contains_key(*held) && stays(&held.account));
    steps.extend(ended.map(|held| Step::EndRole(held.clone())));
    for (held, until) in &wanted.roles {
        let before = is.roles.get(held);
        if before != Some(until) {
            steps.push(Step::GiveRole { held: held.clone(), until: *until, is_new: before.is_none() });
        }
    }
    let closed = is.connections.keys().filter(|edge| !wanted.connections.contains_key(*edge));
    steps.extend(closed.filter(|edge| stays(&edge.source) && stays(&edge.destination)).map(|edge| Step::Close(*edge)));
    for (edge, terms) in &wanted.connections {
        match is.connections.get(edge) {
            None => steps.push(Step::Open(*edge, terms.clone())),
            Some(before) if before != terms => steps.push(Step::Amend(*edge, terms.clone())),
            Some(_) => {}
        }
    }
    steps.extend(is.members.difference(&wanted.members).map(|account| Step::RemoveMember(*account)));
    steps
}

#[cfg(test)]
mod tests;
