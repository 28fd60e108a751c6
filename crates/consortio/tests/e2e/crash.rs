//! Power cuts: nothing acknowledged is lost, nothing is doubled, the next start needs no repair.

use crate::run::{Server, command, json, open};
use model::id::AccountId;
use model::import::State;
use model::object::CONTACT;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn instance() -> (tempfile::TempDir, PathBuf, AccountId) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let account = json(&data, &["account", "create", "North"])["id"].as_i64().expect("an id");
    (folder, data, AccountId(account))
}

async fn contacts(data: &Path, account: AccountId) -> usize {
    let mut tx = open(data).await.read(account).await.expect("a read");
    store::record::count(&mut tx, CONTACT).await.expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_in_the_middle_is_finished_by_the_next_server_row_for_row() {
    const ROWS: usize = 30_000;
    let (folder, data, account) = instance();
    let file = folder.path().join("people.csv");
    let rows = (0..ROWS).map(|i| format!("p{i}@ex.example,Person {i}\n"));
    std::fs::write(&file, ["email,firstname\n".to_owned()].into_iter().chain(rows).collect::<String>()).expect("a file");
    let args = ["import", &file.to_string_lossy(), "--account", "North"];
    let mut importing = command(&data, &args).spawn().expect("it runs");
    // Looks until the first rows are in; the import takes much longer than a look.
    let store = loop {
        if data.join("consortio.db").exists() {
            break open(&data).await;
        }
    };
    let count = async || {
        let mut tx = store.read(account).await.expect("a read");
        store::record::count(&mut tx, CONTACT).await.expect("a count")
    };
    while count().await == 0 {
        tokio::task::yield_now().await;
    }
    importing.kill().expect("it dies");
    importing.wait().expect("it is dead");
    let n = count().await;
    assert!(n > 0 && n < ROWS, "{n} rows were in when it was killed");
    let mut tx = store.write(account).await.expect("a transaction");
    let id = store::import::unfinished(&mut tx).await.expect("the unfinished")[0];
    // Its lease would outlive this test; the server that starts now knows that it is alone and does not wait for it.
    let n = tx.execute("UPDATE lease SET expires_at = expires_at + 3600000000", &[]).await.expect("a longer lease");
    assert_eq!(n, 1);
    tx.commit_bookkeeping().await.expect("a commit");
    let began = std::time::Instant::now();
    let server = Server::start(&data);
    let done = loop {
        let mut tx = store.read(account).await.expect("a read");
        let job = store::import::load(&mut tx, id).await.expect("a read").expect("the job");
        if job.state.is_final() {
            break job;
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(300), "nobody goes on with {job:?}");
        tokio::task::yield_now().await;
    };
    assert_eq!((done.state, done.counts.n_created, done.counts.n_failed), (State::Done, ROWS as u64, 0));
    assert_eq!(contacts(&data, account).await, ROWS);
    server.kill();
    assert_eq!(json(&data, &["doctor"])["ok"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_power_cut_is_there_afterwards_once() {
    let (_folder, data, account) = instance();
    let token = json(&data, &["token", "create", "--account", "North", "writer"])["token"].as_str().expect("a token").to_owned();
    let acknowledged = Mutex::new(BTreeSet::new());
    for round in 0..3 {
        let server = Server::start(&data);
        let n = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let (server, token, acknowledged, n) = (&server, &token, &acknowledged, &n);
                scope.spawn(move || {
                    for i in 0.. {
                        let email = format!("r{round}w{writer}n{i}@ex.example");
                        let body = json!({"properties": {"email": email}});
                        match server.request("POST /crm/v3/objects/contacts", token, &body) {
                            Ok((201, _)) => {
                                acknowledged.lock().expect("a lock").insert(email);
                                n.fetch_add(1, Ordering::Relaxed);
                            }
                            Ok(other) => panic!("{other:?}"),
                            // The power is gone.
                            Err(_) => return,
                        }
                    }
                });
            }
            while n.load(Ordering::Relaxed) < 150 {
                std::thread::yield_now();
            }
            server.cut();
        });
    }
    let server = Server::start(&data);
    let acknowledged = acknowledged.into_inner().expect("the acknowledged");
    for chunk in acknowledged.iter().collect::<Vec<_>>().chunks(100) {
        let inputs: Vec<_> = chunk.iter().map(|email| json!({"id": email})).collect();
        let body = json!({"idProperty": "email", "properties": ["email"], "inputs": inputs});
        let (status, found) = server.request("POST /crm/v3/objects/contacts/batch/read", &token, &body).expect("an answer");
        assert_eq!(
            (status, found["results"].as_array().map(Vec::len)),
            (200, Some(chunk.len())),
            "something acknowledged is lost"
        );
    }
    // At most one write per writer and round was under way unacknowledged when the power went.
    let n = contacts(&data, account).await;
    assert!((acknowledged.len()..=acknowledged.len() + 12).contains(&n), "{n} records for {} acknowledged", acknowledged.len());
    drop(server);
    assert_eq!(json(&data, &["doctor"])["ok"], true);
}
