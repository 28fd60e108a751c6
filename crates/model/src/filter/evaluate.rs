//! What a search means, in plain Rust.

use super::{AssociatedTest, Filter, Kind, Operand, Search, Test};
use crate::catalog;
use crate::fold;
use crate::id::RecordId;
use crate::object::ObjectType;
use crate::property::value;
use crate::record::Record;
use std::cmp::Ordering;

/// Whether a record is found. `associated` lists the ids of the records of a type it is linked to. Archived records never are.
pub fn matches(search: &Search, record: &Record, associated: &dyn Fn(ObjectType) -> Vec<RecordId>) -> bool {
    let in_groups =
        search.groups.is_empty() || search.groups.iter().any(|group| group.iter().all(|f| holds(f, record, associated)));
    record.archived_at.is_none()
        && in_groups
        && search.words.iter().all(|word| {
            catalog::free_text(record.object).iter().any(|property| record.get(property).is_some_and(|v| word.is_in(v)))
        })
}

fn holds(filter: &Filter, record: &Record, associated: &dyn Fn(ObjectType) -> Vec<RecordId>) -> bool {
    match filter {
        Filter::Property { property, kind, test } => value_holds(*kind, test, record.get(property)),
        Filter::Associated { object, test } => {
            let linked = associated(*object);
            match test {
                AssociatedTest::Any => !linked.is_empty(),
                AssociatedTest::None => linked.is_empty(),
                AssociatedTest::OneOf(ids) => ids.iter().any(|id| linked.contains(id)),
                AssociatedTest::NoneOf(ids) => !ids.iter().any(|id| linked.contains(id)),
            }
        }
    }
}

fn value_holds(kind: Kind, test: &Test, value: Option<&str>) -> bool {
    let Some(value) = value else { return *test == Test::HasNot };
    match test {
        Test::Has => true,
        Test::HasNot => false,
        Test::Compare(comparison, operand) => against(kind, value, operand).is_some_and(|o| comparison.holds(o)),
        Test::Between(low, high) => {
            against(kind, value, low).is_some_and(Ordering::is_ge) && against(kind, value, high).is_some_and(Ordering::is_le)
        }
        Test::In(operands) => is_one_of(kind, value, operands),
        Test::NotIn(operands) => !is_one_of(kind, value, operands),
        Test::Token(pattern) => pattern.is_in(value),
        Test::NotToken(pattern) => !pattern.is_in(value),
    }
}

fn is_one_of(kind: Kind, value: &str, operands: &[Operand]) -> bool {
    if kind != Kind::Multiple {
        return operands.iter().any(|o| against(kind, value, o).is_some_and(Ordering::is_eq));
    }
    operands.iter().any(|o| matches!(o, Operand::Text(text) if value.split(';').any(|one| one == text)))
}

/// How a value stands to an operand of its kind.
fn against(kind: Kind, value: &str, operand: &Operand) -> Option<Ordering> {
    match operand {
        Operand::Text(text) if kind == Kind::Text => Some(fold::ascii(value).as_str().cmp(text)),
        Operand::Text(text) => Some(value.cmp(text)),
        Operand::Number(number) => value.parse::<f64>().ok()?.partial_cmp(number),
        Operand::Time(at) => Some(value.cmp(value::timestamp_text(*at).as_str())),
    }
}

/// The order of two records in the results of a search: by its sorts, then by id in the direction of the last sort.
pub fn compare(search: &Search, a: &Record, b: &Record) -> Ordering {
    for sort in &search.sorts {
        let ordering = match (a.get(&sort.property), b.get(&sort.property)) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(x), Some(y)) => {
                let ascending = match sort.kind {
                    Kind::Text => fold::ascii(x).cmp(&fold::ascii(y)),
                    Kind::Number => x.parse::<f64>().ok().partial_cmp(&y.parse::<f64>().ok()).unwrap_or(Ordering::Equal),
                    Kind::Exact | Kind::Multiple | Kind::Time => x.cmp(y),
                };
                if sort.descending { ascending.reverse() } else { ascending }
            }
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    let by_id = a.id.cmp(&b.id);
    if search.sorts.last().is_some_and(|s| s.descending) { by_id.reverse() } else { by_id }
}

#[cfg(test)]
mod tests {
    use super::super::{RawFilter, RawSearch, check};
    use super::*;
    use crate::object::{CONTACT, DEAL};
    use crate::property::Schema;
    use jiff::Timestamp;

    fn deal(pairs: &[(&str, &str)]) -> Record {
        let properties = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let at = Timestamp::from_millisecond(1_795_190_400_000).unwrap();
        Record::from_stored(DEAL, RecordId(7), properties, at, at, None)
    }

    fn filter(property: &str, operator: &str, values: &[&str]) -> RawFilter {
        let text = |i: usize| values.get(i).map(|v| (*v).to_owned());
        let many = operator.ends_with("IN");
        RawFilter {
            property: property.to_owned(),
            operator: operator.to_owned(),
            value: text(0).filter(|_| !many),
            high_value: text(1).filter(|_| !many),
            values: if many { values.iter().map(|v| (*v).to_owned()).collect() } else { Vec::new() },
        }
    }

    fn found(record: &Record, groups: Vec<Vec<RawFilter>>) -> Result<bool, &'static str> {
        let raw = RawSearch { groups, ..RawSearch::default() };
        let search = check(&Schema::default_of(record.object), &raw).map_err(|r| r.code())?;
        Ok(matches(&search, record, &|object| if object == CONTACT { vec![RecordId(901)] } else { vec![] }))
    }

    #[test]
    fn every_operator_means_what_the_wire_spec_says() {
        let record = deal(&[
            ("dealname", "Big ACME deal"),
            ("amount", "900.50"),
            ("dealstage", "closedwon"),
            ("closedate", "2026-11-20T10:00:00.000Z"),
        ]);
        let table: [(&str, &str, &[&str], bool); 30] = [
            ("dealname", "EQ", &["big acme DEAL"], true),
            ("dealname", "NEQ", &["big acme DEAL"], false),
            ("dealname", "CONTAINS_TOKEN", &["acme"], true),
            ("dealname", "CONTAINS_TOKEN", &["ac*"], true),
            ("dealname", "NOT_CONTAINS_TOKEN", &["acm"], true),
            ("dealname", "GT", &["big a"], true),
            ("dealname", "IN", &["x", "BIG acme deal"], true),
            ("amount", "EQ", &["900.5"], true),
            ("amount", "LT", &["1000"], true),
            ("amount", "GTE", &["900.51"], false),
            ("amount", "BETWEEN", &["100", "900.5"], true),
            ("amount", "BETWEEN", &["901", "1000"], false),
            ("amount", "IN", &["900.50"], true),
            ("dealstage", "EQ", &["closedwon"], true),
            ("dealstage", "EQ", &["ClosedWon"], false),
            ("dealstage", "IN", &["closedwon", "contractsent"], true),
            ("dealstage", "NOT_IN", &["closedwon"], false),
            ("closedate", "GTE", &["1795168800000"], true),
            ("closedate", "LT", &["2026-11-20"], false),
            ("closedate", "EQ", &["2026-11-20T11:00:00+01:00"], true),
            ("createdate", "GT", &["2026-11-20T15:59:59.999Z"], true),
            ("hs_object_id", "GTE", &["7"], true),
            ("description", "HAS_PROPERTY", &[], false),
            ("description", "NOT_HAS_PROPERTY", &[], true),
            ("description", "NEQ", &["x"], false),
            ("description", "NOT_IN", &["x"], false),
            ("associations.contact", "EQ", &["901"], true),
            ("associations.contacts", "NOT_IN", &["901"], false),
            ("associations.company", "HAS_PROPERTY", &[], false),
            ("associations.company", "NOT_HAS_PROPERTY", &[], true),
        ];
        for (property, operator, values, expected) in table {
            let answer = found(&record, vec![vec![filter(property, operator, values)]]);
            assert_eq!(answer, Ok(expected), "{property} {operator} {values:?}");
        }
    }

    #[test]
    fn groups_are_alternatives_and_filters_hold_together() {
        let record = deal(&[("dealname", "a"), ("amount", "1")]);
        let (yes, no) = (|| filter("amount", "EQ", &["1"]), || filter("amount", "EQ", &["2"]));
        assert_eq!(found(&record, vec![vec![yes(), no()]]), Ok(false));
        assert_eq!(found(&record, vec![vec![yes(), no()], vec![yes()]]), Ok(true));
        assert_eq!(found(&record, vec![]), Ok(true));
        assert_eq!(found(&record, vec![vec![]]), Ok(true));
    }

    #[test]
    fn a_search_that_makes_no_sense_is_refused_with_its_reason() {
        let code = |property: &str, operator: &str, values: &[&str]| {
            found(&deal(&[]), vec![vec![filter(property, operator, values)]]).unwrap_err()
        };
        assert_eq!(code("shoe", "EQ", &["1"]), "SEARCH_PROPERTY_DOESNT_EXIST");
        assert_eq!(code("amount", "LIKE", &["1"]), "SEARCH_OPERATOR_UNKNOWN");
        assert_eq!(code("amount", "EQ", &["much"]), "SEARCH_VALUE_INVALID");
        assert_eq!(code("amount", "EQ", &[]), "SEARCH_VALUE_MISSING");
        assert_eq!(code("amount", "BETWEEN", &["1"]), "SEARCH_VALUE_MISSING");
        assert_eq!(code("closedate", "GT", &["soon"]), "SEARCH_VALUE_INVALID");
        assert_eq!(code("associations.shoe", "EQ", &["1"]), "SEARCH_ASSOCIATION_UNKNOWN");
        assert_eq!(code("associations.contact", "GT", &["1"]), "SEARCH_OPERATOR_NOT_ALLOWED");
        assert_eq!(found(&deal(&[]), vec![vec![]; 11]), Err("SEARCH_FILTER_LIMIT"));
    }
}
