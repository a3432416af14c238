//! Listens to what the emulator does not keep: modes for input, the title, where margins stand.
//!
//! Runs the emulator's own parser beside it, so both always agree on what is a sequence. Outside
//! sequences it only looks for the next introducer.

use avt::parser::{AnsiMode, DecMode, Function, Parser, State};
use wire::live::Modes;

/// Longest title that is kept, in bytes: what the emulator keeps of a string and its dump carries.
const MAX_STRING: usize = 1024;

/// What the emulator must be told beside the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amend {
    /// DECSET 47, which it does not know: on or off.
    Alternate(bool),
    /// REP, so often: it would print all of them, a million cells for a few bytes.
    Repeat(u16),
}

#[derive(Debug, Default)]
pub(crate) struct Listener {
    parser: Parser,
    params: Params,
    string: String,
    modes: Modes,
    title: String,
    margins: bool,
    /// Wrapping was switched off, or line feeds to go to the first column, and it may be so still: a
    /// saved cursor can bring it back, so only a reset settles it.
    odd_lines: bool,
    rows: usize,
}

impl Listener {
    pub(crate) fn new(rows: usize, modes: Modes, title: String) -> Self {
        Self { rows, modes, title, ..Self::default() }
    }

    /// Reads text up to the first amendment and returns that with the number of bytes read.
    pub(crate) fn read(&mut self, text: &str) -> (usize, Option<Amend>) {
        let mut at = 0;
        loop {
            if self.is_ground() {
                at += plain_len(&text.as_bytes()[at..]);
            }
            let Some(ch) = text[at..].chars().next() else { return (at, None) };
            at += ch.len_utf8();
            if let Some(amend) = self.step(ch) {
                return (at, Some(amend));
            }
        }
    }

    /// Whether no sequence is under way.
    pub(crate) fn is_ground(&self) -> bool {
        self.parser.state == State::Ground
    }

    /// Whether lines scroll off the whole screen: no margins are set.
    pub(crate) const fn scrolls_whole(&self) -> bool {
        !self.margins
    }

    /// Whether text surely wraps and line feeds keep the column.
    pub(crate) const fn wraps(&self) -> bool {
        !self.odd_lines
    }

    pub(crate) const fn modes(&self) -> Modes {
        self.modes
    }

    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    pub(crate) const fn resize(&mut self, rows: usize) {
        if rows != self.rows {
            self.margins = false;
        }
        self.rows = rows;
    }

    fn step(&mut self, ch: char) -> Option<Amend> {
        let before = self.parser.state;
        let function = self.parser.feed(ch);
        let mut amend = None;
        match before {
            State::OscString if matches!(ch, '\x07' | '\x1b' | '\u{9c}') => self.string_ended(),
            State::OscString if ch >= ' ' && self.parser.state == State::OscString && ch != '\u{9d}' => {
                self.push_string(ch);
            }
            State::CsiParam if matches!(ch, 'h' | 'l') => amend = self.private_modes(ch == 'h'),
            State::CsiParam if self.parser.state == State::CsiParam => self.params.push(ch),
            State::CsiEntry if self.parser.state == State::CsiParam => {
                self.params = Params::default();
                self.params.push(ch);
            }
            _ => {}
        }
        if self.parser.state == State::OscString && before != State::OscString || ch == '\u{9d}' {
            self.string.clear();
        }
        match function {
            Some(Function::Ris) => {
                self.margins = false;
                self.odd_lines = false;
                self.modes = Modes::default();
            }
            Some(Function::Decrst(modes)) => self.odd_lines |= modes.as_slice().contains(&DecMode::AutoWrap),
            Some(Function::Sm(modes)) => self.odd_lines |= modes.as_slice().contains(&AnsiMode::NewLine),
            Some(Function::Decstr) => self.margins = false,
            Some(Function::Rep(count)) => amend = Some(Amend::Repeat(count)),
            Some(Function::Decstbm(top, bottom)) => self.set_margins(top.into(), bottom.into()),
            _ => {}
        }
        amend
    }

    /// As the emulator does: 0 stands for the edge, and what makes no region changes nothing.
    const fn set_margins(&mut self, top: usize, bottom: usize) {
        let top = top.saturating_sub(1);
        let bottom = if bottom == 0 { self.rows } else { bottom } - 1;
        if top < bottom && bottom < self.rows {
            self.margins = top > 0 || bottom < self.rows - 1;
        }
    }

    fn private_modes(&mut self, on: bool) -> Option<Amend> {
        if !self.params.private {
            return None;
        }
        let mut amend = None;
        for &mode in &self.params.values[..=self.params.current] {
            match mode {
                47 => amend = Some(Amend::Alternate(on)),
                9 | 1000 | 1002 | 1003 => self.modes.mouse = if on { mode } else { 0 },
                1006 => self.modes.mouse_sgr = on,
                2004 => self.modes.bracketed_paste = on,
                _ => {}
            }
        }
        amend
    }

    fn push_string(&mut self, ch: char) {
        if self.string.len() + ch.len_utf8() <= MAX_STRING {
            self.string.push(ch);
        }
    }

    fn string_ended(&mut self) {
        if let Some(title) = self.string.strip_prefix("0;").or_else(|| self.string.strip_prefix("2;")) {
            title.clone_into(&mut self.title);
        }
        self.string.clear();
    }
}

/// The numbers of one control sequence, read exactly as the emulator reads them (it keeps 32, and
/// numbers wrap), because its dump of an unfinished sequence carries what it read.
#[derive(Debug, Default)]
struct Params {
    private: bool,
    values: [u16; 32],
    current: usize,
    sub: bool,
}

impl Params {
    fn push(&mut self, ch: char) {
        match ch {
            '?' => self.private = true,
            ';' if self.current + 1 < self.values.len() => {
                self.current += 1;
                self.sub = false;
            }
            ':' => self.sub = true,
            '0'..='9' if !self.sub => {
                let digit = ch as u16 - '0' as u16;
                let value = &mut self.values[self.current];
                *value = value.wrapping_mul(10).wrapping_add(digit);
            }
            _ => {}
        }
    }
}

/// Length of the text before the next byte that may begin a sequence: ESC, or the first half of a
/// C1 control.
fn plain_len(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte == 0x1b || byte == 0xc2).unwrap_or(bytes.len())
}
