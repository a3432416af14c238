//! The mouse as the bytes that a terminal sends for it to a program that asked for it.
//!
//! Pure: places are cells, counted from 1.

use wire::live::Modes;

/// Largest column or row that the old encoding can name.
const LEGACY_MOST: u16 = 223;

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A button went down: 0 left, 1 middle, 2 right.
    Down(u8),
    /// A button came up.
    Up(u8),
    /// It moved to another cell, with a button held or none.
    Move(Option<u8>),
    /// The wheel turned: 0 up, 1 down, 2 left, 3 right.
    Wheel(u8),
}

/// Where, and with which modifiers; Shift is never sent, it selects text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) column: u16,
    pub(crate) row: u16,
    pub(crate) alt: bool,
    pub(crate) ctrl: bool,
}

/// What to send; nothing when the program did not ask for that, or cannot be told the place.
pub(crate) fn bytes(act: Act, at: At, modes: Modes) -> Option<Vec<u8>> {
    let wanted = match (modes.mouse, act) {
        (0, _) => false,
        (9, act) => matches!(act, Act::Down(_)),
        (1000, act) => !matches!(act, Act::Move(_)),
        (1002, act) => act != Act::Move(None),
        _ => true,
    };
    if !wanted {
        return None;
    }
    let button = match act {
        Act::Down(button) | Act::Up(button) => button,
        Act::Move(held) => 32 + held.unwrap_or(3),
        Act::Wheel(way) => 64 + way,
    };
    // The first mouse mode of all knows no modifiers.
    let modifiers = if modes.mouse == 9 { 0 } else { 8 * u8::from(at.alt) + 16 * u8::from(at.ctrl) };
    let At { column, row, .. } = at;
    if modes.mouse_sgr {
        let last = if matches!(act, Act::Up(_)) { 'm' } else { 'M' };
        return Some(format!("\x1b[<{};{column};{row}{last}", button + modifiers).into_bytes());
    }
    // It does not say which button came up.
    let button = if matches!(act, Act::Up(_)) { 3 } else { button };
    let place = |cell: u16| u8::try_from(cell).ok().filter(|_| cell <= LEGACY_MOST).map(|cell| cell + 32);
    Some(vec![0x1b, b'[', b'M', button + modifiers + 32, place(column)?, place(row)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: At = At { column: 10, row: 3, alt: false, ctrl: false };

    fn modes(mouse: u16, mouse_sgr: bool) -> Modes {
        Modes { mouse, mouse_sgr, ..Modes::default() }
    }

    #[test]
    fn programs_get_what_they_asked_for() {
        let acts = [Act::Down(0), Act::Up(0), Act::Move(Some(0)), Act::Move(None), Act::Wheel(1)];
        for (mouse, wanted) in [
            (0, [false; 5]),
            (9, [true, false, false, false, false]),
            (1000, [true, true, false, false, true]),
            (1002, [true, true, true, false, true]),
            (1003, [true; 5]),
        ] {
            let sent = acts.map(|act| bytes(act, AT, modes(mouse, true)).is_some());
            assert_eq!(sent, wanted, "{mouse}");
        }
    }

    #[test]
    fn both_encodings() {
        for (act, at, sgr, legacy) in [
            (Act::Down(0), AT, "\x1b[<0;10;3M", "\x1b[M *#"),
            (Act::Up(2), AT, "\x1b[<2;10;3m", "\x1b[M#*#"),
            (Act::Down(1), At { ctrl: true, ..AT }, "\x1b[<17;10;3M", "\x1b[M1*#"),
            (Act::Down(0), At { alt: true, ..AT }, "\x1b[<8;10;3M", "\x1b[M(*#"),
            (Act::Move(Some(2)), AT, "\x1b[<34;10;3M", "\x1b[MB*#"),
            (Act::Move(None), AT, "\x1b[<35;10;3M", "\x1b[MC*#"),
            (Act::Wheel(0), AT, "\x1b[<64;10;3M", "\x1b[M`*#"),
            (Act::Wheel(1), AT, "\x1b[<65;10;3M", "\x1b[Ma*#"),
        ] {
            assert_eq!(bytes(act, at, modes(1003, true)).as_deref(), Some(sgr.as_bytes()), "{act:?}");
            assert_eq!(bytes(act, at, modes(1003, false)).as_deref(), Some(legacy.as_bytes()), "{act:?}");
        }
        let first = At { ctrl: true, ..AT };
        assert_eq!(bytes(Act::Down(0), first, modes(9, false)).as_deref(), Some(&b"\x1b[M *#"[..]));
    }

    #[test]
    fn a_place_that_cannot_be_named_is_not_sent() {
        let edge = At { column: 223, ..AT };
        let sent = bytes(Act::Down(0), edge, modes(1000, false));
        assert_eq!(sent, Some(vec![0x1b, b'[', b'M', 32, 255, 35]));
        let beyond = At { column: 224, ..AT };
        assert_eq!(bytes(Act::Down(0), beyond, modes(1000, false)), None);
        assert_eq!(bytes(Act::Down(0), beyond, modes(1000, true)).as_deref(), Some(&b"\x1b[<0;224;3M"[..]));
    }
}
