//! Step-up: proving a second factor again, for one named act on one named subject, shortly before it.
//!
//! ```text
//!   begin {act, subject} -> handle -> finish {handle, code | credential} -> proof -> the act itself, once
//! ```

use crate::id::PersonId;
use crate::limits::STEP_UP_MINUTES;
use jiff::{SignedDuration, Timestamp};

/// Characters of an act and of a subject: both are names of ours or ids.
pub const NAME_CHARS_MAX: usize = 200;
/// Adding a passkey or an authenticator app where there is one already.
pub const ADD_FACTOR: &str = "factor.add";
/// Taking a passkey away; the subject is its id.
pub const DELETE_PASSKEY: &str = "passkey.delete";
/// Taking the authenticator app away.
pub const DELETE_TOTP: &str = "totp.delete";
/// Making new recovery codes.
pub const CREATE_RECOVERY_CODES: &str = "recovery_codes.create";
/// The subject of acts on oneself.
pub const SELF: &str = "self";

/// What was proved, by whom and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub person: PersonId,
    pub act: String,
    pub subject: String,
    pub expires_at: Timestamp,
}

impl Proof {
    /// A proof made now.
    pub fn new(person: PersonId, act: &str, subject: &str, now: Timestamp) -> Proof {
        let expires_at = now.saturating_add(SignedDuration::from_mins(STEP_UP_MINUTES)).unwrap_or(Timestamp::MAX);
        Proof { person, act: act.to_owned(), subject: subject.to_owned(), expires_at }
    }

    /// Whether it serves this person for this act on this subject at this time.
    pub fn serves(&self, person: PersonId, act: &str, subject: &str, now: Timestamp) -> bool {
        self.person == person && self.act == act && self.subject == subject && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_serves_one_person_for_one_act_on_one_subject_for_five_minutes() {
        let start: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let later = |seconds| start + SignedDuration::from_secs(seconds);
        let proof = Proof::new(PersonId(1), "organization.delete", "9", start);
        assert!(proof.serves(PersonId(1), "organization.delete", "9", later(299)));
        assert!(!proof.serves(PersonId(1), "organization.delete", "9", later(300)));
        assert!(!proof.serves(PersonId(2), "organization.delete", "9", start));
        assert!(!proof.serves(PersonId(1), "organization.create", "9", start));
        assert!(!proof.serves(PersonId(1), "organization.delete", "10", start));
    }
}
