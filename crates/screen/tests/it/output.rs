//! Output as targets write it, and worse.

use proptest::prelude::*;
use screen::Screen;
use wire::live::Size;

/// A piece of output: text, a known sequence with any numbers, or rubbish.
pub(crate) fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ -~]{0,20}",
        3 => Just("\r\n".to_owned()),
        1 => "[\\x00-\\x1f]{1,3}",
        2 => "[é世界ｱ🎉e\u{301}\u{200d}\u{fe0f}\u{ad}]{1,5}",
        4 => csi(),
        1 => "\x1b[ -~]{1,2}",
        1 => "\u{1b}\\][0-2];[ -~é]{0,12}(\x07|\x1b\\\\|\u{9c})?",
        1 => "[\u{80}-\u{9f}]{1,2}",
        1 => any::<char>().prop_map(String::from),
        1 => "\x1b[P_X^][ -~]{0,6}(\x1b\\\\)?",
    ]
}

fn csi() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        6 => (0..60_u32).prop_map(|n| n.to_string()),
        1 => Just(String::new()),
        1 => any::<u32>().prop_map(|n| n.to_string()),
        1 => Just("2:1".to_owned()),
    ];
    let numbers = proptest::collection::vec(number, 0..4).prop_map(|numbers| numbers.join(";"));
    let mode = proptest::sample::select(vec![
        "?1h",
        "?1l",
        "?6h",
        "?6l",
        "?7h",
        "?7l",
        "?25h",
        "?25l",
        "?47h",
        "?47l",
        "?1047h",
        "?1047l",
        "?1048h",
        "?1048l",
        "?1049h",
        "?1049l",
        "?2004h",
        "?2004l",
        "?1000h",
        "?1003h",
        "?1002l",
        "?1006h",
        "4h",
        "4l",
        "20h",
        "20l",
        "!p",
        "?9;1006;2004h",
        "?2004;47h",
    ]);
    prop_oneof![
        // REP with large numbers is only slow.
        5 => (numbers, "[@A-Za-ac-z`]").prop_map(|(numbers, end)| format!("\x1b[{numbers}{end}")),
        1 => (0..90_u32).prop_map(|n| format!("\x1b[{n}b")),
        3 => mode.prop_map(|mode| format!("\x1b[{mode}")),
        1 => "\x1b[0-9;:?<=>!$ ]{0,5}",
        1 => "\u{9b}[0-9;?]{0,4}[A-Za-z]?",
    ]
}

pub(crate) fn output() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

pub(crate) fn size() -> impl Strategy<Value = Size> {
    prop_oneof![
        4 => (1..40_u16, 1..12_u16),
        1 => (1..4_u16, 1..4_u16),
        1 => Just((80, 24)),
    ]
    .prop_map(|(cols, rows)| Size { cols, rows })
}

/// Everything that can be told apart about a screen.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    size: Size,
    text: String,
    cursor: screen::Cursor,
    modes: wire::live::Modes,
    title: String,
    dump: String,
    footing: screen::Footing,
}

pub(crate) fn seen(screen: &Screen) -> Seen {
    Seen {
        size: screen.size(),
        text: screen.text(),
        cursor: screen.cursor(),
        modes: screen.modes(),
        title: screen.title().to_owned(),
        dump: screen.dump(),
        footing: footing_now(screen),
    }
}

/// Without what is only remembered on the safe side.
fn footing_now(screen: &Screen) -> screen::Footing {
    screen::Footing { wraps: false, ..screen.footing() }
}

pub(crate) fn restored(screen: &Screen) -> Screen {
    Screen::restore(screen.size(), screen.modes(), screen.title().to_owned(), &screen.dump())
}
