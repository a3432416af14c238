//! The owner's keys while others take part: what answers a question, what counts for nothing, and
//! what takes the keyboard back. Pure.

use bytes::{BufMut, Bytes, BytesMut};

/// Ctrl+]: with `y` or `n` after it, it answers the question that is shown. It is what leaves `telnet`:
/// no program needs the two together.
const CHORD: u8 = 0x1d;

/// Longest answer of a terminal to a program that is known as one, in bytes.
const REPORT_BYTES: usize = 256;

/// Takes answers out of what the owner types.
#[derive(Debug, Default)]
pub(crate) struct Chord {
    /// Ctrl+] was pressed; what comes next decides.
    is_held: bool,
}

impl Chord {
    /// Whether a key is held back.
    pub(crate) const fn is_held(&self) -> bool {
        self.is_held
    }

    /// What goes on to the target, and the answer if there is one. Nothing is an answer unless a
    /// question `is_shown`.
    pub(crate) fn read(&mut self, keys: &Bytes, is_shown: bool) -> (Bytes, Option<bool>) {
        let concerns = self.is_held || (is_shown && keys.contains(&CHORD));
        if !concerns {
            return (keys.clone(), None);
        }
        let mut rest = BytesMut::with_capacity(keys.len() + 1);
        let mut answer = None;
        for &key in keys {
            let is_open = is_shown && answer.is_none();
            match (std::mem::take(&mut self.is_held), key) {
                (true, b'y' | b'Y') if is_open => answer = Some(true),
                (true, b'n' | b'N') if is_open => answer = Some(false),
                (was_held, key) => {
                    if was_held {
                        rest.put_u8(CHORD);
                    }
                    if key == CHORD && is_open {
                        self.is_held = true;
                    } else {
                        rest.put_u8(key);
                    }
                }
            }
        }
        (rest.freeze(), answer)
    }
}

/// Whether this is only what a terminal itself says: answers to a program's questions, and that it
/// has the focus or not. A person pressed no key then.
pub(crate) fn is_report(mut bytes: &[u8]) -> bool {
    if bytes.is_empty() || bytes.len() > REPORT_BYTES {
        return false;
    }
    while !bytes.is_empty() {
        let Some(length) = report_len(bytes) else { return false };
        bytes = &bytes[length..];
    }
    true
}

fn report_len(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x1b, b'[', b'I' | b'O', ..] => Some(3),
        [0x1b, b'[', rest @ ..] => {
            let end = rest.iter().position(|byte| byte.is_ascii_alphabetic())?;
            let is_plain = rest[..end].iter().all(|byte| matches!(byte, b'0'..=b'?' | b'$'));
            let has_numbers = rest[..end].iter().any(u8::is_ascii_digit);
            (is_plain && has_numbers && matches!(rest[end], b'c' | b'n' | b'R' | b't' | b'y'))
                .then_some(end + 3)
        }
        [0x1b, b']' | b'P', rest @ ..] => {
            let end = rest.iter().position(|byte| matches!(byte, 0..=0x1f))?;
            match rest[end..] {
                [0x07, ..] => Some(end + 3),
                [0x1b, b'\\', ..] => Some(end + 4),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Chord, is_report};

    fn read(chord: &mut Chord, keys: &'static str, is_shown: bool) -> (String, Option<bool>) {
        let (rest, answer) = chord.read(&Bytes::from_static(keys.as_bytes()), is_shown);
        (String::from_utf8(rest.to_vec()).expect("text"), answer)
    }

    #[test]
    fn the_chord_answers_and_nothing_else_is_swallowed() {
        for (keys, rest, answer) in [
            ("yes no", "yes no", None),
            ("\x1dy", "", Some(true)),
            ("\x1dN", "", Some(false)),
            ("ls\x1dy -l\r", "ls -l\r", Some(true)),
            ("\x1dx", "\x1dx", None),
            ("\x1d\x1dy", "\x1d", Some(true)),
            ("\x1dy\x1dn", "\x1dn", Some(true)),
        ] {
            assert_eq!(read(&mut Chord::default(), keys, true), (rest.into(), answer), "{keys:?}");
            let unasked = read(&mut Chord::default(), keys, false);
            assert_eq!(unasked, (keys.into(), None), "no question: {keys:?}");
        }
        let mut chord = Chord::default();
        assert_eq!(read(&mut chord, "\x1d", true), (String::new(), None));
        assert!(chord.is_held());
        assert_eq!(read(&mut chord, "y", true), (String::new(), Some(true)));
        assert_eq!(read(&mut chord, "\x1d", true), (String::new(), None));
        assert_eq!(read(&mut chord, "y", false), ("\x1dy".into(), None), "it was withdrawn meanwhile");
    }

    #[test]
    fn answers_of_a_terminal_are_no_keys() {
        for report in [
            "\x1b[?62;22c",
            "\x1b[>41;354;0c",
            "\x1b[12;40R",
            "\x1b[0n",
            "\x1b[?2004;1$y",
            "\x1b]11;rgb:0000/0000/0000\x07",
            "\x1b]11;rgb:0000/0000/0000\x1b\\",
            "\x1bP1+r544e=787465726d\x1b\\",
            "\x1b[I",
            "\x1b[?62;22c\x1b[12;40R",
        ] {
            assert!(is_report(report.as_bytes()), "{report:?}");
        }
        for keys in
            ["", "l", "\r", "\x1b", "\x1b[A", "\x1bOP", "\x1b[c", "\x1b[1;5D", "\x1b[12;40Rx", "\x1b]x\r\x07"]
        {
            assert!(!is_report(keys.as_bytes()), "{keys:?}");
        }
    }
}
