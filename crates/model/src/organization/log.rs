//! The organization's log: append-only, each entry's hash over its own bytes and the hash before it, so that one altered
//! byte is found and named.

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

/// The number of the first entry that is not what was written, if there is one. Entries begin at the first of the log.
pub fn verify(entries: &[Entry]) -> Result<(), i64> {
    let mut before = GENESIS;
    for (expected, entry) in (1..).zip(entries) {
        if entry.seq != expected || entry.hash != hash(before, entry.seq, &entry.said) {
            return Err(expected);
        }
        before = &entry.hash;
    }
    Ok(())
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
    fn an_entry_that_is_missing_is_found() {
        let mut log = three();
        log.remove(1);
        assert_eq!(verify(&log), Err(2));
    }
}
