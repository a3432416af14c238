//! Where a desktop's mouse is, on its way to whoever looks: the newest place alone, thirty times a second at most.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use wire::desktop::Mouse;
use wire::live::LiveFrame;

/// Between two places that are handed out.
const PACE: Duration = Duration::from_millis(33);

/// The mouse of one desktop.
#[derive(Debug, Default)]
pub(super) struct Pointing {
    /// Where it went since then.
    next: Option<Place>,
    /// What was handed out last, and when.
    last: Option<(Place, Instant)>,
    frame: Bytes,
    /// Counts what was handed out.
    number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    mouse: Mouse,
    /// The owner may know.
    for_owner: bool,
}

impl Pointing {
    /// The mouse is there; whether nothing waited before, so that somebody must come for it.
    pub(super) fn moved(&mut self, mouse: Mouse, for_owner: bool) -> bool {
        let place = Place { mouse, for_owner };
        let known = self.next.or(self.last.map(|(last, _)| last));
        known != Some(place) && self.next.replace(place).is_none()
    }

    /// When what waits may be handed out.
    pub(super) fn due(&self) -> Option<Instant> {
        self.next?;
        Some(self.last.map_or_else(Instant::now, |(_, at)| at + PACE))
    }

    /// Hands out what is due.
    pub(super) fn hand_out(&mut self, now: Instant) {
        if self.last.is_none_or(|(_, at)| at + PACE <= now)
            && let Some(place) = self.next.take()
        {
            self.last = Some((place, now));
            self.frame = wire::encode(&LiveFrame::Mouse(place.mouse)).into();
            self.number += 1;
        }
    }

    /// What a reader has not seen who has `seen` so many.
    pub(super) fn read(&self, seen: &mut u64, is_owner: bool) -> Option<Bytes> {
        let is_news = std::mem::replace(seen, self.number) != self.number;
        let (place, _) = self.last?;
        (is_news && (place.for_owner || !is_owner)).then(|| self.frame.clone())
    }
}
