//! Records: what a write may do to one, and what follows from it.
//!
//! ```text
//! input --check every value--> canonical values --place in pipeline--> derived values --> record | all errors at once
//! ```
//! [`create`] and [`apply`] decide; saving is someone else's line. What the store indexes ([`hot`], [`unique_keys`]) is computed
//! from the properties by one function each, so a column can never disagree with the value it came from.

mod derive;
pub mod merge;
mod write;

pub use write::{Plan, apply, apply_system, create, plan_archive, plan_restore};

use crate::fold;
use crate::id::{OwnerId, RecordId};
use crate::object::{COMPANY, CONTACT, ObjectType};
use crate::pipeline;
use crate::property::{Schema, value};
use crate::timeline;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Property values by name, canonical. A property that is not set is absent.
pub type Properties = BTreeMap<String, String>;

/// A record as it is: every stored and derived value, and its times (cut to milliseconds, as the wire shows them).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub object: ObjectType,
    pub id: RecordId,
    /// All values, with those of [`system_properties`].
    pub properties: Properties,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub archived_at: Option<Timestamp>,
}

impl Record {
    /// A value, `None` when not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.properties.get(name).map(String::as_str)
    }

    /// A record from what is stored: the values without [`system_properties`], and the columns those come from.
    pub fn from_stored(
        object: ObjectType,
        id: RecordId,
        stored: Properties,
        created_at: Timestamp,
        updated_at: Timestamp,
        archived_at: Option<Timestamp>,
    ) -> Record {
        let mut record = Record { object, id, properties: stored, created_at, updated_at, archived_at };
        for (name, value) in system_properties(object, id, created_at, updated_at) {
            record.properties.insert(name.to_owned(), value);
        }
        record
    }

    /// Gives the record another id: a creation is decided before the store gives it its number.
    pub fn renumber(&mut self, id: RecordId) {
        self.properties.insert("hs_object_id".to_owned(), id.to_string());
        self.id = id;
    }

    /// The values that are stored as values: all but [`system_properties`], which are columns.
    pub fn stored_properties(&self) -> impl Iterator<Item = (&String, &String)> {
        let system = [self.object.created_property(), self.object.modified_property(), "hs_object_id"];
        self.properties.iter().filter(move |(name, _)| !system.contains(&name.as_str()))
    }
}

/// The values every record has and that live in columns: its id, and when it was created and last changed.
pub fn system_properties(
    object: ObjectType,
    id: RecordId,
    created_at: Timestamp,
    updated_at: Timestamp,
) -> [(&'static str, String); 3] {
    [
        ("hs_object_id", id.to_string()),
        (object.created_property(), value::timestamp_text(created_at)),
        (object.modified_property(), value::timestamp_text(updated_at)),
    ]
}

/// What the store keeps in columns of its own, because lists, searches and timelines start from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hot {
    /// What the record is called in a list.
    pub name: Option<String>,
    pub owner: Option<OwnerId>,
    pub pipeline: Option<String>,
    pub stage: Option<String>,
    pub lifecycle: Option<String>,
    /// Companies: the registrable domain.
    pub domain: Option<String>,
    /// Where the record stands on a timeline: activities and deals.
    pub occurred_at: Option<Timestamp>,
}

/// The columns of a record, computed from its values.
pub fn hot(record: &Record) -> Hot {
    let text = |name: &str| record.get(name).map(str::to_owned);
    let (pipeline, stage) = pipeline::properties(record.object).map_or((None, None), |(p, s)| (text(p), text(s)));
    Hot {
        name: name(record),
        owner: record.get("hubspot_owner_id").and_then(|id| id.parse().ok()),
        pipeline,
        stage,
        lifecycle: matches!(record.object, CONTACT | COMPANY).then(|| text("lifecyclestage")).flatten(),
        domain: (record.object == COMPANY).then(|| record.get("domain").and_then(fold::registrable_domain)).flatten(),
        occurred_at: timeline::occurred_at(record),
    }
}

/// Registrable domains a company is recognized by besides its first. Sorted, without repetition.
pub fn further_domains(record: &Record) -> Vec<String> {
    let written = record.get("hs_additional_domains").filter(|_| record.object == COMPANY).unwrap_or_default();
    let domains = written.split([';', ',']).filter_map(fold::registrable_domain).take(crate::limits::ADDITIONAL_DOMAINS_MAX);
    domains.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// What a record is called in a list: the person's name or else the address, the company's name or else the domain, the title.
pub fn name(record: &Record) -> Option<String> {
    let get = |name: &str| record.get(name);
    match record.object {
        CONTACT => match (get("firstname"), get("lastname")) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (one, other) => one.or(other).or(get("email")).map(str::to_owned),
        },
        COMPANY => get("name").or(get("domain")).map(str::to_owned),
        _ => timeline::title(record).map(str::to_owned),
    }
}

/// A value no other record of the type may have while neither is archived. `property` is `email` for secondary addresses too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UniqueKey {
    pub property: String,
    /// Folded.
    pub value: String,
}

impl UniqueKey {
    /// The key under which a value of a property is looked up.
    pub fn new(property: &str, value: &str) -> UniqueKey {
        let value = if property == "email" { fold::email(value) } else { fold::unique(value) };
        UniqueKey { property: property.to_owned(), value }
    }
}

/// The unique keys of a record: its addresses, and the values of properties declared unique. Sorted, without repetition.
pub fn unique_keys(schema: &Schema, record: &Record) -> Vec<UniqueKey> {
    let mut keys: Vec<UniqueKey> = Vec::new();
    for property in schema.unique() {
        keys.extend(record.get(property).map(|v| UniqueKey::new(property, v)));
    }
    if record.object == CONTACT
        && let Some(more) = record.get("hs_additional_emails")
    {
        keys.extend(value::split(more).map(|v| UniqueKey::new("email", v)));
    }
    keys.sort();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Values;
    use crate::change::{Actor, By, Source};
    use crate::id::PersonId;
    use crate::object::{DEAL, NOTE};
    use crate::property::{Code, PropertyError};
    use proptest::prelude::*;

    fn by(source: Source) -> By {
        By { actor: Actor::Person { id: PersonId(7) }, source, cause: None }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_190_400_000 + ms).unwrap()
    }

    fn values(pairs: &[(&str, &str)]) -> Properties {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    fn made(object: ObjectType, pairs: &[(&str, &str)]) -> Record {
        create(&Schema::default_of(object), RecordId(901), &values(pairs), at(0), &by(Source::CrmUi)).unwrap()
    }

    fn refused(object: ObjectType, pairs: &[(&str, &str)]) -> Vec<(String, Code)> {
        let errors =
            create(&Schema::default_of(object), RecordId(901), &values(pairs), at(0), &by(Source::Integration)).unwrap_err();
        errors.into_iter().map(|PropertyError { name, code, .. }| (name, code)).collect()
    }

    fn patched(old: &Record, ms: i64, pairs: &[(&str, &str)]) -> Plan {
        apply(&Schema::default_of(old.object), old, &values(pairs), at(ms), &by(Source::CrmUi)).unwrap()
    }

    #[test]
    fn a_contact_gets_its_derived_values() {
        let ann = made(
            CONTACT,
            &[("email", "Ann@EX.org"), ("firstname", "Ann"), ("lifecyclestage", "lead"), ("hubspot_owner_id", "3")],
        );
        let expected = [
            ("createdate", "2026-11-20T16:00:00.000Z"),
            ("email", "ann@ex.org"),
            ("hs_email_domain", "ex.org"),
            ("hs_lifecyclestage_lead_date", "2026-11-20T16:00:00.000Z"),
            ("hs_object_id", "901"),
            ("hs_object_source", "CRM_UI"),
            ("hubspot_owner_assigneddate", "2026-11-20T16:00:00.000Z"),
            ("lastmodifieddate", "2026-11-20T16:00:00.000Z"),
        ];
        for (name, value) in expected {
            assert_eq!(ann.get(name), Some(value), "{name}");
        }
        let hot = hot(&ann);
        assert_eq!((hot.name.as_deref(), hot.owner, hot.lifecycle.as_deref()), (Some("Ann"), Some(OwnerId(3)), Some("lead")));
    }

    #[test]
    fn all_errors_of_a_record_come_back_at_once() {
        let errors = refused(CONTACT, &[("shoe", "44"), ("hs_object_id", "1"), ("lifecyclestage", "boss"), ("email", "ann")]);
        let expected = [
            ("email", Code::InvalidEmail),
            ("hs_object_id", Code::ReadOnlyValue),
            ("lifecyclestage", Code::InvalidOption),
            ("shoe", Code::PropertyDoesntExist),
        ];
        assert_eq!(errors, expected.map(|(n, c)| (n.to_owned(), c)));
    }

    #[test]
    fn every_type_says_what_it_needs() {
        assert_eq!(refused(CONTACT, &[("phone", "1")]), [("email".to_owned(), Code::RequiredProperty)]);
        assert_eq!(refused(COMPANY, &[]), [("name".to_owned(), Code::RequiredProperty)]);
        let deal = [("dealname".to_owned(), Code::RequiredProperty), ("dealstage".to_owned(), Code::RequiredProperty)];
        assert_eq!(refused(DEAL, &[]), deal);
        assert_eq!(refused(NOTE, &[("hs_note_body", "x")]), [("hs_timestamp".to_owned(), Code::RequiredProperty)]);
    }

    #[test]
    fn a_deal_follows_its_stage() {
        let deal = made(DEAL, &[("dealname", "Big"), ("dealstage", "contractsent"), ("amount", "100")]);
        assert_eq!(deal.get("pipeline"), Some("default"));
        assert_eq!(deal.get("hs_projected_amount"), Some("90"));
        assert_eq!(deal.get("hs_is_closed"), Some("false"));
        assert_eq!(hot(&deal).occurred_at, Some(at(0)));
        let won = patched(&deal, 5_000, &[("dealstage", "closedwon")]).record;
        let expected = [
            ("closedate", "2026-11-20T16:00:05.000Z"),
            ("hs_is_closed_won", "true"),
            ("hs_is_closed_lost", "false"),
            ("hs_deal_stage_probability", "1.0"),
            ("hs_v2_date_exited_contractsent", "2026-11-20T16:00:05.000Z"),
            ("hs_v2_latest_time_in_contractsent", "5000"),
            ("hs_v2_date_entered_closedwon", "2026-11-20T16:00:05.000Z"),
            ("days_to_close", "0"),
        ];
        for (name, value) in expected {
            assert_eq!(won.get(name), Some(value), "{name}");
        }
        assert_eq!(hot(&won).occurred_at, Some(at(5_000)));
        let unknown = apply(&Schema::default_of(DEAL), &won, &values(&[("dealstage", "nirvana")]), at(9), &by(Source::CrmUi));
        assert_eq!(unknown.unwrap_err()[0].code, Code::InvalidOption);
    }

    #[test]
    fn a_life_cycle_moves_forward_only_unless_cleared_first() {
        let customer = made(CONTACT, &[("firstname", "Ann"), ("lifecyclestage", "customer")]);
        assert!(patched(&customer, 1, &[("lifecyclestage", "lead")]).is_empty());
        let cleared = patched(&customer, 1, &[("lifecyclestage", "")]).record;
        assert_eq!(patched(&cleared, 2, &[("lifecyclestage", "lead")]).record.get("lifecyclestage"), Some("lead"));
    }

    #[test]
    fn a_write_that_changes_nothing_keeps_the_modified_date() {
        let ann = made(CONTACT, &[("email", "ann@ex.org"), ("firstname", "Ann")]);
        let plan = patched(&ann, 5_000, &[("email", "ANN@ex.org "), ("firstname", "Ann"), ("lastname", "")]);
        assert!(plan.is_empty());
        assert_eq!(plan.record, ann);
        let plan = patched(&ann, 5_000, &[("firstname", "Anna")]);
        assert_eq!(plan.values, Values::from([("firstname".to_owned(), (Some("Ann".to_owned()), Some("Anna".to_owned())))]));
        assert_eq!(plan.record.get("lastmodifieddate"), Some("2026-11-20T16:00:05.000Z"));
    }

    #[test]
    fn secondary_addresses_are_keys_like_the_first_and_can_be_added() {
        let ann = made(CONTACT, &[("email", "ann@ex.org"), ("hs_additional_emails", "a@ex.org;ann@ex.org")]);
        assert_eq!(ann.get("hs_additional_emails"), Some("a@ex.org"));
        let more = patched(&ann, 1, &[("hs_additional_emails", ";B@ex.org")]).record;
        assert_eq!(more.get("hs_additional_emails"), Some("a@ex.org;b@ex.org"));
        let keys = unique_keys(&Schema::default_of(CONTACT), &more);
        assert_eq!(keys, ["a@ex.org", "ann@ex.org", "b@ex.org"].map(|v| UniqueKey { property: "email".into(), value: v.into() }));
    }

    #[test]
    fn a_company_learns_its_domain_from_its_website() {
        let acme = made(COMPANY, &[("name", "Acme"), ("website", "https://www.shop.acme.co.uk/x")]);
        assert_eq!(acme.get("domain"), Some("shop.acme.co.uk"));
        assert_eq!(hot(&acme).domain.as_deref(), Some("acme.co.uk"));
    }

    #[test]
    fn history_that_is_imported_keeps_its_dates() {
        let input = values(&[("email", "ann@ex.org"), ("createdate", "2020-01-01")]);
        let schema = Schema::default_of(CONTACT);
        let record = create(&schema, RecordId(1), &input, at(0), &by(Source::Import)).unwrap();
        assert_eq!(record.get("createdate"), Some("2020-01-01T00:00:00.000Z"));
        assert!(create(&schema, RecordId(1), &input, at(0), &by(Source::CrmUi)).is_err());
    }

    proptest! {
        #[test]
        fn applying_the_changes_backwards_gives_the_record_before(
            before in proptest::collection::btree_map("firstname|lastname|phone|city|lifecyclestage|hs_additional_emails", "[a-z]{0,3}|lead|customer|a@b\\.co", 0..6),
            patch in proptest::collection::btree_map("firstname|lastname|phone|city|lifecyclestage|hs_additional_emails", "[a-z]{0,3}|lead|customer|a@b\\.co", 0..6),
        ) {
            let schema = Schema::default_of(CONTACT);
            let mut input = before;
            input.insert("email".into(), "ann@ex.org".into());
            let Ok(old) = create(&schema, RecordId(1), &input, at(0), &by(Source::Import)) else { return Ok(()) };
            let Ok(plan) = apply(&schema, &old, &patch, at(1), &by(Source::Integration)) else { return Ok(()) };
            let mut back = plan.record.properties.clone();
            for (name, (was, is)) in &plan.values {
                prop_assert_ne!(was, is);
                prop_assert_eq!(back.get(name), is.as_ref());
                match was {
                    Some(was) => back.insert(name.clone(), was.clone()),
                    None => back.remove(name),
                };
            }
            back.insert("lastmodifieddate".into(), old.get("lastmodifieddate").unwrap().into());
            prop_assert_eq!(back.get("hs_updated_by_user_id"), old.properties.get("hs_updated_by_user_id"));
            prop_assert_eq!(back, old.properties.clone());
            let again = apply(&schema, &plan.record, &patch, at(2), &by(Source::Integration));
            let adds = patch.get("hs_additional_emails").is_some_and(|v| v.starts_with(';'));
            prop_assert!(adds || again.unwrap().is_empty());
        }
    }
}
