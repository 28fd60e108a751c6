//! Text in cells of a file that a spreadsheet opens. A spreadsheet takes a cell that begins with certain characters for a formula and
//! carries it out; an apostrophe before it says that it is text.

use std::borrow::Cow;

/// Text as an export writes it. Numbers and telephone numbers, such as `-5` and `+45 12 34 56 78`, stay as they are: they compute
/// nothing that could do harm.
pub fn guard(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// What [`guard`] was given, from what it gave.
pub fn unguard(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text)
}

/// Apostrophes before it do not count, so that text which really has one comes back with it.
fn is_formula(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    match bare.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !bare.chars().all(|c| c.is_ascii_digit() || " +-./,()".contains(c)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_come_back_as_they_were() {
        for formula in ["=HYPERLINK(\"x\")", "+A1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "'=1"] {
            assert_eq!(guard(formula), format!("'{formula}"));
            assert_eq!(unguard(&guard(formula)), formula);
        }
    }

    #[test]
    fn numbers_telephone_numbers_and_names_stay_as_they_are() {
        for text in ["-5", "-1.5", "+45 12 34 56 78", "+1 (555) 010-99", "'t Hart", "Ann", "", "a=b", "-"] {
            assert_eq!(guard(text), text);
            assert_eq!(unguard(text), text);
        }
    }
}
