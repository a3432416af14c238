//! The state behind the table: what is known, what is frozen, and the view of it.
//!
//! One signal says that something changed; rows themselves are shared and never changed, so that a
//! row's picture is redrawn only when there is another row in its place.

use std::sync::Arc;

use leptos::prelude::*;
use wire::{Change, Millis, Rights, Session, SessionId};

use crate::table::{Changed, Filter, Row, Rows, Sort, View};

/// The sessions that the page shows; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Board {
    live: StoredValue<Rows>,
    /// What stood when the picture was frozen; none while it is live.
    frozen: StoredValue<Option<Rows>>,
    view: StoredValue<View>,
    /// Counts the changes to any of the three.
    turn: RwSignal<u64>,
    /// Counts the times that a person arranged the view anew.
    arranged: StoredValue<u64>,
    loaded: RwSignal<bool>,
    waiting: RwSignal<Option<(usize, usize)>>,
}

impl Board {
    /// Makes an empty one and puts it into the context.
    pub(crate) fn provide() -> Self {
        let board = Self {
            live: StoredValue::default(),
            frozen: StoredValue::default(),
            view: StoredValue::default(),
            turn: RwSignal::new(0),
            arranged: StoredValue::new(0),
            loaded: RwSignal::new(false),
            waiting: RwSignal::new(None),
        };
        provide_context(board);
        board
    }

    /// Replaces everything by a snapshot.
    pub(crate) fn replace(self, sessions: Vec<(Session, Rights)>) {
        self.live.update_value(|rows| rows.replace(sessions));
        if !self.count_waiting() {
            self.live.with_value(|rows| self.view.update_value(|view| view.rebuild(rows)));
        }
        self.loaded.set(true);
        self.turned();
    }

    /// Applies changes in their order, and takes away the tombstones whose time is over.
    pub(crate) fn apply(self, changes: Vec<Change>, now: Millis) {
        let mut changed: Vec<Changed> = Vec::with_capacity(changes.len());
        self.live.update_value(|rows| {
            changed.extend(changes.into_iter().filter_map(|change| rows.apply(change, now)));
            changed.extend(rows.sweep(now));
        });
        if changed.is_empty() {
            return;
        }
        if !self.count_waiting() {
            self.live.with_value(|rows| self.view.update_value(|view| view.follow(&changed, rows)));
        }
        self.turned();
    }

    /// Counts what waits behind a frozen picture; whether there is one.
    fn count_waiting(self) -> bool {
        let waiting = self.frozen.with_value(|frozen| {
            frozen.as_ref().map(|frozen| self.live.with_value(|live| live.compared_to(frozen)))
        });
        if self.waiting.get_untracked() != waiting {
            self.waiting.set(waiting);
        }
        waiting.is_some()
    }

    /// Holds the picture, or lets it go on.
    pub(crate) fn freeze(self, hold: bool) {
        let rows = hold.then(|| self.live.with_value(Clone::clone));
        self.frozen.set_value(rows);
        self.waiting.set(hold.then_some((0, 0)));
        self.live.with_value(|rows| self.view.update_value(|view| view.rebuild(rows)));
        self.turned();
    }

    /// What waits behind a frozen picture, as (opened, closed); none while it is live.
    pub(crate) fn waiting(self) -> Option<(usize, usize)> {
        self.waiting.get()
    }

    /// Sorts another way.
    pub(crate) fn resort(self, sort: Sort) {
        self.arranged.update_value(|times| *times += 1);
        self.view.update_value(|view| view.resort(sort));
        self.turned();
    }

    /// Filters another way, from a moment on, for a viewer of this name.
    pub(crate) fn refilter(self, filter: Filter, now: Millis, me: &str) {
        self.arranged.update_value(|times| *times += 1);
        self.with_rows(|rows| {
            self.view.update_value(|view| {
                view.stand(now, me);
                view.refilter(filter, rows);
            });
        });
        self.turned();
    }

    /// Filters again as time goes on, where the filter asks how long ago things were.
    pub(crate) fn retime(self, now: Millis) {
        if self.with_rows(|rows| self.view.try_update_value(|view| view.retime(now, rows))) == Some(true) {
            self.turned();
        }
    }

    /// How often the view was arranged anew, by sorting or filtering.
    pub(crate) fn arranged(self) -> u64 {
        self.arranged.get_value()
    }

    /// Whether the first snapshot has come.
    pub(crate) fn is_loaded(self) -> bool {
        self.loaded.get()
    }

    /// Looks at the view, and follows its changes.
    pub(crate) fn view<T>(self, look: impl FnOnce(&View) -> T) -> T {
        self.turn.track();
        self.view.with_value(look)
    }

    /// Looks at the shown rows, and follows their changes.
    pub(crate) fn rows<T>(self, look: impl FnOnce(&Rows) -> T) -> T {
        self.turn.track();
        self.with_rows(look)
    }

    /// Looks up what is known now even while the picture is frozen; does not follow it.
    pub(crate) fn live_row(self, id: SessionId) -> Option<Arc<Row>> {
        self.live.with_value(|rows| rows.get(id).cloned())
    }

    /// Where a session stands in the view, if it is shown; does not follow it.
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
    }
}
