//! Words in texts. A token is a maximal run of ASCII letters, digits and non-ASCII characters; everything else separates.
//!
//! A pattern compiles to one regular expression in the subset that Rust, and so SQLite's custom function, and PostgreSQL's `~`
//! read alike: ASCII brackets, `*`, `+`, `|`, `^`, `$`. Text and pattern are folded (ASCII) before they meet, so no engine's idea
//! of case matters. Tokens contain no character that an expression would have to escape.

use crate::fold;
use regex::Regex;

/// One separator: any ASCII character that is not a letter or digit. Values never contain U+0000.
const SEPARATOR: &str = r"[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]";
/// One character of a token.
const INSIDE: &str = r"[^\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]";

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Option<Regex>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    fn new(text: String) -> Pattern {
        // Only the size limit can refuse the text; what is too large matches nothing, here and in the store.
        let regex = Regex::new(&text).ok();
        Pattern { text, regex }
    }

    /// The expression for engines, to be matched against text folded by [`fold::ascii`]. `None` matches nothing.
    pub fn expression(&self) -> Option<&str> {
        self.regex.as_ref().map(|_| self.text.as_str())
    }

    /// Whether a text, not yet folded, contains the pattern.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|r| r.is_match(&fold::ascii(text)))
    }
}

fn is_inside(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii()
}

/// The tokens of a pattern, with their `*`.
fn words(text: &str, wildcard: bool) -> Vec<String> {
    let folded = fold::ascii(text);
    folded.split(|c: char| !(is_inside(c) || wildcard && c == '*')).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// CONTAINS_TOKEN: the tokens of the value, next to each other, in order. `*` stands for any number of characters of a token
/// (at least one, alone): `*@ex.org` finds the addresses of ex.org. A value without tokens matches nothing.
pub fn token_pattern(value: &str) -> Pattern {
    let words: Vec<String> = words(value, true)
        .iter()
        .map(|w| if w.chars().all(|c| c == '*') { format!("{INSIDE}+") } else { w.replace('*', &format!("{INSIDE}*")) })
        .collect();
    if words.is_empty() {
        return Pattern { text: String::new(), regex: None };
    }
    Pattern::new(format!("(^|{SEPARATOR})({})($|{SEPARATOR})", words.join(&format!("{SEPARATOR}+"))))
}

/// A free-text query: each word must begin a token.
pub fn query_patterns(query: &str) -> Vec<Pattern> {
    let mut found: Vec<Pattern> = Vec::new();
    for word in words(query, false) {
        let pattern = Pattern::new(format!("(^|{SEPARATOR}){word}"));
        if !found.contains(&pattern) {
            found.push(pattern);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_are_whole_words_unless_a_star_says_otherwise() {
        let table = [
            ("acme", "ACME Corp.", true),
            ("acme", "acmecorp", false),
            ("acme*", "acmecorp", true),
            ("*corp", "acmecorp", true),
            ("a*e", "acme", true),
            ("a*e", "ac me", false),
            ("*@ex.org", "ann@ex.org", true),
            ("*@ex.org", "ann@ex.org.uk", true),
            ("*@ex.org", "@ex.org", false),
            ("ann@ex.org", "Ann <ANN@EX.ORG>", true),
            ("møller", "Jørgen Møller", true),
            ("mø*", "Møller", true),
            ("MØLLER", "møller", false),
            ("--", "a--b", false),
            ("b c", "a b, c", true),
            ("c b", "a b, c", false),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(token_pattern(pattern).is_in(text), expected, "{pattern:?} in {text:?}");
        }
    }

    #[test]
    fn a_query_finds_beginnings_of_words() {
        let all = |query: &str, text: &str| query_patterns(query).iter().all(|p| p.is_in(text));
        assert!(all("jan ac", "Janssen ACME"));
        assert!(!all("anssen", "Janssen"));
        assert!(all("", "anything"));
    }

    proptest! {
        #[test]
        fn every_word_of_a_text_is_found_in_it(text in "[a-zA-Z0-9 .@;øÅ中-]{0,30}") {
            for word in words(&text, false) {
                prop_assert!(token_pattern(&word).is_in(&text));
            }
        }

        #[test]
        fn no_pattern_breaks_the_compiler(value in "\\PC{0,60}") {
            let pattern = token_pattern(&value);
            prop_assert_eq!(pattern.expression().is_none(), words(&value, true).is_empty());
        }
    }
}
