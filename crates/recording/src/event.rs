//! What can happen in a session, and how it is written down.

use wire::live::Size;

use crate::{Mark, Moment, Sight, escape};

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The program wrote text: whole characters.
    Output(String),
    /// Somebody typed.
    Input {
        /// Name of the user who did; none for the owner.
        by: Option<String>,
        /// What they typed.
        text: String,
    },
    /// The owner's window has another size.
    Resize(Size),
    /// Something happened beside the terminal.
    Mark(Mark),
    /// The program ended with this status.
    Exit(i32),
    /// A desktop looks another way.
    Shows(Sight),
}

/// Writes events as lines, one after the other. Keeps no more than the last moment and author.
#[derive(Clone, Debug)]
pub struct Tape {
    owner: String,
    /// Who typed last, if not the owner.
    author: Option<String>,
    /// Whether the author is to be named though the same types on.
    is_afresh: bool,
    /// Where a desktop's mouse is, if that is known.
    mouse: Option<(u16, u16)>,
    last: Moment,
}

impl Tape {
    /// A tape from the start, for a session of this owner.
    #[must_use]
    pub const fn new(owner: String) -> Self {
        Self { owner, author: None, is_afresh: false, mouse: None, last: Moment(0) }
    }

    /// The moment of the last line.
    #[must_use]
    pub const fn last(&self) -> Moment {
        self.last
    }

    /// From here on somebody may begin to read who takes the owner for the author.
    pub const fn begin_afresh(&mut self) {
        self.is_afresh = self.author.is_some();
    }

    /// Appends the event; a moment before the last one counts as that. Returns the number of lines.
    pub fn push(&mut self, out: &mut Vec<u8>, at: Moment, event: &Event) -> u64 {
        match event {
            Event::Output(text) => self.line(out, at, b'o', text),
            Event::Input { by, text } => {
                // The owner may be named as such.
                let by = by.as_ref().filter(|by| **by != self.owner);
                let is_another = self.author.as_ref() != by || self.is_afresh && by.is_some();
                if is_another {
                    let name = by.unwrap_or(&self.owner).clone();
                    self.line(out, at, b'u', &name);
                    self.author = by.cloned();
                    self.is_afresh = false;
                }
                self.line(out, at, b'i', text);
                return 1 + u64::from(is_another);
            }
            Event::Resize(Size { cols, rows }) => self.line(out, at, b'r', &format!("{cols}x{rows}")),
            Event::Mark(mark) => self.line(out, at, b'm', &mark.to_string()),
            Event::Exit(status) => self.line(out, at, b'x', &status.to_string()),
            Event::Shows(sight) => return self.sight(out, at, sight),
        }
        1
    }

    fn sight(&mut self, out: &mut Vec<u8>, at: Moment, sight: &Sight) -> u64 {
        let (code, data) = sight.to_text();
        self.line(out, at, code, &data);
        match (sight, self.mouse) {
            (Sight::Mouse(x, y), _) => self.mouse = Some((*x, *y)),
            // For who begins to read here.
            (Sight::Whole(_), Some((x, y))) => return 1 + self.sight(out, at, &Sight::Mouse(x, y)),
            _ => {}
        }
        1
    }

    fn line(&mut self, out: &mut Vec<u8>, at: Moment, code: u8, data: &str) {
        let interval = at.since(self.last);
        self.last = self.last.max(at);
        out.push(b'[');
        push_seconds(out, interval);
        out.extend_from_slice(&[b',', b'"', code, b'"', b',']);
        escape::push(out, data);
        out.extend_from_slice(b"]\n");
    }
}

/// Milliseconds as seconds with three decimals, so that sums of intervals are exact.
fn push_seconds(out: &mut Vec<u8>, ms: u64) {
    let digit = |value: u64| b'0' + (value % 10) as u8;
    let seconds = ms / 1000;
    if seconds < 10 {
        out.push(digit(seconds));
    } else {
        out.extend_from_slice(seconds.to_string().as_bytes());
    }
    out.extend_from_slice(&[b'.', digit(ms / 100), digit(ms / 10), digit(ms)]);
}
