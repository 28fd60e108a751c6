//! A whole instance arrives on the other engine as it was, or not at all.

use model::change::{Actor, By, Change, Kind, Source, Values};
use model::id::RecordId;
use model::object::CONTACT;
use store::move_engine::{CopyError, copy, digests};
use store::{Engine, INSTANCE, Store, backup};
use testkit::start;

fn by() -> By {
    By { actor: Actor::System, source: Source::Internal, cause: None }
}

/// Rows with everything that could get lost on the way: documents, order of keys, texts beyond ASCII, nulls, more than a page.
async fn fill(store: &Store) {
    let mut tx = store.write(INSTANCE).await.expect("a transaction");
    let texts = ["", "Åse \"quoted\"", "{\"b\": 1, \"a\": [2, {\"d\": null, \"c\": 1.50}]}", "line\nbreak"];
    for (i, text) in texts.iter().enumerate() {
        tx.execute("INSERT INTO instance (name, value) VALUES ($1, $2)", &[format!("n{i}").into(), (*text).into()])
            .await
            .expect("a row");
    }
    let rows: Vec<_> = (0..4_100)
        .map(|i| {
            vec![
                INSTANCE.into(),
                CONTACT.into(),
                (i + 1_i64).into(),
                store::Value::Null,
                0.into(),
                0.into(),
                store::Value::Json(format!("{{\"z\":\"{i}\",\"email\":\"a{i}@x.example\"}}")),
            ]
        })
        .collect();
    let columns = ["account_id", "type_id", "id", "name", "created_at", "updated_at", "props"];
    tx.insert_many("record", &columns, &rows, "").await.expect("records");
    let values = Values::from([("email".to_owned(), (None, Some("åse@ex.example".to_owned())))]);
    let change = Change { values, ..Change::record(Kind::RecordUpdated, CONTACT, RecordId(5)) };
    tx.commit(&by(), start(), &[change]).await.expect("a commit");
}

fn engine(store: &Store) -> Engine {
    store.locations().next().expect("a location").1.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_moves_to_the_other_engine_and_back_and_is_the_same() {
    let (first, second, third) = (testkit::sqlite().await, testkit::postgres().await, testkit::sqlite().await);
    fill(&first.store).await;
    let [a, b, c] = [&first, &second, &third].map(|fresh| [engine(&fresh.store)]);
    let there = copy(&a, &b, &|_, _| 0, None, |_, _| {}).await.expect("SQLite to PostgreSQL");
    let back = copy(&b, &c, &|_, _| 0, Some(&there), |_, _| {}).await.expect("PostgreSQL to SQLite");
    assert_eq!(there, back);
    assert_eq!((there["record"].n_rows, there["instance"].n_rows, there["change"].n_rows), (4_100, 4, 1));
    assert_eq!(digests(&c).await.expect("digests"), digests(&a).await.expect("digests"));
    // The copy goes on where the original was: identifiers and feed numbers do not start again.
    let mut tx = third.store.write(INSTANCE).await.expect("a transaction");
    assert!(tx.take_ids(1).expect("an id") > 100);
    assert_eq!(
        tx.commit(&by(), start(), &[Change::record(Kind::RecordArchived, CONTACT, RecordId(5))]).await.expect("a commit"),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_with_rows_is_refused_and_left_alone() {
    let (from, to) = (testkit::sqlite().await, testkit::postgres().await);
    fill(&from.store).await;
    fill(&to.store).await;
    let before = digests(&[engine(&to.store)]).await.expect("digests");
    let refused = copy(&[engine(&from.store)], &[engine(&to.store)], &|_, _| 0, None, |_, _| {}).await.expect_err("a refusal");
    assert!(matches!(refused, CopyError::NotEmpty { .. }), "{refused}");
    assert_eq!(digests(&[engine(&to.store)]).await.expect("digests"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_comes_back_on_either_engine_and_a_damaged_one_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for from in testkit::engines().await {
        fill(&from.store).await;
        let file = folder.path().join(format!("{}.backup", from.engine));
        let written = backup::write(&from.store, &file, folder.path(), start(), "5ea1", |_, _| {}).await.expect("a backup");
        assert!(backup::write(&from.store, &file, folder.path(), start(), "5ea1", |_, _| {}).await.is_err(), "it was replaced");
        for to in testkit::engines().await {
            let read = backup::read(&to.store, &file, folder.path(), |_, _| {}).await.expect("a restore");
            assert_eq!(read, written, "{} to {}", from.engine, to.engine);
            assert_eq!(digests(&[engine(&to.store)]).await.expect("digests"), written.tables);
        }
        damage(&file).await;
        let to = testkit::sqlite().await;
        let refused = backup::read(&to.store, &file, folder.path(), |_, _| {}).await.expect_err("a refusal");
        assert!(matches!(&refused, CopyError::Differs { table, .. } if table == "record"), "{refused}");
        assert!(digests(&[engine(&to.store)]).await.expect("digests").values().all(|t| t.n_rows == 0));
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").flatten().map(|e| e.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("unfinished")), "{left:?}");
}

async fn damage(file: &std::path::Path) {
    let engine = Engine::open(&file.to_string_lossy(), store::Durability::Full).await.expect("the file");
    let mut tx = engine.write().await.expect("a transaction");
    let sql = "UPDATE record SET props = '{\"z\":\"1\"}' WHERE id = 4001";
    assert_eq!(tx.execute(sql, &[]).await.expect("a row"), 1);
    tx.commit().await.expect("a commit");
}
