//! Provisioning: an identity provider's directory tells an organization who its people are (SCIM), and its groups give them
//! accounts. What it says is kept as it is; what it means in an account is decided here.
//!
//! ```text
//!   directory --person, group, members--> organization
//!   a Super Admin of an account --grant--> (group, account, role, permission set, seats)
//!   what is granted to her now + what was given last + what she is there --step--> give | take | nothing
//! ```
//! An account takes part while its own Super Admin consents. What a person was given by hand is left alone, and what was changed
//! by hand stays until the directory says something else.

use crate::account::{AccountUser, Role, Seat, UserStatus};
use crate::fold::is_steering;
use crate::id::{AccountId, OrganizationId, PermissionSetId, PersonId, ProvisionedGroupId, TokenId};
use crate::identity::person;
use crate::limits::{NAME_CHARS_MAX, PROVISIONED_TEXT_CHARS_MAX};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

/// A key by which a directory provisions an organization. Its text is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisioningToken {
    pub id: TokenId,
    pub organization: OrganizationId,
    pub name: String,
    /// The text's beginning and end.
    pub hint: String,
    pub created_by: Option<PersonId>,
    pub created_at: Timestamp,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
}

/// The text of a token made of a random text.
pub fn token_text(random: &str) -> String {
    format!("scim-{random}")
}

/// What may be shown of it later.
pub fn token_hint(text: &str) -> String {
    let tail: Vec<char> = text.chars().rev().take(4).collect();
    format!("scim-…{}", tail.into_iter().rev().collect::<String>())
}

/// A person as the directory tells of her.
#[derive(Debug, Clone, PartialEq)]
pub struct Provisioned {
    pub person: PersonId,
    pub said: Said,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a directory says of a person: its document, and what of it counts here.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub user_name: String,
    pub external_id: Option<String>,
    pub active: bool,
    /// As it is given back.
    pub document: Map<String, Value>,
}

/// What a directory says of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub id: ProvisionedGroupId,
    pub name: String,
    pub external_id: Option<String>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Why a person is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    UserNameMissing,
    AddressMissing,
    Address(person::Refusal),
    TextTooLong { place: String, n_chars: usize },
    TextSteers { place: String },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::UserNameMissing => "USER_NAME_MISSING",
            Refusal::AddressMissing => "EMAIL_MISSING",
            Refusal::Address(refusal) => refusal.code(),
            Refusal::TextTooLong { .. } => "TEXT_TOO_LONG",
            Refusal::TextSteers { .. } => "TEXT_HAS_CONTROL_CHARACTER",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UserNameMissing => f.write_str("userName is missing"),
            Refusal::AddressMissing => {
                f.write_str("neither emails nor userName holds an e-mail address, by which people sign in")
            }
            Refusal::Address(refusal) => refusal.fmt(f),
            Refusal::TextTooLong { place, n_chars } => {
                write!(f, "{place} has {n_chars} characters; at most {PROVISIONED_TEXT_CHARS_MAX} are kept")
            }
            Refusal::TextSteers { place } => {
                write!(f, "{place} contains a control character, or one that turns the direction of text")
            }
        }
    }
}

/// Whether the texts of a document can be kept: none too long, none that steers the text around it. What was kept before stays
/// as it is, so that a directory can always say that somebody left.
pub fn check_texts(document: &Map<String, Value>, before: Option<&Map<String, Value>>) -> Result<(), Refusal> {
    let is_new = |name: &str, value: &Value| before.and_then(|before| before.get(name)) != Some(value);
    document.iter().filter(|(name, value)| is_new(name, value)).try_for_each(|(name, value)| check_value(name, value))
}

/// The attribute is named as its path is: `name.givenName`, `emails.value`.
fn check_value(place: &str, value: &Value) -> Result<(), Refusal> {
    match value {
        Value::String(text) => check_text(place, text),
        Value::Array(items) => items.iter().try_for_each(|item| check_value(place, item)),
        Value::Object(parts) => parts.iter().try_for_each(|(part, value)| check_value(&format!("{place}.{part}"), value)),
        _ => Ok(()),
    }
}

/// The same for one text.
pub fn check_text(place: &str, text: &str) -> Result<(), Refusal> {
    let (place, n_chars) = (place.to_owned(), text.chars().count());
    match () {
        () if text.chars().any(is_steering) => Err(Refusal::TextSteers { place }),
        () if n_chars > PROVISIONED_TEXT_CHARS_MAX => Err(Refusal::TextTooLong { place, n_chars }),
        () => Ok(()),
    }
}

fn text<'d>(document: &'d Map<String, Value>, name: &str) -> Option<&'d str> {
    document.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

impl Said {
    /// What counts of a document. Not said to be inactive is active.
    pub fn of(document: Map<String, Value>) -> Result<Said, Refusal> {
        let user_name = text(&document, "userName").ok_or(Refusal::UserNameMissing)?.to_owned();
        let said = Said {
            user_name,
            external_id: text(&document, "externalId").map(str::to_owned),
            active: document.get("active") != Some(&Value::Bool(false)),
            document,
        };
        said.address()?;
        Ok(said)
    }

    /// The address by which she signs in: the primary one, else that of work, else the first, else her user name where it is one.
    pub fn address(&self) -> Result<&str, Refusal> {
        let emails: Vec<&Value> = self.document.get("emails").and_then(Value::as_array).into_iter().flatten().collect();
        let value = |email: &&Value| email["value"].as_str().is_some_and(|text| !text.trim().is_empty());
        let is_work = |email: &&&Value| email["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("work"));
        let mut with_value = emails.iter().copied().filter(value).collect::<Vec<_>>();
        with_value.sort_by_key(|email| (email["primary"] != Value::Bool(true), !is_work(&email)));
        let found = with_value.first().and_then(|email| email["value"].as_str());
        let found = found.or_else(|| Some(self.user_name.as_str()).filter(|name| name.contains('@')));
        let address = found.ok_or(Refusal::AddressMissing)?;
        person::email(address).map(|_| address).map_err(Refusal::Address)
    }

    /// What she is called: as it is shown, else as it is composed, else what stands before the @.
    pub fn name(&self) -> String {
        let empty = Map::new();
        let name = self.document.get("name").and_then(Value::as_object).unwrap_or(&empty);
        let composed = ["givenName", "familyName"].into_iter().filter_map(|part| text(name, part)).collect::<Vec<_>>().join(" ");
        let named = text(&self.document, "displayName")
            .or_else(|| text(name, "formatted"))
            .or_else(|| Some(composed.as_str()).filter(|name| !name.is_empty()));
        let fallback = || self.address().ok().and_then(|address| address.split('@').next()).unwrap_or_default();
        let of_text = |text: &str| person::full_name(&text.chars().take(NAME_CHARS_MAX).collect::<String>()).ok();
        named.and_then(of_text).unwrap_or_else(|| fallback().chars().take(NAME_CHARS_MAX).collect())
    }

    /// Her language, if it is one of the product's.
    pub fn locale(&self) -> Option<String> {
        text(&self.document, "preferredLanguage").and_then(|text| person::locale(text).ok())
    }
}

/// What members of a group get in an account. Opened by a Super Admin of that account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub group: ProvisionedGroupId,
    pub account: AccountId,
    pub gives: Given,
    /// 0 is the command line.
    pub opened_by: PersonId,
    pub opened_at: Timestamp,
}

/// What somebody is in an account by the directory's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub role: Role,
    pub permission_set: Option<PermissionSetId>,
    pub seats: BTreeSet<Seat>,
}

/// What several grants give together: the role that may more, the permission set of the first that was opened, every seat.
pub fn together(grants: &[Grant]) -> Option<Given> {
    let mut in_order: Vec<&Grant> = grants.iter().collect();
    in_order.sort_by_key(|grant| (grant.gives.role != Role::SuperAdmin, grant.opened_at, grant.group));
    let first = in_order.first()?;
    let seats = grants.iter().flat_map(|grant| grant.gives.seats.iter().copied()).collect();
    Some(Given { role: first.gives.role, permission_set: first.gives.permission_set, seats })
}

/// What is to be done about somebody in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// As the directory wants it, or as somebody wished it by hand since.
    Nothing,
    Give(Given),
    /// Nothing grants her the account any more.
    Take,
}

/// The step from what was given last and what she is there to what is granted now.
pub fn step(granted: Option<Given>, last: Option<&Given>, user: Option<&AccountUser>) -> Step {
    match (granted, last) {
        (None, None) => Step::Nothing,
        (None, Some(_)) => Step::Take,
        (Some(granted), Some(last)) if granted == *last => Step::Nothing,
        // A Super Admin who is one by hand stays one: a group must not take from her what it did not give.
        (Some(granted), last)
            if granted.role != Role::SuperAdmin
                && last.is_none_or(|last| last.role != Role::SuperAdmin)
                && user.is_some_and(|user| user.role == Role::SuperAdmin && user.status == UserStatus::Active) =>
        {
            Step::Nothing
        }
        (Some(granted), _) => Step::Give(granted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::OwnerId;
    use serde_json::json;

    fn said(document: Value) -> Result<Said, Refusal> {
        Said::of(document.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn the_address_and_the_name_are_found_where_directories_put_them() {
        let okta = said(json!({"userName": "ann@ex.org", "name": {"givenName": "Ann", "familyName": "Jones"}})).unwrap();
        assert_eq!((okta.address(), okta.name().as_str(), okta.active), (Ok("ann@ex.org"), "Ann Jones", true));
        let emails = json!([{"value": "home@ex.org"}, {"type": "work", "value": "work@ex.org"}]);
        let entra =
            said(json!({"userName": "ann_upn@tenant.example", "emails": emails, "active": false, "displayName": "A. Jones"}));
        let entra = entra.unwrap();
        assert_eq!((entra.address(), entra.name().as_str(), entra.active), (Ok("work@ex.org"), "A. Jones", false));
        let primary = json!([{"type": "work", "value": "work@ex.org"}, {"value": "p@ex.org", "primary": true}]);
        assert_eq!(said(json!({"userName": "ann", "emails": primary})).unwrap().address(), Ok("p@ex.org"));
        let bare = said(json!({"userName": "ann@ex.org", "displayName": "\u{0}", "preferredLanguage": "da-DK"})).unwrap();
        assert_eq!((bare.name().as_str(), bare.locale().as_deref()), ("ann", Some("da")));
        assert_eq!(said(json!({"emails": [{"value": "a@ex.org"}]})), Err(Refusal::UserNameMissing));
        assert_eq!(said(json!({"userName": "ann"})), Err(Refusal::AddressMissing));
        assert_eq!(said(json!({"userName": "a@b@c"})).unwrap_err().code(), "EMAIL_INVALID");
    }

    #[test]
    fn texts_that_cannot_be_kept_are_named() {
        let document = |value: Value| value.as_object().cloned().unwrap();
        let refused = |value: Value| check_texts(&document(value), None).unwrap_err();
        let steers = |place: &str| Refusal::TextSteers { place: place.into() };
        assert_eq!(refused(json!({"name": {"givenName": "A\u{0}nn"}})), steers("name.givenName"));
        assert_eq!(refused(json!({"displayName": "Ann \u{202E}nimdA"})), steers("displayName"));
        assert_eq!(refused(json!({"emails": [{"value": "a@ex.org"}, {"type": "wo\u{2066}rk"}]})), steers("emails.type"));
        let long = refused(json!({"name": {"familyName": "x".repeat(500)}}));
        assert_eq!(long.to_string(), "name.familyName has 500 characters; at most 255 are kept");
        let ann = document(json!({"userName": "é".repeat(255), "displayName": "חברה\u{200F} 7", "active": false}));
        assert_eq!(check_texts(&ann, None), Ok(()));
        let old = document(json!({"displayName": "x".repeat(500), "active": true}));
        let off = document(json!({"displayName": "x".repeat(500), "active": false}));
        assert_eq!(check_texts(&off, Some(&old)), Ok(()), "what was kept before does not keep anybody in");
        assert!(check_texts(&off, Some(&ann)).is_err());
    }

    fn given(role: Role, set: i64) -> Given {
        Given { role, permission_set: Some(PermissionSetId(set)), seats: BTreeSet::new() }
    }

    #[test]
    fn several_groups_give_together() {
        let grant = |group, role, set, minute: i64, seats: &[Seat]| Grant {
            group: ProvisionedGroupId(group),
            account: AccountId(1),
            gives: Given { seats: seats.iter().copied().collect(), ..given(role, set) },
            opened_by: PersonId(1),
            opened_at: Timestamp::from_second(minute * 60).unwrap(),
        };
        let later = grant(1, Role::Standard, 11, 9, &[Seat::Sales]);
        let first = grant(2, Role::Standard, 12, 5, &[Seat::Core]);
        let both = together(&[later.clone(), first.clone()]).unwrap();
        assert_eq!(both.permission_set, Some(PermissionSetId(12)), "the first that was opened counts");
        assert_eq!(both.seats, BTreeSet::from([Seat::Core, Seat::Sales]));
        let chief = grant(3, Role::SuperAdmin, 13, 20, &[]);
        assert_eq!(together(&[later, first, chief]).unwrap().role, Role::SuperAdmin);
        assert_eq!(together(&[]), None);
    }

    #[test]
    fn what_was_done_by_hand_is_left_alone() {
        let user = |role, status| AccountUser {
            account: AccountId(1),
            person: PersonId(2),
            owner: OwnerId(3),
            role,
            status,
            seats: BTreeSet::new(),
            permission_set: None,
        };
        let (reps, others) = (given(Role::Standard, 1), given(Role::Standard, 2));
        let plain = user(Role::Standard, UserStatus::Active);
        let chief = user(Role::SuperAdmin, UserStatus::Active);
        assert_eq!(step(None, None, Some(&plain)), Step::Nothing, "nobody granted it, and nobody takes it");
        assert_eq!(step(Some(reps.clone()), None, None), Step::Give(reps.clone()));
        assert_eq!(step(Some(reps.clone()), None, Some(&plain)), Step::Give(reps.clone()), "the directory takes over");
        assert_eq!(step(Some(reps.clone()), Some(&reps), Some(&user(Role::Standard, UserStatus::Deactivated))), Step::Nothing);
        assert_eq!(step(Some(others.clone()), Some(&reps), Some(&plain)), Step::Give(others));
        assert_eq!(step(None, Some(&reps), Some(&plain)), Step::Take);
        assert_eq!(step(Some(reps.clone()), None, Some(&chief)), Step::Nothing, "a group does not demote a Super Admin");
        let was_chief = given(Role::SuperAdmin, 1);
        assert_eq!(step(Some(reps.clone()), Some(&was_chief), Some(&chief)), Step::Give(reps), "what it gave it may take");
    }
}
