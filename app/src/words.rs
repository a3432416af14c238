//! Every text of the pages, in each language, in one place: one file for each area.
//!
//! Plain statics: no lookup by name, no file to load. A text without its translation does not compile.
//! Names of types, headings of exported files and what the audit keeps are data and stay as they are.

mod connect;
mod door;
mod ends;
mod filters;
mod frame;
mod gone;
mod grid;
mod help;
mod lists;
mod live;
mod look;
mod pwa;
mod refusals;
mod replay;
mod sessions;
#[cfg(test)]
mod stray;
mod table;
mod times;
mod views;
mod web_sso;

pub(crate) use ends::{ended, meaning, reason};
pub(crate) use filters::{speech, subject};
pub(crate) use refusals::told;
pub(crate) use replay::mark;
pub(crate) use table::{heading, order};
pub(crate) use times::{age, length, span};

use std::fmt::{Display, Write as _};

use crate::look::{Language, language};
use crate::text;

/// Declares the texts of one area: `name: "in English", "en español";`.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $english:literal, $spanish:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name {
            $(pub(crate) $field: &'static str,)+
        }

        impl $name {
            pub(super) const ENGLISH: Self = Self { $($field: $english,)+ };
            pub(super) const SPANISH: Self = Self { $($field: $spanish,)+ };
            /// Each text with its name, for tests.
            #[cfg(test)]
            pub(super) const ALL: &[super::Pair] =
                &[$((concat!(stringify!($name), ".", stringify!($field)), $english, $spanish),)+];
        }
    };
}
use texts;

/// A text's name, and the text in English and in Spanish.
#[cfg(test)]
type Pair = (&'static str, &'static str, &'static str);

/// Puts the areas together: `field: file::Texts`.
macro_rules! areas {
    ($($field:ident: $file:ident::$name:ident,)+) => {
        /// All texts in one language.
        #[derive(Debug)]
        pub(crate) struct Words {
            $(pub(crate) $field: $file::$name,)+
        }

        static ENGLISH: Words = Words { $($field: $file::$name::ENGLISH,)+ };
        static SPANISH: Words = Words { $($field: $file::$name::SPANISH,)+ };

        #[cfg(test)]
        fn all() -> impl Iterator<Item = Pair> {
            [$($file::$name::ALL,)+].into_iter().flatten().copied()
        }
    };
}

areas! {
    accounts: connect::Accounts,
    application: door::Application,
    audit: lists::Audit,
    bar: connect::Bar,
    boot: gone::Boot,
    columns: table::Columns,
    connect: connect::Connect,
    control: live::Control,
    desktop: connect::Desktop,
    door: door::Door,
    ends: ends::Ends,
    export: sessions::Export,
    filters: filters::Filters,
    frame: frame::Frame,
    gone: gone::Gone,
    help: help::Help,
    grid: grid::Grid,
    lists: lists::Lists,
    live: live::Live,
    log: lists::Log,
    look: look::Look,
    marks: replay::Marks,
    meanings: ends::Meanings,
    pwa: pwa::Pwa,
    orders: table::Orders,
    replay: replay::Replay,
    sessions: sessions::Sessions,
    terminate: live::Terminate,
    times: times::Times,
    verdict: replay::Verdict,
    wall: live::Wall,
    views: views::Views,
    web_sso: web_sso::WebSso,
}

/// The texts in the language of the page: that of the request on the server, one for all in the browser.
#[must_use]
pub(crate) fn words() -> &'static Words {
    match language() {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}

/// `text` with a value for each `{name}` in it. What is filled in is not looked at again.
#[must_use]
pub(crate) fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16 * values.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = from.split_once('}') else {
            filled.push('{');
            rest = from;
            continue;
        };
        match values.iter().find(|(given, _)| *given == name) {
            Some((_, value)) => {
                let _infallible = write!(filled, "{value}");
            }
            None => {
                let _infallible = write!(filled, "{{{name}}}");
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// `one` for a single thing, `many` for any other number of them, with the number in the place of `{n}`.
#[must_use]
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    fill(if n == 1 { one } else { many }, &[("n", &text::count(n))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(fill("{n} of {all} rows", &[("n", &3), ("all", &"{n}")]), "3 of {n} rows");
        assert_eq!(fill("of {all}: {n}", &[("n", &3), ("all", &10)]), "of 10: 3");
        assert_eq!(fill("{unknown} { {n", &[("n", &3)]), "{unknown} { {n");
    }

    #[test]
    fn one_is_not_many() {
        let (one, many) = ("{n} row", "{n} rows");
        for (n, said) in [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1234, "1\u{202f}234 rows")] {
            assert_eq!(counted(n, one, many), said);
        }
    }

    fn placeholders(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    #[test]
    fn both_languages_take_the_same_values() {
        for (name, english, spanish) in all() {
            assert_eq!(placeholders(english), placeholders(spanish), "{name}");
        }
    }

    #[test]
    fn texts_end_alike_and_are_not_empty() {
        for (name, english, spanish) in all() {
            for text in [english, spanish] {
                assert!(!text.is_empty() && text.trim() == text, "{name}: {text:?}");
            }
            for end in ['.', '…', ':'] {
                assert_eq!(english.ends_with(end), spanish.ends_with(end), "{name} ends with {end}");
            }
            // Spanish opens what it closes.
            for (open, close) in [('¿', '?'), ('¡', '!')] {
                assert_eq!(spanish.contains(open), spanish.contains(close), "{name}");
            }
        }
    }

    #[test]
    fn spanish_is_spanish() {
        // Words that no Spanish sentence has.
        const ENGLISH: [&str; 9] = ["the", "of", "is", "and", "to", "with", "this", "not", "your"];
        for (name, _, spanish) in all() {
            let stray = spanish.split(|c: char| !c.is_alphanumeric()).find(|word| ENGLISH.contains(word));
            assert_eq!(stray, None, "{name}: {spanish:?}");
        }
    }
}
