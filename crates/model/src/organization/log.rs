//! The organization's log: append-only, each entry's hash over its own bytes and the hash before it, so that one altered
//! byte is found and named.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Dense from 1.
    pub seq: i64,
    /// Microseconds since 1970, UTC.
    pub at: i64,
    /// Actor, what happened, cause, before and after: one JSON document, kept as the text that was hashed.
    pub body: String,
    /// Lower-case hexadecimal SHA-256.
    pub hash: String,
}

/// The hash of an entry after the hash of the one before.
pub fn hash(previous: &str, seq: i64, at: i64, body: &str) -> String {
    let mut digest = Sha256::new();
    for part in [previous.as_bytes(), &seq.to_be_bytes(), &at.to_be_bytes(), body.as_bytes()] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The entry that follows.
pub fn append(previous: Option<&Entry>, at: i64, body: String) -> Entry {
    let (seq, before) = previous.map_or((1, GENESIS), |p| (p.seq + 1, p.hash.as_str()));
    Entry { seq, at, hash: hash(before, seq, at, &body), body }
}

/// The number of the first entry that is not what was written, if there is one. Entries begin at the first of the log.
pub fn verify(entries: &[Entry]) -> Result<(), i64> {
    let mut before = GENESIS;
    for (expected, entry) in (1..).zip(entries) {
        if entry.seq != expected || entry.hash != hash(before, entry.seq, entry.at, &entry.body) {
            return Err(expected);
        }
        before = &entry.hash;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Vec<Entry> {
        let first = append(None, 1, r#"{"did":"created"}"#.into());
        let second = append(Some(&first), 2, r#"{"did":"opened"}"#.into());
        let third = append(Some(&second), 3, r#"{"did":"cut"}"#.into());
        vec![first, second, third]
    }

    #[test]
    fn scenario_77_one_altered_byte_is_found_and_named() {
        assert_eq!(verify(&three()), Ok(()));
        for i in 0..3 {
            let mut body = three();
            body[i].body = body[i].body.replace('e', "f").replace('u', "v");
            assert_eq!(verify(&body), Err(i as i64 + 1), "body {i}");
            let mut at = three();
            at[i].at += 1;
            assert_eq!(verify(&at), Err(i as i64 + 1), "time {i}");
        }
    }

    #[test]
    fn an_entry_that_is_missing_is_found() {
        let mut log = three();
        log.remove(1);
        assert_eq!(verify(&log), Err(2));
    }
}
