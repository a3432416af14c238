//! The look of the log: lines of a terminal, with nothing in them that a terminal obeys but the ends of lines and
//! the colour of an error. Pure.

use std::fmt::Write;
use std::time::Duration;

use gateway::visible;
use wire::Millis;

use super::prepared::Text;
use crate::backend::{Report, rows};
use crate::mask::mask_quoted;

/// Stands before what came of a statement, and before its further lines: as wide as the time before it.
const INDENT: &str = "              ";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";
const END: &str = "\r\n";
/// Memory that is kept for the next lines, in bytes.
const SPARE_BYTES: usize = 16 << 10;

/// Lines that nobody has taken yet.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn take(&mut self) -> String {
        // A copy, so that the memory that grew with a flood serves the next lines of it.
        let taken = self.0.as_str().to_owned();
        self.0.clear();
        self.0.shrink_to(SPARE_BYTES);
        taken
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// `12:34:56.789  SELECT …` and its values below.
    pub(super) fn statement(&mut self, text: &Text, values: Option<&str>, at: Millis) {
        self.time(at);
        self.0.push_str(if text.shown.is_empty() { "(empty)" } else { &text.shown });
        self.0.push_str(END);
        if let Some(values) = values {
            self.0.push_str(INDENT);
            self.0.push_str(values);
            self.0.push_str(END);
        }
    }

    /// A statement that is no statement under way.
    pub(super) fn note_statement(&mut self, why: &str, text: &Text, at: Millis) {
        self.time(at);
        self.0.push_str(why);
        self.0.push_str(&text.shown);
        self.0.push_str(END);
    }

    /// A line that is no statement.
    pub(super) fn note(&mut self, text: &str, at: Millis) {
        self.time(at);
        self.0.push_str(&plain(text));
        self.0.push_str(END);
    }

    /// What came of a statement: its tag, data of a COPY, and how long it took.
    pub(super) fn result(&mut self, tag: &str, copied: Option<(u64, u64)>, took: Duration) {
        self.0.push_str(INDENT);
        match (rows(tag), tag.split(' ').next().unwrap_or_default()) {
            (Some(count), "SELECT") => self.rows(count),
            (Some(count), command) => {
                self.0.push_str(&plain(command));
                self.0.push_str(": ");
                self.rows(count);
            }
            (None, _) => self.0.push_str(&plain(tag)),
        }
        if let Some((messages, bytes)) = copied {
            // Writing to a String does not fail.
            let _ = write!(self.0, ", {bytes} bytes of data in {messages} pieces");
        }
        self.duration(took);
    }

    /// An error; `has_secrets` says that what it quotes may be one.
    pub(super) fn error(&mut self, report: &Report, has_secrets: bool, took: Duration) {
        let Report { severity, code, message, .. } = report;
        let message = if has_secrets { mask_quoted(message) } else { message.clone() };
        self.0.push_str(INDENT);
        self.0.push_str(RED);
        self.0.push_str(&plain(&format!("{severity} {code}: {message}")));
        self.0.push_str(PLAIN);
        self.duration(took);
    }

    fn rows(&mut self, count: u64) {
        let _ = write!(self.0, "{count} {}", if count == 1 { "row" } else { "rows" });
    }

    fn duration(&mut self, took: Duration) {
        let micros = took.as_micros();
        let _ = if micros < 1_000_000 {
            write!(self.0, " in {}.{:02} ms", micros / 1000, micros % 1000 / 10)
        } else {
            write!(self.0, " in {}.{:03} s", micros / 1_000_000, micros % 1_000_000 / 1000)
        };
        self.0.push_str(END);
    }

    /// The time of the day, UTC.
    fn time(&mut self, at: Millis) {
        let ms = at.0.rem_euclid(86_400_000);
        let digit = |of: i64, by: i64| char::from(b'0' + u8::try_from(of / by % 10).unwrap_or_default());
        let mut two = |of: i64, after: char| {
            self.0.push(digit(of, 10));
            self.0.push(digit(of, 1));
            self.0.push(after);
        };
        two(ms / 3_600_000, ':');
        two(ms / 60_000 % 60, ':');
        two(ms / 1000 % 60, '.');
        for by in [100, 10, 1] {
            self.0.push(digit(ms, by));
        }
        self.0.push_str("  ");
    }
}

/// Text from outside as it may stand in the log: its lines stay lines, nothing else in it is obeyed.
pub(super) fn plain(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len() + 64);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            shown.push_str(END);
            shown.push_str(INDENT);
        }
        shown.push_str(&visible(&line.strip_suffix('\r').unwrap_or(line).replace('\t', "    ")));
    }
    shown
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
