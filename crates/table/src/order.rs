//! The order of the rows: by group, then by the columns that are sorted by, then by id.
//!
//! Each row has one key, that compares as plain bytes: sorting a hundred thousand rows never looks at a
//! session twice. The id decides last: no two keys are equal, and a row's place is found by search.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use wire::{Millis, SessionId};

use super::sort::{Direction, push_value};
use super::{Column, Row, Sort, Value, time};

/// So many different values are shared; a column with more has few rows for each.
const SHARED: usize = 16_384;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How rows are grouped and sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The column whose values make the groups, if any.
    pub group: Option<Column>,
    /// The order within a group, or of all rows.
    pub sort: Sort,
    /// The viewer's offset from UTC in minutes: days begin by their clock.
    pub zone: i32,
}

/// A row's place among the others.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The first eight bytes of what it sorts by, which decide most comparisons.
    head: u64,
    /// The others; shared by rows that sort by the same, as far as they are keyed together.
    rest: Arc<[u8]>,
    id: SessionId,
}

impl Key {
    /// Whether it begins with these bytes.
    pub(crate) fn starts_with(&self, bytes: &[u8]) -> bool {
        match bytes.split_first_chunk() {
            Some((head, rest)) => u64::from_be_bytes(*head) == self.head && self.rest.starts_with(rest),
            None => self.head.to_be_bytes().starts_with(bytes),
        }
    }
}

/// Makes keys: what it needs for that is used again.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    bytes: Vec<u8>,
    /// What rows sort by, to be shared; none when few are keyed.
    known: Option<HashSet<Arc<[u8]>>>,
}

impl Keys {
    /// For many rows: what they sort by is shared.
    pub(crate) fn shared() -> Self {
        Self { bytes: Vec::with_capacity(96), known: Some(HashSet::new()) }
    }

    fn share(known: &mut Option<HashSet<Arc<[u8]>>>, rest: &[u8]) -> Arc<[u8]> {
        if rest.is_empty() {
            return Arc::default();
        }
        let Some(known) = known else { return rest.into() };
        if let Some(known) = known.get(rest) {
            return known.clone();
        }
        let fresh: Arc<[u8]> = rest.into();
        if known.len() < SHARED {
            known.insert(fresh.clone());
        }
        fresh
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.head
            .cmp(&other.head)
            .then_with(|| {
                if Arc::ptr_eq(&self.rest, &other.rest) {
                    Ordering::Equal
                } else {
                    self.rest.cmp(&other.rest)
                }
            })
            .then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

impl Order {
    /// The key of a row.
    pub(crate) fn key(&self, row: &Row, keys: &mut Keys) -> Key {
        let Keys { bytes, known } = keys;
        bytes.clear();
        self.push_group(row, bytes);
        self.sort.push_key(row, bytes);
        let (head, rest) = match bytes.split_first_chunk() {
            Some((head, rest)) => (u64::from_be_bytes(*head), rest),
            None => {
                // No key is the beginning of another, so that what is filled up decides nothing.
                let mut head = [0; 8];
                head[..bytes.len()].copy_from_slice(bytes);
                (u64::from_be_bytes(head), &[][..])
            }
        };
        Key { head, rest: Keys::share(known, rest), id: row.id }
    }

    /// Appends what the keys of all rows of a row's group begin with. No group's is the beginning of
    /// another's: text ends with a zero, everything else has eight bytes.
    pub(crate) fn push_group(&self, row: &Row, key: &mut Vec<u8>) {
        let Some(column) = self.group else { return };
        let start = key.len();
        push_value(key, &self.group_value(column, row));
        let direction = self.sort.of(column).map_or(Direction::first(column), |(_, direction)| direction);
        if direction == Direction::Down {
            key[start..].iter_mut().for_each(|byte| *byte = !*byte);
        }
    }

    /// The value that a row's group stands for: times by the day, the last activity by the hour.
    fn group_value<'a>(&self, column: Column, row: &'a Row) -> Value<'a> {
        let floor = |at: Millis, unit: i64| {
            let shift = i64::from(self.zone) * MINUTE_MS;
            Millis((at.0 + shift).div_euclid(unit) * unit - shift)
        };
        match row.value(column) {
            Value::At(at) => Value::At(floor(at, DAY_MS)),
            Value::Since(at) => Value::Since(floor(at, HOUR_MS)),
            value => value,
        }
    }

    /// What a row's group is called: the value of its column, `2026-11-23`, or `2026-11-23 17:00` for the
    /// hour of the last activity.
    #[must_use]
    pub fn group_name(&self, row: &Row) -> String {
        let Some(column) = self.group else { return String::new() };
        match self.group_value(column, row) {
            Value::Text(text) => text.into_owned(),
            Value::Number(number) => number.to_string(),
            Value::At(at) => time::date(at, self.zone),
            Value::Since(at) => {
                let iso = time::iso(at, self.zone);
                iso.get(..16).map_or_else(String::new, |hour| hour.replace('T', " "))
            }
            Value::Nothing => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::session;
    use super::*;
    use proptest::prelude::*;
    use wire::{Rights, Session};

    fn row(session: &Session) -> Arc<Row> {
        Row::new(&session.into(), Rights::default(), &mut String::new())
    }

    fn key(order: &Order, session: &Session) -> Key {
        order.key(&row(session), &mut Keys::default())
    }

    proptest! {
        /// Rows of one group stand together, whatever they are sorted by.
        #[test]
        fn a_group_is_what_its_keys_begin_with(
            users in prop::collection::vec("[a-c1-3]{0,3}", 2..30),
            column in 0..16_usize,
            down in any::<bool>(),
        ) {
            let mut order = Order { group: Some(Column::User), ..Order::default() };
            order.sort.click(Column::ALL[column], false);
            if down {
                order.sort.click(Column::User, true);
                order.sort.click(Column::User, true);
            }
            let mut sessions: Vec<Session> = users
                .iter()
                .zip(0..)
                .map(|(user, n)| Session { user: user.clone(), ..session(n) })
                .collect();
            sessions.sort_by_key(|session| key(&order, session));
            let mut names: Vec<String> = sessions.iter().map(|session| order.group_name(&row(session))).collect();
            names.dedup();
            let mut once = names.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(names.len(), once.len());
            for session in &sessions {
                let mut group = Vec::new();
                order.push_group(&row(session), &mut group);
                for other in &sessions {
                    let same = order.group_name(&row(session)) == order.group_name(&row(other));
                    prop_assert_eq!(key(&order, other).starts_with(&group), same);
                }
            }
        }
    }

    #[test]
    fn times_are_grouped_by_the_day_and_the_hour_of_the_viewers_clock() {
        let at = Millis(1_764_025_200_000);
        let late = Session { started_at: at, last_active_at: at, ..session(1) };
        let name =
            |group, zone| Order { group: Some(group), zone, ..Order::default() }.group_name(&row(&late));
        assert_eq!(time::iso(at, 0), "2025-11-24T23:00:00.000+00:00");
        assert_eq!(name(Column::StartDate, 0), "2025-11-24");
        assert_eq!(name(Column::StartDate, 60), "2025-11-25");
        assert_eq!(name(Column::Idle, 90), "2025-11-25 00:00");
    }
}
