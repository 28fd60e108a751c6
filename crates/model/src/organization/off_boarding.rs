//! Off-boarding: somebody loses every account of an organization in one act, as far as whoever asks may decide there. Each
//! account is decided by itself: what is refused in one stops nothing in another, and is told.
//!
//! ```text
//!   active ------> deactivated: her history, seats and points of contact stay hers, and she cannot come in
//!   invited -----> withdrawn: she never was in
//!   no user, but a role for the account -> the role ends
//! ```
//! Source: spec 7.1 and 8 #11.

use super::role::Place;
use crate::account::{AccountUser, Permissions, Role, Status, UserStatus};
use crate::authority::Standing;
use crate::identity::user;
use std::collections::BTreeSet;
use std::fmt;

/// What whoever asks may decide about the users of one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    /// About everybody: a Super Admin of the account, or what its Super Admin consented to.
    Everybody,
    /// About everybody but Super Admins: its Organization Admin.
    PlainUsers,
    Nobody(Refusal),
}

impl Say {
    /// That of somebody with a place in the member.
    pub fn of(place: &Place) -> Say {
        match place {
            place if place.is_super_admin() => Say::Everybody,
            place if place.administers() => Say::PlainUsers,
            _ => Say::Nobody(Refusal::NotDelegated),
        }
    }
}

/// Why somebody stays in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Neither Super Admin nor Organization Admin of the account.
    NotDelegated,
    /// The account did not consent to provisioning by its organization.
    NotConsented,
    SuperAdminOnly,
    LastSuperAdmin,
    /// She was invited and is a point of contact all the same.
    PointOfContact,
}

impl Refusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::NotDelegated => "NOT_DELEGATED",
            Refusal::NotConsented => "NOT_CONSENTED",
            Refusal::SuperAdminOnly => user::Refusal::SuperAdminOnly.code(),
            Refusal::LastSuperAdmin => user::Refusal::LastSuperAdmin.code(),
            Refusal::PointOfContact => "POINT_OF_CONTACT",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NotDelegated => f.write_str("only a Super Admin or an Organization Admin of the account may decide this"),
            Refusal::NotConsented => {
                f.write_str("the account's Super Admin has not consented to provisioning by the organization")
            }
            Refusal::SuperAdminOnly => user::Refusal::SuperAdminOnly.fmt(f),
            Refusal::LastSuperAdmin => user::Refusal::LastSuperAdmin.fmt(f),
            Refusal::PointOfContact => f.write_str("she is a point of contact of the account; name somebody else first"),
        }
    }
}

/// What becomes of somebody in one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// She could not come in before.
    OffAlready,
    Refused(Refusal),
}

impl Outcome {
    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::OffAlready => "off_already",
            Outcome::Refused(_) => "refused",
        }
    }
}

/// What is known about somebody in one member.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// None when she only holds a role for it.
    pub user: Option<&'a AccountUser>,
    pub holds_roles: bool,
    pub is_contact: bool,
    pub n_other_super_admins: usize,
}

/// What becomes of somebody in a member. `None`: whoever asks is not told of the account. She learns where somebody works, for
/// that is what has to be ended, and not who merely was invited or once was there.
pub fn decide(say: Say, known: Known<'_>) -> Option<Outcome> {
    let status = known.user.map(|user| user.status);
    let role = match say {
        Say::Everybody => Role::SuperAdmin,
        Say::PlainUsers => Role::Standard,
        Say::Nobody(refusal) => return (status == Some(UserStatus::Active)).then_some(Outcome::Refused(refusal)),
    };
    let Some(before) = known.user else { return known.holds_roles.then_some(Outcome::Done) };
    if before.status == UserStatus::Deactivated {
        return Some(if known.holds_roles { Outcome::Done } else { Outcome::OffAlready });
    }
    if before.status == UserStatus::Invited && known.is_contact {
        return Some(Outcome::Refused(Refusal::PointOfContact));
    }
    let actor = Standing { role, permissions: Permissions::all(), seats: BTreeSet::new(), account_status: Status::Active };
    let after = AccountUser { status: UserStatus::Deactivated, ..before.clone() };
    let decided = user::decide(&actor, Some(before), Some(&after), &Permissions::default(), known.n_other_super_admins);
    Some(match decided {
        Ok(()) => Outcome::Done,
        Err(user::Refusal::LastSuperAdmin) => Outcome::Refused(Refusal::LastSuperAdmin),
        Err(_) => Outcome::Refused(Refusal::SuperAdminOnly),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AccountId, OwnerId, PersonId};
    use std::fmt::Write;

    /// What becomes of whom, by who asks: a table to read.
    #[test]
    fn who_is_off_boarded_by_whom() {
        let says = [
            ("super admin", Say::Everybody),
            ("organization admin", Say::PlainUsers),
            ("nobody there", Say::Nobody(Refusal::NotDelegated)),
            ("directory, not consented", Say::Nobody(Refusal::NotConsented)),
        ];
        let mut table = String::new();
        for (who, say) in says {
            writeln!(table, "{who}").unwrap();
            for (whom, role, status, others) in [
                ("active user", Role::Standard, UserStatus::Active, 1),
                ("invited user", Role::Standard, UserStatus::Invited, 1),
                ("deactivated user", Role::Standard, UserStatus::Deactivated, 1),
                ("super admin of several", Role::SuperAdmin, UserStatus::Active, 1),
                ("last super admin", Role::SuperAdmin, UserStatus::Active, 0),
                ("deactivated super admin", Role::SuperAdmin, UserStatus::Deactivated, 1),
            ] {
                let (account, person, owner) = (AccountId(1), PersonId(2), OwnerId(3));
                let user = AccountUser { account, person, owner, role, status, seats: BTreeSet::new(), permission_set: None };
                let known = Known { user: Some(&user), holds_roles: false, is_contact: false, n_other_super_admins: others };
                writeln!(table, "  {whom:<24} {}", told(decide(say, known))).unwrap();
            }
            let known = Known { user: None, holds_roles: true, is_contact: false, n_other_super_admins: 1 };
            writeln!(table, "  {:<24} {}", "role without a user", told(decide(say, known))).unwrap();
        }
        insta::assert_snapshot!("who_is_off_boarded_by_whom", table);
    }

    fn told(outcome: Option<Outcome>) -> String {
        match outcome {
            None => "not told".to_owned(),
            Some(Outcome::Refused(refusal)) => refusal.code().to_owned(),
            Some(outcome) => outcome.name().to_owned(),
        }
    }

    #[test]
    fn an_invitation_of_a_point_of_contact_is_not_withdrawn_and_her_work_is_ended_all_the_same() {
        let (account, person, owner) = (AccountId(1), PersonId(2), OwnerId(3));
        let user = |status| AccountUser {
            account,
            person,
            owner,
            role: Role::Standard,
            status,
            seats: BTreeSet::new(),
            permission_set: None,
        };
        let outcome = |user: &AccountUser| {
            decide(Say::Everybody, Known { user: Some(user), holds_roles: false, is_contact: true, n_other_super_admins: 1 })
        };
        assert_eq!(outcome(&user(UserStatus::Invited)), Some(Outcome::Refused(Refusal::PointOfContact)));
        assert_eq!(outcome(&user(UserStatus::Active)), Some(Outcome::Done));
    }
}
