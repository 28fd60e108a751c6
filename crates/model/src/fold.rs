//! Folding: the forms under which two spellings count as the same address, the same company, the same word.

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// A text with every letter and its accents as one character where there is one (NFC): an `é` that a Mac wrote as two is the `é`
/// that everybody else types.
pub fn composed(text: &str) -> String {
    if text.is_ascii() || is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

/// The folded form of an e-mail address: trimmed, lower-cased, composed. Two records with the same folded address are the same
/// person.
pub fn email(text: &str) -> String {
    composed(&text.trim().to_lowercase())
}

/// Folds an address and checks that mail could be sent to it: one `@`, a local part of at most 64 bytes without spaces or
/// brackets, a domain of at least two labels, 254 bytes in all. Deliberately lax beyond that: real addresses are odd.
pub fn valid_email(text: &str) -> Option<String> {
    let folded = email(text);
    let (local, domain) = folded.rsplit_once('@')?;
    let local_ok = !local.is_empty() && local.len() <= 64 && local.chars().all(is_local_char);
    let labels_ok = domain.contains('.') && domain.split('.').all(is_label);
    (local_ok && labels_ok && folded.len() <= 254).then_some(folded)
}

fn is_local_char(c: char) -> bool {
    !is_unseen(c) && !c.is_control() && !"\"(),:;<>@[\\]".contains(c)
}

fn is_label(label: &str) -> bool {
    let inner = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || !c.is_ascii() && !is_unseen(c) && !c.is_control());
    !label.is_empty() && label.len() <= 63 && inner && !label.starts_with('-') && !label.ends_with('-')
}

/// Control characters, and those that turn the direction of what follows: in a list of names one could stand for another. Marks
/// that belong to text from right to left are no such.
pub fn is_steering(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters that nobody sees: spaces, joiners, marks of direction, fillers, selectors. Within a name some have their use; two
/// addresses that differ by one would look the same. Source: Default_Ignorable_Code_Point of Unicode.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a text shows nothing: empty, or only what nobody sees and marks without a letter to sit on.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_unseen(c) || is_combining_mark(c))
}

/// The domain part of an address that [`valid_email`] accepted.
pub fn email_domain(folded: &str) -> Option<&str> {
    folded.rsplit_once('@').map(|(_, domain)| domain)
}

/// The host of a URL, host or domain as people type them: lower-cased, without scheme, user, port, path and leading `www.`.
/// `None` when what is left is not a domain name of at least two labels.
pub fn host(text: &str) -> Option<String> {
    let folded = composed(&text.trim().to_lowercase());
    let rest = folded.split_once("://").map_or(folded.as_str(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let host = host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(host);
    (host.contains('.') && host.len() <= 253 && host.split('.').all(is_label)).then(|| host.to_owned())
}

/// The registrable domain (one label below the public suffix) of a URL, host or domain: `https://shop.acme.co.uk/x` is
/// `acme.co.uk`. Companies match across accounts by it. A bare public suffix has none; an unknown suffix counts as one label.
pub fn registrable_domain(text: &str) -> Option<String> {
    let host = host(text)?;
    psl::domain_str(&host).map(str::to_owned)
}

/// Folds ASCII letters only, as both storage engines do without help; what search compares strings by.
pub fn ascii(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// The form under which a unique value is kept: trimmed, ASCII letters folded.
pub fn unique(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_that_mail_could_reach_are_folded_and_others_refused() {
        let good = [
            ("  Ann@EX.org ", "ann@ex.org"),
            ("o'neil+x@a-b.co.uk", "o'neil+x@a-b.co.uk"),
            ("jørgen@møller.dk", "jørgen@møller.dk"),
        ];
        for (text, folded) in good {
            assert_eq!(valid_email(text).as_deref(), Some(folded), "{text}");
        }
        let decomposed = "ange\u{301}lique@socie\u{301}te\u{301}.example";
        assert_eq!(valid_email(decomposed).as_deref(), Some("angélique@société.example"), "two spellings of one address");
        assert_eq!(registrable_domain("https://SOCIE\u{301}TE\u{301}.example"), registrable_domain("société.example"));
        for bad in [
            "",
            "ann",
            "ann@",
            "@ex.org",
            "ann@ex",
            "a b@ex.org",
            "a@b@ex.org",
            "a@ex..org",
            "a@-ex.org",
            "<a@ex.org>",
            "a;b@ex.org",
            "\u{202e}ann@ex.org",
            "an\u{200b}n@ex.org",
            "ann@e\u{2066}x.org",
            "ann@ex.o\u{ad}rg",
        ] {
            assert_eq!(valid_email(bad), None, "{bad}");
        }
        assert_eq!(valid_email(&format!("{}@ex.org", "a".repeat(65))), None);
    }

    #[test]
    fn the_registrable_domain_is_found_in_what_people_type() {
        let table = [
            ("https://shop.acme.co.uk:8080/x?y#z", Some("acme.co.uk")),
            ("WWW.Cancity.example", Some("cancity.example")),
            ("acme.com", Some("acme.com")),
            ("ann@mail.acme.com", Some("acme.com")),
            ("co.uk", None),
            ("localhost", None),
            ("", None),
            ("not a domain.com", None),
        ];
        for (text, domain) in table {
            assert_eq!(registrable_domain(text).as_deref(), domain, "{text}");
        }
        assert_eq!(host("www.de"), Some("www.de".to_owned()));
    }

    proptest! {
        #[test]
        fn folding_an_address_twice_changes_nothing(text in "\\PC{0,40}") {
            if let Some(once) = valid_email(&text) {
                prop_assert_eq!(valid_email(&once), Some(once.clone()));
            }
            if let Some(once) = host(&text) {
                prop_assert_eq!(host(&once), Some(once.clone()));
            }
        }
    }
}
