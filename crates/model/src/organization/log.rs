//! The organization's log: append-only, each entry's hash over its own bytes and the hash before it, so that one altered
//! byte is found and named.

use crate::connection::EdgeKey;
use crate::id::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What an entry says, before it has a place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Microseconds since 1970, UTC.
    pub at: i64,
    /// Who did it: `person:7`, `system`.
    pub actor: String,
    /// What happened, such as `edge_opened`.
    pub act: String,
    /// What it happened to: `account:5`, `organization`.
    pub subject: String,
    /// Cause, before and after: one JSON document, kept as the text that was hashed.
    pub detail: String,
}

/// One entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Dense from 1.
    pub seq: i64,
    pub said: Said,
    /// Lower-case hexadecimal SHA-256.
    pub hash: String,
}

/// The hash of an entry after the hash of the one before. Every part is preceded by its length, so that no two entries
/// have the same bytes.
pub fn hash(previous: &str, seq: i64, said: &Said) -> String {
    let mut digest = Sha256::new();
    let (seq, at) = (seq.to_be_bytes(), said.at.to_be_bytes());
    let texts = [previous, &said.actor, &said.act, &said.subject, &said.detail].map(str::as_bytes);
    for part in [seq.as_slice(), at.as_slice()].into_iter().chain(texts) {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The entry that follows the last one (its number and hash).
pub fn append(last: Option<(i64, &str)>, said: Said) -> Entry {
    let (before, previous) = last.unwrap_or((0, GENESIS));
    let seq = before + 1;
    Entry { seq, hash: hash(previous, seq, &said), said }
}

/// Recomputes a log entry by entry, so that a long one needs not be in memory at once.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Entries that were taken and are as they were written.
    pub n_entries: i64,
    /// The hash of the last of them. Whoever keeps it elsewhere notices a log that was cut off at its end.
    pub head: String,
}

impl Default for Chain {
    fn default() -> Chain {
        Chain { n_entries: 0, head: GENESIS.to_owned() }
    }
}

impl Chain {
    /// Takes the next entry. The number of the entry that should be here, if this one is not what was written.
    pub fn take(&mut self, entry: &Entry) -> Result<(), i64> {
        let expected = self.n_entries + 1;
        if entry.seq != expected || entry.hash != hash(&self.head, entry.seq, &entry.said) {
            return Err(expected);
        }
        (self.n_entries, self.head) = (expected, entry.hash.clone());
        Ok(())
    }
}

/// The number of the first entry that is not what was written, if there is one. Entries begin at the first of the log.
pub fn verify(entries: &[Entry]) -> Result<(), i64> {
    let mut chain = Chain::default();
    entries.iter().try_for_each(|entry| chain.take(entry))
}

/// What of a log is asked for. What is not named is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Such as `edge_opened`.
    pub act: Option<String>,
    /// Such as `person:7`.
    pub actor: Option<String>,
    /// An account the entry is about: the member itself, or one end of the edge.
    pub account: Option<AccountId>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// Where a page of the log begins, and which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Entries after a number, oldest first.
    After(i64),
    /// Entries before a number, newest first.
    Before(i64),
}

/// The act of a mirrored view's entry.
pub const DISCLOSED: &str = "disclosed";
/// The subject of what happened to the organization as a whole.
pub const WHOLE: &str = "organization";

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Organization,
    Account(AccountId),
    Edge { source: AccountId, destination: AccountId },
}

/// What a subject names; `None` for one that this version does not know.
pub fn about(subject: &str) -> Option<About> {
    if subject == WHOLE {
        return Some(About::Organization);
    }
    if let Some(account) = subject.strip_prefix("account:") {
        return account.parse().ok().map(About::Account);
    }
    let (source, destination) = subject.strip_prefix("edge:")?.split_once(':')?.1.split_once('>')?;
    Some(About::Edge { source: source.parse().ok()?, destination: destination.parse().ok()? })
}

/// The subject of what happened to a member.
pub fn of_account(account: AccountId) -> String {
    format!("account:{account}")
}

/// The subject of what happened to an edge, or passed along it.
pub fn of_edge(edge: EdgeKey) -> String {
    format!("edge:{}:{}>{}", edge.feature.name(), edge.source, edge.destination)
}

/// Repeating the same refused act within a minute says nothing new, and must not fill the log.
pub fn is_repeated(recent: &[Entry], said: &Said) -> bool {
    let same = |entry: &&Entry| {
        let (is, was) = (said, &entry.said);
        (&is.actor, &is.act, &is.subject, &is.detail) == (&was.actor, &was.act, &was.subject, &was.detail)
    };
    recent.iter().filter(same).any(|entry| said.at - entry.said.at < 60_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(act: &str) -> Said {
        let text = |t: &str| t.to_owned();
        Said { at: 1, actor: text("person:7"), act: text(act), subject: text("account:5"), detail: text("{}") }
    }

    fn three() -> Vec<Entry> {
        let mut log: Vec<Entry> = Vec::new();
        for act in ["created", "edge_opened", "edge_closed"] {
            let next = append(log.last().map(|e| (e.seq, e.hash.as_str())), said(act));
            log.push(next);
        }
        log
    }

    #[test]
    fn scenario_77_one_altered_byte_is_found_and_named() {
        assert_eq!(verify(&three()), Ok(()));
        let alter: [fn(&mut Said); 5] = [
            |s| s.at += 1,
            |s| s.actor = s.actor.replace('7', "8"),
            |s| s.act.push('d'),
            |s| s.subject = s.subject.replace('5', "6"),
            |s| s.detail = "{ }".to_owned(),
        ];
        for i in 0..3 {
            for change in alter {
                let mut log = three();
                change(&mut log[i].said);
                assert_eq!(verify(&log), Err(i as i64 + 1), "{:?}", log[i]);
            }
        }
    }

    #[test]
    fn a_byte_moved_from_one_part_to_the_next_is_found() {
        let mut log = three();
        log[0].said.act = "create".to_owned();
        log[0].said.subject = "daccount:5".to_owned();
        assert_eq!(verify(&log), Err(1));
    }

    #[test]
    fn a_subject_says_what_it_is_about() {
        let edge = EdgeKey { feature: crate::connection::Feature::AssetCopying, source: AccountId(2), destination: AccountId(3) };
        assert_eq!(about(&of_edge(edge)), Some(About::Edge { source: AccountId(2), destination: AccountId(3) }));
        assert_eq!(about(&of_account(AccountId(5))), Some(About::Account(AccountId(5))));
        assert_eq!(about(WHOLE), Some(About::Organization));
        for unknown in ["", "account:", "account:x", "edge:mirroring", "edge:mirroring:2", "edge:mirroring:>3", "moon:1"] {
            assert_eq!(about(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_same_refusal_is_written_once_a_minute() {
        let log = three();
        assert!(is_repeated(&log, &Said { at: 59_000_000, ..said("edge_opened") }));
        assert!(!is_repeated(&log, &Said { at: 60_000_001, ..said("edge_opened") }));
        assert!(!is_repeated(&log, &Said { actor: "person:8".to_owned(), ..said("edge_opened") }));
    }

    #[test]
    fn an_entry_that_is_missing_is_found() {
        let mut log = three();
        log.remove(1);
        assert_eq!(verify(&log), Err(2));
    }
}
