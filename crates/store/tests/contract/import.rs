//! Imports and the rows they refused.

use crate::directory::*;
use model::change::Actor;
use model::id::{AccountId, ImportId, RecordId};
use model::import::{Column, Counts, Encoding, Job, Mapping, Mode, State};
use model::object::{COMPANY, CONTACT};
use store::import::{self, Refused};
use store::{Store, Tx, WriteTx};

fn job(content: &str) -> Job {
    let columns = vec![Column { column: "E-mail".to_owned(), property: Some("email".to_owned()) }];
    let mapping =
        Mapping { object: CONTACT, mode: Mode::Upsert, id_property: None, columns, date_order: None, number_format: None };
    Job {
        state: State::Waiting,
        file_name: "pæople.csv".to_owned(),
        file: "a.csv".to_owned(),
        mapping,
        encoding: Encoding::Windows1252,
        delimiter: ';',
        content: Some(content.to_owned()),
        n_total: 9,
        counts: Counts::default(),
        by: Actor::Person { id: ANN },
        created_at: now(),
        started_at: None,
        finished_at: None,
        failure: None,
    }
}

async fn put<T>(store: &Store, account: AccountId, statements: impl AsyncFnOnce(&mut WriteTx) -> store::Result<T>) -> T {
    let mut tx = store.write(account).await.expect("a transaction");
    let done = statements(&mut tx).await.expect("it is written");
    tx.commit_bookkeeping().await.expect("a commit");
    done
}

async fn get<T>(store: &Store, account: AccountId, statements: impl AsyncFnOnce(&mut Tx) -> store::Result<T>) -> T {
    statements(&mut store.read(account).await.expect("a read")).await.expect("it is read")
}

#[tokio::test]
async fn an_import_comes_back_as_it_stands_and_is_found_until_it_has_ended() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        for id in 1..=3 {
            put(store, WEST, async |tx| import::create(tx, ImportId(id), &job("hash")).await).await;
        }
        put(store, EAST, async |tx| import::create(tx, ImportId(1), &job("hash")).await).await;
        let load = async |account, id| get(store, account, async |tx| import::load(tx, ImportId(id)).await).await;
        assert_eq!((load(WEST, 1).await, load(EAST, 2).await), (Some(job("hash")), None), "{}", fresh.engine);
        let unfinished = async || get(store, WEST, async |tx| import::unfinished(tx).await).await;
        for (id, state) in [(1, State::Done), (2, State::Running)] {
            let stands = Job { state, counts: Counts { n_processed: 4, n_created: 3, n_updated: 0, n_failed: 1 }, ..job("hash") };
            put(store, WEST, async |tx| {
                assert_eq!(import::load_for_update(tx, ImportId(id)).await?, Some(job("hash")));
                import::update(tx, ImportId(id), &stands, now()).await
            })
            .await;
            assert_eq!(load(WEST, id).await, Some(stands), "{}", fresh.engine);
        }
        assert_eq!(unfinished().await, [ImportId(2), ImportId(3)], "{}: oldest first", fresh.engine);
        let ids = |found: Vec<(ImportId, Job)>| found.into_iter().map(|(id, _)| id.0).collect::<Vec<_>>();
        assert_eq!(ids(get(store, WEST, async |tx| import::list(tx, 2).await).await), [3, 2], "{}", fresh.engine);
        put(store, WEST, async |tx| import::create(tx, ImportId(4), &job("another")).await).await;
        assert_eq!(ids(get(store, WEST, async |tx| import::of_content(tx, "hash", 9).await).await), [3, 2, 1]);
        assert_eq!(
            ids(get(store, EAST, async |tx| import::of_content(tx, "another", 9).await).await),
            [0_i64; 0],
            "{}",
            fresh.engine
        );
    }
}

#[tokio::test]
async fn refused_rows_come_back_in_the_order_of_the_file_page_by_page() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let row = |row| Refused { row, reason: format!("line {row} is wrong ø"), line: "a,\"b\"".to_owned() };
        put(store, WEST, async |tx| import::refuse_many(tx, ImportId(1), &[row(7), row(3)]).await).await;
        put(store, WEST, async |tx| import::refuse_many(tx, ImportId(2), &[row(5)]).await).await;
        put(store, WEST, async |tx| import::refuse_many(tx, ImportId(1), &[]).await).await;
        let refused =
            async |after, limit| get(store, WEST, async |tx| import::refused(tx, ImportId(1), after, limit).await).await;
        assert_eq!(refused(0, 9).await, [row(3), row(7)], "{}", fresh.engine);
        assert_eq!((refused(0, 1).await, refused(3, 9).await, refused(7, 9).await), (vec![row(3)], vec![row(7)], vec![]));
        assert_eq!(get(store, EAST, async |tx| import::refused(tx, ImportId(1), 0, 9).await).await, []);
    }
}

#[tokio::test]
async fn a_domain_means_the_oldest_company_that_is_not_archived() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let of = |domain: &str| crate::crm::values(&[("domain", domain)]);
        let made = crate::crm::create(store, COMPANY, &[of("a.example"), of("b.example"), of("a.example")]).await;
        let found = async || {
            let mut found =
                get(store, store::INSTANCE, async |tx| import::companies_of(tx, &["a.example", "b.example", "c.example"]).await)
                    .await;
            found.sort();
            found
        };
        let named = |domain: &str, id: RecordId| (domain.to_owned(), id);
        assert_eq!(found().await, [named("a.example", made[0].id), named("b.example", made[1].id)], "{}", fresh.engine);
        let gone = model::record::Record { archived_at: Some(now()), ..made[0].clone() };
        crate::crm::save(store, &made[0], &gone).await;
        assert_eq!(found().await, [named("a.example", made[2].id), named("b.example", made[1].id)], "{}", fresh.engine);
    }
}
