//! Modes, title, marks and dirty rows.

use screen::Screen;
use wire::live::{Modes, Size};

fn after(text: &str) -> Screen {
    let mut screen = Screen::new(Size { cols: 10, rows: 3 });
    screen.feed(text);
    screen
}

#[test]
fn modes_follow_what_the_program_sets() {
    let none = Modes::default();
    for (text, modes) in [
        ("", none),
        ("\x1b[?2004h", Modes { bracketed_paste: true, ..none }),
        ("\x1b[?2004h\x1b[?2004l", none),
        ("\x1b[?1000h", Modes { mouse: 1000, ..none }),
        ("\x1b[?1000;1006h", Modes { mouse: 1000, mouse_sgr: true, ..none }),
        ("\x1b[?1003h\x1b[?1003l", none),
        ("\x1b[?9h", Modes { mouse: 9, ..none }),
        ("\x1b[?1049h", Modes { alternate_screen: true, ..none }),
        ("\x1b[?47h", Modes { alternate_screen: true, ..none }),
        ("\x1b[?47h\x1b[?47l", none),
        ("\x1b[2004h", none),
        ("\x1b[?2004$h", none),
        ("\x1b[?2004h\x1bc", none),
        ("\u{9b}?2004h", Modes { bracketed_paste: true, ..none }),
    ] {
        assert_eq!(after(text).modes(), modes, "{text:?}");
    }
}

#[test]
fn cursor_keys_follow_the_program_and_its_dump() {
    for (text, app) in [
        ("", false),
        ("\x1b[?1h", true),
        ("\x1b[?1h\x1b[?1l", false),
        ("\x1b[?1;2004h", true),
        ("\x1b[?1h\x1bc", false),
    ] {
        let screen = after(text);
        let copy = Screen::restore(screen.size(), screen.modes(), String::new(), &screen.dump());
        assert_eq!((screen.app_cursor(), copy.app_cursor()), (app, app), "{text:?}");
    }
}

#[test]
fn the_old_alternate_screen_keeps_the_first() {
    let mut screen = after("shell\x1b[?47h\x1b[Heditor");
    assert_eq!(screen.text(), "editor\n\n");
    screen.feed("\x1b[?47l");
    assert_eq!(screen.text(), "shell\n\n");
}

#[test]
fn titles_are_kept_however_they_end() {
    for (text, title) in [
        ("\x1b]0;one\x07", "one"),
        ("\x1b]2;two\x1b\\", "two"),
        ("\u{9d}2;three\u{9c}", "three"),
        ("\x1b]1;icon\x07", ""),
        ("\x1b]2;dropped\x18", ""),
        ("\x1b]2;a\x07\x1b]2;\x07", ""),
        ("\x1b]2;kept\x07\x1b]2;unfinished", "kept"),
    ] {
        assert_eq!(after(text).title(), title, "{text:?}");
    }
    let long = format!("\x1b]2;{}\x07", "x".repeat(5000));
    assert!(after(&long).title().len() <= 1024);
}

#[test]
fn characters_without_a_column_move_nothing() {
    let screen = after("e\u{301}a\u{200d}b\u{fe0f}|");
    assert_eq!(screen.text(), "eab|\n\n");
    assert_eq!(screen.cursor().col, 4);
}

#[test]
fn rows_are_dirty_once() {
    let mut screen = after("");
    assert_eq!(screen.take_dirty(), [0, 1, 2]);
    assert!(screen.take_dirty().is_empty());
    screen.feed("\x1b[2;1Hx");
    assert_eq!(screen.take_dirty(), [1]);
    screen.resize(Size { cols: 10, rows: 5 });
    assert_eq!(screen.take_dirty(), [0, 1, 2, 3, 4]);
}
