//! From what came in to the one spelling we keep.

use super::{Code, FieldType, PropertyDefinition, PropertyError, ValueType, excerpt};
use crate::fold;
use crate::limits::{SECONDARY_EMAILS_MAX, VALUE_CHARS_MAX};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

/// The canonical spelling of a value, `None` when it clears the property, or why it is refused.
pub fn canonical(def: &PropertyDefinition, raw: &str) -> Result<Option<String>, PropertyError> {
    let refuse = |code, message| Err(PropertyError::new(&def.name, code, message));
    if raw.contains('\0') {
        return refuse(Code::InvalidCharacter, format!("{} contains the character U+0000, which cannot be kept", def.name));
    }
    if raw.len() > VALUE_CHARS_MAX && raw.chars().count() > VALUE_CHARS_MAX {
        let n = raw.chars().count();
        return refuse(Code::ValueTooLong, format!("{} has {n} characters; at most {VALUE_CHARS_MAX} are kept", def.name));
    }
    let keeps_spaces = matches!(def.field_type, FieldType::Textarea | FieldType::Html);
    let text = if keeps_spaces { raw } else { raw.trim() };
    if text.is_empty() {
        return Ok(None);
    }
    match def.value_type {
        ValueType::String => string(def, text).map(Some),
        ValueType::Number => number(def, text).map(Some),
        ValueType::Date => match date(text) {
            Some(day) => Ok(Some(day.to_string())),
            None => refuse(
                Code::InvalidDate,
                format!(
                    "\"{}\" is not a date for {}: expected YYYY-MM-DD or the milliseconds of a UTC midnight",
                    excerpt(text),
                    def.name
                ),
            ),
        },
        ValueType::Datetime => match datetime(text) {
            Some(at) => Ok(Some(timestamp_text(at))),
            None => refuse(
                Code::InvalidDate,
                format!("\"{}\" is not a time for {}: expected ISO 8601 or milliseconds since 1970", excerpt(text), def.name),
            ),
        },
        ValueType::Bool => match boolean(text) {
            Some(b) => Ok(Some(b.to_string())),
            None => refuse(Code::InvalidBoolean, format!("\"{}\" is neither true nor false for {}", excerpt(text), def.name)),
        },
        ValueType::Enumeration if def.is_multiple() => options(def, text),
        ValueType::Enumeration => option(def, text).map(Some),
    }
}

/// Addresses and domains have one spelling; other strings stay as they came.
fn string(def: &PropertyDefinition, text: &str) -> Result<String, PropertyError> {
    match def.name.as_str() {
        "email" if def.hubspot_defined => email(def, text),
        "domain" if def.hubspot_defined => fold::host(text).ok_or_else(|| {
            PropertyError::new(&def.name, Code::InvalidDomain, format!("\"{}\" is not a domain name", excerpt(text)))
        }),
        _ => Ok(text.to_owned()),
    }
}

fn email(def: &PropertyDefinition, text: &str) -> Result<String, PropertyError> {
    fold::valid_email(text)
        .ok_or_else(|| PropertyError::new(&def.name, Code::InvalidEmail, format!("Email address {} is invalid", excerpt(text))))
}

/// Plain decimal: no exponent, no plus sign, no leading zeros; the digits after the point stay as given.
fn number(def: &PropertyDefinition, text: &str) -> Result<String, PropertyError> {
    let bytes = text.as_bytes();
    if bytes.len() <= 18 && bytes[0] != b'0' && bytes.iter().all(u8::is_ascii_digit) {
        return Ok(text.to_owned());
    }
    let parsed = match text.contains(['e', 'E']) {
        true => Decimal::from_scientific(text).ok(),
        false if text.contains('_') => None,
        false => text.parse::<Decimal>().ok(),
    };
    parsed.map(|n| if n.is_zero() { n.abs().to_string() } else { n.to_string() }).ok_or_else(|| {
        PropertyError::new(&def.name, Code::InvalidFloat, format!("\"{}\" is not a number for {}", excerpt(text), def.name))
    })
}

/// A day: `YYYY-MM-DD`, the start of a UTC day in ISO 8601, or the epoch milliseconds of a UTC midnight.
pub fn date(text: &str) -> Option<Date> {
    if text.len() == 10
        && let Ok(day) = text.parse::<Date>()
    {
        return in_range(day.year()).then_some(day);
    }
    let at = datetime(text)?.to_zoned(TimeZone::UTC);
    (at.time() == jiff::civil::Time::midnight()).then(|| at.date())
}

/// A moment, cut to milliseconds: ISO 8601 with an offset (without one it is UTC; a bare day is its start), or epoch
/// milliseconds. Years 1 to 9999, so that text order is time order.
pub fn datetime(text: &str) -> Option<Timestamp> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let at = if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        Timestamp::from_millisecond(text.parse().ok()?).ok()?
    } else if let Ok(at) = text.parse::<Timestamp>() {
        at
    } else {
        let civil = text
            .parse::<DateTime>()
            .ok()
            .or_else(|| Some(text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())))?;
        civil.to_zoned(TimeZone::UTC).ok()?.timestamp()
    };
    let at = Timestamp::from_millisecond(at.as_millisecond()).ok()?;
    in_range(at.to_zoned(TimeZone::UTC).year()).then_some(at)
}

fn in_range(year: i16) -> bool {
    (1..=9999).contains(&year)
}

/// `2026-11-20T10:00:00.000Z`: how every moment appears on the wire and in a record.
pub fn timestamp_text(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    let (d, t) = (at.date(), at.time());
    let (ms, s) = (t.millisecond(), t.second());
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{s:02}.{ms:03}Z", d.year(), d.month(), d.day(), t.hour(), t.minute())
}

/// `true`, `yes`, `1` and their opposites, in any case.
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Values of a multi-valued property, in order, without repetition.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|v| !v.is_empty())
}

fn options(def: &PropertyDefinition, text: &str) -> Result<Option<String>, PropertyError> {
    let mut kept: Vec<String> = Vec::new();
    for one in split(text) {
        let one = if def.name == "hs_additional_emails" { email(def, one)? } else { option(def, one)? };
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    if def.name == "hs_additional_emails" && kept.len() > SECONDARY_EMAILS_MAX {
        let message =
            format!("{} addresses are too many; a contact can have {SECONDARY_EMAILS_MAX} besides its first", kept.len());
        return Err(PropertyError::new(&def.name, Code::TooManyValues, message));
    }
    Ok((!kept.is_empty()).then(|| kept.join(";")))
}

fn option(def: &PropertyDefinition, text: &str) -> Result<String, PropertyError> {
    if def.referenced_object_type.as_deref() == Some("OWNER") {
        return text.parse::<crate::id::OwnerId>().map(|id| id.to_string()).map_err(|_| {
            PropertyError::new(&def.name, Code::InvalidOwnerId, format!("\"{}\" is not an owner's id", excerpt(text)))
        });
    }
    if def.external_options || def.options.iter().any(|o| o.value == text) {
        return Ok(text.to_owned());
    }
    let allowed = def.options.iter().take(50).map(|o| o.value.as_str()).collect::<Vec<_>>().join(", ");
    let message = format!("{} was not one of the allowed options of {}: [{allowed}]", excerpt(text), def.name);
    Err(PropertyError::new(&def.name, Code::InvalidOption, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{COMPANY, CONTACT, DEAL};
    use crate::property::Schema;
    use proptest::prelude::*;

    fn check(schema: &Schema, name: &str, raw: &str) -> Result<Option<String>, Code> {
        canonical(schema.property(name).unwrap(), raw).map_err(|e| e.code)
    }

    #[test]
    fn every_type_has_one_spelling_and_says_what_it_refuses() {
        let (contact, company, deal) = (Schema::default_of(CONTACT), Schema::default_of(COMPANY), Schema::default_of(DEAL));
        let ok = |text: &str| Ok(Some(text.to_owned()));
        let table = [
            (&contact, "email", " Ann@EX.org", ok("ann@ex.org")),
            (&contact, "email", "ann", Err(Code::InvalidEmail)),
            (&contact, "hs_additional_emails", "A@ex.org; b@ex.org;a@EX.org;", ok("a@ex.org;b@ex.org")),
            (&contact, "firstname", "  Ann  ", ok("Ann")),
            (&contact, "firstname", "  ", Ok(None)),
            (&contact, "firstname", "a\0b", Err(Code::InvalidCharacter)),
            (&contact, "message", " two\nlines ", ok(" two\nlines ")),
            (&contact, "lifecyclestage", "lead", ok("lead")),
            (&contact, "lifecyclestage", "Lead", Err(Code::InvalidOption)),
            (&contact, "hubspot_owner_id", "41", ok("41")),
            (&contact, "hubspot_owner_id", "ann", Err(Code::InvalidOwnerId)),
            (&contact, "hs_cross_sell_opportunity", "YES", ok("true")),
            (&contact, "hs_cross_sell_opportunity", "maybe", Err(Code::InvalidBoolean)),
            (&company, "domain", "https://www.Acme.com/x", ok("acme.com")),
            (&company, "domain", "acme", Err(Code::InvalidDomain)),
            (&deal, "amount", "1500.00", ok("1500.00")),
            (&deal, "amount", "+007.5", ok("7.5")),
            (&deal, "amount", "1e3", ok("1000")),
            (&deal, "amount", "-0", ok("0")),
            (&deal, "amount", "1,5", Err(Code::InvalidFloat)),
            (&deal, "amount", "1_000", Err(Code::InvalidFloat)),
            (&deal, "amount", "NaN", Err(Code::InvalidFloat)),
            (&deal, "closedate", "1795190435292", ok("2026-11-20T16:00:35.292Z")),
            (&deal, "closedate", "2026-11-20", ok("2026-11-20T00:00:00.000Z")),
            (&deal, "closedate", "2026-11-20T10:00:00+02:00", ok("2026-11-20T08:00:00.000Z")),
            (&deal, "closedate", "2026-11-20 10:00:00", ok("2026-11-20T10:00:00.000Z")),
            (&deal, "closedate", "20/11/2026", Err(Code::InvalidDate)),
            (&deal, "closedate", "2026-02-30", Err(Code::InvalidDate)),
        ];
        for (schema, name, raw, expected) in table {
            assert_eq!(check(schema, name, raw), expected, "{name} = {raw:?}");
        }
        assert_eq!(check(&contact, "message", &"x".repeat(VALUE_CHARS_MAX + 1)), Err(Code::ValueTooLong));
        assert!(check(&contact, "message", &"é".repeat(VALUE_CHARS_MAX)).is_ok());
    }

    #[test]
    fn a_day_is_a_day_or_the_milliseconds_of_a_utc_midnight() {
        assert_eq!(date("2026-11-20").unwrap().to_string(), "2026-11-20");
        assert_eq!(date("1795132800000").unwrap().to_string(), "2026-11-20");
        assert_eq!(date("2026-11-20T00:00:00Z").unwrap().to_string(), "2026-11-20");
        assert_eq!(date("1795190435292"), None);
    }

    proptest! {
        #[test]
        fn a_canonical_value_is_its_own_canonical_form(raw in "\\PC{0,30}|-?[0-9]{1,20}(\\.[0-9]{1,6})?|[a-z]{1,5}@[a-z]{1,5}\\.[a-z]{2,3}") {
            for schema in [Schema::default_of(CONTACT), Schema::default_of(COMPANY), Schema::default_of(DEAL)] {
                for def in schema.properties() {
                    if let Ok(Some(once)) = canonical(def, &raw) {
                        prop_assert_eq!(canonical(def, &once), Ok(Some(once.clone())), "{}", def.name);
                    }
                }
            }
        }

        #[test]
        fn text_order_of_moments_is_time_order(a in -62_135_596_800_000i64..253_402_207_200_000, b in -62_135_596_800_000i64..253_402_207_200_000) {
            let text = |ms: i64| timestamp_text(Timestamp::from_millisecond(ms).unwrap());
            prop_assert_eq!(a.cmp(&b), text(a).cmp(&text(b)));
            prop_assert_eq!(datetime(&text(a)).unwrap().as_millisecond(), a);
        }
    }
}
