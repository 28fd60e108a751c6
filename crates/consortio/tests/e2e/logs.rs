//! The log of the real server: what an operator finds in it, and what nobody may find in it.

use crate::run::{Server, command, json};
use serde_json::{Value, json as document};
use std::fs::File;

const EMAIL: &str = "ann@secretive.example";
const PASSWORD: &str = "correct horse battery";

/// Runs a server with a JSON log of this level while `what` is done; its lines.
fn logged(level: &str, what: impl FnOnce(&Server, &str)) -> (String, Vec<Value>) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    json(&data, &["account", "create", "North"]);
    json(&data, &["user", "create", "--account", "North", "--name", "Ann Secretive", EMAIL]);
    let token = json(&data, &["token", "create", "--account", "North", "script"]);
    let token = token["token"].as_str().expect("a token");
    let file = folder.path().join("log");
    let mut serve = command(&data, &["serve", "--json", "--listen", "127.0.0.1:0"]);
    serve.env("CONSORTIO_LOG__FORMAT", "json").env("CONSORTIO_LOG__LEVEL", level);
    let server = Server::spawn(serve.stderr(File::create(&file).expect("a file")));
    what(&server, token);
    assert!(server.stop(), "it did not end well");
    let text = std::fs::read_to_string(&file).expect("the log");
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line:?}"))).collect();
    (text, lines)
}

fn found<'l>(lines: &'l [Value], message: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["message"] == message).collect()
}

#[test]
fn failed_requests_and_sign_ins_are_in_the_log_and_nobodys_data_is() {
    let mut correlation = Value::Null;
    let (text, lines) = logged("info", |server, token| {
        let wrong = server.request("POST /crm/v3/objects/contacts", token, &document!({"properties": {"shoe": EMAIL}}));
        let (status, body) = wrong.expect("an answer");
        assert_eq!(status, 400, "{body}");
        correlation = body["correlationId"].clone();
        let typed = document!({"email": EMAIL, "password": PASSWORD});
        assert_eq!(server.request("POST /identity/v1/sign-in", "", &typed).expect("an answer").0, 401);
        assert_eq!(server.request("GET /crm/v3/objects/contacts", "pat-unknown", &Value::Null).expect("an answer").0, 401);
        let made = server.request("POST /accounts/v1/tokens", token, &document!({"name": "other", "scopes": ["oauth"]}));
        assert_eq!(made.expect("an answer").0, 201);
    });
    let refused = found(&lines, "request refused");
    assert_eq!(refused.len(), 3, "{text}");
    let create = refused[0];
    assert_eq!((&create["method"], &create["operation"]), (&"POST".into(), &"record.create".into()), "{create}");
    assert_eq!((&create["status"], &create["correlation"]), (&400.into(), &correlation), "{create}");
    assert!(create["code"].is_string() && create["account"].is_number() && create["duration_ms"].is_number(), "{create}");
    assert!(create["actor"].as_str().is_some_and(|actor| actor.starts_with("token:")), "{create}");
    let not_let_in = found(&lines, "not let in");
    assert_eq!(not_let_in.len(), 1, "{text}");
    assert_eq!((&not_let_in[0]["act"], &not_let_in[0]["code"]), (&"sign_in.password".into(), &"SIGN_IN_REFUSED".into()));
    assert!(not_let_in[0]["who"].as_str().is_some_and(|who| who.starts_with("address:")), "{text}");
    assert!(
        found(&lines, "changed").iter().any(|line| line["about"].as_str().is_some_and(|a| a.contains("token.create"))),
        "{text}"
    );
    for message in ["ready", "stopping", "stopped"] {
        assert_eq!(found(&lines, message).len(), 1, "{message}: {text}");
    }
    for private in [EMAIL, PASSWORD, "Ann", "secretive", "pat-", "\u{1b}["] {
        assert!(!text.contains(private), "{private:?} is in {text}");
    }
}

#[test]
fn the_access_log_is_there_for_whoever_asks() {
    let (_, lines) = logged("info,api=debug", |server, token| {
        assert_eq!(server.request("GET /crm/v3/objects/contacts", token, &Value::Null).expect("an answer").0, 200);
    });
    let answered = found(&lines, "request answered");
    assert!(answered.iter().any(|line| line["operation"] == "record.list" && line["status"] == 200), "{answered:?}");
}
