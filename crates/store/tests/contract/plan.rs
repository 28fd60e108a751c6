//! What a mirrored page asks, it asks by an index: an account may have millions of records, and four accounts answer at once.

use model::change::{Interest, Kind};
use model::id::{AccountId, RecordId};
use model::object::DEAL;
use store::{Dialect, Value};

/// SQLite's plan of a statement, one line per table.
async fn plan(store: &store::Store, sql: &str, params: &[Value]) -> Vec<String> {
    let mut tx = store.read_home().await.unwrap();
    assert_eq!(tx.dialect(), Dialect::Sqlite);
    let rows = tx.query(&format!("EXPLAIN QUERY PLAN {sql}"), params).await.unwrap();
    rows.into_iter().map(|mut row| row.text(3).unwrap()).collect()
}

#[tokio::test]
async fn the_questions_of_a_mirrored_page_are_answered_by_an_index() {
    let fresh = testkit::sqlite().await;
    let account = AccountId(1);
    let text = |t: &str| Value::from(t);
    let by_domain = [account.into(), 2.into(), text("acme.example"), 25.into()];
    let domain = plan(&fresh.store, &store::record::by_domain(), &by_domain).await;
    assert_eq!(domain[0], "SEARCH record USING INDEX record_domain (account_id=? AND type_id=? AND domain=?)");
    let further = plan(&fresh.store, &store::domain::by_further(), &by_domain).await;
    assert_eq!(further[0], "SEARCH d USING PRIMARY KEY (account_id=? AND domain=?)");
    assert!(further[1].starts_with("SEARCH record USING"), "{further:?}");
    let disclosed = plan(&fresh.store, &store::feed::disclosed(), &[account.into(), 9.into(), 9.into()]).await;
    let numbers = "SEARCH change USING COVERING INDEX change_disclosed (account_id=? AND kind=? AND seq<?)";
    assert!(disclosed.iter().any(|line| line == numbers), "{disclosed:?}");
    assert_eq!(disclosed[0], "SEARCH change USING PRIMARY KEY (account_id=? AND seq=?)");
    let (sql, params) = store::mirror::behind(account, &[RecordId(1), RecordId(2)]);
    let behind = plan(&fresh.store, &sql, &params).await;
    assert_eq!(behind[0], "SEARCH a USING PRIMARY KEY (account_id=? AND from_type=? AND from_id=? AND to_type=?)");
    assert!(behind.iter().all(|line| !line.starts_with("SCAN")), "{behind:?}");
}

#[tokio::test]
async fn what_consumers_ask_is_one_range_of_an_index() {
    let fresh = testkit::sqlite().await;
    let params: [Value; 5] = [1.into(), 2.into(), 2.into(), 9.into(), 9.into()];
    let tallies = plan(&fresh.store, &store::rollup::tallies(), &params).await;
    let range = "SEARCH a USING COVERING INDEX association_timeline (account_id=? AND from_id=? AND sort_at>?)";
    assert!(tallies.iter().any(|line| line == range), "{tallies:?}");
    let archived = "SEARCH r USING INDEX record_archived (account_id=? AND type_id=? AND id>? AND id<?)";
    assert!(tallies.iter().any(|line| line == archived), "{tallies:?}");
    let interest = Interest { kinds: &[(Kind::RecordUpdated, &[DEAL]), (Kind::AssociationLinked, &[])], calculated: false };
    let seen = plan(&fresh.store, &store::feed::interesting(&interest), &params[..4]).await;
    assert_eq!(seen, ["SEARCH change USING PRIMARY KEY (account_id=? AND seq>? AND seq<?)"]);
}

#[tokio::test]
async fn a_dry_run_reads_ranges_of_indexes_and_no_record_of_who_objects() {
    let fresh = testkit::sqlite().await;
    let params: [Value; 5] = [1.into(), 1.into(), Value::from("a"), 0.into(), 10.into()];
    let emails = plan(&fresh.store, &store::matching::statement(model::object::CONTACT), &params).await;
    let range = "SEARCH k USING PRIMARY KEY (account_id=? AND type_id=? AND property=? AND value>?)";
    assert_eq!(emails[0], range, "{emails:?}");
    assert!(emails.iter().all(|line| !line.contains("SCAN") && !line.contains("TEMP")), "{emails:?}");
    let domains = plan(&fresh.store, &store::matching::statement(model::object::COMPANY), &params).await;
    let first = "SEARCH record USING INDEX record_domain (account_id=? AND type_id=? AND domain>?)";
    let further = "SEARCH k USING PRIMARY KEY (account_id=? AND domain>?)";
    assert!([first, further].iter().all(|line| domains.iter().any(|found| found == line)), "{domains:?}");
}
