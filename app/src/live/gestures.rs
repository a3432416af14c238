//! What somebody does at a desktop, on its way into messages.
//!
//! Pure. Nothing is sent that the next thing undoes: of the places that the mouse passes, the last one counts.

use wire::desktop::{Button, Gesture};

/// Bytes of a message, about: well below [`wire::live::LiveRequest::MAX_BYTES`].
const PIECE: usize = 8 << 10;
/// Bytes of a clipboard's text in one gesture.
const CLIP_PIECE: usize = 4 << 10;
/// One notch of a wheel.
const NOTCH: f64 = 120.0;
/// Pixels, lines and pages that are one notch, as browsers count them.
const NOTCH_PX: f64 = 100.0;
const NOTCH_LINES: f64 = 3.0;
const NOTCH_PAGES: f64 = 0.3;
/// Most notches that one event turns.
const MOST_NOTCHES: f64 = 20.0;

/// Gestures that wait to be sent.
#[derive(Debug, Default)]
pub(crate) struct Sending {
    waiting: Vec<Gesture>,
}

impl Sending {
    /// Adds a gesture to those that wait.
    pub(crate) fn add(&mut self, gesture: Gesture) {
        match (self.waiting.last_mut(), gesture) {
            (Some(Gesture::Move { x, y }), Gesture::Move { x: new_x, y: new_y }) => (*x, *y) = (new_x, new_y),
            (
                Some(Gesture::Wheel { vertical, horizontal }),
                Gesture::Wheel { vertical: up, horizontal: right },
            ) => {
                *vertical = vertical.saturating_add(up);
                *horizontal = horizontal.saturating_add(right);
            }
            (_, gesture) => self.waiting.push(gesture),
        }
    }

    /// Forgets what waits.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Takes all that waits, as the contents of messages.
    pub(crate) fn take(&mut self) -> Vec<Vec<u8>> {
        let (mut messages, mut piece, mut bytes) = (Vec::new(), Vec::new(), 0);
        for gesture in self.waiting.drain(..) {
            let length = wire::encode(&gesture).len();
            if bytes + length > PIECE && !piece.is_empty() {
                messages.push(wire::encode(&std::mem::take(&mut piece)));
                bytes = 0;
            }
            bytes += length;
            piece.push(gesture);
        }
        if !piece.is_empty() {
            messages.push(wire::encode(&piece));
        }
        messages
    }
}

/// A text for the desktop's clipboard; none when it is longer than it may be.
pub(crate) fn clip(text: &str) -> Option<Vec<Gesture>> {
    if text.len() > Gesture::MAX_CLIP_BYTES {
        return None;
    }
    let (mut pieces, mut rest) = (Vec::new(), text);
    loop {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(CLIP_PIECE));
        rest = after;
        pieces.push(Gesture::Clip { text: piece.to_owned(), more: !rest.is_empty() });
        if rest.is_empty() {
            return Some(pieces);
        }
    }
}

/// The buttons of the mouse, each with its bit in what the browser says is held.
const BUTTONS: [(u16, Button); 5] = [
    (1, Button::Primary),
    (2, Button::Secondary),
    (4, Button::Middle),
    (8, Button::Back),
    (16, Button::Forward),
];

/// What happened to the buttons between two events.
pub(crate) fn presses(before: u16, now: u16) -> impl Iterator<Item = Gesture> {
    let changed = BUTTONS.into_iter().filter(move |(bit, _)| (before ^ now) & bit != 0);
    changed.map(move |(bit, button)| Gesture::Press { button, down: now & bit != 0 })
}

/// How a browser counts what a wheel turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Pixels,
    Lines,
    Pages,
}

/// What a wheel has turned that is no whole notch yet. Desktops count notches: many take the smallest turn for one.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    right: f64,
    down: f64,
}

impl Turn {
    /// The wheel turns so much to the right and down.
    pub(crate) fn turn(&mut self, right: f64, down: f64, unit: Unit) -> Option<Gesture> {
        let notch = match unit {
            Unit::Pixels => NOTCH_PX,
            Unit::Lines => NOTCH_LINES,
            Unit::Pages => NOTCH_PAGES,
        };
        let horizontal = whole(&mut self.right, right / notch);
        let vertical = -whole(&mut self.down, down / notch);
        (vertical != 0 || horizontal != 0).then_some(Gesture::Wheel { vertical, horizontal })
    }
}

/// Adds notches to a sum and takes the whole ones out of it, in 120ths.
#[expect(clippy::cast_possible_truncation, reason = "a few notches")]
fn whole(sum: &mut f64, more: f64) -> i16 {
    // The other way begins anew.
    if *sum * more < 0.0 {
        *sum = 0.0;
    }
    *sum = (*sum + more).clamp(-MOST_NOTCHES, MOST_NOTCHES);
    // A hair less than a notch is one: a touchpad's parts do not add up to the last bit.
    let notches = (*sum + 1e-6 * sum.signum()).trunc();
    *sum -= notches;
    (notches * NOTCH) as i16
}

#[cfg(test)]
mod tests {
    use wire::live::LiveRequest;

    use super::*;

    fn sent(gestures: impl IntoIterator<Item = Gesture>) -> Vec<Vec<Gesture>> {
        let mut sending = Sending::default();
        for gesture in gestures {
            sending.add(gesture);
        }
        let messages = sending.take();
        assert!(sending.take().is_empty());
        for message in &messages {
            assert!(wire::encode(&LiveRequest::Input(message.clone())).len() <= LiveRequest::MAX_BYTES);
        }
        messages.iter().map(|message| wire::decode(message).unwrap()).collect()
    }

    const fn at(x: u16, y: u16) -> Gesture {
        Gesture::Move { x, y }
    }

    const fn primary(down: bool) -> Gesture {
        Gesture::Press { button: Button::Primary, down }
    }

    #[test]
    fn moves_are_one_until_something_happens_there() {
        let done = [at(1, 1), at(2, 2), primary(true), at(3, 3), at(4, 4), primary(false)];
        assert_eq!(sent(done), [vec![at(2, 2), primary(true), at(4, 4), primary(false)]]);
        assert!(sent([]).is_empty());
    }

    #[test]
    fn a_long_text_goes_in_messages_that_are_short_enough() {
        let text = "añadir ".repeat(6_000);
        let gestures = clip(&text).unwrap();
        let messages = sent(gestures);
        assert!(messages.len() > 4);
        let mut whole = String::new();
        let pieces: Vec<_> = messages.into_iter().flatten().collect();
        for (index, piece) in pieces.iter().enumerate() {
            let Gesture::Clip { text, more } = piece else { panic!("{piece:?}") };
            assert_eq!(*more, index + 1 < pieces.len());
            whole += text;
        }
        assert_eq!(whole, text);
    }

    #[test]
    fn a_text_beyond_the_limit_is_none() {
        assert!(clip(&"x".repeat(Gesture::MAX_CLIP_BYTES + 1)).is_none());
        assert!(clip(&"x".repeat(Gesture::MAX_CLIP_BYTES)).is_some());
        assert_eq!(clip(""), Some(vec![Gesture::Clip { text: String::new(), more: false }]));
    }

    #[test]
    fn buttons_go_down_and_up() {
        for (before, now, expected) in [
            (0, 1, vec![(Button::Primary, true)]),
            (1, 3, vec![(Button::Secondary, true)]),
            (3, 4, vec![(Button::Primary, false), (Button::Secondary, false), (Button::Middle, true)]),
            (24, 0, vec![(Button::Back, false), (Button::Forward, false)]),
            (5, 5, vec![]),
            (0, 64, vec![]),
        ] {
            let expected = expected.into_iter().map(|(button, down)| Gesture::Press { button, down });
            assert!(presses(before, now).eq(expected), "{before} {now}");
        }
    }

    #[test]
    fn a_wheel_turns_by_notches_however_it_is_counted() {
        const fn wheel(vertical: i16, horizontal: i16) -> Option<Gesture> {
            Some(Gesture::Wheel { vertical, horizontal })
        }
        for (turns, unit, expected) in [
            (vec![(0.0, 100.0)], Unit::Pixels, vec![wheel(-120, 0)]),
            (vec![(0.0, -240.0)], Unit::Pixels, vec![wheel(240, 0)]),
            (vec![(0.0, 60.0), (0.0, 60.0)], Unit::Pixels, vec![None, wheel(-120, 0)]),
            (vec![(0.0, 90.0), (0.0, -90.0)], Unit::Pixels, vec![None, None]),
            (vec![(0.0, 3.0)], Unit::Lines, vec![wheel(-120, 0)]),
            (vec![(6.0, 0.0)], Unit::Lines, vec![wheel(0, 240)]),
            (vec![(0.0, 1.0)], Unit::Pages, vec![wheel(-360, 0)]),
            (vec![(0.0, 1e9)], Unit::Pixels, vec![wheel(-2_400, 0)]),
        ] {
            let mut turn = Turn::default();
            let turned: Vec<_> = turns.iter().map(|&(right, down)| turn.turn(right, down, unit)).collect();
            assert_eq!(turned, expected, "{turns:?}");
        }
    }
}
