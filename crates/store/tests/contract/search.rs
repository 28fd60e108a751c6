//! A search finds the same records in the same order whether Rust, SQLite or PostgreSQL evaluates it.

use crate::crm::{by, create, patch, values};
use model::association::{self, LinkType};
use model::change::{Change, Kind};
use model::filter::{RawFilter, RawSearch, check, compare, matches};
use model::object::{COMPANY, CONTACT, DEAL, ObjectType};
use model::property::Schema;
use model::record::{Properties, Record};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};
use std::collections::BTreeMap;
use store::association::NewLink;
use store::{INSTANCE, Store, search};
use testkit::{Fresh, start};

const WORDS: [&str; 10] = ["acme", "Acme", "ACME corp", "Ærø-havn", "ærø", "x;y", "10%_off", "a'b\"c\\", "zürich ag", "b"];
const CATEGORIES: [&str; 5] = ["PRODUCT_ISSUE", "BILLING_ISSUE;PRODUCT_ISSUE", "FEATURE_REQUEST", "ISSUE", "GENERAL_INQUIRY"];

/// Deals and contacts in every state of completeness.
fn inputs(object: ObjectType) -> Vec<Properties> {
    (0..60_usize)
        .map(|i| {
            let pick = |n: usize, of: &[&str]| (i % n != 0).then(|| of[(i * 7 / n + i) % of.len()].to_owned());
            let all: Vec<(&str, Option<String>)> = match object {
                DEAL => vec![
                    ("dealname", Some(format!("{} {i}", WORDS[i % WORDS.len()]))),
                    ("dealstage", Some(["closedwon", "contractsent", "qualifiedtobuy"][i % 3].to_owned())),
                    ("amount", pick(4, &["9", "10", "100.50", "100.5", "-3", "0.1"])),
                    ("closedate", pick(3, &["2026-11-20", "2025-01-01T10:00:00.123Z", "2030-06-01"])),
                    ("description", pick(5, &WORDS)),
                    ("hs_priority", pick(2, &["low", "medium", "high"])),
                ],
                _ => vec![
                    ("email", Some(format!("p{i}@{}.example", ["acme", "zurich", "sub.acme"][i % 3]))),
                    ("firstname", pick(3, &WORDS)),
                    (
                        "hs_legal_basis",
                        pick(2, &["Not applicable", "Performance of a contract;Not applicable", "Performance of a contract"]),
                    ),
                    ("lifecyclestage", pick(4, &["lead", "customer", "other"])),
                    ("hs_cross_sell_opportunity", pick(2, &["true", "false"])),
                    ("phone", pick(2, &["+45 12 34", "0045-1234"])),
                ],
            };
            all.into_iter().filter_map(|(n, v)| v.map(|v| (n.to_owned(), v))).collect()
        })
        .collect()
}

fn values_of(property: &str) -> Vec<String> {
    let texts = |of: &[&str]| of.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    match property {
        "amount" => texts(&["10", "100.5", "0", "-3", "9.99"]),
        "hs_object_id" => (100..110).map(|n| n.to_string()).chain(texts(&["130.5", "-4", "0", "1e9"])).collect(),
        "closedate" | "createdate" | "lastmodifieddate" | "hs_lastmodifieddate" => {
            texts(&["1735725600123", "2026-11-20", "2026-11-20T10:00:00Z", "2031-01-01"])
        }
        "hs_cross_sell_opportunity" | "hs_is_closed" => texts(&["true", "FALSE"]),
        "lifecyclestage" => texts(&["lead", "customer", "Lead"]),
        "dealstage" => texts(&["closedwon", "contractsent", "ClosedWon"]),
        "pipeline" => texts(&["default", "other"]),
        "hs_priority" => texts(&["low", "high", "Low"]),
        "hs_legal_basis" => texts(&["Not applicable", "Performance of a contract", "Performance of a contract;Not applicable"]),
        "email" => texts(&["p1@zurich.example", "P2@SUB.acme.example", "*@acme.example", "acme", "nobody@x.example"]),
        "associations.contact" | "associations.company" => (100..130).step_by(3).map(|n| n.to_string()).collect(),
        _ => WORDS
            .iter()
            .map(|w| (*w).to_owned())
            .chain(texts(&["ac*", "*", "*me", "zür*", "Acme 1", "45 12", "--", "HAVN"]))
            .collect(),
    }
}

fn properties_of(object: ObjectType) -> Vec<&'static str> {
    match object {
        DEAL => vec![
            "dealname",
            "dealstage",
            "pipeline",
            "amount",
            "closedate",
            "description",
            "hs_priority",
            "hs_is_closed",
            "hs_object_id",
            "createdate",
            "hs_lastmodifieddate",
            "associations.contact",
        ],
        _ => vec![
            "email",
            "firstname",
            "hs_legal_basis",
            "lifecyclestage",
            "hs_cross_sell_opportunity",
            "phone",
            "hs_object_id",
            "createdate",
            "lastmodifieddate",
            "associations.company",
        ],
    }
}

fn filters(object: ObjectType) -> impl Strategy<Value = RawFilter> {
    let operators = model::filter::Operator::ALL.map(|(_, name)| name);
    let property = proptest::sample::select(properties_of(object));
    (property, proptest::sample::select(operators.to_vec())).prop_flat_map(|(property, operator)| {
        let value = || proptest::sample::select(values_of(property));
        (Just(property), Just(operator), value(), value(), proptest::collection::vec(value(), 1..4)).prop_map(
            |(property, operator, value, high, values)| RawFilter {
                property: property.to_owned(),
                operator: operator.to_owned(),
                value: (!operator.ends_with("IN")).then_some(value),
                high_value: (operator == "BETWEEN").then_some(high),
                values: if operator.ends_with("IN") { values } else { Vec::new() },
            },
        )
    })
}

fn searches(object: ObjectType) -> impl Strategy<Value = RawSearch> {
    let sortable: Vec<String> =
        properties_of(object).into_iter().filter(|p| !p.starts_with("associations")).map(str::to_owned).collect();
    let groups = proptest::collection::vec(proptest::collection::vec(filters(object), 1..4), 0..4);
    let query = proptest::option::weighted(
        0.2,
        proptest::sample::select(vec!["acme", "zür", "45 12", "p1", "corp acme", "closed", "'", "havn"]),
    );
    let sorts = proptest::collection::vec((proptest::sample::select(sortable), any::<bool>()), 0..3);
    (groups, query, sorts).prop_map(|(groups, query, sorts)| RawSearch { groups, query: query.map(str::to_owned), sorts })
}

/// Every third contact belongs to a company, every second deal to a contact.
async fn link(store: &Store, from: &[Record], to: &[Record], step: usize) -> BTreeMap<i64, Vec<model::id::RecordId>> {
    let mut linked: BTreeMap<i64, Vec<model::id::RecordId>> = BTreeMap::new();
    let mut links = Vec::new();
    for (i, a) in from.iter().enumerate().filter(|(i, _)| i % step == 0) {
        let b = &to[i % to.len()];
        let plain = association::unlabeled(a.object, b.object).expect("a type");
        let reverse = association::unlabeled(b.object, a.object).expect("a type");
        let primary = association::primary(a.object, b.object).zip(association::primary(b.object, a.object));
        let one = |(link_type, reverse): (LinkType, LinkType)| NewLink {
            from: (a.object, a.id),
            to: (b.object, b.id),
            link_type,
            reverse,
            from_occurred_at: None,
            to_occurred_at: None,
        };
        links.push(one((plain, reverse)));
        links.extend(primary.map(one));
        linked.entry(a.id.0).or_default().push(b.id);
    }
    let mut tx = store.write(INSTANCE).await.expect("a transaction");
    store::association::insert_many(&mut tx, &links, start()).await.expect("links");
    tx.commit(&by(), start(), &[Change::record(Kind::AssociationLinked, from[0].object, from[0].id)]).await.expect("a commit");
    linked
}

async fn compare_all(
    fresh: &Fresh,
    object: ObjectType,
    records: &[Record],
    linked: &BTreeMap<i64, Vec<model::id::RecordId>>,
    other: ObjectType,
) {
    let schema = Schema::default_of(object);
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut n_checked, mut n_found) = (0, 0);
    for _ in 0..400 {
        let raw = searches(object).new_tree(&mut runner).expect("a search").current();
        let Ok(asked) = check(&schema, &raw) else { continue };
        let links = |r: &Record, to: ObjectType| {
            if to == other { linked.get(&r.id.0).cloned().unwrap_or_default() } else { Vec::new() }
        };
        let mut expected: Vec<&Record> = records.iter().filter(|r| matches(&asked, r, &|to| links(r, to))).collect();
        expected.sort_by(|a, b| compare(&asked, a, b));
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let (offset, limit) = (n_checked % 5, 7);
        let page = search::find(&mut tx, &schema, &asked, None, offset, limit).await.expect("a page");
        let ids: Vec<_> = page.records.iter().map(|r| r.id).collect();
        let wanted: Vec<_> = expected.iter().skip(offset).take(limit).map(|r| r.id).collect();
        assert_eq!(ids, wanted, "{}: {raw:#?}", fresh.engine);
        assert_eq!(page.total, expected.len(), "{}: total of {raw:#?}", fresh.engine);
        n_checked += 1;
        n_found += usize::from(!expected.is_empty());
    }
    assert!(n_checked > 200 && n_found > 50, "{}: only {n_checked} searches made sense, {n_found} found something", fresh.engine);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_keeps_a_bounded_number_of_prepared_statements() {
    let fresh = testkit::postgres().await;
    for i in 0..2_500 {
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        tx.query(&format!("SELECT CAST({i} AS BIGINT)"), &[]).await.expect("an answer");
    }
    let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
    let row = tx.query_opt("SELECT COUNT(*) FROM pg_prepared_statements", &[]).await.expect("an answer");
    let n = row.expect("a row").int(0).expect("a number");
    assert!((1..=1_002).contains(&n), "{n} statements");
}

#[tokio::test(flavor = "multi_thread")]
async fn random_searches_mean_the_same_to_rust_sqlite_and_postgresql() {
    for fresh in testkit::engines().await {
        let companies = create(&fresh.store, COMPANY, &[values(&[("name", "Acme")]), values(&[("name", "B")])]).await;
        let mut contacts = create(&fresh.store, CONTACT, &inputs(CONTACT)).await;
        let deals = create(&fresh.store, DEAL, &inputs(DEAL)).await;
        contacts[5] = patch(&fresh.store, &contacts[5], &[("firstname", "")]).await;
        let employed = link(&fresh.store, &contacts, &companies, 3).await;
        let involved = link(&fresh.store, &deals, &contacts, 2).await;
        compare_all(&fresh, CONTACT, &contacts, &employed, COMPANY).await;
        compare_all(&fresh, DEAL, &deals, &involved, CONTACT).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_with_several_categories_are_found_by_any_of_them() {
    for fresh in testkit::engines().await {
        let inputs: Vec<_> = CATEGORIES
            .iter()
            .filter(|c| **c != "ISSUE")
            .map(|c| values(&[("subject", "x"), ("hs_pipeline_stage", "1"), ("hs_ticket_category", c)]))
            .collect();
        create(&fresh.store, model::object::TICKET, &inputs).await;
        let schema = Schema::default_of(model::object::TICKET);
        let filter = RawFilter {
            property: "hs_ticket_category".into(),
            operator: "IN".into(),
            values: vec!["PRODUCT_ISSUE".into(), "ISSUE".into()],
            ..RawFilter::default()
        };
        let raw = RawSearch { groups: vec![vec![filter]], ..RawSearch::default() };
        let asked = check(&schema, &raw).expect("a search");
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let page = search::find(&mut tx, &schema, &asked, None, 0, 10).await.expect("a page");
        assert_eq!(page.total, 2, "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_found_by_its_domain_and_an_owner_sees_only_hers() {
    for fresh in testkit::engines().await {
        let inputs = [
            values(&[("name", "Acme"), ("domain", "shop.acme.co.uk"), ("hubspot_owner_id", "4")]),
            values(&[("name", "Acme 2"), ("domain", "acme.co.uk"), ("hubspot_owner_id", "5")]),
        ];
        let made = create(&fresh.store, COMPANY, &inputs).await;
        let schema = Schema::default_of(COMPANY);
        let filter = |value: &str| RawFilter {
            property: "domain".into(),
            operator: "EQ".into(),
            value: Some(value.into()),
            ..RawFilter::default()
        };
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        for (groups, owner, expected) in [
            (vec![vec![filter("SHOP.acme.co.uk")]], None, vec![made[0].id]),
            (vec![vec![filter("acme.co.uk")]], None, vec![made[1].id]),
            (vec![vec![filter("x.acme.co.uk")]], None, vec![]),
            (vec![], Some(model::id::OwnerId(5)), vec![made[1].id]),
        ] {
            let asked = check(&schema, &RawSearch { groups, ..RawSearch::default() }).expect("a search");
            let page = search::find(&mut tx, &schema, &asked, owner, 0, 10).await.expect("a page");
            assert_eq!(page.records.iter().map(|r| r.id).collect::<Vec<_>>(), expected, "{}", fresh.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_of_a_thousand_values_is_answered_whatever_its_type() {
    for fresh in testkit::engines().await {
        let input =
            [("dealname", "n7"), ("dealstage", "closedwon"), ("amount", "7.0"), ("closedate", "1970-01-01T00:00:00.007Z")];
        let made = create(&fresh.store, DEAL, &[values(&input)]).await.remove(0);
        let schema = Schema::default_of(DEAL);
        let many = |prefix: &str, start: i64| (start..start + 1_000).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>();
        let id = made.id.0 - 500;
        let one = |property: &str, operator: &str, values: Vec<String>| RawFilter {
            property: property.into(),
            operator: operator.into(),
            values,
            ..RawFilter::default()
        };
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        for filter in [
            one("dealname", "IN", many("N", 0)),
            one("amount", "IN", many("", 0)),
            one("closedate", "IN", many("", 0)),
            one("createdate", "NOT_IN", many("", 0)),
            one("dealstage", "NOT_IN", many("x", 0)),
            one("hs_object_id", "IN", many("", id)),
            one("associations.contact", "NOT_IN", many("", 1)),
            one("hs_merged_object_ids", "IN", many("", 1)),
        ] {
            let expected = usize::from(filter.property != "hs_merged_object_ids");
            // A second group keeps the search from being answered by looking the candidates up.
            let groups = vec![vec![filter.clone()], vec![one("dealname", "IN", vec!["nobody".into()])]];
            let asked = check(&schema, &RawSearch { groups, ..RawSearch::default() }).expect("a search");
            let page = search::find(&mut tx, &schema, &asked, None, 0, 10).await.expect("a page");
            assert_eq!(page.total, expected, "{}: {}", fresh.engine, filter.property);
        }
    }
}
