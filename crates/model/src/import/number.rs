//! Numbers the way files have them: `1,234.56` here, `1.234,56` there, and `1.234`, which is either.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which sign parts the decimals; the other one may part the thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberFormat {
    /// 1,234.56
    DecimalPoint,
    /// 1.234,56
    DecimalComma,
}

use NumberFormat::{DecimalComma, DecimalPoint};

impl NumberFormat {
    fn signs(self) -> (char, char) {
        match self {
            DecimalPoint => ('.', ','),
            DecimalComma => (',', '.'),
        }
    }

    fn words(self) -> &'static str {
        match self {
            DecimalPoint => "a decimal point",
            DecimalComma => "a decimal comma",
        }
    }
}

/// What a text is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// Digits alone, or no number at all: nothing to decide.
    Nothing,
    Only(NumberFormat),
    Either,
}

/// The format that a file's values prove; none when they prove both. A file parted by commas that proves nothing has decimal
/// points: where a comma parts decimals, spreadsheets part fields by semicolons. So our own exports come back as they went.
pub fn format<'v>(delimiter: char, values: impl Iterator<Item = &'v str>) -> Option<NumberFormat> {
    let proofs: BTreeSet<NumberFormat> = values
        .filter_map(|value| match says(value.trim()) {
            Says::Only(format) => Some(format),
            Says::Nothing | Says::Either => None,
        })
        .collect();
    match proofs.len() {
        0 => (delimiter == ',').then_some(DecimalPoint),
        1 => proofs.first().copied(),
        _ => None,
    }
}

/// A number as the product takes it, or why nobody can tell which it is. What is no number at all stays as it is: the
/// property's own check says what is wrong with it.
pub fn read(text: &str, chosen: Option<NumberFormat>) -> Result<String, String> {
    match (says(text), chosen) {
        (Says::Nothing, _) => Ok(text.to_owned()),
        (Says::Only(format), None) => Ok(plain(text, format)),
        (Says::Either, Some(chosen)) => Ok(plain(text, chosen)),
        (Says::Only(format), Some(chosen)) if format == chosen => Ok(plain(text, format)),
        (Says::Only(_), Some(chosen)) => Err(format!("\"{text}\" is not a number with {}", chosen.words())),
        (Says::Either, None) => {
            let (one, other) = (plain(text, DecimalPoint), plain(text, DecimalComma));
            Err(format!("\"{text}\" is {one} with a decimal point, {other} with a decimal comma: choose the number format"))
        }
    }
}

/// Without what parts the thousands, and with a point before the decimals.
fn plain(text: &str, format: NumberFormat) -> String {
    let (decimal, thousand) = format.signs();
    text.chars().filter(|c| *c != thousand).map(|c| if c == decimal { '.' } else { c }).collect()
}

fn says(text: &str) -> Says {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return Says::Nothing;
    }
    let fitting = [DecimalPoint, DecimalComma].map(|format| fits(digits, format));
    match fitting {
        [true, true] => Says::Either,
        [true, false] => Says::Only(DecimalPoint),
        [false, true] => Says::Only(DecimalComma),
        [false, false] => Says::Nothing,
    }
}

/// Whether a text without its minus is a number in a format: thousands parted everywhere or nowhere.
fn fits(text: &str, format: NumberFormat) -> bool {
    let (decimal, thousand) = format.signs();
    let (whole, decimals) = text.split_once(decimal).map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !decimals.is_none_or(all_digits) {
        return false;
    }
    let mut groups = whole.split(thousand);
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    if rest.peek().is_none() {
        // `.5` is written too.
        return all_digits(first) || (first.is_empty() && decimals.is_some());
    }
    // `0.125` and `0123.456` have no thousands.
    let leads = all_digits(first) && first.len() <= 3 && !first.starts_with('0');
    leads && rest.all(|group| group.len() == 3 && all_digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_by_its_format_and_by_itself_where_it_can_be_only_one() {
        let read = |text: &str, format| read(text, format).unwrap_or_else(|_| "?".to_owned());
        let table = [
            // text, nothing chosen, decimal point, decimal comma
            ("1234", "1234", "1234", "1234"),
            ("1.234,56", "1234.56", "?", "1234.56"),
            ("1,234.56", "1234.56", "1234.56", "?"),
            ("12,5", "12.5", "?", "12.5"),
            ("12.5", "12.5", "12.5", "?"),
            ("-1.234", "?", "-1.234", "-1234"),
            ("1,234", "?", "1234", "1.234"),
            ("0.125", "0.125", "0.125", "?"),
            ("1234.567", "1234.567", "1234.567", "?"),
            ("1.234.567", "1234567", "?", "1234567"),
            (",5", ".5", "?", ".5"),
            // No number in any format: the property says so.
            ("1.23,456.7", "1.23,456.7", "1.23,456.7", "1.23,456.7"),
            ("1.5e3", "1.5e3", "1.5e3", "1.5e3"),
            ("many", "many", "many", "many"),
        ];
        for (text, none, point, comma) in table {
            let found = [None, Some(DecimalPoint), Some(DecimalComma)].map(|format| read(text, format));
            assert_eq!(found, [none, point, comma], "{text}");
        }
    }

    #[test]
    fn what_can_be_two_numbers_is_refused_with_both() {
        let message = "\"1.234\" is 1.234 with a decimal point, 1234 with a decimal comma: choose the number format";
        assert_eq!(read("1.234", None).unwrap_err(), message);
        assert_eq!(read("12,5", Some(DecimalPoint)).unwrap_err(), "\"12,5\" is not a number with a decimal point");
    }

    #[test]
    fn a_file_proves_its_format_unless_it_has_both() {
        let proved = |delimiter, values: &[&str]| format(delimiter, values.iter().copied());
        for delimiter in [',', ';'] {
            assert_eq!(proved(delimiter, &["1.234", "17", "12,5"]), Some(DecimalComma));
            assert_eq!(proved(delimiter, &["1,234", "12.50"]), Some(DecimalPoint));
            assert_eq!(proved(delimiter, &["1,5", "1.5"]), None);
        }
    }

    #[test]
    fn a_file_that_proves_nothing_has_decimal_points_when_commas_part_its_fields() {
        for values in [["1.234", "17"], ["1,234", "x"]] {
            assert_eq!(format(',', values.into_iter()), Some(DecimalPoint));
            assert_eq!(format(';', values.into_iter()), None);
        }
    }
}
