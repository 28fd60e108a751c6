//! The sample group, and what an operator does with a whole instance. One test, because loading takes a while.

use crate::run::{Server, json, open, run};
use model::id::AccountId;
use model::object::{CALL, COMPANY, CONTACT, DEAL, EMAIL, MEETING, NOTE, TASK};
use serde_json::Value;
use std::path::Path;

async fn count(data: &Path, account: i64, object: model::object::ObjectType) -> usize {
    let mut tx = open(data).await.read(AccountId(account)).await.expect("a read");
    store::record::count(&mut tx, object).await.expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_group_is_whole_and_moves_to_postgresql_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let loaded = json(&data, &["demo"]);
    let names: Vec<&str> = loaded["accounts"].as_array().expect("accounts").iter().filter_map(|a| a["name"].as_str()).collect();
    assert_eq!(names, ["Central", "East", "West"]);
    let users = loaded["users"].as_array().expect("users");
    let everywhere: Vec<&Value> = users.iter().filter(|u| u["accounts"].as_array().is_some_and(|a| a.len() == 3)).collect();
    assert_eq!((users.len(), everywhere.len()), (1 + 35 + 6, 1));
    let mut n_deals = 0;
    for account in loaded["accounts"].as_array().expect("accounts") {
        let id = account["id"].as_i64().expect("an id");
        n_deals += count(&data, id, DEAL).await;
        for object in [COMPANY, CONTACT, NOTE, CALL, EMAIL, MEETING, TASK] {
            assert!(count(&data, id, object).await > 50, "{object} of {id}");
        }
    }
    assert_eq!(n_deals, 8_800);
    assert_eq!(run(&data, &["demo"]).code, 1, "the sample group was loaded twice");
    assert_eq!(json(&data, &["doctor"])["ok"], true);

    let leaver = users.iter().find(|u| u["accounts"].as_array().is_some_and(|a| a.len() == 1)).expect("a rep");
    let email = leaver["email"].as_str().expect("an address");
    let off_board = ["org", "off-board", "--account", "Central", email];
    let outcome = |document: &Value| document["results"][0]["outcome"].as_str().map(str::to_owned);
    let planned = json(&data, &[off_board.as_slice(), &["--dry-run"]].concat());
    assert_eq!((outcome(&planned).as_deref(), planned["results"][0]["status"].as_str()), (Some("done"), Some("active")));
    assert_eq!(outcome(&json(&data, &off_board)).as_deref(), Some("done"), "the dry run did it already");
    assert_eq!(outcome(&json(&data, &off_board)).as_deref(), Some("off_already"));

    let there = testkit::postgres().await;
    // The test kit's database is migrated but empty, as a target should be.
    let moved = json(&data, &["move-engine", "--to", &there.dsn]);
    let back = folder.path().join("back");
    std::fs::create_dir(&back).expect("a folder");
    let config = folder.path().join("postgres.toml");
    std::fs::write(&config, format!("database = \"{}\"", there.dsn)).expect("a configuration");
    let target = back.join("consortio.db");
    let args = ["move-engine", "--config", &config.to_string_lossy(), "--to", &target.to_string_lossy()];
    let returned = json(&folder.path().join("scratch"), &args);
    assert_eq!(moved, returned, "what came back is not what went out");
    assert_eq!(moved["home"]["record"]["nRows"], loaded_records(&data).await);

    std::fs::copy(data.join("seal.key"), back.join("seal.key")).expect("the key");
    let server = Server::start(&back);
    assert!(server.said.get("setupUrl").is_none(), "somebody can sign in already: {}", server.said);
    let token = loaded["accounts"][2]["token"].as_str().expect("a token");
    let (status, details) = server.request("GET /account-info/v3/details", token, &Value::Null).expect("an answer");
    assert_eq!((status, &details["portalId"]), (200, &loaded["accounts"][2]["id"]));
}

async fn loaded_records(data: &Path) -> u64 {
    let store = open(data).await;
    let engine = store.locations().next().expect("a location").1.clone();
    store::move_engine::digests(&[engine]).await.expect("digests")["record"].n_rows
}
