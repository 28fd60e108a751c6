//! Search: what is asked, checked against the definitions, and what it means.
//!
//! ```text
//!   RawSearch --check--> Search --matches--> yes or no        (this room: the meaning)
//!                          +----> SQL                          (store: the same meaning, faster)
//! ```
//! Groups are alternatives, the filters of a group hold together. Texts compare with ASCII letters folded; enumerations,
//! booleans and times exactly; numbers as doubles. A record without a value satisfies only NOT_HAS_PROPERTY: as in SQL, and
//! unlike everyday speech, "not equal to x" is not said of what is unknown.

mod check;
mod evaluate;
mod pattern;

pub use check::check;
pub use evaluate::{compare, matches};
pub use pattern::{Pattern, query_patterns, token_pattern};

use crate::id::RecordId;
use crate::object::ObjectType;
use jiff::Timestamp;
use std::fmt;

/// HubSpot's operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    Eq,
    Neq,
    Lt,
    Lte,
    Gt,
    Gte,
    Between,
    In,
    NotIn,
    HasProperty,
    NotHasProperty,
    ContainsToken,
    NotContainsToken,
}

impl Operator {
    /// Every operator with its name on the wire.
    pub const ALL: [(Operator, &str); 13] = [
        (Operator::Eq, "EQ"),
        (Operator::Neq, "NEQ"),
        (Operator::Lt, "LT"),
        (Operator::Lte, "LTE"),
        (Operator::Gt, "GT"),
        (Operator::Gte, "GTE"),
        (Operator::Between, "BETWEEN"),
        (Operator::In, "IN"),
        (Operator::NotIn, "NOT_IN"),
        (Operator::HasProperty, "HAS_PROPERTY"),
        (Operator::NotHasProperty, "NOT_HAS_PROPERTY"),
        (Operator::ContainsToken, "CONTAINS_TOKEN"),
        (Operator::NotContainsToken, "NOT_CONTAINS_TOKEN"),
    ];

    /// The operator of a name, in any case.
    pub fn from_name(name: &str) -> Option<Operator> {
        Operator::ALL.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map(|(op, _)| *op)
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        Operator::ALL.iter().find(|(op, _)| *op == self).map_or("EQ", |(_, name)| name)
    }
}

/// A filter as it comes in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawFilter {
    /// A property, or `associations.{type}`.
    pub property: String,
    pub operator: String,
    pub value: Option<String>,
    pub high_value: Option<String>,
    pub values: Vec<String>,
}

/// A search as it comes in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawSearch {
    pub groups: Vec<Vec<RawFilter>>,
    pub query: Option<String>,
    /// Property and whether descending.
    pub sorts: Vec<(String, bool)>,
}

/// A search that makes sense. No group at all means everything.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Search {
    pub groups: Vec<Vec<Filter>>,
    /// The words of the free-text query; each must begin a word in one of the type's free-text properties.
    pub words: Vec<Pattern>,
    /// Empty means by id, oldest first. Ids break ties, in the direction of the last sort.
    pub sorts: Vec<Sort>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    Property { property: String, kind: Kind, test: Test },
    Associated { object: ObjectType, test: AssociatedTest },
}

/// How the values of a property compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ASCII letters folded.
    Text,
    /// As they are: enumerations, booleans, days.
    Exact,
    /// Several values joined by `;`: equality is of the whole, IN asks for any of them.
    Multiple,
    Number,
    Time,
}

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    Has,
    HasNot,
    Compare(Comparison, Operand),
    Between(Operand, Operand),
    In(Vec<Operand>),
    NotIn(Vec<Operand>),
    Token(Pattern),
    NotToken(Pattern),
}

/// What is asked of the links to records of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssociatedTest {
    Any,
    None,
    OneOf(Vec<RecordId>),
    NoneOf(Vec<RecordId>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Eq,
    Neq,
    Lt,
    Lte,
    Gt,
    Gte,
}

impl Comparison {
    /// The operator, which is the same in Rust and SQL but for equality.
    pub fn sql(self) -> &'static str {
        match self {
            Comparison::Eq => "=",
            Comparison::Neq => "<>",
            Comparison::Lt => "<",
            Comparison::Lte => "<=",
            Comparison::Gt => ">",
            Comparison::Gte => ">=",
        }
    }

    /// Whether an ordering satisfies the comparison.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Eq => ordering.is_eq(),
            Comparison::Neq => ordering.is_ne(),
            Comparison::Lt => ordering.is_lt(),
            Comparison::Lte => ordering.is_le(),
            Comparison::Gt => ordering.is_gt(),
            Comparison::Gte => ordering.is_ge(),
        }
    }
}

/// What a value is compared with. Texts are folded already where their kind folds.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Text(String),
    Number(f64),
    Time(Timestamp),
}

/// One sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub property: String,
    pub kind: Kind,
    /// Records without a value come last either way.
    pub descending: bool,
}

/// Why a search is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    Property(String),
    Operator(String),
    /// The operator means nothing for this property.
    OperatorOn {
        property: String,
        operator: &'static str,
    },
    ValueMissing {
        property: String,
        operator: &'static str,
    },
    /// IN and NOT_IN look for a list.
    ValuesMissing {
        property: String,
        operator: &'static str,
    },
    Value {
        property: String,
        value: String,
        expected: &'static str,
    },
    TooManyGroups(usize),
    TooManyFilters(usize),
    TooManyValues {
        property: String,
        n: usize,
    },
    TooLong(usize),
    TooManySorts(usize),
    /// `associations.{type}` of a type there is none of.
    AssociatedType(String),
}

/// Sort keys of one search: HubSpot takes one; a few more cost nothing.
pub const SORTS_MAX: usize = 3;

impl Refusal {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Property(_) => "SEARCH_PROPERTY_DOESNT_EXIST",
            Refusal::Operator(_) => "SEARCH_OPERATOR_UNKNOWN",
            Refusal::OperatorOn { .. } => "SEARCH_OPERATOR_NOT_ALLOWED",
            Refusal::ValueMissing { .. } | Refusal::ValuesMissing { .. } => "SEARCH_VALUE_MISSING",
            Refusal::Value { .. } => "SEARCH_VALUE_INVALID",
            Refusal::TooManyGroups(_) | Refusal::TooManyFilters(_) => "SEARCH_FILTER_LIMIT",
            Refusal::TooManyValues { .. } => "SEARCH_VALUE_LIMIT",
            Refusal::TooLong(_) => "SEARCH_QUERY_TOO_LONG",
            Refusal::TooManySorts(_) => "SEARCH_SORT_LIMIT",
            Refusal::AssociatedType(_) => "SEARCH_ASSOCIATION_UNKNOWN",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::limits::{
            FILTER_GROUPS_MAX, FILTER_VALUES_MAX, FILTERS_MAX, FILTERS_PER_GROUP_MAX, QUERY_CHARS_MAX, SEARCH_VALUES_MAX,
        };
        match self {
            Refusal::Property(p) => write!(f, "there is no property \"{p}\" to search or sort by"),
            Refusal::Operator(o) => write!(f, "\"{o}\" is not an operator"),
            Refusal::OperatorOn { property, operator } => write!(f, "operator {operator} cannot be used on \"{property}\""),
            Refusal::ValueMissing { property, operator } => write!(f, "operator {operator} on \"{property}\" needs a value"),
            Refusal::ValuesMissing { property, operator } => {
                write!(f, "operator {operator} on \"{property}\" needs a list in values")
            }
            Refusal::Value { property, value, expected } => {
                write!(f, "\"{value}\" is not {expected}, which \"{property}\" is compared with")
            }
            Refusal::TooManyGroups(n) => write!(f, "a search can have {FILTER_GROUPS_MAX} filter groups, not {n}"),
            Refusal::TooManyFilters(n) => {
                write!(f, "a search can have {FILTERS_PER_GROUP_MAX} filters per group and {FILTERS_MAX} in all, not {n}")
            }
            Refusal::TooManyValues { property, n } => {
                write!(
                    f,
                    "a filter can have {FILTER_VALUES_MAX} values and a search {SEARCH_VALUES_MAX}, not the {n} of {property}"
                )
            }
            Refusal::TooLong(n) => write!(f, "a query or filter value can have {QUERY_CHARS_MAX} characters, not {n}"),
            Refusal::TooManySorts(n) => write!(f, "a search can have {SORTS_MAX} sorts, not {n}"),
            Refusal::AssociatedType(t) => write!(f, "\"associations.{t}\" names no type of records"),
        }
    }
}
