//! Moving columns by dragging, with mouse, touch and pen alike.
//!
//! Everything that stands for a column carries its class in `data-col`. A drag begins after a few
//! pixels, so that a click stays a click; Escape or a lost pointer leaves everything as it was.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use crate::table::{Column, Layout};

/// Movement below this many pixels is still a click.
const SLACK_PX: i32 = 5;
/// Nearer to an edge of the scrolled box than this, a drag scrolls it.
const EDGE_PX: f64 = 40.0;
/// Pixels scrolled in each frame at an edge.
const SCROLL_PX: i32 = 14;

/// Which way the columns stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    /// Side by side, as headings.
    Across,
    /// One below the other, as a list.
    Down,
}

#[derive(Clone, Copy, Debug)]
struct Pressed {
    column: Column,
    x: i32,
    y: i32,
}

/// What is dragged and what it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dragged {
    /// The column under way.
    pub(crate) column: Column,
    /// The column whose place it would take.
    pub(crate) over: Column,
}

/// One place where columns can be dragged; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reorder {
    axis: Axis,
    pressed: StoredValue<Option<Pressed>>,
    dragged: RwSignal<Option<Dragged>>,
    /// Where the pointer was last.
    pointer: StoredValue<(i32, i32)>,
    /// Whether the box is being scrolled, from frame to frame.
    scrolls: StoredValue<bool>,
    /// The click that ends a drag is none.
    swallow_click: StoredValue<bool>,
}

impl Reorder {
    /// A place whose columns stand along `axis`.
    pub(crate) fn new(axis: Axis) -> Self {
        let reorder = Self {
            axis,
            pressed: StoredValue::new(None),
            dragged: RwSignal::new(None),
            pointer: StoredValue::new((0, 0)),
            scrolls: StoredValue::new(false),
            swallow_click: StoredValue::new(false),
        };
        Effect::new(move |_| {
            let escape = window_event_listener(leptos::ev::keydown, move |event| {
                if event.key() == "Escape" && reorder.dragged.get_untracked().is_some() {
                    event.prevent_default();
                    reorder.cancel();
                }
            });
            on_cleanup(move || escape.remove());
        });
        reorder
    }

    /// What is under way.
    pub(crate) fn dragged(self) -> Option<Dragged> {
        self.dragged.get()
    }

    /// The class that shows at a column's element what is under way, if it is about that column.
    pub(crate) fn mark(self, column: Column, layout: Signal<Layout>) -> &'static str {
        match self.dragged() {
            Some(dragged) if dragged.column == column => "dragging",
            Some(dragged) if dragged.over == column => {
                let after = layout.with(|layout| layout.is_before(dragged.column, column));
                if after { "drop-after" } else { "drop-before" }
            }
            _ => "",
        }
    }

    /// The pointer went down on a column's element.
    pub(crate) fn press(self, event: &PointerEvent) {
        self.swallow_click.set_value(false);
        let element = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("[data-col]").ok().flatten());
        if event.button() == 0
            && event.is_primary()
            && let Some(column) = element.as_ref().and_then(column_of)
        {
            self.pressed.set_value(Some(Pressed { column, x: event.client_x(), y: event.client_y() }));
        }
    }

    /// The pointer moved over what holds the columns; `scrolled` is the box that scrolls them.
    pub(crate) fn drag(self, event: &PointerEvent, scrolled: Option<&Element>) {
        let Some(pressed) = self.pressed.get_value() else { return };
        let Some(holder) = event.current_target().and_then(|holder| holder.dyn_into::<Element>().ok()) else {
            return;
        };
        let (x, y) = (event.client_x(), event.client_y());
        if self.dragged.get_untracked().is_none() {
            if (x - pressed.x).abs().max((y - pressed.y).abs()) < SLACK_PX {
                return;
            }
            // Without capture (the pointer is already gone) the drag ends with the next movement.
            let _gone = holder.set_pointer_capture(event.pointer_id());
            self.dragged.set(Some(Dragged { column: pressed.column, over: pressed.column }));
        }
        self.pointer.set_value((x, y));
        self.look(&holder, pressed.column, x, y);
        if let Some(scrolled) = scrolled.cloned()
            && self.scrolls.try_update_value(|scrolls| std::mem::replace(scrolls, true)) == Some(false)
        {
            self.scroll(holder, scrolled, pressed.column);
        }
    }

    /// Scrolls for as long as the pointer stays at an edge, frame by frame.
    fn scroll(self, holder: Element, scrolled: Element, column: Column) {
        let (x, y) = self.pointer.get_value();
        if self.dragged.get_untracked().is_none() || !self.scroll_at_edge(&scrolled, x, y) {
            self.scrolls.set_value(false);
            return;
        }
        self.look(&holder, column, x, y);
        request_animation_frame(move || self.scroll(holder, scrolled, column));
    }

    /// Finds what the pointer is over.
    fn look(self, holder: &Element, column: Column, x: i32, y: i32) {
        // Only the way along the axis counts: who leaves the row of headings still drags.
        let bounds = holder.get_bounding_client_rect();
        #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
        let (x, y) = match self.axis {
            Axis::Across => (x as f32, (bounds.top() + bounds.height() / 2.0) as f32),
            Axis::Down => ((bounds.left() + bounds.width() / 2.0) as f32, y as f32),
        };
        let at = |x: f32, y: f32| document().element_from_point(x, y);
        let standing =
            |element: Element| element.closest("[data-col]").ok().flatten().as_ref().and_then(column_of);
        let over = at(x, y).and_then(|element| {
            standing(element.clone()).or_else(|| {
                // Over what stands beside the columns and above them, the last one in sight is meant.
                let beside = element.closest("th").ok().flatten()?.get_bounding_client_rect();
                #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
                at(beside.left() as f32 - 1.0, y).and_then(standing)
            })
        });
        if let Some(over) = over {
            let dragged = Some(Dragged { column, over });
            if self.dragged.get_untracked() != dragged {
                self.dragged.set(dragged);
            }
        }
    }

    /// Scrolls a step if a point is near an edge of the box; whether there was something to scroll.
    fn scroll_at_edge(self, scrolled: &Element, x: i32, y: i32) -> bool {
        let bounds = scrolled.get_bounding_client_rect();
        let step = |at: f64, start: f64, end: f64| {
            if at < start + EDGE_PX {
                -SCROLL_PX
            } else if at > end - EDGE_PX {
                SCROLL_PX
            } else {
                0
            }
        };
        match self.axis {
            Axis::Across => {
                let before = scrolled.scroll_left();
                scrolled.set_scroll_left(before + step(x.into(), bounds.left(), bounds.right()));
                scrolled.scroll_left() != before
            }
            Axis::Down => {
                let before = scrolled.scroll_top();
                scrolled.set_scroll_top(before + step(y.into(), bounds.top(), bounds.bottom()));
                scrolled.scroll_top() != before
            }
        }
    }

    /// The pointer went up: the column and the one whose place it takes, if it was dragged.
    pub(crate) fn release(self) -> Option<(Column, Column)> {
        self.pressed.set_value(None);
        let dragged = self.dragged.get_untracked()?;
        self.dragged.set(None);
        self.swallow_click.set_value(true);
        (dragged.column != dragged.over).then_some((dragged.column, dragged.over))
    }

    /// The drag is over and nothing came of it.
    pub(crate) fn cancel(self) {
        self.pressed.set_value(None);
        if self.dragged.get_untracked().is_some() {
            self.dragged.set(None);
            self.swallow_click.set_value(true);
        }
    }

    /// Whether the click that just came is the end of a drag.
    pub(crate) fn swallows_click(self) -> bool {
        self.swallow_click.try_update_value(std::mem::take).unwrap_or(false)
    }
}

fn column_of(element: &Element) -> Option<Column> {
    Column::of_class(&element.get_attribute("data-col")?)
}
