//! Two data-hosting locations in one instance: each account's data stay where it lives, and an operator's commands cover all.

use crate::run::{Server, json, run};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use store::{Durability, Engine};

/// A folder with the configuration of an instance: the home database in its data folder unless named, and `abroad`.
fn instance(folder: &Path, home: Option<&str>, abroad: &str) -> PathBuf {
    std::fs::create_dir_all(folder).expect("a folder");
    let home = home.map(|dsn| format!("database = \"{dsn}\"\n")).unwrap_or_default();
    std::fs::write(folder.join("consortio.toml"), format!("{home}[locations]\nabroad = \"{abroad}\"\n"))
        .expect("a configuration");
    folder.join("data")
}

async fn rows(dsn: &str, table: &str) -> i64 {
    let engine = Engine::open(dsn, Durability::Full).await.expect("the database opens");
    let row = engine.read().await.expect("a read").query_opt(&format!("SELECT COUNT(*) FROM {table}"), &[]).await;
    row.expect("an answer").expect("a row").int(0).expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_two_locations_live_side_by_side_on_one_engine() {
    let folder = tempfile::tempdir().expect("a folder");
    let abroad = folder.path().join("abroad.db").to_string_lossy().into_owned();
    let other = folder.path().join("other.db").to_string_lossy().into_owned();
    live_in_two_places(folder.path(), &abroad, &other, &testkit::postgres().await.dsn).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_two_locations_live_side_by_side_on_two_engines() {
    let folder = tempfile::tempdir().expect("a folder");
    let (abroad, other) = (testkit::postgres().await, testkit::postgres().await);
    let moved = folder.path().join("moved.db").to_string_lossy().into_owned();
    live_in_two_places(folder.path(), &abroad.dsn, &other.dsn, &moved).await;
}

/// `restored` and `moved` are where the second location's data go when the instance is restored, and moved to other databases.
async fn live_in_two_places(folder: &Path, abroad: &str, restored: &str, moved: &str) {
    let data = instance(&folder.join("first"), None, abroad);
    let nowhere = run(&data, &["account", "create", "North", "--location", "nowhere"]);
    assert!(nowhere.code == 1 && nowhere.err.contains("no configured location; known: abroad, home"), "{nowhere:?}");
    let north = json(&data, &["account", "create", "North", "--subscription", "all=enterprise"]);
    let south = ["account", "create", "South", "--location", "abroad", "--currency", "DKK", "--subscription", "all=enterprise"];
    let south = json(&data, &south);
    assert_eq!((&north["location"], &south["location"]), (&"home".into(), &"abroad".into()));
    fill(folder, &data);
    serve(&data, &south["id"]);
    let home = data.join("consortio.db").to_string_lossy().into_owned();
    assert_eq!((rows(&home, "record").await, rows(abroad, "record").await), (1, 3));
    assert_eq!((rows(&home, "account").await, rows(abroad, "account").await), (2, 0), "the directory is at home only");
    organize(&data);
    cover(&data);
    let exported = export(&data, "South");
    assert_eq!(exported.lines().count(), 4, "{exported}");

    let file = folder.join("all.backup").to_string_lossy().into_owned();
    json(&data, &["backup", &file]);
    let again = instance(&folder.join("second"), None, restored);
    json(&again, &["restore", &file]);
    assert_eq!((export(&again, "South"), export(&again, "North")), (exported.clone(), export(&data, "North")));
    assert_eq!((rows(restored, "record").await, rows(restored, "account").await), (3, 0), "everything is where it belongs");
    assert_eq!(json(&again, &["doctor"])["ok"], true);

    let home_moved = folder.join("home-moved.db").to_string_lossy().into_owned();
    let part = run(&data, &["move-engine", "--to", &home_moved]);
    assert!(part.code == 2 && part.err.contains("the location \"abroad\" has no target"), "{part:?}");
    let reports = json(&data, &["move-engine", "--to", &home_moved, "--to-location", &format!("abroad={moved}")]);
    assert_eq!((&reports["home"]["record"]["nRows"], &reports["abroad"]["record"]["nRows"]), (&1.into(), &3.into()));
    let third = instance(&folder.join("third"), Some(&home_moved), moved);
    std::fs::create_dir(&third).expect("a data folder");
    std::fs::copy(data.join("seal.key"), third.join("seal.key")).expect("the key");
    assert_eq!(export(&third, "South"), exported);
}

fn export(data: &Path, account: &str) -> String {
    run(data, &["export", "--account", account, "--property", "email", "--property", "firstname"]).out
}

/// A file imported into one account; somebody who may sign in to both.
fn fill(folder: &Path, data: &Path) {
    let file = folder.join("people.csv");
    std::fs::write(&file, "email,firstname\na@ex.example,Ann\nb@ex.example,Bo\n").expect("a file");
    let imported = json(data, &["import", &file.to_string_lossy(), "--account", "South"]);
    assert_eq!((&imported["state"], &imported["created"]), (&"done".into(), &2.into()));
    for account in ["North", "South"] {
        let args = ["user", "create", "--account", account, "--name", "Eve", "eve@ex.example", "--role", "super_admin"];
        let mut child = crate::run::command(data, &[&args[..], &["--password-stdin"]].concat())
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("it runs");
        writeln!(child.stdin.take().expect("its input"), "a long enough phrase").expect("it reads");
        assert!(child.wait().expect("it ends").success());
    }
}

/// Records, search and live updates of both accounts through one server.
fn serve(data: &Path, south: &Value) {
    let token = |account: &str| {
        json(data, &["token", "create", "--account", account, "script"])["token"].as_str().expect("a token").to_owned()
    };
    let (of_north, of_south) = (token("North"), token("South"));
    let server = Server::start(data);
    let mut live = Live::open(&server, south);
    let create = |token: &str, email: &str| {
        let body = json!({"properties": {"email": email}});
        let (status, made) = server.request("POST /crm/v3/objects/contacts", token, &body).expect("an answer");
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().expect("an id").to_owned()
    };
    create(&of_north, "n@ex.example");
    let made = create(&of_south, "c@ex.example");
    live.wait_for(&made);
    let found = |token: &str| {
        let body = json!({"filterGroups": [{"filters": [{"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "ex.example"}]}]});
        let (status, found) = server.request("POST /crm/v3/objects/contacts/search", token, &body).expect("an answer");
        assert_eq!(status, 200, "{found}");
        found["total"].as_i64()
    };
    assert_eq!((found(&of_north), found(&of_south)), (Some(1), Some(3)));
    let (status, details) = server.request("GET /account-info/v3/details", &of_south, &Value::Null).expect("an answer");
    assert_eq!((status, &details["portalId"], &details["companyCurrency"]), (200, south, &"DKK".into()));
}

/// An open stream of live hints.
struct Live(BufReader<TcpStream>);

impl Live {
    fn open(server: &Server, account: &Value) -> Live {
        let body = json!({"email": "eve@ex.example", "password": "a long enough phrase"}).to_string();
        let head = format!("POST /identity/v1/sign-in HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", server.address);
        let rest = format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let mut stream = TcpStream::connect(&server.address).expect("a connection");
        stream.write_all((head + &rest).as_bytes()).expect("a request");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let cookie = text.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{text}"));
        let cookie = cookie.split(';').next().expect("a cookie");
        let mut stream = TcpStream::connect(&server.address).expect("a connection");
        let request =
            format!("GET /accounts/v1/live?account={account} HTTP/1.1\r\nhost: {}\r\ncookie: {cookie}\r\n\r\n", server.address);
        stream.write_all(request.as_bytes()).expect("a request");
        let mut live = Live(BufReader::new(stream));
        live.wait_for("hints of changes follow");
        live
    }

    fn wait_for(&mut self, wanted: &str) {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).expect("a line") > 0, "the stream ended before \"{wanted}\"");
            if line.contains(wanted) {
                return;
            }
        }
    }
}

/// An organization may span locations only with a written transfer mechanism.
fn organize(data: &Path) {
    let create = ["organization", "create", "Group", "--account", "North", "--with", "South", "--acknowledge"];
    for (policy, reason) in [(&["--parity"][..], "parity"), (&[], "no mechanism")] {
        let refused = run(data, &[&create, policy].concat());
        assert!(refused.code == 1 && refused.err.contains("hosted in another location"), "{reason}: {refused:?}");
    }
    let mechanism = ["--transfer-mechanism", "Standard contractual clauses of 2026-01-01"];
    let both = run(data, &[&create[..], &mechanism, &["--parity"]].concat());
    assert_eq!(both.code, 2, "parity knows no transfers: {both:?}");
    json(data, &[&create[..], &mechanism].concat());
    json(
        data,
        &["organization", "open", "--from", "South", "--to", "North", "--purpose", "One service", "--legal-basis", "contract"],
    );
}

/// What looks at the instance looks at every location.
fn cover(data: &Path) {
    let doctor = json(data, &["doctor"]);
    assert_eq!(doctor["ok"], true, "{doctor}");
    let found: Vec<&str> = doctor["findings"].as_array().expect("findings").iter().filter_map(|f| f["what"].as_str()).collect();
    for what in ["database of \"abroad\"", "schema of \"abroad\"", "feeds of \"abroad\"", "feeds of \"home\""] {
        assert!(found.contains(&what), "{what} in {found:?}");
    }
    let migrated = json(data, &["migrate"]);
    let names: Vec<&str> = migrated.as_array().expect("locations").iter().filter_map(|m| m["location"].as_str()).collect();
    assert_eq!(names, ["abroad", "home"]);
}

#[test]
fn two_locations_are_two_databases() {
    let folder = tempfile::tempdir().expect("a folder");
    let same = folder.path().join("data/consortio.db").to_string_lossy().into_owned();
    let data = instance(folder.path(), Some(&same), &same);
    let refused = run(&data, &["migrate"]);
    assert!(refused.code == 2 && refused.err.contains("\"abroad\" and \"home\" are the same database"), "{refused:?}");
}
