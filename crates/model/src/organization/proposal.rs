//! Two-person approval: under a policy that asks for it, a change that lets more pass is a *proposal* until a second person with
//! the right approves it. Stopping is never delayed: a change that only narrows applies at once. Source: spec 8 #13.
//!
//! ```text
//!                 approve, by another person           reject
//!   proposed ------------------------------> approved      proposed, stale ----> rejected     by whoever might have approved
//!     |   ^                                                proposed, stale ----> withdrawn    by the proposer
//!     |   | plan again: whoever does is the proposer now   proposed, stale ----> expired      after 7 days
//!     v   |
//!    stale   the organization changed since
//! ```
//! Whether a proposal is stale is not stored: it follows from the organization's version, so it cannot be forgotten.

use crate::connection::EdgeKey;
use crate::connection::plan::Wish;
use crate::id::PersonId;
use crate::limits::PROPOSAL_DAYS;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Who has to agree to a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Whoever makes it.
    #[default]
    One,
    /// A second person with the right.
    Two,
}

impl Approval {
    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Approval::One => "one",
            Approval::Two => "two",
        }
    }
}

/// What is proposed. Only what would change: planned again, it leaves alone what others did meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Proposed {
    /// Edges to be as wished; all others stay.
    Connections { wishes: Vec<Wish> },
    /// Rules to have other values; all others stay.
    Policy { set: BTreeMap<String, Value> },
}

impl Proposed {
    /// The wire name of what it is about.
    pub fn name(&self) -> &'static str {
        match self {
            Proposed::Connections { .. } => "connections",
            Proposed::Policy { .. } => "policy",
        }
    }

    /// How many things it is about.
    pub fn n(&self) -> usize {
        match self {
            Proposed::Connections { wishes } => wishes.len(),
            Proposed::Policy { set } => set.len(),
        }
    }

    /// The edges it is about.
    pub fn edges(&self) -> Vec<EdgeKey> {
        match self {
            Proposed::Connections { wishes } => wishes.iter().map(|wish| wish.edge).collect(),
            Proposed::Policy { .. } => Vec::new(),
        }
    }
}

/// The state of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Proposed,
    /// The organization is not what it was when this was planned.
    Stale,
    Approved,
    Rejected,
    Withdrawn,
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: [State; 6] =
        [State::Proposed, State::Stale, State::Approved, State::Rejected, State::Withdrawn, State::Expired];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Stale => "stale",
            State::Approved => "approved",
            State::Rejected => "rejected",
            State::Withdrawn => "withdrawn",
            State::Expired => "expired",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether somebody may still decide about it.
    pub fn is_open(self) -> bool {
        matches!(self, State::Proposed | State::Stale)
    }
}

/// What can happen to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    Approve,
    Reject,
    Withdraw,
    PlanAgain,
    /// The organization changed.
    Overtaken,
    TimeOver,
}

impl Event {
    /// Every event.
    pub const ALL: [Event; 6] =
        [Event::Approve, Event::Reject, Event::Withdraw, Event::PlanAgain, Event::Overtaken, Event::TimeOver];
}

/// Why something cannot be done with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// It was decided, withdrawn or has expired.
    Closed(State),
    /// It has to be planned again first.
    Stale,
    /// Whoever proposed it cannot be the second person.
    OwnProposal,
    /// Only the proposer withdraws; everybody else rejects.
    NotProposer,
    /// It would change nothing any more.
    NothingLeft,
}

impl Refusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Closed(_) => "PROPOSAL_CLOSED",
            Refusal::Stale => "PROPOSAL_STALE",
            Refusal::OwnProposal => "OWN_PROPOSAL",
            Refusal::NotProposer => "NOT_PROPOSER",
            Refusal::NothingLeft => "PROPOSAL_EMPTY",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Closed(state) => write!(f, "the proposal is {} and can no longer be decided", state.name()),
            Refusal::Stale => f.write_str("the organization changed since this was proposed; plan it again first"),
            Refusal::OwnProposal => f.write_str("whoever proposed a change cannot approve it; a second person has to"),
            Refusal::NotProposer => f.write_str("only whoever proposed a change can withdraw it; reject it instead"),
            Refusal::NothingLeft => f.write_str("everything that was proposed is so already; withdraw the proposal"),
        }
    }
}

/// What becomes of a proposal. Total: every state answers every event. That it is decided by the right person is asked first:
/// [`Proposal::may`].
pub fn next(state: State, event: Event) -> Result<State, Refusal> {
    match (state, event) {
        (State::Proposed, Event::Approve) => Ok(State::Approved),
        (State::Stale, Event::Approve) => Err(Refusal::Stale),
        (State::Proposed | State::Stale, Event::Reject) => Ok(State::Rejected),
        (State::Proposed | State::Stale, Event::Withdraw) => Ok(State::Withdrawn),
        (State::Proposed | State::Stale, Event::PlanAgain) => Ok(State::Proposed),
        (State::Proposed | State::Stale, Event::Overtaken) => Ok(State::Stale),
        (State::Proposed | State::Stale, Event::TimeOver) => Ok(State::Expired),
        (closed, Event::Overtaken | Event::TimeOver) => Ok(closed),
        (closed, _) => Err(Refusal::Closed(closed)),
    }
}

/// Somebody who proposes or decides: a person, or the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct By(pub Option<PersonId>);

/// A proposed change.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// From the same numbers as the organization's own id.
    pub id: i64,
    pub change: Proposed,
    /// Never [`State::Stale`]: see [`Proposal::state_at`].
    pub stored: State,
    /// The organization's version it was planned for.
    pub version: i64,
    pub proposed_by: By,
    pub proposed_at: Timestamp,
    pub expires_at: Timestamp,
    pub decided_by: Option<By>,
    pub decided_at: Option<Timestamp>,
    /// Why it was rejected.
    pub note: Option<String>,
}

impl Proposal {
    /// A new one.
    pub fn new(id: i64, change: Proposed, version: i64, by: By, now: Timestamp) -> Proposal {
        let (decided_by, decided_at, note) = (None, None, None);
        let stored = State::Proposed;
        let expires_at = expires_at(now);
        Proposal { id, change, stored, version, proposed_by: by, proposed_at: now, expires_at, decided_by, decided_at, note }
    }

    /// What it is for an organization of a version, at a time.
    pub fn state_at(&self, version: i64, now: Timestamp) -> State {
        match self.stored {
            State::Proposed if self.expires_at <= now => State::Expired,
            State::Proposed if self.version != version => State::Stale,
            stored => stored,
        }
    }

    /// Whether somebody with the right to the change may do this to the proposal: four eyes are those of two people.
    pub fn may(&self, who: By, event: Event) -> Result<(), Refusal> {
        match event {
            Event::Approve if self.proposed_by == who => Err(Refusal::OwnProposal),
            Event::Withdraw if self.proposed_by != who => Err(Refusal::NotProposer),
            _ => Ok(()),
        }
    }

    /// After an event that somebody may cause, or why not.
    pub fn after(mut self, event: Event, version: i64, who: By, now: Timestamp) -> Result<Proposal, Refusal> {
        let state = next(self.state_at(version, now), event)?;
        self.may(who, event)?;
        self.stored = state;
        if event == Event::PlanAgain {
            (self.version, self.proposed_by, self.proposed_at, self.expires_at) = (version, who, now, expires_at(now));
        } else {
            (self.decided_by, self.decided_at) = (Some(who), Some(now));
        }
        Ok(self)
    }
}

fn expires_at(now: Timestamp) -> Timestamp {
    now.saturating_add((PROPOSAL_DAYS * 24).hours()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write;

    const ANN: By = By(Some(PersonId(1)));
    const BO: By = By(Some(PersonId(2)));

    #[test]
    fn every_state_of_a_proposal_answers_every_event() {
        let mut table = String::new();
        for state in State::ALL {
            writeln!(table, "a proposal that is {}", state.name()).unwrap();
            for event in Event::ALL {
                let answer = match next(state, event) {
                    Ok(after) => after.name().to_owned(),
                    Err(refusal) => refusal.code().to_owned(),
                };
                writeln!(table, "  {:<10} -> {answer}", format!("{event:?}")).unwrap();
            }
        }
        insta::assert_snapshot!("proposal", table);
    }

    fn proposal(now: Timestamp) -> Proposal {
        Proposal::new(1, Proposed::Connections { wishes: vec![] }, 3, ANN, now)
    }

    #[test]
    fn four_eyes_are_those_of_two_people() {
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(proposal(now).after(Event::Approve, 3, ANN, now), Err(Refusal::OwnProposal));
        assert_eq!(proposal(now).after(Event::Withdraw, 3, BO, now), Err(Refusal::NotProposer));
        assert_eq!(proposal(now).after(Event::Approve, 3, BO, now).map(|p| p.stored), Ok(State::Approved));
        assert_eq!(proposal(now).after(Event::Approve, 4, BO, now), Err(Refusal::Stale));
        // Whoever plans it again has looked at it as it is now, and needs a second person in turn.
        let again = proposal(now).after(Event::PlanAgain, 4, BO, now).unwrap();
        assert_eq!(again.clone().after(Event::Approve, 4, BO, now), Err(Refusal::OwnProposal));
        assert_eq!(again.after(Event::Approve, 4, ANN, now).map(|p| p.stored), Ok(State::Approved));
        let late = now + 168.hours();
        assert_eq!(proposal(now).after(Event::Approve, 3, BO, late), Err(Refusal::Closed(State::Expired)));
    }

    proptest! {
        /// Whatever happens in whatever order: what is closed stays closed, and nobody approves her own.
        #[test]
        fn closed_stays_closed(events in prop::collection::vec((0..6usize, any::<bool>(), 0..3i64), 1..30)) {
            let now = Timestamp::UNIX_EPOCH;
            let mut is = proposal(now);
            for (event, by_ann, version) in events {
                let (event, who) = (Event::ALL[event], if by_ann { ANN } else { BO });
                let (before, proposer) = (is.state_at(version, now), is.proposed_by);
                if let Ok(after) = is.clone().after(event, version, who, now) {
                    prop_assert!(before.is_open() || after.stored == before);
                    prop_assert!(event != Event::Approve || proposer != who);
                    is = after;
                }
            }
        }
    }
}
