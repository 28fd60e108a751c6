//! The ports: everything the product needs of the world and cannot decide by itself.
//!
//! Invariant: the real clock, the real randomness and the real network exist only in the binary; tests bring fakes that are seeded. A crate
//! that calls the global ones is refused by `clippy.toml`.

pub mod mail;

use jiff::Timestamp;
use mail::Mail;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What time it is.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Bytes nobody can guess.
pub trait Random: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// A request to somebody else's server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: &'static str,
    /// An absolute address.
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// A longer answer is refused.
    pub reply_bytes_max: usize,
}

impl Request {
    /// Asks for what is at an address.
    pub fn get(url: impl Into<String>, reply_bytes_max: usize) -> Request {
        Request { method: "GET", url: url.into(), headers: Vec::new(), body: Vec::new(), reply_bytes_max }
    }
}

/// What it answered, whatever the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Why there was no answer. The words name the host and are fit for whoever configured it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable(pub String);

impl std::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An answer on its way.
pub type Answering<'n> = Pin<Box<dyn Future<Output = Result<Reply, Unreachable>> + Send + 'n>>;

/// Other people's servers. Redirections are not followed, and private addresses are refused unless the operator allows them: an
/// address that somebody typed must not open what only this machine can reach.
pub trait Network: Send + Sync {
    fn send(&self, request: Request) -> Answering<'_>;
}

/// A network on which nobody answers.
pub struct NoNetwork;

impl Network for NoNetwork {
    fn send(&self, request: Request) -> Answering<'_> {
        let refused = Unreachable(format!("{} cannot be reached: there is no network here", request.url));
        Box::pin(std::future::ready(Err(refused)))
    }
}

/// All ports together.
#[derive(Clone)]
pub struct Outside {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// None where no mail server is configured: letters are kept.
    pub mail: Option<Arc<dyn Mail>>,
    pub network: Arc<dyn Network>,
}

impl Outside {
    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A random identifier for people to quote: 32 hexadecimal digits in the form of a UUID of version 4.
    pub fn uuid(&self) -> String {
        let mut b = self.bytes::<16>();
        b[6] = (b[6] & 0x0f) | 0x40;
        b[8] = (b[8] & 0x3f) | 0x80;
        let hex: String = b.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}
