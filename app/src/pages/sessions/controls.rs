//! What a person set on the sessions page: layout, order, filter, frozen or not, and who is watched.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use wire::SessionId;

use super::export::Exports;
use super::filters::{Asked, Builder};
use crate::board::Board;
use crate::clock::{Clock, offset_at, use_now};
use crate::feed::{Feed, Status};
use crate::kept::{KeptLayout, MyName};
use crate::pages::wall;
use crate::parts::toast::{Toasts, use_toasts};
use crate::table::{Column, Filter, Layout, Lens, Order, Selection, Sort};

/// The shown columns in their order; the first `pins` of them stay at the left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) columns: Vec<Column>,
    pub(super) pins: usize,
}

impl Shape {
    fn of(layout: &Layout) -> Self {
        let columns = layout.shown();
        let pins = columns.iter().take_while(|column| layout.is_pinned(**column)).count();
        Self { columns, pins }
    }

    /// The classes of the cells of the nth column.
    pub(super) fn class(&self, nth: usize, column: Column) -> String {
        let class = column.class();
        match nth + 1 {
            nth if nth < self.pins => format!("{class} pinned"),
            nth if nth == self.pins => format!("{class} pinned last"),
            _ => class.to_owned(),
        }
    }
}

/// The page's settings; a handle, cheap to copy, in the context of the page.
#[derive(Clone, Copy)]
pub(super) struct Controls {
    pub(super) board: Board,
    pub(super) clock: Clock,
    pub(super) toasts: Toasts,
    feed: Feed,
    pub(super) kept: KeptLayout,
    shape: Memo<Shape>,
    sort: RwSignal<Sort>,
    /// What is filtered by.
    pub(super) asked: Asked,
    /// The panel that builds filters.
    pub(super) builder: Builder,
    frozen: RwSignal<bool>,
    watched: Memo<Option<SessionId>>,
    /// Chosen to do something with all of them.
    chosen: RwSignal<Selection>,
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
            shape: Memo::new(move |_| layout.with(Shape::of)),
            sort: RwSignal::new(Sort::default()),
            asked: Asked::new(),
            builder: Builder::new(),
            frozen: RwSignal::new(false),
            watched: Memo::new(move |_| query.read().get("watch").and_then(|id| id.parse().ok())),
            chosen: RwSignal::new(Selection::default()),
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
        Effect::new(move |_| {
            board.retime(now.get());
            controls.drop_ended();
        });
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
        self.shape.with(|shape| shape.columns.clone())
    }

    /// The shown columns, and which of them are pinned.
    pub(super) fn shape(self) -> Shape {
        self.shape.get()
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

    /// Takes every filter away.
    pub(super) fn clear_filter(self) {
        self.asked.clear();
    }

    /// The filter as it is applied.
    pub(super) fn filter(self) -> Filter {
        Filter::of(self.asked.query(), offset_at)
    }

    /// Folds a group's rows away, or shows them again.
    pub(super) fn toggle_group(self, name: &str) {
        let is_open = self.board.view_now(|view| {
            view.groups().iter().find(|group| group.name == name).is_none_or(|group| group.is_open)
        });
        self.board.fold(name, is_open);
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

    /// Looks at the chosen sessions, and follows them.
    pub(super) fn with_chosen<T>(self, look: impl FnOnce(&Selection) -> T) -> T {
        self.chosen.with(look)
    }

    /// The chosen sessions that are open, in the order in which they were chosen.
    pub(super) fn chosen(self) -> Vec<SessionId> {
        self.chosen.with(|chosen| chosen.ids().iter().copied().filter(|id| self.is_open(*id)).collect())
    }

    fn is_open(self, id: SessionId) -> bool {
        self.board.live_row(id).is_some_and(|row| row.ended.is_none())
    }

    /// Chooses an open session, or no longer.
    pub(super) fn toggle_chosen(self, id: SessionId) {
        if self.is_open(id) {
            self.chosen.update(|chosen| chosen.toggle(id));
        }
    }

    /// Chooses every row from where the last one was chosen to this one.
    pub(super) fn choose_to(self, id: SessionId) {
        let from = self.chosen.with_untracked(Selection::anchor).filter(|anchor| *anchor != id);
        let places = from.and_then(|from| Some((self.board.place(from)?, self.board.place(id)?)));
        let Some((from, to)) = places else {
            if !self.chosen.with_untracked(|chosen| chosen.contains(id)) {
                self.toggle_chosen(id);
            }
            return;
        };
        let range = self.board.view_now(|view| view.open_between(from.min(to), from.max(to)));
        self.chosen.update(|chosen| chosen.extend(range));
    }

    /// Chooses every row that is shown.
    pub(super) fn choose_all(self) {
        let all = self.board.view_now(|view| view.open_between(0, usize::MAX));
        self.chosen.update(|chosen| chosen.extend(all));
    }

    /// Chooses none.
    pub(super) fn choose_none(self) {
        self.chosen.update(Selection::clear);
    }

    /// Lets go of chosen sessions that are no longer open.
    fn drop_ended(self) {
        if self.chosen.with_untracked(|chosen| chosen.ids().iter().any(|id| !self.is_open(*id))) {
            self.chosen.update(|chosen| {
                chosen.retain(|id| self.is_open(id));
            });
        }
    }

    /// Opens the chosen sessions side by side, as far as they can be watched and fit.
    pub(super) fn watch_chosen(self) {
        let mut ids = untrack(|| self.chosen());
        ids.retain(|id| self.board.live_row(*id).is_some_and(|row| row.rights.watch));
        if ids.len() > wall::MOST {
            self.toasts.failed(wall::too_many(ids.len()));
        } else if ids.is_empty() {
            self.toasts.failed("None of the chosen sessions can be watched.");
        } else {
            self.navigate(&wall::path_of(&ids));
        }
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
