//! Seats: how many of a type the account has bought, and how many its users have. Source: spec 7.3.
//!
//! A type without a number has no cap; that is how an instance begins, and how an account without a subscription stays. A
//! view-only seat is free, so nobody buys any. A deactivated user keeps her seats without their counting; those of an invited
//! one are kept for her, so that accepting never finds them gone.

use crate::account::{AccountUser, Seat, UserStatus};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How many seats were bought, by type; those not named have no cap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bought(BTreeMap<Seat, u32>);

impl Bought {
    /// Whether no type has a cap.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of a type; none without a cap.
    pub fn of(&self, seat: Seat) -> Option<u32> {
        self.0.get(&seat).copied()
    }

    /// With another number of a type. Fewer than are used is refused: seats are taken back from users first.
    pub fn with(&self, seat: Seat, bought: Option<u32>, users: &[AccountUser]) -> Result<Bought, Refusal> {
        if seat == Seat::ViewOnly {
            return Err(Refusal::Free);
        }
        let used = used(users, seat);
        if let Some(bought) = bought.filter(|bought| *bought < used) {
            return Err(Refusal::Assigned { seat, bought, used });
        }
        let others = self.0.iter().filter(|(other, _)| **other != seat).map(|(other, bought)| (*other, *bought));
        Ok(Bought(others.chain(bought.map(|bought| (seat, bought))).collect()))
    }
}

/// Why seats are not assigned, or their number is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// All that were bought are used.
    Exhausted { seat: Seat, bought: u32, used: u32 },
    /// More are used than would be bought.
    Assigned { seat: Seat, bought: u32, used: u32 },
    /// View-only seats are free.
    Free,
}

impl Refusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Exhausted { .. } => "SEATS_EXHAUSTED",
            Refusal::Assigned { .. } => "SEATS_ASSIGNED",
            Refusal::Free => "SEAT_FREE",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Exhausted { seat, bought, used } => {
                write!(f, "no seat {} is left: {bought} were bought and {used} are used; buy more, or take one back", seat.name())
            }
            Refusal::Assigned { seat, bought, used } => {
                write!(f, "{used} seats {} are used, so there cannot be {bought}; take some back first", seat.name())
            }
            Refusal::Free => f.write_str("view_only seats are free and have no number"),
        }
    }
}

/// The seats of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub seat: Seat,
    /// None without a cap.
    pub bought: Option<u32>,
    pub used: u32,
}

impl Count {
    /// How many can still be assigned; none without a cap.
    pub fn left(self) -> Option<u32> {
        self.bought.map(|bought| bought.saturating_sub(self.used))
    }
}

fn counts_in(user: &AccountUser, seat: Seat) -> bool {
    user.status != UserStatus::Deactivated && user.seats.contains(&seat)
}

fn used(users: &[AccountUser], seat: Seat) -> u32 {
    u32::try_from(users.iter().filter(|user| counts_in(user, seat)).count()).unwrap_or(u32::MAX)
}

/// Every type, with what was bought and is used.
pub fn counts(bought: &Bought, users: &[AccountUser]) -> Vec<Count> {
    Seat::ALL.map(|seat| Count { seat, bought: bought.of(seat), used: used(users, seat) }).into()
}

/// Whether a user of an account can become this one: whatever seat counts now and did not before is still there.
pub fn assign(bought: &Bought, users: &[AccountUser], before: Option<&AccountUser>, after: &AccountUser) -> Result<(), Refusal> {
    for seat in Seat::ALL {
        let is_new = counts_in(after, seat) && !before.is_some_and(|before| counts_in(before, seat));
        let used = used(users, seat);
        if let Some(bought) = bought.of(seat).filter(|bought| is_new && used >= *bought) {
            return Err(Refusal::Exhausted { seat, bought, used });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Role;
    use crate::id::{AccountId, OwnerId, PersonId};

    fn user(id: i64, status: UserStatus, seats: &[Seat]) -> AccountUser {
        AccountUser {
            account: AccountId(1),
            person: PersonId(id),
            owner: OwnerId(id),
            role: Role::Standard,
            status,
            seats: seats.iter().copied().collect(),
            permission_set: None,
        }
    }

    #[test]
    fn a_seat_is_used_by_who_is_in_or_invited_and_not_by_who_rests() {
        let users = [
            user(1, UserStatus::Active, &[Seat::Core, Seat::Sales]),
            user(2, UserStatus::Invited, &[Seat::Sales]),
            user(3, UserStatus::Deactivated, &[Seat::Sales, Seat::Service]),
        ];
        let bought = Bought::default().with(Seat::Sales, Some(2), &users).unwrap();
        let shown: Vec<_> = counts(&bought, &users).iter().map(|c| (c.seat, c.bought, c.used, c.left())).collect();
        let expected = [
            (Seat::Core, None, 1, None),
            (Seat::Sales, Some(2), 2, Some(0)),
            (Seat::Service, None, 0, None),
            (Seat::ViewOnly, None, 0, None),
        ];
        assert_eq!(shown, expected);

        let full = Err(Refusal::Exhausted { seat: Seat::Sales, bought: 2, used: 2 });
        let new = user(4, UserStatus::Invited, &[Seat::Sales]);
        assert_eq!(assign(&bought, &users, None, &new), full);
        assert_eq!(assign(&bought, &users, None, &user(4, UserStatus::Active, &[Seat::Core, Seat::ViewOnly])), Ok(()));
        let back = AccountUser { status: UserStatus::Active, ..users[2].clone() };
        assert_eq!(assign(&bought, &users, Some(&users[2]), &back), full, "coming back takes the seat again");
        let accepted = AccountUser { status: UserStatus::Active, ..users[1].clone() };
        assert_eq!(assign(&bought, &users, Some(&users[1]), &accepted), Ok(()), "hers was kept for her");
        assert_eq!(assign(&bought, &users, Some(&users[0]), &user(1, UserStatus::Deactivated, &[Seat::Sales])), Ok(()));
    }

    #[test]
    fn a_number_is_not_lowered_below_what_is_used_and_free_seats_have_none() {
        let users = [user(1, UserStatus::Active, &[Seat::Service]), user(2, UserStatus::Active, &[Seat::Service])];
        let none = Bought::default();
        assert_eq!(none.with(Seat::ViewOnly, Some(5), &users), Err(Refusal::Free));
        assert_eq!(none.with(Seat::Service, Some(1), &users), Err(Refusal::Assigned { seat: Seat::Service, bought: 1, used: 2 }));
        let two = none.with(Seat::Service, Some(2), &users).unwrap();
        assert_eq!((two.of(Seat::Service), two.of(Seat::Core)), (Some(2), None));
        assert!(two.with(Seat::Service, None, &users).unwrap().is_empty());
        assert_eq!(serde_json::to_string(&two).unwrap(), r#"{"service":2}"#);
    }
}
