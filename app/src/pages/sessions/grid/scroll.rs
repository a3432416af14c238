//! Which rows are drawn, and that nothing moves under the pointer.
//!
//! Rows have one height, so that a row's place is its distance. When rows come or go above what is
//! in sight, the scroll position follows, so that the same sessions stay where they are.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};
use wire::SessionId;

use crate::board::Board;
use crate::look::{Density, density};
use crate::table::{Line, View};

/// Rows drawn beyond either edge, so that scrolling meets rows that are there.
const MARGIN: usize = 10;

/// What a line of the table is, by name: it stays the same when it moves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// The row of a session.
    Row(SessionId),
    /// The heading of a group.
    Group(String),
}

impl Place {
    pub(super) fn of(line: Line<'_>) -> Self {
        match line {
            Line::Row(row) => Self::Row(row.session.id),
            Line::Group(group) => Self::Group(group.name.clone()),
        }
    }
}

/// The lines that are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Window {
    first: usize,
    len: usize,
}

/// Where the box stood and how large it was when last looked at. Asking it again after a change of the rows
/// would have the browser lay out the whole page at once.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    top: i32,
    height: i32,
    /// Height of the heading, which stays in sight above the rows.
    head: i32,
}

/// The scrolled box; a handle, cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Scroll {
    board: Board,
    density: Signal<Density>,
    scroller: NodeRef<html::Div>,
    body: NodeRef<html::Tbody>,
    window: RwSignal<Window>,
    drawn: Memo<Vec<Place>>,
    seen: StoredValue<Seen>,
    /// The sessions in sight when last looked, and their places: what is to stay where it is.
    anchors: StoredValue<Vec<(SessionId, usize)>>,
    /// Whether the pointer or the focus is in the rows.
    held: StoredValue<bool>,
    /// Rows that came above while the top was held.
    above: RwSignal<usize>,
}

impl Scroll {
    /// Begins to follow the box, its size and the rows.
    pub(super) fn start(board: Board, scroller: NodeRef<html::Div>, body: NodeRef<html::Tbody>) -> Self {
        let density = density();
        let window = RwSignal::new(Window::default());
        let drawn = Memo::new(move |_| {
            let Window { first, len } = window.get();
            board.view(|view| (first..first + len).map_while(|at| view.line(at)).map(Place::of).collect())
        });
        let scroll = Self {
            board,
            density,
            scroller,
            body,
            window,
            drawn,
            seen: StoredValue::default(),
            anchors: StoredValue::default(),
            held: StoredValue::new(false),
            above: RwSignal::new(0),
        };
        Effect::new(move |arranged: Option<u64>| {
            board.view(|_| ());
            density.track();
            let now = board.arranged();
            scroll.follow(arranged.is_some_and(|before| before != now));
            now
        });
        Effect::new(move |_| {
            let Some(scroller) = scroller.get() else { return };
            let resized = Closure::<dyn FnMut()>::new(move || scroll.scrolled());
            if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
                observer.observe(&scroller);
                let kept = StoredValue::new_local((observer, resized));
                on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
            }
        });
        scroll
    }

    /// What the drawn lines are, in order.
    pub(super) fn drawn(self) -> Vec<Place> {
        self.drawn.get()
    }

    /// Place of the first drawn line.
    pub(super) fn first(self) -> usize {
        self.window.get().first
    }

    /// How many rows came above what is in sight.
    pub(super) fn above(self) -> usize {
        self.above.get()
    }

    /// Whether rows are to stay where they are even at the top.
    pub(super) fn hold(self, hold: bool) {
        self.held.set_value(hold);
    }

    /// Shows the first rows.
    pub(super) fn to_top(self) {
        self.go_to(0);
        self.look();
    }

    /// Brings a row into sight.
    pub(super) fn reveal(self, place: usize) {
        let Seen { top, height, head } = self.seen.get_value();
        let (row, height) = (self.pixels(place), height - head);
        if row < top {
            self.go_to(row);
        } else if row + self.row_px() > top + height {
            self.go_to(row + self.row_px() - height);
        }
        self.look();
    }

    /// How many whole rows are in sight.
    pub(super) fn page(self) -> usize {
        let Seen { height, head, .. } = self.seen.get_value();
        usize::try_from((height - head) / self.row_px()).unwrap_or(1).max(1)
    }

    /// Scrolls to a position. Where that is beyond the end, the browser says so by scrolling back.
    fn go_to(self, top: i32) {
        if let Some(scroller) = self.scroller.get_untracked() {
            scroller.set_scroll_top(top);
            self.seen.update_value(|seen| seen.top = top);
        }
    }

    /// Height of a row in CSS pixels.
    fn row_px(self) -> i32 {
        self.density.get_untracked().row_px()
    }

    fn pixels(self, rows: usize) -> i32 {
        let row = self.row_px();
        i32::try_from(rows).unwrap_or(i32::MAX / row).saturating_mul(row)
    }

    /// Follows a change of the rows. Rows that a person arranged anew are shown from the top;
    /// otherwise what is in sight stays where it is.
    fn follow(self, arranged: bool) {
        let Some(body) = self.body.get_untracked() else { return };
        // The height goes first: a scroll position beyond it would be cut off.
        let len = self.board.view(View::lines);
        set_px(&body, "height", self.pixels(len));
        let top = self.seen.with_value(|seen| seen.top);
        if arranged {
            self.go_to(0);
        } else if top > 0 || self.held.get_value() {
            let moved = self.anchors.with_value(|anchors| {
                anchors
                    .iter()
                    .find_map(|(id, was)| Some(self.pixels(self.board.line_of(*id)?) - self.pixels(*was)))
            });
            if let Some(moved) = moved.filter(|moved| *moved != 0) {
                self.go_to((top + moved).max(0));
                let came = usize::try_from(moved / self.row_px()).unwrap_or(0);
                self.above.update(|above| *above += came);
            }
        }
        self.look();
    }

    /// The box was scrolled, or has another size.
    pub(super) fn scrolled(self) {
        let (Some(scroller), Some(body)) = (self.scroller.get_untracked(), self.body.get_untracked()) else {
            return;
        };
        self.seen.set_value(Seen {
            top: scroller.scroll_top(),
            height: scroller.client_height(),
            head: (body.offset_top() - scroller.client_top()).clamp(0, 60),
        });
        self.look();
    }

    /// Draws the rows around where the box stands.
    fn look(self) {
        let Some(body) = self.body.get_untracked() else { return };
        let Seen { top, height, .. } = self.seen.get_value();
        let len = self.board.view_now(View::lines);
        let top = usize::try_from(top / self.row_px()).unwrap_or(0);
        let in_sight = usize::try_from(height / self.row_px()).unwrap_or(0) + 1;
        let first = top.saturating_sub(MARGIN).min(len);
        let window = Window { first, len: in_sight + 2 * MARGIN };
        if top == 0 && self.above.get_untracked() != 0 {
            self.above.set(0);
        }
        let anchors = untrack(|| {
            self.board.view(|view| {
                let row = |at| match view.line(at) {
                    Some(Line::Row(row)) => Some((row.session.id, at)),
                    _ => None,
                };
                (top..top + in_sight).filter_map(row).collect()
            })
        });
        self.anchors.set_value(anchors);
        if self.window.get_untracked() != window {
            set_px(&body, "padding-top", self.pixels(first));
            self.window.set(window);
        }
    }
}

fn set_px(element: &HtmlElement, property: &str, px: i32) {
    // Refused only for properties that cannot be set; these can.
    let _always = element.style().set_property(property, &format!("{px}px"));
}
