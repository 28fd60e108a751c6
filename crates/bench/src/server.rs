//! The server under test: the release binary as a process of its own.

use crate::load::{Client, request};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// The product, and where its data is.
pub struct Product {
    pub binary: PathBuf,
    pub data: PathBuf,
    /// `postgres://…`, or nothing for the embedded database.
    pub database: Option<String>,
}

/// A running server.
pub struct Server {
    child: Child,
    pub address: String,
    /// From starting the process to the first good answer of `/readyz`.
    pub start: Duration,
}

impl Product {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).arg("--data").arg(&self.data);
        // What is configured for another instance is not what is measured.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CONSORTIO_")) {
            command.env_remove(name);
        }
        if let Some(database) = &self.database {
            command.env("CONSORTIO_DATABASE", database);
        }
        command.kill_on_drop(true);
        command
    }

    /// Runs a command with `--json` and reads what it prints.
    pub async fn json(&self, args: &[&str]) -> Result<Value> {
        let out = self.command(args).arg("--json").stderr(Stdio::inherit()).output().await?;
        ensure!(matches!(out.status.code(), Some(0 | 3)), "{args:?} ended with {}", out.status);
        serde_json::from_slice(&out.stdout).with_context(|| format!("{args:?} printed {}", String::from_utf8_lossy(&out.stdout)))
    }

    /// Runs a command and watches its anonymous memory: how long it took and the most it had, in MiB.
    pub async fn watched(&self, args: &[&str]) -> Result<(Value, Duration, f64)> {
        let started = Instant::now();
        let child = self.command(args).arg("--json").stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let id = child.id().context("the process has no id")?;
        let mut most: f64 = 0.0;
        let output = child.wait_with_output();
        tokio::pin!(output);
        let out = loop {
            tokio::select! {
                out = &mut output => break out?,
                () = tokio::time::sleep(Duration::from_millis(50)) => most = most.max(anonymous_mebibytes(id)),
            }
        };
        ensure!(matches!(out.status.code(), Some(0 | 2 | 3)), "{args:?} ended with {}", out.status);
        Ok((serde_json::from_slice(&out.stdout)?, started.elapsed(), most))
    }

    /// Starts the server and waits until it is ready.
    pub async fn serve(&self, port: u16) -> Result<Server> {
        let address = format!("127.0.0.1:{port}");
        let started = Instant::now();
        let log = std::fs::File::create(self.data.join("server.log"))?;
        let mut child = self.command(&["serve", "--listen", &address]).stdout(log.try_clone()?).stderr(log).spawn()?;
        loop {
            if let Ok(mut client) = Client::connect(&address).await
                && let Ok(reply) = client.send(&request("GET", "/readyz", "", None)).await
                && reply.status == 200
            {
                return Ok(Server { child, address, start: started.elapsed() });
            }
            if let Some(status) = child.try_wait()? {
                bail!("the server ended with {status}; see {}", self.data.join("server.log").display());
            }
            ensure!(started.elapsed() < Duration::from_secs(60), "the server is not ready after a minute");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Server {
    /// Anonymous memory at this moment.
    pub fn memory_mebibytes(&self) -> f64 {
        self.child.id().map_or(0.0, anonymous_mebibytes)
    }

    /// Asks the server to stop and waits for it.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(id) = self.child.id() {
            ensure!(Command::new("kill").arg(id.to_string()).status().await?.success(), "cannot stop the server");
        }
        self.child.wait().await?;
        Ok(())
    }
}

fn anonymous_mebibytes(process: u32) -> f64 {
    let status = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("RssAnon:"));
    line.and_then(|l| l.split_whitespace().next()).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
