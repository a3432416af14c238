//! Which rows are drawn, and that nothing moves under the pointer.
//!
//! Rows have one height, so that a row's place is its distance. When rows come or go above what is in sight, the
//! same sessions stay where they are: the distances shift, and the browser has nothing to move. Near the top, where
//! the shift would be seen, the scroll position follows instead.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};
use wire::SessionId;

use crate::board::Board;
use crate::look::{Density, density};
use crate::table::{Line, View};

/// Rows drawn beyond either edge, so that scrolling meets rows that are there.
const MARGIN: usize = 6;
/// The same as a number that can be below zero.
const MARGIN_LINES: i32 = 6;
/// By so many lines the body may be too high or too low, far from its end.
const SLACK_LINES: i32 = 100;

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
            Line::Row(row) => Self::Row(row.id),
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
    /// By how many lines every line stands further down than its number says: less than none when rows came above
    /// what is in sight.
    shift: StoredValue<i32>,
    /// How high the body was made last.
    stretched: StoredValue<i32>,
    /// A position to scroll to when the rows are drawn: doing it earlier would have them laid out twice.
    due: StoredValue<Option<i32>>,
    /// The sessions in sight when last looked, and their places: what is to stay where it is.
    anchors: StoredValue<Vec<(SessionId, usize)>>,
    /// Whether the pointer or the focus is in the rows.
    held: StoredValue<bool>,
    /// Rows that came above while the top was held.
    above: RwSignal<usize>,
    /// Whether the columns fit into the box.
    fits: RwSignal<bool>,
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
            shift: StoredValue::new(0),
            stretched: StoredValue::new(-1),
            due: StoredValue::new(None),
            anchors: StoredValue::default(),
            held: StoredValue::new(false),
            above: RwSignal::new(0),
            fits: RwSignal::new(false),
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
                // As wide as the columns are.
                if let Ok(Some(headings)) = scroller.query_selector("thead") {
                    observer.observe(&headings);
                }
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

    /// Whether all columns are in sight.
    pub(super) fn fits(self) -> bool {
        self.fits.get()
    }

    /// Whether rows are to stay where they are even at the top.
    pub(super) fn hold(self, hold: bool) {
        self.held.set_value(hold);
    }

    /// Shows the first rows.
    pub(super) fn to_top(self) {
        self.shift.set_value(0);
        self.go_to(0);
        self.look();
        self.arrive();
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
        self.settle(true);
        self.look();
        self.arrive();
    }

    /// How many whole rows are in sight.
    pub(super) fn page(self) -> usize {
        let Seen { height, head, .. } = self.seen.get_value();
        usize::try_from((height - head) / self.row_px()).unwrap_or(1).max(1)
    }

    /// Scrolls to a position, as soon as [`Scroll::arrive`] is called. Where that is beyond the end, the browser
    /// says so by scrolling back.
    fn go_to(self, top: i32) {
        let before = self.seen.try_update_value(|seen| std::mem::replace(&mut seen.top, top));
        self.stretch();
        // At the top there is nowhere to go, and nothing to be laid out before the rest of the page.
        if top != 0 || before != Some(0) || self.due.with_value(Option::is_some) {
            self.due.set_value(Some(top));
        }
    }

    /// Is where it was told to go.
    fn arrive(self) {
        if let Some(top) = self.due.try_update_value(Option::take).flatten()
            && let Some(scroller) = self.scroller.get_untracked()
        {
            scroller.set_scroll_top(top);
        }
    }

    /// Gives the shift up where it would be seen: close to the first row. What is in sight stays with `keep`.
    fn settle(self, keep: bool) {
        let shift = self.shift_px();
        let Seen { top, height, .. } = self.seen.get_value();
        if shift != 0 && top <= shift.abs() + height + self.row_px() * MARGIN_LINES {
            self.shift.set_value(0);
            self.go_to(if keep { (top - shift).max(0) } else { 0 });
        }
    }

    /// Makes the body as high as its rows. Far from its end some lines more or less are left until it is near:
    /// with each other height the browser goes through all that is in sight.
    fn stretch(self) {
        let Some(body) = self.body.get_untracked() else { return };
        let (exact, now) = (self.pixels(self.board.view_now(View::lines)), self.stretched.get_value());
        let slack = self.row_px() * SLACK_LINES;
        let Seen { top, height, .. } = self.seen.get_value();
        let is_far = top + height + 2 * slack < exact.min(now);
        if exact != now && !(is_far && (exact - now).abs() < slack) {
            self.stretched.set_value(exact);
            set_px(&body, "height", exact);
        }
    }

    /// Height of a row in CSS pixels.
    fn row_px(self) -> i32 {
        self.density.get_untracked().row_px()
    }

    fn shift_px(self) -> i32 {
        self.shift.get_value().saturating_mul(self.row_px())
    }

    /// Where a line begins, or all of so many end.
    fn pixels(self, line: usize) -> i32 {
        let row = self.row_px();
        let straight = i32::try_from(line).unwrap_or(i32::MAX / row).saturating_mul(row);
        straight.saturating_add(self.shift_px())
    }

    /// Follows a change of the rows. Rows that a person arranged anew are shown from the top;
    /// otherwise what is in sight stays where it is.
    fn follow(self, arranged: bool) {
        if self.body.get_untracked().is_none() {
            return;
        }
        let top = self.seen.with_value(|seen| seen.top);
        if arranged {
            self.shift.set_value(0);
            self.go_to(0);
        } else if top > 0 || self.held.get_value() {
            let lines = |at: usize| i32::try_from(at).unwrap_or(i32::MAX);
            let came = self.anchors.with_value(|anchors| {
                anchors.iter().find_map(|(id, was)| Some(lines(self.board.line_of(*id)?) - lines(*was)))
            });
            if let Some(came) = came.filter(|came| *came != 0) {
                self.shift.update_value(|shift| *shift -= came);
                if let Ok(came) = usize::try_from(came) {
                    self.above.update(|above| *above += came);
                }
            }
        }
        self.stretch();
        self.settle(true);
        self.look();
        if self.due.with_value(Option::is_some) {
            // After the rows are drawn, for which the window was set before this.
            spawn_local(async move { self.arrive() });
        }
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
        let fits = scroller.scroll_width() <= scroller.client_width();
        if self.fits.get_untracked() != fits {
            self.fits.set(fits);
        }
        self.stretch();
        // Who scrolled to the very top wants the first rows, not those that stood there.
        self.settle(scroller.scroll_top() != 0);
        self.look();
        self.arrive();
    }

    /// Draws the rows around where the box stands.
    fn look(self) {
        let Some(body) = self.body.get_untracked() else { return };
        let Seen { top, height, .. } = self.seen.get_value();
        let len = self.board.view_now(View::lines);
        let top = usize::try_from((top - self.shift_px()) / self.row_px()).unwrap_or(0);
        let in_sight = usize::try_from(height / self.row_px()).unwrap_or(0) + 1;
        let first = top.saturating_sub(MARGIN).min(len);
        let window = Window { first, len: in_sight + 2 * MARGIN };
        if top == 0 && self.above.get_untracked() != 0 {
            self.above.set(0);
        }
        let anchors = untrack(|| {
            self.board.view(|view| {
                let row = |at| match view.line(at) {
                    Some(Line::Row(row)) => Some((row.id, at)),
                    _ => None,
                };
                (top..top + in_sight).filter_map(row).collect()
            })
        });
        self.anchors.set_value(anchors);
        set_px(&body, "padding-top", self.pixels(first));
        if self.window.get_untracked() != window {
            self.window.set(window);
        }
    }
}

fn set_px(element: &HtmlElement, property: &str, px: i32) {
    // Refused only for properties that cannot be set; these can.
    let _always = element.style().set_property(property, &format!("{px}px"));
}
