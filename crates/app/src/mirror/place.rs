//! Places on a merged timeline, as clients carry them from page to page.

use crate::error::{Error, Kind, Result};
use model::id::{AccountId, RecordId};
use model::mirror::Place;
use std::cmp::Reverse;

pub(super) fn place(at: jiff::Timestamp, account: AccountId, id: RecordId) -> Place {
    (Reverse(at), account, Reverse(id))
}

/// A place as clients carry it: time in microseconds, account, id.
pub fn write_place((Reverse(at), account, Reverse(id)): Place) -> String {
    format!("{}.{account}.{id}", at.as_microsecond())
}

/// Reads a place back. A bare time begins before everything of that moment.
pub fn read_place(text: &str) -> Result<Place> {
    let wrong = || {
        let shown: String = text.chars().take(64).collect();
        Error::new(Kind::Invalid, "BEFORE_INVALID", format!("\"{shown}\" is not a place on a timeline"))
    };
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(place(at, AccountId(i64::MAX), RecordId(0)));
    }
    let mut parts = text.split('.').map(|part| part.parse::<i64>().ok().filter(|n| *n >= 0));
    let mut number = || parts.next().flatten();
    let (Some(at), Some(account), Some(id)) = (number(), number(), number()) else { return Err(wrong()) };
    let at = jiff::Timestamp::from_microsecond(at).map_err(|_| wrong())?;
    Ok(place(at, AccountId(account), RecordId(id)))
}
