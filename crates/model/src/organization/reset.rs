//! Taking the second factors away from somebody of several accounts who lost them: no single account may, so two Organization
//! Admins of accounts she is in do it together, and she is told a day before. Source: spec 7.4, scenario 72.
//!
//! ```text
//!            approve, by another admin              24 h after it was asked for
//!   asked ------------------------------> approved --------------------------> done: no factor, no session
//!     |                                      |
//!     |  24 h without a second admin         |  stop: she herself, or any of the admins
//!     +--> lapsed <-- no longer allowed -----+--> stopped
//! ```
//! Not a [`super::proposal`]: those are about the organization, go stale with it and apply when approved. The day runs from the
//! asking, because that is when she is told, and one clock is what a letter can name; what nobody approved by then is over.

use crate::id::{AccountId, OrganizationId, PersonId, ResetId};
use crate::limits::RESET_NOTICE_HOURS;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who may take the second factors of somebody else away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorReset {
    /// A Super Admin of the only account the person is in, and nobody for a person of several. Source: spec 7.4.
    OwnAccount,
    /// For a person of several members two Organization Admins as well, with a day's notice.
    TwoAdmins,
}

/// The state of a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Asked,
    Approved,
    Stopped,
    /// Nobody approved it in time, or it was no longer allowed when it was due.
    Lapsed,
    Done,
}

impl State {
    /// Every state.
    pub const ALL: [State; 5] = [State::Asked, State::Approved, State::Stopped, State::Lapsed, State::Done];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            State::Asked => "asked",
            State::Approved => "approved",
            State::Stopped => "stopped",
            State::Lapsed => "lapsed",
            State::Done => "done",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it may still come to something.
    pub fn is_open(self) -> bool {
        matches!(self, State::Asked | State::Approved)
    }
}

/// What can happen to a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    Approve,
    Stop,
    /// The day of notice is over.
    Due,
    /// It is due, and no longer allowed.
    Bar,
}

impl Event {
    /// Every event.
    pub const ALL: [Event; 4] = [Event::Approve, Event::Stop, Event::Due, Event::Bar];
}

/// Why something cannot be done with a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// It was stopped, has lapsed or is done.
    Closed(State),
    /// A second admin has approved it.
    Approved,
    /// Whoever asked for it cannot be the second admin.
    OwnReset,
}

impl Refusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Closed(_) => "RESET_CLOSED",
            Refusal::Approved => "RESET_APPROVED",
            Refusal::OwnReset => "OWN_RESET",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Closed(state) => write!(f, "the reset is {} and can no longer be decided", state.name()),
            Refusal::Approved => f.write_str("the reset is approved already, and waits for the day of notice to pass"),
            Refusal::OwnReset => f.write_str("whoever asked for a reset cannot approve it; a second admin has to"),
        }
    }
}

/// What becomes of a reset. Total: every state answers every event.
pub fn next(state: State, event: Event) -> Result<State, Refusal> {
    match (state, event) {
        (State::Asked, Event::Approve) => Ok(State::Approved),
        (State::Approved, Event::Approve) => Err(Refusal::Approved),
        (State::Asked | State::Approved, Event::Stop) => Ok(State::Stopped),
        (State::Approved, Event::Due) => Ok(State::Done),
        (State::Asked, Event::Due) | (State::Asked | State::Approved, Event::Bar) => Ok(State::Lapsed),
        (closed, Event::Due | Event::Bar) => Ok(closed),
        (closed, Event::Approve | Event::Stop) => Err(Refusal::Closed(closed)),
    }
}

/// Second factors that are to be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    pub id: ResetId,
    pub organization: OrganizationId,
    pub person: PersonId,
    /// The account for which it was asked.
    pub account: AccountId,
    pub stored: State,
    pub asked_by: PersonId,
    pub asked_at: Timestamp,
    pub due_at: Timestamp,
    pub approved_by: Option<PersonId>,
    pub approved_at: Option<Timestamp>,
    /// Who stopped it.
    pub stopped_by: Option<PersonId>,
    pub closed_at: Option<Timestamp>,
}

impl Reset {
    /// A new one.
    pub fn new(
        id: ResetId,
        organization: OrganizationId,
        person: PersonId,
        account: AccountId,
        by: PersonId,
        now: Timestamp,
    ) -> Reset {
        let (approved_by, approved_at, stopped_by, closed_at) = (None, None, None, None);
        let due_at = now.saturating_add(SignedDuration::from_hours(RESET_NOTICE_HOURS)).unwrap_or(Timestamp::MAX);
        let (stored, asked_by, asked_at) = (State::Asked, by, now);
        Reset {
            id,
            organization,
            person,
            account,
            stored,
            asked_by,
            asked_at,
            due_at,
            approved_by,
            approved_at,
            stopped_by,
            closed_at,
        }
    }

    /// What it is at a time: one that nobody approved is over when it is due, whether or not that was noted.
    pub fn state_at(&self, now: Timestamp) -> State {
        if self.stored == State::Asked && self.due_at <= now { State::Lapsed } else { self.stored }
    }

    /// After an event that somebody with the right causes, or time.
    pub fn after(mut self, event: Event, who: Option<PersonId>, now: Timestamp) -> Result<Reset, Refusal> {
        let state = next(self.state_at(now), event)?;
        if event == Event::Approve && who == Some(self.asked_by) {
            return Err(Refusal::OwnReset);
        }
        self.stored = state;
        match event {
            Event::Approve => (self.approved_by, self.approved_at) = (who, Some(now)),
            Event::Stop => (self.stopped_by, self.closed_at) = (who, Some(now)),
            Event::Due | Event::Bar => self.closed_at = self.closed_at.or(Some(now)),
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use proptest::prelude::*;
    use std::fmt::Write;

    const ANN: PersonId = PersonId(1);
    const UMA: PersonId = PersonId(2);
    const BO: PersonId = PersonId(3);
    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn reset() -> Reset {
        Reset::new(ResetId(1), OrganizationId(1), BO, AccountId(1), ANN, START)
    }

    #[test]
    fn every_state_of_a_reset_answers_every_event() {
        let mut table = String::new();
        for state in State::ALL {
            writeln!(table, "a reset that is {}", state.name()).unwrap();
            for event in Event::ALL {
                let answer = match next(state, event) {
                    Ok(after) => after.name().to_owned(),
                    Err(refusal) => refusal.code().to_owned(),
                };
                writeln!(table, "  {:<8} -> {answer}", format!("{event:?}")).unwrap();
            }
        }
        insta::assert_snapshot!("reset", table);
    }

    #[test]
    fn two_admins_and_a_day() {
        assert_eq!(reset().after(Event::Approve, Some(ANN), START), Err(Refusal::OwnReset));
        let approved = reset().after(Event::Approve, Some(UMA), START + 23.hours()).unwrap();
        assert_eq!((approved.stored, approved.due_at), (State::Approved, START + 24.hours()));
        assert_eq!(approved.clone().after(Event::Due, None, START + 24.hours()).map(|r| r.stored), Ok(State::Done));
        assert_eq!(approved.after(Event::Stop, Some(BO), START + 25.hours()).map(|r| r.stored), Ok(State::Stopped));
        let late = reset().after(Event::Approve, Some(UMA), START + 24.hours());
        assert_eq!(late, Err(Refusal::Closed(State::Lapsed)));
    }

    proptest! {
        /// Whatever happens in whatever order: nothing is done without two admins and a day, and what is closed stays closed.
        #[test]
        fn nothing_is_done_without_two_admins_and_a_day(events in prop::collection::vec((0..4usize, 0..3i64, 0..12i64), 1..20)) {
            let (mut is, mut now) = (reset(), START);
            for (event, who, hours) in events {
                now += hours.hours();
                // Time alone says when it is due.
                let event = match Event::ALL[event] { Event::Due | Event::Bar if now < is.due_at => Event::Approve, event => event };
                let before = is.state_at(now);
                if let Ok(after) = is.clone().after(event, Some(PersonId(who + 1)), now) {
                    prop_assert!(before.is_open() || after.stored == before);
                    prop_assert!(after.stored != State::Done || (after.approved_by.is_some_and(|by| by != ANN) && now >= START + 24.hours()));
                    is = after;
                }
            }
        }
    }
}
