//! Object types: contacts, companies, deals and the rest, and the many ways HubSpot's clients spell them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An object type. HubSpot's `0-n` is `n`; a custom type `2-n` is `2_000_000 + n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ObjectType(pub u32);

const CUSTOM_BASE: u32 = 2_000_000;

/// People.
pub const CONTACT: ObjectType = ObjectType(1);
/// Organizations they work for.
pub const COMPANY: ObjectType = ObjectType(2);
/// Opportunities.
pub const DEAL: ObjectType = ObjectType(3);
/// Support tickets.
pub const TICKET: ObjectType = ObjectType(5);
/// Tasks.
pub const TASK: ObjectType = ObjectType(27);
/// Notes.
pub const NOTE: ObjectType = ObjectType(46);
/// Meetings.
pub const MEETING: ObjectType = ObjectType(47);
/// Calls.
pub const CALL: ObjectType = ObjectType(48);
/// One-to-one e-mails.
pub const EMAIL: ObjectType = ObjectType(49);

/// Every type of this release with its singular and plural name, in the order the UI shows them.
pub const BUILT_IN: [(ObjectType, &str, &str); 9] = [
    (CONTACT, "contact", "contacts"),
    (COMPANY, "company", "companies"),
    (DEAL, "deal", "deals"),
    (TICKET, "ticket", "tickets"),
    (NOTE, "note", "notes"),
    (CALL, "call", "calls"),
    (EMAIL, "email", "emails"),
    (MEETING, "meeting", "meetings"),
    (TASK, "task", "tasks"),
];

impl ObjectType {
    /// Reads a path segment: plural, singular, any case, or `0-1`. Source: wire spec 2.2.
    pub fn from_segment(segment: &str) -> Option<ObjectType> {
        let folded = segment.to_ascii_lowercase();
        BUILT_IN.iter().find(|(t, one, many)| folded == *one || folded == *many || folded == t.to_string()).map(|(t, ..)| *t)
    }

    /// The singular name; custom types answer their id's text through `to_string` instead.
    pub fn singular(self) -> &'static str {
        BUILT_IN.iter().find(|(t, ..)| *t == self).map_or("record", |(_, one, _)| one)
    }

    /// The plural name, which is the canonical path segment.
    pub fn plural(self) -> &'static str {
        BUILT_IN.iter().find(|(t, ..)| *t == self).map_or("records", |(_, _, many)| many)
    }

    /// Notes, calls, e-mails, meetings and tasks: what a timeline shows.
    pub fn is_activity(self) -> bool {
        matches!(self, TASK | NOTE | MEETING | CALL | EMAIL)
    }

    /// The property that holds the time of creation: `createdate`, but `hs_createdate` on activities.
    pub fn created_property(self) -> &'static str {
        if self.is_activity() { "hs_createdate" } else { "createdate" }
    }

    /// The property that holds the time of the last change; only contacts call it `lastmodifieddate`.
    pub fn modified_property(self) -> &'static str {
        if self == CONTACT { "lastmodifieddate" } else { "hs_lastmodifieddate" }
    }
}

/// `0-1`, `2-17`: HubSpot's object type id.
impl fmt::Display for ObjectType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.checked_sub(CUSTOM_BASE) {
            Some(n) => write!(f, "2-{n}"),
            None => write!(f, "0-{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_clients_use_names_the_same_type() {
        for segment in ["contacts", "contact", "CONTACT", "Contacts", "0-1"] {
            assert_eq!(ObjectType::from_segment(segment), Some(CONTACT), "{segment}");
        }
        assert_eq!(ObjectType::from_segment("contactz"), None);
    }
}
