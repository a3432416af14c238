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

/// The scrolled box; a handle, cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Scroll {
    board: Board,
    density: Signal<Density>,
    scroller: NodeRef<html::Div>,
    body: NodeRef<html::Tbody>,
    window: RwSignal<Window>,
    drawn: Memo<Vec<Place>>,
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
            let resized = Closure::<dyn FnMut()>::new(move || scroll.look());
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
        if let Some(scroller) = self.scroller.get_untracked() {
            scroller.set_scroll_top(0);
        }
        self.look();
    }

    /// Brings a row into sight.
    pub(super) fn reveal(self, place: usize) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let head = self.head_px(&scroller);
        let (top, height) = (self.pixels(place), scroller.client_height() - head);
        if top < scroller.scroll_top() {
            scroller.set_scroll_top(top);
        } else if top + self.row_px() > scroller.scroll_top() + height {
            scroller.set_scroll_top(top + self.row_px() - height);
        }
        self.look();
    }

    /// How many whole rows are in sight.
    pub(super) fn page(self) -> usize {
        self.scroller.get_untracked().map_or(1, |scroller| {
            let height = scroller.client_height() - self.head_px(&scroller);
            usize::try_from(height / self.row_px()).unwrap_or(1).max(1)
        })
    }

    /// Height of a row in CSS pixels.
    fn row_px(self) -> i32 {
        self.density.get_untracked().row_px()
    }

    fn pixels(self, rows: usize) -> i32 {
        let row = self.row_px();
        i32::try_from(rows).unwrap_or(i32::MAX / row).saturating_mul(row)
    }

    fn head_px(self, scroller: &web_sys::HtmlDivElement) -> i32 {
        // The heading stays in sight, above the rows.
        self.body.get_untracked().map_or(0, |body| body.offset_top() - scroller.client_top()).clamp(0, 60)
    }

    /// Follows a change of the rows. Rows that a person arranged anew are shown from the top;
    /// otherwise what is in sight stays where it is.
    fn follow(self, arranged: bool) {
        let (Some(scroller), Some(body)) = (self.scroller.get_untracked(), self.body.get_untracked()) else {
            return;
        };
        // The height goes first: a scroll position beyond it would be cut off.
        let len = self.board.view(View::lines);
        set_px(&body, "height", self.pixels(len));
        if arranged {
            scroller.set_scroll_top(0);
        } else if scroller.scroll_top() > 0 || self.held.get_value() {
            let moved = self.anchors.with_value(|anchors| {
                anchors
                    .iter()
                    .find_map(|(id, was)| Some(self.pixels(self.board.line_of(*id)?) - self.pixels(*was)))
            });
            if let Some(moved) = moved.filter(|moved| *moved != 0) {
                let before = scroller.scroll_top();
                scroller.set_scroll_top(before + moved);
                let came = usize::try_from((scroller.scroll_top() - before) / self.row_px()).unwrap_or(0);
                self.above.update(|above| *above += came);
            }
        }
        self.look();
    }

    /// Looks at the scroll position and draws the rows around it.
    pub(super) fn look(self) {
        let (Some(scroller), Some(body)) = (self.scroller.get_untracked(), self.body.get_untracked()) else {
            return;
        };
        let len = self.board.view_now(View::lines);
        let top = usize::try_from(scroller.scroll_top() / self.row_px()).unwrap_or(0);
        let in_sight = usize::try_from(scroller.client_height() / self.row_px()).unwrap_or(0) + 1;
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
