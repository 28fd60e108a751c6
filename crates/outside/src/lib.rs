//! The ports: everything the product needs of the world and cannot decide by itself.
//!
//! Invariant: the real clock and the real randomness exist only in the binary; tests bring fakes that are seeded. A crate
//! that calls the global ones is refused by `clippy.toml`.

pub mod mail;

use jiff::Timestamp;
use mail::Mail;
use std::sync::Arc;

/// What time it is.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Bytes nobody can guess.
pub trait Random: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// All ports together.
#[derive(Clone)]
pub struct Outside {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// None where no mail server is configured: letters are kept.
    pub mail: Option<Arc<dyn Mail>>,
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
