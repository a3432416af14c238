//! Finds text in a recording by playing it.

use std::io;
use std::ops::ControlFlow;

use screen::Screen;

use super::Reading;
use crate::{Moment, Played, What, apply};

/// Longest line of a hit, in characters.
const MAX_LINE: usize = 200;

/// What to look for, from when on, and at what cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find<'a> {
    /// The text, in any case; without it nothing is found.
    pub text: &'a str,
    /// The first moment that counts.
    pub from: Moment,
    /// After so many hits it stops.
    pub max_hits: usize,
    /// After so many bytes of what was recorded from that moment on it stops.
    pub max_bytes: u64,
}

/// A moment at which the text appeared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// When.
    pub at: Moment,
    /// The line that it is in, without control characters, at most 200 characters.
    pub line: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In order.
    pub hits: Vec<Hit>,
    /// From where to go on, if it stopped before the end.
    pub next: Option<Moment>,
}

impl Reading {
    /// Moments at which the text appeared: in a row of the screen that did not show it before, however
    /// it came there (typed character by character, for one), or in what the program wrote in one go,
    /// be it that it scrolled by at once. Text that is wrapped is found in the second way alone.
    ///
    /// Plays the recording from the keyframe before that moment on and looks at the rows that change.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn find(&self, find: &Find<'_>) -> io::Result<Found> {
        let mut found = Found::default();
        // What a picture shows is nobody's text.
        if find.text.is_empty() || self.header().picture.is_some() {
            return Ok(found);
        }
        let point = self.point_before(find.from);
        let mut search = Search::new(find.text, self.screen_of(point)?);
        let from = point.map_or(0, |point| point.offset);
        let mut now = None;
        let mut bytes = 0;
        self.play(point, from..self.len(), |Played { at, what, .. }| {
            // All that happens at one moment is looked at together, so that going on repeats nothing.
            if now.is_some_and(|now| now < at) {
                let hit = search.look();
                if let (Some(line), Some(now)) = (hit, now)
                    && now >= find.from
                {
                    found.hits.push(Hit { at: now, line });
                }
                if found.hits.len() >= find.max_hits || bytes >= find.max_bytes {
                    found.next = Some(at);
                    return ControlFlow::Break(());
                }
            }
            now = Some(at);
            if at >= find.from
                && let What::Output(text) = &what
            {
                bytes += text.len() as u64;
            }
            search.apply(&what);
            ControlFlow::Continue(())
        })?;
        if found.next.is_none()
            && let (Some(line), Some(now)) = (search.look(), now)
            && now >= find.from
        {
            found.hits.push(Hit { at: now, line });
        }
        Ok(found)
    }
}

struct Search {
    /// In lower case.
    text: String,
    screen: Screen,
    /// Each row that shows the text, as it is there.
    rows: Vec<Option<String>>,
    /// A line with the text among what was written since the last look.
    written: Option<String>,
}

impl Search {
    fn new(text: &str, screen: Screen) -> Self {
        let mut search = Self { text: text.to_lowercase(), screen, rows: Vec::new(), written: None };
        search.look();
        search
    }

    fn apply(&mut self, what: &What) {
        if let What::Output(text) = what
            && self.written.is_none()
        {
            self.written = self.in_text(text);
        }
        apply(&mut self.screen, what);
    }

    /// The line that shows the text now and did not at the last look.
    fn look(&mut self) -> Option<String> {
        let written = self.written.take();
        let dirty = self.screen.take_dirty();
        if dirty.is_empty() && written.is_none() {
            return None;
        }
        let before: Vec<String> = self.rows.iter().flatten().cloned().collect();
        self.rows.resize(self.screen.size().rows.into(), None);
        for row in dirty {
            let line = self.screen.line(row).map(|line| line.text().trim_end().to_owned());
            self.rows[row] = line.filter(|line| line.to_lowercase().contains(&self.text));
        }
        // What only moved to another row was there before.
        let mut left = before;
        let appeared = self.rows.iter().flatten().find(|line| {
            let old = left.iter().position(|old| old == *line);
            old.map(|old| left.swap_remove(old)).is_none()
        });
        appeared.map(|line| plain(line)).or(written)
    }

    fn in_text(&self, text: &str) -> Option<String> {
        if !text.to_lowercase().contains(&self.text) {
            return None;
        }
        let line = text.lines().find(|line| line.to_lowercase().contains(&self.text));
        Some(plain(line.unwrap_or(text)))
    }
}

fn plain(line: &str) -> String {
    line.chars().filter(|ch| !ch.is_control()).take(MAX_LINE).collect()
}
