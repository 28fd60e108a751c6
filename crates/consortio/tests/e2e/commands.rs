//! What scripts rely on: JSON, exit codes, configuration that is refused by name.

use crate::run::{Server, command, ended, json, run};
use std::io::Write;
use std::process::Stdio;

fn folder() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    (folder, data)
}

#[test]
fn wrong_configuration_ends_with_two_and_names_the_key() {
    let (_folder, data) = folder();
    let wrong = ended(command(&data, &["migrate"]).env("CONSORTIO_LISTEN", "nowhere"));
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.err.contains("\"listen\" is \"nowhere\""), "{}", wrong.err);
    let unknown = ended(command(&data, &["migrate", "--json"]).env("CONSORTIO_LISSEN", "127.0.0.1:1"));
    assert_eq!(unknown.code, 2, "{unknown:?}");
    let error: serde_json::Value = serde_json::from_str(&unknown.out).expect("JSON");
    let message = error["error"]["message"].as_str().expect("a message");
    assert!(message.contains("unknown key \"lissen\" in the environment"), "{message}");
    assert_eq!(run(&data, &["frobnicate"]).code, 2);
    assert!(!data.exists(), "a refused command left a data folder");
}

#[test]
fn an_instance_is_set_up_filled_and_read_by_commands_alone() {
    let (folder, data) = folder();
    let account = json(&data, &["account", "create", "North", "--subscription", "sales=professional", "--currency", "DKK"]);
    assert_eq!((account["name"].as_str(), account["currency"].as_str()), (Some("North"), Some("DKK")));
    let user =
        json(&data, &["user", "create", "--account", "North", "--name", "Ann Bo", "ann@ex.example", "--role", "super_admin"]);
    assert!(user["link"].as_str().is_some_and(|link| link.starts_with("http://localhost:7373/")), "{user}");
    let named = json(&data, &["account", "contacts", "North", "--set", "primary=ann@ex.example", "--tell", "invoice=primary"]);
    assert_eq!(named["contacts"]["primary"], serde_json::json!(["ann@ex.example"]), "{named}");
    assert_eq!(named["notices"]["invoice"], serde_json::json!(["primary"]), "{named}");
    assert_eq!(run(&data, &["account", "contacts", "North", "--clear", "boss"]).code, 2);
    let policy = json(&data, &["account", "sign-in-policy", "North", "--idle-minutes", "60", "--exempt", "ann@ex.example"]);
    assert_eq!((&policy["idleMinutes"], &policy["exempt"][0]), (&60.into(), &"ann@ex.example".into()), "{policy}");
    assert_eq!(run(&data, &["account", "sign-in-policy", "North", "--way", "sms"]).code, 2);
    assert_eq!(run(&data, &["account", "sign-in-policy", "North", "--idle-minutes", "5"]).code, 1);
    assert_eq!(run(&data, &["user", "reset-password", "--account", "North", "ann@ex.example"]).code, 1, "she was only invited");
    let history = json(&data, &["account", "security-history", "North", "--kind", "user"]);
    assert_eq!((&history[0]["act"], &history[0]["by"]), (&"user.create".into(), &"the server".into()), "{history}");
    assert_eq!(run(&data, &["account", "security-history", "North", "--kind", "cats"]).code, 2);
    let set = ["permission-set", "create", "--account", "North", "Reps", "--permission", "contacts.view.owned"];
    assert_eq!(json(&data, &set)["permissions"], serde_json::json!(["contacts.view.owned"]));
    let wrong = run(&data, &["permission-set", "update", "--account", "North", "Reps", "--permission", "contacts.look"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let renamed = json(&data, &["permission-set", "update", "--account", "North", "Reps", "--name", "Sellers"]);
    assert_eq!((&renamed["name"], &renamed["permissions"][0]), (&"Sellers".into(), &"contacts.view.owned".into()));
    json(&data, &["permission-set", "delete", "--account", "North", "Sellers"]);
    assert_eq!(json(&data, &["permission-set", "list", "--account", "North"]), serde_json::json!([]));
    let token = json(&data, &["token", "create", "--account", "North", "script"]);
    assert!(token["token"].as_str().is_some_and(|t| t.starts_with("pat-")), "{token}");
    let file = folder.path().join("people.csv");
    std::fs::write(&file, "\u{feff}E-mail;Vorname;First name\r\na@ex.example;x;Åse\r\nnobody;x;Bo\r\n").expect("a file");
    let refused = folder.path().join("refused.csv");
    let (file, refused) = (file.to_string_lossy(), refused.to_string_lossy());
    let args = ["import", &file, "--account", "North", "--map", "Vorname=", "--refused", &refused, "--json"];
    let imported = run(&data, &args);
    assert_eq!(imported.code, 3, "rows were refused, so the code says so: {imported:?}");
    assert_eq!((&imported.json()["created"], &imported.json()["failed"]), (&1.into(), &1.into()));
    let lines = std::fs::read_to_string(&*refused).expect("the refused rows");
    assert_eq!(lines, "row,reason,E-mail,Vorname,First name\r\n3,Email address nobody is invalid,nobody,x,Bo\r\n");
    let exported = run(&data, &["export", "--account", "North", "--property", "email", "--property", "firstname"]);
    assert!(exported.out.contains("a@ex.example,Åse"), "{exported:?}");
    assert_eq!(json(&data, &["doctor"])["ok"], true);
    assert_eq!(json(&data, &["feed", "parked"]), serde_json::json!([]));
    let missing = run(&data, &["token", "list", "--account", "South"]);
    assert_eq!((missing.code, missing.err.as_str()), (1, "consortio: there is no account \"South\"\n"));
}

#[test]
fn every_account_that_cannot_join_is_named_with_every_reason() {
    let (_folder, data) = folder();
    for name in ["North", "South", "East"] {
        let tier = if name == "North" { "marketing=enterprise" } else { "sales=starter" };
        json(&data, &["account", "create", name, "--subscription", tier]);
    }
    let create = ["organization", "create", "All", "--account", "North", "--with", "South", "--with", "East"];
    let create: Vec<&str> = create.into_iter().chain(["--parity", "--acknowledge", "--json"]).collect();
    let refused = run(&data, &create);
    assert_eq!(refused.code, 1, "{refused:?}");
    let refused: serde_json::Value = serde_json::from_str(&refused.out).expect("JSON");
    let errors = refused["error"]["errors"].as_array().expect("every reason");
    assert_eq!(errors.iter().map(|e| e["code"].as_str().unwrap_or_default()).collect::<Vec<_>>(), ["TIER_TOO_LOW"; 2]);
    assert_ne!(errors[0]["accountId"], errors[1]["accountId"], "{refused}");
    let message = refused["error"]["message"].as_str().expect("a message");
    assert_eq!(message.matches("cannot be part of the organization").count(), 2, "{message}");
}

#[test]
fn a_file_without_identifiers_comes_in_twice_only_when_asked_to() {
    let (folder, data) = folder();
    json(&data, &["account", "create", "North"]);
    let file = folder.path().join("deals.csv");
    std::fs::write(&file, "Deal name;Deal stage;Amount\nOne;Closed Won;1.234,50\n").expect("a file");
    let file = file.to_string_lossy();
    let import = ["import", &file, "--account", "North", "--type", "deals"];
    assert_eq!(json(&data, &import)["created"], 1);
    let preview = json(&data, &[&import[..], &["--preview"]].concat());
    assert_eq!(preview["numberFormat"], "decimal_comma", "{preview}");
    assert!(preview["repeats"].is_number() || preview["repeats"].is_string(), "{preview}");
    let refused = run(&data, &[&import[..], &["--json"]].concat());
    assert_eq!((refused.code, refused.out.contains("IMPORT_ALREADY_DONE")), (1, true), "{refused:?}");
    assert_eq!(json(&data, &[&import[..], &["--again"]].concat())["created"], 1);
    let exported = run(&data, &["export", "--account", "North", "--type", "deals", "--property", "amount"]);
    assert_eq!(exported.out.matches("1234.50").count(), 2, "{exported:?}");
}

#[test]
fn a_first_password_can_come_from_standard_input_and_a_weak_one_is_refused() {
    let (_folder, data) = folder();
    json(&data, &["account", "create", "North"]);
    let create = |email: &str, password: &str| {
        let args = ["user", "create", "--account", "North", "--name", "Ann", email, "--password-stdin", "--json"];
        let mut child = command(&data, &args).stdin(Stdio::piped()).spawn().expect("it runs");
        writeln!(child.stdin.take().expect("its input"), "{password}").expect("it reads");
        child.wait_with_output().expect("it ends").status.code()
    };
    assert_eq!(create("a@ex.example", "short"), Some(1));
    assert_eq!(create("a@ex.example", "a long enough phrase"), Some(0));
}

#[test]
fn a_first_start_prints_a_set_up_link_and_a_second_server_is_kept_away() {
    let (_folder, data) = folder();
    let server = Server::start(&data);
    assert!(server.said["setupUrl"].as_str().is_some_and(|url| url.starts_with("http")), "{}", server.said);
    assert_eq!(server.request("GET /readyz", "", &serde_json::Value::Null).expect("an answer").0, 200);
    let second = run(&data, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains("in use by another consortio process"), "{}", second.err);
    assert!(server.stop(), "it did not end well");
}

#[test]
fn a_backup_is_restored_into_an_empty_folder_only() {
    let (folder, data) = folder();
    json(&data, &["account", "create", "North"]);
    let file = folder.path().join("all.backup");
    let file = file.to_string_lossy();
    json(&data, &["backup", &file]);
    assert_eq!(run(&data, &["backup", &file]).code, 2, "a backup was replaced");
    let other = folder.path().join("other");
    json(&other, &["restore", &file]);
    assert_eq!(json(&other, &["account", "list"]), json(&data, &["account", "list"]));
    let key = |data: &std::path::Path| std::fs::read(data.join("seal.key")).expect("the key");
    assert_eq!(key(&other), key(&data));
    let again = run(&other, &["restore", &file]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("the target is not empty"), "{}", again.err);
}

#[test]
fn wrong_arguments_are_json_for_who_asks_for_json() {
    let (_folder, data) = folder();
    for args in [&["frobnicate", "--json"][..], &["account", "list", "--json"]] {
        let wrong = run(&data, args);
        assert_eq!(wrong.code, 2, "{wrong:?}");
        let error: serde_json::Value = serde_json::from_str(&wrong.out).expect("JSON");
        assert!(error["error"]["message"].is_string(), "{error}");
    }
    assert!(!data.exists(), "a refused command left a data folder");
}

#[test]
fn a_mistyped_folder_makes_no_instance_and_a_strange_file_is_no_backup() {
    let (folder, data) = folder();
    let here = folder.path().join("passwd");
    std::fs::write(&here, "root:x:0:0:root:/root:/bin/sh\n").expect("a file");
    let here = here.to_string_lossy();
    for args in [&["account", "list"][..], &["doctor"], &["backup", "x"], &["move-engine", "--to", "y.db"]] {
        let wrong = run(&data, args);
        assert_eq!((wrong.code, wrong.err), (2, format!("consortio: there is no instance in {}\n", data.display())), "{args:?}");
    }
    let wrong = run(&data, &["restore", &here]);
    assert_eq!((wrong.code, wrong.err), (2, format!("consortio: {here} is no backup\n")));
    let wrong = ended(command(&data, &["migrate"]).env("CONSORTIO_DATABASE", "mysql://x"));
    assert!(wrong.code == 2 && wrong.err.contains("postgres:// address"), "{wrong:?}");
    let wrong = ended(command(&data, &["serve"]).env("CONSORTIO_LOG__LEVEL", "loud"));
    assert!(wrong.code == 2 && wrong.err.contains("\"loud\""), "{wrong:?}");
    assert!(!data.exists(), "a refused command left a data folder");
}

#[test]
fn a_damaged_backup_is_called_so() {
    let (folder, data) = folder();
    json(&data, &["account", "create", "North"]);
    let file = folder.path().join("all.backup");
    json(&data, &["backup", &file.to_string_lossy()]);
    let mut bytes = std::fs::read(&file).expect("the backup");
    bytes[4096..].fill(0xa5);
    std::fs::write(&file, bytes).expect("a damaged backup");
    let wrong = run(&folder.path().join("other"), &["restore", &file.to_string_lossy()]);
    assert_eq!((wrong.code, wrong.err), (1, format!("consortio: {} is a damaged backup\n", file.display())));
}

#[test]
fn an_export_replaces_no_file_and_a_second_account_of_a_name_is_remarked() {
    let (folder, data) = folder();
    json(&data, &["account", "create", "North"]);
    let file = folder.path().join("all.csv");
    let file = file.to_string_lossy();
    let args = ["export", "--account", "North", "--output", &file];
    assert_eq!(json(&data, &args)["records"], 0);
    assert_eq!(run(&data, &args).code, 2, "a file was replaced");
    assert_eq!(run(&data, &[&args[..], &["--force"]].concat()).code, 0);
    assert_eq!(run(&data, &["export", "--account", "North", "--json"]).code, 2);
    let second = run(&data, &["account", "create", "North"]);
    assert!(second.code == 0 && second.err.contains("by --account "), "{second:?}");
}

#[test]
fn seats_are_bought_counted_and_given_out_as_long_as_there_are_any() {
    let (_folder, data) = folder();
    json(&data, &["account", "create", "North", "--subscription", "sales=professional"]);
    let buy = |number: &str| run(&data, &["account", "seats", "North", "--bought", number, "--json"]);
    let without = buy("sales=1");
    assert!(without.code == 1 && without.out.contains("SUBSCRIPTION_HAS_NO_TERM"), "{without:?}");
    json(&data, &["account", "subscription", "North", "--order", "sales=professional", "--term", "annual"]);
    for wrong in ["sales", "sales=x", "queen=1"] {
        assert_eq!(buy(wrong).code, 2, "{wrong}");
    }
    let sales = |seats: &serde_json::Value| {
        let found = seats.as_array().and_then(|all| all.iter().find(|one| one["seat"] == "sales")).cloned();
        found.map(|one| (one["bought"].as_i64(), one["used"].as_i64(), one["available"].as_i64()))
    };
    assert_eq!(sales(&buy("sales=1").json()), Some((Some(1), Some(0), Some(1))));
    let rep = |email: &str| {
        let who = ["user", "create", email, "--account", "North", "--name", "A Rep", "--seat", "sales", "--json"];
        run(&data, &who)
    };
    assert_eq!(rep("one@north.example").code, 0);
    let second = rep("two@north.example");
    assert!(second.code == 1 && second.out.contains("SEAT"), "one seat was given out twice: {second:?}");
    assert_eq!(sales(&json(&data, &["account", "seats", "North"])), Some((Some(1), Some(1), Some(0))));
    assert_eq!(sales(&buy("sales=none").json()), Some((None, Some(1), None)));
    assert_eq!(rep("two@north.example").code, 0);
}

#[test]
fn resets_of_second_factors_are_listed_and_an_unknown_one_is_named() {
    let (_folder, data) = folder();
    for name in ["North", "South"] {
        json(&data, &["account", "create", name]);
    }
    json(&data, &["organization", "create", "All", "--account", "North", "--with", "South", "--acknowledge"]);
    assert_eq!(json(&data, &["organization", "reset", "list", "--account", "North"]), serde_json::json!([]));
    let unknown = run(&data, &["organization", "reset", "stop", "--account", "North", "99"]);
    assert_eq!((unknown.code, unknown.err.as_str()), (1, "consortio: the organization has no reset 99\n"));
}
