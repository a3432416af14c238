//! Walking through the grid by keyboard.
//!
//! The grid is one stop of the Tab key. Where the focus is belongs to the session: rows that come,
//! go or are sorted do not take it to another one, and it survives its row being out of sight.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, KeyboardEvent};
use wire::SessionId;

use super::super::controls::Controls;
use super::scroll::Scroll;

/// A cell or button that can have the focus: a row (the headings when none) and which in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Spot {
    row: Option<SessionId>,
    nth: usize,
}

/// The grid's focus; a handle, cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Focus {
    controls: Controls,
    scroll: Scroll,
    scroller: NodeRef<html::Div>,
    spot: StoredValue<Option<Spot>>,
    inside: StoredValue<bool>,
}

impl Focus {
    /// Begins to follow the focus.
    pub(super) fn start(controls: Controls, scroll: Scroll, scroller: NodeRef<html::Div>) -> Self {
        let focus = Self {
            controls,
            scroll,
            scroller,
            spot: StoredValue::new(None),
            inside: StoredValue::new(false),
        };
        Effect::new(move |_| {
            scroll.drawn();
            if focus.inside.get_value() {
                request_animation_frame(move || focus.rescue());
            }
        });
        focus
    }

    /// Something in the grid has the focus now.
    pub(super) fn entered(self, event: &FocusEvent) {
        self.inside.set_value(true);
        if let Some(spot) = event.target().and_then(|target| spot_of(&target.unchecked_into())) {
            self.spot.set_value(Some(spot));
            self.scroll.hold(spot.row.is_some());
        }
    }

    /// The focus may have left the grid.
    pub(super) fn left(self, event: &FocusEvent) {
        let to = event.related_target().and_then(|to| to.dyn_into::<Element>().ok());
        if let Some(to) = to
            && !matches!(to.closest("table[role=grid]"), Ok(Some(_)))
        {
            self.inside.set_value(false);
            self.scroll.hold(false);
        }
    }

    /// A row that goes or moves takes the focus with it: it goes back to the same session, or waits
    /// on the grid itself until that is in sight again.
    fn rescue(self) {
        let lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        if lost && self.inside.get_value() {
            let cell = self.spot.get_value().and_then(|spot| self.cell(spot.row, spot.nth));
            if let Some(target) = cell.or_else(|| self.find("table")) {
                let options = web_sys::FocusOptions::new();
                options.set_prevent_scroll(true);
                let _always = target.focus_with_options(&options);
            }
        }
    }

    /// A key was pressed in the grid.
    pub(super) fn key(self, event: &KeyboardEvent) {
        if event.alt_key() || event.meta_key() || event.shift_key() {
            return;
        }
        let len = untrack(|| self.controls.board.view(|view| view.len()));
        let spot = self.spot.get_value();
        let place = spot.and_then(|spot| spot.row).and_then(|id| self.controls.board.place(id));
        let nth = spot.map_or(0, |spot| spot.nth);
        let far = event.ctrl_key();
        let page = self.scroll.page();
        let in_grid_itself = event.target().is_some_and(|target| spot_of(&target.unchecked_into()).is_none());
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if in_grid_itself => self.go(place.or((len > 0).then_some(0)), nth),
            "ArrowDown" => self.go(Some(place.map_or(0, |place| place + 1).min(len.saturating_sub(1))), nth),
            "ArrowUp" => self.go(place.and_then(|place| place.checked_sub(1)), nth),
            "ArrowRight" => self.go(place, nth + 1),
            "ArrowLeft" => self.go(place, nth.saturating_sub(1)),
            "Home" if far => self.go(Some(0), 0),
            "Home" => self.go(place, 0),
            "End" if far => self.go(Some(len.saturating_sub(1)), usize::MAX),
            "End" => self.go(place, usize::MAX),
            "PageDown" => self.go(Some((place.unwrap_or(0) + page).min(len.saturating_sub(1))), nth),
            "PageUp" => self.go(Some(place.unwrap_or(0).saturating_sub(page)), nth),
            " " if !on_button(event) => {
                if let Some(id) = spot.and_then(|spot| spot.row) {
                    self.controls.toggle_chosen(id);
                }
            }
            "Enter" if !on_button(event) => self.watch(spot.and_then(|spot| spot.row)),
            _ => return,
        }
        event.prevent_default();
    }

    fn watch(self, id: Option<SessionId>) {
        if let Some(id) = id
            && self.controls.board.live_row(id).is_some_and(|row| row.rights.watch)
        {
            self.controls.watch(id);
        }
    }

    /// Puts the focus on a cell of the row at a place, or of the headings.
    fn go(self, place: Option<usize>, nth: usize) {
        let row = place.and_then(|place| {
            self.scroll.reveal(place);
            untrack(|| self.controls.board.view(|view| view.get(place).map(|row| row.session.id)))
        });
        // The row may have just come into sight: it is there with the next frame.
        request_animation_frame(move || {
            if let Some(cell) = self.cell(row, nth) {
                let _always = cell.focus();
            }
        });
    }

    /// The cell or button of a row, or the last one when it has not so many.
    fn cell(self, row: Option<SessionId>, nth: usize) -> Option<HtmlElement> {
        let row = self.find(&row.map_or_else(|| "#row-head".to_owned(), |id| format!("#row-{id}")))?;
        let spots = row.query_selector_all("[data-cell]").ok()?;
        let last = spots.length().saturating_sub(1);
        spots.get(u32::try_from(nth).unwrap_or(last).min(last))?.dyn_into().ok()
    }

    fn find(self, selector: &str) -> Option<HtmlElement> {
        self.scroller.get_untracked()?.query_selector(selector).ok().flatten()?.dyn_into().ok()
    }
}

fn on_button(event: &KeyboardEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| target.tag_name() == "BUTTON")
}

/// Where an element of the grid is.
fn spot_of(element: &Element) -> Option<Spot> {
    let cell = element.closest("[data-cell]").ok().flatten()?;
    let row = cell.closest("tr").ok().flatten()?;
    let spots = row.query_selector_all("[data-cell]").ok()?;
    let nth =
        (0..spots.length()).find(|nth| spots.get(*nth).is_some_and(|spot| cell.is_same_node(Some(&spot))))?;
    let row = row.get_attribute("data-session").and_then(|id| id.parse().ok());
    Some(Spot { row, nth: usize::try_from(nth).ok()? })
}
