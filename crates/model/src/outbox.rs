//! The outbox: letters that are to reach people, and what becomes of each.
//!
//! ```text
//!   enqueued in the transaction of its cause -> queued --accepted by the mail server--> sent
//!                                                |  ^ \--refused, or 3 days of trying--> failed
//!                          no server configured  v  | a person tries again                 |
//!                                              kept +--------------------------------------+
//! ```
//! A letter is claimed before it is sent: the claim makes it due again later, so that a process that dies in between loses
//! nothing. Whoever dies between the server's acceptance and noting it sends the letter twice, with one Message-ID.

use crate::id::{AccountId, PersonId};
use crate::letter::Letter;
use crate::limits::OUTBOX_TRYING_HOURS;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long whoever claimed a letter has to send it, before somebody else tries.
const CLAIM: SignedDuration = SignedDuration::from_mins(5);
/// How long to wait after each attempt that came to nothing, in minutes; the last one for all further.
const BACK_OFF_MINUTES: [i64; 8] = [1, 2, 5, 15, 30, 60, 180, 360];

/// Where a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Sent,
    /// Given up; a person may try again.
    Failed,
    /// There is no mail server; a person may try again when there is one.
    Kept,
}

impl State {
    /// Every state.
    pub const ALL: [State; 4] = [State::Queued, State::Sent, State::Failed, State::Kept];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Sent => "sent",
            State::Failed => "failed",
            State::Kept => "kept",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// How far the delivery of a letter has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    pub state: State,
    /// Attempts since somebody last asked for it.
    pub n_attempts: i64,
    /// When somebody last asked for it: from then on it is tried for three days.
    pub since: Timestamp,
    /// When it is to be tried; set while it is queued.
    pub due_at: Option<Timestamp>,
    /// When it was sent or given up.
    pub ended_at: Option<Timestamp>,
}

/// What happens to a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A process is about to send it.
    Claimed,
    /// The mail server took it.
    Accepted,
    /// The server, or the way there, did not do now.
    Deferred,
    /// The server will never take it.
    Refused,
    /// There is no server.
    NoServer,
    /// A person asks for another try.
    Retried,
}

impl Event {
    /// Every event.
    pub const ALL: [Event; 6] =
        [Event::Claimed, Event::Accepted, Event::Deferred, Event::Refused, Event::NoServer, Event::Retried];
}

impl Delivery {
    /// A letter that was just written.
    pub fn new(now: Timestamp) -> Delivery {
        Delivery { state: State::Queued, n_attempts: 0, since: now, due_at: Some(now), ended_at: None }
    }
}

/// What becomes of a delivery; nothing when the event makes no sense now.
pub fn next(is: Delivery, event: Event, now: Timestamp) -> Option<Delivery> {
    let ended = |state| Some(Delivery { state, due_at: None, ended_at: Some(now), ..is });
    match (is.state, event) {
        (State::Queued, Event::Claimed) => {
            Some(Delivery { n_attempts: is.n_attempts + 1, due_at: now.checked_add(CLAIM).ok(), ..is })
        }
        (State::Queued, Event::Accepted) => ended(State::Sent),
        (State::Queued, Event::Refused) => ended(State::Failed),
        (State::Queued, Event::NoServer) => ended(State::Kept),
        (State::Queued, Event::Deferred) if is_hopeless(is, now) => ended(State::Failed),
        (State::Queued, Event::Deferred) => Some(Delivery { due_at: now.checked_add(pause(is.n_attempts)).ok(), ..is }),
        (State::Failed | State::Kept, Event::Retried) => Some(Delivery::new(now)),
        (State::Sent | State::Failed | State::Kept, _) | (State::Queued, Event::Retried) => None,
    }
}

fn is_hopeless(is: Delivery, now: Timestamp) -> bool {
    now.duration_since(is.since) >= SignedDuration::from_hours(OUTBOX_TRYING_HOURS)
}

fn pause(n_attempts: i64) -> SignedDuration {
    let last = BACK_OFF_MINUTES.len() - 1;
    let i = usize::try_from(n_attempts - 1).unwrap_or(0).min(last);
    SignedDuration::from_mins(BACK_OFF_MINUTES[i])
}

/// Who a letter is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recipient {
    pub address: String,
    pub name: String,
    /// One of [`crate::identity::person::LOCALES`].
    pub locale: String,
    /// None for the address of somebody who is no user.
    pub person: Option<PersonId>,
    /// As what she is told; none for what is about herself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
}

/// As what somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Told {
    /// The accounts she is told for.
    pub accounts: Vec<String>,
    /// They name nobody for it, so their Super Admins are told.
    pub as_super_admin: bool,
    /// It is hers, whoever the points of contact are: she alone can answer, approved it, or invited.
    #[serde(default)]
    pub in_person: bool,
}

/// A letter in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// On whose page it is listed; account 0 for what is about no account.
    pub account: AccountId,
    pub id: i64,
    /// What it is because of. The same cause, template and address make no second letter.
    pub cause: String,
    pub recipient: Recipient,
    pub letter: Letter,
    /// A link that only the recipient may see, sealed. Gone once it was sent.
    pub sealed_link: Option<String>,
    pub delivery: Delivery,
    pub queued_at: Timestamp,
    /// What the mail server said last.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn what_becomes_of_a_letter() {
        let mut table = String::new();
        let is = |state| Delivery { state, n_attempts: 1, since: now(), due_at: None, ended_at: None };
        for state in State::ALL {
            for event in Event::ALL {
                let after = next(is(state), event, now()).map_or("-", |after| after.state.name());
                writeln!(table, "{:<8} {:<10} {after}", state.name(), format!("{event:?}")).unwrap();
            }
        }
        insta::assert_snapshot!(table, @r"
        queued   Claimed    queued
        queued   Accepted   sent
        queued   Deferred   queued
        queued   Refused    failed
        queued   NoServer   kept
        queued   Retried    -
        sent     Claimed    -
        sent     Accepted   -
        sent     Deferred   -
        sent     Refused    -
        sent     NoServer   -
        sent     Retried    -
        failed   Claimed    -
        failed   Accepted   -
        failed   Deferred   -
        failed   Refused    -
        failed   NoServer   -
        failed   Retried    queued
        kept     Claimed    -
        kept     Accepted   -
        kept     Deferred   -
        kept     Refused    -
        kept     NoServer   -
        kept     Retried    queued
        ");
    }

    #[test]
    fn a_letter_is_tried_ever_more_rarely_for_three_days() {
        let (mut is, mut at, mut tries) = (Delivery::new(now()), now(), Vec::new());
        while is.state == State::Queued {
            at = is.due_at.unwrap();
            tries.push((at - now()).total(jiff::Unit::Minute).unwrap() as i64);
            let claimed = next(is, Event::Claimed, at).unwrap();
            assert_eq!(claimed.due_at, Some(at + CLAIM), "whoever dies now does not lose it");
            is = next(claimed, Event::Deferred, at).unwrap();
        }
        assert_eq!(is.state, State::Failed);
        assert_eq!(tries, [0, 1, 3, 8, 23, 53, 113, 293, 653, 1013, 1373, 1733, 2093, 2453, 2813, 3173, 3533, 3893, 4253, 4613]);
        let again = next(is, Event::Retried, at).unwrap();
        assert_eq!(again, Delivery::new(at), "a person gives it three more days");
    }
}
