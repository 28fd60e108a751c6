//! Associations: which records belong together, and as what.
//!
//! A link between two records carries one or more types, and exists in both directions: contact 901 to company 55 as type 279
//! is company 55 to contact 901 as type 280. A contact, deal or ticket has at most one *primary* company.

use crate::id::RecordId;
use crate::limits::NAME_CHARS_MAX;
use crate::object::{CALL, COMPANY, CONTACT, DEAL, EMAIL, MEETING, NOTE, ObjectType, TASK, TICKET};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who defined a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    HubspotDefined,
    UserDefined,
}

impl Category {
    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            Category::HubspotDefined => 0,
            Category::UserDefined => 1,
        }
    }

    /// The category of a stored number.
    pub fn from_number(n: i64) -> Category {
        if n == 0 { Category::HubspotDefined } else { Category::UserDefined }
    }
}

/// A type of link: its number is unique within its category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LinkType {
    pub category: Category,
    pub type_id: u32,
}

impl LinkType {
    /// A type every account has.
    pub const fn defined(type_id: u32) -> LinkType {
        LinkType { category: Category::HubspotDefined, type_id }
    }
}

/// A type every account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defined {
    pub type_id: u32,
    pub from: ObjectType,
    pub to: ObjectType,
    /// `contact_to_company_unlabeled`: the type's name in version 3 of the API.
    pub name: &'static str,
    /// What people see; `None` for the plain link.
    pub label: Option<&'static str>,
    /// The type of the same link seen from the other side.
    pub reverse: u32,
}

const fn row(type_id: u32, from: ObjectType, to: ObjectType, name: &'static str, reverse: u32) -> Defined {
    Defined { type_id, from, to, name, label: None, reverse }
}

const fn labeled(
    type_id: u32,
    from: ObjectType,
    to: ObjectType,
    name: &'static str,
    label: &'static str,
    reverse: u32,
) -> Defined {
    Defined { type_id, from, to, name, label: Some(label), reverse }
}

/// Every HUBSPOT_DEFINED type between the object types of this release. Source: wire spec 5.
pub const DEFINED: [Defined; 64] = [
    row(279, CONTACT, COMPANY, "contact_to_company_unlabeled", 280),
    row(280, COMPANY, CONTACT, "company_to_contact_unlabeled", 279),
    labeled(1, CONTACT, COMPANY, "contact_to_company", "Primary", 2),
    labeled(2, COMPANY, CONTACT, "company_to_contact", "Primary", 1),
    row(4, CONTACT, DEAL, "contact_to_deal", 3),
    row(3, DEAL, CONTACT, "deal_to_contact", 4),
    row(15, CONTACT, TICKET, "contact_to_ticket", 16),
    row(16, TICKET, CONTACT, "ticket_to_contact", 15),
    row(342, COMPANY, DEAL, "company_to_deal_unlabeled", 341),
    row(341, DEAL, COMPANY, "deal_to_company_unlabeled", 342),
    labeled(6, COMPANY, DEAL, "company_to_deal", "Primary", 5),
    labeled(5, DEAL, COMPANY, "deal_to_company", "Primary", 6),
    row(340, COMPANY, TICKET, "company_to_ticket_unlabeled", 339),
    row(339, TICKET, COMPANY, "ticket_to_company_unlabeled", 340),
    labeled(25, COMPANY, TICKET, "company_to_ticket", "Primary", 26),
    labeled(26, TICKET, COMPANY, "ticket_to_company", "Primary", 25),
    row(27, DEAL, TICKET, "deal_to_ticket", 28),
    row(28, TICKET, DEAL, "ticket_to_deal", 27),
    row(449, CONTACT, CONTACT, "contact_to_contact", 449),
    row(450, COMPANY, COMPANY, "company_to_company", 450),
    row(451, DEAL, DEAL, "deal_to_deal", 451),
    row(452, TICKET, TICKET, "ticket_to_ticket", 452),
    labeled(13, COMPANY, COMPANY, "parent_to_child_company", "Child Company", 14),
    labeled(14, COMPANY, COMPANY, "child_to_parent_company", "Parent Company", 13),
    row(193, CONTACT, CALL, "contact_to_call", 194),
    row(194, CALL, CONTACT, "call_to_contact", 193),
    row(197, CONTACT, EMAIL, "contact_to_email", 198),
    row(198, EMAIL, CONTACT, "email_to_contact", 197),
    row(199, CONTACT, MEETING, "contact_to_meeting_event", 200),
    row(200, MEETING, CONTACT, "meeting_event_to_contact", 199),
    row(201, CONTACT, NOTE, "contact_to_note", 202),
    row(202, NOTE, CONTACT, "note_to_contact", 201),
    row(203, CONTACT, TASK, "contact_to_task", 204),
    row(204, TASK, CONTACT, "task_to_contact", 203),
    row(181, COMPANY, CALL, "company_to_call", 182),
    row(182, CALL, COMPANY, "call_to_company", 181),
    row(185, COMPANY, EMAIL, "company_to_email", 186),
    row(186, EMAIL, COMPANY, "email_to_company", 185),
    row(187, COMPANY, MEETING, "company_to_meeting_event", 188),
    row(188, MEETING, COMPANY, "meeting_event_to_company", 187),
    row(189, COMPANY, NOTE, "company_to_note", 190),
    row(190, NOTE, COMPANY, "note_to_company", 189),
    row(191, COMPANY, TASK, "company_to_task", 192),
    row(192, TASK, COMPANY, "task_to_company", 191),
    row(205, DEAL, CALL, "deal_to_call", 206),
    row(206, CALL, DEAL, "call_to_deal", 205),
    row(209, DEAL, EMAIL, "deal_to_email", 210),
    row(210, EMAIL, DEAL, "email_to_deal", 209),
    row(211, DEAL, MEETING, "deal_to_meeting_event", 212),
    row(212, MEETING, DEAL, "meeting_event_to_deal", 211),
    row(213, DEAL, NOTE, "deal_to_note", 214),
    row(214, NOTE, DEAL, "note_to_deal", 213),
    row(215, DEAL, TASK, "deal_to_task", 216),
    row(216, TASK, DEAL, "task_to_deal", 215),
    row(219, TICKET, CALL, "ticket_to_call", 220),
    row(220, CALL, TICKET, "call_to_ticket", 219),
    row(223, TICKET, EMAIL, "ticket_to_email", 224),
    row(224, EMAIL, TICKET, "email_to_ticket", 223),
    row(225, TICKET, MEETING, "ticket_to_meeting_event", 226),
    row(226, MEETING, TICKET, "meeting_event_to_ticket", 225),
    row(227, TICKET, NOTE, "ticket_to_note", 228),
    row(228, NOTE, TICKET, "note_to_ticket", 227),
    row(229, TICKET, TASK, "ticket_to_task", 230),
    row(230, TASK, TICKET, "task_to_ticket", 229),
];

/// Calls and meetings link to each other as well. Apart, because they are the only pair of activities that does.
const BETWEEN_ACTIVITIES: [Defined; 2] =
    [row(399, CALL, MEETING, "call_to_meeting_event", 400), row(400, MEETING, CALL, "meeting_event_to_call", 399)];

/// Every type every account has.
pub fn all_defined() -> impl Iterator<Item = &'static Defined> {
    DEFINED.iter().chain(&BETWEEN_ACTIVITIES)
}

/// A label the account made: two types, one per direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Label {
    pub type_id: u32,
    pub from: ObjectType,
    pub to: ObjectType,
    /// The internal name.
    pub name: String,
    /// What the `to` record is to the `from` record.
    pub label: String,
    /// The type of the other direction; the same when both sides read alike within one object type.
    pub reverse: u32,
}

/// The types of links of one account.
#[derive(Debug, Clone, Default)]
pub struct LinkTypes {
    /// The account's own labels, both directions.
    pub labels: Vec<Label>,
}

/// Why a link or a label is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No type of that number goes from the one to the other.
    UnknownType {
        from: ObjectType,
        to: ObjectType,
        link_type: LinkType,
    },
    /// Records of these types cannot be linked.
    NoLink {
        from: ObjectType,
        to: ObjectType,
    },
    /// A record cannot be linked to itself.
    Itself(RecordId),
    Label(String),
    LabelName(String),
    LabelExists(String),
    TooManyLabels,
}

/// Labels of one account; HubSpot allows 10 per pair of types on Free and 50 on paid tiers.
pub const LABELS_MAX: usize = 1_000;

impl Refusal {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::UnknownType { .. } => "ASSOCIATION_TYPE_UNKNOWN",
            Refusal::NoLink { .. } => "ASSOCIATION_NOT_SUPPORTED",
            Refusal::Itself(_) => "ASSOCIATION_WITH_ITSELF",
            Refusal::Label(_) => "ASSOCIATION_LABEL_INVALID",
            Refusal::LabelName(_) => "ASSOCIATION_LABEL_NAME_INVALID",
            Refusal::LabelExists(_) => "ASSOCIATION_LABEL_EXISTS",
            Refusal::TooManyLabels => "ASSOCIATION_LABEL_LIMIT",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnknownType { from, to, link_type } => {
                let category = if link_type.category == Category::UserDefined { "USER_DEFINED" } else { "HUBSPOT_DEFINED" };
                write!(f, "{category} association type {} does not link {} to {}", link_type.type_id, from.plural(), to.plural())
            }
            Refusal::NoLink { from, to } => write!(f, "{} cannot be associated with {}", from.plural(), to.plural()),
            Refusal::Itself(id) => write!(f, "record {id} cannot be associated with itself"),
            Refusal::Label(l) => write!(f, "\"{l}\" is not a label: expected 1 to {NAME_CHARS_MAX} characters"),
            Refusal::LabelName(n) => {
                write!(f, "\"{n}\" is not a label's name: expected 1 to 100 of a-z, 0-9 and _, beginning with a letter")
            }
            Refusal::LabelExists(n) => write!(f, "an association label \"{n}\" already exists"),
            Refusal::TooManyLabels => write!(f, "an account can have {LABELS_MAX} association labels"),
        }
    }
}

/// The plain link between two types of records.
pub fn unlabeled(from: ObjectType, to: ObjectType) -> Option<LinkType> {
    all_defined().find(|d| d.from == from && d.to == to && d.label.is_none()).map(|d| LinkType::defined(d.type_id))
}

/// The primary link, where there is one.
pub fn primary(from: ObjectType, to: ObjectType) -> Option<LinkType> {
    all_defined().find(|d| d.from == from && d.to == to && d.label == Some("Primary")).map(|d| LinkType::defined(d.type_id))
}

/// The type of a version 3 name.
pub fn by_name(from: ObjectType, to: ObjectType, name: &str) -> Option<LinkType> {
    all_defined().find(|d| d.from == from && d.to == to && d.name == name).map(|d| LinkType::defined(d.type_id))
}

/// From a company to its parent.
pub const CHILD_TO_PARENT: LinkType = LinkType::defined(14);
/// From a company to a child of it.
pub const PARENT_TO_CHILD: LinkType = LinkType::defined(13);

/// Child and parent of a link that says which of two companies belongs to the other.
pub fn family<T>(from: T, to: T, link_type: LinkType) -> Option<(T, T)> {
    match link_type {
        CHILD_TO_PARENT => Some((from, to)),
        PARENT_TO_CHILD => Some((to, from)),
        _ => None,
    }
}

impl LinkTypes {
    /// The same link seen from the other side, if the type goes from the one to the other.
    pub fn reverse(&self, from: ObjectType, to: ObjectType, link_type: LinkType) -> Result<LinkType, Refusal> {
        let found = match link_type.category {
            Category::HubspotDefined => {
                all_defined().find(|d| d.type_id == link_type.type_id && d.from == from && d.to == to).map(|d| d.reverse)
            }
            Category::UserDefined => {
                self.labels.iter().find(|l| l.type_id == link_type.type_id && l.from == from && l.to == to).map(|l| l.reverse)
            }
        };
        let refusal = Refusal::UnknownType { from, to, link_type };
        found.map(|type_id| LinkType { category: link_type.category, type_id }).ok_or(refusal)
    }

    /// What people see of a type; `None` for the plain link.
    pub fn label(&self, link_type: LinkType) -> Option<&str> {
        match link_type.category {
            Category::HubspotDefined => all_defined().find(|d| d.type_id == link_type.type_id).and_then(|d| d.label),
            Category::UserDefined => self.labels.iter().find(|l| l.type_id == link_type.type_id).map(|l| l.label.as_str()),
        }
    }

    /// The version 3 name of a type.
    pub fn name(&self, link_type: LinkType) -> Option<&str> {
        match link_type.category {
            Category::HubspotDefined => all_defined().find(|d| d.type_id == link_type.type_id).map(|d| d.name),
            Category::UserDefined => self.labels.iter().find(|l| l.type_id == link_type.type_id).map(|l| l.name.as_str()),
        }
    }
}

/// What linking one pair does, as types from `from` to `to`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PairPlan {
    /// Types to add, with their reverse.
    pub add: Vec<(LinkType, LinkType)>,
    /// The company that was primary until now and stays linked without being it.
    pub demote: Option<RecordId>,
    /// The pair becomes the primary one of the record that is not the company.
    pub primary: bool,
}

/// What is known of a pair before linking it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PairState {
    /// Types the pair has already, from `from` to `to`.
    pub types: Vec<LinkType>,
    /// The primary company of the record on the other side of a company.
    pub primary_company: Option<RecordId>,
}

/// Decides a link. No requested type means the plain one. Any link includes the plain one; the first company of a contact,
/// deal or ticket becomes its primary one, and a new primary one takes the place of the old.
pub fn plan_link(
    types: &LinkTypes,
    from: (ObjectType, RecordId),
    to: (ObjectType, RecordId),
    state: &PairState,
    requested: &[LinkType],
) -> Result<PairPlan, Refusal> {
    if from == to {
        return Err(Refusal::Itself(from.1));
    }
    let plain = unlabeled(from.0, to.0).ok_or(Refusal::NoLink { from: from.0, to: to.0 })?;
    let primary = primary(from.0, to.0);
    let mut wanted = vec![plain];
    wanted.extend_from_slice(requested);
    if state.primary_company.is_none() {
        wanted.extend(primary);
    }
    let mut plan = PairPlan::default();
    for link_type in wanted {
        let reverse = types.reverse(from.0, to.0, link_type)?;
        let known = state.types.contains(&link_type) || plan.add.iter().any(|(t, _)| *t == link_type);
        if !known {
            plan.primary |= Some(link_type) == primary;
            plan.add.push((link_type, reverse));
        }
    }
    let company = if from.0 == COMPANY { from.1 } else { to.1 };
    plan.demote = state.primary_company.filter(|old| plan.primary && *old != company);
    Ok(plan)
}

/// Checks a new label and gives both its directions. `inverse` is what the `from` record is to the `to` record.
pub fn plan_label(
    types: &LinkTypes,
    from: ObjectType,
    to: ObjectType,
    name: &str,
    label: &str,
    inverse: Option<&str>,
    id_first: u32,
) -> Result<Vec<Label>, Refusal> {
    unlabeled(from, to).ok_or(Refusal::NoLink { from, to })?;
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !plain || name.len() > 100 || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(Refusal::LabelName(name.chars().take(100).collect()));
    }
    for text in [Some(label), inverse].into_iter().flatten() {
        if text.trim().is_empty() || text.chars().count() > NAME_CHARS_MAX {
            return Err(Refusal::Label(text.chars().take(100).collect()));
        }
    }
    if types.labels.iter().any(|l| l.name == name || (l.from == from && l.to == to && l.label == label)) {
        return Err(Refusal::LabelExists(name.to_owned()));
    }
    if types.labels.len() >= LABELS_MAX {
        return Err(Refusal::TooManyLabels);
    }
    let one = |type_id, from, to, label: &str, reverse| Label {
        type_id,
        from,
        to,
        name: name.to_owned(),
        label: label.to_owned(),
        reverse,
    };
    if from == to && inverse.is_none_or(|i| i == label) {
        return Ok(vec![one(id_first, from, to, label, id_first)]);
    }
    let back = id_first + 1;
    Ok(vec![one(id_first, from, to, label, back), one(back, to, from, inverse.unwrap_or(label), id_first)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: (ObjectType, RecordId) = (CONTACT, RecordId(901));
    const ACME: (ObjectType, RecordId) = (COMPANY, RecordId(55));

    #[test]
    fn every_type_has_its_reverse_and_every_number_and_name_is_given_once() {
        let all: Vec<_> = all_defined().collect();
        for d in &all {
            let back = all.iter().find(|r| r.type_id == d.reverse).unwrap_or_else(|| panic!("{} has no reverse", d.name));
            assert_eq!((back.reverse, back.from, back.to), (d.type_id, d.to, d.from), "{}", d.name);
            assert_eq!(all.iter().filter(|r| r.type_id == d.type_id || r.name == d.name).count(), 1, "{}", d.name);
        }
    }

    #[test]
    fn the_first_company_of_a_contact_becomes_its_primary_one_from_either_side() {
        let types = LinkTypes::default();
        let plan = plan_link(&types, ANN, ACME, &PairState::default(), &[LinkType::defined(279)]).unwrap();
        let ids = |plan: &PairPlan| plan.add.iter().map(|(a, b)| (a.type_id, b.type_id)).collect::<Vec<_>>();
        assert_eq!(ids(&plan), [(279, 280), (1, 2)]);
        assert!(plan.primary);
        let plan = plan_link(&types, ACME, ANN, &PairState::default(), &[]).unwrap();
        assert_eq!(ids(&plan), [(280, 279), (2, 1)]);
    }

    #[test]
    fn a_second_company_is_primary_only_when_asked_and_then_replaces_the_first() {
        let types = LinkTypes::default();
        let state = PairState { types: vec![], primary_company: Some(RecordId(7)) };
        let plan = plan_link(&types, ANN, ACME, &state, &[]).unwrap();
        assert!(!plan.primary && plan.demote.is_none());
        let plan = plan_link(&types, ANN, ACME, &state, &[LinkType::defined(1)]).unwrap();
        assert!(plan.primary);
        assert_eq!(plan.demote, Some(RecordId(7)));
    }

    #[test]
    fn linking_again_adds_nothing_and_wrong_types_are_refused() {
        let types = LinkTypes::default();
        let state = PairState { types: vec![LinkType::defined(279), LinkType::defined(1)], primary_company: Some(ACME.1) };
        assert_eq!(plan_link(&types, ANN, ACME, &state, &[LinkType::defined(279)]), Ok(PairPlan::default()));
        let code = |from, to, requested: &[LinkType]| plan_link(&types, from, to, &state, requested).unwrap_err().code();
        assert_eq!(code(ANN, ACME, &[LinkType::defined(280)]), "ASSOCIATION_TYPE_UNKNOWN");
        assert_eq!(code(ANN, ANN, &[]), "ASSOCIATION_WITH_ITSELF");
        assert_eq!(code((NOTE, RecordId(1)), (TASK, RecordId(2)), &[]), "ASSOCIATION_NOT_SUPPORTED");
    }

    #[test]
    fn a_label_has_two_directions_unless_both_sides_read_alike() {
        let types = LinkTypes::default();
        let both = plan_label(&types, CONTACT, COMPANY, "billing", "Billing contact", Some("Billed company"), 36).unwrap();
        assert_eq!(both.iter().map(|l| (l.type_id, l.reverse)).collect::<Vec<_>>(), [(36, 37), (37, 36)]);
        let one = plan_label(&types, CONTACT, CONTACT, "sibling", "Sibling", None, 40).unwrap();
        assert_eq!(one.len(), 1);
        let types = LinkTypes { labels: both };
        assert!(plan_label(&types, CONTACT, COMPANY, "billing", "Other", None, 41).is_err());
        let link_type = LinkType { category: Category::UserDefined, type_id: 36 };
        assert_eq!(types.reverse(CONTACT, COMPANY, link_type).unwrap().type_id, 37);
        assert!(types.reverse(COMPANY, CONTACT, link_type).is_err());
    }
}
