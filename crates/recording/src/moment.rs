//! Times within a recording.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A time within a recording: milliseconds since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub u64);

impl Moment {
    /// The time so many milliseconds later.
    #[must_use]
    pub const fn plus(self, interval: u64) -> Self {
        Self(self.0.saturating_add(interval))
    }

    /// Milliseconds from `earlier` to `self`; none if that is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// As a clock writes it: `1:02:03.450`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(ms) = self;
        let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        write!(f, "{hours}:{minutes:02}:{seconds:02}.{:03}", ms % 1000)
    }
}
