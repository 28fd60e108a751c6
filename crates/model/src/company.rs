//! A company as the product writes to it: its legal name and address, its points of contact, and who of them is told of what.
//!
//! A point of contact grants no permission. It says who is responsible and who is told. Source: spec 6.
//!
//! ```text
//!   notice --audience (the account's own, else the table below)--> roles --the account's own, else the organization's--> people
//! ```

use crate::account::UserStatus;
use crate::fold::{composed, is_steering};
use crate::id::PersonId;
use crate::identity::person;
use crate::limits::{ADDRESS_CHARS_MAX, BILLING_CONTACTS_MAX, CONTACTS_CONFIRMED_DAYS, NAME_CHARS_MAX, VAT_ID_CHARS_MAX};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What somebody is the point of contact for. Source: spec 6.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactRole {
    /// In daily charge of the account.
    Primary,
    Billing,
    DecisionMaker,
    Onboarding,
    /// The only one that may be somebody who is no user.
    Security,
    TechnicalAdmin,
}

impl ContactRole {
    /// Every role, in the order pages show them.
    pub const ALL: [ContactRole; 6] = [
        ContactRole::Primary,
        ContactRole::Billing,
        ContactRole::DecisionMaker,
        ContactRole::Onboarding,
        ContactRole::Security,
        ContactRole::TechnicalAdmin,
    ];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            ContactRole::Primary => "primary",
            ContactRole::Billing => "billing",
            ContactRole::DecisionMaker => "decision_maker",
            ContactRole::Onboarding => "onboarding",
            ContactRole::Security => "security",
            ContactRole::TechnicalAdmin => "technical_admin",
        }
    }

    /// The role of a name.
    pub fn from_name(name: &str) -> Option<ContactRole> {
        ContactRole::ALL.into_iter().find(|role| role.name() == name)
    }

    /// How many may hold it in one account.
    pub fn holders_max(self) -> usize {
        if self == ContactRole::Billing { BILLING_CONTACTS_MAX } else { 1 }
    }
}

/// A kind of message about the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    Invoice,
    Receipt,
    Order,
    Renewal,
    Upgrade,
    /// Members come and go, connections are opened and cut, the organization ends.
    OrganizationEvent,
    /// A source turned sensitive, and whatever else may need an answer at once.
    SecurityEvent,
    SyncError,
}

impl Notice {
    /// Every kind, in the order pages show them.
    pub const ALL: [Notice; 8] = [
        Notice::Invoice,
        Notice::Receipt,
        Notice::Order,
        Notice::Renewal,
        Notice::Upgrade,
        Notice::OrganizationEvent,
        Notice::SecurityEvent,
        Notice::SyncError,
    ];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Notice::Invoice => "invoice",
            Notice::Receipt => "receipt",
            Notice::Order => "order",
            Notice::Renewal => "renewal",
            Notice::Upgrade => "upgrade",
            Notice::OrganizationEvent => "organization_event",
            Notice::SecurityEvent => "security_event",
            Notice::SyncError => "sync_error",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Notice> {
        Notice::ALL.into_iter().find(|notice| notice.name() == name)
    }

    /// Who is told while the account says nothing else. Source: spec 6.2.
    pub fn audience(self) -> BTreeSet<ContactRole> {
        use ContactRole::{Billing, DecisionMaker, Primary, Security, TechnicalAdmin};
        let roles: &[ContactRole] = match self {
            Notice::Invoice => &[Primary, Billing],
            Notice::Receipt => &[Billing],
            Notice::Order => &[Primary, Billing, DecisionMaker],
            Notice::Renewal => &[Primary, Billing, DecisionMaker],
            Notice::Upgrade => &[Primary, DecisionMaker],
            Notice::OrganizationEvent | Notice::SecurityEvent => &[Primary, Security],
            Notice::SyncError => &[TechnicalAdmin],
        };
        roles.iter().copied().collect()
    }

    /// Roles of which at least one is always told: nobody can silence what may need an answer at once.
    fn must_reach(self) -> &'static [ContactRole] {
        if self == Notice::SecurityEvent { &[ContactRole::Primary, ContactRole::Security] } else { &[] }
    }
}

/// A point of contact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    User(PersonId),
    /// The address of somebody who is no user, as it was written.
    Address(String),
}

/// Who holds which role.
pub type Contacts = BTreeMap<ContactRole, Vec<Contact>>;

/// What an account says about its company. The default is an account that said nothing yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Company {
    pub legal_name: String,
    pub address: String,
    pub vat_id: String,
    /// A role without an entry is held by whom the organization says.
    pub contacts: Contacts,
    /// Kinds of notice whose audience is not the one of [`Notice::audience`].
    pub audiences: BTreeMap<Notice, BTreeSet<ContactRole>>,
    /// When a person last said that the contacts are right.
    pub confirmed_at: Option<Timestamp>,
}

/// What of a company is to be different; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    pub legal_name: Option<String>,
    pub address: Option<String>,
    pub vat_id: Option<String>,
    /// An empty list empties the role.
    pub contacts: Contacts,
    /// `None` goes back to the product's own table.
    pub audiences: BTreeMap<Notice, Option<BTreeSet<ContactRole>>>,
}

/// A user who may become a point of contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligible {
    pub status: UserStatus,
    pub email_folded: String,
}

/// Why a company is not changed so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    TooMany { role: ContactRole, n: usize },
    MustBeUser { role: ContactRole, address: String },
    NotAUser { role: ContactRole, person: PersonId },
    Deactivated { role: ContactRole, person: PersonId },
    PrimaryNeeded,
    Silenced { notice: Notice },
    Email(person::Refusal),
    TooLong { field: &'static str, n: usize, max: usize },
    Steers { field: &'static str },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::TooMany { .. } => "CONTACTS_TOO_MANY",
            Refusal::MustBeUser { .. } => "CONTACT_MUST_BE_USER",
            Refusal::NotAUser { .. } => "CONTACT_NOT_A_USER",
            Refusal::Deactivated { .. } => "CONTACT_DEACTIVATED",
            Refusal::PrimaryNeeded => "PRIMARY_CONTACT_NEEDED",
            Refusal::Silenced { .. } => "NOTICE_SILENCED",
            Refusal::Email(refusal) => refusal.code(),
            Refusal::TooLong { .. } => "COMPANY_FIELD_TOO_LONG",
            Refusal::Steers { .. } => "COMPANY_FIELD_HAS_CONTROL_CHARACTER",
        }
    }

    /// The field it is about.
    pub fn place(&self) -> &'static str {
        match self {
            Refusal::TooMany { role, .. }
            | Refusal::MustBeUser { role, .. }
            | Refusal::NotAUser { role, .. }
            | Refusal::Deactivated { role, .. } => role.name(),
            Refusal::PrimaryNeeded => ContactRole::Primary.name(),
            Refusal::Email(_) => ContactRole::Security.name(),
            Refusal::Silenced { notice } => notice.name(),
            Refusal::TooLong { field, .. } | Refusal::Steers { field } => field,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooMany { role, n } => {
                write!(f, "{n} are named as {}; at most {} can be", role.name(), role.holders_max())
            }
            Refusal::MustBeUser { role, address } => {
                write!(f, "{} must be a user of the account; \"{address}\" is none", role.name())
            }
            Refusal::NotAUser { role, person } => write!(f, "{}: there is no user {person}", role.name()),
            Refusal::Deactivated { role, person } => write!(f, "{}: the user {person} is deactivated", role.name()),
            Refusal::PrimaryNeeded => f.write_str("the primary contact can be replaced, but not left empty"),
            Refusal::Silenced { notice } => {
                let roles: Vec<&str> = notice.must_reach().iter().map(|role| role.name()).collect();
                write!(f, "{} must go to at least one of {}", notice.name(), roles.join(", "))
            }
            Refusal::Email(refusal) => refusal.fmt(f),
            Refusal::TooLong { field, n, max } => write!(f, "{field} has {n} characters; at most {max} are allowed"),
            Refusal::Steers { field } => {
                write!(f, "{field} contains a control character, or one that turns the direction of text")
            }
        }
    }
}

impl Company {
    /// Who is told of a kind of notice.
    pub fn audience(&self, notice: Notice) -> BTreeSet<ContactRole> {
        self.audiences.get(&notice).cloned().unwrap_or_else(|| notice.audience())
    }

    /// Who holds a role, and whether the organization says so.
    pub fn holders<'a>(&'a self, defaults: &'a Contacts, role: ContactRole) -> (&'a [Contact], bool) {
        match self.contacts.get(&role) {
            Some(own) => (own, false),
            None => (defaults.get(&role).map_or(&[], Vec::as_slice), defaults.contains_key(&role)),
        }
    }

    /// Everybody who is told of a kind of notice, each once.
    pub fn told(&self, defaults: &Contacts, notice: Notice) -> BTreeSet<Contact> {
        self.audience(notice).into_iter().flat_map(|role| self.holders(defaults, role).0).cloned().collect()
    }

    /// Whether it is time to ask if the contacts are still right.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        let limit = SignedDuration::from_hours(24 * CONTACTS_CONFIRMED_DAYS);
        self.confirmed_at.is_none_or(|at| now.duration_since(at) >= limit)
    }

    /// The company after a change. Whoever changes the contacts has looked at them, which confirms them.
    pub fn changed(&self, patch: Patch, users: &BTreeMap<PersonId, Eligible>, now: Timestamp) -> Result<Company, Refusal> {
        let mut after = self.clone();
        let fields = [
            ("legalName", patch.legal_name, NAME_CHARS_MAX, &mut after.legal_name),
            ("address", patch.address, ADDRESS_CHARS_MAX, &mut after.address),
            ("vatId", patch.vat_id, VAT_ID_CHARS_MAX, &mut after.vat_id),
        ];
        for (field, wanted, max, place) in fields {
            if let Some(text) = wanted {
                // A page sends every field back: what was kept before is no reason to refuse the others.
                if text.trim() != place.as_str() {
                    *place = fitting(field, &text, max)?;
                }
            }
        }
        if !patch.contacts.is_empty() {
            after.confirmed_at = Some(now);
        }
        after.contacts = contacts(&self.contacts, patch.contacts, users)?;
        for (notice, audience) in patch.audiences {
            match audience {
                Some(roles) if !reaches(notice, &roles) => return Err(Refusal::Silenced { notice }),
                Some(roles) if roles != notice.audience() => drop(after.audiences.insert(notice, roles)),
                _ => drop(after.audiences.remove(&notice)),
            }
        }
        Ok(after)
    }

    /// The company whose contacts somebody has just called right.
    pub fn confirmed(&self, now: Timestamp) -> Company {
        Company { confirmed_at: Some(now), ..self.clone() }
    }
}

fn reaches(notice: Notice, roles: &BTreeSet<ContactRole>) -> bool {
    let needed = notice.must_reach();
    needed.is_empty() || needed.iter().any(|role| roles.contains(role))
}

/// A text as it is kept and printed. An address has lines, the others are one.
fn fitting(field: &'static str, text: &str, max: usize) -> Result<String, Refusal> {
    let text = composed(text.trim());
    let n = text.chars().count();
    let is_break = |c: char| field == "address" && matches!(c, '\n' | '\r');
    match () {
        () if n > max => Err(Refusal::TooLong { field, n, max }),
        () if text.chars().any(|c| is_steering(c) && !is_break(c)) => Err(Refusal::Steers { field }),
        () => Ok(text),
    }
}

/// Contacts after a change: of an account, or the defaults of an organization. Who held the role before may keep it though she
/// is deactivated by now.
pub fn contacts(before: &Contacts, wanted: Contacts, users: &BTreeMap<PersonId, Eligible>) -> Result<Contacts, Refusal> {
    let mut after = before.clone();
    for (role, holders) in wanted {
        let held = before.get(&role).map_or(&[][..], Vec::as_slice);
        let mut taken: Vec<Contact> = Vec::new();
        for holder in holders {
            let contact = contact(role, holder, held, users)?;
            if !taken.contains(&contact) {
                taken.push(contact);
            }
        }
        if taken.len() > role.holders_max() {
            return Err(Refusal::TooMany { role, n: taken.len() });
        }
        match (role, taken.is_empty()) {
            (ContactRole::Primary, true) if !held.is_empty() => return Err(Refusal::PrimaryNeeded),
            (_, true) => drop(after.remove(&role)),
            (_, false) => drop(after.insert(role, taken)),
        }
    }
    Ok(after)
}

/// One contact as it is kept. The address of a user means that user.
fn contact(
    role: ContactRole,
    wanted: Contact,
    held: &[Contact],
    users: &BTreeMap<PersonId, Eligible>,
) -> Result<Contact, Refusal> {
    let wanted = match wanted {
        Contact::Address(text) => {
            let (address, folded) = person::email(&text).map_err(Refusal::Email)?;
            match users.iter().find(|(_, user)| user.email_folded == folded) {
                Some((person, _)) => Contact::User(*person),
                None if role == ContactRole::Security => return Ok(Contact::Address(address)),
                None => return Err(Refusal::MustBeUser { role, address }),
            }
        }
        user => user,
    };
    match &wanted {
        Contact::User(person) => match users.get(person).map(|user| user.status) {
            None => Err(Refusal::NotAUser { role, person: *person }),
            Some(UserStatus::Deactivated) if !held.contains(&wanted) => Err(Refusal::Deactivated { role, person: *person }),
            Some(_) => Ok(wanted),
        },
        Contact::Address(_) => Ok(wanted),
    }
}

/// The roles a person holds: she is not taken out of the account while there are any. Source: spec 6.2.
pub fn roles_of(contacts: &Contacts, person: PersonId) -> BTreeSet<ContactRole> {
    let held = contacts.iter().filter(|(_, holders)| holders.contains(&Contact::User(person)));
    held.map(|(role, _)| *role).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    const ANN: PersonId = PersonId(1);
    const BO: PersonId = PersonId(2);
    const GONE: PersonId = PersonId(9);

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    fn users() -> BTreeMap<PersonId, Eligible> {
        let user = |id: i64, status| (PersonId(id), Eligible { status, email_folded: format!("user{id}@ex.org") });
        let active = (1..=4).map(|id| user(id, UserStatus::Active));
        active.chain([user(9, UserStatus::Deactivated)]).collect()
    }

    fn naming(role: ContactRole, contacts: Vec<Contact>) -> Patch {
        Patch { contacts: Contacts::from([(role, contacts)]), ..Patch::default() }
    }

    fn change(before: &Company, patch: Patch) -> Result<Company, Refusal> {
        before.changed(patch, &users(), now())
    }

    #[test]
    fn scenario_68_a_fourth_billing_contact_is_refused() {
        let of = |n: i64| naming(ContactRole::Billing, (1..=n).map(|id| Contact::User(PersonId(id))).collect());
        let three = change(&Company::default(), of(3)).unwrap();
        assert_eq!(change(&three, of(4)), Err(Refusal::TooMany { role: ContactRole::Billing, n: 4 }));
        let twice = naming(ContactRole::Billing, vec![Contact::User(ANN), Contact::User(BO), Contact::User(ANN)]);
        assert_eq!(change(&three, twice).unwrap().contacts[&ContactRole::Billing].len(), 2);
        for role in ContactRole::ALL.into_iter().filter(|role| *role != ContactRole::Billing) {
            let two = naming(role, vec![Contact::User(ANN), Contact::User(BO)]);
            assert_eq!(change(&Company::default(), two), Err(Refusal::TooMany { role, n: 2 }));
        }
    }

    #[test]
    fn scenario_69_only_the_security_contact_may_be_an_outsider() {
        let soc = || vec![Contact::Address("soc@ext.example".into())];
        for role in ContactRole::ALL {
            let answer = change(&Company::default(), naming(role, soc()));
            match role {
                ContactRole::Security => assert_eq!(answer.unwrap().contacts[&role], soc()),
                _ => assert_eq!(answer.unwrap_err().code(), "CONTACT_MUST_BE_USER"),
            }
        }
        let nonsense = naming(ContactRole::Security, vec![Contact::Address("soc".into())]);
        assert_eq!(change(&Company::default(), nonsense).unwrap_err().code(), "EMAIL_INVALID");
        let of_ann = naming(ContactRole::Security, vec![Contact::Address("User1@ex.org".into())]);
        assert_eq!(change(&Company::default(), of_ann).unwrap().contacts[&ContactRole::Security], [Contact::User(ANN)]);
    }

    #[test]
    fn the_primary_contact_is_replaced_and_never_emptied() {
        let empty = || naming(ContactRole::Primary, vec![]);
        assert_eq!(change(&Company::default(), empty()).unwrap().contacts, Contacts::new());
        let ann = change(&Company::default(), naming(ContactRole::Primary, vec![Contact::User(ANN)])).unwrap();
        assert_eq!(change(&ann, empty()), Err(Refusal::PrimaryNeeded));
        let bo = change(&ann, naming(ContactRole::Primary, vec![Contact::User(BO)])).unwrap();
        assert_eq!(roles_of(&bo.contacts, BO), BTreeSet::from([ContactRole::Primary]));
        assert_eq!(roles_of(&bo.contacts, ANN), BTreeSet::new());
    }

    #[test]
    fn a_deactivated_user_keeps_her_role_and_gets_no_new_one() {
        let gone = || naming(ContactRole::Onboarding, vec![Contact::User(GONE)]);
        assert_eq!(change(&Company::default(), gone()).unwrap_err().code(), "CONTACT_DEACTIVATED");
        let held = Company { contacts: gone().contacts, ..Company::default() };
        assert!(change(&held, gone()).is_ok());
        let nobody = naming(ContactRole::Onboarding, vec![Contact::User(PersonId(77))]);
        assert_eq!(change(&held, nobody).unwrap_err().code(), "CONTACT_NOT_A_USER");
    }

    #[test]
    fn contacts_are_asked_about_after_90_days() {
        let company = change(&Company::default(), naming(ContactRole::Primary, vec![Contact::User(ANN)])).unwrap();
        let later = |days: i64| now() + SignedDuration::from_hours(24 * days);
        assert!(Company::default().is_stale(now()));
        assert!(!company.is_stale(later(89)));
        assert!(company.is_stale(later(90)));
        assert!(!company.confirmed(later(90)).is_stale(later(91)));
    }

    #[test]
    fn what_is_too_long_is_named() {
        let patch = Patch { vat_id: Some("x".repeat(33)), ..Patch::default() };
        let message = change(&Company::default(), patch).unwrap_err().to_string();
        assert_eq!(message, "vatId has 33 characters; at most 32 are allowed");
        let patch = Patch { legal_name: Some(" Ex ApS ".into()), ..Patch::default() };
        let named = change(&Company::default(), patch).unwrap();
        assert_eq!((named.legal_name.as_str(), named.confirmed_at), ("Ex ApS", None));
    }

    #[test]
    fn what_steers_the_text_around_it_is_on_no_invoice() {
        let patch = |field: &str, text: &str| {
            let of = |name: &str| (field == name).then(|| text.to_owned());
            Patch { legal_name: of("legalName"), address: of("address"), vat_id: of("vatId"), ..Patch::default() }
        };
        for field in ["legalName", "address", "vatId"] {
            for text in ["Ex \u{202E}SpA", "Ex\u{0}", "Ex\tSpA"] {
                assert_eq!(change(&Company::default(), patch(field, text)), Err(Refusal::Steers { field }), "{field} {text:?}");
            }
        }
        let two_lines = change(&Company::default(), patch("address", "Nygade 1\r\n1164 København\n")).unwrap();
        assert_eq!(two_lines.address, "Nygade 1\r\n1164 København");
        assert!(change(&Company::default(), patch("legalName", "Ex\nSpA")).is_err());
        let one = change(&Company::default(), patch("legalName", "E\u{301}quipe")).unwrap();
        assert_eq!(one.legal_name, "Équipe", "as names are kept, and as a font has its letters");
        let old = Company { legal_name: "Ex\tSpA".into(), ..Company::default() };
        assert_eq!(change(&old, patch("legalName", "Ex\tSpA")), Ok(old), "what is there may stay until it is changed");
    }

    #[test]
    fn who_is_told_of_what() {
        let mut table = String::new();
        for notice in Notice::ALL {
            let roles: Vec<&str> = notice.audience().into_iter().map(ContactRole::name).collect();
            writeln!(table, "{:<20} {}", notice.name(), roles.join(", ")).unwrap();
        }
        insta::assert_snapshot!(table, @r"
        invoice              primary, billing
        receipt              billing
        order                primary, billing, decision_maker
        renewal              primary, billing, decision_maker
        upgrade              primary, decision_maker
        organization_event   primary, security
        security_event       primary, security
        sync_error           technical_admin
        ");
    }

    #[test]
    fn security_events_cannot_be_silenced() {
        let to = |notice, roles: &[ContactRole]| {
            let audiences = BTreeMap::from([(notice, Some(roles.iter().copied().collect()))]);
            change(&Company::default(), Patch { audiences, ..Patch::default() })
        };
        for roles in [&[][..], &[ContactRole::Billing]] {
            assert_eq!(to(Notice::SecurityEvent, roles), Err(Refusal::Silenced { notice: Notice::SecurityEvent }));
        }
        let only_security = to(Notice::SecurityEvent, &[ContactRole::Security]).unwrap();
        assert_eq!(only_security.audience(Notice::SecurityEvent), BTreeSet::from([ContactRole::Security]));
        assert_eq!(to(Notice::Invoice, &[]).unwrap().audience(Notice::Invoice), BTreeSet::new());
        let back = Patch { audiences: BTreeMap::from([(Notice::SecurityEvent, None)]), ..Patch::default() };
        assert_eq!(change(&only_security, back).unwrap(), Company::default());
    }

    #[test]
    fn an_accounts_own_contact_goes_before_the_organizations() {
        let defaults = Contacts::from([
            (ContactRole::Primary, vec![Contact::User(BO)]),
            (ContactRole::Security, vec![Contact::Address("soc@ext.example".into())]),
        ]);
        let own = change(&Company::default(), naming(ContactRole::Primary, vec![Contact::User(ANN)])).unwrap();
        assert_eq!(own.holders(&defaults, ContactRole::Primary), (&[Contact::User(ANN)][..], false));
        assert!(own.holders(&defaults, ContactRole::Security).1);
        assert_eq!(own.holders(&defaults, ContactRole::Billing), (&[][..], false));
        let told = own.told(&defaults, Notice::SecurityEvent);
        assert_eq!(told, BTreeSet::from([Contact::User(ANN), Contact::Address("soc@ext.example".into())]));
    }
}
