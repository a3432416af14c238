//! Ctrl and Alt of the bar of keys: each waits for the key that comes next.

use wire::desktop::Gesture;

use super::scan;

/// Which of them wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sticky {
    pub(crate) ctrl: bool,
    pub(crate) alt: bool,
}

impl Sticky {
    /// Whether none waits.
    pub(crate) const fn is_none(self) -> bool {
        !self.ctrl && !self.alt
    }

    /// What is done with them held.
    pub(crate) fn around(self, done: impl IntoIterator<Item = Gesture>) -> Vec<Gesture> {
        let held = [(self.ctrl, scan::CONTROL), (self.alt, scan::ALT)];
        let held = held.into_iter().filter(|(held, _)| *held).map(|(_, code)| code);
        let key = |down| move |code| Gesture::Key { code, down, text: None };
        held.clone().map(key(true)).chain(done).chain(held.rev().map(key(false))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_held_around_the_key() {
        let key = |code, down| Gesture::Key { code, down, text: None };
        let done = [key(0x2E, true), key(0x2E, false)];
        assert_eq!(Sticky::default().around(done.clone()), done);
        let both = Sticky { ctrl: true, alt: true }.around(done);
        let expected = [
            (scan::CONTROL, true),
            (scan::ALT, true),
            (0x2E, true),
            (0x2E, false),
            (scan::ALT, false),
            (scan::CONTROL, false),
        ];
        assert_eq!(both, expected.map(|(code, down)| key(code, down)));
    }
}
