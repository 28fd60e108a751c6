//! Uploaded files in chunks.

use crate::directory::*;
use store::upload;

#[tokio::test]
async fn an_upload_comes_back_chunk_by_chunk_until_it_is_erased() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let chunks = [vec![0, 255, b'\'', b'\n'], vec![], vec![7; 100_000]];
        let mut tx = store.write(WEST).await.expect("a transaction");
        for (number, bytes) in (0..).zip(&chunks) {
            upload::create(&mut tx, "a.csv", number, bytes.clone(), now() + hours(number)).await.expect("a chunk");
        }
        upload::create(&mut tx, "b.csv", 0, vec![1], now()).await.expect("a chunk");
        assert_eq!(upload::is_shared(&tx), fresh.engine == "postgres");
        tx.commit_bookkeeping().await.expect("a commit");
        let mut tx = store.read(WEST).await.expect("a read");
        for (number, bytes) in (0..).zip(&chunks) {
            assert_eq!(upload::load(&mut tx, "a.csv", number).await.expect("a read").as_ref(), Some(bytes), "{}", fresh.engine);
        }
        assert_eq!(upload::load(&mut tx, "a.csv", 3).await.expect("a read"), None);
        let listed = upload::list(&mut tx).await.expect("the list");
        assert_eq!(listed, [("a.csv".to_owned(), now() + hours(2)), ("b.csv".to_owned(), now())], "{}", fresh.engine);
        drop(tx);
        let exists =
            async |account| upload::exists(&mut store.read(account).await.expect("a read"), "a.csv").await.expect("a look");
        assert_eq!((exists(WEST).await, exists(EAST).await), (true, false), "{}: another account's", fresh.engine);
        let mut tx = store.write(WEST).await.expect("a transaction");
        upload::erase(&mut tx, "a.csv").await.expect("it goes");
        tx.commit_bookkeeping().await.expect("a commit");
        assert!(!exists(WEST).await, "{}", fresh.engine);
        assert_eq!(upload::list(&mut store.read(WEST).await.expect("a read")).await.expect("the list").len(), 1);
    }
}
