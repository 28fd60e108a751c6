//! Two records become a third, and nothing that was known of either is lost.

use crate::world::{ANN, BOB, WEST, World, input, values, worlds};
use app::association::{self, LinkInput};
use app::consumer::catch_up;
use app::error::Kind;
use app::record::{self, CreateInput, Key, UpdateInput};
use app::rollup::Rollups;
use app::{search, timeline};
use model::account::Scope;
use model::association::LinkType;
use model::change::Source;
use model::filter::{RawFilter, RawSearch};
use model::id::RecordId;
use model::object::{COMPANY, CONTACT, DEAL, NOTE, ObjectType};
use model::record::Record;

fn must_be_send<T: Send>(future: T) -> T {
    future
}

async fn merged(w: &World, object: ObjectType, primary: RecordId, other: RecordId) -> Record {
    must_be_send(record::merge(&w.app, &w.system(), object, primary, other)).await.expect("a record").record
}

async fn read(w: &World, object: ObjectType, id: RecordId) -> Record {
    record::read(&w.app, &w.system(), object, &Key::id(id), false).await.expect("a record").record
}

async fn linked(w: &World, from: (ObjectType, RecordId), to: ObjectType) -> Vec<(RecordId, Vec<u32>)> {
    let page = association::list(&w.app, &w.system(), from, to, None, 100).await.expect("a page");
    page.links.into_iter().map(|l| (l.to, l.types.iter().map(|t| t.type_id).collect())).collect()
}

async fn link(w: &World, from: (ObjectType, RecordId), to: (ObjectType, RecordId), types: &[u32]) {
    let types = types.iter().map(|t| LinkType::defined(*t)).collect();
    association::link(&w.app, &w.system(), from, to, types).await.expect("a link");
}

fn by_id(operator: &str, id: RecordId) -> RawSearch {
    let filter = RawFilter {
        property: "hs_object_id".to_owned(),
        operator: operator.to_owned(),
        value: (operator != "IN").then(|| id.to_string()),
        values: if operator == "IN" { vec![id.to_string()] } else { Vec::new() },
        ..RawFilter::default()
    };
    RawSearch { groups: vec![vec![filter]], ..RawSearch::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_old_ids_lead_to_the_third_record_wherever_one_asks() {
    for w in worlds().await {
        let a = w.create(CONTACT, &[("email", "a@ex.example"), ("city", "Bonn")]).await;
        let b = w.create(CONTACT, &[("email", "b@ex.example"), ("city", "Cork"), ("phone", "1")]).await;
        w.wait(5);
        let new = merged(&w, CONTACT, a.id, b.id).await;
        assert!(new.id > b.id, "{}", w.fresh.engine);
        let shown = ["email", "hs_additional_emails", "city", "phone", "hs_merged_object_ids"].map(|n| new.get(n).unwrap_or(""));
        let ids = format!("{};{}", a.id, b.id);
        assert_eq!(shown, ["a@ex.example", "b@ex.example", "Bonn", "1", &ids], "{}", w.fresh.engine);
        for id in [a.id, b.id, new.id] {
            assert_eq!(read(&w, CONTACT, id).await, new, "{}", w.fresh.engine);
            for operator in ["EQ", "IN"] {
                let found = must_be_send(search::search(&w.app, &w.system(), CONTACT, &by_id(operator, id), 0, 10)).await;
                let found: Vec<RecordId> = found.expect("a page").records.iter().map(|r| r.id).collect();
                assert_eq!(found, [new.id], "{}: {operator} {id}", w.fresh.engine);
            }
        }
        let texts = [a.id, b.id].map(|id| id.to_string());
        let many = record::read_batch(&w.app, &w.system(), CONTACT, None, &texts, false).await.expect("records");
        assert_eq!((many.records.iter().map(|r| r.id).collect::<Vec<_>>(), many.missing.len()), (vec![new.id; 2], 0));
        let page = record::list(&w.app, &w.system(), CONTACT, false, None, 10).await.expect("a page");
        assert_eq!(page.records.iter().map(|r| r.id).collect::<Vec<_>>(), [new.id], "{}", w.fresh.engine);
        let archived = record::list(&w.app, &w.system(), CONTACT, true, None, 10).await.expect("a page");
        assert!(archived.records.is_empty(), "{}", w.fresh.engine);
        for email in ["a@ex.example", "b@ex.example"] {
            let taken = record::create(&w.app, &w.system(), CONTACT, input(&[("email", email)])).await.expect_err("a conflict");
            assert_eq!(taken.message, format!("Contact already exists. Existing ID: {}", new.id), "{}", w.fresh.engine);
        }
        let update = |id, pairs: &[(&str, &str)]| UpdateInput { key: Key::id(id), properties: values(pairs), trace_id: None };
        let inputs = [update(a.id, &[("zip", "1")]), update(b.id, &[("state", "x")]), update(new.id, &[("fax", "2")])];
        let batch = record::update_batch(&w.app, &w.system(), CONTACT, &inputs).await.expect("a batch");
        assert!(batch.errors.is_empty(), "{}: {:?}", w.fresh.engine, batch.errors);
        record::update(&w.app, &w.system(), CONTACT, &Key::id(b.id), &values(&[("city", "Bray")])).await.expect("an update");
        let now = read(&w, CONTACT, a.id).await;
        assert_eq!(
            ["zip", "state", "fax", "city"].map(|n| now.get(n).unwrap_or("")),
            ["1", "x", "2", "Bray"],
            "{}",
            w.fresh.engine
        );
        record::archive(&w.app, &w.system(), CONTACT, &Key::id(a.id)).await.expect("archived");
        let gone = record::read(&w.app, &w.system(), CONTACT, &Key::id(b.id), false).await.expect_err("it is archived");
        assert_eq!(gone.kind, Kind::NotFound, "{}", w.fresh.engine);
        record::restore(&w.app, &w.system(), CONTACT, &Key::id(b.id)).await.expect("restored");
        assert_eq!(read(&w, CONTACT, new.id).await.get("city"), Some("Bray"), "{}", w.fresh.engine);
        record::erase(&w.app, &w.system(), CONTACT, &Key::id(a.id)).await.expect("erased");
        for id in [a.id, b.id, new.id] {
            let gone = record::read(&w.app, &w.system(), CONTACT, &Key::id(id), false).await.expect_err("it is erased");
            assert_eq!(gone.kind, Kind::NotFound, "{}", w.fresh.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_merged_is_refused_and_nothing_happens() {
    for w in worlds().await {
        let a = w.create(CONTACT, &[("email", "a@ex.example"), ("hubspot_owner_id", "41")]).await;
        let b = w.create(CONTACT, &[("email", "b@ex.example"), ("hubspot_owner_id", "42")]).await;
        let gone = w.create(CONTACT, &[("email", "c@ex.example")]).await;
        record::archive(&w.app, &w.system(), CONTACT, &Key::id(gone.id)).await.expect("archived");
        let firm = w.create(COMPANY, &[("name", "A")]).await;
        let note = w.create(NOTE, &[("hs_timestamp", "2026-01-01")]).await;
        let head = w.feed_head().await;
        let system = w.system();
        let (ann, bob) = (w.owner(ANN, CONTACT, Scope::Everything), w.owner(BOB, CONTACT, Scope::Owned));
        for (cx, object, primary, other, code) in [
            (&system, CONTACT, a.id, a.id, "MERGE_WITH_ITSELF"),
            (&system, CONTACT, a.id, RecordId(999_999), "OBJECT_NOT_FOUND"),
            (&system, CONTACT, a.id, firm.id, "OBJECT_NOT_FOUND"),
            (&system, CONTACT, gone.id, a.id, "MERGE_OF_ARCHIVED"),
            (&system, NOTE, note.id, a.id, "MERGE_NOT_SUPPORTED"),
            (&ann, CONTACT, a.id, b.id, "PERMISSION_MISSING"),
            (&ann, CONTACT, b.id, a.id, "PERMISSION_MISSING"),
            (&bob, CONTACT, b.id, a.id, "OBJECT_NOT_FOUND"),
        ] {
            let refused = record::merge(&w.app, cx, object, primary, other).await.expect_err("a refusal");
            assert_eq!(refused.code, code, "{}: {object} {primary} {other}", w.fresh.engine);
        }
        assert_eq!(w.feed_head().await, head, "{}", w.fresh.engine);
        let new = merged(&w, CONTACT, a.id, b.id).await;
        for (one, two) in [(a.id, b.id), (b.id, a.id), (new.id, a.id)] {
            let refused = record::merge(&w.app, &w.system(), CONTACT, one, two).await.expect_err("a refusal");
            let message = format!("both are contact {} already: they were merged before", new.id);
            assert_eq!((refused.code, refused.message), ("MERGED_ALREADY", message), "{}", w.fresh.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_united_and_a_contact_keeps_one_primary_company() {
    for w in worlds().await {
        let [x, y] = [w.create(COMPANY, &[("name", "X")]).await, w.create(COMPANY, &[("name", "Y")]).await];
        let [a, b] = [w.create(CONTACT, &[("firstname", "A")]).await, w.create(CONTACT, &[("firstname", "B")]).await];
        link(&w, (CONTACT, a.id), (COMPANY, x.id), &[1]).await;
        link(&w, (CONTACT, b.id), (COMPANY, y.id), &[1]).await;
        link(&w, (CONTACT, a.id), (CONTACT, b.id), &[]).await;
        let new = merged(&w, CONTACT, b.id, a.id).await;
        assert_eq!(new.get("associatedcompanyid"), Some(y.id.to_string().as_str()), "{}", w.fresh.engine);
        for id in [a.id, b.id, new.id] {
            let expected = [(x.id, vec![279]), (y.id, vec![1, 279])];
            assert_eq!(linked(&w, (CONTACT, id), COMPANY).await, expected, "{}", w.fresh.engine);
            assert!(linked(&w, (CONTACT, id), CONTACT).await.is_empty(), "{}", w.fresh.engine);
        }
        assert_eq!(linked(&w, (COMPANY, x.id), CONTACT).await, [(new.id, vec![280])], "{}", w.fresh.engine);
        let many = association::list_batch(&w.app, &w.system(), CONTACT, &[a.id, b.id], COMPANY).await.expect("links");
        assert_eq!(many.links.iter().map(|(id, links)| (*id, links.len())).collect::<Vec<_>>(), [(a.id, 2), (b.id, 2)]);
        // Old ids link, unlink and are linked to.
        association::unlink(&w.app, &w.system(), (CONTACT, a.id), (COMPANY, x.id)).await.expect("unlinked");
        let note = CreateInput {
            associations: vec![(b.id, vec![LinkType::defined(202)])],
            ..input(&[("hs_timestamp", "2026-01-01"), ("hs_note_body", "n")])
        };
        let note = record::create(&w.app, &w.system(), NOTE, note).await.expect("a record").record;
        assert_eq!(linked(&w, (NOTE, note.id), CONTACT).await, [(new.id, vec![202])], "{}", w.fresh.engine);
        let page = timeline::read(&w.app, &w.system(), CONTACT, a.id, None, 10).await.expect("a page");
        assert_eq!(page.items.iter().map(|i| i.record.id).collect::<Vec<_>>(), [note.id], "{}", w.fresh.engine);
        let inputs = [LinkInput { from: a.id, to: x.id, types: vec![] }];
        association::link_batch(&w.app, &w.system(), CONTACT, COMPANY, &inputs).await.expect("links");
        assert_eq!(linked(&w, (CONTACT, new.id), COMPANY).await.len(), 2, "{}", w.fresh.engine);
        let itself = association::link(&w.app, &w.system(), (CONTACT, a.id), (CONTACT, b.id), vec![]).await.map(|_| ());
        assert_eq!(itself.expect_err("a refusal").code, "ASSOCIATION_WITH_ITSELF", "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_and_subsidiaries_follow_a_merged_company_and_no_family_becomes_a_loop() {
    for w in worlds().await {
        let mut firms = Vec::new();
        for name in ["top", "middle", "bottom", "aunt"] {
            firms.push(w.create(COMPANY, &[("name", name)]).await.id);
        }
        let [top, middle, bottom, aunt] = firms[..] else { panic!("four companies") };
        for (child, parent) in [(middle, top), (bottom, middle), (top, aunt)] {
            link(&w, (COMPANY, child), (COMPANY, parent), &[14]).await;
        }
        let ann = w.create(CONTACT, &[("firstname", "Ann")]).await;
        link(&w, (CONTACT, ann.id), (COMPANY, bottom), &[1]).await;
        // The primary's parent would stand below the merged company; the other's does not.
        let new = merged(&w, COMPANY, bottom, top).await;
        assert_eq!(new.get("hs_parent_company_id"), Some(aunt.to_string().as_str()), "{}", w.fresh.engine);
        let middle = read(&w, COMPANY, middle).await;
        assert_eq!(middle.get("hs_parent_company_id"), Some(new.id.to_string().as_str()), "{}", w.fresh.engine);
        assert_eq!(linked(&w, (COMPANY, new.id), COMPANY).await, [(middle.id, vec![13, 450]), (aunt, vec![14, 450])]);
        let now = read(&w, CONTACT, ann.id).await;
        assert_eq!(now.get("associatedcompanyid"), Some(new.id.to_string().as_str()), "{}", w.fresh.engine);
        let patch = values(&[("associatedcompanyid", &top.to_string()), ("city", "Bo")]);
        let same = record::update(&w.app, &w.system(), CONTACT, &Key::id(ann.id), &patch).await.expect("an update").record;
        assert_eq!(same.get("associatedcompanyid"), Some(new.id.to_string().as_str()), "{}", w.fresh.engine);
        let bea = input(&[("firstname", "B"), ("associatedcompanyid", &top.to_string())]);
        let bea = record::create(&w.app, &w.system(), CONTACT, bea).await.expect("a record").record;
        assert_eq!(bea.get("associatedcompanyid"), Some(new.id.to_string().as_str()), "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn history_tells_of_both_and_of_the_merge() {
    for w in worlds().await {
        let a = w.create(CONTACT, &[("email", "a@ex.example"), ("city", "Bonn")]).await;
        let b = w.create(CONTACT, &[("email", "b@ex.example"), ("city", "Cork")]).await;
        let c = w.create(CONTACT, &[("email", "c@ex.example"), ("city", "Ghent")]).await;
        let set = async |id, city| {
            w.wait(1);
            record::update(&w.app, &w.system(), CONTACT, &Key::id(id), &values(&[("city", city)])).await.expect("an update");
        };
        set(b.id, "Bray").await;
        set(a.id, "Berlin").await;
        w.wait(1);
        merged(&w, CONTACT, a.id, b.id).await;
        set(b.id, "Bo").await;
        w.wait(1);
        let last = merged(&w, CONTACT, c.id, a.id).await;
        let properties = ["city".to_owned(), "hs_additional_emails".to_owned()];
        let mut histories = record::history(&w.app, &w.system(), CONTACT, &[last.id], &properties).await.expect("a history");
        let mut history = histories.remove(&last.id).expect("of the record");
        let told: Vec<_> = history["city"].iter().map(|v| (v.value.as_str(), v.by.source == Source::Merge)).collect();
        let expected = [
            ("Ghent", true),
            ("Bo", false),
            ("Berlin", true),
            ("Berlin", false),
            ("Bray", false),
            ("Ghent", false),
            ("Cork", false),
            ("Bonn", false),
        ];
        assert_eq!(told, expected, "{}", w.fresh.engine);
        let more = history.remove("hs_additional_emails").expect("a property");
        let more: Vec<_> = more.iter().map(|v| v.value.as_str()).collect();
        assert_eq!(more, ["a@ex.example;b@ex.example", "b@ex.example"], "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rollups_of_the_merged_record_and_of_what_is_linked_to_it_are_those_of_both() {
    for w in worlds().await {
        let settled = async || catch_up(&w.app, &Rollups, WEST, 100).await.expect("caught up");
        let [a, b] = [w.create(CONTACT, &[("firstname", "A")]).await, w.create(CONTACT, &[("firstname", "B")]).await];
        for contact in [&a, &b] {
            let note = CreateInput {
                associations: vec![(contact.id, vec![LinkType::defined(202)])],
                ..input(&[("hs_timestamp", "2026-01-01"), ("hs_note_body", "n")])
            };
            record::create(&w.app, &w.system(), NOTE, note).await.expect("a record");
        }
        let firm = w.create(COMPANY, &[("name", "X")]).await;
        let mut deals = Vec::new();
        for amount in ["10", "20"] {
            let deal = CreateInput {
                associations: vec![(firm.id, vec![LinkType::defined(5)])],
                ..input(&[("dealname", amount), ("dealstage", "closedwon"), ("amount", amount), ("closedate", "2026-01-02")])
            };
            deals.push(record::create(&w.app, &w.system(), DEAL, deal).await.expect("a record").record.id);
        }
        settled().await;
        let new = merged(&w, CONTACT, a.id, b.id).await;
        merged(&w, DEAL, deals[0], deals[1]).await;
        settled().await;
        assert_eq!(read(&w, CONTACT, new.id).await.get("num_notes"), Some("2"), "{}", w.fresh.engine);
        assert_eq!(read(&w, COMPANY, firm.id).await.get("total_revenue"), Some("10"), "{}", w.fresh.engine);
        let page = timeline::read(&w.app, &w.system(), COMPANY, firm.id, None, 10).await.expect("a page");
        assert_eq!(page.items.len(), 1, "{}: the two deals are one on a timeline", w.fresh.engine);
    }
}

/// Two at once: the update comes before the merge and is part of it, or after it and meets the merged record.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_or_a_link_at_the_moment_of_a_merge_is_never_lost() {
    for w in worlds().await {
        for _ in 0..12 {
            let [a, b] = [w.create(CONTACT, &[("firstname", "A")]).await, w.create(CONTACT, &[("firstname", "B")]).await];
            let cx = w.system();
            let (key_a, key_b) = (Key::id(a.id), Key::id(b.id));
            let (phone, city) = (values(&[("phone", "1")]), values(&[("city", "Bo")]));
            let note = CreateInput {
                associations: vec![(b.id, vec![LinkType::defined(202)])],
                ..input(&[("hs_timestamp", "2026-01-01"), ("hs_note_body", "n")])
            };
            let (new, one, two, note) = tokio::join!(
                record::merge(&w.app, &cx, CONTACT, a.id, b.id),
                record::update(&w.app, &cx, CONTACT, &key_a, &phone),
                record::update(&w.app, &cx, CONTACT, &key_b, &city),
                record::create(&w.app, &cx, NOTE, note),
            );
            let new = new.expect("a merge").record;
            one.expect("an update");
            two.expect("an update");
            let now = read(&w, CONTACT, new.id).await;
            assert_eq!((now.get("phone"), now.get("city")), (Some("1"), Some("Bo")), "{}", w.fresh.engine);
            let notes = linked(&w, (CONTACT, new.id), NOTE).await;
            assert_eq!(notes, [(note.expect("a note").record.id, vec![201])], "{}", w.fresh.engine);
        }
    }
}
