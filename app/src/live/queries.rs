//! What a program asks of the terminal that it runs in, and what a terminal answers. Pure.
//!
//! Programs wait for these answers: a shell's line editor for the cursor's place, editors for what the terminal
//! is. Only a session's own terminal answers; everybody else looks on.

/// Digits of a question that are kept; real ones have one.
const PARAMETER_BYTES: usize = 8;

/// A question of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Query {
    /// What kind of terminal it is (DA).
    Kind,
    /// Its version (secondary DA).
    Version,
    /// Whether it works (DSR 5).
    Status,
    /// Where the cursor is (DSR 6).
    Cursor,
}

impl Query {
    /// The answer, with the cursor at that column and row, counted from 0.
    pub(crate) fn answer(self, (column, row): (usize, usize)) -> String {
        match self {
            // A VT220 with colours.
            Self::Kind => "\x1b[?62;22c".into(),
            Self::Version => "\x1b[>0;0;0c".into(),
            Self::Status => "\x1b[0n".into(),
            Self::Cursor => format!("\x1b[{};{}R", row + 1, column + 1),
        }
    }
}

/// Finds questions in output, which may be cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct Queries {
    place: Place,
    parameters: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Escape,
    Parameters,
}

impl Queries {
    /// Reads output and gives the questions in it.
    pub(crate) fn read(&mut self, output: &str) -> Vec<Query> {
        let mut rest = output.as_bytes();
        let mut found = Vec::new();
        loop {
            if self.place == Place::Outside {
                let Some(at) = rest.iter().position(|&byte| byte == 0x1b) else { return found };
                rest = &rest[at..];
            }
            let Some((&byte, after)) = rest.split_first() else { return found };
            found.extend(self.step(byte));
            rest = after;
        }
    }

    fn step(&mut self, byte: u8) -> Option<Query> {
        let (place, query) = match (self.place, byte) {
            (_, 0x1b) => (Place::Escape, None),
            (Place::Escape, b'[') => {
                self.parameters.clear();
                (Place::Parameters, None)
            }
            (Place::Parameters, b'0'..=b'9' | b'>') if self.parameters.len() < PARAMETER_BYTES => {
                self.parameters.push(byte);
                (Place::Parameters, None)
            }
            (Place::Parameters, end) => (Place::Outside, query(&self.parameters, end)),
            _ => (Place::Outside, None),
        };
        self.place = place;
        query
    }
}

fn query(parameters: &[u8], end: u8) -> Option<Query> {
    match (parameters, end) {
        (b"" | b"0", b'c') => Some(Query::Kind),
        (b">" | b">0", b'c') => Some(Query::Version),
        (b"5", b'n') => Some(Query::Status),
        (b"6", b'n') => Some(Query::Cursor),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Queries, Query};

    fn all(output: &str) -> Vec<Query> {
        Queries::default().read(output)
    }

    #[test]
    fn questions_are_found_and_nothing_else() {
        for (output, found) in [
            ("plain", vec![]),
            ("\x1b[c", vec![Query::Kind]),
            ("a\x1b[0cb\x1b[>c", vec![Query::Kind, Query::Version]),
            ("\x1b[5n\x1b[6n", vec![Query::Status, Query::Cursor]),
            ("\x1b[?6n\x1b[16n\x1b[6;1n\x1b[6 n", vec![]),
            ("\x1b[3\x1b[6n", vec![Query::Cursor]),
            ("\x1b[31m6n\x1b]0;\x1b[c", vec![Query::Kind]),
        ] {
            assert_eq!(all(output), found, "{output:?}");
        }
    }

    #[test]
    fn answers_are_those_of_a_terminal() {
        assert_eq!(Query::Cursor.answer((4, 9)), "\x1b[10;5R");
        assert_eq!(Query::Status.answer((0, 0)), "\x1b[0n");
    }

    proptest! {
        #[test]
        fn cuts_change_nothing(
            parts in prop::collection::vec(
                prop::sample::select(vec!["\x1b[c", "\x1b[6n", "\x1b[>0c", "\x1b", "\x1b[", "\x1b[?", "é", "6n", "c"]),
                0..12,
            ),
            cuts in prop::collection::vec(1_usize..6, 1..40),
        ) {
            let output = parts.concat();
            let mut queries = Queries::default();
            let mut found = Vec::new();
            let mut rest = &output[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at(rest.ceil_char_boundary((*cut).min(rest.len())));
                found.extend(queries.read(now));
                rest = later;
            }
            prop_assert_eq!(found, all(&output));
        }
    }
}
