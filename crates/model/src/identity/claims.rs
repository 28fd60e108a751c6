//! What a provider's ID token says, and whether it is believed: by whom, for whom, when, and for which sign-in. The signature
//! is verified before; nothing here is about keys. Source: OpenID Connect Core 1.0, 3.1.3.7.

use crate::limits::{CLOCK_SKEW_SECONDS, SIGN_ON_MINUTES, SUBJECT_CHARS_MAX};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;
use std::fmt;

/// The claims that matter to us. Others are not looked at.
#[derive(Debug, Clone, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    #[serde(deserialize_with = "one_or_many")]
    pub aud: Vec<String>,
    pub azp: Option<String>,
    /// Seconds; some providers write fractions.
    pub exp: f64,
    pub iat: Option<f64>,
    pub nbf: Option<f64>,
    pub nonce: Option<String>,
    pub email: Option<String>,
    #[serde(default, deserialize_with = "yes")]
    pub email_verified: bool,
    /// Entra ID says it this way: the owner of the domain verified the address.
    #[serde(default, deserialize_with = "yes")]
    pub xms_edov: bool,
    pub name: Option<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub amr: Vec<String>,
    pub acr: Option<String>,
    pub sid: Option<String>,
}

/// What the provider says of somebody beside the token. Many say her address only here. Source: OpenID Connect Core 1.0, 5.3.
#[derive(Debug, Clone, Deserialize)]
pub struct Profile {
    pub sub: String,
    pub email: Option<String>,
    #[serde(default, deserialize_with = "yes")]
    pub email_verified: bool,
    pub name: Option<String>,
}

/// `aud` and `amr` are a text or a list of texts.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::One(text) => vec![text],
        Either::Many(texts) => texts,
    })
}

/// Some providers write booleans as texts or as 1.
fn yes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(match value {
        serde_json::Value::Bool(yes) => yes,
        serde_json::Value::String(text) => text.eq_ignore_ascii_case("true") || text == "1",
        serde_json::Value::Number(n) => n.as_i64() == Some(1),
        _ => false,
    })
}

/// Which sign-in the token must be of.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'e> {
    pub issuer: &'e str,
    pub client_id: &'e str,
    pub nonce: &'e str,
    pub now: Timestamp,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    OtherIssuer,
    OtherAudience,
    Expired,
    NotYet,
    Stale,
    OtherNonce,
    SubjectInvalid,
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Distrust::OtherIssuer => "it is of another issuer",
            Distrust::OtherAudience => "it is for another client",
            Distrust::Expired => "it has expired",
            Distrust::NotYet => "it is not valid yet",
            Distrust::Stale => "it was issued before the sign-in began",
            Distrust::OtherNonce => "it is of another sign-in",
            Distrust::SubjectInvalid => "its subject is empty or too long",
        })
    }
}

impl Claims {
    /// The address, if the provider says that it was verified.
    pub fn verified_email(&self) -> Option<&str> {
        self.email.as_deref().filter(|_| self.email_verified || self.xms_edov)
    }

    /// With what the profile of the same person adds.
    #[must_use]
    pub fn with(mut self, profile: Profile) -> Claims {
        if profile.sub != self.sub {
            return self;
        }
        if self.email.is_none() {
            (self.email, self.email_verified) = (profile.email, profile.email_verified);
        }
        self.name = self.name.or(profile.name);
        self
    }

    /// Whether the sign-in counts as a second factor.
    pub fn shows_factor(&self, values: &BTreeSet<String>) -> bool {
        self.amr.iter().chain(&self.acr).any(|value| values.contains(value))
    }

    /// Whether the token is of this sign-in.
    pub fn check(&self, expected: Expected<'_>) -> Result<(), Distrust> {
        let (now, skew) = (expected.now.as_second() as f64, CLOCK_SKEW_SECONDS as f64);
        if self.iss != expected.issuer {
            return Err(Distrust::OtherIssuer);
        }
        let for_us = self.aud.iter().any(|aud| aud == expected.client_id);
        // With several audiences the token must say that it was given to us.
        let party = self.azp.as_deref().map_or(self.aud.len() == 1, |azp| azp == expected.client_id);
        if !for_us || !party {
            return Err(Distrust::OtherAudience);
        }
        if self.exp + skew <= now {
            return Err(Distrust::Expired);
        }
        if self.nbf.is_some_and(|nbf| nbf - skew > now) || self.iat.is_some_and(|iat| iat - skew > now) {
            return Err(Distrust::NotYet);
        }
        if self.iat.is_some_and(|iat| iat + skew + (SIGN_ON_MINUTES * 60) as f64 <= now) {
            return Err(Distrust::Stale);
        }
        if self.nonce.as_deref() != Some(expected.nonce) {
            return Err(Distrust::OtherNonce);
        }
        if self.sub.is_empty() || self.sub.len() > SUBJECT_CHARS_MAX {
            return Err(Distrust::SubjectInvalid);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: i64 = 1_800_000_000;

    fn good() -> Value {
        json!({"iss": "https://id.example", "sub": "u1", "aud": "us", "exp": NOW + 300, "iat": NOW - 5, "nonce": "n"})
    }

    fn check(change: Value) -> Result<(), Distrust> {
        let mut token = good();
        for (name, value) in change.as_object().unwrap() {
            token[name] = value.clone();
        }
        let claims: Claims = serde_json::from_value(token).unwrap();
        let now = Timestamp::from_second(NOW).unwrap();
        claims.check(Expected { issuer: "https://id.example", client_id: "us", nonce: "n", now })
    }

    #[test]
    fn a_token_is_believed_only_for_this_sign_in_now() {
        let rows = [
            (json!({}), Ok(())),
            (json!({"iss": "https://id.example/"}), Err(Distrust::OtherIssuer)),
            (json!({"iss": "https://evil.example"}), Err(Distrust::OtherIssuer)),
            (json!({"aud": "them"}), Err(Distrust::OtherAudience)),
            (json!({"aud": []}), Err(Distrust::OtherAudience)),
            (json!({"aud": ["us"]}), Ok(())),
            (json!({"aud": ["us", "them"]}), Err(Distrust::OtherAudience)),
            (json!({"aud": ["us", "them"], "azp": "us"}), Ok(())),
            (json!({"aud": ["us", "them"], "azp": "them"}), Err(Distrust::OtherAudience)),
            (json!({"exp": NOW - 119}), Ok(())),
            (json!({"exp": NOW - 120}), Err(Distrust::Expired)),
            (json!({"iat": NOW + 120}), Ok(())),
            (json!({"iat": NOW + 121}), Err(Distrust::NotYet)),
            (json!({"nbf": NOW + 500}), Err(Distrust::NotYet)),
            (json!({"iat": NOW - 15 * 60 - 120}), Err(Distrust::Stale)),
            (json!({"nonce": "other"}), Err(Distrust::OtherNonce)),
            (json!({"nonce": null}), Err(Distrust::OtherNonce)),
            (json!({"sub": ""}), Err(Distrust::SubjectInvalid)),
            (json!({"sub": "x".repeat(256)}), Err(Distrust::SubjectInvalid)),
        ];
        for (change, expected) in rows {
            assert_eq!(check(change.clone()), expected, "{change}");
        }
    }

    fn claims(change: Value) -> Claims {
        let mut token = good();
        token.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(token).unwrap()
    }

    #[test]
    fn an_address_counts_only_when_it_was_verified() {
        assert_eq!(claims(json!({"email": "a@ex.org"})).verified_email(), None);
        assert_eq!(claims(json!({"email": "a@ex.org", "email_verified": false})).verified_email(), None);
        assert_eq!(claims(json!({"email": "a@ex.org", "email_verified": "no"})).verified_email(), None);
        for yes in [json!(true), json!("true"), json!("True"), json!(1)] {
            assert_eq!(claims(json!({"email": "a@ex.org", "email_verified": yes})).verified_email(), Some("a@ex.org"));
        }
        assert_eq!(claims(json!({"email": "a@ex.org", "xms_edov": "1"})).verified_email(), Some("a@ex.org"));
    }

    #[test]
    fn a_profile_adds_what_the_token_leaves_out_and_only_of_the_same_person() {
        let profile = |sub: &str| Profile {
            sub: sub.into(),
            email: Some("a@ex.org".into()),
            email_verified: true,
            name: Some("Ann".into()),
        };
        assert_eq!(claims(json!({})).with(profile("u1")).verified_email(), Some("a@ex.org"));
        assert_eq!(claims(json!({})).with(profile("u2")).verified_email(), None);
        assert_eq!(claims(json!({"email": "b@ex.org"})).with(profile("u1")).verified_email(), None, "the token's address stays");
    }

    #[test]
    fn a_second_factor_is_what_the_realm_says_it_is() {
        let values = BTreeSet::from(["mfa".to_owned(), "urn:strong".to_owned()]);
        assert!(claims(json!({"amr": ["pwd", "mfa"]})).shows_factor(&values));
        assert!(claims(json!({"acr": "urn:strong"})).shows_factor(&values));
        assert!(!claims(json!({"amr": ["pwd"], "acr": "0"})).shows_factor(&values));
        assert!(!claims(json!({"amr": ["mfa"]})).shows_factor(&BTreeSet::new()));
    }
}
