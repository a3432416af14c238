//! A screen's dump, with modes and title, makes a screen that nothing tells from it, ever after.

use proptest::prelude::*;
use screen::Screen;

use crate::output::{output, restored, seen, size};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn a_restored_screen_goes_on_as_the_first(
        first in size(),
        steps in proptest::collection::vec((output(), proptest::option::of(size())), 1..6),
    ) {
        let mut original = Screen::new(first);
        let mut copy = restored(&original);
        for (text, size) in steps {
            for screen in [&mut original, &mut copy] {
                screen.feed(&text);
                if let Some(size) = size {
                    screen.resize(size);
                }
            }
            prop_assert_eq!(seen(&copy), seen(&original));
            copy = restored(&copy);
            prop_assert_eq!(seen(&copy), seen(&original));
        }
    }
}

#[test]
fn an_unfinished_sequence_survives() {
    for (before, after) in
        [("\x1b]2;ti", "tle\x07"), ("\x1b[?20", "04h"), ("\x1b[?4", "7h"), ("\x1b[3", "1mx"), ("\x1b", "7")]
    {
        let mut original = Screen::new(wire::live::Size::DEFAULT);
        original.feed(before);
        let mut copy = restored(&original);
        original.feed(after);
        copy.feed(after);
        assert_eq!(seen(&copy), seen(&original), "{before:?} {after:?}");
        assert!(seen(&copy) != seen(&Screen::new(wire::live::Size::DEFAULT)) || before == "\x1b");
    }
}
