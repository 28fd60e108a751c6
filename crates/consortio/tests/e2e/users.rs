//! Users of an account, managed by commands alone: the same rules and codes as the API's.

use crate::run::{json, run};
use serde_json::{Value, json as document};
use std::path::Path;

/// An account with one Super Admin.
fn north() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    json(&data, &["account", "create", "North"]);
    let chief = ["user", "create", "chief@north.example", "--account", "North", "--name", "The Chief", "--role", "super_admin"];
    json(&data, &chief);
    (folder, data)
}

/// What comes of `consortio user VERB EMAIL --account North ..`: the exit code, and the document or the error.
fn user(data: &Path, verb: &str, email: &str, rest: &[&str]) -> (i32, Value) {
    let ended = run(data, &[&["user", verb, email, "--account", "North", "--json"], rest].concat());
    let document: Value = serde_json::from_str(&ended.out).unwrap_or_else(|e| panic!("{e} in {ended:?}"));
    (ended.code, document)
}

/// The exit code, the error's code and its message.
fn refused((exit, document): (i32, Value)) -> (i32, String, String) {
    let text = |name: &str| document["error"][name].as_str().unwrap_or_default().to_owned();
    (exit, text("code"), text("message"))
}

/// The same without the message.
fn code(refusal: (i32, Value)) -> (i32, String) {
    let (exit, code, _) = refused(refusal);
    (exit, code)
}

/// Sets a password by standard input, so that the user is active at once.
fn active(data: &Path, email: &str, rest: &[&str]) -> Value {
    use std::io::Write;
    use std::process::Stdio;
    let create = ["user", "create", email, "--account", "North", "--name", "Ann Bo", "--password-stdin", "--json"];
    let mut command = crate::run::command(data, &[&create[..], rest].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().expect("it runs");
    writeln!(child.stdin.take().expect("its input"), "a long enough phrase").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_user_is_made_changed_sent_away_brought_back_and_removed() {
    let (_folder, data) = north();
    let set = ["permission-set", "create", "--account", "North", "Reps", "--permission", "contacts.view.owned"];
    let set = json(&data, &set)["id"].clone();
    let ann = active(&data, "ann@north.example", &["--permission-set", "reps", "--locale", "da"]);
    assert_eq!((&ann["permissionSetId"], &ann["status"]), (&set, &"active".into()), "{ann}");

    let change = ["--role", "partner_admin", "--seat", "sales", "--seat", "service", "--permission-set", "none"];
    let (exit, changed) = user(&data, "update", "Ann@North.example", &change);
    assert_eq!((exit, &changed["role"], &changed["permissionSetId"]), (0, &"partner_admin".into(), &Value::Null), "{changed}");
    assert_eq!(changed["seats"], document!(["sales", "service"]));
    let (_, back) = user(&data, "update", "ann@north.example", &["--permission-set", &set.to_string().replace('"', "")]);
    assert_eq!((&back["permissionSetId"], &back["role"], &back["seats"]), (&set, &changed["role"], &changed["seats"]));

    assert_eq!(code(user(&data, "remove", "ann@north.example", &[])), (1, "USER_STILL_ACTIVE".into()));
    assert_eq!(user(&data, "deactivate", "ann@north.example", &[]).1["status"], "deactivated");
    let (exit, active) = user(&data, "activate", "ann@north.example", &[]);
    assert_eq!((exit, &active["status"], &active["permissionSetId"]), (0, &"active".into(), &set), "{active}");
    assert_eq!(user(&data, "deactivate", "ann@north.example", &[]).0, 0);
    assert_eq!(user(&data, "remove", "ann@north.example", &[]), (0, document!({"removed": ann["id"]})));
    let left = json(&data, &["user", "list", "--account", "North"]);
    assert_eq!(
        left.as_array().map(|all| all.iter().map(|one| one["email"].clone()).collect()),
        Some(vec!["chief@north.example".into()])
    );
    let words = run(&data, &["user", "update", "chief@north.example", "--account", "North", "--permission-set", "Reps"]);
    assert!(words.code == 0 && words.out.contains("seats: core, permission set "), "{words:?}");
}

#[test]
fn a_point_of_contact_stays_until_somebody_else_is_named_and_a_last_super_admin_always() {
    let (_folder, data) = north();
    active(&data, "boss@north.example", &["--role", "super_admin"]);
    active(&data, "ann@north.example", &[]);
    json(&data, &["account", "contacts", "North", "--set", "primary=ann@north.example", "--set", "billing=ann@north.example"]);
    assert_eq!(user(&data, "deactivate", "ann@north.example", &[]).0, 0);
    let (exit, code_of, message) = refused(user(&data, "remove", "ann@north.example", &[]));
    assert_eq!((exit, code_of.as_str()), (1, "POINT_OF_CONTACT"));
    assert!(message.contains("primary") && message.contains("billing"), "{message}");
    json(&data, &["account", "contacts", "North", "--set", "primary=boss@north.example", "--set", "billing=boss@north.example"]);
    assert_eq!(user(&data, "remove", "ann@north.example", &[]).0, 0);

    // The other Super Admin was only invited, so she does not count.
    for change in [&["--role", "standard"][..], &["--role", "partner_admin"]] {
        assert_eq!(code(user(&data, "update", "boss@north.example", change)), (1, "LAST_SUPER_ADMIN".into()));
    }
    assert_eq!(code(user(&data, "deactivate", "boss@north.example", &[])), (1, "LAST_SUPER_ADMIN".into()));
    assert_eq!(code(user(&data, "activate", "chief@north.example", &[])), (1, "USER_INVITED".into()));
    assert_eq!(user(&data, "remove", "chief@north.example", &[]).0, 0, "whoever never came in is removed at once");
}

#[test]
fn what_is_not_there_is_named() {
    let (_folder, data) = north();
    let chief = "chief@north.example";
    for (exit, verb, email, rest, named) in [
        (1, "update", chief, &["--permission-set", "Ghosts"][..], "\"Ghosts\""),
        (1, "update", "nobody@north.example", &["--role", "standard"], "\"nobody@north.example\""),
        (1, "activate", "nobody@north.example", &[], "\"nobody@north.example\""),
        (1, "remove", "nobody@north.example", &[], "\"nobody@north.example\""),
        (2, "update", chief, &["--role", "queen"], "queen"),
        (2, "update", chief, &["--seat", "throne"], "throne"),
        (2, "update", chief, &[], "--role"),
        (1, "create", "new@north.example", &["--name", "N", "--permission-set", "Ghosts"], "\"Ghosts\""),
        (1, "create", "new@north.example", &["--name", "N", "--locale", "tlh"], "\"tlh\""),
    ] {
        let (code, _, message) = refused(user(&data, verb, email, rest));
        assert!(code == exit && message.contains(named), "{verb} {rest:?}: {code} {message}");
    }
    let all = json(&data, &["user", "list", "--account", "North"]);
    assert_eq!((all.as_array().map(Vec::len), &all[0]["role"]), (Some(1), &"super_admin".into()), "{all}");
}
