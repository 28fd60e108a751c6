//! A load generator: connections that each send a request, wait for the reply, and send the next.
//!
//! HTTP/1.1 with keep-alive over plain sockets, and no more parsing than a status and a content length need, because the
//! generator shares two cores with the server it measures.

use anyhow::{Context, Result, bail, ensure};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What was measured.
#[derive(Debug, Clone)]
pub struct Measured {
    pub n_requests: usize,
    pub elapsed: Duration,
    /// Sorted.
    pub latencies: Vec<Duration>,
}

impl Measured {
    pub fn per_second(&self) -> f64 {
        self.n_requests as f64 / self.elapsed.as_secs_f64()
    }

    pub fn percentile(&self, p: usize) -> Duration {
        let at = (self.latencies.len() * p / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).copied().unwrap_or_default()
    }
}

/// One connection to the server under test.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A reply, as far as it matters here.
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Client {
    pub async fn connect(address: &str) -> Result<Client> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    pub async fn send(&mut self, request: &[u8]) -> Result<Reply> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text.get(9..12).and_then(|s| s.parse().ok()).context("the reply has no status")?;
        let length = content_length(text)?;
        while self.buffer.len() < head + length {
            self.read_more().await?;
        }
        Ok(Reply { status, body: self.buffer[head..head + length].to_vec() })
    }

    async fn read_more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection in the middle of a reply");
        }
        Ok(())
    }
}

fn content_length(head: &str) -> Result<usize> {
    let line = head.lines().find(|l| l.len() > 15 && l.as_bytes()[..15].eq_ignore_ascii_case(b"content-length:"));
    match line {
        Some(line) => Ok(line[15..].trim().parse()?),
        None => {
            ensure!(
                !head.to_ascii_lowercase().contains("transfer-encoding"),
                "the reply is chunked, which this generator does not read"
            );
            Ok(0)
        }
    }
}

/// A request as bytes.
pub fn request(method: &str, path: &str, token: &str, body: Option<&str>) -> Vec<u8> {
    let body = body.unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends requests `0..n` over `connections` connections. `make` builds them all before the clock starts, so that the server does not
/// share its cores with the writing of what it is sent. Any reply but `expected` ends the run with its body.
pub async fn run(
    address: &str,
    connections: usize,
    n: usize,
    expected: u16,
    make: impl Fn(usize) -> Vec<u8>,
) -> Result<Measured> {
    let next = Arc::new(AtomicUsize::new(0));
    let requests: Arc<Vec<Vec<u8>>> = Arc::new((0..n).map(make).collect());
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Client::connect(address).await?);
    }
    let started = Instant::now();
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            let (next, requests) = (next.clone(), requests.clone());
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(request) = requests.get(i) else { return Ok(latencies) };
                    let sent = Instant::now();
                    let reply = client.send(request).await?;
                    latencies.push(sent.elapsed());
                    ensure!(
                        reply.status == expected,
                        "request {i} was answered {}: {}",
                        reply.status,
                        String::from_utf8_lossy(&reply.body[..reply.body.len().min(600)])
                    );
                }
            })
        })
        .collect();
    let mut latencies = Vec::with_capacity(n);
    for task in tasks {
        latencies.extend(task.await??);
    }
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    Ok(Measured { n_requests: n, elapsed, latencies })
}
