//! When something was: by the wall's clock, and by the time since this machine started, which nobody can set.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use report::bounds;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// A moment on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moment {
    /// Which start of the machine it was after: 32 hexadecimal digits, new with each.
    pub(crate) boot: String,
    /// Nanoseconds since that start, sleep included.
    pub(crate) since_boot_ns: u64,
    /// What the clock said, in milliseconds since 1970.
    pub(crate) at_ms: i64,
}

impl Moment {
    /// Now.
    ///
    /// # Errors
    /// When the kernel does not name this start.
    pub(crate) fn now() -> Result<Self, String> {
        Ok(Self { boot: boot_id()?, since_boot_ns: since_boot_ns(), at_ms: wall_ms() })
    }

    /// When it was by the clock as `now` has it: a clock that was set since makes what happened before it no later
    /// and no earlier. After another start of the machine only what was written down is known.
    pub(crate) fn at(&self, now: &Self) -> Timestamp {
        let ms = if self.boot == now.boot {
            let since = Duration::from_nanos(now.since_boot_ns.saturating_sub(self.since_boot_ns));
            now.at_ms.saturating_sub(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        } else {
            self.at_ms.min(now.at_ms)
        };
        Timestamp::from_millisecond(ms.max(bounds::EARLIEST_MS)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// This start of the machine.
///
/// # Errors
/// When the kernel does not say.
pub(crate) fn boot_id() -> Result<String, String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_err(|error| format!("the kernel does not name this start of the machine: {error}"))?;
    Ok(text.chars().filter(char::is_ascii_hexdigit).take(32).collect())
}

/// The wall's clock, in milliseconds since 1970.
pub(crate) fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn since_boot_ns() -> u64 {
    let time = clock_gettime(ClockId::Boottime);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u64::try_from(time.tv_nsec));
    seconds.unwrap_or(0).saturating_mul(1_000_000_000).saturating_add(nanoseconds.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: i64 = 1_795_000_000_000;

    fn moment(boot: &str, seconds: u64, at_ms: i64) -> Moment {
        Moment { boot: boot.into(), since_boot_ns: seconds * 1_000_000_000, at_ms }
    }

    #[test]
    fn a_clock_that_was_set_changes_nothing_that_was() {
        // The machine came up without a clock and asked the network for the time a minute later.
        let opened = moment("a", 10, 0);
        assert_eq!(opened.at(&moment("a", 70, NOON)).as_millisecond(), NOON - 60_000);
        // Somebody set it back by an hour.
        let opened = moment("a", 10, NOON);
        assert_eq!(opened.at(&moment("a", 70, NOON - 3_540_000)).as_millisecond(), NOON - 3_600_000);
    }

    #[test]
    fn before_a_restart_the_clock_of_then_counts() {
        assert_eq!(moment("a", 99, NOON).at(&moment("b", 5, NOON + 9)).as_millisecond(), NOON);
        assert_eq!(
            moment("a", 99, NOON + 50).at(&moment("b", 5, NOON)).as_millisecond(),
            NOON,
            "never later than now"
        );
        assert_eq!(moment("a", 99, 0).at(&moment("b", 5, NOON)).as_millisecond(), bounds::EARLIEST_MS);
    }

    #[test]
    fn now_is_now() {
        let (first, then) = (Moment::now().unwrap(), Moment::now().unwrap());
        assert_eq!(first.boot.len(), 32);
        assert_eq!(first.boot, then.boot);
        assert!(then.since_boot_ns > first.since_boot_ns);
    }

    proptest! {
        #[test]
        fn no_moment_is_outside_of_what_a_report_may_say(
            boot in "[ab]", ns in any::<u64>(), at in any::<i64>(), now_ns in any::<u64>(), now in NOON..NOON * 2,
        ) {
            let then = Moment { boot, since_boot_ns: ns, at_ms: at };
            let now = Moment { boot: "a".into(), since_boot_ns: now_ns, at_ms: now };
            let ms = then.at(&now).as_millisecond();
            prop_assert!(ms >= bounds::EARLIEST_MS && ms <= now.at_ms);
        }
    }
}
