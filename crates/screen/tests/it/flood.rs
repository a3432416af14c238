//! Skipping what scrolls off changes nothing that can be seen.

use proptest::prelude::*;
use screen::Screen;

use crate::output::{output, seen, size};

/// Lines as a program pours them out, longer than any screen of these tests.
fn flood() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        3 => "[ -~]{0,30}\r\n",
        2 => "\\x1b\\[(0|1|31|44|0;7|38;5;200|48:2::1:2:3)?m[ -~é世]{1,12}(\x1b\\[K)?(\x1b\\[m)?\r\n",
        1 => "[ -~]{0,5}\t[ -~]\x08[世é]{0,5}\n",
        1 => "\r\n\r\n[ -~]{0,3}",
    ];
    let bare = prop_oneof![4 => "[ -~]{0,30}\n", 1 => "[ -~]{0,9}\r?\n", 1 => Just("\n\n".to_owned())];
    let line = prop_oneof![
        2 => proptest::collection::vec(line, 1..12),
        1 => proptest::collection::vec(bare, 1..12),
    ];
    (line, 8200..20_000_usize).prop_map(|(lines, bytes)| {
        let lines = lines.concat();
        lines.repeat(bytes.div_ceil(lines.len().max(1)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_flood_at_once_and_drop_by_drop(
        size in size(),
        before in output(),
        flood in flood(),
        after in output(),
        again in flood(),
    ) {
        let mut at_once = Screen::new(size);
        let mut by_drops = Screen::new(size);
        // Twice: a flood that comes to a screen already flooded starts in its last row.
        let text = [before, flood.clone(), flood, after, again.clone(), again].concat();
        for part in text.as_bytes().chunks(10_000) {
            at_once.feed(&String::from_utf8_lossy(part));
        }
        for part in text.as_bytes().chunks(10_000) {
            for line in String::from_utf8_lossy(part).split_inclusive('\n') {
                by_drops.feed(line);
            }
        }
        prop_assert_eq!(seen(&at_once), seen(&by_drops));
    }
}

#[test]
fn margins_keep_what_is_outside() {
    let flood = "line\r\n".repeat(4000);
    for before in ["top\x1b[2;3r\x1b[3;1H", "\x1b[1;3rtop\x1b[4;1Hlow\x1b[2;1H", "\x1b[?6h\x1b[2;4rtop"] {
        let mut at_once = Screen::new(wire::live::Size { cols: 8, rows: 4 });
        let mut by_drops = Screen::new(wire::live::Size { cols: 8, rows: 4 });
        at_once.feed(&(before.to_owned() + &flood));
        by_drops.feed(before);
        for line in flood.split_inclusive('\n') {
            by_drops.feed(line);
        }
        assert_eq!(seen(&at_once), seen(&by_drops), "{before:?}");
    }
}
