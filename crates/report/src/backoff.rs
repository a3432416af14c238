//! How long to wait before the next try.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);

/// Doubles with each failure, and differs between sources that fail together.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next wait is the first again.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// The wait after one more failure: between half and all of the doubled time.
    #[must_use]
    pub fn failed(&mut self) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures += 1;
        // Chance enough for spreading; nothing secret depends on it.
        let chance = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        whole / 2 + (whole / 2).mul_f64(f64::from(chance % 1000) / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_begin_anew() {
        let mut backoff = Backoff::default();
        for failures in 0..100 {
            let whole = FIRST.saturating_mul(1 << failures.min(16)).min(LONGEST);
            let wait = backoff.failed();
            assert!(wait >= whole / 2 && wait <= whole, "{wait:?}");
        }
        backoff.succeeded();
        assert!(backoff.failed() <= FIRST);
    }
}
