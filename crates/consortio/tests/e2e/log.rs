//! The organization's log from outside: exported, and verified by the command line and by the API, on both engines.

use crate::run::{Server, command, json, run};
use serde_json::{Value, json as value};
use std::io::Write;
use std::path::Path;
use store::{Durability, Engine};

/// North and South in one organization with one open edge.
fn organize(data: &Path) {
    for name in ["North", "South"] {
        json(data, &["account", "create", name]);
    }
    json(data, &["organization", "create", "Both", "--account", "North", "--with", "South", "--acknowledge"]);
    let open =
        ["organization", "open", "--from", "North", "--to", "South", "--purpose", "One service", "--legal-basis", "contract"];
    json(data, &open);
}

/// A token that reads the organization for a Super Admin.
fn token(data: &Path) -> String {
    let args = ["user", "create", "--account", "North", "--name", "Eve", "eve@ex.example", "--role", "super_admin"];
    let mut child =
        command(data, &[&args[..], &["--password-stdin"]].concat()).stdin(std::process::Stdio::piped()).spawn().expect("it runs");
    writeln!(child.stdin.take().expect("its input"), "a long enough phrase").expect("it reads");
    assert!(child.wait().expect("it ends").success());
    let args = ["token", "create", "--account", "North", "--for", "eve@ex.example", "--scope", "organization.read", "reader"];
    json(data, &args)["token"].as_str().expect("a token").to_owned()
}

async fn alter(database: &str, sql: &str) {
    let mut tx = Engine::open(database, Durability::Full).await.expect("the database").write().await.expect("a transaction");
    assert_eq!(tx.execute(sql, &[]).await.expect("an alteration"), 1, "{sql}");
    tx.commit().await.expect("a commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn scenario_77_one_altered_byte_is_named_by_the_command_line_and_by_the_api() {
    let there = testkit::postgres().await;
    for postgres in [None, Some(&there.dsn)] {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        if let Some(dsn) = postgres {
            std::fs::write(folder.path().join("consortio.toml"), format!("database = \"{dsn}\"\n")).expect("a configuration");
        }
        let database = postgres.cloned().unwrap_or_else(|| data.join("consortio.db").to_string_lossy().into_owned());
        organize(&data);
        let entries = json(&data, &["organization", "log", "--account", "South"]);
        let n = entries.as_array().expect("entries").len();
        let opened =
            entries.as_array().and_then(|all| all.iter().find(|e| e["act"] == "edge_opened")).expect("an entry")["seq"].clone();
        let file = folder.path().join("log.csv");
        let exported = json(&data, &["organization", "log", "--account", "North", "--export", &file.to_string_lossy()]);
        let lines = std::fs::read_to_string(&file).expect("the exported log").lines().count();
        assert_eq!((exported["nEntries"].as_u64(), lines), (Some(n as u64), n + 1));

        let (token, server) = (token(&data), Server::start(&data));
        let id = json(&data, &["organization", "show", "--account", "North"])["id"].clone();
        let line = format!("GET /organizations/v1/{}/log/verify", id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let named = |what: &str, expected: &Value| {
            let shown = run(&data, &["organization", "verify", "--account", "North", "--json"]);
            let code = if expected.is_null() { 0 } else { 2 };
            assert_eq!((shown.code, &shown.json()["altered"]), (code, expected), "{database}: {what}: {shown:?}");
            let (status, answer) = server.request(&line, &token, &Value::Null).expect("an answer");
            assert_eq!((status, &answer["altered"], &answer["head"]), (200, expected, &shown.json()["head"]), "{what}: {answer}");
        };
        named("as it was written", &Value::Null);
        let set = |to: &str, from: &str| format!("UPDATE organization_log SET act = '{to}' WHERE act = '{from}'");
        let alterations = [
            (set("edge_closed", "edge_opened"), set("edge_opened", "edge_closed"), opened),
            (plus("at", "at + 1", 1), plus("at", "at - 1", 1), value!(1)),
            (plus("detail", "detail || ' '", 2), plus("detail", "RTRIM(detail)", 2), value!(2)),
            (plus("subject", "'x' || subject", 3), plus("subject", "SUBSTR(subject, 2)", 3), value!(3)),
        ];
        for (sql, back, seq) in alterations {
            alter(&database, &sql).await;
            named(&sql, &seq);
            alter(&database, &back).await;
            named(&back, &Value::Null);
        }
        alter(&database, "DELETE FROM organization_log WHERE seq = 2").await;
        named("one is gone", &value!(2));
    }
}

fn plus(column: &str, text: &str, seq: i64) -> String {
    format!("UPDATE organization_log SET {column} = {text} WHERE seq = {seq}")
}
