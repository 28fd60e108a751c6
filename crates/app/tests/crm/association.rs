//! Links, primary companies, labels, timelines.

use crate::world::{World, input, values, worlds};
use app::association::{self, LabelInput, LinkInput};
use app::record::{self, CreateInput, Key};
use app::timeline;
use model::association::{Category, LinkType};
use model::id::RecordId;
use model::object::{COMPANY, CONTACT, DEAL, NOTE, ObjectType};

fn must_be_send<T: Send>(future: T) -> T {
    future
}

async fn linked(w: &World, from: (ObjectType, RecordId), to: ObjectType) -> Vec<(RecordId, Vec<u32>)> {
    let page = must_be_send(association::list(&w.app, &w.system(), from, to, None, 100)).await.expect("a page");
    page.links.into_iter().map(|l| (l.to, l.types.iter().map(|t| t.type_id).collect())).collect()
}

async fn primary_value(w: &World, contact: RecordId) -> Option<String> {
    let read = record::read(&w.app, &w.system(), CONTACT, &Key::id(contact), false).await.expect("a record");
    read.record.get("associatedcompanyid").map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_company_of_a_new_contact_is_its_primary_one() {
    for w in worlds().await {
        let (a, b) = (w.create(COMPANY, &[("name", "A")]).await, w.create(COMPANY, &[("name", "B")]).await);
        let plain = vec![LinkType::defined(279)];
        let associations = vec![(a.id, plain.clone()), (b.id, plain)];
        let ann = CreateInput { associations, ..input(&[("firstname", "Ann")]) };
        let ann = record::create(&w.app, &w.system(), CONTACT, ann).await.expect("a record").record;
        assert_eq!(ann.get("associatedcompanyid"), Some(a.id.to_string().as_str()), "{}", w.fresh.engine);
        assert_eq!(linked(&w, (CONTACT, ann.id), COMPANY).await, [(a.id, vec![1, 279]), (b.id, vec![279])], "{}", w.fresh.engine);
        assert_eq!(linked(&w, (COMPANY, a.id), CONTACT).await, [(ann.id, vec![2, 280])], "{}", w.fresh.engine);
        let cx = w.system();
        let link = association::link(&w.app, &cx, (CONTACT, ann.id), (COMPANY, b.id), vec![LinkType::defined(1)]);
        must_be_send(link).await.expect("a link");
        assert_eq!(linked(&w, (CONTACT, ann.id), COMPANY).await, [(a.id, vec![279]), (b.id, vec![1, 279])], "{}", w.fresh.engine);
        assert_eq!(primary_value(&w, ann.id).await, Some(b.id.to_string()), "{}", w.fresh.engine);
        let head = w.feed_head().await;
        association::link(&w.app, &w.system(), (CONTACT, ann.id), (COMPANY, b.id), vec![]).await.expect("a link");
        assert_eq!(w.feed_head().await, head, "{}: linking again wrote", w.fresh.engine);
        must_be_send(association::unlink(&w.app, &w.system(), (COMPANY, b.id), (CONTACT, ann.id))).await.expect("unlinked");
        assert_eq!(primary_value(&w, ann.id).await, None, "{}", w.fresh.engine);
        let patch = values(&[("associatedcompanyid", &a.id.to_string())]);
        record::update(&w.app, &w.system(), CONTACT, &Key::id(ann.id), &patch).await.expect("an update");
        assert_eq!(linked(&w, (CONTACT, ann.id), COMPANY).await, [(a.id, vec![1, 279])], "{}", w.fresh.engine);
        record::update(&w.app, &w.system(), CONTACT, &Key::id(ann.id), &values(&[("associatedcompanyid", "")]))
            .await
            .expect("an update");
        assert_eq!(linked(&w, (CONTACT, ann.id), COMPANY).await, [(a.id, vec![279])], "{}", w.fresh.engine);
        let patch = values(&[("associatedcompanyid", "999999"), ("city", "Bo")]);
        let refused = record::update(&w.app, &w.system(), CONTACT, &Key::id(ann.id), &patch).await.expect_err("a refusal");
        assert_eq!(refused.code, "ASSOCIATED_RECORD_NOT_FOUND", "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_company_becomes_primary_for_a_contact_that_had_none() {
    for w in worlds().await {
        let ann = w.create(CONTACT, &[("firstname", "Ann")]).await;
        let company = CreateInput { associations: vec![(ann.id, vec![LinkType::defined(280)])], ..input(&[("name", "A")]) };
        let company = record::create(&w.app, &w.system(), COMPANY, company).await.expect("a record").record;
        assert_eq!(primary_value(&w, ann.id).await, Some(company.id.to_string()), "{}", w.fresh.engine);
        let wrong =
            CreateInput { associations: vec![(RecordId(99_999), vec![LinkType::defined(280)])], ..input(&[("name", "B")]) };
        let refused = record::create(&w.app, &w.system(), COMPANY, wrong).await.expect_err("a refusal");
        assert_eq!(refused.code, "ASSOCIATED_RECORD_NOT_FOUND", "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_links_fails_input_by_input_and_archived_records_are_not_shown() {
    for w in worlds().await {
        let company = w.create(COMPANY, &[("name", "A")]).await;
        let contacts = [w.create(CONTACT, &[("firstname", "A")]).await, w.create(CONTACT, &[("firstname", "B")]).await];
        let to = |to: RecordId| LinkInput { from: company.id, to, types: vec![] };
        let inputs = [to(contacts[0].id), to(RecordId(77)), to(contacts[1].id)];
        let batch = must_be_send(association::link_batch(&w.app, &w.system(), COMPANY, CONTACT, &inputs)).await.expect("a batch");
        assert_eq!((batch.linked.len(), batch.errors[0].0), (2, 1), "{}", w.fresh.engine);
        record::archive(&w.app, &w.system(), CONTACT, &Key::id(contacts[0].id)).await.expect("archived");
        assert_eq!(linked(&w, (COMPANY, company.id), CONTACT).await, [(contacts[1].id, vec![2, 280])], "{}", w.fresh.engine);
        let many =
            association::list_batch(&w.app, &w.system(), COMPANY, &[company.id, RecordId(5)], CONTACT).await.expect("links");
        assert_eq!(many.links.len(), 1, "{}", w.fresh.engine);
        record::restore(&w.app, &w.system(), CONTACT, &Key::id(contacts[0].id)).await.expect("restored");
        assert_eq!(linked(&w, (COMPANY, company.id), CONTACT).await.len(), 2, "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_of_ones_own_links_in_both_directions_and_goes_with_its_links() {
    for w in worlds().await {
        let label =
            LabelInput { name: "billing".into(), label: "Billing contact".into(), inverse: Some("Billed company".into()) };
        let made = must_be_send(association::create_label(&w.app, &w.system(), COMPANY, CONTACT, label)).await.expect("a label");
        let (company, ann) = (w.create(COMPANY, &[("name", "A")]).await, w.create(CONTACT, &[("firstname", "Ann")]).await);
        let own = LinkType { category: Category::UserDefined, type_id: made[0].type_id };
        association::link(&w.app, &w.system(), (COMPANY, company.id), (CONTACT, ann.id), vec![own]).await.expect("a link");
        let back = linked(&w, (CONTACT, ann.id), COMPANY).await;
        assert_eq!(back, [(company.id, vec![1, 279, made[1].type_id])], "{}", w.fresh.engine);
        let labels = association::labels(&w.app, &w.system(), CONTACT, COMPANY).await.expect("labels");
        assert!(labels.iter().any(|(_, l)| l.as_deref() == Some("Billed company")), "{}", w.fresh.engine);
        association::update_label(&w.app, &w.system(), COMPANY, CONTACT, made[0].type_id, "Payer", None).await.expect("renamed");
        association::archive_label(&w.app, &w.system(), COMPANY, CONTACT, made[0].type_id).await.expect("archived");
        assert_eq!(linked(&w, (CONTACT, ann.id), COMPANY).await, [(company.id, vec![1, 279])], "{}", w.fresh.engine);
        let gone = association::archive_label(&w.app, &w.system(), COMPANY, CONTACT, made[0].type_id).await.expect_err("gone");
        assert_eq!(gone.code, "ASSOCIATION_LABEL_NOT_FOUND", "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_shows_activities_and_deals_newest_first_with_their_owners() {
    for w in worlds().await {
        let acme = w.create(COMPANY, &[("name", "Acme")]).await;
        let note = |day: &str| CreateInput {
            associations: vec![(acme.id, vec![LinkType::defined(190)])],
            ..input(&[("hs_timestamp", day), ("hs_note_body", "hello"), ("hubspot_owner_id", "41")])
        };
        let notes = vec![note("2026-01-01"), note("2026-03-01")];
        let notes = record::create_batch(&w.app, &w.system(), NOTE, notes).await.expect("notes").records;
        let deal = CreateInput {
            associations: vec![(acme.id, vec![LinkType::defined(341)])],
            ..input(&[("dealname", "Big"), ("dealstage", "closedwon"), ("closedate", "2026-02-01")])
        };
        let deal = record::create(&w.app, &w.system(), DEAL, deal).await.expect("a deal").record;
        let first = must_be_send(timeline::read(&w.app, &w.system(), COMPANY, acme.id, None, 2)).await.expect("a page");
        let rest = timeline::read(&w.app, &w.system(), COMPANY, acme.id, first.before, 2).await.expect("a page");
        let seen: Vec<_> = first.items.iter().chain(&rest.items).map(|i| (i.record.id, i.owner_name.as_deref())).collect();
        assert_eq!(seen, [(notes[1].0.id, Some("Ann")), (deal.id, None), (notes[0].0.id, Some("Ann"))], "{}", w.fresh.engine);
        assert!(rest.before.is_none(), "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_has_one_parent_and_counts_are_taken_when_asked_for() {
    for w in worlds().await {
        let parents = [w.create(COMPANY, &[("name", "P")]).await, w.create(COMPANY, &[("name", "Q")]).await];
        let child = CreateInput { associations: vec![(parents[0].id, vec![LinkType::defined(14)])], ..input(&[("name", "C")]) };
        let child = record::create(&w.app, &w.system(), COMPANY, child).await.expect("a record").record.id;
        let parent = async || {
            let read = record::read(&w.app, &w.system(), COMPANY, &Key::id(child), false).await.expect("a record");
            read.record.get("hs_parent_company_id").map(str::to_owned)
        };
        assert_eq!(parent().await, Some(parents[0].id.to_string()), "{}", w.fresh.engine);
        let (from, to) = ((COMPANY, parents[1].id), (COMPANY, child));
        association::link(&w.app, &w.system(), from, to, vec![LinkType::defined(13)]).await.expect("a link");
        assert_eq!(parent().await, Some(parents[1].id.to_string()), "{}", w.fresh.engine);
        assert_eq!(linked(&w, (COMPANY, child), COMPANY).await.len(), 2, "{}: plain links stay", w.fresh.engine);
        let contact =
            CreateInput { associations: vec![(parents[1].id, vec![LinkType::defined(279)])], ..input(&[("firstname", "A")]) };
        record::create(&w.app, &w.system(), CONTACT, contact).await.expect("a record");
        let mut records = parents.clone();
        let asked = ["hs_num_child_companies", "num_associated_contacts", "num_associated_deals", "name"];
        must_be_send(association::fill_counters(&w.app, &w.system(), &mut records, &asked)).await.expect("counters");
        let counts = |i: usize| asked.map(|p| records[i].get(p).unwrap_or_default().to_owned());
        assert_eq!((counts(0), counts(1)), (["0", "0", "0", "P"].map(str::to_owned), ["1", "1", "0", "Q"].map(str::to_owned)));
        association::unlink(&w.app, &w.system(), to, from).await.expect("unlinked");
        assert_eq!(parent().await, None, "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_company_stands_below_itself() {
    for w in worlds().await {
        let mut ids = Vec::new();
        for name in ["A", "B", "C"] {
            ids.push((COMPANY, w.create(COMPANY, &[("name", name)]).await.id));
        }
        let parent = async |parent: usize, child: usize| {
            let done = association::link(&w.app, &w.system(), ids[parent], ids[child], vec![LinkType::defined(13)]).await;
            done.map(|_| ()).map_err(|error| error.code)
        };
        assert_eq!(parent(0, 1).await, Ok(()), "{}", w.fresh.engine);
        assert_eq!(parent(1, 0).await, Err("COMPANY_PARENT_LOOP"), "{}", w.fresh.engine);
        assert_eq!(parent(1, 2).await, Ok(()), "{}", w.fresh.engine);
        assert_eq!(parent(2, 0).await, Err("COMPANY_PARENT_LOOP"), "{}", w.fresh.engine);
        assert_eq!(parent(0, 2).await, Ok(()), "{}: a child may move up", w.fresh.engine);
    }
}
