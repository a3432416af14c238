//! What a person set on the sessions page: layout, order, filter, frozen or not, and who is watched.

mod choosing;
mod columns;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use wire::{Attributes, SessionId};

use super::announcer::Announcer;
use super::arranged;
use super::export::Exports;
use super::filters::{Asked, Builder};
use super::views::{self, ViewList};
use crate::board::Board;
use crate::clock::{Clock, offset_at, use_now};
use crate::feed::{Feed, Status};
use crate::kept::{KeptLayout, MyName};
use crate::parts::toast::{Toasts, use_toasts};
use crate::table::{
    Clause, Column, Direction, Filter, KindSet, Layout, Lens, Order, Pattern, Selection, Sort, Value, key_of,
};
use crate::text::visible;
use crate::words::{fill, words};

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
    /// The saved views.
    pub(super) views: ViewList,
    /// The panel that builds filters.
    pub(super) builder: Builder,
    frozen: RwSignal<bool>,
    watched: Memo<Option<SessionId>>,
    /// Chosen to do something with all of them.
    chosen: RwSignal<Selection>,
    go: StoredValue<Go>,
    /// What was chosen about exports.
    pub(super) exports: Exports,
    /// Tells what happens to those who do not see it.
    pub(super) announcer: Announcer,
}

type Go = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

impl Controls {
    /// Makes them and puts them into the context; with the saved views, if the address names one of them.
    pub(super) fn provide(read: Option<views::Read>) -> Self {
        let (board, kept) = (expect_context::<Board>(), expect_context::<KeptLayout>());
        let query = use_query_map();
        let layout = kept.signal();
        let go: Go = Arc::new(use_navigate());
        let (first, named, arranged) = untrack(|| {
            let params = query.read();
            (arranged::at_first(kept, &params), views::named(&params), arranged::is_said(&params))
        });
        let known = read.clone().and_then(Result::ok);
        let (first, open) = match known.as_ref().zip(named.as_ref()) {
            Some((known, name)) => match views::find(&known.views, name) {
                Some(view) => (arranged::show(kept, view.arrangement()), Some(view.id.clone())),
                None => (first, None),
            },
            None if arranged || named.is_some() => (first, None),
            None => (first, kept.view()),
        };
        let controls = Self {
            board,
            clock: expect_context(),
            toasts: use_toasts(),
            feed: expect_context(),
            kept,
            shape: Memo::new(move |_| layout.with(Shape::of)),
            sort: RwSignal::new(first.sort),
            asked: Asked::new(first.filter),
            builder: Builder::new(),
            views: ViewList::new(known, open),
            frozen: RwSignal::new(false),
            watched: Memo::new(move |_| query.read().get("watch").and_then(|id| id.parse().ok())),
            chosen: RwSignal::new(Selection::default()),
            go: StoredValue::new(go),
            exports: Exports::new(),
            announcer: Announcer::start(board),
        };
        let MyName(me) = expect_context();
        let group = Memo::new(move |_| layout.with(Layout::group));
        Effect::new(move |_| {
            let now = controls.clock.read();
            let order = Order { group: group.get(), sort: controls.sort.get(), zone: offset_at(now) };
            let lens = Lens { filter: controls.filter(), me: me.with_value(Clone::clone), now };
            board.arrange(order, lens);
        });
        Effect::new(move |before: Option<Order>| {
            board.arranged();
            let now = board.view_now(|view| view.order().clone());
            // How many rows a filter leaves, the filter tells.
            if before.is_some_and(|before| before != now) && board.is_loaded_now() {
                controls.tell_arranged();
            }
            now
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
        if let Some(filter) = untrack(|| query.read().get("filter")) {
            controls.asked.read(&filter);
        }
        provide_context(controls);
        controls.follow();
        views::start(controls, named, arranged, read);
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

    /// Sorts by a column in a direction; with `several`, besides the others.
    pub(super) fn sort_by(self, column: Column, direction: Direction, several: bool) {
        self.sort.update(|sort| sort.set(column, direction, several));
    }

    /// A session's value in a column as the filter box would name it; none where it is not asked for by value.
    pub(super) fn value_in_words(self, session: &Attributes<'_>, column: Column) -> Option<String> {
        let asked = key_of(column).is_some() || column == Column::Type;
        match column.value(session) {
            Value::Text(text) if asked && !text.is_empty() => Some(text.into_owned()),
            Value::Number(number) if asked => Some(number.to_string()),
            _ => None,
        }
    }

    /// Filters by a value of a column, or by all others.
    pub(super) fn filter_value(self, column: Column, value: &str, not: bool) {
        let clause = match value.parse() {
            Ok(kind) if column == Column::Type => {
                Clause::Types { not, kinds: KindSet::default().toggled(kind) }
            }
            _ => Clause::Values { column, not, values: vec![Pattern::Is(value.to_owned())] },
        };
        let mut query = untrack(|| self.asked.query());
        query.add(clause);
        self.asked.ask(query);
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
        self.fold(name, is_open);
    }

    /// Folds a group's rows away, or shows them.
    pub(super) fn fold(self, name: &str, fold: bool) {
        self.board.fold(name, fold);
        let text = if fold { words().grid.said_folded } else { words().grid.said_unfolded };
        self.announcer.say(fill(text, &[("group", &visible(name))]));
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
        self.announcer.say(if hold { words().grid.said_frozen } else { words().grid.said_live });
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
            self.navigate(&self.address(Some(id)));
        }
    }

    /// Opens the page of a session.
    pub(super) fn open_page(self, id: SessionId) {
        self.navigate(&format!("/sessions/{id}"));
    }

    /// Closes the live pane.
    pub(super) fn close_pane(self) {
        self.navigate(&self.address(None));
    }

    /// Sorts another way.
    pub(super) fn set_sort(self, sort: Sort) {
        self.sort.set(sort);
    }

    /// Puts another address in the place of the one that the page has.
    pub(super) fn replace_address(self, path: &str) {
        let options = NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() };
        self.go.with_value(|go| go(path, options));
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
