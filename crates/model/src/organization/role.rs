//! Roles of an organization: what a Super Admin of one member lets somebody do in the organization *for that account*, so that
//! nobody has to be Super Admin everywhere. Source: spec 8 #6, scenario 80.
//!
//! ```text
//!   an edge needs a right at both of its ends         Super Admin, Organization Admin or Connection Manager of each; mixed is fine
//!   the whole needs a right in every member           Super Admin or Organization Admin of each
//!   reading is about the accounts that delegated      Auditor: acts; Privacy Officer: looks too, and may stop an edge at one end
//! ```
//! Under parity there are no roles: Super Admin in every member, or nothing.

use super::log::{self, About, Said};
use crate::account::Role as UserRole;
use crate::authority::Denial;
use crate::connection::EdgeKey;
use crate::id::{AccountId, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A role of an organization, held for one member account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Whatever a Super Admin of the account may do in the organization, but not hand out roles.
    OrganizationAdmin,
    /// Edits the account's connections.
    ConnectionManager,
    /// Reads what the log says about the account.
    Auditor,
    /// As an Auditor; reads who looked at the account's data, stops its connections at once, approves changes of others.
    PrivacyOfficer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::OrganizationAdmin, Role::ConnectionManager, Role::Auditor, Role::PrivacyOfficer];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Role::OrganizationAdmin => "organization_admin",
            Role::ConnectionManager => "connection_manager",
            Role::Auditor => "auditor",
            Role::PrivacyOfficer => "privacy_officer",
        }
    }

    /// The role of a name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A role that somebody holds for an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    pub account: AccountId,
    pub person: PersonId,
    pub role: Role,
    /// A Super Admin of the account; 0 is the command line.
    pub granted_by: PersonId,
    pub granted_at: Timestamp,
    /// It ends by itself then.
    pub until: Option<Timestamp>,
}

/// Why somebody no longer holds a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Revoked,
    /// Its time passed.
    Expired,
    /// The account is no member any more.
    MemberLeft,
    /// The person is no active user of any member any more.
    OffBoarded,
}

impl Ending {
    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Ending::Revoked => "revoked",
            Ending::Expired => "expired",
            Ending::MemberLeft => "member_left",
            Ending::OffBoarded => "off_boarded",
        }
    }

    /// The ending of a name.
    pub fn from_name(name: &str) -> Option<Ending> {
        [Ending::Revoked, Ending::Expired, Ending::MemberLeft, Ending::OffBoarded].into_iter().find(|e| e.name() == name)
    }
}

/// What somebody is in one member account, as far as its organization asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Her role as an active user of the account.
    pub user: Option<UserRole>,
    /// What its Super Admins delegated to her.
    pub held: BTreeSet<Role>,
}

impl Place {
    pub fn is_super_admin(&self) -> bool {
        self.user == Some(UserRole::SuperAdmin)
    }

    /// May decide for the account what concerns the whole organization.
    pub fn administers(&self) -> bool {
        self.is_super_admin() || self.held.contains(&Role::OrganizationAdmin)
    }

    /// May open and close the account's edges, where the other end agrees.
    pub fn manages(&self) -> bool {
        self.administers() || self.held.contains(&Role::ConnectionManager)
    }

    /// May close the account's edges, whatever the other end says: whoever answers for its data.
    pub fn stops(&self) -> bool {
        self.administers() || self.guards()
    }

    /// Is its Privacy Officer.
    fn guards(&self) -> bool {
        self.held.contains(&Role::PrivacyOfficer)
    }

    fn reads_acts(&self) -> bool {
        [Role::OrganizationAdmin, Role::Auditor, Role::PrivacyOfficer].iter().any(|role| self.held.contains(role))
    }
}

/// What a change does to an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Opens it, or lets more pass.
    Widen,
    /// Closes it, or lets less pass.
    Narrow,
}

/// What somebody is in every member of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The system itself, which is at home everywhere.
    pub everywhere: bool,
    /// Members in which she is something. Roles are only in here where the policy has them.
    pub each: BTreeMap<AccountId, Place>,
}

/// What the roles of an organization add for somebody, summed up over its members.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Super Admin or Organization Admin in every member.
    pub administers_all: bool,
    /// The same in one of them.
    pub administers_some: bool,
    /// There are two members whose edges she manages.
    pub manages_two: bool,
    /// There is a member whose edges she may stop.
    pub stops: bool,
    /// She holds a role, and so sees the organization.
    pub holds: bool,
    /// A role that reads the log.
    pub reads_log: bool,
}

impl Places {
    /// What she is in one member.
    pub fn at(&self, account: AccountId) -> Place {
        if self.everywhere {
            return Place { user: Some(UserRole::SuperAdmin), held: BTreeSet::new() };
        }
        self.each.get(&account).cloned().unwrap_or_default()
    }

    /// What roles add, in an organization of so many members.
    pub fn summary(&self, n_members: usize) -> Summary {
        let count = |is: fn(&Place) -> bool| self.each.values().filter(|place| is(place)).count();
        Summary {
            administers_all: self.everywhere || count(Place::administers) == n_members,
            administers_some: self.everywhere || count(Place::administers) > 0,
            manages_two: self.everywhere || count(Place::manages) >= 2,
            stops: count(Place::stops) > 0,
            holds: count(|place| !place.held.is_empty()) > 0,
            reads_log: count(Place::reads_acts) > 0,
        }
    }

    /// Super Admin in every member.
    pub fn is_super_admin_everywhere(&self, n_members: usize) -> bool {
        self.everywhere || self.each.values().filter(|place| place.is_super_admin()).count() == n_members
    }

    /// Whether she may change one edge of an organization that has roles.
    pub fn may_change(&self, edge: EdgeKey, deed: Deed) -> Result<(), Denial> {
        let (source, destination) = (self.at(edge.source), self.at(edge.destination));
        let both = source.manages() && destination.manages();
        if both || (deed == Deed::Narrow && (source.stops() || destination.stops())) {
            return Ok(());
        }
        Err(Denial::NotDelegated)
    }

    /// Whether she may hand out roles for an account.
    pub fn may_grant(&self, account: AccountId) -> Result<(), Denial> {
        if self.at(account).is_super_admin() { Ok(()) } else { Err(Denial::SuperAdminOnly) }
    }

    /// Whether somebody who sees the organization only by her roles may read an entry of its log: what is about the whole, about
    /// an account that delegated to her, or, for Privacy Officers, a look at such an account's data.
    pub fn may_read(&self, said: &Said) -> bool {
        let reads = |account: AccountId| self.at(account).reads_acts();
        match log::about(&said.subject) {
            Some(About::Organization) => true,
            Some(About::Account(account)) => reads(account),
            Some(About::Edge { source, .. }) if said.act == log::DISCLOSED => self.at(source).guards(),
            Some(About::Edge { source, destination }) => reads(source) || reads(destination),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Feature;
    use std::fmt::Write;

    const NORTH: AccountId = AccountId(1);
    const SOUTH: AccountId = AccountId(2);

    fn place(user: Option<UserRole>, held: &[Role]) -> Place {
        Place { user, held: held.iter().copied().collect() }
    }

    fn kinds() -> Vec<(&'static str, Place)> {
        let mut kinds = vec![
            ("nothing", place(None, &[])),
            ("Standard user", place(Some(UserRole::Standard), &[])),
            ("Partner Admin", place(Some(UserRole::PartnerAdmin), &[])),
            ("Super Admin", place(Some(UserRole::SuperAdmin), &[])),
        ];
        let named = ["Organization Admin", "Connection Manager", "Auditor", "Privacy Officer"];
        kinds.extend(named.into_iter().zip(Role::ALL).map(|(name, role)| (name, place(None, &[role]))));
        kinds
    }

    /// What each combination of rights at the two ends of an edge allows. Both ends are asked; which is which does not matter.
    #[test]
    fn the_matrix_of_rights_at_the_two_ends_of_an_edge() {
        let edge = EdgeKey { feature: Feature::Mirroring, source: NORTH, destination: SOUTH };
        let mut table = format!("{:<20} {:<20} open     close\n", "at one end", "at the other");
        for (i, (here, one)) in kinds().into_iter().enumerate() {
            for (there, other) in kinds().into_iter().skip(i) {
                let places = Places { everywhere: false, each: [(NORTH, one.clone()), (SOUTH, other.clone())].into() };
                let mirrored = Places { everywhere: false, each: [(NORTH, other), (SOUTH, one.clone())].into() };
                let answer = |deed| {
                    assert_eq!(places.may_change(edge, deed), mirrored.may_change(edge, deed), "{here} {there}");
                    if places.may_change(edge, deed).is_ok() { "yes" } else { "no" }
                };
                writeln!(table, "{here:<20} {there:<20} {:<8} {}", answer(Deed::Widen), answer(Deed::Narrow)).unwrap();
            }
        }
        insta::assert_snapshot!("rights_at_two_ends", table);
    }

    #[test]
    fn the_matrix_of_what_each_role_reads_and_grants() {
        let said = |act: &str, subject: &str| Said {
            at: 0,
            actor: "person:9".to_owned(),
            act: act.to_owned(),
            subject: subject.to_owned(),
            detail: "{}".to_owned(),
        };
        let entries = [
            ("the organization", said("configured", "organization")),
            ("the account", said("member_joined", "account:1")),
            ("another account", said("member_joined", "account:3")),
            ("an edge from it", said("edge_opened", "edge:mirroring:1>3")),
            ("an edge into it", said("edge_opened", "edge:mirroring:3>1")),
            ("an edge of others", said("edge_opened", "edge:mirroring:3>4")),
            ("a look at its data", said(log::DISCLOSED, "edge:mirroring:1>3")),
            ("a look at another's", said(log::DISCLOSED, "edge:mirroring:3>1")),
            ("something unknown", said("edge_opened", "moon:1")),
        ];
        let mut table = String::new();
        for (name, held) in kinds() {
            let places = Places { everywhere: false, each: [(NORTH, held)].into() };
            writeln!(table, "{name} of one account").unwrap();
            for (what, said) in &entries {
                writeln!(table, "  reads of {what:<20} {}", if places.may_read(said) { "yes" } else { "no" }).unwrap();
            }
            writeln!(table, "  hands out its roles  {}", if places.may_grant(NORTH).is_ok() { "yes" } else { "no" }).unwrap();
            writeln!(table, "  hands out others'    {}", if places.may_grant(SOUTH).is_ok() { "yes" } else { "no" }).unwrap();
        }
        insta::assert_snapshot!("what_roles_read_and_grant", table);
    }

    #[test]
    fn the_whole_needs_every_member() {
        let held = place(None, &[Role::OrganizationAdmin]);
        let places = Places { everywhere: false, each: [(NORTH, held), (SOUTH, place(Some(UserRole::SuperAdmin), &[]))].into() };
        assert!(places.summary(2).administers_all && !places.summary(3).administers_all);
        assert!(!places.is_super_admin_everywhere(2));
        assert!(Places { everywhere: true, each: BTreeMap::new() }.summary(9).administers_all);
    }

    #[test]
    fn names_lead_back_to_roles() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.name());
        }
    }
}
