//! Ids and times as the wire writes them, formatted without an intermediate text.

use jiff::{Timestamp, tz::TimeZone};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// An id: a decimal number in a string, because clients in JavaScript and Python treat it as either. Source: wire spec 2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub i64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut digits = [0u8; 20];
        let mut at = digits.len();
        let mut rest = self.0.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        serializer.serialize_str(std::str::from_utf8(&digits[at..]).unwrap_or_default())
    }
}

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]+$", "description": "A decimal number below 2^53"})
    }
}

/// An id that is a number in v4 replies and a string in dated ones. Source: wire spec 1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionedId {
    Number(i64),
    Text(i64),
}

impl Serialize for VersionedId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            VersionedId::Number(n) => serializer.serialize_i64(*n),
            VersionedId::Text(n) => Id(*n).serialize(serializer),
        }
    }
}

impl JsonSchema for VersionedId {
    fn schema_name() -> Cow<'static, str> {
        "VersionedId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["integer", "string"], "description": "A number under /crm/v4, a string under dated paths"})
    }
}

/// A moment: `2026-11-20T10:00:00.000Z`, always UTC, always milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = TimeZone::UTC.to_datetime(self.0);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let millisecond = u32::from(at.millisecond().unsigned_abs());
        put(&mut text[0..4], u32::from(at.year().unsigned_abs()));
        put(&mut text[5..7], u32::from(at.month().unsigned_abs()));
        put(&mut text[8..10], u32::from(at.day().unsigned_abs()));
        put(&mut text[11..13], u32::from(at.hour().unsigned_abs()));
        put(&mut text[14..16], u32::from(at.minute().unsigned_abs()));
        put(&mut text[17..19], u32::from(at.second().unsigned_abs()));
        put(&mut text[20..23], millisecond);
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

fn put(digits: &mut [u8], mut n: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (n % 10) as u8;
        n /= 10;
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time", "description": "UTC with milliseconds: 2026-11-20T10:00:00.000Z"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: impl Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn ids_are_decimal_strings_and_times_have_milliseconds() {
        assert_eq!(json(Id(901)), "\"901\"");
        assert_eq!(json(Id(0)), "\"0\"");
        assert_eq!(json(Id(9_007_199_254_740_991)), "\"9007199254740991\"");
        assert_eq!((json(VersionedId::Number(55)), json(VersionedId::Text(55))), ("55".into(), "\"55\"".into()));
        let at: Timestamp = "2026-11-20T10:02:03.045678Z".parse().unwrap();
        assert_eq!(json(Time(at)), "\"2026-11-20T10:02:03.045Z\"");
    }
}
