//! An account: one company's own customer database. Its kind, status, place, money and time, what it subscribes to, and
//! what each of its users is and may do in it. A person has one login for all her accounts; everything here is per account.

use crate::id::{AccountId, OwnerId, PermissionSetId, PersonId};
use crate::limits::NAME_CHARS_MAX;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

mod permission;

pub use permission::{Deed, Permission, PermissionSet, Permissions, Scope, permissions};

/// What an account is for. Only standard accounts join organizations under parity rules. Source: spec 1.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Standard,
    Sandbox,
    Trial,
    Developer,
}

impl Kind {
    /// Every kind, in the order settings show them.
    pub const ALL: [Kind; 4] = [Kind::Standard, Kind::Sandbox, Kind::Trial, Kind::Developer];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Standard => "standard",
            Kind::Sandbox => "sandbox",
            Kind::Trial => "trial",
            Kind::Developer => "developer",
        }
    }
}

/// Whether an account works. Suspended keeps its memberships but freezes what flows; deactivated loses them. Source: spec 1.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    Suspended,
    Deactivated,
}

impl Status {
    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Suspended => "suspended",
            Status::Deactivated => "deactivated",
        }
    }
}

/// What can be subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    Marketing,
    Sales,
    Service,
    Data,
    Content,
    Commerce,
}

impl Product {
    /// Every product.
    pub const ALL: [Product; 6] =
        [Product::Marketing, Product::Sales, Product::Service, Product::Data, Product::Content, Product::Commerce];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Product::Marketing => "marketing",
            Product::Sales => "sales",
            Product::Service => "service",
            Product::Data => "data",
            Product::Content => "content",
            Product::Commerce => "commerce",
        }
    }
}

/// How much of a product. The order is the order of price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Free,
    Starter,
    Professional,
    Enterprise,
}

impl Tier {
    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Free => "free",
            Tier::Starter => "starter",
            Tier::Professional => "professional",
            Tier::Enterprise => "enterprise",
        }
    }
}

/// The tier an account has of each product; a product that is not named is free.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subscriptions(pub BTreeMap<Product, Tier>);

impl Subscriptions {
    /// From pairs, the later one winning.
    pub fn of(pairs: &[(Product, Tier)]) -> Subscriptions {
        Subscriptions(pairs.iter().copied().collect())
    }

    /// The tier held of a product.
    pub fn tier(&self, product: Product) -> Tier {
        self.0.get(&product).copied().unwrap_or(Tier::Free)
    }

    /// Holds Marketing Hub Enterprise, which an organization hangs on. Source: spec 1.1.
    pub fn is_anchor(&self) -> bool {
        self.tier(Product::Marketing) == Tier::Enterprise
    }

    /// At least Professional of any product. Source: spec 1.2 (4).
    pub fn has_professional(&self) -> bool {
        self.0.values().any(|t| *t >= Tier::Professional)
    }

    /// At least Professional of Sales or of Service, which mirroring into an account needs. Source: spec 3.2.
    pub fn has_sales_or_service_professional(&self) -> bool {
        self.tier(Product::Sales) >= Tier::Professional || self.tier(Product::Service) >= Tier::Professional
    }
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub kind: Kind,
    pub status: Status,
    /// The name of the data-hosting location, as configured; each location is a database.
    pub location: String,
    /// An IANA name.
    pub time_zone: String,
    /// An ISO 4217 code.
    pub currency: String,
    pub subscriptions: Subscriptions,
    /// Stores sensitive data. Once on it stays on. Source: spec 2.3.
    pub sensitive: bool,
    pub created_at: Timestamp,
}

/// What a person is in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    SuperAdmin,
    /// Staff of a partner company: sees much, manages no Super Admins and no organizations. Source: spec 7.2.
    PartnerAdmin,
    /// What the permission set says.
    Standard,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 3] = [Role::SuperAdmin, Role::PartnerAdmin, Role::Standard];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Role::SuperAdmin => "super_admin",
            Role::PartnerAdmin => "partner_admin",
            Role::Standard => "standard",
        }
    }
}

/// A paid place of a user in an account. A view-only seat changes nothing, whatever the permissions say. Source: spec 7.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    Core,
    Sales,
    Service,
    ViewOnly,
}

impl Seat {
    /// Every seat.
    pub const ALL: [Seat; 4] = [Seat::Core, Seat::Sales, Seat::Service, Seat::ViewOnly];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Seat::Core => "core",
            Seat::Sales => "sales",
            Seat::Service => "service",
            Seat::ViewOnly => "view_only",
        }
    }
}

/// Whether a user can enter the account. A deactivated user keeps her seats without their
/// counting, see [`crate::billing::seats`]. Source: spec 7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// Has not accepted yet: only her own link lets her in, and until then nobody learns more of her than the address.
    Invited,
    Active,
    Deactivated,
}

impl UserStatus {
    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            UserStatus::Invited => "invited",
            UserStatus::Active => "active",
            UserStatus::Deactivated => "deactivated",
        }
    }
}

/// One person's place in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountUser {
    pub account: AccountId,
    pub person: PersonId,
    pub owner: OwnerId,
    pub role: Role,
    pub status: UserStatus,
    pub seats: BTreeSet<Seat>,
    pub permission_set: Option<PermissionSetId>,
}

/// Why a setting of an account was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    NameEmpty,
    NameTooLong { n_chars: usize },
    NameHasControlCharacter,
    CurrencyUnknown(String),
    TimeZoneUnknown(String),
    SensitiveStaysOn,
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NameEmpty => "NAME_EMPTY",
            Refusal::NameTooLong { .. } => "NAME_TOO_LONG",
            Refusal::NameHasControlCharacter => "NAME_HAS_CONTROL_CHARACTER",
            Refusal::CurrencyUnknown(_) => "CURRENCY_UNKNOWN",
            Refusal::TimeZoneUnknown(_) => "TIME_ZONE_UNKNOWN",
            Refusal::SensitiveStaysOn => "SENSITIVE_STAYS_ON",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NameEmpty => write!(f, "a name needs at least one visible character"),
            Refusal::NameTooLong { n_chars } => {
                write!(f, "the name has {n_chars} characters; at most {NAME_CHARS_MAX} are allowed")
            }
            Refusal::NameHasControlCharacter => write!(f, "the name contains a control character"),
            Refusal::CurrencyUnknown(code) => write!(f, "\"{code}\" is not an ISO 4217 currency code such as EUR"),
            Refusal::TimeZoneUnknown(name) => write!(f, "\"{name}\" is not an IANA time zone such as Europe/Rome"),
            Refusal::SensitiveStaysOn => write!(f, "an account that stores sensitive data cannot stop doing so"),
        }
    }
}

/// A name as it is kept: trimmed, composed, not empty, at most 255 characters, nothing that steers the text around it.
pub fn name(text: &str) -> Result<String, Refusal> {
    let trimmed = crate::fold::composed(text.trim());
    let n_chars = trimmed.chars().count();
    match () {
        () if crate::fold::is_blank(&trimmed) => Err(Refusal::NameEmpty),
        () if n_chars > NAME_CHARS_MAX => Err(Refusal::NameTooLong { n_chars }),
        () if trimmed.chars().any(crate::fold::is_steering) => Err(Refusal::NameHasControlCharacter),
        () => Ok(trimmed),
    }
}

/// A currency code as it is kept: upper case and known to ISO 4217.
pub fn currency(text: &str) -> Result<String, Refusal> {
    let code = text.trim().to_ascii_uppercase();
    let known = include_str!("account/currencies.txt").split_ascii_whitespace().any(|c| c == code);
    if known { Ok(code) } else { Err(Refusal::CurrencyUnknown(text.chars().take(64).collect())) }
}

/// A time zone as it is kept: an IANA name, its capitals put right.
pub fn time_zone(text: &str) -> Result<String, Refusal> {
    let found = include_str!("account/time_zones.txt").lines().find(|z| z.eq_ignore_ascii_case(text.trim()));
    found.map(str::to_owned).ok_or_else(|| Refusal::TimeZoneUnknown(text.chars().take(64).collect()))
}

/// The sensitive flag after a wish: it can only be turned on. Source: spec 2.3.
pub fn sensitive(now: bool, wished: bool) -> Result<bool, Refusal> {
    if now && !wished { Err(Refusal::SensitiveStaysOn) } else { Ok(wished) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marketing_enterprise_makes_an_anchor() {
        assert!(Subscriptions::of(&[(Product::Marketing, Tier::Enterprise)]).is_anchor());
        assert!(!Subscriptions::of(&[(Product::Marketing, Tier::Professional), (Product::Sales, Tier::Enterprise)]).is_anchor());
        assert!(!Subscriptions::default().is_anchor());
    }

    #[test]
    fn mirroring_wants_sales_or_service_and_membership_any_product() {
        let content = Subscriptions::of(&[(Product::Content, Tier::Professional)]);
        assert!(content.has_professional() && !content.has_sales_or_service_professional());
        let service = Subscriptions::of(&[(Product::Service, Tier::Enterprise)]);
        assert!(service.has_professional() && service.has_sales_or_service_professional());
        let starter = Subscriptions::of(&[(Product::Sales, Tier::Starter)]);
        assert!(!starter.has_professional() && !starter.has_sales_or_service_professional());
    }

    #[test]
    fn names_keep_every_script_and_refuse_what_cannot_be_seen() {
        assert_eq!(name("  Nørrebro Æbler ApS "), Ok("Nørrebro Æbler ApS".into()));
        assert_eq!(name("شركة"), Ok("شركة".into()));
        for nothing in ["", "   ", "\u{200b}", "\u{2060}\u{301}", "\u{3164}"] {
            assert_eq!(name(nothing), Err(Refusal::NameEmpty), "{}", nothing.escape_unicode());
        }
        assert_eq!(name("a\u{0}b"), Err(Refusal::NameHasControlCharacter));
        assert_eq!(name("E\u{301}quipe"), Ok("Équipe".into()), "two spellings of one name");
        assert_eq!(name("חברה\u{200F} 7"), Ok("חברה\u{200F} 7".into()), "marks belong to text from right to left");
        assert_eq!(name("Ann \u{202E}nimdA"), Err(Refusal::NameHasControlCharacter), "what turns a text round does not");
        let accents = "e\u{301}".repeat(255);
        assert_eq!(name(&accents).map(|name| name.chars().count()), Ok(255), "counted as it is kept");
        assert_eq!(name(&"q\u{301}".repeat(128)), Err(Refusal::NameTooLong { n_chars: 256 }));
        assert_eq!(name(&"x".repeat(256)), Err(Refusal::NameTooLong { n_chars: 256 }));
    }

    #[test]
    fn currencies_and_time_zones_are_those_of_the_standards() {
        assert_eq!(currency("dkk"), Ok("DKK".into()));
        assert_eq!(currency("EURO"), Err(Refusal::CurrencyUnknown("EURO".into())));
        assert_eq!(time_zone("europe/copenhagen"), Ok("Europe/Copenhagen".into()));
        assert_eq!(time_zone("UTC"), Ok("UTC".into()));
        assert_eq!(time_zone("Mars/Olympus"), Err(Refusal::TimeZoneUnknown("Mars/Olympus".into())));
    }

    #[test]
    fn sensitive_data_once_on_stays_on() {
        assert_eq!(sensitive(false, true), Ok(true));
        assert_eq!(sensitive(true, true), Ok(true));
        assert_eq!(sensitive(true, false), Err(Refusal::SensitiveStaysOn));
    }
}
