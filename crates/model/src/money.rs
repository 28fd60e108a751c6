//! Amounts of money: whole numbers of the smallest unit of a currency. Nothing is ever rounded on the way.

use std::fmt;

/// Currencies without a smaller unit, and those whose unit has a thousand. All others have a hundred. Source: ISO 4217.
const WHOLE: [&str; 16] =
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF"];
const THOUSANDTHS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// Digits behind the point of amounts in a currency.
pub fn digits(currency: &str) -> usize {
    match currency {
        whole if WHOLE.contains(&whole) || whole == "XPF" => 0,
        fine if THOUSANDTHS.contains(&fine) => 3,
        _ => 2,
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnAmount {
    text: String,
    digits: usize,
}

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is no amount from 0 up with at most {} digits behind the point", self.text, self.digits)
    }
}

/// `90`, `90.5` or `90.50` in the smallest unit.
pub fn parse(text: &str, currency: &str) -> Result<i64, NotAnAmount> {
    let digits = digits(currency);
    let wrong = || NotAnAmount { text: text.chars().take(40).collect(), digits };
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || !is_number(whole) || !is_number(part) || part.len() > digits {
        return Err(wrong());
    }
    format!("{whole}{part:0<digits$}").parse().map_err(|_| wrong())
}

/// `90.50`: the inverse of [`parse`], for files and the wire.
pub fn plain(amount: i64, currency: &str) -> String {
    written(amount, currency, '.', None)
}

/// `1.234,50`: with the marks a language puts into numbers.
pub fn written(amount: i64, currency: &str, point: char, thousands: Option<char>) -> String {
    let digits = digits(currency);
    let text = format!("{:0>width$}", amount.unsigned_abs(), width = digits + 1);
    let (whole, part) = text.split_at(text.len() - digits);
    let mut out = if amount < 0 { "-".to_owned() } else { String::new() };
    for (i, digit) in whole.chars().enumerate() {
        if let Some(mark) = thousands
            && i > 0
            && (whole.len() - i).is_multiple_of(3)
        {
            out.push(mark);
        }
        out.push(digit);
    }
    if digits > 0 {
        out.push(point);
        out += part;
    }
    out
}

/// A part of an amount, rounded to the nearest unit, halves up.
pub fn share(amount: i64, part: i128, whole: i128) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let doubled = 2 * i128::from(amount) * part + whole;
    i64::try_from(doubled.div_euclid(2 * whole)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        for (text, currency, amount) in
            [("90", "EUR", 9_000), ("90.5", "DKK", 9_050), ("0.07", "EUR", 7), ("500", "JPY", 500), ("1.25", "KWD", 1_250)]
        {
            assert_eq!(parse(text, currency), Ok(amount));
        }
        for (text, currency) in [
            ("", "EUR"),
            ("-1", "EUR"),
            ("1.234", "EUR"),
            ("1.5", "JPY"),
            ("1,5", "EUR"),
            ("9e3", "EUR"),
            ("9999999999999", "EUR"),
        ] {
            assert!(parse(text, currency).is_err(), "{text} {currency}");
        }
        assert_eq!(plain(7, "EUR"), "0.07");
        assert_eq!(written(123_456_789, "EUR", ',', Some('.')), "1.234.567,89");
        assert_eq!(written(-123_456, "JPY", '.', Some(',')), "-123,456");
        assert_eq!(written(12_345, "KWD", '.', Some(',')), "12.345");
    }

    #[test]
    fn a_share_is_rounded_to_the_nearest_unit() {
        assert_eq!((share(100, 1, 3), share(100, 2, 3), share(1, 1, 2), share(5, 0, 7)), (33, 67, 1, 0));
        assert_eq!(share(-100, 1, 3), -33);
    }
}
