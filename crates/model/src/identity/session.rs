//! A session: one browser in which a person is signed in.

use crate::id::{AccountId, PersonId, ProviderId};
use crate::identity::entry::Proof;
use crate::limits::{LOG_IN_AS_MINUTES, SESSION_DAYS_MAX, SESSION_IDLE_DAYS};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names the session to its person; it opens nothing.
    pub id: String,
    pub person: PersonId,
    pub created_at: Timestamp,
    /// To the minute.
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    /// When this session last saw a second factor or a user-verified passkey.
    pub second_factor_at: Option<Timestamp>,
    pub user_agent: String,
    pub address: String,
    /// Who said that it is she, if it was not she herself.
    pub provider: Option<ProviderId>,
    /// What was shown in it so far.
    pub proved: BTreeSet<Proof>,
    /// The longest time without a request since something was last shown.
    pub longest_pause: SignedDuration,
    /// Whose place she takes at the moment, if she does.
    pub stand_in: Option<StandIn>,
}

/// Working as another user of one account, for a while. It ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandIn {
    pub account: AccountId,
    pub person: PersonId,
    pub until: Timestamp,
}

impl Session {
    /// Whose place she takes in an account now.
    pub fn stands_in(&self, account: AccountId, now: Timestamp) -> Option<StandIn> {
        self.stand_in.filter(|stand_in| stand_in.account == account && stand_in.until > now)
    }

    /// Whether she takes anybody's place now, wherever.
    pub fn stands_in_anywhere(&self, now: Timestamp) -> bool {
        self.stand_in.is_some_and(|stand_in| stand_in.until > now)
    }

    /// The longest pause with the one that ends now.
    pub fn pause(&self, now: Timestamp) -> SignedDuration {
        self.longest_pause.max(now.duration_since(self.last_seen_at))
    }
}

/// Until when somebody works as another who begins now.
pub fn stands_in_until(now: Timestamp) -> Timestamp {
    now.saturating_add(SignedDuration::from_mins(LOG_IN_AS_MINUTES)).unwrap_or(Timestamp::MAX)
}

/// Until when a session lives that was used at `seen_at`: 14 days more, but never beyond 90 days of age.
pub fn expires_at(created_at: Timestamp, seen_at: Timestamp) -> Timestamp {
    let idle = later(seen_at, SESSION_IDLE_DAYS);
    idle.min(later(created_at, SESSION_DAYS_MAX))
}

fn later(at: Timestamp, days: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lives_by_being_used_and_ends_in_the_end() {
        let start: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        assert_eq!(expires_at(start, start), later(start, 14));
        assert_eq!(expires_at(start, later(start, 10)), later(start, 24));
        assert_eq!(expires_at(start, later(start, 80)), later(start, 90));
    }
}
