//! From what a person typed to a [`Query`], forgiving: what is not understood is named and passed over, so
//! that a table is never empty for a reason that nobody sees.

use super::super::Column;
use super::clause::{Clause, Query, Word};
use super::key::{self, Key};
use super::kinds::{self, KindSet};
use super::moment::{Moment, Span};
use super::pattern::{Net, Pattern};
use super::problem::Problem;

/// What was understood, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What was understood.
    pub query: Query,
    /// What was not, in the order of the text.
    pub problems: Vec<Problem>,
}

impl Query {
    /// Reads a filter as it is written when it is finished.
    #[must_use]
    pub fn read(text: &str) -> Reading {
        read(text, false)
    }

    /// What is finished and understood of a text, without its words, and the text that is left.
    #[must_use]
    pub fn settle(text: &str) -> (Self, String) {
        let (mut settled, mut left) = (Self::default(), Vec::new());
        for token in tokens(text) {
            let Reading { query, problems } = Self::read(token);
            if problems.is_empty() && !query.clauses().is_empty() {
                settled.add_all(query);
            } else {
                left.push(token);
            }
        }
        (settled, left.join(" "))
    }

    /// Reads a filter that is being typed: the last value is the beginning of one, unless something follows.
    #[must_use]
    pub fn typing(text: &str) -> Reading {
        read(text, true)
    }
}

fn read(text: &str, typing: bool) -> Reading {
    let mut reading = Reading::default();
    let tokens = tokens(text);
    let mut quoted = Quoted::default();
    for letter in text.chars() {
        quoted.step(letter);
    }
    // A blank or a closing quote ends the last value.
    let ended = !quoted.is() && text.ends_with(|letter: char| letter.is_whitespace() || letter == '"');
    for (at, token) in tokens.iter().enumerate() {
        let last = at + 1 == tokens.len();
        let open = typing && last && !ended;
        read_token(token, open, &mut reading);
    }
    reading
}

/// The parts of a text that blanks separate, unless they are within quotes.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut quoted = Quoted::default();
    let mut start = None;
    for (at, letter) in text.char_indices() {
        if letter.is_whitespace() && !quoted.is() {
            tokens.extend(start.take().map(|start| &text[start..at]));
        } else {
            start.get_or_insert(at);
            quoted.step(letter);
        }
    }
    tokens.extend(start.map(|start| &text[start..]));
    tokens
}

/// Whether a letter is within quotes, where a backslash takes the next letter as it is.
#[derive(Default)]
struct Quoted {
    within: bool,
    escaped: bool,
}

impl Quoted {
    const fn is(&self) -> bool {
        self.within
    }

    /// Goes past a letter; whether it is one of the text rather than a sign of quoting.
    const fn step(&mut self, letter: char) -> bool {
        if self.escaped {
            self.escaped = false;
            return true;
        }
        match letter {
            '"' => {
                self.within = !self.within;
                false
            }
            '\\' if self.within => {
                self.escaped = true;
                false
            }
            _ => true,
        }
    }
}

/// The letters of a text without its quotes, and whether each was within them.
fn letters(raw: &str) -> Vec<(char, bool)> {
    let mut quoted = Quoted::default();
    raw.chars()
        .filter_map(|letter| {
            let within = quoted.is();
            quoted.step(letter).then_some((letter, within))
        })
        .collect()
}

fn plain(raw: &str) -> String {
    letters(raw).into_iter().map(|(letter, _)| letter).collect()
}

/// What a token is, before its value is looked at.
pub(super) enum Shape<'t> {
    /// A word, or text that looks like a clause and is none.
    Word,
    /// A network: only devices are in one.
    Net(Net),
    /// A clause.
    Clause(Key, &'t str, &'t str),
    /// A slip of the pen in the key.
    Slip(&'t str, &'static str),
    /// A word that somebody may have meant as a clause.
    Doubtful(&'t str),
}

/// What a token without its minus is.
pub(super) fn shape(token: &str) -> Shape<'_> {
    if let Ok(net) = token.parse() {
        return Shape::Net(net);
    }
    let Some((name, rest)) = token.split_once(':') else { return Shape::Word };
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Shape::Word;
    }
    match (key::named(name), key::like(name)) {
        _ if rest.starts_with("//") => Shape::Word,
        (Some(key), _) => Shape::Clause(key, name, rest),
        (None, Some(known)) => Shape::Slip(name, known),
        (None, None) if rest.starts_with(|c: char| c.is_alphabetic() || c == '"') => Shape::Doubtful(name),
        (None, None) => Shape::Word,
    }
}

fn read_token(token: &str, open: bool, reading: &mut Reading) {
    let (not, text) = match token.strip_prefix('-') {
        Some(rest) if !rest.is_empty() => (true, rest),
        _ => (false, token),
    };
    match shape(text) {
        Shape::Net(net) => {
            let values = vec![Pattern::Within(net)];
            reading.query.add(Clause::Values { column: Column::Device, not, values });
        }
        Shape::Clause(key, name, rest) => read_clause(Asked { key, name, not, open }, rest, reading),
        Shape::Slip(name, known) => {
            reading.problems.push(Problem::UnknownKey { name: name.into(), like: known });
        }
        Shape::Doubtful(name) => {
            reading.problems.push(Problem::TakenAsText { name: name.into() });
            reading.query.add_word(Word { not, text: plain(text) });
        }
        Shape::Word => reading.query.add_word(Word { not, text: plain(text) }),
    }
}

/// What one clause asks for, without its values.
#[derive(Clone, Copy)]
struct Asked<'t> {
    key: Key,
    name: &'t str,
    not: bool,
    /// It is still being typed.
    open: bool,
}

fn read_clause(asked: Asked<'_>, rest: &str, reading: &mut Reading) {
    if rest.is_empty() {
        reading.problems.push(Problem::Unfinished { name: asked.name.to_lowercase() });
        return;
    }
    match asked.key {
        Key::Types => read_types(asked.not, rest, reading),
        Key::Values(column) => read_values(asked, column, rest, reading),
        _ => match read_one(asked, &plain(rest)) {
            Ok(clause) => reading.query.add(clause),
            Err(problem) => reading.problems.push(problem),
        },
    }
}

/// The parts of a text that commas separate, unless they are within quotes.
fn parts(rest: &str) -> impl Iterator<Item = &str> {
    let mut quoted = Quoted::default();
    rest.split(move |letter| {
        let within = quoted.is();
        quoted.step(letter);
        letter == ',' && !within
    })
    .filter(|part| !part.is_empty())
}

fn read_types(not: bool, rest: &str, reading: &mut Reading) {
    let mut kinds = KindSet::default();
    for part in parts(rest) {
        let name = plain(part);
        match kinds::named(&name) {
            Some(kind) if !kinds.chosen(kind) => kinds = kinds.toggled(kind),
            Some(_) => {}
            None => reading.problems.push(Problem::NoType { value: name }),
        }
    }
    reading.query.add(Clause::Types { not, kinds });
}

fn read_values(asked: Asked<'_>, column: Column, rest: &str, reading: &mut Reading) {
    let mut values = Vec::new();
    let count = parts(rest).count();
    for (at, part) in parts(rest).enumerate() {
        match read_value(column, part) {
            Ok(Pattern::Is(text)) if asked.open && at + 1 == count && !part.starts_with('=') => {
                // An opened quote with nothing after it asks for nothing yet.
                if !text.is_empty() && !rest.ends_with(',') {
                    values.push(Pattern::Starts(text));
                } else if !text.is_empty() {
                    values.push(Pattern::Is(text));
                } else if values.is_empty() {
                    reading.problems.push(Problem::Unfinished { name: asked.name.to_lowercase() });
                }
            }
            Ok(value) => values.push(value),
            Err(problem) => reading.problems.push(problem),
        }
    }
    if !values.is_empty() {
        reading.query.add(Clause::Values { column, not: asked.not, values });
    }
}

/// A value: `text` as the column takes it, `=text`, `text*`, `*text` or `*text*`.
fn read_value(column: Column, raw: &str) -> Result<Pattern, Problem> {
    let letters = letters(raw);
    let text = |letters: &[(char, bool)]| letters.iter().map(|(letter, _)| letter).collect::<String>();
    Ok(match letters.as_slice() {
        [('=', false), rest @ ..] => Pattern::Is(text(rest)),
        [('*', false), middle @ .., ('*', false)] if !middle.is_empty() => Pattern::Contains(text(middle)),
        [('*', false), rest @ ..] if !rest.is_empty() => Pattern::Ends(text(rest)),
        [start @ .., ('*', false)] if !start.is_empty() => Pattern::Starts(text(start)),
        all => of_column(column, text(all))?,
    })
}

impl Pattern {
    /// What a bare text means for a column: most are looked for whole, long ones by a part of theirs.
    ///
    /// # Errors
    /// When the column has no such values.
    pub fn of_column(column: Column, text: String) -> Result<Self, Problem> {
        of_column(column, text)
    }
}

pub(super) fn of_column(column: Column, text: String) -> Result<Pattern, Problem> {
    let empty = text.is_empty();
    Ok(match column {
        _ if empty => Pattern::Is(text),
        Column::ServiceUrl => Pattern::Contains(text),
        Column::SessionId => Pattern::Starts(text),
        Column::Port if text.parse::<u16>().is_err() => return Err(Problem::NoPort { value: text }),
        Column::Device if text.contains('/') => {
            Pattern::Within(text.parse().map_err(|_| Problem::NoNet { value: text })?)
        }
        Column::Device => match text.parse() {
            Ok(addr) => Pattern::Within(Net::of_one(addr)),
            Err(_) if text.starts_with(|c: char| c.is_ascii_digit()) => Pattern::Starts(text),
            Err(_) => Pattern::Contains(text),
        },
        _ => Pattern::Is(text),
    })
}

fn read_one(asked: Asked<'_>, value: &str) -> Result<Clause, Problem> {
    let Asked { key, name, not, .. } = asked;
    let name = name.to_lowercase();
    let owned = value.to_owned();
    let span = || Span::read(value).ok_or(Problem::NoSpan { name: name.clone(), value: owned.clone() });
    let moment = |text: &str| {
        Moment::read(text).ok_or_else(|| Problem::NoMoment { name: name.clone(), value: text.into() })
    };
    Ok(match (key, not) {
        (Key::Older, false) | (Key::Newer, true) => Clause::Older(span()?),
        (Key::Newer, false) | (Key::Older, true) => Clause::Newer(span()?),
        (Key::After, false) | (Key::Before, true) => Clause::After(moment(value)?),
        (Key::Before, false) | (Key::After, true) => Clause::Before(moment(value)?),
        (Key::Idle, not) => Clause::Idle { not, span: span()? },
        (Key::Started, not) => match value.split_once("..") {
            None => {
                let day = moment(value)?;
                Clause::Between { not, from: Some(day), to: day }
            }
            Some(("", to)) => Clause::Between { not, from: None, to: moment(to)? },
            Some((from, "")) if not => Clause::Before(moment(from)?),
            Some((from, "")) => Clause::After(moment(from)?),
            Some((from, to)) => Clause::between(not, moment(from)?, moment(to)?),
        },
        (Key::Watched, not) => match value.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" => Clause::Watched(!not),
            "no" | "n" | "false" | "0" => Clause::Watched(not),
            _ => return Err(Problem::NoAnswer { name, value: owned, answers: "yes, no" }),
        },
        (Key::Is, not) => match value.to_lowercase().as_str() {
            "mine" => Clause::Mine(!not),
            "watched" => Clause::Watched(!not),
            _ => return Err(Problem::NoAnswer { name, value: owned, answers: "mine, watched" }),
        },
        (Key::Types | Key::Values(_), _) => unreachable!("read by their own functions"),
    })
}
