//! The real clock and the real randomness, the only place in the product where they are, and the real network beside them.

use crate::network::{Internet, Reach};
use outside::{Clock, Outside, Random};
use std::sync::Arc;

struct SystemClock;

impl Clock for SystemClock {
    /// In whole milliseconds, as every moment appears on the wire: what an answer says at once is what it says later.
    #[expect(clippy::disallowed_methods, reason = "this is the port everybody else takes the time from")]
    fn now(&self) -> jiff::Timestamp {
        let now = jiff::Timestamp::now();
        jiff::Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no secret can be made: going on would be worse than stopping.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// The ports that need no configuration. The network reaches public addresses; see [`reaching`].
pub fn outside() -> Outside {
    reaching(Reach::Public)
}

/// The same, with a network that reaches as far as the operator lets it.
pub fn reaching(reach: Reach) -> Outside {
    let network = Arc::new(Internet::new(reach));
    Outside { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom), mail: None, network }
}
