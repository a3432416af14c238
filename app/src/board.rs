//! The state behind the table: what is known, what is frozen, and the view of it.
//!
//! One signal says that something changed; rows themselves are shared and never changed, so that a
//! row's picture is redrawn only when there is another row in its place.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use wire::{Change, Millis, Piece, SessionId};

use crate::slices::{self, Slice};
use crate::table::{Build, Changed, Lens, Order, Row, Rows, View, Waiting};

/// Time to build at once, in milliseconds: a frame, so that the page goes on.
const SLICE_MS: f64 = 16.0;

/// What is counted is brought up to date at most this often, in milliseconds: nobody reads faster.
const TALLY_MS: f64 = 200.0;

/// While more pieces of a snapshot are to come, those that came are shown this often, in milliseconds: all are there
/// the sooner.
const COME_MS: f64 = 250.0;

/// The sessions that the page shows; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Board {
    live: StoredValue<Rows>,
    /// What stood when the picture was frozen; none while it is live.
    frozen: StoredValue<Option<Rows>>,
    view: StoredValue<View>,
    /// What the view is to become, while that is built in pieces.
    building: StoredValue<Option<Build>>,
    /// Counts the changes to any of them.
    turn: RwSignal<u64>,
    /// As `turn`, for what is counted.
    tally: RwSignal<u64>,
    /// When that was last, by the browser's own clock, and whether the next is due.
    tallied: StoredValue<(f64, bool)>,
    /// Counts the times that a person arranged the view anew.
    arranged: RwSignal<u64>,
    loaded: RwSignal<bool>,
    waiting: RwSignal<Option<Waiting>>,
    news: StoredValue<News>,
    /// What pieces of a snapshot brought and the view does not show yet; none when there was no piece.
    come: StoredValue<Option<Vec<Changed>>>,
    /// When it last showed some, by the browser's own clock.
    come_at: StoredValue<f64>,
}

/// How many sessions were opened and how many ended since somebody last asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) opened: usize,
    pub(crate) ended: usize,
}

impl Board {
    /// Makes an empty one and puts it into the context.
    pub(crate) fn provide() -> Self {
        let board = Self {
            live: StoredValue::default(),
            frozen: StoredValue::default(),
            view: StoredValue::default(),
            building: StoredValue::default(),
            turn: RwSignal::new(0),
            tally: RwSignal::new(0),
            tallied: StoredValue::new((f64::NEG_INFINITY, false)),
            arranged: RwSignal::new(0),
            loaded: RwSignal::new(false),
            waiting: RwSignal::new(None),
            news: StoredValue::default(),
            come: StoredValue::default(),
            come_at: StoredValue::new(f64::NEG_INFINITY),
        };
        provide_context(board);
        board
    }

    /// Takes a piece of a snapshot. Shown by the next [`Board::apply`].
    pub(crate) fn take_piece(self, piece: Piece<'_>) {
        let rest = usize::try_from(piece.rest).unwrap_or(usize::MAX);
        self.live.update_value(|rows| {
            let changed = rows.take_piece(piece.sessions.into_iter(), rest);
            self.come.update_value(|come| come.get_or_insert_default().extend(changed));
        });
    }

    /// Shows what pieces of a snapshot brought, unless that can `wait`.
    fn show_come(self, wait: bool) {
        let since = slices::now() - self.come_at.get_value();
        if wait && since < COME_MS && self.live.with_value(Rows::is_coming) {
            return;
        }
        let Some(come) = self.come.try_update_value(Option::take).flatten() else { return };
        self.come_at.set_value(slices::now());
        self.follow(&come);
        // What a snapshot brings is no news.
        self.news.set_value(News::default());
        if !self.loaded.get_untracked() {
            self.loaded.set(true);
        }
        self.turned();
    }

    /// The connection that a snapshot was coming by is gone.
    pub(crate) fn break_off(self) {
        self.live.update_value(Rows::break_off);
    }

    /// Shows the pieces that came, applies changes in their order, and takes away the tombstones whose time is
    /// over.
    pub(crate) fn apply(self, changes: Vec<Change>, now: Millis) {
        self.show_come(changes.is_empty());
        let mut changed: Vec<Changed> = Vec::with_capacity(changes.len());
        self.live.update_value(|rows| {
            changed.extend(changes.into_iter().filter_map(|change| rows.apply(change, now)));
            changed.extend(rows.sweep(now));
        });
        if !changed.is_empty() {
            self.follow(&changed);
            self.turned();
        }
    }

    /// Brings everything up to date that is made from the rows.
    fn follow(self, changed: &[Changed]) {
        self.news.update_value(|news| {
            for change in changed {
                let (opened, ended) = change.opened_or_ended();
                news.opened += usize::from(opened);
                news.ended += usize::from(ended);
            }
        });
        let waiting = self.frozen.with_value(|frozen| {
            frozen.as_ref().map(|held| {
                let mut waiting = self.waiting.get_untracked().unwrap_or_default();
                waiting.count(changed, held);
                waiting
            })
        });
        if waiting.is_some() {
            if self.waiting.get_untracked() != waiting {
                self.waiting.set(waiting);
            }
            return;
        }
        self.view.update_value(|view| view.follow(changed));
        self.building.update_value(|building| {
            if let Some(build) = building {
                build.hear(changed);
            }
        });
    }

    /// Holds the picture, or lets it go on.
    pub(crate) fn freeze(self, hold: bool) {
        self.show_come(false);
        let held = hold.then(|| self.live.with_value(Clone::clone));
        let before = self.frozen.try_update_value(|frozen| std::mem::replace(frozen, held)).flatten();
        self.waiting.set(hold.then(Waiting::default));
        if let Some(before) = before.filter(|_| !hold) {
            let changed = self.live.with_value(|rows| rows.changes_since(&before));
            self.follow(&changed);
        }
        self.turned();
    }

    /// What waits behind a frozen picture; none while it is live.
    pub(crate) fn waiting(self) -> Option<Waiting> {
        self.waiting.get()
    }

    /// What waits behind a frozen picture, without following it.
    pub(crate) fn waiting_now(self) -> Option<Waiting> {
        self.waiting.get_untracked()
    }

    /// What happened since this was last asked.
    pub(crate) fn take_news(self) -> News {
        self.news.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// Sorts, groups and filters another way: at once where that is done in a moment, else in pieces
    /// between which the page goes on.
    pub(crate) fn arrange(self, order: Order, lens: Lens) {
        let build = self.view.with_value(|view| view.arranged(order, lens));
        self.building.set_value(Some(build));
        self.build(true);
    }

    /// Filters again as time goes on, where the filter asks how long ago things were.
    pub(crate) fn retime(self, now: Millis) {
        if self.building.with_value(Option::is_some) {
            return;
        }
        let build = self.view.with_value(|view| {
            let lens = view.lens();
            lens.filter.depends_on_time().then(|| view.refiltered(Lens { now, ..lens.clone() }))
        });
        if build.is_some() {
            self.building.set_value(build);
            self.build(false);
        }
    }

    /// Builds for as long as a slice; what is left is done in the next one, and so is what is made of it.
    fn build(self, by_hand: bool) {
        let slice = Slice::begin(SLICE_MS);
        let mut worked = false;
        let step = |build: &mut Build| {
            build.step(&mut || {
                worked = true;
                slice.has_time()
            })
        };
        let done = self.building.try_update_value(|building| building.as_mut().map(step));
        match done {
            Some(Some(true)) if !worked || slice.has_most() => {
                let build = self.building.try_update_value(Option::take).flatten();
                let spent = build.and_then(|build| self.view.try_update_value(|view| view.take(build)));
                slices::next(move || drop(spent));
                if by_hand {
                    self.arranged.update(|times| *times += 1);
                }
                self.turned();
            }
            // Not done, or done with little time left to show it.
            Some(Some(_)) => slices::next(move || self.build(by_hand)),
            // Gone with the page, or replaced by another that is under way.
            _ => {}
        }
    }

    /// How often the view was arranged anew, by sorting, grouping or filtering.
    pub(crate) fn arranged(self) -> u64 {
        self.arranged.get()
    }

    /// Whether the first rows have come.
    pub(crate) fn is_loaded(self) -> bool {
        self.loaded.get()
    }

    /// Whether the first rows have come, without following it.
    pub(crate) fn is_loaded_now(self) -> bool {
        self.loaded.get_untracked()
    }

    /// Folds the rows of a group away, or shows them again.
    pub(crate) fn fold(self, name: &str, fold: bool) {
        self.view.update_value(|view| view.fold(name, fold));
        self.turned();
    }

    /// Folds all groups, or none.
    pub(crate) fn fold_all(self, fold: bool) {
        self.view.update_value(|view| view.fold_all(fold));
        self.turned();
    }

    /// Looks at the view as it is now, without following it.
    pub(crate) fn view_now<T>(self, look: impl FnOnce(&View) -> T) -> T {
        self.view.with_value(look)
    }

    /// Looks at the view, and follows its changes.
    pub(crate) fn view<T>(self, look: impl FnOnce(&View) -> T) -> T {
        self.turn.track();
        self.view.with_value(look)
    }

    /// Counts in the view, and follows its changes, a few times a second.
    pub(crate) fn count<T>(self, count: impl FnOnce(&View) -> T) -> T {
        self.tally.track();
        self.view.with_value(count)
    }

    /// Looks at the shown rows, and follows their changes.
    pub(crate) fn rows<T>(self, look: impl FnOnce(&Rows) -> T) -> T {
        self.turn.track();
        self.with_rows(look)
    }

    /// Counts in the shown rows, and follows their changes, a few times a second.
    pub(crate) fn count_rows<T>(self, count: impl FnOnce(&Rows) -> T) -> T {
        self.tally.track();
        self.with_rows(count)
    }

    /// Looks up what is known now even while the picture is frozen; does not follow it.
    pub(crate) fn live_row(self, id: SessionId) -> Option<Arc<Row>> {
        self.live.with_value(|rows| rows.get(id).cloned())
    }

    /// The line of a session, if it is shown, or of the group that hides it; does not follow it.
    pub(crate) fn line_of(self, id: SessionId) -> Option<usize> {
        self.with_rows(|rows| self.view.with_value(|view| view.line_of(id, rows)))
    }

    /// Where a session stands among the shown rows; does not follow it.
    pub(crate) fn place(self, id: SessionId) -> Option<usize> {
        self.with_rows(|rows| self.view.with_value(|view| view.place(id, rows)))
    }

    fn with_rows<T>(self, look: impl FnOnce(&Rows) -> T) -> T {
        self.frozen.with_value(|frozen| match frozen {
            Some(rows) => look(rows),
            None => self.live.with_value(look),
        })
    }

    fn turned(self) {
        self.turn.update(|turn| *turn += 1);
        let (last, is_due) = self.tallied.get_value();
        let wait = TALLY_MS - (slices::now() - last);
        if is_due {
            return;
        }
        if wait <= 0.0 {
            self.tally_now();
        } else {
            self.tallied.set_value((last, true));
            set_timeout(move || self.tally_now(), Duration::from_secs_f64(wait / 1_000.0));
        }
    }

    fn tally_now(self) {
        // None when the page is gone.
        if self.tallied.try_set_value((slices::now(), false)).is_none() {
            self.tally.update(|times| *times += 1);
        }
    }
}
