//! Running the binary: commands to their end, servers until they are stopped or killed.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use store::{Databases, Durability, HOME_LOCATION, Store};

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// The result of a command that was asked for JSON and came to its end.
    pub fn json(&self) -> Value {
        assert!([0, 2, 3].contains(&self.code), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e} in {self:?}"))
    }
}

/// The binary with a data folder; nothing of this process's environment that would configure it.
pub fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consortio"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CONSORTIO_")) {
        command.env_remove(name);
    }
    command.args(args).arg("--data").arg(data).current_dir(data.parent().expect("a folder above the data folder"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub fn run(data: &Path, args: &[&str]) -> Ended {
    ended(&mut command(data, args))
}

/// Runs a prepared command to its end.
pub fn ended(command: &mut Command) -> Ended {
    let output = command.output().expect("the binary runs");
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs a command that has to succeed, for its JSON.
pub fn json(data: &Path, args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    run(data, &args).json()
}

/// A server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: String,
    pub said: Value,
}

impl Server {
    /// Starts on a free port and waits until it says that it listens.
    pub fn start(data: &Path) -> Server {
        Server::spawn(command(data, &["serve", "--json", "--listen", "127.0.0.1:0"]).stderr(Stdio::null()))
    }

    /// The same with a command of one's own.
    pub fn spawn(command: &mut Command) -> Server {
        let mut child = command.spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e} in {line:?}"));
        Server { child, address: said["address"].as_str().expect("an address").to_owned(), said }
    }

    /// What a power cut does to a process.
    pub fn kill(mut self) {
        self.child.kill().expect("it dies");
        self.child.wait().expect("it is dead");
    }

    /// The same, while others still hold the server.
    pub fn cut(&self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("it dies");
    }

    /// What a supervisor does; whether it ended well.
    pub fn stop(mut self) -> bool {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("it hears");
        self.child.wait().expect("it ends").success()
    }

    /// One request on a connection of its own: status and JSON body.
    pub fn request(&self, line: &str, token: &str, body: &Value) -> std::io::Result<(u16, Value)> {
        let (method, path) = line.split_once(' ').expect("METHOD /path");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let broken = || std::io::Error::other(format!("no whole answer: {text:?}"));
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(broken)?;
        Ok((status, serde_json::from_str(body).unwrap_or(Value::Null)))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Dead already is what we want.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The databases of a data folder, from within the test.
pub async fn open(data: &Path) -> Store {
    let dsn = data.join("consortio.db").to_string_lossy().into_owned();
    Store::open(&Databases::from([(HOME_LOCATION.to_owned(), dsn)]), Durability::Full).await.expect("the database opens")
}
