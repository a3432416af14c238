//! Reads a recording's lines in order: when each happened, and who typed.

use screen::Screen;

use crate::line::parse_interval;
use crate::{Line, Moment, What, parse_line};

/// Something that happened, with its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// When.
    pub at: Moment,
    /// What.
    pub what: What,
    /// Who typed it, if it is input by somebody else than the owner.
    pub by: Option<String>,
}

/// Reads lines from the start of a recording, or from where a keyframe points.
#[derive(Clone, Debug)]
pub struct Player {
    owner: String,
    author: Option<String>,
    now: Moment,
}

impl Player {
    /// Begins at that moment: the start, or a keyframe's.
    #[must_use]
    pub const fn new(owner: String, at: Moment) -> Self {
        Self { owner, author: None, now: at }
    }

    /// The moment of the last event.
    #[must_use]
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// Reads one line, without its line feed. None for what is no event: the header, comments, and
    /// lines of a recording that was damaged before it was signed; those of authors as well.
    pub fn line(&mut self, line: &str) -> Option<Played> {
        let Ok(parsed) = parse_line(line) else {
            // Its interval counts all the same, as it does for whoever reads no further than that.
            self.now = self.now.plus(parse_interval(line).map_or(0, |(interval, _)| interval));
            return None;
        };
        let Line { interval, what } = parsed?;
        self.now = self.now.plus(interval);
        if let What::Author(name) = what {
            self.author = (name != self.owner).then_some(name);
            return None;
        }
        let by = if matches!(what, What::Input(_)) { self.author.clone() } else { None };
        Some(Played { at: self.now, what, by })
    }
}

/// Does to a terminal what happened to the recorded one; a picture is none.
pub fn apply(screen: &mut Screen, what: &What) {
    match what {
        What::Output(text) => screen.feed(text),
        What::Resize(size) => screen.resize(*size),
        _ => {}
    }
}
