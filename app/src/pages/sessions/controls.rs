//! What a person set on the sessions page: layout, order, filter, frozen or not, and who is watched.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use wire::{Session, SessionId};

use super::announcer::Announcer;
use super::arranged;
use super::export::Exports;
use super::filters::{Asked, Builder};
use super::views::{self, ViewList};
use crate::board::Board;
use crate::clock::{Clock, offset_at, use_now};
use crate::feed::{Feed, Status};
use crate::kept::{KeptLayout, MyName};
use crate::pages::wall;
use crate::parts::terminate::Terminator;
use crate::parts::toast::{Toasts, use_toasts};
use crate::table::{
    Clause, Column, Direction, Filter, KindSet, Layout, Lens, Order, Pattern, Selection, Sort, Value, View,
    key_of,
};
use crate::text::{count, visible};
use crate::words::{fill, heading, words};

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
    /// Makes them and puts them into the context.
    pub(super) fn provide() -> Self {
        let (board, kept) = (expect_context::<Board>(), expect_context::<KeptLayout>());
        let query = use_query_map();
        let layout = kept.signal();
        let go: Go = Arc::new(use_navigate());
        let (first, named, arranged) = untrack(|| {
            let params = query.read();
            (arranged::at_first(kept, &params), views::named(&params), arranged::is_said(&params))
        });
        let open = if named.is_none() && !arranged { kept.view() } else { None };
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
            views: ViewList::new(open),
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
        views::start(controls, named, arranged);
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

    /// Says that the rows are arranged as somebody asked for.
    fn tell_arranged(self) {
        let texts = &words().grid;
        let rows = match self.board.view_now(View::len) {
            1 => texts.row.to_owned(),
            n => fill(texts.rows, &[("n", &count(n))]),
        };
        let order = self.sort.with_untracked(crate::words::order);
        self.announcer.say(match self.board.view_now(|view| view.order().group) {
            Some(column) => {
                fill(texts.said_grouped, &[("column", &heading(column)), ("order", &order), ("rows", &rows)])
            }
            None => fill(texts.said_sorted, &[("order", &order), ("rows", &rows)]),
        });
    }

    /// Groups the rows by a column, or by none.
    pub(super) fn group_by(self, column: Option<Column>) {
        self.change_layout(|layout| layout.set_group(column));
    }

    /// Pins a column to the left, or lets it go.
    pub(super) fn pin(self, column: Column, pinned: bool) {
        self.change_layout(|layout| layout.pin(column, pinned));
        let text = if pinned { words().grid.said_pinned } else { words().grid.said_unpinned };
        self.announcer.say(fill(text, &[("column", &heading(column))]));
    }

    /// Hides a column.
    pub(super) fn hide(self, column: Column) {
        self.change_layout(|layout| layout.show(column, false));
        self.announcer.say(fill(words().grid.said_hidden, &[("column", &heading(column))]));
    }

    /// Moves a column one place to the left or right.
    pub(super) fn nudge(self, column: Column, right: bool) {
        self.change_layout(|layout| {
            layout.nudge(column, right);
        });
        self.tell_moved(column);
    }

    /// Puts a column where it was dropped.
    pub(super) fn dropped(self, moved: Option<(Column, Column)>) {
        if let Some((column, over)) = moved {
            self.change_layout(|layout| layout.move_to(column, over));
            self.tell_moved(column);
        }
    }

    fn tell_moved(self, column: Column) {
        let shown = self.kept.signal().with_untracked(Layout::shown);
        let nth = shown.iter().position(|known| *known == column).map_or(0, |nth| nth + 1);
        self.announcer.say(fill(
            words().grid.said_moved,
            &[("column", &heading(column)), ("nth", &nth.to_string()), ("all", &shown.len().to_string())],
        ));
    }

    /// A session's value in a column as the filter box would name it; none where it is not asked for by value.
    pub(super) fn value_in_words(self, session: &Session, column: Column) -> Option<String> {
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
            self.tell_chosen();
        }
    }

    fn tell_chosen(self) {
        let n = self.chosen.with_untracked(Selection::len);
        self.announcer.say(fill(words().grid.said_chosen, &[("n", &count(n))]));
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
        self.tell_chosen();
    }

    /// Chooses every row that is shown.
    pub(super) fn choose_all(self) {
        let all = self.board.view_now(|view| view.open_between(0, usize::MAX));
        self.chosen.update(|chosen| chosen.extend(all));
        self.tell_chosen();
    }

    /// Chooses none.
    pub(super) fn choose_none(self) {
        self.chosen.update(Selection::clear);
        self.tell_chosen();
    }

    /// Lets go of chosen sessions that are no longer open.
    fn drop_ended(self) {
        if self.chosen.with_untracked(|chosen| chosen.ids().iter().any(|id| !self.is_open(*id))) {
            self.chosen.update(|chosen| {
                chosen.retain(|id| self.is_open(id));
            });
        }
    }

    /// Asks for the reason to end the chosen sessions, as far as the viewer may.
    pub(super) fn terminate_chosen(self, terminator: Terminator) {
        let rows = untrack(|| self.chosen()).into_iter().filter_map(|id| self.board.live_row(id));
        let sessions: Vec<Session> =
            rows.filter(|row| row.rights.terminate).map(|row| row.session.clone()).collect();
        if sessions.is_empty() {
            self.toasts.failed(words().terminate.none_ends);
        } else {
            terminator.open_all(sessions);
        }
    }

    /// Opens the chosen sessions side by side, as far as they can be watched and fit.
    pub(super) fn watch_chosen(self) {
        let mut ids = untrack(|| self.chosen());
        ids.retain(|id| self.board.live_row(*id).is_some_and(|row| row.rights.watch));
        if ids.len() > wall::MOST {
            self.toasts.failed(wall::too_many(ids.len()));
        } else if ids.is_empty() {
            self.toasts.failed(words().sessions.none_watched);
        } else {
            self.navigate(&wall::path_of(&ids));
        }
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
