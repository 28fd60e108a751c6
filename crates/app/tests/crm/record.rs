//! Records, one by one and in batches.

use crate::world::{ANN, BOB, input, values, worlds};
use app::error::Kind;
use app::record::{self, CreateInput, Key, UpdateInput, UpsertInput};
use model::account::Scope;
use model::filter::{RawFilter, RawSearch};
use model::object::{COMPANY, CONTACT, DEAL};

fn by_email(email: &str) -> Key {
    Key { property: Some("email".to_owned()), value: email.to_owned() }
}

fn must_be_send<T: Send>(future: T) -> T {
    future
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_created_read_changed_and_archived() {
    for w in worlds().await {
        let cx = w.system();
        let made =
            must_be_send(record::create(&w.app, &cx, CONTACT, input(&[("email", "Ann@EX.example")]))).await.expect("a record");
        assert_eq!(made.record.get("email"), Some("ann@ex.example"), "{}", w.fresh.engine);
        let key = Key::id(made.record.id);
        for key in [&key, &by_email("ANN@ex.example")] {
            let read = must_be_send(record::read(&w.app, &cx, CONTACT, key, false)).await.expect("a record").record;
            assert_eq!(read, made.record, "{}", w.fresh.engine);
        }
        w.wait(5);
        let head = w.feed_head().await;
        let same =
            record::update(&w.app, &w.system(), CONTACT, &key, &values(&[("email", "ann@ex.example")])).await.expect("a record");
        assert_eq!((same.record, w.feed_head().await), (made.record.clone(), head), "{}: a no-op wrote", w.fresh.engine);
        let patch = values(&[("firstname", "Ann"), ("email", "")]);
        let new = must_be_send(record::update(&w.app, &w.system(), CONTACT, &key, &patch)).await.expect("a record").record;
        assert_eq!((new.get("firstname"), new.get("email")), (Some("Ann"), None), "{}", w.fresh.engine);
        assert_eq!(new.get("lastmodifieddate"), Some("2026-11-20T10:00:05.000Z"), "{}", w.fresh.engine);
        record::archive(&w.app, &w.system(), CONTACT, &key).await.expect("archived");
        record::archive(&w.app, &w.system(), CONTACT, &key).await.expect("archived again");
        let gone = record::read(&w.app, &cx, CONTACT, &key, false).await.expect_err("it is archived");
        assert_eq!(gone.kind, Kind::NotFound, "{}", w.fresh.engine);
        let archived = record::read(&w.app, &cx, CONTACT, &key, true).await.expect("the archived record").record;
        assert_eq!(archived.updated_at, new.updated_at, "{}: archiving touched the modified date", w.fresh.engine);
        let back = record::restore(&w.app, &w.system(), CONTACT, &key).await.expect("a record").record;
        assert_eq!(back, new, "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_contact_of_an_address_is_refused_with_the_id_of_the_first() {
    for w in worlds().await {
        let made = w.create(CONTACT, &[("email", "ann@ex.example"), ("hs_additional_emails", "a2@ex.example")]).await;
        for email in ["ANN@ex.example", "a2@ex.example"] {
            let refused = record::create(&w.app, &w.system(), CONTACT, input(&[("email", email)])).await.expect_err("a conflict");
            assert_eq!(refused.message, format!("Contact already exists. Existing ID: {}", made.id), "{}", w.fresh.engine);
            assert_eq!(refused.context, [("existingId".to_owned(), vec![made.id.to_string()])], "{}", w.fresh.engine);
        }
        record::archive(&w.app, &w.system(), CONTACT, &Key::id(made.id)).await.expect("archived");
        w.create(CONTACT, &[("email", "ann@ex.example")]).await;
        let refused = record::restore(&w.app, &w.system(), CONTACT, &Key::id(made.id)).await.expect_err("a conflict");
        assert_eq!(refused.kind, Kind::Conflict, "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_of_a_write_names_every_wrong_value() {
    for w in worlds().await {
        let wrong = input(&[("email", "x"), ("shoe", "44"), ("hubspot_owner_id", "4711")]);
        let refused = record::create(&w.app, &w.system(), CONTACT, wrong).await.expect_err("a refusal");
        let codes: Vec<_> = refused.reasons.iter().map(|r| r.code.as_str()).collect();
        assert_eq!(codes, ["INVALID_EMAIL", "PROPERTY_DOESNT_EXIST", "INVALID_OWNER_ID"], "{}", w.fresh.engine);
        assert!(refused.message.starts_with("Property values were not valid: [{"), "{}", refused.message);
        let owned = w.create(CONTACT, &[("firstname", "x"), ("hubspot_owner_id", "41")]).await;
        assert_eq!(owned.get("hubspot_owner_id"), Some("41"), "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_creates_all_or_none_unless_every_input_has_a_trace_id() {
    for w in worlds().await {
        let mails = ["a@ex.example", "bad", "A@ex.example", "c@ex.example"];
        let inputs = |traced: bool| -> Vec<CreateInput> {
            let one = |(i, mail): (usize, &&str)| CreateInput {
                trace_id: traced.then(|| format!("row-{i}")),
                ..input(&[("email", mail)])
            };
            mails.iter().enumerate().map(one).collect()
        };
        let refused = record::create_batch(&w.app, &w.system(), CONTACT, inputs(false)).await.expect_err("a refusal");
        assert_eq!(refused.kind, Kind::Invalid, "{}", w.fresh.engine);
        assert_eq!(w.feed_head().await, 0, "{}", w.fresh.engine);
        let batch = must_be_send(record::create_batch(&w.app, &w.system(), CONTACT, inputs(true))).await.expect("a batch");
        let made: Vec<_> =
            batch.records.iter().map(|(r, trace, _)| (r.get("email").unwrap_or_default(), trace.as_deref())).collect();
        assert_eq!(made, [("a@ex.example", Some("row-0")), ("c@ex.example", Some("row-3"))], "{}", w.fresh.engine);
        let failed: Vec<_> = batch.errors.iter().map(|f| (f.input, f.error.kind)).collect();
        assert_eq!(failed, [(1, Kind::Invalid), (2, Kind::Conflict)], "{}", w.fresh.engine);
        assert_eq!(w.feed_head().await, 2, "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_updates_and_upserts_fails_input_by_input() {
    for w in worlds().await {
        let a = w.create(CONTACT, &[("email", "a@ex.example")]).await;
        let update = |key: Key, pairs: &[(&str, &str)]| UpdateInput { key, properties: values(pairs), trace_id: None };
        let inputs = [
            update(Key::id(a.id), &[("firstname", "A")]),
            update(Key::text("999999"), &[("firstname", "A")]),
            update(by_email("a@ex.example"), &[("lastname", "B")]),
            update(Key::id(a.id), &[("lifecyclestage", "boss")]),
        ];
        let batch = must_be_send(record::update_batch(&w.app, &w.system(), CONTACT, &inputs)).await.expect("a batch");
        assert_eq!(batch.errors.iter().map(|f| f.input).collect::<Vec<_>>(), [1, 3], "{}", w.fresh.engine);
        let read = record::read(&w.app, &w.system(), CONTACT, &Key::id(a.id), false).await.expect("a record").record;
        assert_eq!((read.get("firstname"), read.get("lastname")), (Some("A"), Some("B")), "{}", w.fresh.engine);
        let upsert =
            |email: &str, pairs: &[(&str, &str)]| UpsertInput { key: by_email(email), properties: values(pairs), trace_id: None };
        let inputs = [
            upsert("A@ex.example", &[("city", "Aarhus")]),
            upsert("new@ex.example", &[("city", "Bo")]),
            upsert("new@ex.example", &[("zip", "1")]),
            upsert("no", &[("zip", "1")]),
        ];
        let batch = must_be_send(record::upsert_batch(&w.app, &w.system(), CONTACT, &inputs)).await.expect("a batch");
        let news: Vec<_> = batch.records.iter().map(|(r, _, new)| (r.get("email").unwrap_or_default(), *new)).collect();
        assert_eq!(news, [("a@ex.example", false), ("new@ex.example", true), ("new@ex.example", false)], "{}", w.fresh.engine);
        assert_eq!(batch.errors.iter().map(|f| f.input).collect::<Vec<_>>(), [3], "{}", w.fresh.engine);
        let ids = [a.id.to_string(), "77".to_owned(), "x".to_owned()];
        let many = must_be_send(record::read_batch(&w.app, &w.system(), CONTACT, None, &ids, false)).await.expect("records");
        assert_eq!((many.records.len(), many.missing), (1, vec!["77".to_owned(), "x".to_owned()]), "{}", w.fresh.engine);
        let mails = ["NEW@ex.example".to_owned(), "a@ex.example".to_owned()];
        let many = record::read_batch(&w.app, &w.system(), CONTACT, Some("email"), &mails, false).await.expect("records");
        assert_eq!(many.records[1].id, a.id, "{}", w.fresh.engine);
        must_be_send(record::archive_batch(&w.app, &w.system(), CONTACT, &ids)).await.expect("archived");
        let page = must_be_send(record::list(&w.app, &w.system(), CONTACT, true, None, 10)).await.expect("a page");
        assert_eq!(page.records.iter().map(|r| r.id).collect::<Vec<_>>(), [a.id], "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_record_is_forbidden_when_seen_and_missing_when_not() {
    for w in worlds().await {
        let hers = w.create(CONTACT, &[("firstname", "A"), ("hubspot_owner_id", "41")]).await;
        let his = w.create(CONTACT, &[("firstname", "B"), ("hubspot_owner_id", "42")]).await;
        let (narrow, wide) = (w.owner(ANN, CONTACT, Scope::Owned), w.owner(ANN, CONTACT, Scope::Everything));
        let patch = values(&[("city", "Bo")]);
        let kind = |result: app::error::Result<record::One>| result.map(|_| ()).map_err(|e| e.kind);
        let update = async |cx, id| kind(record::update(&w.app, cx, CONTACT, &Key::id(id), &patch).await);
        assert_eq!(update(&narrow, hers.id).await, Ok(()), "{}", w.fresh.engine);
        assert_eq!(update(&narrow, his.id).await, Err(Kind::NotFound), "{}", w.fresh.engine);
        assert_eq!(update(&wide, his.id).await, Err(Kind::Forbidden), "{}", w.fresh.engine);
        let listed = record::list(&w.app, &narrow, CONTACT, false, None, 10).await.expect("a page");
        assert_eq!(listed.records.iter().map(|r| r.id).collect::<Vec<_>>(), [hers.id], "{}", w.fresh.engine);
        let found = app::search::search(&w.app, &narrow, CONTACT, &RawSearch::default(), 0, 10).await.expect("a page");
        assert_eq!(found.total, 1, "{}", w.fresh.engine);
        let made = record::create(&w.app, &narrow, CONTACT, input(&[("firstname", "C")])).await.expect("a record");
        assert_eq!(made.record.get("hubspot_owner_id"), Some("41"), "{}", w.fresh.engine);
        let for_bob = input(&[("firstname", "C"), ("hubspot_owner_id", &BOB.to_string())]);
        assert_eq!(kind(record::create(&w.app, &narrow, CONTACT, for_bob).await), Err(Kind::Forbidden), "{}", w.fresh.engine);
        let deals = record::list(&w.app, &narrow, DEAL, false, None, 10).await.expect_err("no permission");
        assert_eq!(deals.kind, Kind::Forbidden, "{}", w.fresh.engine);
        let archive = record::archive(&w.app, &wide, CONTACT, &Key::id(his.id)).await.expect_err("his");
        assert_eq!(archive.kind, Kind::Forbidden, "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_sees_what_was_just_written() {
    for w in worlds().await {
        let made = w.create(CONTACT, &[("email", "ann@ex.example"), ("firstname", "Ann")]).await;
        let filter = |property: &str, operator: &str, value: &str| RawFilter {
            property: property.into(),
            operator: operator.into(),
            value: Some(value.into()),
            ..RawFilter::default()
        };
        for group in [vec![filter("email", "EQ", "ANN@ex.example")], vec![filter("firstname", "CONTAINS_TOKEN", "a*")]] {
            let raw = RawSearch { groups: vec![group], ..RawSearch::default() };
            let found = must_be_send(app::search::search(&w.app, &w.system(), CONTACT, &raw, 0, 10)).await.expect("a page");
            assert_eq!((found.total, &found.records[0]), (1, &made), "{}", w.fresh.engine);
        }
        let raw = RawSearch { groups: vec![vec![filter("shoe", "EQ", "1")]], ..RawSearch::default() };
        let refused = app::search::search(&w.app, &w.system(), CONTACT, &raw, 0, 10).await.expect_err("a refusal");
        assert_eq!(refused.code, "SEARCH_PROPERTY_DOESNT_EXIST", "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_property_is_every_value_it_had() {
    for w in worlds().await {
        let made = w.create(CONTACT, &[("email", "a@ex.example"), ("city", "Bo")]).await;
        let key = Key::id(made.id);
        for pairs in [[("email", "b@ex.example")], [("email", "")], [("email", "c@ex.example")]] {
            w.wait(10);
            record::update(&w.app, &w.owner(ANN, CONTACT, Scope::Everything), CONTACT, &key, &values(&pairs))
                .await
                .expect_err("not hers");
            record::update(&w.app, &w.system(), CONTACT, &key, &values(&pairs)).await.expect("an update");
        }
        let properties = ["email", "city", "zip"].map(str::to_owned);
        let mut histories = record::history(&w.app, &w.system(), CONTACT, &[made.id], &properties).await.expect("a history");
        let history = histories.remove(&made.id).expect("of the record");
        let of = |name: &str| {
            history[name].iter().map(|v| (v.value.as_str(), v.at.as_second() - testkit::start().as_second())).collect::<Vec<_>>()
        };
        let expected = [("c@ex.example", 30), ("", 20), ("b@ex.example", 10), ("a@ex.example", 0)];
        assert_eq!(of("email"), expected, "{}", w.fresh.engine);
        assert_eq!(of("city"), [("Bo", 0)], "{}", w.fresh.engine);
        assert_eq!(of("zip"), [], "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_named_by_its_domain_and_other_properties_name_nobody() {
    for w in worlds().await {
        let acme = w.create(COMPANY, &[("name", "Acme"), ("domain", "acme.com")]).await;
        let by = |property: &str, value: &str| Key { property: Some(property.to_owned()), value: value.to_owned() };
        let read =
            record::read(&w.app, &w.system(), COMPANY, &by("domain", "https://www.ACME.com"), false).await.expect("a record");
        assert_eq!(read.record.id, acme.id, "{}", w.fresh.engine);
        let refused = record::read(&w.app, &w.system(), COMPANY, &by("name", "Acme"), false).await.expect_err("a refusal");
        assert_eq!(refused.code, "ID_PROPERTY_NOT_UNIQUE", "{}", w.fresh.engine);
        record::erase(&w.app, &w.system(), COMPANY, &Key::id(acme.id)).await.expect("erased");
        let gone = record::read(&w.app, &w.system(), COMPANY, &Key::id(acme.id), true).await.expect_err("gone");
        assert_eq!(gone.kind, Kind::NotFound, "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_creating_the_same_address_at_once_leave_one_contact() {
    for w in worlds().await {
        let tasks: Vec<_> = (0..12)
            .map(|_| {
                let (app, cx) = (w.app.clone(), w.system());
                tokio::spawn(async move {
                    record::create(&app, &cx, CONTACT, input(&[("email", "same@ex.example")])).await.map(|_| ())
                })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            match task.await.expect("a task") {
                Ok(()) => made += 1,
                Err(error) => {
                    assert!(error.message.starts_with("Contact already exists. Existing ID: "), "{}: {error:?}", w.fresh.engine)
                }
            }
        }
        assert_eq!((made, w.feed_head().await), (1, 1), "{}", w.fresh.engine);
    }
}
