//! Records that became one: every old id leads to what is there now, whoever waited included.

use crate::association::link;
use crate::crm::{by, create, values};
use jiff::SignedDuration;
use model::association::LinkType;
use model::change::{Change, Kind, Values};
use model::id::RecordId;
use model::object::{COMPANY, CONTACT, NOTE, ObjectType};
use model::property::Schema;
use model::record::merge::merge;
use model::record::{Record, UniqueKey, unique_keys};
use store::association::NewLink;
use store::{INSTANCE, Store, WriteTx, merged, record};
use testkit::start;

/// Merges two records in a transaction that is still open.
async fn replaced(store: &Store, object: ObjectType, sources: [&Record; 2]) -> (WriteTx, Record, Vec<Change>) {
    let schema = Schema::default_of(object);
    let mut tx = store.write_many(INSTANCE, 1).await.expect("a transaction");
    let ids = sources.map(|r| r.id);
    let found = merged::load_many_for_update(&mut tx, object, &ids).await.expect("records");
    let [a, b] = ids.map(|id| found.get(id).expect("a record").clone());
    let id = RecordId(tx.take_ids(1).expect("an id"));
    let new = merge(&schema, id, &a, &b, start()).expect("a merge");
    let old = [&a, &b].map(|r| (r, unique_keys(&schema, r)));
    merged::replace(&mut tx, old.into(), &new, unique_keys(&schema, &new)).await.expect("replaced");
    let last = |r: &Record| Change {
        values: Values::from([("email".to_owned(), (r.get("email").map(str::to_owned), None))]),
        detail: Some(serde_json::json!({"into": id})),
        ..Change::record(Kind::RecordMerged, object, r.id)
    };
    let changes = vec![Change::record(Kind::RecordCreated, object, id), last(&a), last(&b)];
    (tx, new, changes)
}

async fn made(store: &Store, object: ObjectType, sources: [&Record; 2]) -> Record {
    let (tx, new, changes) = replaced(store, object, sources).await;
    tx.commit(&by(), start(), &changes).await.expect("a commit");
    new
}

#[tokio::test(flavor = "multi_thread")]
async fn every_old_id_leads_to_the_last_record_of_a_chain_of_merges() {
    for fresh in testkit::engines().await {
        let inputs = ["a", "b", "c", "d"].map(|n| values(&[("email", &format!("{n}@ex.example"))]));
        let old = create(&fresh.store, CONTACT, &inputs).await;
        let ab = made(&fresh.store, CONTACT, [&old[0], &old[1]]).await;
        let cd = made(&fresh.store, CONTACT, [&old[2], &old[3]]).await;
        let all = made(&fresh.store, CONTACT, [&ab, &cd]).await;
        let ids: Vec<RecordId> = old.iter().map(|r| r.id).chain([ab.id, cd.id]).collect();
        let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        for id in &ids {
            assert_eq!(record::load(&mut tx, CONTACT, *id).await.expect("a load"), None, "{}", fresh.engine);
            let found = merged::load(&mut tx, CONTACT, *id).await.expect("a load").map(|r| r.id);
            assert_eq!(found, Some(all.id), "{}: {id}", fresh.engine);
            let locked = merged::load_for_update(&mut tx, CONTACT, *id).await.expect("a load").map(|r| r.id);
            assert_eq!(locked, Some(all.id), "{}: {id}", fresh.engine);
            assert_eq!(merged::load(&mut tx, COMPANY, *id).await.expect("a load"), None, "{}: another type", fresh.engine);
        }
        assert_eq!(merged::sources(&mut tx, CONTACT, all.id).await.expect("ids"), ids, "{}", fresh.engine);
        let asked = [old[0].id, all.id, RecordId(9_999_999)];
        let followed = merged::follow(&mut tx, CONTACT, &asked).await.expect("ids");
        assert_eq!(followed, [(old[0].id, all.id)].into(), "{}: what is there leads nowhere else", fresh.engine);
        let many = merged::load_many(&mut tx, CONTACT, &asked).await.expect("records");
        assert_eq!((many.id(old[0].id), many.id(all.id)), (all.id, all.id), "{}", fresh.engine);
        assert_eq!(asked.map(|id| many.get(id).is_some()), [true, true, false], "{}", fresh.engine);
        assert_eq!(many.into_records().count(), 1, "{}", fresh.engine);
        for n in ["a", "b", "c", "d"] {
            let key = UniqueKey::new("email", &format!("{n}@ex.example"));
            assert_eq!(record::find_by_key(&mut tx, CONTACT, &key).await.expect("a look"), Some(all.id), "{}", fresh.engine);
        }
        assert_eq!(record::count(&mut tx, CONTACT).await.expect("a count"), 1, "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_move_along_at_both_ends_and_one_that_both_had_is_one() {
    for fresh in testkit::engines().await {
        let people = create(&fresh.store, CONTACT, &["a", "b", "x"].map(|n| values(&[("firstname", n)]))).await;
        let notes = ["2026-01-01", "2026-01-02"].map(|at| values(&[("hs_timestamp", at), ("hs_note_body", "n")]));
        let notes = create(&fresh.store, NOTE, &notes).await;
        let (a, b, x) = (&people[0], &people[1], &people[2]);
        link(&fresh.store, &[(a, &notes[0]), (b, &notes[0]), (b, &notes[1])]).await;
        link(&fresh.store, &[(a, b), (b, x)]).await;
        let new = made(&fresh.store, CONTACT, [a, b]).await;
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let timeline = store::timeline::page(&mut tx, (CONTACT, new.id), &[NOTE], None, 10).await.expect("a page");
        assert_eq!(timeline.iter().map(|(_, r)| r.id).collect::<Vec<_>>(), [notes[1].id, notes[0].id], "{}", fresh.engine);
        for (from, expected) in [(notes[0].id, vec![new.id]), (notes[1].id, vec![new.id])] {
            let page = store::association::page(&mut tx, (NOTE, from), CONTACT, None, 10).await.expect("a page");
            assert_eq!(page.iter().map(|l| l.to).collect::<Vec<_>>(), expected, "{}", fresh.engine);
        }
        let others = store::association::page(&mut tx, (CONTACT, new.id), CONTACT, None, 10).await.expect("a page");
        assert_eq!(others.iter().map(|l| l.to).collect::<Vec<_>>(), [x.id], "{}: a link between the two stayed", fresh.engine);
        let left = "SELECT COUNT(*) FROM association WHERE from_id IN ($1, $2) OR to_id IN ($1, $2)";
        let mut row = tx.query_opt(left, &[a.id.into(), b.id.into()]).await.expect("a count").expect("a row");
        assert_eq!(row.int(0).expect("a number"), 0, "{}", fresh.engine);
    }
}

/// Whoever asked for a record to change it, or to link to it, while it was being merged.
#[tokio::test(flavor = "multi_thread")]
async fn who_waited_for_a_record_that_was_merged_meanwhile_gets_the_merged_one() {
    for fresh in testkit::engines().await {
        let old = create(&fresh.store, CONTACT, &["a", "b"].map(|n| values(&[("firstname", n)]))).await;
        let (tx, new, changes) = replaced(&fresh.store, CONTACT, [&old[0], &old[1]]).await;
        let id = old[1].id;
        let store = fresh.store.clone();
        let one = tokio::spawn(async move {
            let mut tx = store.write(INSTANCE).await.expect("a transaction");
            merged::load_for_update(&mut tx, CONTACT, id).await.expect("a load").map(|r| r.id)
        });
        let store = fresh.store.clone();
        let many = tokio::spawn(async move {
            let mut tx = store.write(INSTANCE).await.expect("a transaction");
            merged::load_many_to_link(&mut tx, CONTACT, &[id]).await.expect("a load").get(id).map(|r| r.id)
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        tx.commit(&by(), start(), &changes).await.expect("a commit");
        assert_eq!(one.await.expect("an end"), Some(new.id), "{}", fresh.engine);
        assert_eq!(many.await.expect("an end"), Some(new.id), "{}", fresh.engine);
    }
}

/// A link is seen by the merge although it was not committed when the merge began.
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_waits_for_who_is_linking_to_a_record() {
    for fresh in testkit::engines().await {
        let old = create(&fresh.store, CONTACT, &["a", "b"].map(|n| values(&[("firstname", n)]))).await;
        let note =
            create(&fresh.store, NOTE, &[values(&[("hs_timestamp", "2026-01-01"), ("hs_note_body", "n")])]).await.remove(0);
        let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        merged::load_many_to_link(&mut tx, CONTACT, &[old[0].id]).await.expect("records");
        let link = NewLink {
            from: (NOTE, note.id),
            to: (CONTACT, old[0].id),
            link_type: LinkType::defined(202),
            reverse: LinkType::defined(201),
            from_occurred_at: None,
            to_occurred_at: None,
        };
        store::association::insert_many(&mut tx, &[link], start()).await.expect("a link");
        let (store, sources) = (fresh.store.clone(), old.clone());
        let merging = tokio::spawn(async move { made(&store, CONTACT, [&sources[0], &sources[1]]).await });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        tx.commit(&by(), start() + SignedDuration::from_secs(1), &[Change::record(Kind::AssociationLinked, NOTE, note.id)])
            .await
            .expect("a commit");
        let new = merging.await.expect("an end");
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let page = store::association::page(&mut tx, (NOTE, note.id), CONTACT, None, 10).await.expect("a page");
        assert_eq!(page.iter().map(|l| l.to).collect::<Vec<_>>(), [new.id], "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_the_merged_record_erases_what_is_left_of_the_others() {
    for fresh in testkit::engines().await {
        let old = create(&fresh.store, CONTACT, &["a", "b"].map(|n| values(&[("email", &format!("{n}@ex.example"))]))).await;
        let new = made(&fresh.store, CONTACT, [&old[0], &old[1]]).await;
        let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        let before = store::feed::of_record(&mut tx, CONTACT, old[0].id, i64::MAX, 9).await.expect("changes");
        assert!(before.iter().any(|entry| !entry.change.values.is_empty()), "{}", fresh.engine);
        record::erase(&mut tx, &new, unique_keys(&Schema::default_of(CONTACT), &new)).await.expect("erased");
        for record in [&old[0], &old[1], &new] {
            assert_eq!(merged::load(&mut tx, CONTACT, record.id).await.expect("a load"), None, "{}", fresh.engine);
            let history = store::feed::of_record(&mut tx, CONTACT, record.id, i64::MAX, 9).await.expect("changes");
            assert!(!history.is_empty() && history.iter().all(|entry| entry.change.values.is_empty()), "{}", fresh.engine);
        }
        assert!(merged::sources(&mut tx, CONTACT, new.id).await.expect("ids").is_empty(), "{}", fresh.engine);
    }
}
