//! Keys as the bytes that a terminal sends for them, by xterm's conventions.
//!
//! Pure: knows no event of the browser. What it has no bytes for stays with the browser.

pub(crate) mod mouse;

/// Bytes from here on mean that Alt was held: a prefix.
const ESC: u8 = 0x1b;

/// One key pressed, as the browser names it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Press<'a> {
    /// The text that it types, or its name: `a`, `Enter`, `ArrowUp`.
    pub(crate) key: &'a str,
    pub(crate) shift: bool,
    pub(crate) alt: bool,
    pub(crate) ctrl: bool,
    /// Command, Super or the Windows key.
    pub(crate) meta: bool,
    /// AltGr: what it types is text, and its other modifiers say nothing.
    pub(crate) alt_gr: bool,
}

impl Press<'_> {
    /// The number that xterm writes for the modifiers; 1 is none.
    fn modifiers(self) -> u8 {
        1 + u8::from(self.shift) + 2 * u8::from(self.alt) + 4 * u8::from(self.ctrl)
    }
}

/// What to send for a key; `app_cursor` is the program's cursor key mode (DECCKM). None is left to the
/// browser.
pub(crate) fn bytes(press: Press<'_>, app_cursor: bool) -> Option<Vec<u8>> {
    let mut letters = press.key.chars();
    match (letters.next(), letters.next()) {
        _ if press.meta => None,
        (Some(letter), None) => text(press, letter),
        _ => named(press, app_cursor),
    }
}

fn text(press: Press<'_>, letter: char) -> Option<Vec<u8>> {
    if press.alt_gr {
        return Some(letter.to_string().into_bytes());
    }
    let bytes = match press.ctrl {
        true => vec![control(letter, press.shift)?],
        false => letter.to_string().into_bytes(),
    };
    Some(with_alt(press, bytes))
}

/// The control character of a key. With Shift, letters are the browser's own short cuts.
fn control(letter: char, shift: bool) -> Option<u8> {
    Some(match letter {
        'a'..='z' | 'A'..='Z' if shift => return None,
        'a'..='z' | 'A'..='Z' | '@' | '[' | '\\' | ']' | '^' | '_' => u8::try_from(letter).ok()? & 0x1f,
        ' ' | '2' | '`' => 0x00,
        '3'..='7' => u8::try_from(letter).ok()? - b'3' + 0x1b,
        '/' => 0x1f,
        '8' | '?' => 0x7f,
        '1' | '9' => u8::try_from(letter).ok()?,
        _ => return None,
    })
}

fn named(press: Press<'_>, app_cursor: bool) -> Option<Vec<u8>> {
    let modifiers = press.modifiers();
    Some(match press.key {
        "Enter" => with_alt(press, vec![b'\r']),
        // Other windows and tabs are reached with them.
        "Tab" if press.ctrl || press.alt => return None,
        "Tab" if press.shift => b"\x1b[Z".to_vec(),
        "Tab" => vec![b'\t'],
        "Backspace" => with_alt(press, vec![if press.ctrl { 0x08 } else { 0x7f }]),
        "Escape" => with_alt(press, vec![ESC]),
        // Pastes, in every browser that has the key.
        "Insert" if modifiers == 2 => return None,
        "Insert" => tilde(2, modifiers),
        "Delete" => tilde(3, modifiers),
        "PageUp" => tilde(5, modifiers),
        "PageDown" => tilde(6, modifiers),
        "ArrowUp" => cursor('A', modifiers, app_cursor),
        "ArrowDown" => cursor('B', modifiers, app_cursor),
        "ArrowRight" => cursor('C', modifiers, app_cursor),
        "ArrowLeft" => cursor('D', modifiers, app_cursor),
        "End" => cursor('F', modifiers, app_cursor),
        "Home" => cursor('H', modifiers, app_cursor),
        key => function(key.strip_prefix('F')?.parse().ok()?, modifiers)?,
    })
}

fn with_alt(press: Press<'_>, mut bytes: Vec<u8>) -> Vec<u8> {
    if press.alt {
        bytes.insert(0, ESC);
    }
    bytes
}

/// A key that the program may ask to have as SS3; with modifiers it is never that.
fn cursor(last: char, modifiers: u8, ss3: bool) -> Vec<u8> {
    match modifiers {
        1 if ss3 => format!("\x1bO{last}"),
        1 => format!("\x1b[{last}"),
        _ => format!("\x1b[1;{modifiers}{last}"),
    }
    .into_bytes()
}

fn tilde(number: u8, modifiers: u8) -> Vec<u8> {
    match modifiers {
        1 => format!("\x1b[{number}~"),
        _ => format!("\x1b[{number};{modifiers}~"),
    }
    .into_bytes()
}

fn function(number: u8, modifiers: u8) -> Option<Vec<u8>> {
    Some(match number {
        1..=4 => cursor(char::from(b'O' + number), modifiers, true),
        5 => tilde(15, modifiers),
        6..=10 => tilde(number + 11, modifiers),
        11..=12 => tilde(number + 12, modifiers),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `C-S-a` as a key: C Ctrl, S Shift, A Alt, M Meta, G AltGr.
    fn pressed(written: &str) -> Press<'_> {
        let mut press = Press { key: written, ..Press::default() };
        while let Some((modifier, rest)) = press.key.split_once('-').filter(|(_, rest)| !rest.is_empty()) {
            match modifier {
                "C" => press.ctrl = true,
                "S" => press.shift = true,
                "A" => press.alt = true,
                "M" => press.meta = true,
                "G" => press.alt_gr = true,
                _ => break,
            }
            press.key = rest;
        }
        press
    }

    #[test]
    fn keys_are_those_of_xterm() {
        for (written, expected) in [
            // Text, whatever the alphabet.
            ("a", "a"),
            ("S-A", "A"),
            (" ", " "),
            ("é", "é"),
            ("ß", "ß"),
            ("日", "日"),
            ("-", "-"),
            // Alt is a prefix, AltGr is not.
            ("A-a", "\x1ba"),
            ("A-S-A", "\x1bA"),
            ("A-é", "\x1bé"),
            ("G-@", "@"),
            ("G-C-A-{", "{"),
            // Control characters.
            ("C-a", "\x01"),
            ("C-c", "\x03"),
            ("C-Z", "\x1a"),
            ("C-@", "\0"),
            ("C- ", "\0"),
            ("C-[", "\x1b"),
            ("C-\\", "\x1c"),
            ("C-]", "\x1d"),
            ("C-^", "\x1e"),
            ("C-S-_", "\x1f"),
            ("C-/", "\x1f"),
            ("C-2", "\0"),
            ("C-3", "\x1b"),
            ("C-4", "\x1c"),
            ("C-5", "\x1d"),
            ("C-6", "\x1e"),
            ("C-7", "\x1f"),
            ("C-8", "\x7f"),
            ("C-9", "9"),
            ("C-A-c", "\x1b\x03"),
            // Keys with names.
            ("Enter", "\r"),
            ("S-Enter", "\r"),
            ("A-Enter", "\x1b\r"),
            ("Tab", "\t"),
            ("S-Tab", "\x1b[Z"),
            ("Backspace", "\x7f"),
            ("C-Backspace", "\x08"),
            ("A-Backspace", "\x1b\x7f"),
            ("Escape", "\x1b"),
            ("A-Escape", "\x1b\x1b"),
            ("Insert", "\x1b[2~"),
            ("C-Insert", "\x1b[2;5~"),
            ("Delete", "\x1b[3~"),
            ("S-Delete", "\x1b[3;2~"),
            ("PageUp", "\x1b[5~"),
            ("PageDown", "\x1b[6~"),
            ("C-S-PageDown", "\x1b[6;6~"),
            // Cursor keys.
            ("ArrowUp", "\x1b[A"),
            ("ArrowDown", "\x1b[B"),
            ("ArrowRight", "\x1b[C"),
            ("ArrowLeft", "\x1b[D"),
            ("Home", "\x1b[H"),
            ("End", "\x1b[F"),
            ("S-ArrowUp", "\x1b[1;2A"),
            ("A-ArrowDown", "\x1b[1;3B"),
            ("C-ArrowRight", "\x1b[1;5C"),
            ("C-A-S-ArrowLeft", "\x1b[1;8D"),
            ("C-Home", "\x1b[1;5H"),
            // Function keys.
            ("F1", "\x1bOP"),
            ("F2", "\x1bOQ"),
            ("F3", "\x1bOR"),
            ("F4", "\x1bOS"),
            ("S-F1", "\x1b[1;2P"),
            ("C-F4", "\x1b[1;5S"),
            ("F5", "\x1b[15~"),
            ("F6", "\x1b[17~"),
            ("F7", "\x1b[18~"),
            ("F8", "\x1b[19~"),
            ("F9", "\x1b[20~"),
            ("F10", "\x1b[21~"),
            ("F11", "\x1b[23~"),
            ("F12", "\x1b[24~"),
            ("S-F5", "\x1b[15;2~"),
            ("C-F12", "\x1b[24;5~"),
        ] {
            let sent = bytes(pressed(written), false).map(|bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(sent.as_deref(), Some(expected), "{written}");
        }
    }

    #[test]
    fn programs_may_ask_for_other_cursor_keys() {
        for (written, expected) in [
            ("ArrowUp", "\x1bOA"),
            ("ArrowDown", "\x1bOB"),
            ("ArrowRight", "\x1bOC"),
            ("ArrowLeft", "\x1bOD"),
            ("Home", "\x1bOH"),
            ("End", "\x1bOF"),
            ("C-ArrowUp", "\x1b[1;5A"),
            ("Delete", "\x1b[3~"),
            ("F5", "\x1b[15~"),
        ] {
            assert_eq!(bytes(pressed(written), true).as_deref(), Some(expected.as_bytes()), "{written}");
        }
    }

    #[test]
    fn the_browser_keeps_what_is_its_own() {
        for written in [
            "M-c",
            "M-ArrowLeft",
            "C-S-C",
            "C-S-v",
            "C-+",
            "C--",
            "C-0",
            "C-Tab",
            "A-Tab",
            "S-Insert",
            "Shift",
            "Control",
            "Alt",
            "AltGraph",
            "Meta",
            "CapsLock",
            "Dead",
            "Process",
            "Unidentified",
            "ContextMenu",
            "F13",
            "",
        ] {
            assert_eq!(bytes(pressed(written), false), None, "{written}");
        }
    }
}
