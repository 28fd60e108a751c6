//! Identity providers: who else may say who somebody is, for whom, and how far that is believed. Source: spec 7.4, K41.
//!
//! A provider belongs to a *realm*: an account, or an organization for those of its members that consented. It speaks for the
//! addresses of domains that were proved to be its realm's, and for people who are in the realm.

use crate::account::{self, UserStatus};
use crate::id::{AccountId, OrganizationId, PersonId, ProviderId};
use crate::limits::{DOMAIN_CHARS_MAX, PROVIDER_TEXT_CHARS_MAX};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Who keeps a provider or provisions users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Realm {
    Account(AccountId),
    Organization(OrganizationId),
}

impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Realm::Account(id) => write!(f, "a:{id}"),
            Realm::Organization(id) => write!(f, "o:{id}"),
        }
    }
}

/// A text that is no realm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotARealm(pub String);

impl fmt::Display for NotARealm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is no realm", self.0)
    }
}

impl FromStr for Realm {
    type Err = NotARealm;
    fn from_str(text: &str) -> Result<Realm, NotARealm> {
        let wrong = || NotARealm(text.chars().take(64).collect());
        let (kind, id) = text.split_once(':').ok_or_else(wrong)?;
        match kind {
            "a" => id.parse().map(Realm::Account).map_err(|_| wrong()),
            "o" => id.parse().map(Realm::Organization).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

/// An identity provider as it is kept, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    pub id: ProviderId,
    pub realm: Realm,
    /// On the button.
    pub label: String,
    /// An `https` address without query and fragment.
    pub issuer: String,
    pub client_id: String,
    pub has_secret: bool,
    /// What `amr` or `acr` must hold for its sign-in to count as a second factor; empty: it never does.
    pub factor_values: BTreeSet<String>,
    /// Where people whom nobody invited become users, if they do.
    pub joins: Option<AccountId>,
    pub domains: Vec<Domain>,
    pub created_at: Timestamp,
}

/// A domain of e-mail addresses a provider wants to speak for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    pub name: String,
    /// What the file of the domain must hold.
    pub proof: String,
    pub verified_at: Option<Timestamp>,
    pub verified_by: Option<Verified>,
}

/// How it was proved that a domain is the realm's. The names are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// By a file that the domain's own web server gives.
    File,
    /// By whoever runs the server.
    Operator,
}

impl Verified {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Verified::File => "file",
            Verified::Operator => "operator",
        }
    }

    pub fn from_name(name: &str) -> Option<Verified> {
        [Verified::File, Verified::Operator].into_iter().find(|how| how.name() == name)
    }
}

/// Where a domain's proof is looked for.
pub fn proof_url(domain: &str) -> String {
    format!("https://{domain}/.well-known/consortio-domain.txt")
}

/// Whether a file holds a proof: a line of its own, so that one file can serve several providers.
pub fn file_proves(file: &str, proof: &str) -> bool {
    file.lines().any(|line| line.trim() == proof)
}

impl Provider {
    /// Whether the provider may speak for an address: its domain is proved. Subdomains are other domains.
    pub fn speaks_for(&self, email_folded: &str) -> bool {
        let domain = email_folded.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.domains.iter().any(|known| known.name == domain && known.verified_at.is_some())
    }
}

/// What somebody fills in about a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub label: Option<String>,
    pub issuer: Option<String>,
    pub client_id: Option<String>,
    pub factor_values: Option<BTreeSet<String>>,
    /// `Some(None)` switches joining off.
    pub joins: Option<Option<AccountId>>,
}

/// Why something about a provider is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    Label(account::Refusal),
    IssuerInvalid(String),
    ClientIdInvalid(String),
    FactorValueInvalid(String),
    DomainInvalid(String),
    /// Anybody has an address there.
    DomainPublic(String),
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Label(refusal) => refusal.code(),
            Refusal::IssuerInvalid(_) => "ISSUER_INVALID",
            Refusal::ClientIdInvalid(_) => "CLIENT_ID_INVALID",
            Refusal::FactorValueInvalid(_) => "FACTOR_VALUE_INVALID",
            Refusal::DomainInvalid(_) => "DOMAIN_INVALID",
            Refusal::DomainPublic(_) => "DOMAIN_PUBLIC",
        }
    }

    /// The field it is about.
    pub fn field(&self) -> &'static str {
        match self {
            Refusal::Label(_) => "label",
            Refusal::IssuerInvalid(_) => "issuer",
            Refusal::ClientIdInvalid(_) => "clientId",
            Refusal::FactorValueInvalid(_) => "factorValues",
            Refusal::DomainInvalid(_) | Refusal::DomainPublic(_) => "domain",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Label(refusal) => refusal.fmt(f),
            Refusal::IssuerInvalid(text) => {
                write!(
                    f,
                    "\"{text}\" is no issuer: expected an https address without query and fragment, as the provider's discovery document has it"
                )
            }
            Refusal::ClientIdInvalid(text) => {
                write!(f, "\"{text}\" is no client id: expected 1 to {PROVIDER_TEXT_CHARS_MAX} visible ASCII characters")
            }
            Refusal::FactorValueInvalid(text) => {
                write!(
                    f,
                    "\"{text}\" is no value of amr or acr: expected 1 to {PROVIDER_TEXT_CHARS_MAX} visible ASCII characters"
                )
            }
            Refusal::DomainInvalid(text) => write!(f, "\"{text}\" is no domain of e-mail addresses"),
            Refusal::DomainPublic(text) => write!(f, "anybody can have an address at \"{text}\", so no provider speaks for it"),
        }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(100).collect()
}

/// An issuer as it is kept. Compared with what the provider says letter by letter, so nothing is normalized. Plain `http` only
/// where the operator allows private networks.
pub fn issuer(text: &str, http_allowed: bool) -> Result<String, Refusal> {
    let text = text.trim();
    let wrong = || Refusal::IssuerInvalid(shorten(text));
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://").filter(|_| http_allowed));
    let rest = rest.ok_or_else(wrong)?;
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let plain = text.bytes().all(|b| b.is_ascii_graphic()) && !rest.contains(['?', '#', '@', '\\', '"']);
    if host.is_empty() || !plain || text.len() > PROVIDER_TEXT_CHARS_MAX {
        return Err(wrong());
    }
    Ok(text.to_owned())
}

/// A client id.
pub fn client_id(text: &str) -> Result<String, Refusal> {
    visible(text.trim()).ok_or_else(|| Refusal::ClientIdInvalid(shorten(text)))
}

/// The values that make a sign-in count as a second factor.
pub fn factor_values(values: BTreeSet<String>) -> Result<BTreeSet<String>, Refusal> {
    values.into_iter().map(|text| visible(text.trim()).ok_or_else(|| Refusal::FactorValueInvalid(shorten(&text)))).collect()
}

fn visible(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.len() <= PROVIDER_TEXT_CHARS_MAX && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| text.to_owned())
}

/// What goes on the button.
pub fn label(text: &str) -> Result<String, Refusal> {
    account::name(text).map_err(Refusal::Label)
}

/// Where anybody can have an address. Not all of them: who proves one of the others owns it.
const PUBLIC_DOMAINS: [&str; 14] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "proton.me",
    "protonmail.com",
    "mail.ru",
];

/// A domain of e-mail addresses, folded.
pub fn domain(text: &str) -> Result<String, Refusal> {
    let folded = text.trim().trim_start_matches('@').trim_end_matches('.').to_lowercase();
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let numbers = folded.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    let fits = folded.len() <= DOMAIN_CHARS_MAX && folded.contains('.') && folded.split('.').all(label) && !numbers;
    if !fits {
        return Err(Refusal::DomainInvalid(shorten(text)));
    }
    if PUBLIC_DOMAINS.contains(&folded.as_str()) {
        return Err(Refusal::DomainPublic(folded));
    }
    Ok(folded)
}

/// An account that is entered by single sign-on only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirement {
    pub exempt: BTreeSet<PersonId>,
}

/// Why a requirement is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequirementRefusal {
    NoProvider,
    /// Nobody could come in while the provider is out of order.
    NobodyExempt,
    ExemptUnknown(PersonId),
}

impl RequirementRefusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            RequirementRefusal::NoProvider => "NO_PROVIDER",
            RequirementRefusal::NobodyExempt => "NOBODY_EXEMPT",
            RequirementRefusal::ExemptUnknown(_) => "EXEMPT_UNKNOWN",
        }
    }
}

impl fmt::Display for RequirementRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequirementRefusal::NoProvider => {
                f.write_str("no provider signs people into this account yet: add one and test it first")
            }
            RequirementRefusal::NobodyExempt => {
                f.write_str("at least one active Super Admin must stay exempt, for the day the provider is out of order")
            }
            RequirementRefusal::ExemptUnknown(id) => write!(f, "the user {id} is no active user of the account"),
        }
    }
}

/// A requirement as it may be: whoever switches it on is exempt, and one Super Admin always is. Source: K41.
pub fn require(
    switching_on: Option<PersonId>,
    mut exempt: BTreeSet<PersonId>,
    users: &[account::AccountUser],
    n_providers: usize,
) -> Result<Requirement, RequirementRefusal> {
    if n_providers == 0 {
        return Err(RequirementRefusal::NoProvider);
    }
    exempt.extend(switching_on);
    let active = |id: &PersonId| users.iter().find(|user| user.person == *id && user.status == UserStatus::Active);
    if let Some(stranger) = exempt.iter().find(|id| active(id).is_none()) {
        return Err(RequirementRefusal::ExemptUnknown(*stranger));
    }
    if !exempt.iter().filter_map(active).any(|user| user.role == account::Role::SuperAdmin) {
        return Err(RequirementRefusal::NobodyExempt);
    }
    Ok(Requirement { exempt })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountUser, Role};
    use crate::id::OwnerId;

    #[test]
    fn an_issuer_is_an_https_address_and_kept_letter_by_letter() {
        assert_eq!(issuer(" https://id.example/Realms/x/ ", false), Ok("https://id.example/Realms/x/".into()));
        let bad =
            ["", "id.example", "http://id.example", "https://", "https://id.example?x=1", "https://id.example#x", "https://a@b"];
        for bad in bad {
            assert!(matches!(issuer(bad, false), Err(Refusal::IssuerInvalid(_))), "{bad}");
        }
        assert!(issuer("http://localhost:4000", true).is_ok());
        assert!(issuer(&format!("https://{}", "x".repeat(600)), false).is_err());
    }

    #[test]
    fn a_domain_is_folded_and_nobodys_mail_host() {
        assert_eq!(domain(" @Ex.ORG. "), Ok("ex.org".into()));
        assert_eq!(domain("xn--bcher-kva.example"), Ok("xn--bcher-kva.example".into()));
        for bad in ["", "localhost", "ex..org", "-ex.org", "a b.org", "192.168.0.1", "ex.org/x", "bücher.example"] {
            assert!(matches!(domain(bad), Err(Refusal::DomainInvalid(_))), "{bad}");
        }
        assert_eq!(domain("GMail.com"), Err(Refusal::DomainPublic("gmail.com".into())));
    }

    #[test]
    fn a_provider_speaks_for_proved_domains_and_not_for_those_below() {
        let domain = |name: &str, at: Option<Timestamp>| Domain {
            name: name.into(),
            proof: "p".into(),
            verified_at: at,
            verified_by: None,
        };
        let provider = Provider {
            id: ProviderId(1),
            realm: Realm::Account(AccountId(7)),
            label: "Ex".into(),
            issuer: "https://id.example".into(),
            client_id: "c".into(),
            has_secret: true,
            factor_values: BTreeSet::new(),
            joins: None,
            domains: vec![domain("ex.org", Some(Timestamp::UNIX_EPOCH)), domain("not.org", None)],
            created_at: Timestamp::UNIX_EPOCH,
        };
        assert!(provider.speaks_for("ann@ex.org"));
        for other in ["ann@not.org", "ann@sub.ex.org", "ann@evilex.org", "ann", "ann@ex.org@x.org"] {
            assert!(!provider.speaks_for(other), "{other}");
        }
    }

    #[test]
    fn a_proof_is_a_line_of_its_own() {
        assert!(file_proves("other\n consortio-abc \r\n", "consortio-abc"));
        assert!(!file_proves("consortio-abcd", "consortio-abc"));
        assert!(!file_proves("", "consortio-abc"));
    }

    #[test]
    fn one_super_admin_is_always_exempt() {
        let user = |id, role, status| AccountUser {
            account: AccountId(7),
            person: PersonId(id),
            owner: OwnerId(id),
            role,
            status,
            seats: BTreeSet::new(),
            permission_set: None,
        };
        let users = [
            user(1, Role::SuperAdmin, UserStatus::Active),
            user(2, Role::Standard, UserStatus::Active),
            user(3, Role::SuperAdmin, UserStatus::Deactivated),
        ];
        let ids = |ids: &[i64]| ids.iter().map(|id| PersonId(*id)).collect::<BTreeSet<_>>();
        assert_eq!(require(Some(PersonId(1)), ids(&[2]), &users, 1).unwrap().exempt, ids(&[1, 2]));
        assert_eq!(require(None, ids(&[2]), &users, 1), Err(RequirementRefusal::NobodyExempt));
        assert_eq!(require(None, ids(&[]), &users, 1), Err(RequirementRefusal::NobodyExempt));
        assert_eq!(require(None, ids(&[1, 3]), &users, 1), Err(RequirementRefusal::ExemptUnknown(PersonId(3))));
        assert_eq!(require(Some(PersonId(1)), ids(&[]), &users, 0), Err(RequirementRefusal::NoProvider));
    }

    #[test]
    fn a_realm_is_written_and_read() {
        for realm in [Realm::Account(AccountId(7)), Realm::Organization(OrganizationId(9))] {
            assert_eq!(realm.to_string().parse(), Ok(realm));
        }
        for bad in ["", "7", "x:7", "a:", "a:-1"] {
            assert!(bad.parse::<Realm>().is_err(), "{bad}");
        }
    }
}
