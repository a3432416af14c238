//! What a person set on the sessions page: layout, order, filter, frozen or not, and who is watched.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use wire::{SessionId, SessionType};

use super::export::Exports;
use crate::board::Board;
use crate::clock::{Clock, offset_at, use_now};
use crate::feed::{Feed, Status};
use crate::kept::{KeptLayout, MyName};
use crate::pages::wall;
use crate::parts::toast::{Toasts, use_toasts};
use crate::table::{Clause, Column, Filter, KindSet, Layout, Lens, Order, Query, Rows, Sort};

/// The page's settings; a handle, cheap to copy, in the context of the page.
#[derive(Clone, Copy)]
pub(super) struct Controls {
    pub(super) board: Board,
    pub(super) clock: Clock,
    pub(super) toasts: Toasts,
    feed: Feed,
    pub(super) kept: KeptLayout,
    columns: Memo<Vec<Column>>,
    sort: RwSignal<Sort>,
    typed: RwSignal<String>,
    kinds: RwSignal<KindSet>,
    frozen: RwSignal<bool>,
    watched: Memo<Option<SessionId>>,
    /// Chosen to be watched side by side, in that order.
    chosen: RwSignal<Vec<SessionId>>,
    go: StoredValue<Go>,
    /// What was chosen about exports.
    pub(super) exports: Exports,
}

type Go = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

impl Controls {
    /// Makes them and puts them into the context.
    pub(super) fn provide() -> Self {
        let (board, kept) = (expect_context::<Board>(), expect_context::<KeptLayout>());
        let query = use_query_map();
        let layout = kept.signal();
        let go: Go = Arc::new(use_navigate());
        let controls = Self {
            board,
            clock: expect_context(),
            toasts: use_toasts(),
            feed: expect_context(),
            kept,
            columns: Memo::new(move |_| layout.with(Layout::shown)),
            sort: RwSignal::new(Sort::default()),
            typed: RwSignal::new(String::new()),
            kinds: RwSignal::new(KindSet::default()),
            frozen: RwSignal::new(false),
            watched: Memo::new(move |_| query.read().get("watch").and_then(|id| id.parse().ok())),
            chosen: RwSignal::new(Vec::new()),
            go: StoredValue::new(go),
            exports: Exports::new(),
        };
        let MyName(me) = expect_context();
        let group = Memo::new(move |_| layout.with(Layout::group));
        Effect::new(move |_| {
            let now = controls.clock.read();
            let order = Order { group: group.get(), sort: controls.sort.get(), zone: offset_at(now) };
            let lens = Lens { filter: controls.filter(), me: me.with_value(Clone::clone), now };
            board.arrange(order, lens);
        });
        let now = use_now();
        Effect::new(move |_| board.retime(now.get()));
        on_cleanup(move || {
            if controls.frozen.get_untracked() {
                board.freeze(false);
            }
        });
        provide_context(controls);
        controls
    }

    /// The shown columns in their order.
    pub(super) fn columns(self) -> Vec<Column> {
        self.columns.get()
    }

    /// Changes the layout, and keeps it.
    pub(super) fn change_layout(self, change: impl FnOnce(&mut Layout)) {
        self.kept.change(change);
    }

    /// How the rows are sorted.
    pub(super) fn sort(self) -> Sort {
        self.sort.get()
    }

    /// Sorts by a column; with `several`, besides the others.
    pub(super) fn click_sort(self, column: Column, several: bool) {
        self.sort.update(|sort| sort.click(column, several));
    }

    /// What stands in the filter box.
    pub(super) fn typed(self) -> RwSignal<String> {
        self.typed
    }

    /// The chosen types.
    pub(super) fn kinds(self) -> KindSet {
        self.kinds.get()
    }

    /// Chooses a type, or no longer.
    pub(super) fn toggle_kind(self, kind: SessionType) {
        self.kinds.update(|kinds| *kinds = kinds.toggled(kind));
    }

    /// Chooses all types.
    pub(super) fn all_kinds(self) {
        self.kinds.set(KindSet::default());
    }

    /// Takes every filter away.
    pub(super) fn clear_filter(self) {
        self.typed.set(String::new());
        self.all_kinds();
    }

    /// The filter as it is applied.
    pub(super) fn filter(self) -> Filter {
        let mut query = Query::typing(&self.typed.read()).query;
        query.add(Clause::Types { not: false, kinds: self.kinds.get() });
        Filter::of(query, offset_at)
    }

    /// Whether the picture is held.
    pub(super) fn is_frozen(self) -> bool {
        self.frozen.get()
    }

    /// Holds the picture, or lets it go on.
    pub(super) fn toggle_frozen(self) {
        let hold = !self.frozen.get_untracked();
        self.frozen.set(hold);
        self.board.freeze(hold);
    }

    /// Whether the rows are not to be trusted.
    pub(super) fn is_stale(self) -> bool {
        matches!(self.feed.status(), Status::Stale(_))
    }

    /// How current the page is.
    pub(super) fn status(self) -> Status {
        self.feed.status()
    }

    /// The session in the live pane.
    pub(super) fn watched(self) -> Option<SessionId> {
        self.watched.get()
    }

    /// Opens the live pane; the address says so, so that a reload and the way back keep it.
    pub(super) fn watch(self, id: SessionId) {
        if self.watched.get_untracked() != Some(id) {
            self.navigate(&format!("/sessions?watch={id}"));
        }
    }

    /// Closes the live pane.
    pub(super) fn close_pane(self) {
        self.navigate("/sessions");
    }

    /// The sessions that are chosen to be watched side by side.
    pub(super) fn chosen(self) -> Vec<SessionId> {
        let mut chosen = self.chosen.get();
        if !chosen.is_empty() {
            let is_open = |rows: &Rows, id| rows.get(id).is_some_and(|row| row.ended.is_none());
            self.board.rows(|rows| chosen.retain(|id| is_open(rows, *id)));
        }
        chosen
    }

    /// Chooses a session that may be watched, or no longer; up to nine.
    pub(super) fn toggle_chosen(self, id: SessionId) {
        let mut chosen = untrack(|| self.chosen());
        if let Some(place) = chosen.iter().position(|other| *other == id) {
            chosen.remove(place);
        } else if chosen.len() == wall::MOST {
            return self.toasts.failed(wall::too_many(chosen.len() + 1));
        } else if self.board.live_row(id).is_some_and(|row| row.rights.watch) {
            chosen.push(id);
        }
        self.chosen.set(chosen);
    }

    /// Chooses none.
    pub(super) fn choose_none(self) {
        self.chosen.set(Vec::new());
    }

    /// Opens the chosen sessions side by side.
    pub(super) fn watch_chosen(self) {
        self.navigate(&wall::path_of(&untrack(|| self.chosen())));
    }

    fn navigate(self, path: &str) {
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        self.go.with_value(|go| go(path, options));
    }
}

/// The page's settings.
pub(super) fn use_controls() -> Controls {
    expect_context()
}
