//! How wide the columns are, and where the pinned ones stay.
//!
//! Said to the style through custom properties of the table's box, one place for all rows: a cell knows only
//! the class of its column.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};

use super::super::controls::Controls;
use crate::table::{Column, Layout};
use crate::words::{fill, heading, words};

/// What a key press makes a column wider or narrower by, in pixels.
const STEP_PX: i32 = 16;
/// Room beside what a cell holds: its padding, and a little air.
const AROUND_PX: i32 = 26;
/// Room beside a heading's label for the marks of sorting and the menu.
const MARKS_PX: i32 = 44;

/// A column that is being made wider or narrower by the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pulled {
    column: Column,
    /// Where the pointer went down, and how wide the column was then.
    x: i32,
    from: i32,
    /// How wide it is now.
    width: i32,
}

/// The widths of the columns; a handle, cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Widths {
    controls: Controls,
    scroller: NodeRef<html::Div>,
    pulled: RwSignal<Option<Pulled>>,
}

impl Widths {
    /// Begins to say the widths of the layout to the style.
    pub(super) fn start(controls: Controls, scroller: NodeRef<html::Div>) -> Self {
        let widths = Self { controls, scroller, pulled: RwSignal::new(None) };
        let layout = controls.kept.signal();
        Effect::new(move |_| {
            let Some(scroller) = scroller.get() else { return };
            layout.with(|layout| {
                for (column, _) in layout.columns() {
                    widths.show(&scroller, *column, layout.width(*column));
                }
            });
            controls.shape();
            // The headings are in their places with the next frame.
            request_animation_frame(move || widths.place_pins());
        });
        Effect::new(move |_| {
            let escape = window_event_listener(leptos::ev::keydown, move |event| {
                if event.key() == "Escape" && widths.pulled.get_untracked().is_some() {
                    event.prevent_default();
                    widths.cancel();
                }
            });
            on_cleanup(move || escape.remove());
        });
        widths
    }

    fn show(self, scroller: &HtmlElement, column: Column, width: Option<u16>) {
        let (wide, grow) = (format!("--w-{}", column.class()), format!("--g-{}", column.class()));
        let style = HtmlElement::style(scroller);
        // Refused only for names that are no custom properties.
        let _always = match width {
            Some(width) => {
                style.set_property(&wide, &format!("{width}px")).and_then(|()| style.set_property(&grow, "0"))
            }
            None => style.remove_property(&wide).and_then(|_| style.remove_property(&grow)).map(|_| ()),
        };
    }

    /// Says where each pinned column stays: after those before it.
    fn place_pins(self) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let shape = untrack(|| self.controls.shape());
        let mut left = 0;
        for column in shape.columns.iter().take(shape.pins) {
            let name = format!("--l-{}", column.class());
            let _always = HtmlElement::style(&scroller).set_property(&name, &format!("{left}px"));
            left += self.measured(*column);
        }
    }

    /// How wide a column is drawn.
    fn measured(self, column: Column) -> i32 {
        self.find(&format!("thead .{}", column.class())).map_or(0, |heading| heading.offset_width())
    }

    fn find(self, selector: &str) -> Option<HtmlElement> {
        self.scroller.get_untracked()?.query_selector(selector).ok().flatten()?.dyn_into().ok()
    }

    /// Makes a column a step wider or narrower.
    pub(super) fn step(self, column: Column, wider: bool) {
        let step = if wider { STEP_PX } else { -STEP_PX };
        self.set(column, self.measured(column) + step);
    }

    /// Makes a column as wide as what is drawn in it needs.
    pub(super) fn fit(self, column: Column) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let label = self.find(&format!("thead .{} .label", column.class()));
        let mut width = label.map_or(0, |label| label.scroll_width() + MARKS_PX);
        if let Ok(cells) = scroller.query_selector_all(&format!("tbody .{} > *", column.class())) {
            for at in 0..cells.length() {
                let cell = cells.get(at).and_then(|cell| cell.dyn_into::<Element>().ok());
                width = width.max(cell.map_or(0, |cell| natural_width(&cell) + AROUND_PX));
            }
        }
        self.set(column, width);
    }

    fn set(self, column: Column, width: i32) {
        let width = u16::try_from(width.max(0)).unwrap_or(u16::MAX);
        self.controls.change_layout(|layout| layout.set_width(column, width));
        let width = self.controls.kept.signal().with_untracked(|layout: &Layout| layout.width(column));
        self.controls.announcer.say(fill(
            words().grid.said_width,
            &[("column", &heading(column)), ("width", &width.unwrap_or_default().to_string())],
        ));
    }

    /// The column whose edge is being pulled.
    pub(super) fn is_pulled(self) -> bool {
        self.pulled.with(Option::is_some)
    }

    /// The pointer went down on the edge of a heading.
    pub(super) fn press(self, column: Column, event: &PointerEvent) {
        // Nobody drags the heading by its edge.
        event.stop_propagation();
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        if let Some(edge) = event.current_target().and_then(|edge| edge.dyn_into::<Element>().ok()) {
            let _gone = edge.set_pointer_capture(event.pointer_id());
        }
        let from = self.measured(column);
        self.pulled.set(Some(Pulled { column, x: event.client_x(), from, width: from }));
    }

    /// The pointer moved.
    pub(super) fn pull(self, event: &PointerEvent) {
        let Some(pulled) = self.pulled.get_untracked() else { return };
        event.stop_propagation();
        let mut layout = self.controls.kept.signal().get_untracked();
        let width = (pulled.from + event.client_x() - pulled.x).max(0);
        layout.set_width(pulled.column, u16::try_from(width).unwrap_or(u16::MAX));
        if let Some(scroller) = self.scroller.get_untracked() {
            self.show(&scroller, pulled.column, layout.width(pulled.column));
            self.place_pins();
        }
        self.pulled.set(Some(Pulled { width, ..pulled }));
    }

    /// The pointer went up.
    pub(super) fn release(self, event: &PointerEvent) {
        let Some(pulled) = self.pulled.get_untracked() else { return };
        event.stop_propagation();
        self.pulled.set(None);
        if pulled.width != pulled.from {
            self.set(pulled.column, pulled.width);
        }
    }

    /// Nothing comes of it.
    pub(super) fn cancel(self) {
        let Some(pulled) = self.pulled.get_untracked() else { return };
        self.pulled.set(None);
        let width = self.controls.kept.signal().with_untracked(|layout| layout.width(pulled.column));
        if let Some(scroller) = self.scroller.get_untracked() {
            self.show(&scroller, pulled.column, width);
            self.place_pins();
        }
    }
}

/// How wide an element would like to be: what is cut off counts, too.
fn natural_width(element: &Element) -> i32 {
    let own = element.scroll_width();
    let Ok(inner) = element.query_selector_all(".names") else { return own };
    (0..inner.length())
        .filter_map(|at| inner.get(at)?.dyn_into::<Element>().ok())
        .fold(own, |width, inner| width.max(own + inner.scroll_width() - inner.client_width()))
}
