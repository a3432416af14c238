//! Clauses and problems of the filter in the person's language.

use crate::table::{Clause, Problem, example};
use crate::text::visible;
use crate::words::{fill, speech, words};

/// A clause as its chip says it.
pub(super) fn sentence(clause: &Clause) -> String {
    visible(&clause.sentence(&speech())).into_owned()
}

/// What was not understood, and what to do.
pub(super) fn hint(problem: &Problem) -> String {
    let words = &words().filters;
    let such_as = |name: &str| example(name).unwrap_or_default();
    let said = match problem {
        Problem::Unfinished { name } => {
            fill(words.unfinished, &[("name", name), ("example", &such_as(name))])
        }
        Problem::UnknownKey { name, like } => {
            fill(words.unknown, &[("name", name), ("example", &such_as(like))])
        }
        Problem::TakenAsText { name } => fill(words.as_text, &[("name", name)]),
        Problem::NoType { value } => fill(words.no_type, &[("value", value)]),
        Problem::NoSpan { name, value } => fill(words.no_span, &[("name", name), ("value", value)]),
        Problem::NoMoment { name: _, value } => fill(words.no_moment, &[("value", value)]),
        Problem::NoNet { value } => fill(words.no_net, &[("value", value)]),
        Problem::NoPort { value } => fill(words.no_port, &[("value", value)]),
        Problem::NoAnswer { name, value, answers } => {
            fill(words.no_answer, &[("name", name), ("value", value), ("answers", answers)])
        }
    };
    visible(&said).into_owned()
}
