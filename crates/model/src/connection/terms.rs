//! The terms of an edge: why it is open and on what legal basis, what passes along it and what does not, and when somebody
//! looks again whether that is still right. They are kept with the edge; the door and mirroring enforce every part of them.
//!
//! ```text
//!   customer (contact, company) in the terms? -> type in the terms? -> pipeline in the terms?
//!     -> fields: the allow-list, without the masked ones, without what the source marks sensitive -> shown
//! ```

use crate::fold;
use crate::limits::{NAME_CHARS_MAX, PURPOSE_CHARS_MAX, TERMS_FIELDS_MAX};
use crate::mirror::SHOWN;
use crate::object::{COMPANY, CONTACT, DEAL, ObjectType};
use crate::record::Record;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Whose dealings can be shown.
pub const CUSTOMERS: [ObjectType; 2] = [CONTACT, COMPANY];
/// Values of the product that say the same as another field, or let one work it out: who masks the first means them too.
const TOLD_BY: [(&str, &[&str]); 6] = [
    ("amount", &["amount_in_home_currency", "hs_projected_amount", "hs_forecast_amount"]),
    ("closedate", &["days_to_close"]),
    ("dealstage", &["hs_is_closed", "hs_is_closed_won", "hs_is_closed_lost", "hs_deal_stage_probability", "days_to_close"]),
    ("hs_email_html", &["hs_email_text"]),
    ("hs_email_text", &["hs_email_html"]),
    ("hubspot_owner_id", &["hubspot_owner_assigneddate"]),
];
/// Times at which a deal entered and left its stages.
const STAGE_TIMES: &str = "hs_v2_";

/// A legal basis of Article 6(1) of the GDPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    Consent,
    Contract,
    LegalObligation,
    VitalInterests,
    PublicTask,
    LegitimateInterests,
    /// Something else, such as another country's law; said in words.
    Other,
}

impl LegalBasis {
    /// Every basis, in the order of the Article.
    pub const ALL: [LegalBasis; 7] = [
        LegalBasis::Consent,
        LegalBasis::Contract,
        LegalBasis::LegalObligation,
        LegalBasis::VitalInterests,
        LegalBasis::PublicTask,
        LegalBasis::LegitimateInterests,
        LegalBasis::Other,
    ];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            LegalBasis::Consent => "consent",
            LegalBasis::Contract => "contract",
            LegalBasis::LegalObligation => "legal_obligation",
            LegalBasis::VitalInterests => "vital_interests",
            LegalBasis::PublicTask => "public_task",
            LegalBasis::LegitimateInterests => "legitimate_interests",
            LegalBasis::Other => "other",
        }
    }

    /// The basis of a name.
    pub fn from_name(name: &str) -> Option<LegalBasis> {
        LegalBasis::ALL.into_iter().find(|basis| basis.name() == name)
    }
}

/// What one edge shares and why. What is not stored is as in [`Terms::default`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terms {
    /// Why this is shared, in the words of who opened it.
    pub purpose: Option<String>,
    pub legal_basis: Option<LegalBasis>,
    /// More about the basis; needed for [`LegalBasis::Other`].
    pub legal_basis_text: Option<String>,
    /// Whose dealings are shown; among [`CUSTOMERS`].
    #[serde(with = "types")]
    pub customers: BTreeSet<ObjectType>,
    /// What of them is shown; among [`SHOWN`].
    #[serde(with = "types")]
    pub types: BTreeSet<ObjectType>,
    /// Deals of these pipelines only; all when nobody narrowed it.
    pub deal_pipelines: Option<BTreeSet<String>>,
    /// Fields of any type that arrive with their value; all when nobody narrowed it.
    pub fields: Option<BTreeSet<String>>,
    /// Fields of any type that arrive without their value, and what would tell it.
    pub masked: BTreeSet<String>,
    /// From this day on (UTC) somebody should look again. Nothing ends by itself.
    pub review_on: Option<Date>,
}

impl Default for Terms {
    /// Everything that mirroring shows, for no reason that was given: parity.
    fn default() -> Terms {
        Terms {
            purpose: None,
            legal_basis: None,
            legal_basis_text: None,
            customers: CUSTOMERS.into(),
            types: SHOWN.into(),
            deal_pipelines: None,
            fields: None,
            masked: BTreeSet::new(),
            review_on: None,
        }
    }
}

/// A part of terms, for saying which of them changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Purpose,
    LegalBasis,
    Customers,
    Types,
    DealPipelines,
    Fields,
    Masked,
    ReviewDate,
}

impl Part {
    /// The part in English.
    pub fn words(self) -> &'static str {
        match self {
            Part::Purpose => "purpose",
            Part::LegalBasis => "legal basis",
            Part::Customers => "whose dealings are shared",
            Part::Types => "what is shared",
            Part::DealPipelines => "deal pipelines",
            Part::Fields => "fields",
            Part::Masked => "masked fields",
            Part::ReviewDate => "review date",
        }
    }
}

/// What is wrong with terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    PurposeTooLong {
        n_chars: usize,
    },
    BasisTextMissing,
    BasisTextTooLong {
        n_chars: usize,
    },
    /// The purpose or the words about the legal basis hold what steers the text around them.
    ControlCharacter,
    NotACustomer(ObjectType),
    NotShared(ObjectType),
    /// Nothing at all would pass: whoever wants that closes the edge.
    NothingShared,
    TooManyFields {
        n_fields: usize,
    },
    ReviewPast(Date),
}

impl Fault {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::PurposeTooLong { .. } => "PURPOSE_TOO_LONG",
            Fault::BasisTextMissing => "LEGAL_BASIS_TEXT_MISSING",
            Fault::BasisTextTooLong { .. } => "LEGAL_BASIS_TEXT_TOO_LONG",
            Fault::ControlCharacter => "TERMS_CONTROL_CHARACTER",
            Fault::NotACustomer(_) => "CUSTOMER_TYPE_INVALID",
            Fault::NotShared(_) => "TYPE_NOT_SHAREABLE",
            Fault::NothingShared => "NOTHING_SHARED",
            Fault::TooManyFields { .. } => "TOO_MANY_FIELDS",
            Fault::ReviewPast(_) => "REVIEW_DATE_PAST",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::PurposeTooLong { n_chars } => {
                write!(f, "the purpose has {n_chars} characters; at most {PURPOSE_CHARS_MAX} are allowed")
            }
            Fault::BasisTextMissing => write!(f, "the legal basis is \"other\": say which in words"),
            Fault::BasisTextTooLong { n_chars } => {
                write!(f, "the words about the legal basis have {n_chars} characters; at most {NAME_CHARS_MAX} are allowed")
            }
            Fault::ControlCharacter => {
                write!(f, "the purpose or the words about the legal basis contain a control character")
            }
            Fault::NotACustomer(object) => {
                write!(f, "customers are contacts and companies, not {}", object.plural())
            }
            Fault::NotShared(object) => write!(f, "{} cannot be shared along a connection", object.plural()),
            Fault::NothingShared => write!(f, "these terms share nothing; close the connection instead"),
            Fault::TooManyFields { n_fields } => {
                write!(f, "{n_fields} fields are named; at most {TERMS_FIELDS_MAX} are allowed")
            }
            Fault::ReviewPast(date) => write!(f, "the review date {date} is in the past"),
        }
    }
}

impl Terms {
    /// Spaces around texts taken off; an empty text is none.
    pub fn tidied(mut self) -> Terms {
        let tidy = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !fold::is_blank(t));
        self.purpose = tidy(self.purpose);
        self.legal_basis_text = tidy(self.legal_basis_text);
        self
    }

    /// What is wrong with new or changed terms, whatever accounts they are between; `today` in UTC.
    pub fn check(&self, today: Date) -> Result<(), Fault> {
        let n_chars = |text: &Option<String>| text.as_ref().map_or(0, |t| t.chars().count());
        let (purpose, basis_text) = (n_chars(&self.purpose), n_chars(&self.legal_basis_text));
        let n_fields = self.fields.as_ref().map_or(0, BTreeSet::len).max(self.masked.len());
        let n_fields = n_fields.max(self.deal_pipelines.as_ref().map_or(0, BTreeSet::len));
        if purpose > PURPOSE_CHARS_MAX {
            return Err(Fault::PurposeTooLong { n_chars: purpose });
        }
        if self.legal_basis == Some(LegalBasis::Other) && basis_text == 0 {
            return Err(Fault::BasisTextMissing);
        }
        if basis_text > NAME_CHARS_MAX {
            return Err(Fault::BasisTextTooLong { n_chars: basis_text });
        }
        // Whoever approves or audits reads them: they must not look like something else.
        let steers = |text: &Option<String>| text.iter().flat_map(|t| t.chars()).any(|c| c != '\n' && fold::is_steering(c));
        if steers(&self.purpose) || steers(&self.legal_basis_text) {
            return Err(Fault::ControlCharacter);
        }
        if let Some(wrong) = self.customers.iter().find(|object| !CUSTOMERS.contains(object)) {
            return Err(Fault::NotACustomer(*wrong));
        }
        if let Some(wrong) = self.types.iter().find(|object| !SHOWN.contains(object)) {
            return Err(Fault::NotShared(*wrong));
        }
        if self.customers.is_empty() || self.types.is_empty() {
            return Err(Fault::NothingShared);
        }
        if n_fields > TERMS_FIELDS_MAX {
            return Err(Fault::TooManyFields { n_fields });
        }
        match self.review_on.filter(|date| *date < today) {
            Some(past) => Err(Fault::ReviewPast(past)),
            None => Ok(()),
        }
    }

    /// Whether purpose and legal basis are both said.
    pub fn is_reasoned(&self) -> bool {
        self.purpose.is_some() && self.legal_basis.is_some()
    }

    /// Whether the dealings of a contact or company pass at all.
    pub fn covers(&self, customer: ObjectType) -> bool {
        CUSTOMERS.contains(&customer) && self.customers.contains(&customer)
    }

    /// Whether records of a type pass. What is not mirrored at all never does, whatever the terms name.
    pub fn shows(&self, object: ObjectType) -> bool {
        SHOWN.contains(&object) && self.types.contains(&object)
    }

    /// Whether a record passes: its type, and of a deal its pipeline. A deal whose pipeline is unknown is in none.
    pub fn passes(&self, record: &Record) -> bool {
        let in_pipeline = match &self.deal_pipelines {
            Some(pipelines) if record.object == DEAL => record.get("pipeline").is_some_and(|id| pipelines.contains(id)),
            _ => true,
        };
        self.shows(record.object) && in_pipeline
    }

    /// Whether a field arrives with its value.
    pub fn reveals(&self, field: &str) -> bool {
        let listed = self.fields.as_ref().is_none_or(|fields| fields.contains(field));
        listed && !self.masked.contains(field) && !self.masked.iter().any(|masked| tells(field, masked))
    }

    /// Takes out what does not pass of a record's values; the names of what was taken out. `is_open` is the source's own word:
    /// an account that stores sensitive data lets pass only what it marks as not sensitive.
    pub fn withhold(&self, record: &mut Record, is_open: impl Fn(&str) -> bool) -> Vec<String> {
        let mut withheld = Vec::new();
        record.properties.retain(|name, _| {
            let passes = self.reveals(name) && is_open(name);
            if !passes {
                withheld.push(name.clone());
            }
            passes
        });
        withheld
    }

    /// Which parts differ from other terms.
    pub fn differing(&self, other: &Terms) -> Vec<Part> {
        let basis = |t: &Terms| (t.legal_basis, t.legal_basis_text.clone());
        let differing = [
            (self.purpose != other.purpose, Part::Purpose),
            (basis(self) != basis(other), Part::LegalBasis),
            (self.customers != other.customers, Part::Customers),
            (self.types != other.types, Part::Types),
            (self.deal_pipelines != other.deal_pipelines, Part::DealPipelines),
            (self.fields != other.fields, Part::Fields),
            (self.masked != other.masked, Part::Masked),
            (self.review_on != other.review_on, Part::ReviewDate),
        ];
        differing.into_iter().filter(|(differs, _)| *differs).map(|(_, part)| part).collect()
    }

    /// Whether a review is due on a day.
    pub fn is_review_due(&self, today: Date) -> bool {
        self.review_on.is_some_and(|date| date <= today)
    }
}

/// Whether a field tells the value of a masked one.
fn tells(field: &str, masked: &str) -> bool {
    let told = TOLD_BY.iter().any(|(of, by)| *of == masked && by.contains(&field));
    told || (masked == "dealstage" && field.starts_with(STAGE_TIMES))
}

/// Types by their names, for people who read the log; numbers too, as older rows have them.
mod types {
    use super::{BTreeSet, Deserialize, ObjectType};
    use serde::de::Error as _;
    use serde::{Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u32),
        Name(String),
    }

    pub fn serialize<S: Serializer>(types: &BTreeSet<ObjectType>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(types.iter().map(|object| object.plural()))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<ObjectType>, D::Error> {
        let written: Vec<Written> = Vec::deserialize(deserializer)?;
        let read = |written: Written| match written {
            Written::Number(number) => Ok(ObjectType(number)),
            Written::Name(name) => {
                ObjectType::from_segment(&name).ok_or_else(|| D::Error::custom(format!("\"{name}\" is no type of records")))
            }
        };
        written.into_iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RecordId;
    use crate::object::{CALL, NOTE, TICKET};
    use jiff::Timestamp;
    use jiff::civil::date;

    fn deal(pairs: &[(&str, &str)]) -> Record {
        let properties = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Record::from_stored(DEAL, RecordId(1), properties, Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH, None)
    }

    fn left(terms: &Terms, mut record: Record) -> Vec<String> {
        terms.withhold(&mut record, |_| true);
        record.properties.into_keys().filter(|name| !name.ends_with("date") && name != "hs_object_id").collect()
    }

    #[test]
    fn tickets_and_contacts_pass_under_no_terms() {
        let greedy = Terms { types: [TICKET, CONTACT, NOTE].into(), ..Terms::default() };
        assert!(!greedy.shows(TICKET) && !greedy.shows(CONTACT) && greedy.shows(NOTE) && !greedy.shows(CALL));
        assert!(SHOWN.iter().all(|t| Terms::default().shows(*t)));
        let people = Terms { customers: [CONTACT, TICKET].into(), ..Terms::default() };
        assert!(people.covers(CONTACT) && !people.covers(COMPANY) && !people.covers(TICKET));
    }

    #[test]
    fn reasons_are_what_they_look_like() {
        let with = |purpose: &str| Terms { purpose: Some(purpose.to_owned()), ..Terms::default() }.tidied();
        let check = |purpose: &str| with(purpose).check(date(2026, 1, 1)).err();
        assert_eq!(check("One service\nfor all \u{5e9}\u{5dc}"), None);
        assert_eq!(check("a\u{202e}b"), Some(Fault::ControlCharacter));
        assert_eq!(check("a\u{0}b"), Some(Fault::ControlCharacter));
        assert_eq!(with(" \u{200b} ").purpose, None, "nobody sees this one");
    }

    #[test]
    fn a_masked_field_arrives_without_its_value_and_so_does_what_would_tell_it() {
        let masked = |name: &str| Terms { masked: [name.to_owned()].into(), ..Terms::default() };
        let record =
            deal(&[("amount", "10"), ("amount_in_home_currency", "10"), ("hs_projected_amount", "2"), ("dealname", "X")]);
        assert_eq!(left(&masked("amount"), record.clone()), ["dealname"]);
        assert_eq!(left(&masked("dealname"), record), ["amount", "amount_in_home_currency", "hs_projected_amount"]);
        let staged =
            deal(&[("dealstage", "won"), ("hs_is_closed_won", "true"), ("hs_v2_date_entered_won", "1"), ("amount", "1")]);
        assert_eq!(left(&masked("dealstage"), staged), ["amount"]);
        assert!(!masked("hs_email_html").reveals("hs_email_text") && !masked("hs_email_text").reveals("hs_email_html"));
    }

    #[test]
    fn an_allow_list_lets_nothing_else_pass_and_a_mask_is_stronger() {
        let terms = Terms {
            fields: Some(["dealname".to_owned(), "amount".to_owned()].into()),
            masked: ["amount".to_owned()].into(),
            ..Terms::default()
        };
        let mut record = deal(&[("dealname", "X"), ("amount", "1"), ("secret", "s")]);
        let withheld = terms.withhold(&mut record, |_| true);
        assert!(["amount", "secret"].iter().all(|name| withheld.iter().any(|one| one == name)), "{withheld:?}");
        assert_eq!(record.properties.into_keys().collect::<Vec<_>>(), ["dealname"]);
        let mut nothing = deal(&[("dealname", "X")]);
        terms.withhold(&mut nothing, |_| false);
        assert!(nothing.properties.is_empty());
    }

    #[test]
    fn a_deal_passes_by_its_pipeline_and_one_without_passes_by_none() {
        let terms = Terms { deal_pipelines: Some(["retail".to_owned()].into()), ..Terms::default() };
        assert!(terms.passes(&deal(&[("pipeline", "retail")])));
        assert!(!terms.passes(&deal(&[("pipeline", "default")])) && !terms.passes(&deal(&[])));
        assert!(Terms::default().passes(&deal(&[])));
    }

    #[test]
    fn faulty_terms_are_refused_by_name() {
        let today = date(2026, 11, 28);
        let of = |change: fn(&mut Terms)| {
            let mut terms = Terms::default();
            change(&mut terms);
            terms.check(today).err().map(|fault| fault.code())
        };
        assert_eq!(of(|_| {}), None);
        assert_eq!(of(|t| t.purpose = Some("x".repeat(PURPOSE_CHARS_MAX + 1))), Some("PURPOSE_TOO_LONG"));
        assert_eq!(of(|t| t.legal_basis = Some(LegalBasis::Other)), Some("LEGAL_BASIS_TEXT_MISSING"));
        assert_eq!(of(|t| t.legal_basis_text = Some("x".repeat(256))), Some("LEGAL_BASIS_TEXT_TOO_LONG"));
        assert_eq!(of(|t| t.customers = [DEAL].into()), Some("CUSTOMER_TYPE_INVALID"));
        assert_eq!(of(|t| t.types = [TICKET].into()), Some("TYPE_NOT_SHAREABLE"));
        assert_eq!(of(|t| t.types.clear()), Some("NOTHING_SHARED"));
        assert_eq!(of(|t| t.customers.clear()), Some("NOTHING_SHARED"));
        assert_eq!(of(|t| t.masked = (0..=TERMS_FIELDS_MAX).map(|n| n.to_string()).collect()), Some("TOO_MANY_FIELDS"));
        assert_eq!(of(|t| t.review_on = Some(date(2026, 11, 27))), Some("REVIEW_DATE_PAST"));
        assert_eq!(of(|t| t.review_on = Some(date(2026, 11, 28))), None);
    }

    #[test]
    fn what_older_rows_say_is_read_and_what_is_written_says_types_by_name() {
        let old: Terms = serde_json::from_str(r#"{"types":[46,3],"masked":["amount"],"purpose":"one service"}"#).unwrap();
        let expected = Terms {
            types: [NOTE, DEAL].into(),
            masked: ["amount".to_owned()].into(),
            purpose: Some("one service".into()),
            ..Terms::default()
        };
        assert_eq!(old, expected);
        let written = serde_json::to_value(&old).unwrap();
        assert_eq!(written["types"], serde_json::json!(["deals", "notes"]));
        assert_eq!(serde_json::from_value::<Terms>(written).unwrap(), old);
    }

    #[test]
    fn what_differs_is_named() {
        let more = Terms { purpose: Some("p".into()), legal_basis_text: Some("t".into()), ..Terms::default() };
        assert_eq!(more.differing(&Terms::default()), [Part::Purpose, Part::LegalBasis]);
        assert_eq!(more.differing(&more), []);
    }
}
