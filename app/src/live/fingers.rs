//! Fingers on a desktop's picture: a tap clicks, a long touch is the other button, a finger that moves drags, two
//! scroll.
//!
//! Pure: places of fingers in, gestures out.

use wire::desktop::{Button, Gesture};

use super::gestures::{Turn, Unit};

/// How long a finger rests until that is a click of the other button, in milliseconds.
pub(crate) const LONG_MS: u32 = 550;
/// A finger that moved no further, in pixels of the page, has not moved.
const STILL_PX: f64 = 9.0;
/// Pixels of a wheel for one that fingers move: what they hold stays under them, about.
const WHEEL_PX: f64 = 2.0;

/// Where a finger is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Finger {
    /// The browser's name for it.
    pub(crate) id: i32,
    /// On the page, in pixels.
    pub(crate) page: (f64, f64),
    /// On the desktop, in pixels.
    pub(crate) place: (u16, u16),
}

#[derive(Debug, Default)]
enum Doing {
    /// No finger is down.
    #[default]
    Nothing,
    /// One finger is where it came down.
    Resting(Finger),
    /// One finger drags.
    Dragging(i32),
    /// Two fingers scroll.
    Scrolling([Finger; 2]),
    /// All is done; fingers may still be down.
    Done,
}

/// What fingers do.
#[derive(Debug, Default)]
pub(crate) struct Fingers {
    doing: Doing,
    down: u8,
    turn: Turn,
}

impl Fingers {
    /// A finger comes down; whether it is to be told when it has rested for [`LONG_MS`].
    pub(crate) fn down(&mut self, finger: Finger) -> (Vec<Gesture>, bool) {
        self.down = self.down.saturating_add(1);
        let mut done = Vec::new();
        self.doing = match std::mem::take(&mut self.doing) {
            Doing::Nothing => Doing::Resting(finger),
            Doing::Resting(first) => {
                self.turn = Turn::default();
                done.push(to(first.place));
                Doing::Scrolling([first, finger])
            }
            Doing::Dragging(_) => {
                done.push(press(Button::Primary, false));
                Doing::Done
            }
            Doing::Scrolling(_) | Doing::Done => Doing::Done,
        };
        (done, matches!(self.doing, Doing::Resting(_)))
    }

    /// A finger moves.
    pub(crate) fn moved(&mut self, finger: Finger) -> Vec<Gesture> {
        match &mut self.doing {
            Doing::Resting(from) if from.id == finger.id => {
                let (x, y) = (finger.page.0 - from.page.0, finger.page.1 - from.page.1);
                if x.hypot(y) <= STILL_PX {
                    return Vec::new();
                }
                let from = from.place;
                self.doing = Doing::Dragging(finger.id);
                vec![to(from), press(Button::Primary, true), to(finger.place)]
            }
            Doing::Dragging(id) if *id == finger.id => vec![to(finger.place)],
            Doing::Scrolling(fingers) => {
                let Some(from) = fingers.iter_mut().find(|from| from.id == finger.id) else {
                    return Vec::new();
                };
                // Each of the two is half of what moves.
                let right = (finger.page.0 - from.page.0) / 2.0;
                let down = (finger.page.1 - from.page.1) / 2.0;
                from.page = finger.page;
                self.turn.turn(-right * WHEEL_PX, -down * WHEEL_PX, Unit::Pixels).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether a finger is where it came down, and may yet rest long enough.
    pub(crate) const fn is_resting(&self) -> bool {
        matches!(self.doing, Doing::Resting(_))
    }

    /// Whether a finger holds something.
    pub(crate) const fn is_dragging(&self) -> bool {
        matches!(self.doing, Doing::Dragging(_))
    }

    /// The finger has rested for [`LONG_MS`].
    pub(crate) fn rested(&mut self) -> Vec<Gesture> {
        let Doing::Resting(finger) = self.doing else { return Vec::new() };
        self.doing = Doing::Done;
        click(finger.place, Button::Secondary)
    }

    /// A finger is lifted.
    pub(crate) fn up(&mut self, id: i32) -> Vec<Gesture> {
        let done = match &self.doing {
            Doing::Resting(finger) if finger.id == id => click(finger.place, Button::Primary),
            _ => return self.gone(),
        };
        self.doing = Doing::Done;
        self.gone();
        done
    }

    /// A finger is lifted, or the browser took it: nothing is clicked.
    pub(crate) fn gone(&mut self) -> Vec<Gesture> {
        self.down = self.down.saturating_sub(1);
        let done = match self.doing {
            Doing::Dragging(_) => vec![press(Button::Primary, false)],
            _ => Vec::new(),
        };
        self.doing = if self.down == 0 { Doing::Nothing } else { Doing::Done };
        done
    }
}

const fn to((x, y): (u16, u16)) -> Gesture {
    Gesture::Move { x, y }
}

const fn press(button: Button, down: bool) -> Gesture {
    Gesture::Press { button, down }
}

fn click(place: (u16, u16), button: Button) -> Vec<Gesture> {
    vec![to(place), press(button, true), press(button, false)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finger(id: i32, x: u16, y: u16) -> Finger {
        Finger { id, page: (f64::from(x), f64::from(y)), place: (x, y) }
    }

    #[test]
    fn a_tap_clicks_where_the_finger_came_down() {
        let mut fingers = Fingers::default();
        assert_eq!(fingers.down(finger(1, 50, 60)), (vec![], true));
        assert_eq!(fingers.moved(finger(1, 53, 61)), []);
        assert_eq!(fingers.up(1), click((50, 60), Button::Primary));
        assert_eq!(fingers.rested(), []);
        assert!(fingers.down(finger(2, 1, 1)).1);
    }

    #[test]
    fn a_long_touch_is_the_other_button() {
        let mut fingers = Fingers::default();
        fingers.down(finger(1, 5, 6));
        assert_eq!(fingers.rested(), click((5, 6), Button::Secondary));
        assert_eq!(fingers.moved(finger(1, 90, 90)), []);
        assert_eq!(fingers.up(1), []);
    }

    #[test]
    fn a_finger_that_moves_drags() {
        let mut fingers = Fingers::default();
        fingers.down(finger(1, 10, 10));
        assert_eq!(
            fingers.moved(finger(1, 30, 10)),
            [to((10, 10)), press(Button::Primary, true), to((30, 10))]
        );
        assert_eq!(fingers.rested(), []);
        assert_eq!(fingers.moved(finger(1, 40, 10)), [to((40, 10))]);
        assert_eq!(fingers.up(1), [press(Button::Primary, false)]);
    }

    #[test]
    fn two_fingers_scroll_and_click_nothing() {
        let mut fingers = Fingers::default();
        fingers.down(finger(1, 100, 300));
        assert_eq!(fingers.down(finger(2, 200, 300)), (vec![to((100, 300))], false));
        assert_eq!(fingers.moved(finger(1, 100, 250)), []);
        // What is held moves up with the fingers: the wheel turns down.
        assert_eq!(fingers.moved(finger(2, 200, 250)), [Gesture::Wheel { vertical: -120, horizontal: 0 }]);
        assert_eq!((fingers.up(1), fingers.up(2)), (vec![], vec![]));
        assert!(fingers.down(finger(3, 1, 1)).1);
    }

    #[test]
    fn what_the_browser_takes_is_let_go() {
        let mut fingers = Fingers::default();
        fingers.down(finger(1, 10, 10));
        fingers.moved(finger(1, 90, 10));
        assert_eq!(fingers.gone(), [press(Button::Primary, false)]);
        fingers.down(finger(2, 10, 10));
        assert_eq!(fingers.gone(), []);
    }
}
