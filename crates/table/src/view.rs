//! The rows that pass the filter, in their order and groups, kept so through changes.
//!
//! All rows are held in order, and of them those that are shown: another filter passes over them once,
//! another order sorts them anew. Both are a [`Build`], done in pieces, so that a hundred thousand rows never
//! keep the page waiting.

mod build;
mod chunks;
mod follow;
mod groups;

use std::collections::HashSet;
use std::sync::Arc;

use wire::{Millis, SessionId, SessionType};

use super::order::{Key, Keys};
use super::{Filter, Order, Row, Rows};
pub use build::{Build, Spent};
use chunks::Chunks;
pub use groups::{Group, Line};

/// One row's change: what stood before and what stands now.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The row before; none if it is new.
    pub before: Option<Arc<Row>>,
    /// The row now; none if it is gone.
    pub after: Option<Arc<Row>>,
}

/// A row in its place.
#[derive(Clone, Debug)]
struct Entry {
    key: Key,
    row: Arc<Row>,
}

impl Entry {
    fn of(row: &Arc<Row>, order: &Order, keys: &mut Keys) -> Self {
        Self { key: order.key(row, keys), row: row.clone() }
    }
}

/// What the rows are held against.
#[derive(Clone, Debug, Default)]
pub struct Lens {
    /// Which of them are shown.
    pub filter: Filter,
    /// Name of the viewer, for what is theirs.
    pub me: Box<str>,
    /// The moment that ages are counted to.
    pub now: Millis,
}

impl Lens {
    /// Whether a row passes the filter, whatever types are chosen.
    fn passes(&self, row: &Row) -> bool {
        self.filter.passes_but_kind(row, self.now, &self.me)
    }

    /// Whether a row that passes is of a type that is chosen.
    const fn shows(&self, row: &Row) -> bool {
        self.filter.passes_kind(row.kind)
    }
}

/// What the table shows: filtered, sorted, grouped, and counted by type.
#[derive(Clone, Debug, Default)]
pub struct View {
    order: Order,
    lens: Lens,
    all: Chunks<Entry>,
    shown: Chunks<Entry>,
    counts: Counts,
    groups: Vec<Group>,
    /// Names of the groups whose rows are folded away.
    folded: HashSet<String>,
}

/// Open sessions by type that pass the filter, whatever types are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts([usize; SessionType::ALL.len()]);

impl Counts {
    /// Counts a row that passes.
    fn enter(&mut self, row: &Row) {
        if row.ended.is_none() {
            self.0[row.kind as usize] += 1;
        }
    }

    /// No longer counts a row that passed.
    fn leave(&mut self, row: &Row) {
        if row.ended.is_none() {
            let count = &mut self.0[row.kind as usize];
            *count = count.saturating_sub(1);
        }
    }
}

impl View {
    /// Builds it anew from all rows, at once.
    pub fn rebuild(&mut self, rows: &Rows) {
        let mut build = self.reordered(self.order.clone(), rows.iter().cloned());
        build.finish();
        let _spent = self.take(build);
    }

    /// How many rows it has, folded ones included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The rows in their order, folded ones included.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.shown.iter().map(|entry| &entry.row)
    }

    /// Every row whether it is shown or not, in their order.
    pub fn iter_all(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.all.iter().map(|entry| &entry.row)
    }

    /// Open sessions of a type that pass the filter box, whatever types are chosen.
    #[must_use]
    pub const fn count_of(&self, kind: SessionType) -> usize {
        self.counts.0[kind as usize]
    }

    /// Open sessions that pass the filter box, whatever types are chosen.
    #[must_use]
    pub fn count_of_all(&self) -> usize {
        self.counts.0.iter().sum()
    }

    /// How it is sorted and grouped.
    #[must_use]
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// How it is filtered.
    #[must_use]
    pub const fn filter(&self) -> &Filter {
        &self.lens.filter
    }

    /// What the rows are held against.
    #[must_use]
    pub const fn lens(&self) -> &Lens {
        &self.lens
    }

    /// The open sessions from one place to another among the shown rows, folded ones included.
    #[must_use]
    pub fn open_between(&self, first: usize, last: usize) -> Vec<SessionId> {
        let rows = self
            .shown
            .iter_from(first)
            .map(|entry| &entry.row)
            .take(last.saturating_sub(first).saturating_add(1));
        rows.filter(|row| row.ended.is_none()).map(|row| row.id).collect()
    }

    /// Where a session stands among the shown rows, folded ones included.
    #[must_use]
    pub fn place(&self, id: SessionId, rows: &Rows) -> Option<usize> {
        let key = self.order.key(rows.get(id)?, &mut Keys::default());
        self.shown.find(|entry| entry.key.cmp(&key)).ok()
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
        view.iter().map(|row| row.id).collect()
    }

    fn change() -> impl Strategy<Value = Change> {
        (0..40_u32, 0..5_u32, 0..4_u8).prop_map(|(n, watchers, what)| match what {
            0 => Change::Opened(session(n), Rights::default()),
            1 => Change::Updated(Update { id: id(n), watchers, last_active_at: Millis(watchers.into()) }),
            2 => Change::Ended(id(n), End::new(EndReason::Closed, Millis(0))),
            _ => Change::Hidden(id(n)),
        })
    }

    fn lens(typed: &str, kinds: KindSet) -> Lens {
        Lens { filter: Filter::new(typed, kinds), ..Lens::default() }
    }

    fn order(column: Column, group: Option<Column>) -> Order {
        let mut order = Order { group, ..Order::default() };
        order.sort.click(column, false);
        order
    }

    fn arrange(view: &mut View, build: Build) {
        let mut build = build;
        build.finish();
        let _spent = view.take(build);
    }

    proptest! {
        /// Following changes gives the same picture as looking at everything again, one by one or many at once.
        #[test]
        fn following_equals_rebuilding(
            batches in prop::collection::vec(prop::collection::vec(change(), 1..24), 1..12),
            column in 0..16_usize,
            group in prop::option::of(0..16_usize),
            kind in 0..6_usize,
            typed in prop::sample::select(vec!["", "1", "user", "db-2", "nothing"]),
        ) {
            let mut rows = Rows::default();
            rows.replace((0..20).map(|n| (session(n), Rights::default())).collect());
            let mut view = View::default();
            view.rebuild(&rows);
            let kinds = KindSet::default().toggled(SessionType::ALL[kind]);
            let kinds = if column % 2 == 0 { kinds } else { KindSet::default() };
            let build = view.refiltered(lens(typed, kinds));
            arrange(&mut view, build);
            let order = order(Column::ALL[column], group.map(|at| Column::ALL[at]));
            let build = view.resorted(order);
            arrange(&mut view, build);
            for (at, batch) in batches.into_iter().enumerate() {
                let now = Millis(i64::try_from(at).expect("few") * 2_500);
                let mut changed = rows.sweep(now);
                changed.extend(batch.into_iter().filter_map(|change| rows.apply(change, now)));
                view.follow(&changed);
                let mut anew = view.clone();
                anew.rebuild(&rows);
                prop_assert_eq!(ids(&view), ids(&anew));
                prop_assert_eq!(view.counts, anew.counts);
                prop_assert_eq!(&view.groups, &anew.groups);
                for (place, row) in view.iter().enumerate() {
                    prop_assert!(Arc::ptr_eq(row, rows.get(row.id).expect("known")));
                    prop_assert_eq!(view.place(row.id, &rows), Some(place));
                }
            }
        }

        /// A view that is built in pieces while changes come has them all in the end.
        #[test]
        fn changes_that_come_while_it_is_built_are_there_afterwards(
            batches in prop::collection::vec(prop::collection::vec(change(), 1..24), 1..8),
            column in 0..16_usize,
            refilter in any::<bool>(),
        ) {
            let mut rows = Rows::default();
            rows.replace((0..20).map(|n| (session(n), Rights::default())).collect());
            let mut view = View::default();
            view.rebuild(&rows);
            let mut build = if refilter {
                view.refiltered(lens("user", KindSet::default()))
            } else {
                view.resorted(order(Column::ALL[column], None))
            };
            for batch in batches {
                let changed: Vec<_> =
                    batch.into_iter().filter_map(|change| rows.apply(change, Millis(0))).collect();
                view.follow(&changed);
                build.hear(&changed);
                let mut once = true;
                build.step(&mut || std::mem::take(&mut once));
            }
            arrange(&mut view, build);
            let mut anew = view.clone();
            anew.rebuild(&rows);
            prop_assert_eq!(ids(&view), ids(&anew));
            prop_assert_eq!(view.counts, anew.counts);
        }
    }

    #[test]
    fn counts_are_of_the_filter_box_whatever_types_are_chosen() {
        let mut rows = Rows::default();
        rows.replace((0..12).map(|n| (session(n), Rights::default())).collect());
        let mut view = View::default();
        view.rebuild(&rows);
        let build = view.refiltered(lens("", KindSet::default().toggled(SessionType::Pam)));
        arrange(&mut view, build);
        assert_eq!((view.len(), view.count_of(SessionType::Pam), view.count_of_all()), (2, 2, 12));
    }

    #[test]
    fn groups_are_lines_of_their_own_and_fold() {
        let mut rows = Rows::default();
        rows.replace((0..12).map(|n| (session(n), Rights::default())).collect());
        let mut view = View::default();
        view.rebuild(&rows);
        assert_eq!(view.lines(), 12, "without groups every line is a row");
        let build = view.resorted(order(Column::StartDate, Some(Column::Type)));
        arrange(&mut view, build);
        assert_eq!(view.lines(), 12 + 6);
        let Some(Line::Group(first)) = view.line(0) else { panic!("a group comes first") };
        assert_eq!((first.name.as_str(), first.len, first.is_open), ("CONSOLE", 2, true));
        view.fold("CONSOLE", true);
        assert_eq!(view.lines(), 10 + 6);
        assert!(matches!(view.line(0), Some(Line::Group(group)) if !group.is_open));
        assert!(matches!(view.line(1), Some(Line::Group(group)) if group.name == "ESSO"));
        for at in 0..view.lines() {
            let back = match view.line(at).expect("a line") {
                Line::Group(group) => view.line_of_group(&group.name),
                Line::Row(row) => view.line_of(row.id, &rows),
            };
            assert_eq!(back, Some(at));
        }
        let folded = view.iter().next().expect("the first console").id;
        assert_eq!(view.line_of(folded, &rows), Some(0), "a folded row stands at its group's heading");
        view.fold_all(false);
        assert_eq!(view.lines(), 12 + 6);
        assert!(view.line(18).is_none());
    }
}
