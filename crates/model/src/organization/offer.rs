//! Membership offered to an account whose Super Admin is somebody else: she alone answers, for her own account.
//!
//! ```text
//!            accept   --> accepted
//!   offered  decline  --> declined
//!            withdraw --> withdrawn
//!            expire   --> expired       after 14 days
//! ```
//! Whoever offers learns nothing: not whether there is such an account, who runs it, or whether it could join. An offer to an
//! account that does not exist waits and expires like any other.

use crate::id::{AccountId, OfferId, OrganizationId, PersonId};
use crate::limits::OFFER_DAYS;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Where an offer is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Offered,
    Accepted,
    Declined,
    Withdrawn,
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: [State; 5] = [State::Offered, State::Accepted, State::Declined, State::Withdrawn, State::Expired];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            State::Offered => "offered",
            State::Accepted => "accepted",
            State::Declined => "declined",
            State::Withdrawn => "withdrawn",
            State::Expired => "expired",
        }
    }

    /// The state of a stored name.
    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What can happen to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// By a Super Admin of the account it was made to.
    Accept,
    /// By the same.
    Decline,
    /// By whoever manages the organization.
    Withdraw,
    /// Its days are over, or the organization is.
    Expire,
}

impl Event {
    /// Every event.
    pub const ALL: [Event; 4] = [Event::Accept, Event::Decline, Event::Withdraw, Event::Expire];
}

/// What becomes of an offer; `None` where it was answered already, or is over. Total: every state answers every event.
pub fn next(state: State, event: Event) -> Option<State> {
    match (state, event) {
        (State::Offered, Event::Accept) => Some(State::Accepted),
        (State::Offered, Event::Decline) => Some(State::Declined),
        (State::Offered, Event::Withdraw) => Some(State::Withdrawn),
        (State::Offered, Event::Expire) => Some(State::Expired),
        (State::Accepted | State::Declined | State::Withdrawn | State::Expired, _) => None,
    }
}

/// One offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: OfferId,
    pub organization: OrganizationId,
    /// What was typed: perhaps no account at all.
    pub account: AccountId,
    pub state: State,
    /// `None` when the system made it.
    pub by: Option<PersonId>,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    pub answered_at: Option<Timestamp>,
}

impl Offer {
    /// The state at a time: an offer whose days are over is over, whether or not anybody wrote it down yet.
    pub fn state_at(&self, now: Timestamp) -> State {
        if self.state == State::Offered && self.expires_at <= now { State::Expired } else { self.state }
    }
}

/// When an offer made now is over.
pub fn expires_at(now: Timestamp) -> Timestamp {
    now.saturating_add(SignedDuration::from_hours(OFFER_DAYS * 24)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn every_state_of_an_offer_answers_every_event() {
        let mut table = String::new();
        for state in State::ALL {
            writeln!(table, "an offer that is {}", state.name()).unwrap();
            for event in Event::ALL {
                let after = next(state, event).map_or("refused, it stays so", State::name);
                writeln!(table, "  {:<10} -> {after}", format!("{event:?}")).unwrap();
            }
        }
        insta::assert_snapshot!("offer", table);
    }

    #[test]
    fn an_offer_is_over_after_its_days_whether_or_not_anybody_wrote_it_down() {
        let at = Timestamp::from_second(1_795_000_000).unwrap();
        let offer = Offer {
            id: OfferId(1),
            organization: OrganizationId(2),
            account: AccountId(3),
            state: State::Offered,
            by: None,
            at,
            expires_at: expires_at(at),
            answered_at: None,
        };
        let before = offer.expires_at - SignedDuration::from_micros(1);
        assert_eq!((offer.state_at(before), offer.state_at(offer.expires_at)), (State::Offered, State::Expired));
        assert_eq!((offer.expires_at - at).total(jiff::Unit::Hour).unwrap(), 14.0 * 24.0);
        let accepted = Offer { state: State::Accepted, ..offer };
        assert_eq!(accepted.state_at(accepted.expires_at), State::Accepted);
    }
}
