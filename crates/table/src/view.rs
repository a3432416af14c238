//! The rows that pass the filter, in their order, kept so through changes.

use std::sync::Arc;

use wire::{Millis, SessionId, SessionType};

use super::{Filter, Row, Rows, Sort};

/// Changes beyond this many are cheaper by building the view anew.
const REBUILD_ABOVE: usize = 256;

/// One row's change: what stood before and what stands now.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The row before; none if it is new.
    pub before: Option<Arc<Row>>,
    /// The row now; none if it is gone.
    pub after: Option<Arc<Row>>,
}

#[derive(Clone, Debug)]
struct Entry {
    key: Box<[u8]>,
    row: Arc<Row>,
}

/// What the table shows: filtered, sorted, and counted by type.
#[derive(Clone, Debug, Default)]
pub struct View {
    sort: Sort,
    filter: Filter,
    entries: Vec<Entry>,
    counts: [usize; SessionType::ALL.len()],
    /// The moment that the filter looks from, and the name of who looks.
    now: Millis,
    me: Box<str>,
}

impl View {
    /// Builds it anew for another filter.
    pub fn refilter(&mut self, filter: Filter, rows: &Rows) {
        self.filter = filter;
        self.rebuild(rows);
    }

    /// Says who looks, and when.
    pub fn stand(&mut self, now: Millis, me: &str) {
        (self.now, self.me) = (now, me.into());
    }

    /// Looks from a later moment, where the filter asks how long ago things were; whether that made it anew.
    pub fn retime(&mut self, now: Millis, rows: &Rows) -> bool {
        let turned =
            |row: &Arc<Row>| self.filter.next_change(row, self.now).is_some_and(|change| change <= now);
        let anew = self.filter.depends_on_time() && rows.iter().any(turned);
        if anew {
            self.now = now;
            self.rebuild(rows);
        }
        anew
    }

    /// Sorts it another way.
    pub fn resort(&mut self, sort: Sort) {
        self.sort = sort;
        for entry in &mut self.entries {
            entry.key = self.sort.key(&entry.row.session);
        }
        self.entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    }

    /// Builds it anew from all rows.
    pub fn rebuild(&mut self, rows: &Rows) {
        self.entries.clear();
        self.counts = Default::default();
        for row in rows.iter() {
            self.count(row, true);
            if self.passes(row) {
                self.entries.push(Entry { key: self.sort.key(&row.session), row: row.clone() });
            }
        }
        self.entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    }

    /// Follows changes that `rows` has already taken.
    pub fn follow(&mut self, changes: &[Changed], rows: &Rows) {
        if changes.len() > REBUILD_ABOVE {
            return self.rebuild(rows);
        }
        for change in changes {
            if let Some(before) = &change.before {
                self.count(before, false);
                if let Ok(at) = self.find(before) {
                    self.entries.remove(at);
                }
            }
            if let Some(after) = &change.after {
                self.count(after, true);
                if self.passes(after) {
                    let key = self.sort.key(&after.session);
                    let at = self.entries.partition_point(|entry| entry.key < key);
                    self.entries.insert(at, Entry { key, row: after.clone() });
                }
            }
        }
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The row at a place.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Arc<Row>> {
        self.entries.get(at).map(|entry| &entry.row)
    }

    /// The rows in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.entries.iter().map(|entry| &entry.row)
    }

    /// Where a session stands, if it is shown.
    #[must_use]
    pub fn place(&self, id: SessionId, rows: &Rows) -> Option<usize> {
        self.find(rows.get(id)?).ok()
    }

    /// Open sessions of a type that pass the filter box, whatever types are chosen.
    #[must_use]
    pub fn count_of(&self, kind: SessionType) -> usize {
        self.counts[kind as usize]
    }

    /// Open sessions that pass the filter box, whatever types are chosen.
    #[must_use]
    pub fn count_of_all(&self) -> usize {
        self.counts.iter().sum()
    }

    /// How it is sorted.
    #[must_use]
    pub const fn sort(&self) -> &Sort {
        &self.sort
    }

    /// How it is filtered.
    #[must_use]
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    fn passes(&self, row: &Row) -> bool {
        self.filter.passes(row, self.now, &self.me)
    }

    fn count(&mut self, row: &Row, enters: bool) {
        if row.ended.is_none() && self.filter.passes_but_kind(row, self.now, &self.me) {
            let count = &mut self.counts[row.session.kind as usize];
            *count = if enters { *count + 1 } else { count.saturating_sub(1) };
        }
    }

    fn find(&self, row: &Row) -> Result<usize, usize> {
        let key = self.sort.key(&row.session);
        self.entries.binary_search_by(|entry| entry.key.as_ref().cmp(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{id, session};
    use super::super::{Column, KindSet};
    use super::*;
    use proptest::prelude::*;
    use wire::{Change, End, EndReason, Rights, Update};

    fn ids(view: &View) -> Vec<SessionId> {
        view.iter().map(|row| row.session.id).collect()
    }

    fn change() -> impl Strategy<Value = Change> {
        (0..40_u32, 0..5_u32, 0..4_u8).prop_map(|(n, watchers, what)| match what {
            0 => Change::Opened(session(n), Rights::default()),
            1 => Change::Updated(Update { id: id(n), watchers, last_active_at: Millis(watchers.into()) }),
            2 => Change::Ended(id(n), End::new(EndReason::Closed, Millis(0))),
            _ => Change::Hidden(id(n)),
        })
    }

    proptest! {
        /// Following changes gives the same picture as looking at everything again.
        #[test]
        fn following_equals_rebuilding(
            changes in prop::collection::vec(change(), 1..80),
            column in 0..16_usize,
            kind in 0..6_usize,
            typed in prop::sample::select(vec!["", "1", "user", "db-2", "nothing"]),
        ) {
            let mut rows = Rows::default();
            rows.replace((0..20).map(|n| (session(n), Rights::default())).collect());
            let mut view = View::default();
            let kinds = KindSet::default().toggled(SessionType::ALL[kind]);
            view.refilter(Filter::new(typed, if column % 2 == 0 { kinds } else { KindSet::default() }), &rows);
            let mut sort = Sort::default();
            sort.click(Column::ALL[column], false);
            view.resort(sort);
            for (at, change) in changes.into_iter().enumerate() {
                let at = i64::try_from(at).expect("few") * 500;
                let mut changed = rows.sweep(Millis(at));
                changed.extend(rows.apply(change, Millis(at)));
                view.follow(&changed, &rows);
                let mut anew = view.clone();
                anew.rebuild(&rows);
                prop_assert_eq!(ids(&view), ids(&anew));
                prop_assert_eq!(view.counts, anew.counts);
                for (place, row) in view.iter().enumerate() {
                    prop_assert!(Arc::ptr_eq(row, rows.get(row.session.id).expect("known")));
                    prop_assert_eq!(view.place(row.session.id, &rows), Some(place));
                }
            }
        }
    }

    #[test]
    fn counts_are_of_the_filter_box_whatever_types_are_chosen() {
        let mut rows = Rows::default();
        rows.replace((0..12).map(|n| (session(n), Rights::default())).collect());
        let mut view = View::default();
        view.refilter(Filter::new("", KindSet::default().toggled(SessionType::Pam)), &rows);
        assert_eq!((view.len(), view.count_of(SessionType::Pam), view.count_of_all()), (2, 2, 12));
    }
}
