//! What consumers set aside: kept once, counted, told of once, taken back out.

use crate::directory::*;
use model::id::{AccountId, RecordId};
use store::inbox::{self, Parked};
use store::{Store, Tx, WriteTx};

async fn in_west<T>(store: &Store, statements: impl AsyncFnOnce(&mut WriteTx) -> store::Result<T>) -> T {
    let mut tx = store.write(WEST).await.expect("a transaction");
    let done = statements(&mut tx).await.expect("it is written");
    tx.commit_bookkeeping().await.expect("a commit");
    done
}

async fn of<T>(store: &Store, account: AccountId, statements: impl AsyncFnOnce(&mut Tx) -> store::Result<T>) -> T {
    statements(&mut store.read(account).await.expect("a read")).await.expect("it is read")
}

fn one(seq: i64, hour: i64) -> Parked {
    let record = (seq % 2 == 0).then_some(RecordId(seq * 10));
    Parked { seq, record, reason: format!("REFUSED: {seq} ø"), n_attempts: 1, parked_at: now() + hours(hour) }
}

#[tokio::test]
async fn a_change_that_is_set_aside_comes_back_until_it_is_taken_out() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let parked = async |account, consumer: &str| of(store, account, async |tx| inbox::parked(tx, consumer, 9).await).await;
        for (consumer, seq) in [("rollup", 4), ("rollup", 3), ("notice", 3)] {
            in_west(store, async |tx| inbox::park(tx, consumer, &one(seq, 0)).await).await;
        }
        assert_eq!(parked(WEST, "rollup").await, [one(3, 0), one(4, 0)], "{}: oldest first", fresh.engine);
        assert_eq!(parked(EAST, "rollup").await, []);
        let again = Parked { reason: "another".to_owned(), parked_at: now() + hours(9), ..one(3, 0) };
        in_west(store, async |tx| inbox::park(tx, "rollup", &again).await).await;
        let counted = Parked { reason: "another".to_owned(), n_attempts: 2, ..one(3, 0) };
        assert_eq!(parked(WEST, "rollup").await[0], counted, "{}: one more attempt, set aside since then", fresh.engine);
        let engine = store.locations().next().expect("a location").1;
        let counts = inbox::count_parked(engine).await.expect("a count");
        assert_eq!(counts, [("notice".to_owned(), 1), ("rollup".to_owned(), 2)], "{}", fresh.engine);
        let unpark = async || in_west(store, async |tx| inbox::unpark(tx, "rollup", 3).await).await;
        assert!(unpark().await && !unpark().await, "{}", fresh.engine);
        assert_eq!((parked(WEST, "rollup").await, parked(WEST, "notice").await), (vec![one(4, 0)], vec![one(3, 0)]));
    }
}

#[tokio::test]
async fn what_nobody_was_told_of_is_found_until_it_is_told_and_not_again_at_the_next_attempt() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        for (consumer, seq, hour) in [("rollup", 2, 5), ("rollup", 9, 1), ("notice", 1, 3)] {
            in_west(store, async |tx| inbox::park(tx, consumer, &one(seq, hour)).await).await;
        }
        let untold = async |account, limit| {
            let found = of(store, account, async |tx| inbox::untold(tx, limit).await).await;
            found.into_iter().map(|(consumer, one)| (consumer, one.seq)).collect::<Vec<_>>()
        };
        let named = |consumer: &str, seq| (consumer.to_owned(), seq);
        let all = [named("rollup", 9), named("notice", 1), named("rollup", 2)];
        assert_eq!(untold(WEST, 9).await, all, "{}: the newest last", fresh.engine);
        assert_eq!((untold(WEST, 2).await, untold(EAST, 9).await), (all[..2].to_vec(), vec![]));
        in_west(store, async |tx| inbox::set_told(tx, "rollup", 9).await).await;
        assert_eq!(untold(WEST, 9).await, all[1..], "{}", fresh.engine);
        in_west(store, async |tx| inbox::park(tx, "rollup", &one(9, 8)).await).await;
        assert_eq!(untold(WEST, 9).await, all[1..], "{}: she knows", fresh.engine);
        in_west(store, async |tx| inbox::unpark(tx, "rollup", 9).await).await;
        in_west(store, async |tx| inbox::park(tx, "rollup", &one(9, 8)).await).await;
        assert_eq!(untold(WEST, 9).await.last(), Some(&named("rollup", 9)), "{}: set aside anew", fresh.engine);
    }
}
