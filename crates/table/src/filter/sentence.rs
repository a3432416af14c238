//! Clauses as sentences, for the chips and for the audit: `user is alice or bob`, `older than 2 hours`.

use super::super::Column;
use super::clause::Clause;
use super::moment::{Moment, Span};
use super::pattern::Pattern;

impl Clause {
    /// What it asks for, in words.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Types { not, kinds } => {
                let names: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
                format!("type {} {}", if *not { "is not" } else { "is" }, names.join(" or "))
            }
            Self::Values { column, not, values } => values_sentence(*column, *not, values),
            Self::Older(span) => format!("older than {}", length(*span)),
            Self::Newer(span) => format!("newer than {}", length(*span)),
            Self::After(from) => format!("started {} or later", moment(*from)),
            Self::Before(to) => format!("started before {}", moment(*to)),
            Self::Between { not, from, to } => {
                let not = if *not { "not started" } else { "started" };
                match from {
                    None => format!("{not} {} or earlier", moment(*to)),
                    Some(from) if from == to => format!("{not} on {}", moment(*to)),
                    Some(from) => format!("{not} from {} to {}", moment(*from), moment(*to)),
                }
            }
            Self::Idle { not: false, span } => format!("idle for more than {}", length(*span)),
            Self::Idle { not: true, span } => format!("idle for less than {}", length(*span)),
            Self::Watched(true) => "watched".into(),
            Self::Watched(false) => "not watched".into(),
            Self::Mine(true) => "mine".into(),
            Self::Mine(false) => "not mine".into(),
        }
    }
}

/// A column as a sentence begins with it.
#[must_use]
pub fn subject(column: Column) -> String {
    match column {
        Column::ServiceUrl => "service URL".into(),
        Column::AccountName => "account".into(),
        column => column.label().to_lowercase(),
    }
}

fn values_sentence(column: Column, not: bool, values: &[Pattern]) -> String {
    let mut words = subject(column);
    let mut last = "";
    for (at, value) in values.iter().enumerate() {
        let (verb, text) = verb(value, not);
        if at > 0 {
            words.push_str(" or");
        }
        if verb != last {
            words.push(' ');
            words.push_str(verb);
        }
        words.push(' ');
        words.push_str(&text);
        last = verb;
    }
    words
}

fn verb(value: &Pattern, not: bool) -> (&'static str, String) {
    let (does, does_not, text) = match value {
        Pattern::Is(text) if text.is_empty() => ("is", "is not", "empty".into()),
        Pattern::Is(text) => ("is", "is not", text.clone()),
        Pattern::Starts(text) => ("starts with", "does not start with", text.clone()),
        Pattern::Ends(text) => ("ends with", "does not end with", text.clone()),
        Pattern::Contains(text) => ("contains", "does not contain", text.clone()),
        Pattern::Within(net) if net.is_one() => ("is", "is not", net.to_string()),
        Pattern::Within(net) => ("in", "not in", net.to_string()),
    };
    (if not { does_not } else { does }, text)
}

fn moment(moment: Moment) -> String {
    moment.to_string().replace('T', " ")
}

/// `2 hours`, `1 hour 30 minutes`.
#[must_use]
fn length(span: Span) -> String {
    let words: Vec<String> = span
        .parts()
        .into_iter()
        .map(|(unit, number)| {
            let name = match unit {
                'w' => "week",
                'd' => "day",
                'h' => "hour",
                'm' => "minute",
                _ => "second",
            };
            format!("{number} {name}{}", if number == 1 { "" } else { "s" })
        })
        .collect();
    words.join(" ")
}
