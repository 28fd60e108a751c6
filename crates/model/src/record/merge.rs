//! Two records become one: which values it has.
//!
//! ```text
//!   primary: email a, city Bonn          \
//!                                          > third record: email a, further address b, city Bonn, phone 1
//!   other:   email b, city Cork, phone 1 /
//! ```
//! The primary's value wins; where it has none, the other's is taken. Exceptions are of three kinds: what adds up (addresses,
//! domains), what goes one way only (the life cycle, an objection), and values that mean nothing without each other.

use super::derive;
use super::{Properties, Record};
use crate::limits::{ADDITIONAL_DOMAINS_MAX, MERGED_MAX, PROPERTIES_PER_RECORD_MAX, SECONDARY_EMAILS_MAX};
use crate::mirror::EXCLUSION;
use crate::object::{COMPANY, CONTACT, DEAL, ObjectType, TICKET};
use crate::pipeline;
use crate::property::{Schema, value};
use crate::{fold, id::RecordId};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt;

/// Types whose records can be merged. Source: wire spec 3.1.
pub const MERGEABLE: [ObjectType; 4] = [CONTACT, COMPANY, DEAL, TICKET];

/// Records that went into a record, as a value of it.
pub const MERGED_IDS: &str = "hs_merged_object_ids";

/// Values that are `true` when they are for either record: objections and opt-outs, and who is a marketing contact.
const TRUE_IF_EITHER: [&str; 3] = [EXCLUSION, "hs_email_optout", "hs_marketable_status"];

/// Why two records cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    Type(ObjectType),
    Itself(ObjectType, RecordId),
    /// Both are one already, under this id.
    Already(ObjectType, RecordId),
    Archived(ObjectType, RecordId),
    /// More of something than one record can have: how many, of what, the most.
    TooMany(usize, &'static str, usize),
}

impl Refusal {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Type(_) => "MERGE_NOT_SUPPORTED",
            Refusal::Itself(..) => "MERGE_WITH_ITSELF",
            Refusal::Already(..) => "MERGED_ALREADY",
            Refusal::Archived(..) => "MERGE_OF_ARCHIVED",
            Refusal::TooMany(..) => "MERGE_LIMIT",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Type(object) => {
                let can = MERGEABLE.map(ObjectType::plural).join(", ");
                write!(f, "{} cannot be merged; these can: {can}", object.plural())
            }
            Refusal::Itself(object, id) => write!(f, "{} {id} cannot be merged with itself", object.singular()),
            Refusal::Already(object, id) => write!(f, "both are {} {id} already: they were merged before", object.singular()),
            Refusal::Archived(object, id) => {
                write!(f, "{} {id} is archived: restore it before merging it", object.singular())
            }
            Refusal::TooMany(n, what, most) => write!(f, "the merged record would have {n} {what}; at most {most} can be"),
        }
    }
}

/// Whether two records, found under the ids that were asked for, can be merged at all.
pub fn check(primary: &Record, other: &Record) -> Result<(), Refusal> {
    let object = primary.object;
    if !MERGEABLE.contains(&object) {
        return Err(Refusal::Type(object));
    }
    if primary.id == other.id {
        return Err(Refusal::Already(object, primary.id));
    }
    match [primary, other].into_iter().find(|r| r.archived_at.is_some()) {
        Some(archived) => Err(Refusal::Archived(object, archived.id)),
        None => Ok(()),
    }
}

/// The record that two others become, under an id of its own.
pub fn merge(schema: &Schema, id: RecordId, primary: &Record, other: &Record, now: Timestamp) -> Result<Record, Refusal> {
    check(primary, other)?;
    let now = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let created_at = primary.created_at.min(other.created_at);
    let union = union(schema, primary, other, now)?;
    let mut properties = union.clone();
    // The values that follow from others follow from the primary's as they are now; what either already knew of its own past stays.
    derive::derive(schema, Some(primary), &mut properties, &union, created_at, now);
    for (name, value) in union.iter().filter(|(name, _)| is_of_the_past(name)) {
        properties.insert(name.clone(), value.clone());
    }
    if properties.len() > PROPERTIES_PER_RECORD_MAX {
        return Err(Refusal::TooMany(properties.len(), "values", PROPERTIES_PER_RECORD_MAX));
    }
    Ok(Record::from_stored(primary.object, id, properties, created_at, now, None))
}

fn is_of_the_past(name: &str) -> bool {
    name == "hubspot_owner_assigneddate" || name.starts_with("hs_v2_") || name.starts_with("hs_lifecyclestage_")
}

fn union(schema: &Schema, primary: &Record, other: &Record, now: Timestamp) -> Result<Properties, Refusal> {
    let mut values: Properties = other.stored_properties().map(|(n, v)| (n.clone(), v.clone())).collect();
    together(primary, &mut values);
    values.extend(primary.stored_properties().map(|(n, v)| (n.clone(), v.clone())));
    let either = |name: &&str| primary.get(name) == Some("true") || other.get(name) == Some("true");
    for name in TRUE_IF_EITHER.into_iter().filter(either) {
        values.insert(name.to_owned(), "true".to_owned());
    }
    let stages = [primary.get("lifecyclestage"), other.get("lifecyclestage")];
    if let Some(stage) = further(schema, stages) {
        values.insert("lifecyclestage".to_owned(), stage.to_owned());
    }
    // Where somebody came from first is what the older record knows.
    if let Some(source) = other.get("hs_analytics_source").filter(|_| other.created_at < primary.created_at) {
        values.insert("hs_analytics_source".to_owned(), source.to_owned());
    }
    if let Some(amount) = currency_of_amount(primary, other) {
        match amount {
            Some(code) => values.insert("deal_currency_code".to_owned(), code.to_owned()),
            None => values.remove("deal_currency_code"),
        };
    }
    add_up(&mut values, primary, other)?;
    merged_ids(&mut values, primary, other, now)?;
    Ok(values)
}

/// Takes from the other what would mean something else beside the primary's values: a pipeline without its stage.
fn together(primary: &Record, values: &mut Properties) {
    if let Some((pipeline, stage)) = pipeline::properties(primary.object)
        && (primary.get(pipeline).is_some() || primary.get(stage).is_some())
    {
        values.remove(pipeline);
        values.remove(stage);
    }
}

/// An amount goes with its currency: the other's code, or none, where the amount is the other's.
fn currency_of_amount<'r>(primary: &'r Record, other: &'r Record) -> Option<Option<&'r str>> {
    if primary.object != DEAL {
        return None;
    }
    let whose = match (primary.get("amount"), other.get("amount")) {
        (None, Some(_)) => other,
        _ => primary,
    };
    Some(whose.get("deal_currency_code"))
}

/// The stage that stands further down among the options; one that nobody defined stands nowhere.
fn further<'v>(schema: &Schema, stages: [Option<&'v str>; 2]) -> Option<&'v str> {
    let definition = schema.property("lifecyclestage")?;
    let position = |stage: &str| definition.options.iter().position(|o| o.value == stage);
    match stages {
        [Some(first), Some(second)] if position(second) > position(first) => Some(second),
        [first, second] => first.or(second),
    }
}

/// Addresses and domains of the other become further ones.
fn add_up(values: &mut Properties, primary: &Record, other: &Record) -> Result<(), Refusal> {
    let (first, more, what, most) = match primary.object {
        CONTACT => ("email", "hs_additional_emails", "further e-mail addresses", SECONDARY_EMAILS_MAX),
        COMPANY => ("domain", "hs_additional_domains", "further domains", ADDITIONAL_DOMAINS_MAX),
        _ => return Ok(()),
    };
    let same = |text: &str| if more == "hs_additional_emails" { fold::email(text) } else { text.trim().to_lowercase() };
    let mut seen: BTreeSet<String> = values.get(first).map(|v| same(v)).into_iter().collect();
    let mut further: Vec<&str> = Vec::new();
    for record in [primary, other] {
        let one = record.get(first).into_iter();
        let all = one.chain(record.get(more).unwrap_or_default().split([';', ',']).map(str::trim));
        further.extend(all.filter(|text| !text.is_empty() && seen.insert(same(text))));
    }
    if further.len() > most {
        return Err(Refusal::TooMany(further.len(), what, most));
    }
    match further.is_empty() {
        true => values.remove(more),
        false => values.insert(more.to_owned(), further.join(";")),
    };
    Ok(())
}

/// The ids that went into a record, in the order of their numbers.
pub fn merged_ids_of(record: &Record) -> BTreeSet<RecordId> {
    value::split(record.get(MERGED_IDS).unwrap_or_default()).filter_map(|id| id.parse().ok()).collect()
}

fn merged_ids(values: &mut Properties, primary: &Record, other: &Record, now: Timestamp) -> Result<(), Refusal> {
    let mut ids = merged_ids_of(primary);
    ids.extend(merged_ids_of(other));
    ids.extend([primary.id, other.id]);
    if ids.len() > MERGED_MAX {
        return Err(Refusal::TooMany(ids.len(), "records in it", MERGED_MAX));
    }
    let listed: Vec<String> = ids.iter().map(ToString::to_string).collect();
    values.insert(MERGED_IDS.to_owned(), listed.join(";"));
    if primary.object == CONTACT {
        let before = [primary, other].into_iter().filter_map(|r| r.get("hs_calculated_merged_vids"));
        let new = [primary, other].map(|r| format!("{}:{}", r.id, now.as_millisecond()));
        let all: Vec<&str> = before.chain(new.iter().map(String::as_str)).collect();
        values.insert("hs_calculated_merged_vids".to_owned(), all.join(";"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Actor, By, Source};
    use crate::record::{create, unique_keys};
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_190_400 + seconds).unwrap()
    }

    fn made(object: ObjectType, id: i64, pairs: &[(&str, &str)]) -> Record {
        let values = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let by = By { actor: Actor::System, source: Source::Import, cause: None };
        create(&Schema::default_of(object), RecordId(id), &values, at(id), &by).unwrap()
    }

    fn merged(primary: &Record, other: &Record) -> Record {
        merge(&Schema::default_of(primary.object), RecordId(99), primary, other, at(100)).unwrap()
    }

    /// Primary, other, property, what the merged record has.
    type Row =
        (&'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)], &'static str, Option<&'static str>);

    fn check_table(object: ObjectType, rows: &[Row]) {
        for (primary, other, property, expected) in rows {
            let merged = merged(&made(object, 2, primary), &made(object, 1, other));
            assert_eq!(merged.get(property), *expected, "{property} of {primary:?} and {other:?}");
        }
    }

    #[test]
    fn contacts_merge_as_the_table_says() {
        const A: &[(&str, &str)] = &[("email", "a@ex.org"), ("city", "Bonn"), ("lifecyclestage", "lead")];
        const B: &[(&str, &str)] = &[
            ("email", "b@ex.org"),
            ("hs_additional_emails", "c@ex.org;a@ex.org"),
            ("city", "Cork"),
            ("phone", "1"),
            ("lifecyclestage", "customer"),
        ];
        check_table(
            CONTACT,
            &[
                (A, B, "email", Some("a@ex.org")),
                (A, B, "hs_additional_emails", Some("b@ex.org;c@ex.org")),
                (A, B, "city", Some("Bonn")),
                (A, B, "phone", Some("1")),
                (A, B, "lifecyclestage", Some("customer")),
                (B, A, "lifecyclestage", Some("customer")),
                (A, B, "hs_lifecyclestage_customer_date", Some("2026-11-20T16:00:01.000Z")),
                (A, B, "createdate", Some("2026-11-20T16:00:01.000Z")),
                (A, B, "lastmodifieddate", Some("2026-11-20T16:01:40.000Z")),
                (A, B, "hs_object_id", Some("99")),
                (A, B, "hs_merged_object_ids", Some("1;2")),
                (A, B, "hs_calculated_merged_vids", Some("2:1795190500000;1:1795190500000")),
                (&[("firstname", "A")], B, "email", Some("b@ex.org")),
                (&[("firstname", "A")], B, "hs_additional_emails", Some("c@ex.org;a@ex.org")),
                (A, &[("email", "b@ex.org"), (EXCLUSION, "true")], EXCLUSION, Some("true")),
                (
                    &[("email", "a@ex.org"), (EXCLUSION, "false")],
                    &[("email", "b@ex.org"), (EXCLUSION, "true")],
                    EXCLUSION,
                    Some("true"),
                ),
                (
                    &[("email", "a@ex.org"), (EXCLUSION, "true")],
                    &[("email", "b@ex.org"), (EXCLUSION, "false")],
                    EXCLUSION,
                    Some("true"),
                ),
                (A, B, EXCLUSION, None),
            ],
        );
    }

    #[test]
    fn companies_keep_both_domains_and_deals_an_amount_with_its_currency() {
        const ACME: &[(&str, &str)] = &[("name", "Acme"), ("domain", "acme.com")];
        const ACME_IE: &[(&str, &str)] =
            &[("name", "Acme Ireland"), ("domain", "acme.ie"), ("hs_additional_domains", "acme.com;acme.eu")];
        check_table(
            COMPANY,
            &[
                (ACME, ACME_IE, "domain", Some("acme.com")),
                (ACME, ACME_IE, "hs_additional_domains", Some("acme.ie;acme.eu")),
                (&[("name", "Acme")], ACME_IE, "domain", Some("acme.ie")),
                (ACME, &[("name", "B")], "hs_additional_domains", None),
            ],
        );
        const OPEN: &[(&str, &str)] = &[("dealname", "A"), ("dealstage", "contractsent"), ("deal_currency_code", "USD")];
        const WON: &[(&str, &str)] = &[("dealname", "B"), ("dealstage", "closedwon"), ("amount", "100")];
        check_table(
            DEAL,
            &[
                (OPEN, WON, "dealstage", Some("contractsent")),
                (OPEN, WON, "hs_is_closed_won", Some("false")),
                (OPEN, WON, "amount", Some("100")),
                (OPEN, WON, "deal_currency_code", None),
                (OPEN, WON, "hs_projected_amount", Some("90")),
                (WON, OPEN, "amount", Some("100")),
                (WON, OPEN, "deal_currency_code", None),
            ],
        );
    }

    #[test]
    fn earlier_merges_are_listed_and_there_is_an_end_to_them() {
        let (a, b) = (made(CONTACT, 1, &[("email", "a@ex.org")]), made(CONTACT, 2, &[("email", "b@ex.org")]));
        let schema = Schema::default_of(CONTACT);
        let third = merge(&schema, RecordId(3), &a, &b, at(100)).unwrap();
        let c = made(CONTACT, 4, &[("email", "c@ex.org")]);
        assert_eq!(merge(&schema, RecordId(5), &c, &third, at(101)).unwrap().get(MERGED_IDS), Some("1;2;3;4"));
        let mut full = third.clone();
        full.properties.insert(MERGED_IDS.into(), (1000..1249).map(|n| n.to_string()).collect::<Vec<_>>().join(";"));
        let refused = merge(&schema, RecordId(5), &c, &full, at(101)).unwrap_err();
        assert_eq!(refused.to_string(), "the merged record would have 251 records in it; at most 250 can be");
    }

    #[test]
    fn what_cannot_be_merged_is_refused_by_name() {
        let a = made(CONTACT, 1, &[("email", "a@ex.org")]);
        let gone = Record { archived_at: Some(at(5)), ..made(CONTACT, 2, &[("email", "b@ex.org")]) };
        let note = made(crate::object::NOTE, 3, &[("hs_timestamp", "2026-01-01")]);
        assert_eq!(check(&a, &gone).unwrap_err().to_string(), "contact 2 is archived: restore it before merging it");
        assert_eq!(check(&a, &a).unwrap_err().to_string(), "both are contact 1 already: they were merged before");
        let refused = check(&note, &note).unwrap_err().to_string();
        assert_eq!(refused, "notes cannot be merged; these can: contacts, companies, deals, tickets");
    }

    proptest! {
        #[test]
        fn nothing_that_the_primary_lacked_is_lost_and_every_key_is_kept(
            one in proptest::collection::btree_map("firstname|lastname|phone|city|email|hs_additional_emails|lifecyclestage", "[a-c]@x\\.co|[d-f]@x\\.co;[a-c]@y\\.co|lead|customer", 1..7),
            two in proptest::collection::btree_map("firstname|lastname|phone|city|email|hs_additional_emails|lifecyclestage", "[a-c]@x\\.co|[d-f]@x\\.co;[a-c]@y\\.co|lead|customer", 1..7),
        ) {
            let schema = Schema::default_of(CONTACT);
            let by = By { actor: Actor::System, source: Source::Import, cause: None };
            let Ok(primary) = create(&schema, RecordId(1), &one, at(1), &by) else { return Ok(()) };
            let Ok(other) = create(&schema, RecordId(2), &two, at(2), &by) else { return Ok(()) };
            let merged = merged(&primary, &other);
            for (name, value) in other.stored_properties() {
                if primary.get(name).is_none() && !matches!(name.as_str(), "email" | "hs_additional_emails" | "hs_email_domain") {
                    prop_assert_eq!(merged.get(name), Some(value.as_str()), "{}", name);
                }
            }
            let special = ["hs_additional_emails", "lifecyclestage"];
            for (name, value) in primary.stored_properties().filter(|(n, _)| !special.contains(&n.as_str())) {
                prop_assert_eq!(merged.get(name), Some(value.as_str()), "{}", name);
            }
            let keys = unique_keys(&schema, &merged);
            let mut before = unique_keys(&schema, &primary);
            before.extend(unique_keys(&schema, &other));
            before.sort();
            before.dedup();
            prop_assert_eq!(keys, before);
        }
    }
}
