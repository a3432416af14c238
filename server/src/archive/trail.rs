//! Where a desktop's mouse went, as a recording holds it: ten times a second at most, and where it stood at each click.

use wire::Millis;
use wire::desktop::Gesture;

/// Milliseconds between two places that are written down.
const PACE_MS: i64 = 100;

pub(super) type Place = (u16, u16);

/// One mouse, in whoever's hand.
#[derive(Debug, Default)]
pub(super) struct Trail {
    at: Option<Place>,
    /// The last that is written down, and when that was.
    written: Option<(Place, Millis)>,
}

impl Trail {
    /// Takes in what somebody did; where they clicked, if that is to be written down first.
    pub(super) fn take(&mut self, now: Millis, gestures: &[Gesture]) -> Option<Place> {
        let mut clicked = None;
        for gesture in gestures {
            match *gesture {
                Gesture::Move { x, y } => self.at = Some((x, y)),
                Gesture::Press { down: true, .. } => clicked = self.at,
                _ => {}
            }
        }
        let clicked = clicked.filter(|at| self.last() != Some(*at))?;
        self.written = Some((clicked, now));
        Some(clicked)
    }

    /// Where it is, if it is time to write that down.
    pub(super) fn due(&mut self, now: Millis) -> Option<Place> {
        let is_time = self.written.is_none_or(|(_, at)| now < at || now.since(at) >= PACE_MS);
        if is_time { self.rest(now) } else { None }
    }

    /// The same whether it is time or not.
    pub(super) fn rest(&mut self, now: Millis) -> Option<Place> {
        let at = self.at.filter(|_| self.is_waiting())?;
        self.written = Some((at, now));
        Some(at)
    }

    /// Whether something is not yet written down.
    pub(super) fn is_waiting(&self) -> bool {
        self.at != self.last()
    }

    /// What was written down last.
    fn last(&self) -> Option<Place> {
        self.written.map(|(place, _)| place)
    }
}

#[cfg(test)]
mod tests {
    use wire::desktop::Button;

    use super::*;

    #[test]
    fn a_way_is_written_at_a_pace_and_clicks_where_they_are() {
        let mut trail = Trail::default();
        let press = |down| Gesture::Press { button: Button::Primary, down };
        assert_eq!((trail.take(Millis(0), &[press(true)]), trail.due(Millis(0))), (None, None));
        let mut written = Vec::new();
        for step in 0..50_u16 {
            let now = Millis(1_000 + i64::from(step) * 16);
            assert_eq!(trail.take(now, &[Gesture::Move { x: step, y: 5 }]), None);
            written.extend(trail.due(now).map(|(x, _)| x));
        }
        assert_eq!(written, [0, 7, 14, 21, 28, 35, 42, 49]);
        // A click between two of them stands where it was, what comes after it waits its turn.
        let now = Millis(1_800);
        let clicks =
            [Gesture::Move { x: 60, y: 5 }, press(true), press(false), Gesture::Move { x: 70, y: 5 }];
        assert_eq!(trail.take(now, &clicks), Some((60, 5)));
        assert!(trail.is_waiting());
        assert_eq!((trail.due(Millis(1_850)), trail.due(Millis(1_900))), (None, Some((70, 5))));
        assert!(!trail.is_waiting());
        assert_eq!(trail.take(Millis(1_901), &[press(true)]), None, "it is known where");
        // A clock that went back stops nothing.
        trail.take(Millis(5), &[Gesture::Move { x: 1, y: 1 }]);
        assert_eq!(trail.due(Millis(5)), Some((1, 1)));
    }
}
