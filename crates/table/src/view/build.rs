//! A view in the making: as many rows at a time as there is time for.

use std::cmp::Ordering;
use std::sync::Arc;

use super::super::order::Keys;
use super::super::{Order, Row};
use super::chunks::{Chunks, PIECE};
use super::{Changed, Counts, Entry, Lens, View};

/// Rows that are keyed before the clock is looked at.
const ROWS_AT_ONCE: usize = 512;
/// Pieces that are passed over before it is.
const PIECES_AT_ONCE: usize = 4;
/// Rows that are sorted at once; the sorted runs are merged.
const RUN: usize = 8_192;

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
    /// The rows in order, as soon as they are.
    sorted: Option<Sorted>,
    /// All of them, where their order is another one.
    all: Option<Chunks<Entry>>,
    shown: Chunks<Entry>,
    counts: Counts,
    /// What changed since it was begun.
    changed: Vec<Changed>,
    done: bool,
}

/// Rows in order, of which nobody has said yet whether they are shown.
#[derive(Debug)]
enum Sorted {
    /// In another order than before.
    Anew(std::vec::IntoIter<Entry>),
    /// As they stood, and the piece of them that is the next.
    Before(Chunks<Entry>, usize),
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
        Build::new(self.order.clone(), lens, Vec::new(), Some(Sorted::Before(self.all.clone(), 0)))
    }

    /// Begins to sort and filter it another way.
    #[must_use]
    pub fn arranged(&self, order: Order, lens: Lens) -> Build {
        if order == self.order {
            return self.refiltered(lens);
        }
        Build::new(order, lens, self.iter_all().cloned().collect(), None)
    }

    /// Takes what was built, and whatever changed meanwhile. What it no longer needs comes back: a hundred thousand
    /// rows take a while to let go.
    pub fn take(&mut self, build: Build) -> Spent {
        let Build { order, lens, all, shown, counts, changed, sorted, .. } = build;
        (self.order, self.lens, self.counts) = (order, lens, counts);
        let shown = std::mem::replace(&mut self.shown, shown);
        let all = match all {
            Some(all) => {
                let before = std::mem::replace(&mut self.all, all);
                self.follow(&changed);
                Some(before)
            }
            None => {
                self.follow_shown(&changed);
                None
            }
        };
        self.find_groups();
        Spent { _shown: shown, _all: all, _sorted: sorted }
    }
}

/// What a view no longer needs.
#[derive(Debug)]
pub struct Spent {
    _shown: Chunks<Entry>,
    _all: Option<Chunks<Entry>>,
    _sorted: Option<Sorted>,
}

impl Build {
    fn new(order: Order, lens: Lens, rows: Vec<Arc<Row>>, sorted: Option<Sorted>) -> Self {
        Self {
            order,
            lens,
            rows: rows.into_iter(),
            keys: Keys::shared(),
            runs: Vec::new(),
            run: Vec::new(),
            all: sorted.is_none().then(Chunks::default),
            sorted,
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
            self.run.push(Entry::of(&row, &self.order, &mut self.keys));
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
            (last, true) => self.sorted = Some(Sorted::Anew(last.unwrap_or_default().into_iter())),
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
        for _ in 0..PIECES_AT_ONCE {
            let piece = match &mut self.sorted {
                Some(Sorted::Anew(entries)) => {
                    let piece = Arc::new(entries.by_ref().take(PIECE).collect::<Vec<_>>());
                    self.all.get_or_insert_default().push_piece(piece.clone());
                    Some(piece).filter(|piece| !piece.is_empty())
                }
                Some(Sorted::Before(entries, next)) => {
                    *next += 1;
                    entries.piece(*next - 1).cloned()
                }
                None => None,
            };
            match piece {
                Some(piece) => self.pass_piece(piece),
                None => self.done = true,
            }
        }
    }

    /// Takes of a piece what is shown; all of it as it is, where all is.
    fn pass_piece(&mut self, piece: Arc<Vec<Entry>>) {
        let Self { lens, shown, counts, .. } = self;
        let shows = |entry: &&Entry| {
            let passes = lens.passes(&entry.row);
            if passes {
                counts.enter(&entry.row);
            }
            passes && lens.shows(&entry.row)
        };
        let picked: Vec<&Entry> = piece.iter().filter(shows).collect();
        if picked.len() == piece.len() {
            shown.push_piece(piece);
        } else {
            picked.into_iter().for_each(|entry| shown.push(entry.clone()));
        }
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
