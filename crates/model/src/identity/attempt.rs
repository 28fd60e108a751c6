//! Throttling: how often somebody may try before she has to wait.
//!
//! An attempt is counted before it is looked at, and taken back when it succeeds: so a thousand guesses at the same
//! moment are a thousand attempts, not one.

use crate::limits::ATTEMPTS_WINDOW_MINUTES;
use jiff::{SignedDuration, Timestamp};

/// The attempts of one subject (an e-mail address, a network address, a person) in the current window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    pub n: i64,
    pub window_started_at: Timestamp,
}

impl Attempts {
    /// None yet.
    pub fn none(now: Timestamp) -> Attempts {
        Attempts { n: 0, window_started_at: now }
    }
}

/// Too many: how long until the window ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Rounded up; at least one.
    pub seconds: i64,
}

/// One more attempt, if there is room for it among `max` of the window.
pub fn admit(earlier: Attempts, max: i64, now: Timestamp) -> Result<Attempts, Wait> {
    let window = SignedDuration::from_mins(ATTEMPTS_WINDOW_MINUTES);
    let age = now.duration_since(earlier.window_started_at);
    if age >= window || age.is_negative() {
        return Ok(Attempts { n: 1, window_started_at: now });
    }
    if earlier.n >= max {
        let left = (window - age).as_millis().unsigned_abs();
        return Err(Wait { seconds: i64::try_from(left.div_ceil(1_000)).unwrap_or(i64::MAX).max(1) });
    }
    Ok(Attempts { n: earlier.n + 1, ..earlier })
}

/// The attempts without the one that succeeded.
pub fn take_back(counted: Attempts) -> Attempts {
    Attempts { n: (counted.n - 1).max(0), ..counted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn start() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    fn after(seconds: i64) -> Timestamp {
        start() + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn the_eleventh_attempt_waits_for_the_end_of_the_window() {
        let mut attempts = Attempts::none(start());
        for i in 0..10 {
            attempts = admit(attempts, 10, after(i)).unwrap();
        }
        assert_eq!(admit(attempts, 10, after(100)), Err(Wait { seconds: 800 }));
        assert_eq!(admit(attempts, 10, after(899) + SignedDuration::from_millis(1)), Err(Wait { seconds: 1 }));
        assert_eq!(admit(attempts, 10, after(900)), Ok(Attempts { n: 1, window_started_at: after(900) }));
    }

    #[test]
    fn an_attempt_that_succeeds_does_not_count() {
        let one = admit(Attempts::none(start()), 10, start()).unwrap();
        assert_eq!(take_back(one), Attempts::none(start()));
        assert_eq!(take_back(take_back(one)).n, 0);
    }

    #[test]
    fn a_clock_that_went_back_locks_nobody_out() {
        let full = Attempts { n: 10, window_started_at: after(10_000) };
        assert!(admit(full, 10, start()).is_ok());
    }

    proptest! {
        #[test]
        fn no_window_admits_more_than_its_attempts(gaps in prop::collection::vec(0_i64..200, 1..200), max in 1_i64..20) {
            let (mut attempts, mut now, mut admitted) = (Attempts::none(start()), start(), Vec::new());
            for gap in gaps {
                now += SignedDuration::from_secs(gap);
                if let Ok(next) = admit(attempts, max, now) {
                    attempts = next;
                    admitted.push((next.window_started_at, now));
                }
            }
            for (window, at) in &admitted {
                let n = admitted.iter().filter(|(w, _)| w == window).count() as i64;
                prop_assert!(n <= max && at.duration_since(*window) < SignedDuration::from_mins(ATTEMPTS_WINDOW_MINUTES));
            }
        }
    }
}
