//! A session: one browser in which a person is signed in.

use crate::id::{PersonId, ProviderId};
use crate::limits::{SESSION_DAYS_MAX, SESSION_IDLE_DAYS};
use jiff::{SignedDuration, Timestamp};

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
