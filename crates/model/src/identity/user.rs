//! Who may make whom what in an account. Nobody hands out what she does not hold, and an account is never left without
//! somebody who can do everything. Source: spec 7.1, 7.2.

use crate::account::{AccountUser, Permission, Permissions, Role, UserStatus};
use crate::authority::Standing;
use crate::id::PersonId;
use std::fmt;

/// Why a user is not changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Super Admins are made, changed and taken away by Super Admins.
    SuperAdminOnly,
    BeyondOwn,
    LastSuperAdmin,
    StillActive,
}

impl Refusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::SuperAdminOnly => "SUPER_ADMIN_ONLY",
            Refusal::BeyondOwn => "PERMISSIONS_BEYOND_OWN",
            Refusal::LastSuperAdmin => "LAST_SUPER_ADMIN",
            Refusal::StillActive => "USER_STILL_ACTIVE",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::SuperAdminOnly => "only a Super Admin of the account may make, change or take away a Super Admin",
            Refusal::BeyondOwn => "you cannot hand out permissions that you do not hold yourself",
            Refusal::LastSuperAdmin => "this is the last active Super Admin of the account; make another one first",
            Refusal::StillActive => "the user is active: deactivate her first, then remove her",
        })
    }
}

fn is_super_admin(user: &AccountUser) -> bool {
    user.role == Role::SuperAdmin
}

/// Whether an actor may turn a user into another, add one (`before` is none) or take one away (`after` is none). `granted`
/// is what the user may do afterwards.
pub fn decide(
    actor: &Standing,
    before: Option<&AccountUser>,
    after: Option<&AccountUser>,
    granted: &Permissions,
    n_other_super_admins: usize,
) -> Result<(), Refusal> {
    let touches_super_admin = before.is_some_and(is_super_admin) || after.is_some_and(is_super_admin);
    if touches_super_admin && actor.role != Role::SuperAdmin {
        return Err(Refusal::SuperAdminOnly);
    }
    let gains = |after: &AccountUser| {
        let same =
            before.is_some_and(|b| (b.role, &b.seats, b.permission_set) == (after.role, &after.seats, after.permission_set));
        let back = before.is_some_and(|b| b.status != after.status) && after.status == UserStatus::Active;
        !same || back
    };
    if after.is_some_and(gains) && !actor.permissions.cover(granted) {
        return Err(Refusal::BeyondOwn);
    }
    let holds_up = |user: &AccountUser| is_super_admin(user) && user.status == UserStatus::Active;
    if before.is_some_and(holds_up) && !after.is_some_and(holds_up) && n_other_super_admins == 0 {
        return Err(Refusal::LastSuperAdmin);
    }
    if after.is_none() && before.is_some_and(|user| user.status == UserStatus::Active) {
        return Err(Refusal::StillActive);
    }
    Ok(())
}

/// Why nobody works as this user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandInRefusal {
    Oneself,
    NotActive,
    SuperAdmin,
    /// She manages users, or may something the other may not.
    ManagesUsers,
}

impl StandInRefusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            StandInRefusal::Oneself => "LOG_IN_AS_ONESELF",
            StandInRefusal::NotActive => "LOG_IN_AS_NOT_ACTIVE",
            StandInRefusal::SuperAdmin => "LOG_IN_AS_SUPER_ADMIN",
            StandInRefusal::ManagesUsers => "LOG_IN_AS_MANAGER",
        }
    }
}

impl fmt::Display for StandInRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StandInRefusal::Oneself => "you are logged in as yourself already",
            StandInRefusal::NotActive => "this user is not active, so nobody can log in as her",
            StandInRefusal::SuperAdmin => "nobody logs in as a Super Admin",
            StandInRefusal::ManagesUsers => "nobody logs in as somebody who manages users",
        })
    }
}

/// Whether an actor who may log in as others at all may do so as this user. Source: spec 7.5.
pub fn may_stand_in(
    actor: &Standing,
    actor_is: PersonId,
    target: &AccountUser,
    granted: &Permissions,
) -> Result<(), StandInRefusal> {
    match () {
        () if target.person == actor_is => Err(StandInRefusal::Oneself),
        () if target.status != UserStatus::Active => Err(StandInRefusal::NotActive),
        () if is_super_admin(target) => Err(StandInRefusal::SuperAdmin),
        () if granted.names.contains(&Permission::UsersManage) => Err(StandInRefusal::ManagesUsers),
        () if !actor.permissions.cover(granted) => Err(StandInRefusal::ManagesUsers),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Permission, Seat, Status, permissions};
    use crate::id::{AccountId, OwnerId, PersonId};
    use std::collections::BTreeSet;

    fn user(role: Role, status: UserStatus) -> AccountUser {
        let seats = BTreeSet::from([Seat::Core]);
        AccountUser { account: AccountId(1), person: PersonId(2), owner: OwnerId(3), role, status, seats, permission_set: None }
    }

    fn actor(role: Role, permissions: Permissions) -> Standing {
        Standing { role, permissions, seats: BTreeSet::new(), account_status: Status::Active }
    }

    fn granted(role: Role) -> Permissions {
        permissions(role, None, &BTreeSet::from([Seat::Core]))
    }

    #[test]
    fn super_admins_are_the_business_of_super_admins() {
        let manager = actor(Role::Standard, Permissions::all());
        let chief = actor(Role::SuperAdmin, Permissions::all());
        let admin = user(Role::SuperAdmin, UserStatus::Active);
        let plain = user(Role::Standard, UserStatus::Active);
        let all = Permissions::all();
        assert_eq!(decide(&manager, None, Some(&admin), &all, 1), Err(Refusal::SuperAdminOnly));
        assert_eq!(decide(&manager, Some(&admin), Some(&plain), &all, 1), Err(Refusal::SuperAdminOnly));
        assert_eq!(decide(&manager, Some(&plain), Some(&admin), &all, 1), Err(Refusal::SuperAdminOnly));
        assert_eq!(decide(&chief, Some(&plain), Some(&admin), &all, 1), Ok(()));
    }

    #[test]
    fn nobody_hands_out_what_she_does_not_hold() {
        let manager = actor(Role::Standard, Permissions::member().without(Permission::Export));
        let plain = user(Role::Standard, UserStatus::Active);
        let off = user(Role::Standard, UserStatus::Deactivated);
        let more = granted(Role::Standard);
        assert_eq!(decide(&manager, None, Some(&plain), &more, 1), Err(Refusal::BeyondOwn));
        assert_eq!(decide(&manager, None, Some(&plain), &manager.permissions, 1), Ok(()));
        assert_eq!(decide(&manager, Some(&plain), Some(&off), &more, 1), Ok(()), "taking away is no handing out");
        assert_eq!(decide(&manager, Some(&off), Some(&plain), &more, 1), Err(Refusal::BeyondOwn));
    }

    #[test]
    fn the_last_super_admin_stays_and_users_go_in_two_steps() {
        let chief = actor(Role::SuperAdmin, Permissions::all());
        let admin = user(Role::SuperAdmin, UserStatus::Active);
        let off = user(Role::SuperAdmin, UserStatus::Deactivated);
        let all = Permissions::all();
        assert_eq!(decide(&chief, Some(&admin), Some(&off), &all, 0), Err(Refusal::LastSuperAdmin));
        assert_eq!(decide(&chief, Some(&admin), Some(&off), &all, 1), Ok(()));
        assert_eq!(decide(&chief, Some(&admin), None, &all, 1), Err(Refusal::StillActive));
        assert_eq!(decide(&chief, Some(&off), None, &all, 0), Ok(()));
    }

    #[test]
    fn nobody_works_as_a_super_admin_a_manager_or_herself() {
        let chief = actor(Role::SuperAdmin, Permissions::all());
        let ann = PersonId(1);
        let plain = user(Role::Standard, UserStatus::Active);
        let member = granted(Role::Standard);
        assert_eq!(may_stand_in(&chief, ann, &plain, &member), Ok(()));
        assert_eq!(may_stand_in(&chief, plain.person, &plain, &member), Err(StandInRefusal::Oneself));
        let off = user(Role::Standard, UserStatus::Deactivated);
        assert_eq!(may_stand_in(&chief, ann, &off, &member), Err(StandInRefusal::NotActive));
        let admin = user(Role::SuperAdmin, UserStatus::Active);
        assert_eq!(may_stand_in(&chief, ann, &admin, &Permissions::all()), Err(StandInRefusal::SuperAdmin));
        let manager = Permissions { names: BTreeSet::from([Permission::UsersManage]), ..Permissions::default() };
        assert_eq!(may_stand_in(&chief, ann, &plain, &manager), Err(StandInRefusal::ManagesUsers));
        let narrow = actor(Role::SuperAdmin, Permissions::default());
        assert_eq!(may_stand_in(&narrow, ann, &plain, &member), Err(StandInRefusal::ManagesUsers));
    }
}
