//! Repeating a character as often as a target asks comes to what it should, and costs little.

use screen::Screen;
use wire::live::Size;

#[test]
fn repetitions_beyond_the_screen_come_to_the_same() {
    for (cols, rows) in [(1, 1), (2, 1), (5, 3), (8, 4), (9, 2)] {
        for before in [
            "x",
            "世",
            "a\r\nb\r\nxy",
            "\x1b[7;41mx",
            "\x1b[?7lx",
            "\x1b[4hx",
            "\x1b[2;3r\x1b[1;3Hx",
            "\x1b[1;2r\x1b[4;2Hx",
            "\x1b[?1049h\x1b[2;2H世",
        ] {
            for count in [0, 1, 3, 17, 29, 40, 41, 63, 64, 100, 101, 1000, 65535] {
                let text = format!("{before}\x1b[{count}b");
                let mut screen = Screen::new(Size { cols, rows });
                let mut emulator = avt::Terminal::new(cols.into(), rows.into()).unwrap();
                screen.feed(&text);
                emulator.feed(&text);
                assert_eq!(screen.dump(), emulator.dump(), "{cols}x{rows} {text:?}");
            }
        }
    }
}

#[test]
fn a_sequence_that_ends_in_b_and_is_none_changes_nothing() {
    let mut screen = Screen::new(Size { cols: 5, rows: 2 });
    screen.feed("x\x1b[?3bx\x1b[3;b");
    assert_eq!(screen.text(), "xxxxx\n");
}
