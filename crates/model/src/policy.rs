//! The rules one organization lives by, as data: every rule is a field with a value for what HubSpot documents (parity) and
//! one for what we think better (ours), and says in words what it means.
//!
//! To add a rule: a field of [`Policy`], its value in [`Policy::parity`] and [`Policy::open`], and its row in [`FIELDS`].
//! The page, the API and the command line render from that row; a test fails until it is there.

mod field;

pub use field::{Choice, FIELDS, Field, Group, Kind, Refusal, field};

use crate::account::Subscriptions;
use crate::limits::ORGANIZATION_MEMBERS_MAX;
use crate::organization::proposal::Approval;
use crate::organization::reset::SecondFactorReset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// Which subscriptions an organization asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tiers {
    /// None.
    Any,
    /// Marketing Enterprise in one member, Professional of any product in every other, and what each feature asks for.
    AnchorAndProfessional,
}

/// Where members may be hosted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locations {
    /// All in one location.
    One,
    /// Elsewhere too, once a transfer mechanism is written down.
    WithTransferMechanism,
}

/// What happens when the last anchor is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorLoss {
    /// The organization is deleted at once.
    Delete,
    /// Flows freeze; deletion follows after this many days.
    Grace { days: u16 },
}

/// What happens to a member that may no longer be one: its subscription lapsed, it was deactivated, it moved away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberLoss {
    /// It is removed at once.
    Remove,
    /// Its connections freeze; removal follows after this many days.
    Grace { days: u16 },
}

/// When a Super Admin of one member may take it out of the organization on her own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdraw {
    /// Only while nobody can manage the organization. Source: scenario 20.
    WhenUnmanageable,
    /// At any time: a company that wants to go may go.
    Always,
}

/// How a new connection starts on the page and in templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewConnections {
    OneWay,
    TwoWay,
}

/// Whether an edge that carries values needs a purpose and a legal basis to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermsRule {
    Required,
    Optional,
}

/// What sensitive data bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SensitiveRule {
    /// The account that stores it, as a source of anything but definitions: for good. Source: spec 2.3.
    Account,
    /// The fields that are marked; the account gives what the terms list and no more. Source: scenario 31.
    Fields,
}

/// Whose sign-in policy counts when somebody enters a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// Its own.
    EachItsOwn,
    /// The strictest of all members together with its own.
    Strictest,
}

/// The rules of one organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Policy {
    /// The most members, the creator included.
    pub members_max: usize,
    pub tiers: Tiers,
    pub locations: Locations,
    /// The written basis for transfers between locations, if there is one. Only read with [`Locations::WithTransferMechanism`].
    pub transfer_mechanism: Option<String>,
    /// Removing a member asks for a fresh second factor, as adding one does. Source: scenario 17.
    pub verify_removal: bool,
    pub withdraw: Withdraw,
    /// Super Admins of a member may hand out roles for it. Source: spec 8 #6.
    pub roles: bool,
    /// Accounts whose Super Admin is somebody else can be offered membership.
    pub foreign_admins: bool,
    /// Who has to agree before a change lets more pass. Source: spec 8 #13.
    pub approval: Approval,
    pub anchor_loss: AnchorLoss,
    pub new_connections: NewConnections,
    pub terms: TermsRule,
    pub sensitive: SensitiveRule,
    pub member_loss: MemberLoss,
    /// How many days before a known end the points of contact are told of it.
    pub warn_days: Vec<u16>,
    pub sign_in: SignIn,
    pub second_factor_reset: SecondFactorReset,
}

impl Policy {
    /// What HubSpot documents.
    pub fn parity() -> Policy {
        Policy {
            members_max: 5,
            tiers: Tiers::AnchorAndProfessional,
            locations: Locations::One,
            transfer_mechanism: None,
            verify_removal: false,
            withdraw: Withdraw::WhenUnmanageable,
            roles: false,
            foreign_admins: false,
            approval: Approval::One,
            anchor_loss: AnchorLoss::Delete,
            new_connections: NewConnections::TwoWay,
            terms: TermsRule::Optional,
            sensitive: SensitiveRule::Account,
            member_loss: MemberLoss::Remove,
            warn_days: vec![],
            sign_in: SignIn::EachItsOwn,
            second_factor_reset: SecondFactorReset::OwnAccount,
        }
    }

    /// The default of a self-hosted instance.
    pub fn open() -> Policy {
        Policy {
            members_max: ORGANIZATION_MEMBERS_MAX,
            tiers: Tiers::Any,
            locations: Locations::WithTransferMechanism,
            transfer_mechanism: None,
            verify_removal: false,
            withdraw: Withdraw::Always,
            roles: true,
            foreign_admins: true,
            approval: Approval::One,
            anchor_loss: AnchorLoss::Grace { days: 14 },
            new_connections: NewConnections::OneWay,
            terms: TermsRule::Required,
            sensitive: SensitiveRule::Account,
            member_loss: MemberLoss::Grace { days: 14 },
            warn_days: vec![30, 7, 1],
            sign_in: SignIn::EachItsOwn,
            second_factor_reset: SecondFactorReset::TwoAdmins,
        }
    }

    /// The policy of a name people type: `parity` or `open`.
    pub fn from_name(name: &str) -> Option<Policy> {
        match name {
            "parity" => Some(Policy::parity()),
            "open" => Some(Policy::open()),
            _ => None,
        }
    }

    /// Whether an account in `there` may be joined by one in `here`.
    pub fn may_span(&self, here: &str, there: &str) -> bool {
        here == there || (self.locations == Locations::WithTransferMechanism && self.transfer_mechanism.is_some())
    }

    /// Whether these subscriptions hold the organization up. Without tiers every account does.
    pub fn is_anchor(&self, subscriptions: &Subscriptions) -> bool {
        self.tiers == Tiers::Any || subscriptions.is_anchor()
    }

    /// Whether these subscriptions are enough for a member.
    pub fn is_enough(&self, subscriptions: &Subscriptions) -> bool {
        self.tiers == Tiers::Any || subscriptions.has_professional()
    }

    /// Every field by name, as it is stored and as the API shows it.
    pub fn values(&self) -> BTreeMap<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields.into_iter().collect(),
            _ => BTreeMap::new(),
        }
    }

    /// The policy with some fields set to other values, or the first that cannot be.
    pub fn with(&self, set: &BTreeMap<String, Value>) -> Result<Policy, Refusal> {
        let mut values = self.values();
        for (name, value) in set {
            let field = field(name).ok_or_else(|| Refusal::FieldUnknown { name: name.clone() })?;
            values.insert(name.clone(), field.take(value)?);
        }
        // Every value was checked against its kind, so this fails only for a row of the table that contradicts its field.
        let whole = Value::Object(values.into_iter().collect());
        serde_json::from_value(whole).map_err(|e| Refusal::Contradiction { message: e.to_string() })
    }

    /// The fields that differ, with their values in each: before and after a change.
    pub fn difference(&self, after: &Policy) -> (BTreeMap<String, Value>, BTreeMap<String, Value>) {
        let (mut old, mut new) = (self.values(), after.values());
        let same: Vec<String> =
            old.iter().filter(|(name, value)| new.get(*name) == Some(value)).map(|(n, _)| n.clone()).collect();
        for name in same {
            old.remove(&name);
            new.remove(&name);
        }
        (old, new)
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Policy::serialize(self, serializer)
    }
}

/// A policy that was stored before a rule existed lives by the value its kind of organization has for it: parity's where the
/// tiers are parity's, ours elsewhere.
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Policy, D::Error> {
        use serde::de::Error;
        let stored: BTreeMap<String, Value> = Deserialize::deserialize(deserializer)?;
        let tiers = serde_json::to_value(Tiers::AnchorAndProfessional).map_err(D::Error::custom)?;
        let base = if stored.get("tiers") == Some(&tiers) { Policy::parity() } else { Policy::open() };
        let mut values = base.values();
        values.extend(stored);
        Policy::deserialize(Value::Object(values.into_iter().collect())).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
