//! A person: one login, in however many accounts.

use crate::account::{self, name};
use crate::fold;
use crate::id::{AccountId, PersonId};
use crate::limits::EMAIL_CHARS_MAX;
use jiff::Timestamp;
use std::fmt;

/// A person as she is kept, without her secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    /// As she writes it.
    pub email: String,
    pub name: String,
    /// One of [`LOCALES`].
    pub locale: String,
    /// A random UUID that passkeys carry instead of her name.
    pub webauthn_id: String,
    pub default_account: Option<AccountId>,
    pub created_at: Timestamp,
    /// Barred from signing in.
    pub disabled_at: Option<Timestamp>,
}

/// The languages of the product, the first being everybody's until she chooses.
pub const LOCALES: [&str; 4] = ["en", "it", "da", "nl"];

/// Why something a person says of herself is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    EmailInvalid(String),
    LocaleUnknown(String),
    Name(account::Refusal),
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::EmailInvalid(_) => "EMAIL_INVALID",
            Refusal::LocaleUnknown(_) => "LOCALE_UNKNOWN",
            Refusal::Name(refusal) => refusal.code(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::EmailInvalid(text) => write!(f, "\"{text}\" is not an e-mail address"),
            Refusal::LocaleUnknown(text) => write!(f, "\"{text}\" is not a language of the product: {}", LOCALES.join(", ")),
            Refusal::Name(refusal) => refusal.fmt(f),
        }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(64).collect()
}

/// An e-mail address as it is kept, and folded as it is found by.
pub fn email(text: &str) -> Result<(String, String), Refusal> {
    let trimmed = text.trim();
    let folded = fold::valid_email(trimmed).filter(|_| trimmed.chars().count() <= EMAIL_CHARS_MAX);
    folded.map(|folded| (trimmed.to_owned(), folded)).ok_or_else(|| Refusal::EmailInvalid(shorten(text)))
}

/// A language: `da-DK` is `da`.
pub fn locale(text: &str) -> Result<String, Refusal> {
    let language = text.split(['-', '_']).next().unwrap_or_default();
    let found = LOCALES.iter().find(|locale| locale.eq_ignore_ascii_case(language));
    found.map(|locale| (*locale).to_owned()).ok_or_else(|| Refusal::LocaleUnknown(shorten(text)))
}

/// A person's name.
pub fn full_name(text: &str) -> Result<String, Refusal> {
    name(text).map_err(Refusal::Name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_kept_as_written_and_found_folded() {
        assert_eq!(email(" Ann@Ex.ORG "), Ok(("Ann@Ex.ORG".into(), "ann@ex.org".into())));
        for bad in ["", "ann", "ann@", "@ex.org", "a b@ex.org", "ann@ex.org, bo@ex.org"] {
            assert_eq!(email(bad), Err(Refusal::EmailInvalid(bad.into())), "{bad}");
        }
        assert!(email(&format!("{}@ex.org", "x".repeat(300))).is_err());
    }

    #[test]
    fn a_locale_is_one_of_the_products_languages() {
        assert_eq!(locale("da-DK"), Ok("da".into()));
        assert_eq!(locale("IT"), Ok("it".into()));
        assert_eq!(locale("tlh"), Err(Refusal::LocaleUnknown("tlh".into())));
    }
}
