//! An import as a state that is kept: whatever happens to the process, what is stored says what is to be done next.
//!
//! ```text
//!   Waiting --Started--> Running --ReachedEnd--> Done
//!      |                    |  \--Broke--> Failed
//!      +----Cancelled-------+----> Cancelled
//! ```

use super::{Encoding, Mapping};
use crate::change::Actor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has begun.
    Waiting,
    /// Some rows are in. A process that finds this state goes on after the last of them.
    Running,
    Done,
    Cancelled,
    /// The file cannot be read any further; what is in stays.
    Failed,
}

impl State {
    /// Nothing will happen any more.
    pub fn is_final(self) -> bool {
        matches!(self, State::Done | State::Cancelled | State::Failed)
    }

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Running => "running",
            State::Done => "done",
            State::Cancelled => "cancelled",
            State::Failed => "failed",
        }
    }
}

/// What happened to an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Started,
    ReachedEnd,
    Cancelled,
    Broke,
}

/// The state after an event. An event that does not fit changes nothing: it comes from somebody who looked earlier.
pub fn next(state: State, event: Event) -> State {
    match (state, event) {
        (State::Waiting | State::Running, Event::Started) => State::Running,
        (State::Running, Event::ReachedEnd) => State::Done,
        (State::Waiting | State::Running, Event::Cancelled) => State::Cancelled,
        (State::Waiting | State::Running, Event::Broke) => State::Failed,
        (state, _) => state,
    }
}

/// Rows so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Rows read, whatever became of them. The next one to do is the one after.
    pub n_processed: u64,
    pub n_created: u64,
    /// Of these some may have said nothing new.
    pub n_updated: u64,
    pub n_failed: u64,
}

/// Everything needed to go on with an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    pub state: State,
    /// What the person's file was called.
    pub file_name: String,
    /// What it is called in the folder of uploaded files; or, for the command line, its path.
    pub file: String,
    pub mapping: Mapping,
    pub encoding: Encoding,
    pub delimiter: char,
    /// The file's bytes as a hash, so that the same file is recognized.
    #[serde(default)]
    pub content: Option<String>,
    /// Rows of the file, without the header.
    pub n_total: u64,
    #[serde(default)]
    pub counts: Counts,
    /// Who started it; the changes are hers.
    pub by: Actor,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// Why it failed, in words for the person.
    pub failure: Option<String>,
}

impl Job {
    /// Whether rows of its file are in, or will be. One that was stopped before the first, or refused them all, may be made again.
    pub fn takes_rows(&self) -> bool {
        let is_to_come = matches!(self.state, State::Waiting | State::Running);
        is_to_come || self.counts.n_created + self.counts.n_updated > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_in_every_state_has_its_outcome() {
        use {Event as E, State as S};
        let table = [
            (S::Waiting, [S::Running, S::Waiting, S::Cancelled, S::Failed]),
            (S::Running, [S::Running, S::Done, S::Cancelled, S::Failed]),
            (S::Done, [S::Done; 4]),
            (S::Cancelled, [S::Cancelled; 4]),
            (S::Failed, [S::Failed; 4]),
        ];
        for (state, expected) in table {
            let found = [E::Started, E::ReachedEnd, E::Cancelled, E::Broke].map(|event| next(state, event));
            assert_eq!(found, expected, "{state:?}");
            assert_eq!(state.is_final(), found.iter().all(|s| *s == state), "{state:?}");
        }
    }

    #[test]
    fn a_file_is_taken_when_rows_of_it_are_in_or_will_be() {
        let mapping = Mapping {
            object: crate::object::DEAL,
            mode: crate::import::Mode::Create,
            id_property: None,
            columns: vec![],
            date_order: None,
            number_format: None,
        };
        let at = jiff::Timestamp::UNIX_EPOCH;
        let table = [
            (State::Waiting, 0, true),
            (State::Running, 0, true),
            (State::Done, 0, false),
            (State::Done, 1, true),
            (State::Cancelled, 0, false),
            (State::Cancelled, 1, true),
            (State::Failed, 0, false),
            (State::Failed, 1, true),
        ];
        for (state, n_created, expected) in table {
            let job = Job {
                state,
                file_name: String::new(),
                file: String::new(),
                mapping: mapping.clone(),
                encoding: Encoding::Utf8,
                delimiter: ',',
                content: None,
                n_total: 9,
                counts: Counts { n_created, ..Counts::default() },
                by: Actor::System,
                created_at: at,
                started_at: None,
                finished_at: None,
                failure: None,
            };
            assert_eq!(job.takes_rows(), expected, "{state:?} with {n_created} in");
        }
    }
}
