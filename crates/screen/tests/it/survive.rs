//! Nothing that a target writes, in any window, brings a screen down.

use proptest::prelude::*;
use screen::{Decoder, Screen};
use wire::live::Size;

use crate::output::{output, piece, size};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn any_output_and_any_resize(
        first in size(),
        steps in proptest::collection::vec((output(), size()), 0..6),
    ) {
        let mut screen = Screen::new(first);
        for (text, size) in steps {
            screen.feed(&text);
            screen.resize(size);
            prop_assert_eq!(screen.size(), size);
            prop_assert_eq!(screen.lines().len(), usize::from(size.rows));
            prop_assert!(screen.cursor().row < size.rows.into());
        }
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2000), size in size()) {
        let mut decoder = Decoder::default();
        let mut screen = Screen::new(size);
        for chunk in bytes.chunks(7) {
            screen.feed(&decoder.decode(chunk));
        }
        prop_assert_eq!(screen.size(), size);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn large_windows(
        sizes in proptest::collection::vec((1..=Size::MAX, 1..=Size::MAX), 1..4),
        pieces in proptest::collection::vec(piece(), 4),
    ) {
        let mut screen = Screen::new(Size { cols: Size::MAX, rows: Size::MAX });
        for (cols, rows) in sizes {
            screen.feed(&pieces.concat());
            screen.resize(Size { cols, rows });
            prop_assert_eq!(screen.size(), Size { cols, rows });
        }
    }
}

#[test]
fn a_size_of_nothing_counts_as_the_default() {
    let mut screen = Screen::new(Size { cols: 0, rows: 0 });
    assert_eq!(screen.size(), Size::DEFAULT);
    screen.resize(Size { cols: 2000, rows: 1 });
    assert_eq!(screen.size(), Size { cols: Size::MAX, rows: 1 });
}
