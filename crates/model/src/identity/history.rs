//! The security history: what is asked of it, and what each act is called in it. The acts are those of the feed.

use crate::id::PersonId;
use crate::limits::SECURITY_HISTORY_DAYS;
use jiff::{SignedDuration, Timestamp};

/// Which entries are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Older than this number.
    pub before: i64,
    pub since: Timestamp,
    pub until: Timestamp,
    /// How the act begins, one of [`GROUPS`]; any, without one.
    pub acts: Option<&'static [&'static str]>,
    pub person: Option<PersonId>,
}

impl Filter {
    /// Everything of the last year, which is all there is.
    pub fn all(now: Timestamp) -> Filter {
        Filter { before: i64::MAX, since: oldest(now), until: Timestamp::MAX, acts: None, person: None }
    }
}

/// How far back the history goes.
pub fn oldest(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24 * SECURITY_HISTORY_DAYS)).unwrap_or(Timestamp::MIN)
}

/// The kinds of acts by which people look: what the act begins with.
pub const GROUPS: [(&str, &[&str]); 5] = [
    ("sign_in", &["session.", "sign_in."]),
    ("factor", &["totp.", "passkey.", "recovery_codes.", "step_up.", "second_factor.", "password."]),
    ("user", &["user.", "invitation.", "permission_set.", "provisioning."]),
    ("token", &["token."]),
    ("policy", &["sign_in_policy.", "log_in_as."]),
];

/// What acts of a kind begin with.
pub fn group(name: &str) -> Option<&'static [&'static str]> {
    GROUPS.iter().find(|(known, _)| *known == name).map(|(_, acts)| *acts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_acts_has_its_beginnings_and_the_history_a_year() {
        assert_eq!(group("token"), Some(["token."].as_slice()));
        assert_eq!(group("tokens"), None);
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        assert_eq!(Filter::all(now).since, "2025-11-20T10:00:00Z".parse().unwrap());
    }
}
