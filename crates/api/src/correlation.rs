//! Correlation ids: one per request, so that a reply, a log line and a change can be found from one another.

use axum::http::HeaderValue;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id of one request, shown as a UUID. It identifies and does not protect, so it is a mixed counter, not a random draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Correlation(pub u128);

impl Correlation {
    /// As a header value, without an intermediate text.
    pub fn header(self) -> HeaderValue {
        let mut buffer = uuid::Uuid::encode_buffer();
        let text: &str = self.uuid().hyphenated().encode_lower(&mut buffer);
        HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("unknown"))
    }

    fn uuid(self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.0.to_be_bytes()).into_uuid()
    }
}

impl fmt::Display for Correlation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid().hyphenated().fmt(f)
    }
}

/// Hands out correlation ids: SplitMix64 over a counter, seeded at the start.
#[derive(Debug)]
pub struct Correlations {
    seed: u64,
    n_given: AtomicU64,
}

impl Correlations {
    /// The same seed gives the same ids, which tests rely on.
    pub fn seeded(seed: u64) -> Correlations {
        Correlations { seed, n_given: AtomicU64::new(0) }
    }

    /// The next id.
    pub fn next(&self) -> Correlation {
        let n = self.n_given.fetch_add(1, Ordering::Relaxed).wrapping_mul(2);
        let high = mix(self.seed.wrapping_add(n));
        let low = mix(self.seed.rotate_left(32).wrapping_add(n).wrapping_add(1));
        Correlation((u128::from(high) << 64) | u128::from(low))
    }
}

fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_requests_share_a_correlation_id() {
        let ids = Correlations::seeded(7);
        let seen: HashSet<String> = (0..10_000).map(|_| ids.next().to_string()).collect();
        assert_eq!(seen.len(), 10_000);
        assert!(seen.iter().all(|id| id.len() == 36 && id.as_bytes()[14] == b'4'), "not a version 4 UUID");
    }
}
