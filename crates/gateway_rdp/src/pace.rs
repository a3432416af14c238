//! When what was drawn is shown: at once after quiet, and under load so often that it looks like motion. Pure but for
//! the clock that callers hand in.

use std::time::Duration;

use tokio::time::Instant;
use wire::desktop::Rect;

/// Between two pictures under load: thirty a second.
const FRAME: Duration = Duration::from_millis(33);

/// Showing takes one part of so many of the time: where it is dear, for the pages it is, too.
const SHARE: u32 = 4;

/// The longest between two pictures: a disk or a machine that is slow for a moment is no reason for more.
const LONGEST: Duration = Duration::from_millis(200);

/// So many parts of a picture are kept in mind.
const MOST_PARTS: usize = 1024;

/// The pace of one desktop.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When the next picture may be shown.
    free: Option<Instant>,
    /// Since when something waits.
    drawn: Option<Instant>,
    /// The parts of the picture that is being drawn, as far as it is known where one begins.
    parts: Vec<Rect>,
}

impl Pace {
    /// This is to be drawn next: whether what waits is a whole picture that is due. Targets say nothing of where a
    /// picture begins, but draw one from above, and nothing in it twice.
    pub(crate) fn is_whole(&mut self, next: impl Iterator<Item = Rect> + Clone, now: Instant) -> bool {
        let above = self.parts.iter().map(|part| part.y).min();
        let begins = |part: Rect| {
            above.is_some_and(|above| part.y < above) || self.parts.iter().any(|drawn| !drawn.is_apart(part))
        };
        let is_another = self.parts.len() > MOST_PARTS || next.clone().any(begins);
        if is_another {
            self.parts.clear();
        }
        self.parts.extend(next);
        is_another && self.due().is_some_and(|due| now >= due)
    }

    /// Something was drawn.
    pub(crate) fn drawn(&mut self, now: Instant) {
        self.drawn.get_or_insert(now);
    }

    /// What was drawn is shown; that began and ended then.
    pub(crate) fn shown(&mut self, began: Instant, ended: Instant) {
        self.free = Some(began + ((ended - began) * SHARE).clamp(FRAME, LONGEST));
        self.drawn = None;
    }

    /// When it is to be shown, if there is anything: then, or as soon as the target is silent afterwards.
    pub(crate) fn due(&self) -> Option<Instant> {
        let drawn = self.drawn?;
        Some(self.free.map_or(drawn, |free| drawn.max(free)))
    }

    /// Whether it is to be shown though the target is not silent.
    pub(crate) fn is_overdue(&self, now: Instant) -> bool {
        self.due().is_some_and(|due| now >= due + FRAME)
    }
}

#[cfg(test)]
mod tests {
    use std::iter::once;
    use std::time::Duration;

    use tokio::time::Instant;
    use wire::desktop::Rect;

    use super::{FRAME, LONGEST, Pace, SHARE};

    #[test]
    fn what_is_drawn_after_quiet_is_due_at_once() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.due(), None);
        pace.drawn(start);
        assert_eq!(pace.due(), Some(start));
        pace.shown(start, start);
        let soon = start + Duration::from_millis(5);
        pace.drawn(soon);
        pace.drawn(soon + FRAME / 2);
        assert_eq!(pace.due(), Some(start + FRAME));
        assert!(!pace.is_overdue(start + FRAME));
        assert!(pace.is_overdue(start + FRAME * 2));
    }

    #[test]
    fn what_is_dear_is_shown_less_often() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        pace.shown(start, start + FRAME / 2);
        pace.drawn(start + FRAME / 2);
        assert_eq!(pace.due(), Some(start + FRAME / 2 * SHARE));
        pace.shown(start, start + LONGEST * 2);
        pace.drawn(start + LONGEST * 2);
        assert_eq!(pace.due(), Some(start + LONGEST * 2), "at once");
    }

    #[test]
    fn a_picture_is_whole_when_another_begins() {
        let part = |x, y| Rect { x, y, width: 64, height: 64 };
        let (mut pace, start) = (Pace::default(), Instant::now());
        let later = start + FRAME;
        let mut draws = |rect, now| {
            let is_whole = pace.is_whole(once(rect), now);
            pace.drawn(now);
            if is_whole {
                pace.shown(now, now);
            }
            is_whole
        };
        // Side by side and below each other, some of it from above once more.
        for rect in [part(0, 10), part(0, 74), part(64, 10), part(64, 74)] {
            assert!(!draws(rect, start));
        }
        assert!(draws(part(0, 10), start), "the same part");
        assert!(!draws(part(30, 40), start + FRAME / 2), "not due yet, and nevertheless another picture");
        assert!(!draws(part(94, 40), later));
        assert!(draws(part(500, 39), later), "above all of it");
    }
}
