//! The table of the rules: what each is called, which values it takes and what it means.

use crate::limits::{NAME_CHARS_MAX, ORGANIZATION_MEMBERS_MAX, POLICY_DAYS_MAX, POLICY_WARNINGS_MAX};
use serde_json::{Value, json};
use std::fmt;

/// What a rule is about; pages show one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Who may belong to the organization.
    Members,
    /// Who manages it.
    Management,
    /// What its connections may carry.
    Connections,
    /// What happens by itself.
    Changes,
    /// How people get in.
    SignIn,
}

impl Group {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Group::Members => "members",
            Group::Management => "management",
            Group::Connections => "connections",
            Group::Changes => "changes",
            Group::SignIn => "sign_in",
        }
    }
}

/// One value of a rule that has a few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    pub value: &'static str,
    pub about: &'static str,
}

/// Which values a rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// A whole number within bounds.
    Number { min: u64, max: u64 },
    /// One of a few words.
    Choice(&'static [Choice]),
    /// The word, or `{"grace": {"days": 14}}`.
    Grace(Choice),
    /// Different whole numbers of days, the most first.
    Days,
    /// Words somebody writes, or nothing.
    Text,
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The field of [`super::Policy`], and the name in the API and on the command line.
    pub name: &'static str,
    pub group: Group,
    pub kind: Kind,
    /// What it means, in one or two English sentences.
    pub about: &'static str,
}

/// Every rule, in the order pages show them.
pub const FIELDS: &[Field] = &[
    Field {
        name: "members_max",
        group: Group::Members,
        kind: Kind::Number { min: 2, max: ORGANIZATION_MEMBERS_MAX as u64 },
        about: "How many accounts the organization may have. Lowering it below the accounts there are is refused; nobody is expelled.",
    },
    Field {
        name: "tiers",
        group: Group::Members,
        kind: Kind::Choice(&[
            Choice { value: "any", about: "Accounts of any subscription may join, and every feature works for all of them." },
            Choice {
                value: "anchor_and_professional",
                about: "One account needs Marketing Enterprise, every other Professional of any product, and each feature asks for its own.",
            },
        ]),
        about: "Which subscriptions membership and features ask for. An account that falls below loses its membership.",
    },
    Field {
        name: "locations",
        group: Group::Members,
        kind: Kind::Choice(&[
            Choice { value: "one", about: "All accounts are hosted in one location." },
            Choice {
                value: "with_transfer_mechanism",
                about: "Accounts may be hosted elsewhere once the legal basis for the transfer is written down.",
            },
        ]),
        about: "Where the accounts may be hosted. An account that moves away loses its membership.",
    },
    Field {
        name: "transfer_mechanism",
        group: Group::Members,
        kind: Kind::Text,
        about: "The written basis for transfers between hosting locations, such as standard contractual clauses with their date.",
    },
    Field {
        name: "foreign_admins",
        group: Group::Members,
        kind: Kind::Switch,
        about: "Accounts whose Super Admin is somebody else can be offered membership; she answers for her own account.",
    },
    Field {
        name: "verify_removal",
        group: Group::Management,
        kind: Kind::Switch,
        about: "Removing an account asks for a fresh second factor, as adding one does.",
    },
    Field {
        name: "withdraw",
        group: Group::Management,
        kind: Kind::Choice(&[
            Choice {
                value: "when_unmanageable",
                about: "A Super Admin of one account may take it out only while nobody is Super Admin in all of them.",
            },
            Choice { value: "always", about: "A Super Admin of an account may take it out of the organization at any time." },
        ]),
        about: "When an account may leave without the managers of the organization.",
    },
    Field {
        name: "roles",
        group: Group::Management,
        kind: Kind::Switch,
        about: "Super Admins of an account may let somebody act in the organization for that account, as Organization Admin, \
                Connection Manager, Auditor or Privacy Officer. Off: only who is Super Admin in every account manages it.",
    },
    Field {
        name: "approval",
        group: Group::Management,
        kind: Kind::Choice(&[
            Choice { value: "one", about: "A change applies when whoever makes it says so." },
            Choice {
                value: "two",
                about: "A change that lets more pass waits until a second person with the right approves it.",
            },
        ]),
        about: "Who has to agree to a change of connections, or of these rules. Stopping something is never delayed.",
    },
    Field {
        name: "new_connections",
        group: Group::Connections,
        kind: Kind::Choice(&[
            Choice {
                value: "one_way",
                about: "A connection that is switched on goes one way; the other way is a choice of its own.",
            },
            Choice { value: "two_way", about: "A connection that is switched on goes both ways, and can be narrowed." },
        ]),
        about: "How new connections start, on the page and in templates.",
    },
    Field {
        name: "terms",
        group: Group::Connections,
        kind: Kind::Choice(&[
            Choice { value: "required", about: "Whatever carries values opens only with a purpose and a legal basis." },
            Choice { value: "optional", about: "Purpose and legal basis may be left out." },
        ]),
        about: "Whether connections need a reason. Those that are open already go on.",
    },
    Field {
        name: "sensitive",
        group: Group::Connections,
        kind: Kind::Choice(&[
            Choice { value: "account", about: "An account that stores sensitive data shares nothing but definitions, for good." },
            Choice {
                value: "fields",
                about: "Such an account shares the fields that the terms of a connection list; fields marked as sensitive never leave.",
            },
        ]),
        about: "What an account that stores sensitive data may still share.",
    },
    Field {
        name: "anchor_loss",
        group: Group::Changes,
        kind: Kind::Grace(Choice { value: "delete", about: "The organization is deleted at once." }),
        about: "What happens when no account holds the organization up any more. During a grace nothing passes; then it is deleted.",
    },
    Field {
        name: "member_loss",
        group: Group::Changes,
        kind: Kind::Grace(Choice { value: "remove", about: "The account is removed at once." }),
        about: "What happens to an account that may no longer belong: its subscription lapsed, it was deactivated, or it moved to another location. During a grace nothing passes to or from it; then it is removed.",
    },
    Field {
        name: "warn_days",
        group: Group::Changes,
        kind: Kind::Days,
        about: "How many days before memberships or connections are known to end the points of contact are told.",
    },
    Field {
        name: "sign_in",
        group: Group::SignIn,
        kind: Kind::Choice(&[
            Choice { value: "each_its_own", about: "Entering an account asks what that account's own sign-in policy says." },
            Choice {
                value: "strictest",
                about: "Entering any account asks what the strictest of all accounts says: second factor, allowed ways, inactivity.",
            },
        ]),
        about: "Whose sign-in policy counts when somebody enters an account of the organization.",
    },
    Field {
        name: "second_factor_reset",
        group: Group::SignIn,
        kind: Kind::Choice(&[
            Choice {
                value: "own_account",
                about: "A Super Admin of the only account somebody is in. For whoever is in several, the operator of the server.",
            },
            Choice {
                value: "two_admins",
                about: "For whoever is in several accounts two Organization Admins together as well. She is told 24 hours before, \
                        and may stop it.",
            },
        ]),
        about: "Who may take the second factors away from somebody who lost them.",
    },
];

/// The rule of a name.
pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

impl Field {
    /// The value as it is kept, if the rule takes it.
    pub fn take(&self, value: &Value) -> Result<Value, Refusal> {
        self.kind.take(value).ok_or_else(|| Refusal::ValueInvalid {
            name: self.name,
            value: value.as_str().map_or_else(|| value.to_string(), str::to_owned).chars().take(100).collect(),
            expected: self.kind.expected(),
        })
    }

    /// The value that was typed: `true`, `12`, `30,7,1`, `grace:14`, or words. Whether it is taken, [`Field::take`] says.
    pub fn read(&self, text: &str) -> Value {
        match self.kind {
            Kind::Switch | Kind::Number { .. } => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
            Kind::Choice(_) => json!(text),
            Kind::Text if text.is_empty() => Value::Null,
            Kind::Text => json!(text),
            Kind::Grace(_) => match text.strip_prefix("grace:").and_then(|days| days.parse::<u16>().ok()) {
                Some(days) => json!({ "grace": { "days": days } }),
                None => json!(text),
            },
            Kind::Days if text.is_empty() => json!([]),
            Kind::Days => {
                let days: Option<Vec<u16>> = text.split(',').map(|day| day.trim().parse().ok()).collect();
                days.map_or_else(|| json!(text), |days| json!(days))
            }
        }
    }

    /// A value the way [`Field::read`] takes it.
    pub fn typed(&self, value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Array(days) => days.iter().map(Value::to_string).collect::<Vec<_>>().join(","),
            Value::Object(grace) => format!("grace:{}", grace.get("grace").map_or(&Value::Null, |g| &g["days"])),
            other => other.to_string(),
        }
    }
}

impl Kind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Switch => "switch",
            Kind::Number { .. } => "number",
            Kind::Choice(_) => "choice",
            Kind::Grace(_) => "grace",
            Kind::Days => "days",
            Kind::Text => "text",
        }
    }

    fn take(self, value: &Value) -> Option<Value> {
        match self {
            Kind::Switch => value.as_bool().map(Value::Bool),
            Kind::Number { min, max } => value.as_u64().filter(|n| (min..=max).contains(n)).map(|n| json!(n)),
            Kind::Choice(choices) => {
                value.as_str().filter(|word| choices.iter().any(|c| c.value == *word)).map(|word| json!(word))
            }
            Kind::Grace(choice) if value.as_str() == Some(choice.value) => Some(value.clone()),
            Kind::Grace(_) => {
                let days = value.get("grace")?.get("days")?.as_u64().filter(|n| (1..=POLICY_DAYS_MAX).contains(n))?;
                Some(json!({ "grace": { "days": days } }))
            }
            Kind::Days => {
                let mut days = Vec::new();
                for day in value.as_array()? {
                    days.push(day.as_u64().filter(|n| (1..=POLICY_DAYS_MAX).contains(n))?);
                }
                days.sort_unstable_by(|a, b| b.cmp(a));
                days.dedup();
                (days.len() <= POLICY_WARNINGS_MAX).then(|| json!(days))
            }
            Kind::Text if value.is_null() => Some(Value::Null),
            Kind::Text => {
                let words = value.as_str()?.trim();
                let fits = words.chars().count() <= NAME_CHARS_MAX && !words.chars().any(char::is_control);
                fits.then(|| if words.is_empty() { Value::Null } else { json!(words) })
            }
        }
    }

    fn expected(self) -> String {
        match self {
            Kind::Switch => "true or false".to_owned(),
            Kind::Number { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Choice(choices) => choices.iter().map(|c| format!("\"{}\"", c.value)).collect::<Vec<_>>().join(" or "),
            Kind::Grace(choice) => format!("\"{}\", or a grace of 1 to {POLICY_DAYS_MAX} days", choice.value),
            Kind::Days => format!("at most {POLICY_WARNINGS_MAX} numbers of days from 1 to {POLICY_DAYS_MAX}"),
            Kind::Text => format!("at most {NAME_CHARS_MAX} characters in one line"),
        }
    }
}

/// Why a change of the policy is not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    FieldUnknown {
        name: String,
    },
    ValueInvalid {
        name: &'static str,
        value: String,
        expected: String,
    },
    /// The table and the policy disagree: our mistake.
    Contradiction {
        message: String,
    },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::FieldUnknown { .. } => "POLICY_FIELD_UNKNOWN",
            Refusal::ValueInvalid { .. } | Refusal::Contradiction { .. } => "POLICY_VALUE_INVALID",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::FieldUnknown { name } => {
                let known: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
                let name: String = name.chars().take(64).collect();
                write!(f, "\"{name}\" is no rule of an organization; they are {}", known.join(", "))
            }
            Refusal::ValueInvalid { name, value, expected } => write!(f, "{name} cannot be \"{value}\"; expected {expected}"),
            Refusal::Contradiction { message } => write!(f, "the rules contradict each other: {message}"),
        }
    }
}
