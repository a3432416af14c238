//! What state a program left the owner's terminal in, as far as putting it right needs it.

use memchr::memchr;

/// Digits and semicolons of one mode sequence that are kept; real ones are far shorter.
const PARAMETER_BYTES: usize = 32;

/// Follows output for switches to the alternate screen. Sequences may be cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct AlternateScreen {
    on: bool,
    place: Place,
    parameters: Vec<u8>,
}

/// How much of `ESC [ ? parameters h` or `l` was read.
#[derive(Clone, Copy, Debug, Default)]
enum Place {
    #[default]
    Outside,
    Escape,
    Bracket,
    Parameters,
}

impl AlternateScreen {
    /// Reads what was written to the terminal.
    pub(crate) fn read(&mut self, mut output: &[u8]) {
        loop {
            if matches!(self.place, Place::Outside) {
                let Some(at) = memchr(0x1b, output) else { return };
                output = &output[at..];
            }
            let Some((&byte, rest)) = output.split_first() else { return };
            self.place = self.step(byte);
            output = rest;
        }
    }

    /// Whether it is on.
    pub(crate) const fn is_on(&self) -> bool {
        self.on
    }

    fn step(&mut self, byte: u8) -> Place {
        match (self.place, byte) {
            (_, 0x1b) => Place::Escape,
            (Place::Escape, b'[') => Place::Bracket,
            (Place::Escape, b'c') => {
                // The whole terminal starts anew.
                self.on = false;
                Place::Outside
            }
            (Place::Bracket, b'?') => {
                self.parameters.clear();
                Place::Parameters
            }
            (Place::Parameters, b'0'..=b'9' | b';') if self.parameters.len() < PARAMETER_BYTES => {
                self.parameters.push(byte);
                Place::Parameters
            }
            (Place::Parameters, b'h' | b'l') => {
                if self.parameters.split(|&byte| byte == b';').any(is_alternate) {
                    self.on = byte == b'h';
                }
                Place::Outside
            }
            _ => Place::Outside,
        }
    }

    /// What brings the terminal back to where a line of text can be read: the main screen, no
    /// scrolling region, no mouse or paste reports, plain colours, a visible cursor, a fresh line.
    pub(crate) fn restore(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        if self.on {
            bytes.extend_from_slice(b"\x1b[?1049l");
        }
        // DECSTR does most of it; the private modes it leaves alone follow.
        bytes.extend_from_slice(
            b"\x1b[!p\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[?7h\x1b[?25h\x1b[0m\x1b(B\x0f\r\n",
        );
        bytes
    }
}

fn is_alternate(parameter: &[u8]) -> bool {
    matches!(parameter, b"47" | b"1047" | b"1049")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::AlternateScreen;

    fn after(output: &[u8]) -> bool {
        let mut screen = AlternateScreen::default();
        screen.read(output);
        screen.on
    }

    #[test]
    fn switches_are_followed() {
        let cases: [(&[u8], bool); 8] = [
            (b"plain text", false),
            (b"\x1b[?1049h", true),
            (b"x\x1b[?1049hy\x1b[?1049lz", false),
            (b"\x1b[?25;1047hmore", true),
            (b"\x1b[?1049h\x1bc", false),
            (b"\x1b[1049h", false),
            (b"\x1b\x1b[?47h", true),
            (b"\x1b[?1049h\x1b[?25l", true),
        ];
        for (output, on) in cases {
            assert_eq!(after(output), on, "{:?}", String::from_utf8_lossy(output));
        }
    }

    #[test]
    fn only_a_program_on_the_alternate_screen_is_taken_off_it() {
        let mut screen = AlternateScreen::default();
        assert!(!screen.restore().starts_with(b"\x1b[?1049l"));
        screen.read(b"\x1b[?1049h");
        assert!(screen.restore().starts_with(b"\x1b[?1049l"));
    }

    proptest! {
        #[test]
        fn cuts_change_nothing(
            parts in prop::collection::vec(
                prop::sample::select(vec!["\x1b[?1049h", "\x1b[?1049l", "\x1b[?25;47h", "ab", "\x1b", "\x1b[", "\x1b[?", "\x1bc", "\x1b[31m", "h", "1047"]),
                0..12,
            ),
            cuts in prop::collection::vec(1_usize..9, 1..40),
        ) {
            let output = parts.concat().into_bytes();
            let mut screen = AlternateScreen::default();
            let mut rest = &output[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                screen.read(now);
                rest = later;
            }
            prop_assert_eq!(screen.on, after(&output));
        }
    }
}
