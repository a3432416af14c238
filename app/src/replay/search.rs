//! Looking for text in a recording: what was found so far, and which hit is looked at. Pure.

use recording::Moment;

use super::answer::Found;
use crate::words::{fill, words};

/// Hits after which it is not looked for more.
const MOST: usize = 1_000;

/// A search under way or done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    pub(crate) text: String,
    hits: Vec<(Moment, String)>,
    /// From where to ask on.
    next: Option<Moment>,
    current: Option<usize>,
    begun: bool,
}

impl Search {
    /// A search for a text from the start.
    pub(crate) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), next: Some(Moment(0)), begun: !text.is_empty(), ..Self::default() }
    }

    /// From where the server is to look on, if it is to.
    pub(crate) fn wants(&self) -> Option<Moment> {
        self.next.filter(|_| self.begun && self.hits.len() < MOST)
    }

    /// Takes what was found. The moment to jump to, when it is the first that is worth it.
    pub(crate) fn take(&mut self, found: Found, now: Moment) -> Option<Moment> {
        self.hits.extend(found.hits);
        self.next = found.next;
        if self.current.is_some() {
            return None;
        }
        let from_here = self.hits.iter().position(|(at, _)| *at >= now);
        // All hits may be before the playhead.
        let none_comes = self.wants().is_none() && !self.hits.is_empty();
        self.current = from_here.or(none_comes.then_some(0));
        self.at()
    }

    /// Goes to the next hit or the one before, around the ends.
    pub(crate) fn step(&mut self, forward: bool) -> Option<Moment> {
        let count = self.hits.len();
        let current = self.current?;
        self.current = Some(if forward { (current + 1) % count } else { (current + count - 1) % count });
        self.at()
    }

    /// The moment of the hit that is looked at.
    pub(crate) fn at(&self) -> Option<Moment> {
        Some(self.hits.get(self.current?)?.0)
    }

    /// The line of that hit.
    pub(crate) fn line(&self) -> Option<&str> {
        Some(&self.hits.get(self.current?)?.1)
    }

    /// `3 of 17`.
    pub(crate) fn words(&self) -> String {
        let count = self.hits.len();
        let more = if self.next.is_some() { "+" } else { "" };
        match self.current {
            _ if !self.begun => String::new(),
            Some(current) => {
                fill(words().replay.hit, &[("n", &(current + 1)), ("all", &format!("{count}{more}"))])
            }
            None if self.wants().is_some() => "…".into(),
            None => words().replay.no_hit.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(hits: &[u64], next: Option<u64>) -> Found {
        Found {
            hits: hits.iter().map(|&at| (Moment(at), format!("line {at}"))).collect(),
            next: next.map(Moment),
        }
    }

    #[test]
    fn the_first_hit_from_the_playhead_on_comes_first() {
        let mut search = Search::of("x");
        assert_eq!((search.words().as_str(), search.wants()), ("…", Some(Moment(0))));
        assert_eq!(search.take(found(&[5, 10], Some(20)), Moment(15)), None);
        assert_eq!(search.take(found(&[20, 30], Some(40)), Moment(15)), Some(Moment(20)));
        assert_eq!((search.words().as_str(), search.line()), ("3 of 4+", Some("line 20")));
        assert_eq!(search.take(found(&[50], None), Moment(15)), None);
        assert_eq!((search.words().as_str(), search.wants()), ("3 of 5", None));
        assert_eq!(search.step(true), Some(Moment(30)));
        assert_eq!(search.step(true), Some(Moment(50)));
        assert_eq!(search.step(true), Some(Moment(5)));
        assert_eq!(search.step(false), Some(Moment(50)));
    }

    #[test]
    fn hits_before_the_playhead_count_when_there_are_no_others() {
        let mut search = Search::of("x");
        assert_eq!(search.take(found(&[5], None), Moment(15)), Some(Moment(5)));
        assert_eq!(search.words(), "1 of 1");
    }

    #[test]
    fn nothing_is_found_and_nothing_is_looked_for() {
        let mut search = Search::of("x");
        assert_eq!(search.take(found(&[], None), Moment(0)), None);
        assert_eq!((search.words().as_str(), search.step(true)), ("Not found", None));
        let search = Search::of("");
        assert_eq!((search.words().as_str(), search.wants()), ("", None));
    }

    #[test]
    fn too_many_hits_are_enough() {
        let mut search = Search::of("x");
        let many: Vec<_> = (0..MOST as u64).collect();
        search.take(found(&many, Some(2_000)), Moment(0));
        assert_eq!((search.words().as_str(), search.wants()), ("1 of 1000+", None));
    }
}
