//! An account: one company's own customer database. Its kind, status, place, money and time, what it subscribes to, and
//! what each of its users is and may do in it. A person has one login for all her accounts; everything here is per account.

use crate::id::{AccountId, OwnerId, PermissionSetId, PersonId};
use crate::limits::NAME_CHARS_MAX;
use crate::object::{BUILT_IN, ObjectType};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

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

/// Whether a user can enter the account. Deactivated and invited users keep their seats, which do not count. Source: spec 7.1.
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

/// Which records of a type a permission reaches. The order is that of width.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    None,
    Owned,
    Team,
    Everything,
}

impl Scope {
    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Scope::None => "none",
            Scope::Owned => "owned",
            Scope::Team => "team",
            Scope::Everything => "everything",
        }
    }
}

/// What can be done with records of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    View,
    Edit,
    Delete,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Deed; 3] = [Deed::View, Deed::Edit, Deed::Delete];

    /// The name inside a permission's code.
    pub fn name(self) -> &'static str {
        match self {
            Deed::View => "view",
            Deed::Edit => "edit",
            Deed::Delete => "delete",
        }
    }
}

/// A permission that is not about one object type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// See what sister companies did with a customer.
    #[serde(rename = "mirroring.view")]
    MirroringView,
    #[serde(rename = "import")]
    Import,
    #[serde(rename = "export")]
    Export,
    #[serde(rename = "users.manage")]
    UsersManage,
    #[serde(rename = "settings.manage")]
    SettingsManage,
    /// Define properties and pipelines.
    #[serde(rename = "definitions.manage")]
    DefinitionsManage,
    #[serde(rename = "tokens.manage")]
    TokensManage,
    /// Read the account's log, disclosures included.
    #[serde(rename = "audit.view")]
    AuditView,
    /// Erase for good.
    #[serde(rename = "records.erase")]
    RecordsErase,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 9] = [
        Permission::MirroringView,
        Permission::Import,
        Permission::Export,
        Permission::UsersManage,
        Permission::SettingsManage,
        Permission::DefinitionsManage,
        Permission::TokensManage,
        Permission::AuditView,
        Permission::RecordsErase,
    ];

    /// The stored and wire code.
    pub fn code(self) -> &'static str {
        match self {
            Permission::MirroringView => "mirroring.view",
            Permission::Import => "import",
            Permission::Export => "export",
            Permission::UsersManage => "users.manage",
            Permission::SettingsManage => "settings.manage",
            Permission::DefinitionsManage => "definitions.manage",
            Permission::TokensManage => "tokens.manage",
            Permission::AuditView => "audit.view",
            Permission::RecordsErase => "records.erase",
        }
    }

    /// The permission of a code.
    pub fn from_code(code: &str) -> Option<Permission> {
        Permission::ALL.into_iter().find(|p| p.code() == code)
    }
}

/// The permissions of one user: by object type and deed, and by name. What is not named is not allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    #[serde(default)]
    pub objects: BTreeMap<ObjectType, BTreeMap<Deed, Scope>>,
    #[serde(default)]
    pub names: BTreeSet<Permission>,
}

impl Permissions {
    /// Everything there is: a Super Admin's.
    pub fn all() -> Permissions {
        Permissions::everywhere(&Deed::ALL, &Permission::ALL)
    }

    /// A Partner Admin's: everything but users' management and erasing. Source: spec 7.2.
    pub fn partner_admin() -> Permissions {
        let withheld = [Permission::UsersManage, Permission::RecordsErase, Permission::TokensManage];
        let names: Vec<_> = Permission::ALL.into_iter().filter(|p| !withheld.contains(p)).collect();
        Permissions::everywhere(&Deed::ALL, &names)
    }

    /// A standard user's who was given no permission set: works with all records, deletes none, manages nothing.
    pub fn member() -> Permissions {
        Permissions::everywhere(&[Deed::View, Deed::Edit], &[Permission::MirroringView, Permission::Export])
    }

    /// The given deeds on every record of every type, and the given names.
    pub fn everywhere(deeds: &[Deed], names: &[Permission]) -> Permissions {
        let scopes: BTreeMap<_, _> = deeds.iter().map(|d| (*d, Scope::Everything)).collect();
        Permissions {
            objects: BUILT_IN.iter().map(|(t, ..)| (*t, scopes.clone())).collect(),
            names: names.iter().copied().collect(),
        }
    }

    /// How far a deed reaches on records of a type.
    pub fn scope(&self, object: ObjectType, deed: Deed) -> Scope {
        self.objects.get(&object).and_then(|o| o.get(&deed)).copied().unwrap_or_default()
    }

    /// The same with one scope replaced.
    pub fn with(mut self, object: ObjectType, deed: Deed, scope: Scope) -> Permissions {
        self.objects.entry(object).or_default().insert(deed, scope);
        self
    }

    /// The same without a name.
    pub fn without(mut self, name: Permission) -> Permissions {
        self.names.remove(&name);
        self
    }

    /// What both grant: a token made by a person can do no more than she.
    pub fn intersect(&self, other: &Permissions) -> Permissions {
        let mut objects = BTreeMap::new();
        for (object, deeds) in &self.objects {
            let both = deeds.iter().map(|(d, s)| (*d, (*s).min(other.scope(*object, *d)))).collect();
            objects.insert(*object, both);
        }
        Permissions { objects, names: self.names.intersection(&other.names).copied().collect() }
    }

    /// What either grants.
    pub fn union(&self, other: &Permissions) -> Permissions {
        let mut objects = self.objects.clone();
        for (object, deeds) in &other.objects {
            let mine = objects.entry(*object).or_default();
            for (deed, scope) in deeds {
                mine.entry(*deed).and_modify(|s| *s = (*s).max(*scope)).or_insert(*scope);
            }
        }
        Permissions { objects, names: self.names.union(&other.names).copied().collect() }
    }

    /// Whether these grant all that the others grant: nobody hands out what she does not hold. Source: spec 7.2.
    pub fn cover(&self, other: &Permissions) -> bool {
        let objects = other.objects.iter().flat_map(|(object, deeds)| deeds.iter().map(move |(deed, s)| (object, deed, s)));
        self.names.is_superset(&other.names) && objects.into_iter().all(|(o, d, s)| self.scope(*o, *d) >= *s)
    }

    /// What a code of [`Permissions::codes`] grants.
    pub fn of_code(code: &str) -> Option<Permissions> {
        if let Some(name) = Permission::from_code(code) {
            return Some(Permissions { names: BTreeSet::from([name]), ..Permissions::default() });
        }
        let mut parts = code.split('.');
        let object = ObjectType::from_segment(parts.next()?)?;
        let deed = parts.next().and_then(|text| Deed::ALL.into_iter().find(|deed| deed.name() == text))?;
        let widths = [Scope::Owned, Scope::Team, Scope::Everything];
        let width = parts.next().and_then(|text| widths.into_iter().find(|width| width.name() == text))?;
        parts.next().is_none().then(|| Permissions::default().with(object, deed, width))
    }

    /// Codes for the browser: `contacts.view.everything`, `mirroring.view`; what is not allowed is left out.
    pub fn codes(&self) -> Vec<String> {
        let mut codes = Vec::new();
        for (object, deeds) in &self.objects {
            for (deed, scope) in deeds.iter().filter(|(_, s)| **s > Scope::None) {
                codes.push(format!("{}.{}.{}", object.plural(), deed.name(), scope.name()));
            }
        }
        codes.extend(self.names.iter().map(|p| p.code().to_owned()));
        codes
    }
}

/// Named permissions that are handed to users. At most 100 an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionSet {
    pub id: PermissionSetId,
    pub name: String,
    pub permissions: Permissions,
}

/// What a user may do: by role, or by her permission set; a view-only seat takes every change away. Source: spec 7.2, 7.3.
pub fn permissions(role: Role, set: Option<&PermissionSet>, seats: &BTreeSet<Seat>) -> Permissions {
    let granted = match role {
        Role::SuperAdmin => return Permissions::all(),
        Role::PartnerAdmin => Permissions::partner_admin(),
        Role::Standard => set.map_or_else(Permissions::member, |s| s.permissions.clone()),
    };
    let view_only = seats.len() == 1 && seats.contains(&Seat::ViewOnly);
    if view_only { granted.intersect(&view_only_ceiling()) } else { granted }
}

fn view_only_ceiling() -> Permissions {
    Permissions::everywhere(&[Deed::View], &[Permission::MirroringView, Permission::Export, Permission::AuditView])
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

/// A name as it is kept: trimmed, not empty, at most 255 characters, no control characters.
pub fn name(text: &str) -> Result<String, Refusal> {
    let trimmed = text.trim();
    let n_chars = trimmed.chars().count();
    match () {
        () if n_chars == 0 => Err(Refusal::NameEmpty),
        () if n_chars > NAME_CHARS_MAX => Err(Refusal::NameTooLong { n_chars }),
        () if trimmed.chars().any(char::is_control) => Err(Refusal::NameHasControlCharacter),
        () => Ok(trimmed.to_owned()),
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
    use crate::object::{CONTACT, DEAL};

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
        assert_eq!(name("   "), Err(Refusal::NameEmpty));
        assert_eq!(name("a\u{0}b"), Err(Refusal::NameHasControlCharacter));
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

    #[test]
    fn a_view_only_seat_takes_every_change_away() {
        let seats = BTreeSet::from([Seat::ViewOnly]);
        let p = permissions(Role::Standard, None, &seats);
        assert_eq!(p.scope(CONTACT, Deed::View), Scope::Everything);
        assert_eq!(p.scope(CONTACT, Deed::Edit), Scope::None);
        assert!(!p.names.contains(&Permission::Import));
    }

    #[test]
    fn a_permission_set_replaces_what_a_standard_user_has() {
        let narrow = Permissions::default().with(DEAL, Deed::View, Scope::Owned);
        let set = PermissionSet { id: PermissionSetId(1), name: "Own deals".into(), permissions: narrow };
        let p = permissions(Role::Standard, Some(&set), &BTreeSet::from([Seat::Core]));
        assert_eq!(p.codes(), ["deals.view.owned"]);
        assert_eq!(permissions(Role::SuperAdmin, Some(&set), &BTreeSet::new()), Permissions::all());
    }

    #[test]
    fn an_intersection_grants_what_both_grant() {
        let a = Permissions::all();
        let b = Permissions::default().with(CONTACT, Deed::View, Scope::Team);
        assert_eq!(a.intersect(&b).scope(CONTACT, Deed::View), Scope::Team);
        assert_eq!(a.intersect(&b).scope(DEAL, Deed::View), Scope::None);
    }

    #[test]
    fn permissions_cover_what_they_grant_and_nothing_else() {
        let owned = Permissions::default().with(CONTACT, Deed::View, Scope::Owned);
        let all = Permissions::default().with(CONTACT, Deed::View, Scope::Everything).with(DEAL, Deed::View, Scope::None);
        assert!(Permissions::all().cover(&all) && all.cover(&owned) && owned.cover(&Permissions::default()));
        assert!(!owned.cover(&all));
        assert!(!Permissions::all().without(Permission::Import).cover(&Permissions::all()));
        assert_eq!(owned.union(&all).scope(CONTACT, Deed::View), Scope::Everything);
    }

    #[test]
    fn permissions_survive_storage() {
        let text = serde_json::to_string(&Permissions::all()).unwrap();
        assert_eq!(serde_json::from_str::<Permissions>(&text).unwrap(), Permissions::all());
        assert!(text.contains("\"mirroring.view\""));
    }
}
