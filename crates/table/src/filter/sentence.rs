//! Clauses as sentences, for the chips and for the audit: `user is alice or bob`, `older than 2 hours`.

use super::super::Column;
use super::clause::Clause;
use super::moment::{Moment, Span};
use super::pattern::Pattern;

/// The words of a language that sentences are made of. A `{}` is where a value goes.
#[derive(Clone, Copy, Debug)]
pub struct Speech {
    /// A column as a sentence begins with it.
    pub subject: fn(Column) -> String,
    /// A moment.
    pub moment: fn(Moment) -> String,
    /// Between alternatives.
    pub or: &'static str,
    /// A value that is not there.
    pub empty: &'static str,
    /// Is, and is not.
    pub is: [&'static str; 2],
    /// Starts with, and does not.
    pub starts: [&'static str; 2],
    /// Ends with, and does not.
    pub ends: [&'static str; 2],
    /// Contains, and does not.
    pub contains: [&'static str; 2],
    /// In a network, and not in it.
    pub within: [&'static str; 2],
    /// Open for longer.
    pub older: &'static str,
    /// Open for less.
    pub newer: &'static str,
    /// Idle for longer, and for less.
    pub idle: [&'static str; 2],
    /// Started then or later.
    pub after: &'static str,
    /// Started earlier.
    pub before: &'static str,
    /// Started in that moment, and not in it.
    pub on: [&'static str; 2],
    /// Started between two moments, and not then.
    pub between: [&'static str; 2],
    /// Started then or earlier, and not.
    pub until: [&'static str; 2],
    /// Watched, and not.
    pub watched: [&'static str; 2],
    /// Mine, and not.
    pub mine: [&'static str; 2],
    /// Week, day, hour, minute, second: one, and several.
    pub units: [[&'static str; 2]; 5],
}

impl Speech {
    /// English, as the audit keeps it.
    pub const ENGLISH: Self = Self {
        subject,
        moment: |moment| moment.to_string().replace('T', " "),
        or: "or",
        empty: "empty",
        is: ["is", "is not"],
        starts: ["starts with", "does not start with"],
        ends: ["ends with", "does not end with"],
        contains: ["contains", "does not contain"],
        within: ["in", "not in"],
        older: "older than {}",
        newer: "newer than {}",
        idle: ["idle for more than {}", "idle for less than {}"],
        after: "started {} or later",
        before: "started before {}",
        on: ["started on {}", "not started on {}"],
        between: ["started from {} to {}", "not started from {} to {}"],
        until: ["started {} or earlier", "not started {} or earlier"],
        watched: ["watched", "not watched"],
        mine: ["mine", "not mine"],
        units: [
            ["week", "weeks"],
            ["day", "days"],
            ["hour", "hours"],
            ["minute", "minutes"],
            ["second", "seconds"],
        ],
    };

    /// `2 hours`, `1 hour 30 minutes`.
    #[must_use]
    pub fn length(&self, span: Span) -> String {
        let words = span.parts().into_iter().map(|(unit, number)| {
            let [one, several] = self.units["wdhms".find(unit).unwrap_or(4)];
            format!("{number} {}", if number == 1 { one } else { several })
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// What a value must be: the verb, and the value.
    #[must_use]
    pub fn verb(&self, value: &Pattern, not: bool) -> (&'static str, String) {
        let (verbs, text) = match value {
            Pattern::Is(text) if text.is_empty() => (self.is, self.empty.into()),
            Pattern::Is(text) => (self.is, text.clone()),
            Pattern::Starts(text) => (self.starts, text.clone()),
            Pattern::Ends(text) => (self.ends, text.clone()),
            Pattern::Contains(text) => (self.contains, text.clone()),
            Pattern::Within(net) if net.is_one() => (self.is, net.to_string()),
            Pattern::Within(net) => (self.within, net.to_string()),
        };
        (verbs[usize::from(not)], text)
    }

    fn values(&self, column: Column, not: bool, values: &[Pattern]) -> String {
        let mut words = (self.subject)(column);
        let mut last = "";
        for (at, value) in values.iter().enumerate() {
            let (verb, text) = self.verb(value, not);
            let or = if at > 0 { self.or } else { "" };
            for word in [or, if verb == last { "" } else { verb }, &text] {
                if !word.is_empty() {
                    words.push(' ');
                    words.push_str(word);
                }
            }
            last = verb;
        }
        words
    }
}

impl Clause {
    /// What it asks for, in words.
    #[must_use]
    pub fn sentence(&self, speech: &Speech) -> String {
        let at = |moment: &Moment| (speech.moment)(*moment);
        match self {
            Self::Types { not, kinds } => {
                let names: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
                let or = format!(" {} ", speech.or);
                let (subject, verb) = ((speech.subject)(Column::Type), speech.is[usize::from(*not)]);
                format!("{subject} {verb} {}", names.join(&or))
            }
            Self::Values { column, not, values } => speech.values(*column, *not, values),
            Self::Older(span) => filled(speech.older, &[speech.length(*span)]),
            Self::Newer(span) => filled(speech.newer, &[speech.length(*span)]),
            Self::After(from) => filled(speech.after, &[at(from)]),
            Self::Before(to) => filled(speech.before, &[at(to)]),
            Self::Between { not, from: None, to } => filled(speech.until[usize::from(*not)], &[at(to)]),
            Self::Between { not, from: Some(from), to } if from == to => {
                filled(speech.on[usize::from(*not)], &[at(to)])
            }
            Self::Between { not, from: Some(from), to } => {
                filled(speech.between[usize::from(*not)], &[at(from), at(to)])
            }
            Self::Idle { not, span } => filled(speech.idle[usize::from(*not)], &[speech.length(*span)]),
            Self::Watched(watched) => speech.watched[usize::from(!watched)].into(),
            Self::Mine(mine) => speech.mine[usize::from(!mine)].into(),
        }
    }
}

/// A column as an English sentence begins with it.
fn subject(column: Column) -> String {
    match column {
        Column::ServiceUrl => "service URL".into(),
        Column::AccountName => "account".into(),
        column => column.label().to_lowercase(),
    }
}

/// `text` with a value for each `{}`.
fn filled(text: &str, values: &[String]) -> String {
    let mut parts = text.split("{}");
    let mut words = parts.next().unwrap_or("").to_owned();
    for (part, value) in parts.zip(values) {
        words.push_str(value);
        words.push_str(part);
    }
    words
}
