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
use super::menu::Menu;
use super::scroll::{Place, Scroll};
use crate::table::View;

/// A cell or button that can have the focus: a line (the headings when none) and which in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spot {
    line: Option<Place>,
    nth: usize,
}

impl Spot {
    const fn session(&self) -> Option<SessionId> {
        match self.line {
            Some(Place::Row(id)) => Some(id),
            _ => None,
        }
    }
}

/// The grid's focus; a handle, cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Focus {
    controls: Controls,
    scroll: Scroll,
    scroller: NodeRef<html::Div>,
    menu: Menu,
    spot: StoredValue<Option<Spot>>,
    inside: StoredValue<bool>,
}

impl Focus {
    /// Begins to follow the focus.
    pub(super) fn start(
        controls: Controls,
        scroll: Scroll,
        scroller: NodeRef<html::Div>,
        menu: Menu,
    ) -> Self {
        let focus = Self {
            controls,
            scroll,
            scroller,
            menu,
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
        self.set_tab_stop(event, false);
        if let Some(spot) = event.target().and_then(|target| spot_of(&target.unchecked_into())) {
            self.scroll.hold(spot.line.is_some());
            self.spot.set_value(Some(spot));
        }
    }

    /// The focus may have left the grid.
    pub(super) fn left(self, event: &FocusEvent) {
        self.set_tab_stop(event, true);
        let to = event.related_target().and_then(|to| to.dyn_into::<Element>().ok());
        if let Some(to) = to
            && !matches!(to.closest(".grid > table, .grid-menu"), Ok(Some(_)))
        {
            self.inside.set_value(false);
            self.scroll.hold(false);
        }
    }

    /// The grid is one stop of the Tab key: itself, or what in it has the focus.
    fn set_tab_stop(self, event: &FocusEvent, on_grid: bool) {
        let Some(table) = self.find("table") else { return };
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if let Some(inner) = target.filter(|target| !target.is_same_node(Some(&table))) {
            inner.set_tab_index(if on_grid { -1 } else { 0 });
            table.set_tab_index(if on_grid { 0 } else { -1 });
        }
    }

    /// A row that goes or moves takes the focus with it: it goes back to the same session, or waits
    /// on the grid itself until that is in sight again.
    fn rescue(self) {
        let lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        if lost && self.inside.get_value() {
            let cell = self.spot.get_value().and_then(|spot| self.cell(spot.line.as_ref(), spot.nth));
            if let Some(target) = cell.or_else(|| self.find("table")) {
                let options = web_sys::FocusOptions::new();
                options.set_prevent_scroll(true);
                let _always = target.focus_with_options(&options);
            }
        }
    }

    /// A key was pressed in the grid.
    pub(super) fn key(self, event: &KeyboardEvent) {
        if self.menu.key(event) {
            event.prevent_default();
            return;
        }
        let (shift, far) = (event.shift_key(), event.ctrl_key() || event.meta_key());
        if event.alt_key() {
            return;
        }
        let len = self.controls.board.view_now(View::lines);
        let spot = self.spot.get_value().unwrap_or_default();
        let place = spot.line.as_ref().and_then(|line| self.place(line));
        let nth = spot.nth;
        let page = self.scroll.page();
        let in_grid_itself = event.target().is_some_and(|target| spot_of(&target.unchecked_into()).is_none());
        match event.key().as_str() {
            " " if shift => self.choose_to(spot.session()),
            "ArrowDown" | "ArrowUp" if shift => {
                self.choose_to(spot.session());
                let down = event.key() == "ArrowDown";
                let to = place.map_or(0, |place| if down { place + 1 } else { place.saturating_sub(1) });
                let to = to.min(len.saturating_sub(1));
                self.go(Some(to), nth);
                let line = self.controls.board.view_now(|view| view.line(to).map(Place::of));
                self.choose_to(Spot { line, nth }.session());
            }
            _ if shift => return,
            "a" | "A" if far => self.controls.choose_all(),
            _ if far && !matches!(event.key().as_str(), "Home" | "End") => return,
            "Escape" if self.controls.with_chosen(|chosen| !chosen.is_empty()) => self.controls.choose_none(),
            "ArrowLeft" | "ArrowRight" if matches!(&spot.line, Some(Place::Group(_))) => {
                if let Some(Place::Group(name)) = &spot.line {
                    self.controls.fold(name, event.key() == "ArrowLeft");
                }
            }
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
            " " if !on_button(event) => match &spot.line {
                Some(Place::Row(id)) => self.controls.toggle_chosen(*id),
                Some(Place::Group(name)) => self.controls.toggle_group(name),
                None => return,
            },
            "Enter" if !on_button(event) => match &spot.line {
                Some(Place::Group(name)) => self.controls.toggle_group(name),
                _ => self.watch(spot.session()),
            },
            _ => return,
        }
        event.prevent_default();
    }

    fn choose_to(self, id: Option<SessionId>) {
        if let Some(id) = id {
            self.controls.choose_to(id);
        }
    }

    fn watch(self, id: Option<SessionId>) {
        if let Some(id) = id
            && self.controls.board.live_row(id).is_some_and(|row| row.rights.watch)
        {
            self.controls.watch(id);
        }
    }

    /// The line that something stands at now.
    fn place(self, line: &Place) -> Option<usize> {
        match line {
            Place::Row(id) => self.controls.board.line_of(*id),
            Place::Group(name) => self.controls.board.view_now(|view| view.line_of_group(name)),
        }
    }

    /// Puts the focus on a cell of the line at a place, or of the headings.
    fn go(self, place: Option<usize>, nth: usize) {
        let line = place.and_then(|place| {
            self.scroll.reveal(place);
            self.controls.board.view_now(|view| view.line(place).map(Place::of))
        });
        // The next key goes on from there, however soon it comes.
        self.spot.set_value(Some(Spot { line: line.clone(), nth }));
        let focus = move || {
            let cell = self.cell(line.as_ref(), nth);
            cell.map(|cell| {
                let _always = cell.focus();
            })
        };
        // The line may have just come into sight: it is there with the next frame.
        if focus().is_none() {
            request_animation_frame(move || {
                focus();
            });
        }
    }

    /// The cell or button of a line, or the last one when it has not so many.
    fn cell(self, line: Option<&Place>, nth: usize) -> Option<HtmlElement> {
        let line = match line {
            None => self.find("#row-head")?,
            Some(Place::Row(id)) => self.find(&format!("#row-{id}"))?,
            Some(Place::Group(name)) => self.group(name)?,
        };
        let spots = line.query_selector_all("[data-cell]").ok()?;
        let last = spots.length().saturating_sub(1);
        spots.get(u32::try_from(nth).unwrap_or(last).min(last))?.dyn_into().ok()
    }

    /// The drawn heading of a group; its name is text from outside, and no part of a selector.
    fn group(self, name: &str) -> Option<HtmlElement> {
        let headings = self.scroller.get_untracked()?.query_selector_all("[data-group]").ok()?;
        (0..headings.length()).find_map(|at| {
            let heading: HtmlElement = headings.get(at)?.dyn_into().ok()?;
            (heading.get_attribute("data-group").as_deref() == Some(name)).then_some(heading)
        })
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
    let line = place_of(&row);
    Some(Spot { line, nth: usize::try_from(nth).ok()? })
}

/// What a line's element stands for; none for the headings.
pub(super) fn place_of(line: &Element) -> Option<Place> {
    let session = line.get_attribute("data-session").and_then(|id| id.parse().ok());
    session.map(Place::Row).or_else(|| line.get_attribute("data-group").map(Place::Group))
}
