//! Records come back as they were saved, keys are exclusive, archived records keep out of the way.

use crate::crm::{create, patch, save, values};
use jiff::SignedDuration;
use model::change::Change;
use model::object::{COMPANY, CONTACT, DEAL};
use model::property::Schema;
use model::record::{UniqueKey, plan_archive, plan_restore, unique_keys};
use store::{INSTANCE, StoreError, record};
use testkit::start;

fn email(value: &str) -> UniqueKey {
    UniqueKey::new("email", value)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_comes_back_as_it_was_saved() {
    for fresh in testkit::engines().await {
        let input = values(&[("email", "Åse@EX.example"), ("firstname", "\"Åse\" \\ \n é 😀"), ("hubspot_owner_id", "41")]);
        let made = create(&fresh.store, CONTACT, &[input]).await.remove(0);
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        assert_eq!(record::load(&mut tx, CONTACT, made.id).await.expect("a load"), Some(made.clone()), "{}", fresh.engine);
        assert_eq!(record::load(&mut tx, DEAL, made.id).await.expect("a load"), None, "{}", fresh.engine);
        let by_key = record::load_by_key(&mut tx, CONTACT, &email("ÅSE@ex.example")).await.expect("a load");
        assert_eq!(by_key, Some(made.clone()), "{}", fresh.engine);
        drop(tx);
        let renamed = patch(&fresh.store, &made, &[("email", "b@ex.example"), ("hs_additional_emails", "c@ex.example")]).await;
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        assert_eq!(record::load(&mut tx, CONTACT, made.id).await.expect("a load"), Some(renamed), "{}", fresh.engine);
        let keys = [email("åse@ex.example"), email("b@ex.example"), email("c@ex.example"), email("d@ex.example")];
        let mut found = record::find_by_keys(&mut tx, CONTACT, &keys).await.expect("keys");
        found.sort();
        assert_eq!(found, [(keys[1].clone(), made.id), (keys[2].clone(), made.id)], "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_records_cannot_have_the_same_key() {
    for fresh in testkit::engines().await {
        let made = create(&fresh.store, CONTACT, &[values(&[("email", "a@ex.example")])]).await.remove(0);
        let schema = Schema::default_of(CONTACT);
        let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        let mut twin = made.clone();
        twin.id = model::id::RecordId(tx.take_ids(1).expect("an id"));
        let refused = record::insert_many(&mut tx, vec![(&twin, unique_keys(&schema, &twin))]).await;
        assert!(matches!(refused, Err(StoreError::Unique(_))), "{}: {refused:?}", fresh.engine);
        drop(tx);
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        assert_eq!(record::count(&mut tx, CONTACT).await.expect("a count"), 1, "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_record_frees_its_keys_and_takes_them_back() {
    for fresh in testkit::engines().await {
        let made = create(&fresh.store, CONTACT, &[values(&[("email", "a@ex.example")])]).await.remove(0);
        let archived = plan_archive(&made, start() + SignedDuration::from_secs(1)).expect("a plan");
        save(&fresh.store, &made, &archived).await;
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        assert_eq!(
            record::find_by_key(&mut tx, CONTACT, &email("a@ex.example")).await.expect("a look"),
            None,
            "{}",
            fresh.engine
        );
        assert_eq!(record::count(&mut tx, CONTACT).await.expect("a count"), 0, "{}", fresh.engine);
        assert_eq!(record::load(&mut tx, CONTACT, made.id).await.expect("a load"), Some(archived.clone()), "{}", fresh.engine);
        let listed = record::page(&mut tx, CONTACT, true, None, None, 10).await.expect("a page");
        assert_eq!(listed, std::slice::from_ref(&archived), "{}", fresh.engine);
        drop(tx);
        save(&fresh.store, &archived, &plan_restore(&archived).expect("a plan")).await;
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let found = record::find_by_key(&mut tx, CONTACT, &email("a@ex.example")).await.expect("a look");
        assert_eq!(found, Some(made.id), "{}", fresh.engine);
        assert_eq!(record::load(&mut tx, CONTACT, made.id).await.expect("a load"), Some(made), "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_archive_begin_with_what_was_archived_last_and_cover_each_once() {
    for fresh in testkit::engines().await {
        let inputs: Vec<_> = (0..12)
            .map(|i| values(&[("firstname", &format!("n{i}")), ("hubspot_owner_id", if i % 3 == 0 { "4" } else { "5" })]))
            .collect();
        let made = create(&fresh.store, CONTACT, &inputs).await;
        let mut expected = Vec::new();
        for (i, record) in made.iter().enumerate().skip(1) {
            // Two at a time, and not in the order of the ids.
            let at = start() + SignedDuration::from_secs([5, 1, 3, 2, 4, 6][i / 2]);
            let archived = plan_archive(record, at).expect("a plan");
            save(&fresh.store, record, &archived).await;
            expected.push(archived);
        }
        expected.sort_by_key(|record| std::cmp::Reverse((record.archived_at, record.id)));
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = record::archived(&mut tx, CONTACT, None, before, 3).await.expect("a page");
            let Some(last) = page.last() else { break };
            before = last.archived_at.map(|at| (at, last.id));
            seen.extend(page);
        }
        assert_eq!(seen, expected, "{}", fresh.engine);
        let owned = record::archived(&mut tx, CONTACT, Some(model::id::OwnerId(4)), before, 9).await.expect("a page");
        assert!(owned.is_empty(), "{}", fresh.engine);
        let owned = record::archived(&mut tx, CONTACT, Some(model::id::OwnerId(4)), None, 9).await.expect("a page");
        assert_eq!(owned.len(), 3, "{}: of the four of this owner one is not archived", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_by_id_cover_every_record_once() {
    for fresh in testkit::engines().await {
        let inputs: Vec<_> = (0..25)
            .map(|i| values(&[("firstname", &format!("n{i}")), ("hubspot_owner_id", if i % 2 == 0 { "4" } else { "5" })]))
            .collect();
        let made = create(&fresh.store, CONTACT, &inputs).await;
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = record::page(&mut tx, CONTACT, false, None, after, 10).await.expect("a page");
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            seen.extend(page);
        }
        assert_eq!(seen, made, "{}", fresh.engine);
        let owned = record::page(&mut tx, CONTACT, false, Some(model::id::OwnerId(4)), None, 100).await.expect("a page");
        assert_eq!(owned.len(), 13, "{}", fresh.engine);
        let ids = [made[3].id, made[1].id, model::id::RecordId(9_999_999), made[3].id];
        let many = record::load_many(&mut tx, CONTACT, &ids).await.expect("records");
        assert_eq!(many, [made[1].clone(), made[3].clone()], "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn companies_are_found_by_their_registrable_domain() {
    for fresh in testkit::engines().await {
        let inputs =
            [values(&[("name", "Acme"), ("domain", "shop.acme.co.uk")]), values(&[("name", "Other"), ("domain", "other.com")])];
        let made = create(&fresh.store, COMPANY, &inputs).await;
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let found = record::find_by_domain(&mut tx, COMPANY, "acme.co.uk", 10).await.expect("companies");
        assert_eq!(found, [made[0].clone()], "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_found_under_each_of_its_domains_as_long_as_it_has_them() {
    for fresh in testkit::engines().await {
        let acme =
            [("domain", "acme.com"), ("hs_additional_domains", "www.acme.co.uk;shop.acme.co.uk;acme.dk;acme.com;nonsense")];
        let acme = create(&fresh.store, COMPANY, &[values(&acme)]).await.remove(0);
        let found = async |domain: &str| {
            let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
            store::domain::find(&mut tx, domain, 10).await.expect("companies").iter().map(|r| r.id).collect::<Vec<_>>()
        };
        for domain in ["acme.com", "acme.co.uk", "acme.dk"] {
            assert_eq!(found(domain).await, [acme.id], "{}: {domain}", fresh.engine);
        }
        let second = create(&fresh.store, COMPANY, &[values(&[("domain", "acme.dk")])]).await.remove(0);
        assert_eq!(found("acme.dk").await, [acme.id, second.id], "{}", fresh.engine);
        let acme = patch(&fresh.store, &acme, &[("hs_additional_domains", "acme.dk;acme.it")]).await;
        assert_eq!((found("acme.co.uk").await, found("acme.it").await), (vec![], vec![acme.id]), "{}", fresh.engine);
        // Rows written before there was the index get it with the migration.
        let (_, engine) = fresh.store.locations().next().expect("a location");
        let mut tx = engine.write().await.expect("a transaction");
        tx.execute("DROP TABLE company_domain", &[]).await.expect("an older schema");
        tx.execute("DELETE FROM schema_step WHERE name = 'company_domain'", &[]).await.expect("an older schema");
        tx.commit().await.expect("a commit");
        let pending = store::migrate::pending(engine).await.expect("what is missing");
        assert_eq!(store::migrate::migrate(engine, start()).await.expect("it migrates"), pending, "{}", fresh.engine);
        assert_eq!(pending.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["company_domain"], "{}", fresh.engine);
        assert_eq!((found("acme.co.uk").await, found("acme.it").await), (vec![], vec![acme.id]), "{}", fresh.engine);
        let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        record::erase(&mut tx, &acme, Vec::new()).await.expect("an erasure");
        let row = tx.query_opt("SELECT COUNT(*) FROM company_domain", &[]).await.expect("an answer");
        assert_eq!(row.expect("a row").int(0).expect("a number"), 0, "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_record_leaves_no_value_behind() {
    for fresh in testkit::engines().await {
        let made = create(&fresh.store, CONTACT, &[values(&[("email", "a@ex.example")])]).await.remove(0);
        let schema = Schema::default_of(CONTACT);
        let tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        let old = model::change::Values::from([("email".to_owned(), (Some("old@ex.example".to_owned()), None))]);
        let change = Change { values: old, ..Change::record(model::change::Kind::RecordUpdated, CONTACT, made.id) };
        tx.commit(&crate::crm::by(), start(), &[change]).await.expect("a commit");
        let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        record::erase(&mut tx, &made, unique_keys(&schema, &made)).await.expect("an erasure");
        tx.commit(&crate::crm::by(), start(), &[Change::record(model::change::Kind::RecordErased, CONTACT, made.id)])
            .await
            .expect("a commit");
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        assert_eq!(record::load(&mut tx, CONTACT, made.id).await.expect("a load"), None, "{}", fresh.engine);
        assert_eq!(
            record::find_by_key(&mut tx, CONTACT, &email("a@ex.example")).await.expect("a look"),
            None,
            "{}",
            fresh.engine
        );
        let history = store::feed::of_record(&mut tx, CONTACT, made.id, i64::MAX, 10).await.expect("a history");
        assert!(history.len() == 3 && history.iter().all(|r| r.change.values.is_empty()), "{}: {history:?}", fresh.engine);
    }
}
