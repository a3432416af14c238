//! Which rows are shown: words that stand somewhere in a row, and clauses about its columns.
//!
//! [`Query`] is what a person asks for, read from text and written as text; [`Filter`] is the same made ready
//! for looking at a hundred thousand rows: it compares what is cheap first and allocates nothing.

mod clause;
mod key;
mod kinds;
mod moment;
mod needle;
mod parse;
mod pattern;
mod print;
mod problem;
mod sentence;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use wire::{Millis, SessionType};

use super::{Column, Row, Value};

pub use clause::{Clause, Query, Word};
pub use key::{example, key_of};
pub use kinds::KindSet;
pub use moment::{Moment, Span};
use needle::Needle;
pub use parse::Reading;
pub use pattern::{Net, Pattern};
pub use problem::Problem;
pub use sentence::Speech;

/// What rows must hold to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    query: Query,
    /// Chosen types.
    kinds: KindSet,
    /// Types that are not to be.
    not_kinds: Option<KindSet>,
    /// Opened at the first or later, and before the second.
    opened: Vec<Window>,
    /// At least so long open, in milliseconds.
    older: Option<i64>,
    /// Less long open than this, in milliseconds.
    newer: Option<i64>,
    /// Idle for at least so long, in milliseconds.
    idle: Option<i64>,
    /// Idle for less than this, in milliseconds.
    active: Option<i64>,
    watched: Option<bool>,
    mine: Option<bool>,
    values: Vec<Values>,
    words: Vec<Needle>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Window {
    not: bool,
    from: Millis,
    until: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Values {
    column: Column,
    not: bool,
    patterns: Vec<Pattern>,
    /// `LOGIN@AGENT` of an account, in lower case.
    on_agents: Vec<(String, String)>,
}

impl Filter {
    /// The filter that a person typed and the types that they chose, with days in UTC.
    #[must_use]
    pub fn new(typed: &str, kinds: KindSet) -> Self {
        let mut query = Query::typing(typed).query;
        if !kinds.is_all() {
            query.set_kinds(kinds);
        }
        Self::of(query, |_| 0)
    }

    /// The filter of a query; `offset_at` is the offset from UTC in minutes of the viewer's clock at a moment.
    #[must_use]
    pub fn of(query: Query, offset_at: impl Fn(Millis) -> i32) -> Self {
        let mut filter = Self { kinds: query.kinds(), ..Self::default() };
        let (always, never) = (Millis(i64::MIN), Millis(i64::MAX));
        for clause in query.clauses() {
            match clause {
                Clause::Types { not: false, .. } => {}
                Clause::Types { not: true, kinds } => filter.not_kinds = Some(*kinds),
                Clause::Values { column, not, values } => {
                    filter.values.push(Values::new(*column, *not, values));
                }
                Clause::Older(span) => filter.older = Some(span.ms()),
                Clause::Newer(span) => filter.newer = Some(span.ms()),
                Clause::After(from) => {
                    let from = from.begins(&offset_at);
                    filter.opened.push(Window { not: false, from, until: never });
                }
                Clause::Before(to) => {
                    let until = to.begins(&offset_at);
                    filter.opened.push(Window { not: false, from: always, until });
                }
                Clause::Between { not, from, to } => {
                    let from = from.map_or(always, |from| from.begins(&offset_at));
                    filter.opened.push(Window { not: *not, from, until: to.ends(&offset_at) });
                }
                Clause::Idle { not: false, span } => filter.idle = Some(span.ms()),
                Clause::Idle { not: true, span } => filter.active = Some(span.ms()),
                Clause::Watched(watched) => filter.watched = Some(*watched),
                Clause::Mine(mine) => filter.mine = Some(*mine),
            }
        }
        filter.words = query.words().iter().map(|word| Needle::new(word.not, &word.text)).collect();
        filter.query = query;
        filter
    }

    /// What it asks for.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// Whether every row passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.query.is_empty()
    }

    /// Whether a row passes at a moment, for a viewer of this name.
    #[must_use]
    pub fn passes(&self, row: &Row, now: Millis, me: &str) -> bool {
        self.kinds.passes(row.kind) && self.passes_but_kind(row, now, me)
    }

    /// Whether sessions of a type pass, as far as types are chosen.
    #[must_use]
    pub const fn passes_kind(&self, kind: SessionType) -> bool {
        self.kinds.passes(kind)
    }

    /// Whether a row passes, whatever types are chosen.
    #[must_use]
    pub fn passes_but_kind(&self, row: &Row, now: Millis, me: &str) -> bool {
        let (age, idle) = (now.0 - row.started_at.0, now.0 - row.last_active_at.0);
        let within = |window: &Window| (window.from..window.until).contains(&row.started_at) != window.not;
        self.not_kinds.is_none_or(|kinds| !kinds.chosen(row.kind))
            && self.older.is_none_or(|least| age >= least)
            && self.newer.is_none_or(|most| age < most)
            && self.idle.is_none_or(|least| idle >= least)
            && self.active.is_none_or(|most| idle < most)
            && self.watched.is_none_or(|watched| (row.watchers > 0) == watched)
            && self.mine.is_none_or(|mine| (row.rights.owned || row.user() == me) == mine)
            && self.opened.iter().all(within)
            && (self.values.is_empty() || self.fit(row))
            && self.words.iter().all(|word| word.lets(row.haystack()))
    }

    fn fit(&self, row: &Row) -> bool {
        self.values.iter().all(|values| values.fit(row))
    }

    /// Whether rows pass at one time and not at another although they did not change.
    #[must_use]
    pub const fn depends_on_time(&self) -> bool {
        self.older.is_some() || self.newer.is_some() || self.idle.is_some() || self.active.is_some()
    }

    /// The next moment after `now` at which a row that does not change may pass or no longer pass.
    #[must_use]
    pub fn next_change(&self, row: &Row, now: Millis) -> Option<Millis> {
        let (start, move_) = (row.started_at.0, row.last_active_at.0);
        [(start, self.older), (start, self.newer), (move_, self.idle), (move_, self.active)]
            .into_iter()
            .filter_map(|(since, span)| Some(since + span?))
            .filter(|at| *at > now.0)
            .min()
            .map(Millis)
    }

    /// In words, for the audit log: `all`, or `words: db root; types: PAM SSH; user is alice`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut parts = Vec::new();
        for (not, head) in [(false, "words"), (true, "without words")] {
            let words: Vec<_> =
                self.words.iter().filter(|word| word.not == not).map(|word| &*word.text).collect();
            if !words.is_empty() {
                parts.push(format!("{head}: {}", words.join(" ")));
            }
        }
        if !self.kinds.is_all() {
            let kinds: Vec<_> = self.kinds.iter().map(SessionType::as_str).collect();
            parts.push(format!("types: {}", kinds.join(", ")));
        }
        let others = self.query.clauses().iter();
        let others = others.filter(|clause| !matches!(clause, Clause::Types { not: false, .. }));
        parts.extend(others.map(|clause| clause.sentence(&Speech::ENGLISH)));
        if parts.is_empty() { "all".into() } else { parts.join("; ") }
    }
}

impl Values {
    fn new(column: Column, not: bool, values: &[Pattern]) -> Self {
        let patterns: Vec<Pattern> = values.iter().map(Pattern::folded).collect();
        let on_agents = patterns.iter().filter_map(|pattern| match pattern {
            Pattern::Is(text) if column == Column::AccountName => text.rsplit_once('@'),
            _ => None,
        });
        let on_agents = on_agents.map(|(login, agent)| (login.to_owned(), agent.to_owned())).collect();
        Self { column, not, on_agents, patterns }
    }

    fn fit(&self, row: &Row) -> bool {
        let any = |value: &str| self.patterns.iter().any(|pattern| pattern.fits(value));
        if self.column == Column::SessionId {
            return any(Short::of(&row.id).as_str()) != self.not;
        }
        let fits = match (self.column, row.value(self.column)) {
            (Column::AccountName, Value::Text(login)) => {
                let on = |agent: &str| match row.value(Column::Agent) {
                    Value::Text(known) => pattern::is(&known, agent),
                    _ => false,
                };
                any(&login) || self.on_agents.iter().any(|(of, agent)| pattern::is(&login, of) && on(agent))
            }
            (_, Value::Text(text)) => any(&text),
            (Column::Port, Value::Number(port)) => any(Short::of(&port).as_str()),
            (Column::Port, Value::Nothing) => any("0"),
            // No clause asks for values of the others.
            _ => true,
        };
        fits != self.not
    }
}

/// A number or an id as text, without the heap.
struct Short([u8; 40], usize);

impl Short {
    fn of(value: &impl std::fmt::Display) -> Self {
        let mut short = Self([0; 40], 0);
        // An id takes 36 bytes, a port five.
        let _fits = write!(short, "{value}");
        short
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0[..self.1]).unwrap_or("")
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.1 + text.len();
        self.0.get_mut(self.1..end).ok_or(std::fmt::Error)?.copy_from_slice(text.as_bytes());
        self.1 = end;
        Ok(())
    }
}
