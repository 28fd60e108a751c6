//! From a search as it came in to one that makes sense, or the reason it does not.

use super::{
    AssociatedTest, Comparison, Filter, Kind, Operand, Operator, RawFilter, RawSearch, Refusal, SORTS_MAX, Search, Sort, Test,
};
use super::{query_patterns, token_pattern};
use crate::fold;
use crate::id::RecordId;
use crate::limits::{
    FILTER_GROUPS_MAX, FILTER_VALUES_MAX, FILTERS_MAX, FILTERS_PER_GROUP_MAX, QUERY_CHARS_MAX, SEARCH_VALUES_MAX,
};
use crate::object::ObjectType;
use crate::property::{PropertyDefinition, Schema, ValueType, excerpt, value};

/// Checks a search against the definitions of its type.
pub fn check(schema: &Schema, raw: &RawSearch) -> Result<Search, Refusal> {
    let n_filters = raw.groups.iter().map(Vec::len).sum::<usize>();
    if raw.groups.len() > FILTER_GROUPS_MAX {
        return Err(Refusal::TooManyGroups(raw.groups.len()));
    }
    if n_filters > FILTERS_MAX || raw.groups.iter().any(|g| g.len() > FILTERS_PER_GROUP_MAX) {
        return Err(Refusal::TooManyFilters(n_filters));
    }
    let n_values: usize = raw.groups.iter().flatten().map(|f| f.values.len()).sum();
    if n_values > SEARCH_VALUES_MAX {
        return Err(Refusal::TooManyValues { property: "all filters".to_owned(), n: n_values });
    }
    if raw.sorts.len() > SORTS_MAX {
        return Err(Refusal::TooManySorts(raw.sorts.len()));
    }
    let query = raw.query.as_deref().unwrap_or_default();
    check_length(query)?;
    let groups = raw.groups.iter().filter(|group| !group.is_empty());
    let groups = groups.map(|group| group.iter().map(|f| filter(schema, f)).collect()).collect::<Result<_, _>>()?;
    let sorts = raw.sorts.iter().map(|(property, descending)| sort(schema, property, *descending)).collect::<Result<_, _>>()?;
    Ok(Search { groups, words: query_patterns(query), sorts })
}

fn check_length(text: &str) -> Result<(), Refusal> {
    let n = text.chars().count();
    if n > QUERY_CHARS_MAX { Err(Refusal::TooLong(n)) } else { Ok(()) }
}

fn definition<'s>(schema: &'s Schema, name: &str) -> Result<&'s PropertyDefinition, Refusal> {
    schema.property(name).ok_or_else(|| Refusal::Property(excerpt(name)))
}

fn sort(schema: &Schema, property: &str, descending: bool) -> Result<Sort, Refusal> {
    let def = definition(schema, property)?;
    Ok(Sort { property: def.name.clone(), kind: kind(def), descending })
}

/// How a property's values compare.
fn kind(def: &PropertyDefinition) -> Kind {
    match def.value_type {
        ValueType::String => Kind::Text,
        ValueType::Number => Kind::Number,
        ValueType::Datetime => Kind::Time,
        ValueType::Enumeration if def.is_multiple() => Kind::Multiple,
        ValueType::Date | ValueType::Bool | ValueType::Enumeration => Kind::Exact,
    }
}

fn filter(schema: &Schema, raw: &RawFilter) -> Result<Filter, Refusal> {
    let operator = Operator::from_name(&raw.operator).ok_or_else(|| Refusal::Operator(excerpt(&raw.operator)))?;
    if raw.values.len() > FILTER_VALUES_MAX {
        return Err(Refusal::TooManyValues { property: excerpt(&raw.property), n: raw.values.len() });
    }
    for text in raw.values.iter().chain(&raw.value).chain(&raw.high_value) {
        check_length(text)?;
        if text.contains('\0') {
            return Err(Refusal::Value {
                property: excerpt(&raw.property),
                value: excerpt(text),
                expected: "a text without U+0000",
            });
        }
    }
    if let Some(name) = raw.property.strip_prefix("associations.") {
        return associated(name, operator, raw);
    }
    let def = definition(schema, &raw.property)?;
    let kind = kind(def);
    let test = test(def, kind, operator, raw)?;
    Ok(Filter::Property { property: def.name.clone(), kind, test })
}

fn test(def: &PropertyDefinition, kind: Kind, operator: Operator, raw: &RawFilter) -> Result<Test, Refusal> {
    let missing = || Refusal::ValueMissing { property: def.name.clone(), operator: operator.name() };
    let one = || -> Result<Operand, Refusal> {
        // Some clients send a single value of EQ in `values`.
        let value = raw.value.as_deref().or_else(|| raw.values.first().map(String::as_str)).ok_or_else(missing)?;
        operand(def, kind, value)
    };
    let many = || -> Result<Vec<Operand>, Refusal> {
        // A list written into `value` would be looked for as one value and find nothing.
        if raw.values.is_empty() {
            return Err(Refusal::ValuesMissing { property: def.name.clone(), operator: operator.name() });
        }
        raw.values.iter().map(|v| operand(def, kind, v)).collect()
    };
    let token = || raw.value.as_deref().or_else(|| raw.values.first().map(String::as_str)).ok_or_else(missing).map(token_pattern);
    Ok(match operator {
        Operator::HasProperty => Test::Has,
        Operator::NotHasProperty => Test::HasNot,
        Operator::Eq => Test::Compare(Comparison::Eq, one()?),
        Operator::Neq => Test::Compare(Comparison::Neq, one()?),
        Operator::Lt => Test::Compare(Comparison::Lt, one()?),
        Operator::Lte => Test::Compare(Comparison::Lte, one()?),
        Operator::Gt => Test::Compare(Comparison::Gt, one()?),
        Operator::Gte => Test::Compare(Comparison::Gte, one()?),
        Operator::Between => {
            let low = raw.value.as_deref().ok_or_else(missing)?;
            let high = raw.high_value.as_deref().ok_or_else(missing)?;
            Test::Between(operand(def, kind, low)?, operand(def, kind, high)?)
        }
        Operator::In => Test::In(many()?),
        Operator::NotIn => Test::NotIn(many()?),
        Operator::ContainsToken | Operator::NotContainsToken if kind == Kind::Time => {
            return Err(Refusal::OperatorOn { property: def.name.clone(), operator: operator.name() });
        }
        Operator::ContainsToken => Test::Token(token()?),
        Operator::NotContainsToken => Test::NotToken(token()?),
    })
}

fn operand(def: &PropertyDefinition, kind: Kind, text: &str) -> Result<Operand, Refusal> {
    let wrong = |expected| Refusal::Value { property: def.name.clone(), value: excerpt(text), expected };
    Ok(match (kind, def.value_type) {
        (Kind::Number, _) => {
            let number = text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
            Operand::Number(number.ok_or_else(|| wrong("a number"))?)
        }
        (Kind::Time, _) => Operand::Time(value::datetime(text.trim()).ok_or_else(|| wrong("a time"))?),
        (_, ValueType::Date) => {
            let day = value::datetime(text.trim()).ok_or_else(|| wrong("a date"))?;
            Operand::Text(day.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
        }
        (_, ValueType::Bool) => Operand::Text(value::boolean(text.trim()).ok_or_else(|| wrong("true or false"))?.to_string()),
        (Kind::Text, _) if def.name == "email" && def.hubspot_defined => Operand::Text(fold::email(text)),
        (Kind::Text, _) => Operand::Text(fold::ascii(text)),
        _ => Operand::Text(text.to_owned()),
    })
}

fn associated(name: &str, operator: Operator, raw: &RawFilter) -> Result<Filter, Refusal> {
    let object = ObjectType::from_segment(name).ok_or_else(|| Refusal::AssociatedType(excerpt(name)))?;
    let ids = || -> Result<Vec<RecordId>, Refusal> {
        let values: Vec<&String> = raw.values.iter().chain(raw.value.iter().filter(|_| raw.values.is_empty())).collect();
        if values.is_empty() {
            return Err(Refusal::ValueMissing { property: raw.property.clone(), operator: operator.name() });
        }
        let wrong = |v: &str| Refusal::Value { property: raw.property.clone(), value: excerpt(v), expected: "a record id" };
        values.into_iter().map(|v| v.trim().parse().map_err(|_| wrong(v))).collect()
    };
    let test = match operator {
        Operator::Eq | Operator::In => AssociatedTest::OneOf(ids()?),
        Operator::Neq | Operator::NotIn => AssociatedTest::NoneOf(ids()?),
        Operator::HasProperty => AssociatedTest::Any,
        Operator::NotHasProperty => AssociatedTest::None,
        other => return Err(Refusal::OperatorOn { property: raw.property.clone(), operator: other.name() }),
    };
    Ok(Filter::Associated { object, test })
}
