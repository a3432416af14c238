//! A view in the making: as many rows at a time as there is time for.

use std::cmp::Ordering;
use std::sync::Arc;

use super::super::order::Keys;
use super::super::{Order, Row};
use super::chunks::Chunks;
use super::{Changed, Counts, Entry, Lens, View};

/// Rows that are keyed, or passed over, before the clock is looked at.
const ROWS_AT_ONCE: usize = 512;
/// Rows that are sorted at once; the sorted runs are merged.
const RUN: usize = 4_096;

/// What a [`View`] is to become. While it is built, the view goes on as it is.
#[derive(Debug)]
pub struct Build {
    order: Order,
    lens: Lens,
    /// Rows without a key yet.
    rows: std::vec::IntoIter<Arc<Row>>,
    keys: Keys,
    /// Sorted runs, each sorted after the others.
    runs: Vec<Vec<Entry>>,
    run: Vec<Entry>,
    /// The rows in order, as soon as they are, of which nobody has said yet whether they are shown.
    sorted: Option<std::vec::IntoIter<Entry>>,
    all: Chunks<Entry>,
    shown: Chunks<Entry>,
    counts: Counts,
    /// What changed since it was begun.
    changed: Vec<Changed>,
    done: bool,
}

impl View {
    /// Begins to sort it another way.
    #[must_use]
    pub fn resorted(&self, order: Order) -> Build {
        self.reordered(order, self.all.iter().map(|entry| entry.row.clone()))
    }

    pub(super) fn reordered(&self, order: Order, rows: impl Iterator<Item = Arc<Row>>) -> Build {
        Build::new(order, self.lens.clone(), rows.collect(), None)
    }

    /// Begins to filter it another way.
    #[must_use]
    pub fn refiltered(&self, lens: Lens) -> Build {
        Build::new(self.order.clone(), lens, Vec::new(), Some(self.all.iter().cloned().collect()))
    }

    /// Begins to sort and filter it another way.
    #[must_use]
    pub fn arranged(&self, order: Order, lens: Lens) -> Build {
        if order == self.order {
            return self.refiltered(lens);
        }
        Build::new(order, lens, self.iter_all().cloned().collect(), None)
    }

    /// Takes what was built; whatever changed meanwhile is followed.
    pub fn take(&mut self, build: Build) {
        let Build { order, lens, all, shown, counts, changed, .. } = build;
        (self.order, self.lens, self.shown, self.counts) = (order, lens, shown, counts);
        self.all = all;
        self.follow(&changed);
        self.find_groups();
    }
}

impl Build {
    fn new(order: Order, lens: Lens, rows: Vec<Arc<Row>>, sorted: Option<Vec<Entry>>) -> Self {
        Self {
            order,
            lens,
            rows: rows.into_iter(),
            keys: Keys::shared(),
            runs: Vec::new(),
            run: Vec::new(),
            sorted: sorted.map(Vec::into_iter),
            all: Chunks::default(),
            shown: Chunks::default(),
            counts: Counts::default(),
            changed: Vec::new(),
            done: false,
        }
    }

    /// Takes note of changes that the rows have taken since.
    pub fn hear(&mut self, changed: &[Changed]) {
        self.changed.extend_from_slice(changed);
    }

    /// How it will be sorted and grouped.
    #[must_use]
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// How it will be filtered.
    #[must_use]
    pub const fn lens(&self) -> &Lens {
        &self.lens
    }

    /// Goes on until it is done, or no more time is left; whether it is done.
    pub fn step(&mut self, more: &mut dyn FnMut() -> bool) -> bool {
        while !self.done && more() {
            self.turn();
        }
        self.done
    }

    /// Goes on until it is done.
    pub fn finish(&mut self) {
        self.step(&mut || true);
    }

    /// One turn of a millisecond or so.
    fn turn(&mut self) {
        if self.sorted.is_some() {
            self.pass();
        } else if self.rows.len() > 0 {
            self.key();
        } else {
            self.merge();
        }
    }

    fn key(&mut self) {
        for row in self.rows.by_ref().take(ROWS_AT_ONCE) {
            self.run.push(self.lens.entry(&self.order, &row, &mut self.keys));
        }
        if self.run.len() >= RUN || self.rows.len() == 0 {
            let mut run = std::mem::take(&mut self.run);
            run.sort_unstable_by(|a, b| a.key.cmp(&b.key));
            self.runs.push(run);
        }
    }

    /// Merges two runs of about the same length into one; the last one is all.
    fn merge(&mut self) {
        match (self.runs.pop(), self.runs.is_empty()) {
            (last, true) => self.sorted = Some(last.unwrap_or_default().into_iter()),
            (None, false) => {}
            (Some(a), false) => {
                // The shortest ones first: each row is moved as seldom as can be.
                self.runs.push(a);
                self.runs.sort_by_key(|run| std::cmp::Reverse(run.len()));
                if let (Some(a), Some(b)) = (self.runs.pop(), self.runs.pop()) {
                    self.runs.push(merged(a, b));
                }
            }
        }
    }

    fn pass(&mut self) {
        let Some(sorted) = &mut self.sorted else { return };
        for mut entry in sorted.by_ref().take(ROWS_AT_ONCE) {
            entry.passes = self.lens.passes(&entry.row);
            self.counts.enter(&entry);
            if self.lens.shows(&entry) {
                self.shown.push(entry.clone());
            }
            self.all.push(entry);
        }
        self.done = sorted.len() == 0;
    }
}

/// Two sorted runs as one.
fn merged(a: Vec<Entry>, b: Vec<Entry>) -> Vec<Entry> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    while let (Some(first), Some(second)) = (a.as_slice().first(), b.as_slice().first()) {
        let next = if first.key.cmp(&second.key) == Ordering::Greater { &mut b } else { &mut a };
        merged.extend(next.next());
    }
    merged.extend(a);
    merged.extend(b);
    merged
}
