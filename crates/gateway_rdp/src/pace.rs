//! When what was drawn is shown: at once after quiet, and under load so often that it looks like motion. Pure but for
//! the clock that callers hand in.

use std::time::Duration;

use tokio::time::Instant;

/// Between two pictures under load: thirty a second.
const FRAME: Duration = Duration::from_millis(33);

/// The pace of one desktop.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    shown: Option<Instant>,
    /// Since when something waits.
    drawn: Option<Instant>,
}

impl Pace {
    /// Something was drawn.
    pub(crate) fn drawn(&mut self, now: Instant) {
        self.drawn.get_or_insert(now);
    }

    /// It is being shown.
    pub(crate) fn shown(&mut self, now: Instant) {
        self.shown = Some(now);
        self.drawn = None;
    }

    /// When it is to be shown, if there is anything: then, or as soon as the target is silent afterwards.
    pub(crate) fn due(&self) -> Option<Instant> {
        let drawn = self.drawn?;
        Some(self.shown.map_or(drawn, |shown| drawn.max(shown + FRAME)))
    }

    /// Whether it is to be shown though the target is not silent.
    pub(crate) fn is_overdue(&self, now: Instant) -> bool {
        self.due().is_some_and(|due| now >= due + FRAME)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{FRAME, Pace};

    #[test]
    fn what_is_drawn_after_quiet_is_due_at_once() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.due(), None);
        pace.drawn(start);
        assert_eq!(pace.due(), Some(start));
        pace.shown(start);
        let soon = start + Duration::from_millis(5);
        pace.drawn(soon);
        pace.drawn(soon + FRAME / 2);
        assert_eq!(pace.due(), Some(start + FRAME));
        assert!(!pace.is_overdue(start + FRAME));
        assert!(pace.is_overdue(start + FRAME * 2));
    }
}
