//! Which columns rows are sorted by, and their part of a row's key.

mod text;

use serde::{Deserialize, Serialize};

use super::column::Value;
use super::{Column, Row};

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Smallest, first, oldest on top.
    Up,
    /// Largest, last, newest on top.
    Down,
}

impl Direction {
    /// The way that a column is sorted first: what is new or much on top, the rest as people list it.
    #[must_use]
    pub const fn first(column: Column) -> Self {
        match column {
            Column::StartDate | Column::Watchers => Self::Down,
            _ => Self::Up,
        }
    }

    const fn flipped(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }
}

/// The columns that rows are sorted by, the most important first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort(Vec<(Column, Direction)>);

impl Default for Sort {
    fn default() -> Self {
        Self(vec![(Column::StartDate, Direction::Down)])
    }
}

impl Sort {
    /// The columns that it sorts by.
    #[must_use]
    pub fn columns(&self) -> &[(Column, Direction)] {
        &self.0
    }

    /// Whether and how a column takes part, and as which (from 1).
    #[must_use]
    pub fn of(&self, column: Column) -> Option<(usize, Direction)> {
        let at = self.0.iter().position(|(known, _)| *known == column)?;
        Some((at + 1, self.0[at].1))
    }

    /// What a click on a heading does: the first sorts by that column, the second the other way
    /// round, the third no longer. With `several`, the other columns keep their part.
    pub fn click(&mut self, column: Column, several: bool) {
        let first = Direction::first(column);
        let now = self.of(column).map(|(_, direction)| direction);
        if !several {
            self.0.retain(|(known, _)| *known == column);
        }
        match now {
            None => self.0.push((column, first)),
            Some(direction) if direction == first => {
                for (_, direction) in self.0.iter_mut().filter(|(known, _)| *known == column) {
                    *direction = direction.flipped();
                }
            }
            Some(_) => self.0.retain(|(known, _)| *known != column),
        }
        if self.0.is_empty() {
            *self = Self::default();
        }
    }

    /// In words, for the foot of the table: `start date, newest first`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let words: Vec<String> =
            self.0.iter().map(|(column, direction)| in_words(*column, *direction)).collect();
        words.join("; then ")
    }

    /// Sorts by a column alone, or with `several` besides the others, in a direction.
    pub fn set(&mut self, column: Column, direction: Direction, several: bool) {
        if several {
            match self.0.iter_mut().find(|(known, _)| *known == column) {
                Some(entry) => entry.1 = direction,
                None => self.0.push((column, direction)),
            }
        } else {
            self.0 = vec![(column, direction)];
        }
    }

    /// Appends what a row sorts by; what it appends for one is never the beginning of what it does for another.
    pub(crate) fn push_key(&self, row: &Row, key: &mut Vec<u8>) {
        for (column, direction) in &self.0 {
            let start = key.len();
            push_value(key, &row.value(*column));
            if *direction == Direction::Down {
                key[start..].iter_mut().for_each(|byte| *byte = !*byte);
            }
        }
    }
}

fn in_words(column: Column, direction: Direction) -> String {
    let up = direction == Direction::Up;
    let order = match (column, up) {
        (Column::StartDate, true) => "oldest first",
        (Column::StartDate, false) => "newest first",
        (Column::Idle, true) => "shortest first",
        (Column::Idle, false) => "longest first",
        (Column::Port | Column::Watchers, true) => "lowest first",
        (Column::Port | Column::Watchers, false) => "highest first",
        (_, true) => "A to Z",
        (_, false) => "Z to A",
    };
    let label = column.label();
    let label = if label.starts_with("Service URL") { label.to_owned() } else { label.to_lowercase() };
    format!("{label}, {order}")
}

/// Appends a value so that keys compare as values do.
pub(crate) fn push_value(key: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Text(text) => push_text(key, text),
        Value::Number(number) => key.extend_from_slice(&number.to_be_bytes()),
        // As long as a number, and before each.
        Value::Nothing => key.extend_from_slice(&0_u64.to_be_bytes()),
        Value::At(at) => key.extend_from_slice(&ordered(at.0).to_be_bytes()),
        // The longer ago, the longer the span.
        Value::Since(at) => key.extend_from_slice(&(!ordered(at.0)).to_be_bytes()),
    }
}

/// Signed numbers as unsigned ones of the same order.
const fn ordered(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// Text in the order people expect: letters without their case, runs of digits by their value
/// (`db-2` before `db-10`, `10.4.0.9` before `10.4.0.10`). Empty text comes first.
///
/// A run of digits is written as `0`, its length and its digits, so that it stands where a digit
/// would and longer numbers come later; 0 ends the text.
fn push_text(key: &mut Vec<u8>, text: &str) {
    key.reserve(text.len() + 4);
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        if first.is_ascii_digit() {
            let len = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (run, after) = rest.split_at(len);
            let digits = run.trim_start_matches('0');
            key.extend([b'0', u8::try_from(digits.len()).unwrap_or(u8::MAX)]);
            key.extend_from_slice(digits.as_bytes());
            rest = after;
        } else if first.is_ascii() {
            // A zero of the text would end it early.
            key.push(first.to_ascii_lowercase().max(1));
            rest = &rest[1..];
        } else {
            let Some(c) = rest.chars().next() else { break };
            let mut buffer = [0; 4];
            for lower in c.to_lowercase() {
                key.extend_from_slice(lower.encode_utf8(&mut buffer).as_bytes());
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    key.push(0);
}

#[cfg(test)]
mod tests {
    use super::super::fixture::session;
    use super::*;
    use proptest::prelude::*;
    use wire::Rights;

    fn text_key(text: &str) -> Vec<u8> {
        let mut key = Vec::new();
        push_text(&mut key, text);
        key
    }

    #[test]
    fn text_sorts_as_people_expect() {
        let sorted =
            ["", "-", "10.4.0.9", "10.4.0.10", "Alice", "alice2", "alice10", "BOB", "db-2", "db-10", "é"];
        for pair in sorted.windows(2) {
            assert!(text_key(pair[0]) < text_key(pair[1]), "{pair:?}");
        }
        assert_eq!(text_key("ALICE"), text_key("alice"));
    }

    #[test]
    fn several_columns_sort_one_after_the_other() {
        let mut sort = Sort::default();
        sort.click(Column::User, false);
        sort.click(Column::Port, true);
        sort.click(Column::Port, true);
        let mut rows = [session(1), session(2), session(3), session(4)];
        rows[0].user = "bea".into();
        for (row, port) in rows[1..].iter_mut().zip([9, 0, 80]) {
            (row.user, row.port) = ("ann".into(), port);
        }
        rows.sort_by_cached_key(|row| {
            let mut key = Vec::new();
            sort.push_key(&Row::new(&row.into(), Rights::default(), &mut String::new()), &mut key);
            key
        });
        let order: Vec<_> = rows.iter().map(|row| (row.user.as_str(), row.port)).collect();
        assert_eq!(order[..3], [("ann", 80), ("ann", 9), ("ann", 0)]);
        assert_eq!(sort.in_words(), "user, A to Z; then port, highest first");
    }

    #[test]
    fn a_third_click_takes_the_column_out() {
        let mut sort = Sort::default();
        for expected in [Some(Direction::Up), Some(Direction::Down), None] {
            sort.click(Column::Device, false);
            assert_eq!(sort.of(Column::Device).map(|(_, direction)| direction), expected);
        }
        assert_eq!(sort, Sort::default());
    }

    proptest! {
        #[test]
        fn numbers_and_times_keep_their_order(a in any::<i64>(), b in any::<i64>()) {
            let key = |at| { let mut key = Vec::new(); push_value(&mut key, &Value::At(wire::Millis(at))); key };
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
            let since = |at| { let mut key = Vec::new(); push_value(&mut key, &Value::Since(wire::Millis(at))); key };
            prop_assert_eq!(since(a).cmp(&since(b)), b.cmp(&a));
        }

        #[test]
        fn whole_numbers_in_text_compare_by_value(a in any::<u64>(), b in any::<u64>()) {
            prop_assert_eq!(text_key(&format!("x{a}")).cmp(&text_key(&format!("x{b}"))), a.cmp(&b));
        }
    }
}
