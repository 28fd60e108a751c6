//! What a row says: its cells as property values in the spelling the product takes.

use super::{Column, Mapping, NumberFormat, number, usual_id_property};
use crate::limits::{IMPORT_COLUMNS_MAX, IMPORT_FIELD_BYTES_MAX};
use crate::property::{PropertyDefinition, Schema, ValueType};
use crate::record::Properties;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// How `3/4/2017` is read. ISO dates are always understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 3 April.
    DayMonth,
    /// March 4.
    MonthDay,
}

/// Why a mapping cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanRefusal {
    /// The file's columns are not those of the mapping.
    OtherColumns {
        expected: Vec<String>,
        found: Vec<String>,
    },
    UnknownProperty {
        column: String,
        property: String,
    },
    ReadOnly {
        column: String,
        property: String,
    },
    MappedTwice {
        property: String,
    },
    NothingMapped,
    /// The property cannot tell whether a record exists.
    NotIdentifying {
        property: String,
    },
    /// To update, rows must say which record they are about.
    NoIdentifier,
    TooManyColumns {
        n: usize,
    },
}

impl PlanRefusal {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            PlanRefusal::OtherColumns { .. } => "IMPORT_COLUMNS_DIFFER",
            PlanRefusal::UnknownProperty { .. } => "IMPORT_PROPERTY_UNKNOWN",
            PlanRefusal::ReadOnly { .. } => "IMPORT_PROPERTY_READ_ONLY",
            PlanRefusal::MappedTwice { .. } => "IMPORT_PROPERTY_TWICE",
            PlanRefusal::NothingMapped => "IMPORT_NOTHING_MAPPED",
            PlanRefusal::NotIdentifying { .. } => "IMPORT_NOT_IDENTIFYING",
            PlanRefusal::NoIdentifier => "IMPORT_NO_IDENTIFIER",
            PlanRefusal::TooManyColumns { .. } => "IMPORT_TOO_MANY_COLUMNS",
        }
    }
}

impl fmt::Display for PlanRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanRefusal::OtherColumns { expected, found } => {
                write!(
                    f,
                    "the file has the columns \"{}\", the mapping is for \"{}\"",
                    found.join("\", \""),
                    expected.join("\", \"")
                )
            }
            PlanRefusal::UnknownProperty { column, property } => {
                write!(f, "column \"{column}\" is mapped to \"{property}\", which is no property of this type")
            }
            PlanRefusal::ReadOnly { column, property } => {
                write!(f, "column \"{column}\" is mapped to \"{property}\", which cannot be written")
            }
            PlanRefusal::MappedTwice { property } => write!(f, "two columns are mapped to \"{property}\""),
            PlanRefusal::NothingMapped => write!(f, "no column is mapped to a property"),
            PlanRefusal::NotIdentifying { property } => {
                write!(f, "\"{property}\" does not identify a record: its values are not unique, or no column is mapped to it")
            }
            PlanRefusal::NoIdentifier => {
                write!(f, "to update records, a column must be mapped to the property that identifies them")
            }
            PlanRefusal::TooManyColumns { n } => {
                write!(f, "the file has {n} columns; at most {IMPORT_COLUMNS_MAX} can be imported")
            }
        }
    }
}

/// How to read every row of a file. Made once, used a million times.
#[derive(Debug, Clone)]
pub struct Plan {
    n_columns: usize,
    cells: Vec<Cell>,
    /// The property by which existing records are found, if any.
    pub id_property: Option<String>,
}

#[derive(Debug, Clone)]
struct Cell {
    column: usize,
    title: String,
    property: String,
    reading: Reading,
}

#[derive(Debug, Clone)]
enum Reading {
    AsIs,
    /// As exports write it: without the apostrophe that keeps spreadsheets from computing.
    Text,
    Date(Option<DateOrder>),
    Number(Option<NumberFormat>),
    Bool,
    /// Folded value or label to value.
    Option(BTreeMap<String, String>),
    Options(BTreeMap<String, String>),
    /// Folded address to owner id.
    Owner(HashMap<String, String>),
}

impl Plan {
    /// Checks the mapping against the file's columns and the type's properties. `owners` maps folded addresses to owner ids.
    pub fn new(
        schema: &Schema,
        mapping: &Mapping,
        found: &[String],
        owners: &HashMap<String, String>,
    ) -> Result<Plan, PlanRefusal> {
        if found.len() > IMPORT_COLUMNS_MAX {
            return Err(PlanRefusal::TooManyColumns { n: found.len() });
        }
        let expected: Vec<String> = mapping.columns.iter().map(|c| c.column.clone()).collect();
        if expected != found {
            return Err(PlanRefusal::OtherColumns { expected, found: found.to_vec() });
        }
        let mut seen = BTreeSet::new();
        let mut cells = Vec::new();
        for (column, mapped) in mapping.columns.iter().enumerate() {
            let Some(property) = &mapped.property else { continue };
            let def = check(schema, mapped, property)?;
            if !seen.insert(property) {
                return Err(PlanRefusal::MappedTwice { property: property.clone() });
            }
            let reading = Reading::of(def, mapping, owners);
            cells.push(Cell { column, title: mapped.column.clone(), property: property.clone(), reading });
        }
        if cells.is_empty() {
            return Err(PlanRefusal::NothingMapped);
        }
        let id_property = id_property(schema, mapping, &cells)?;
        Ok(Plan { n_columns: found.len(), cells, id_property })
    }

    /// The values a row says, or why it cannot be taken. An empty cell says nothing: it leaves what is there.
    pub fn values<'r>(&self, row: impl ExactSizeIterator<Item = &'r [u8]> + Clone) -> Result<Properties, String> {
        let n = row.len();
        if n < self.n_columns || row.clone().skip(self.n_columns).any(|extra| !extra.is_empty()) {
            return Err(format!("the row has {n} fields, the header has {}", self.n_columns));
        }
        let mut values = Properties::new();
        let mut cells = self.cells.iter().peekable();
        for (column, bytes) in row.enumerate() {
            let Some(cell) = cells.next_if(|c| c.column == column) else { continue };
            let text = cell_text(cell, bytes)?;
            if !text.trim().is_empty() {
                let value = cell.reading.read(text).map_err(|why| format!("column \"{}\": {why}", cell.title))?;
                values.insert(cell.property.clone(), value);
            }
        }
        Ok(values)
    }
}

fn cell_text<'b>(cell: &Cell, bytes: &'b [u8]) -> Result<&'b str, String> {
    if bytes.len() > IMPORT_FIELD_BYTES_MAX {
        return Err(format!("column \"{}\" has {} bytes; at most {IMPORT_FIELD_BYTES_MAX} are taken", cell.title, bytes.len()));
    }
    std::str::from_utf8(bytes)
        .map_err(|e| format!("broken UTF-8 in column \"{}\": the byte at offset {} is invalid", cell.title, e.valid_up_to()))
}

fn check<'s>(schema: &'s Schema, mapped: &Column, property: &str) -> Result<&'s PropertyDefinition, PlanRefusal> {
    let (column, name) = (mapped.column.clone(), property.to_owned());
    let Some(def) = schema.property(property) else {
        return Err(PlanRefusal::UnknownProperty { column, property: name });
    };
    let may = property == "hs_object_id" || property == schema.object.created_property() || !def.is_read_only();
    if may { Ok(def) } else { Err(PlanRefusal::ReadOnly { column, property: name }) }
}

fn id_property(schema: &Schema, mapping: &Mapping, cells: &[Cell]) -> Result<Option<String>, PlanRefusal> {
    let mapped = |name: &str| cells.iter().any(|c| c.property == name);
    let identifies = |name: &str| schema.identifies(name) || Some(name) == usual_id_property(schema.object);
    let chosen = match &mapping.id_property {
        Some(name) if mapped(name) && identifies(name) => Some(name.clone()),
        Some(name) => return Err(PlanRefusal::NotIdentifying { property: name.clone() }),
        None => ["hs_object_id"].into_iter().chain(usual_id_property(schema.object)).find(|name| mapped(name)).map(str::to_owned),
    };
    if chosen.is_none() && mapping.mode == super::Mode::Update {
        return Err(PlanRefusal::NoIdentifier);
    }
    Ok(chosen)
}

impl Reading {
    fn of(def: &PropertyDefinition, mapping: &Mapping, owners: &HashMap<String, String>) -> Reading {
        let options = || {
            let pairs = def
                .options
                .iter()
                .rev()
                .flat_map(|o| [(o.label.to_lowercase(), o.value.clone()), (o.value.to_lowercase(), o.value.clone())]);
            pairs.collect()
        };
        match def.value_type {
            ValueType::Date | ValueType::Datetime => Reading::Date(mapping.date_order),
            ValueType::Bool => Reading::Bool,
            ValueType::Enumeration if def.referenced_object_type.as_deref() == Some("OWNER") => Reading::Owner(owners.clone()),
            ValueType::Enumeration if def.options.is_empty() => Reading::AsIs,
            ValueType::Enumeration if def.is_multiple() => Reading::Options(options()),
            ValueType::Enumeration => Reading::Option(options()),
            ValueType::String => Reading::Text,
            ValueType::Number => Reading::Number(mapping.number_format),
        }
    }

    /// What cannot be read stays as it is: the property's own check then says what is wrong with it. What can be read in two
    /// ways is refused.
    fn read(&self, text: &str) -> Result<String, String> {
        let known = |map: &BTreeMap<String, String>, one: &str| {
            map.get(&one.trim().to_lowercase()).cloned().unwrap_or_else(|| one.trim().to_owned())
        };
        Ok(match self {
            Reading::AsIs => text.to_owned(),
            Reading::Text => crate::cell::unguard(text).to_owned(),
            Reading::Date(order) => date(text.trim(), *order)?.unwrap_or_else(|| text.to_owned()),
            Reading::Number(format) => number::read(text.trim(), *format)?,
            Reading::Bool => boolean(text.trim()).map_or_else(|| text.to_owned(), |b| b.to_string()),
            Reading::Option(map) => known(map, text),
            Reading::Options(map) => text.split(';').map(|one| known(map, one)).collect::<Vec<_>>().join(";"),
            Reading::Owner(owners) => owners.get(&text.trim().to_lowercase()).cloned().unwrap_or_else(|| text.to_owned()),
        })
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "1" | "x" | "sì" | "si" | "vero" | "ja" | "sand" | "waar" => Some(true),
        "false" | "no" | "0" | "falso" | "nej" | "falsk" | "nee" | "onwaar" => Some(false),
        _ => None,
    }
}

/// First and second number of a date such as `3/4/2017` or `03.04.2017`, and its year of four digits.
pub(super) fn day_month_year(text: &str) -> Option<(u8, u8, i16)> {
    let date = text.trim().split([' ', 'T']).next()?;
    let separator = ['/', '.', '-'].into_iter().find(|s| date.contains(*s))?;
    let mut parts = date.split(separator);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || first.len() > 2 || second.len() > 2 || parts.next().is_some() {
        return None;
    }
    Some((first.parse().ok()?, second.parse().ok()?, year.parse().ok()?))
}

/// The order in which a first and a second number can only be a day and a month.
pub(super) fn only_order(first: u8, second: u8) -> Option<DateOrder> {
    match (first > 12, second > 12) {
        (true, false) => Some(DateOrder::DayMonth),
        (false, true) => Some(DateOrder::MonthDay),
        _ => None,
    }
}

/// The date in ISO, if it is one with a day and a month; refused when nobody can tell which is which.
fn date(text: &str, order: Option<DateOrder>) -> Result<Option<String>, String> {
    let Some((first, second, year)) = day_month_year(text) else { return Ok(None) };
    let same_either_way = (first == second).then_some(DateOrder::DayMonth);
    let rest = text.find([' ', 'T']).map_or("", |at| &text[at..]);
    let iso = |day: u8, month: u8| format!("{year:04}-{month:02}-{day:02}");
    match order.or(only_order(first, second)).or(same_either_way) {
        Some(DateOrder::DayMonth) => Ok(Some(iso(first, second) + rest)),
        Some(DateOrder::MonthDay) => Ok(Some(iso(second, first) + rest)),
        None if first > 12 => Ok(None),
        None => {
            let (day_first, month_first) = (iso(first, second), iso(second, first));
            Err(format!(
                "\"{text}\" is {day_first} with the day first, {month_first} with the month first: choose the date order"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mode;
    use super::*;
    use crate::object::{COMPANY, CONTACT, DEAL, ObjectType};

    fn mapping(object: ObjectType, columns: &[(&str, &str)]) -> Mapping {
        let column = |(column, property): &(&str, &str)| Column {
            column: (*column).to_owned(),
            property: (!property.is_empty()).then(|| (*property).to_owned()),
        };
        Mapping {
            object,
            mode: Mode::Upsert,
            id_property: None,
            columns: columns.iter().map(column).collect(),
            date_order: Some(DateOrder::MonthDay),
            number_format: None,
        }
    }

    fn plan(mapping: &Mapping) -> Result<Plan, PlanRefusal> {
        let found: Vec<String> = mapping.columns.iter().map(|c| c.column.clone()).collect();
        let owners = HashMap::from([("ann@ex.example".to_owned(), "41".to_owned())]);
        Plan::new(&Schema::default_of(mapping.object), mapping, &found, &owners)
    }

    fn values(plan: &Plan, row: &[&str]) -> Result<Vec<(String, String)>, String> {
        plan.values(row.iter().map(|f| f.as_bytes())).map(|v| v.into_iter().collect())
    }

    #[test]
    fn cells_are_read_the_way_people_write_them() {
        let deal = [
            ("Deal", "dealname"),
            ("Owner", "hubspot_owner_id"),
            ("Stage", "dealstage"),
            ("Close", "closedate"),
            ("x", "hs_cross_sell_opportunity"),
        ];
        let plan = plan(&mapping(DEAL, &deal)).unwrap();
        let pairs =
            |row: &[&str]| -> Vec<String> { values(&plan, row).unwrap().into_iter().map(|(k, v)| format!("{k}={v}")).collect() };
        assert_eq!(
            pairs(&["GTX", "Ann@Ex.example", "Closed Won", "3/1/2017", "Ja"]),
            [
                "closedate=2017-03-01",
                "dealname=GTX",
                "dealstage=closedwon",
                "hs_cross_sell_opportunity=true",
                "hubspot_owner_id=41"
            ]
        );
        // What is not understood is left to the property's own check, which has the words for it.
        assert_eq!(
            pairs(&["GTX", "nobody", "Sold", "soon", "perhaps"])[1..],
            ["dealname=GTX", "dealstage=Sold", "hs_cross_sell_opportunity=perhaps", "hubspot_owner_id=nobody"]
        );
        assert_eq!(pairs(&["GTX", "", " ", "2017-03-01T10:00:00Z", ""]), ["closedate=2017-03-01T10:00:00Z", "dealname=GTX"]);
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused_by_its_column_unless_somebody_chose() {
        let columns = [("Close", "closedate"), ("Sum", "amount")];
        let read = |change: &dyn Fn(&mut Mapping), row: &[&str]| {
            let mut mapping = Mapping { date_order: None, ..mapping(DEAL, &columns) };
            change(&mut mapping);
            values(&plan(&mapping).unwrap(), row)
                .map(|pairs| pairs.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(read(&|_| {}, &["20.10.2016", "12,5"]).unwrap(), "12.5 2016-10-20");
        assert_eq!(read(&|_| {}, &["10/20/2016", "1.234,50"]).unwrap(), "1234.50 2016-10-20");
        assert_eq!(read(&|_| {}, &["3/3/2016", "7"]).unwrap(), "7 2016-03-03");
        assert_eq!(
            read(&|_| {}, &["3/4/2016", "7"]).unwrap_err(),
            "column \"Close\": \"3/4/2016\" is 2016-04-03 with the day first, 2016-03-04 with the month first: choose the date order"
        );
        assert!(read(&|_| {}, &["", "1.234"]).unwrap_err().starts_with("column \"Sum\": \"1.234\" is 1.234 with"));
        let chosen =
            |m: &mut Mapping| (m.date_order, m.number_format) = (Some(DateOrder::DayMonth), Some(NumberFormat::DecimalComma));
        assert_eq!(read(&chosen, &["3/4/2016", "1.234"]).unwrap(), "1234 2016-04-03");
    }

    #[test]
    fn a_row_of_another_length_is_refused_unless_what_is_too_much_is_empty() {
        let plan = plan(&mapping(CONTACT, &[("a", "email"), ("b", "")])).unwrap();
        assert_eq!(values(&plan, &["a@x.example"]).unwrap_err(), "the row has 1 fields, the header has 2");
        assert_eq!(values(&plan, &["a@x.example", "b", "c"]).unwrap_err(), "the row has 3 fields, the header has 2");
        assert!(values(&plan, &["a@x.example", "b", "", ""]).is_ok());
        let broken = plan.values([&b"a\xff@x.example"[..], b""].into_iter()).unwrap_err();
        assert_eq!(broken, "broken UTF-8 in column \"a\": the byte at offset 1 is invalid");
    }

    #[test]
    fn a_mapping_that_cannot_work_is_refused_before_the_first_row() {
        let code = |columns: &[(&str, &str)], change: &dyn Fn(&mut Mapping)| {
            let mut mapping = mapping(CONTACT, columns);
            change(&mut mapping);
            plan(&mapping).map_or_else(|r| r.code(), |_| "ok")
        };
        assert_eq!(code(&[("a", "email")], &|_| {}), "ok");
        assert_eq!(code(&[("a", "emial")], &|_| {}), "IMPORT_PROPERTY_UNKNOWN");
        assert_eq!(code(&[("a", "lastmodifieddate")], &|_| {}), "IMPORT_PROPERTY_READ_ONLY");
        assert_eq!(code(&[("a", "email"), ("b", "email")], &|_| {}), "IMPORT_PROPERTY_TWICE");
        assert_eq!(code(&[("a", "")], &|_| {}), "IMPORT_NOTHING_MAPPED");
        assert_eq!(code(&[("a", "firstname")], &|m| m.id_property = Some("firstname".into())), "IMPORT_NOT_IDENTIFYING");
        assert_eq!(code(&[("a", "firstname")], &|m| m.mode = Mode::Update), "IMPORT_NO_IDENTIFIER");
        let found = ["other".to_owned()];
        let refusal =
            Plan::new(&Schema::default_of(CONTACT), &mapping(CONTACT, &[("a", "email")]), &found, &HashMap::new()).unwrap_err();
        assert_eq!(refusal.to_string(), "the file has the columns \"other\", the mapping is for \"a\"");
    }

    #[test]
    fn records_are_recognized_by_the_usual_property_of_their_type() {
        let id = |object, columns: &[(&str, &str)]| plan(&mapping(object, columns)).unwrap().id_property;
        assert_eq!(id(CONTACT, &[("a", "email")]).as_deref(), Some("email"));
        assert_eq!(id(COMPANY, &[("a", "domain"), ("b", "name")]).as_deref(), Some("domain"));
        assert_eq!(id(COMPANY, &[("a", "domain"), ("b", "hs_object_id")]).as_deref(), Some("hs_object_id"));
        assert_eq!(id(DEAL, &[("a", "dealname")]), None);
    }
}
