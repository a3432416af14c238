//! From a [`Query`] back to the text that it is read from.

use super::super::Column;
use super::clause::{Clause, Query};
use super::key::key_of;
use super::kinds;
use super::parse::{Shape, of_column, shape};
use super::pattern::Pattern;

impl Query {
    /// As [`Query::read`] reads it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let clauses = self.clauses().iter().map(Clause::to_text);
        let words = self.words().iter().map(|word| word_text(word.not, &word.text));
        clauses.chain(words).collect::<Vec<_>>().join(" ")
    }
}

impl Clause {
    /// As [`Query::read`] reads it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let minus = |not: bool| if not { "-" } else { "" };
        match self {
            Self::Types { not, kinds } => {
                let names: Vec<_> = kinds.iter().map(kinds::name).collect();
                format!("{}type:{}", minus(*not), names.join(","))
            }
            Self::Values { column, not, values } => {
                let values: Vec<_> = values.iter().map(|value| value_text(*column, value)).collect();
                format!("{}{}:{}", minus(*not), key_of(*column).unwrap_or_default(), values.join(","))
            }
            Self::Older(span) => format!("older:{span}"),
            Self::Newer(span) => format!("newer:{span}"),
            Self::After(moment) => format!("after:{moment}"),
            Self::Before(moment) => format!("before:{moment}"),
            Self::Between { not, from: Some(from), to } if from == to => {
                format!("{}started:{to}", minus(*not))
            }
            Self::Between { not, from, to } => {
                let from = from.map(|from| from.to_string()).unwrap_or_default();
                format!("{}started:{from}..{to}", minus(*not))
            }
            Self::Idle { not, span } => format!("{}idle:{span}", minus(*not)),
            Self::Watched(watched) => format!("watched:{}", if *watched { "yes" } else { "no" }),
            Self::Mine(mine) => format!("{}is:mine", minus(!mine)),
        }
    }
}

fn value_text(column: Column, value: &Pattern) -> String {
    let (before, text, after) = match value {
        Pattern::Within(net) => return net.to_string(),
        Pattern::Is(text) => ("=", text, ""),
        Pattern::Starts(text) => ("", text, "*"),
        Pattern::Ends(text) => ("*", text, ""),
        Pattern::Contains(text) => ("*", text, "*"),
    };
    let quoted = quoted_where_needed(text);
    if of_column(column, text.clone()).as_ref() == Ok(value) {
        quoted
    } else {
        format!("{before}{quoted}{after}")
    }
}

fn quoted_where_needed(text: &str) -> String {
    let signs = text.starts_with(['=', '*']) || text.ends_with('*');
    if text.is_empty() || signs || text.contains(|c: char| c.is_whitespace() || matches!(c, ',' | '"')) {
        quoted(text)
    } else {
        text.into()
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

fn word_text(not: bool, text: &str) -> String {
    let minus = if not { "-" } else { "" };
    let bare = matches!(shape(text), Shape::Word)
        && (!text.starts_with('-') || (text == "-" && !not))
        && !text.contains(|c: char| c.is_whitespace() || c == '"');
    if bare { format!("{minus}{text}") } else { format!("{minus}{}", quoted(text)) }
}
