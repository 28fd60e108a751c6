//! What a password must be like. Length is what counts (NIST SP 800-63B): no rules about capitals and digits, but not one
//! that everybody tries first.

use crate::limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use std::collections::BTreeSet;
use std::fmt;

/// What this product is called, folded.
const PRODUCT: &str = "consortio";

/// Why a password is not taken. Never says the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    TooShort { n_chars: usize },
    TooLong { n_chars: usize },
    Common,
    LikeTheEmail,
    LikeTheProduct,
}

impl Refusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::TooShort { .. } => "PASSWORD_TOO_SHORT",
            Refusal::TooLong { .. } => "PASSWORD_TOO_LONG",
            Refusal::Common => "PASSWORD_COMMON",
            Refusal::LikeTheEmail => "PASSWORD_LIKE_EMAIL",
            Refusal::LikeTheProduct => "PASSWORD_LIKE_PRODUCT",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooShort { n_chars } => {
                write!(f, "the password has {n_chars} characters; at least {PASSWORD_CHARS_MIN} are needed")
            }
            Refusal::TooLong { n_chars } => {
                write!(f, "the password has {n_chars} characters; at most {PASSWORD_CHARS_MAX} are allowed")
            }
            Refusal::Common => write!(f, "the password is one of those that are tried first"),
            Refusal::LikeTheEmail => write!(f, "the password is the e-mail address or a part of it"),
            Refusal::LikeTheProduct => write!(f, "the password is the product's name with something behind it"),
        }
    }
}

/// Whether a new password is good enough for whoever signs in with this e-mail address.
pub fn check(password: &str, email: &str) -> Result<(), Refusal> {
    let n_chars = password.chars().count();
    if n_chars < PASSWORD_CHARS_MIN {
        return Err(Refusal::TooShort { n_chars });
    }
    check_length(password)?;
    let (folded, email) = (password.to_lowercase(), email.to_lowercase());
    let local = email.split('@').next().unwrap_or_default();
    let word = folded.trim_matches(|c: char| !c.is_alphabetic());
    if folded == email || word == local || folded.trim_end_matches(|c: char| !c.is_alphabetic()) == local {
        return Err(Refusal::LikeTheEmail);
    }
    if !word.is_empty() && word.replace(PRODUCT, "").is_empty() {
        return Err(Refusal::LikeTheProduct);
    }
    let n_different = folded.chars().collect::<BTreeSet<_>>().len();
    if n_different < 4 || include_str!("common_passwords.txt").lines().any(|common| common == folded) {
        return Err(Refusal::Common);
    }
    Ok(())
}

/// Whether a text is short enough to be hashed at all: what is longer was never a password here.
pub fn check_length(password: &str) -> Result<(), Refusal> {
    let n_chars = password.chars().count();
    if n_chars > PASSWORD_CHARS_MAX { Err(Refusal::TooLong { n_chars }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_capitals_do_not() {
        assert_eq!(check("correct horse battery", "ann@ex.org"), Ok(()));
        assert_eq!(check("søde grønærter", "ann@ex.org"), Ok(()));
        assert_eq!(check("Sh0rt!", "ann@ex.org"), Err(Refusal::TooShort { n_chars: 6 }));
        assert_eq!(check(&"long".repeat(51), "ann@ex.org"), Err(Refusal::TooLong { n_chars: 204 }));
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for common in ["password1234", "QWERTYUIOP123", "123456789012", "aaaaaaaaaaaa", "abababababab", "iloveyou1234"] {
            assert_eq!(check(common, "ann@ex.org"), Err(Refusal::Common), "{common}");
        }
        assert_eq!(check("annette.holm@ex.org", "Annette.Holm@ex.org"), Err(Refusal::LikeTheEmail));
        assert_eq!(check("annette.holm2026!", "annette.holm@ex.org"), Err(Refusal::LikeTheEmail));
        for named in ["Consortio2026!", "consortioconsortio", "2026-Consortio"] {
            assert_eq!(check(named, "ann@ex.org"), Err(Refusal::LikeTheProduct), "{named}");
        }
        assert_eq!(check("a consortio of friends", "ann@ex.org"), Ok(()));
        assert_eq!(check("3141592653589793", "ann@ex.org"), Ok(()));
        assert_eq!(check(crate::identity::DEMO_PASSWORD, "ann@ex.org"), Ok(()));
    }

    #[test]
    fn the_pages_say_the_length_that_counts() {
        let line = format!("export const PASSWORD_CHARS_MIN = {PASSWORD_CHARS_MIN};");
        assert!(include_str!("../../../../ui/src/lib/limits.ts").contains(&line), "ui/src/lib/limits.ts lacks: {line}");
    }

    #[test]
    fn the_list_holds_only_what_the_length_lets_through() {
        let list: Vec<_> = include_str!("common_passwords.txt").lines().collect();
        assert!(list.len() > 100);
        for common in list {
            assert!(common.chars().count() >= PASSWORD_CHARS_MIN && common == common.to_lowercase(), "{common}");
        }
    }
}
