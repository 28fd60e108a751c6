//! A service token: a key of one account for programs. Its text is shown once; afterwards only its hash is there.

use crate::id::{AccountId, PersonId, TokenId};
use jiff::Timestamp;

/// The region part of a token's text. Clients print it, none decides by it.
pub const HUBLET: &str = "eu1";

/// A service token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    pub id: TokenId,
    pub account: AccountId,
    pub name: String,
    pub scopes: Vec<String>,
    /// The text's beginning and end, for people to tell tokens apart.
    pub hint: String,
    pub created_by: Option<PersonId>,
    pub created_at: Timestamp,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// The text of a token made of a random UUID: `pat-eu1-` and 36 characters.
pub fn text(uuid: &str) -> String {
    format!("pat-{HUBLET}-{uuid}")
}

/// What may be shown of a token's text later: `pat-eu1-…` and the last four characters.
pub fn hint(text: &str) -> String {
    let tail: String = text.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    format!("pat-{HUBLET}-…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_gives_the_token_away_to_nobody() {
        let text = text("1b4e28ba-2fa1-41d2-883f-0016d3cca427");
        assert_eq!(text.len(), "pat-na1-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx".len());
        assert_eq!(hint(&text), "pat-eu1-…a427");
    }
}
