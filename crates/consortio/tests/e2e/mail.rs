//! Letters through a real mail server: one that wants a password, refuses, puts off and hangs up.

use crate::run::{Server, command, ended, json, run};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a letter may take through two processes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Python's aiosmtpd; killed when dropped.
struct MailServer {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl MailServer {
    fn start(folder: &Path) -> MailServer {
        let folder = folder.join("mail");
        std::fs::create_dir_all(&folder).expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/smtp_server.py");
        // Debian's own, which has Debian's packages; another one may come first in the path.
        let python = if Path::new("/usr/bin/python3").exists() { "/usr/bin/python3" } else { "python3" };
        let mut child = Command::new(python).arg(script).arg(&folder).stdout(Stdio::piped()).spawn().expect("python3 runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its port");
        let port = line.trim().parse().unwrap_or_else(|e| panic!("{e} in {line:?}: is python3-aiosmtpd installed?"));
        MailServer { child, port, folder }
    }

    /// Writes the configuration of an instance that sends through it.
    fn configure(&self, folder: &Path, password: &str) {
        let smtp = format!("smtp://crm:{password}@127.0.0.1:{}", self.port);
        let toml = format!("[mail]\nsmtp = \"{smtp}\"\nfrom = \"Consortio <crm@ex.example>\"\n");
        std::fs::write(folder.join("consortio.toml"), toml).expect("a configuration");
    }

    /// What it took: file name and content.
    fn taken(&self) -> Vec<(String, String)> {
        let entries = std::fs::read_dir(&self.folder).expect("the folder").map(|entry| entry.expect("an entry"));
        let mails = entries.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "eml"));
        let mut taken: Vec<(String, String)> = mails
            .map(|entry| {
                let content = String::from_utf8_lossy(&std::fs::read(entry.path()).expect("a letter")).into_owned();
                (entry.file_name().to_string_lossy().into_owned(), content)
            })
            .collect();
        taken.sort();
        taken
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    (folder, data)
}

#[test]
fn a_test_letter_arrives_or_says_why_not() {
    let (folder, data) = folder();
    json(&data, &["migrate"]);
    let without = run(&data, &["mail", "test", "ann@ex.example", "--json"]);
    assert!(without.code == 1 && without.out.contains("MAIL_NOT_CONFIGURED"), "{without:?}");
    let server = MailServer::start(folder.path());
    server.configure(folder.path(), "wrong");
    let wrong = run(&data, &["mail", "test", "ann@ex.example"]);
    assert!(wrong.code == 1 && wrong.err.contains("535"), "{wrong:?}");
    let doctor = run(&data, &["doctor", "--json"]).json();
    let finding = doctor["findings"].as_array().expect("findings").iter().find(|f| f["what"] == "mail").expect("mail");
    assert!(finding["ok"] == false && finding["message"].as_str().is_some_and(|m| m.contains("535")), "{finding}");
    server.configure(folder.path(), "pass%20word");
    let sent = json(&data, &["mail", "test", "ann@ex.example", "--language", "da"]);
    assert_eq!(sent["accepted"], "ann@ex.example");
    let (_, letter) = server.taken().remove(0);
    for part in [
        "From: Consortio <crm@ex.example>",
        "To: ann@ex.example",
        "Subject: Posten kommer frem",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(letter.contains(part), "{part} in {letter}");
    }
    assert!(letter.contains("Content-Type: text/plain") && letter.contains("Content-Type: text/html"), "{letter}");
    let refused = run(&data, &["mail", "test", "nobody@ex.example"]);
    assert!(refused.code == 1 && refused.err.contains("550") && refused.err.contains("no such user"), "{refused:?}");
    let later = run(&data, &["mail", "test", "greylisted@ex.example"]);
    assert!(later.code == 1 && later.err.contains("come back later"), "{later:?}");
    json(&data, &["mail", "test", "greylisted@ex.example"]);
    assert_eq!(run(&data, &["mail", "test", "dropped@ex.example"]).code, 1);
    json(&data, &["mail", "test", "dropped@ex.example"]);
    assert_eq!(server.taken().len(), 3);
}

#[test]
fn wrong_mail_settings_are_refused_by_name() {
    let (_folder, data) = folder();
    let with = |name: &str, value: &str| ended(command(&data, &["migrate"]).env(name, value));
    let scheme = with("CONSORTIO_MAIL__SMTP", "http://mail.ex.example");
    assert!(scheme.code == 2 && scheme.err.contains("\"mail.smtp\" begins with \"http://\""), "{scheme:?}");
    let lone = with("CONSORTIO_MAIL__SMTP", "smtp://u:hidden@mail.ex.example");
    assert!(lone.code == 2 && lone.err.contains("\"mail.from\" is not") && !lone.err.contains("hidden"), "{lone:?}");
    let from = with("CONSORTIO_MAIL__FROM", "nobody");
    assert!(from.code == 2 && from.err.contains("\"mail.from\" is \"nobody\""), "{from:?}");
}

/// Letters of the account by recipient.
fn letters(data: &Path) -> Vec<Value> {
    json(data, &["mail", "list", "--account", "North"]).as_array().expect("letters").clone()
}

fn state(data: &Path, who: &str) -> (String, String) {
    let all = letters(data);
    let letter = all.iter().find(|letter| letter["to"] == format!("{who}@ex.example")).expect("a letter");
    let text = |name: &str| letter[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("reason"))
}

#[test]
fn what_was_written_without_a_server_is_kept_and_sent_when_a_person_says_so() {
    let (folder, data) = folder();
    json(&data, &["account", "create", "North"]);
    for who in ["ann", "nobody", "greylisted", "dropped"] {
        let address = format!("{who}@ex.example");
        let args = ["user", "create", "--account", "North", "--name", who, &address, "--password-stdin"];
        let mut child = command(&data, &args).stdin(Stdio::piped()).spawn().expect("it runs");
        child.stdin.take().expect("its input").write_all(b"correct horse battery\n").expect("a password");
        assert!(child.wait().expect("it ends").success());
    }
    let roles =
        ["primary=ann@ex.example", "billing=nobody@ex.example", "billing=greylisted@ex.example", "billing=dropped@ex.example"];
    let set = roles.iter().flat_map(|role| ["--set", role]);
    json(&data, &["account", "contacts", "North"].into_iter().chain(set).collect::<Vec<_>>());
    json(&data, &["account", "subscription", "North", "--order", "sales=professional"]);
    let until = |data: &Path, is_so: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "{:?}", letters(data));
            std::thread::yield_now();
        }
    };
    let unconfigured = Server::start(&data);
    until(&data, &|| letters(&data).iter().all(|letter| letter["state"] == "kept"));
    assert!(unconfigured.stop());
    assert_eq!(letters(&data).len(), 4, "one to each who is told of orders");

    let server = MailServer::start(folder.path());
    server.configure(folder.path(), "pass%20word");
    assert_eq!(json(&data, &["mail", "retry", "--account", "North"])["queued"], 4);
    let product = Server::start(&data);
    until(&data, &|| letters(&data).iter().all(|letter| letter["state"] != "queued" || !letter["reason"].is_null()));
    assert!(product.stop());
    assert_eq!(state(&data, "ann").0, "sent");
    let (refused, why) = state(&data, "nobody");
    assert!(refused == "failed" && why.contains("550"), "{why}");
    let (greylisted, why) = state(&data, "greylisted");
    assert!(greylisted == "queued" && why.contains("come back later"), "{why}");
    assert_eq!(state(&data, "dropped").0, "queued");
    let taken = server.taken();
    assert!(taken.len() == 1 && taken[0].0.ends_with("-ann@ex.example.eml"), "{taken:?}");
    assert!(taken[0].1.contains("Subject: Order for North"), "{}", taken[0].1);
    let doctor = run(&data, &["doctor", "--json"]).json();
    let finding = doctor["findings"].as_array().expect("findings").iter().find(|f| f["what"] == "outbox").expect("outbox");
    assert_eq!(finding["ok"], false, "{finding}");
}
