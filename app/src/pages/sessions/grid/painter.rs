//! Draws the rows: as few nodes are touched as possible, and a row keeps its own.
//!
//! A cell is filled again only when its value changed, so that focus, selected text and what a
//! screen reader is reading stay. Ages are brought up to date by the one clock of the page.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use web_sys::{Element, Node};
use wire::Millis;

use super::super::controls::{Controls, Shape};
use super::acts;
use super::cell::{self, Ticking};
use super::dom::{append, element, replace, set, set_or_unset};
use super::group::PaintedGroup;
use super::scroll::{Place, Scroll};
use crate::clock::use_now;
use crate::table::{Column, Group, Line, Row};

/// A row as it is drawn.
#[derive(Debug)]
struct Painted {
    row: Arc<Row>,
    element: Element,
    /// Each cell, and which of them it is.
    cells: Vec<(Column, Element, usize)>,
    acts: Element,
    ticking: Vec<Ticking>,
    /// How many of the cells are pinned.
    pins: usize,
    /// What its attributes say; none before they say anything.
    state: Option<State>,
}

/// How a row stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    /// Its line, from 0.
    line: usize,
    ended: bool,
    chosen: bool,
    watched: bool,
    in_group: bool,
}

impl Painted {
    fn new(row: &Arc<Row>) -> Self {
        let tr = element("tr", "");
        set(&tr, "role", "row");
        let acts = acts::frame();
        acts::fill(&acts, row);
        append(&tr, &acts);
        let painted = Self {
            row: row.clone(),
            element: tr,
            cells: Vec::new(),
            acts,
            ticking: Vec::new(),
            pins: 0,
            state: None,
        };
        painted.name();
        painted
    }

    /// Makes of a row that is no longer drawn the one of another session.
    fn reused(mut self, row: &Arc<Row>, shape: &Shape, now: Millis) -> Self {
        // Out of its old place first: the rows that stay would be moved past it, each of them.
        self.element.remove();
        let same_acts = acts::same(&self.row, row);
        self.update(row, shape, now);
        if same_acts {
            acts::rename(&self.acts, row);
        }
        self.name();
        self
    }

    fn name(&self) {
        let id = self.row.id.to_string();
        set(&self.element, "id", &format!("row-{id}"));
        set(&self.element, "data-session", &id);
    }

    /// Shows how it stands.
    fn show_state(&mut self, state: State) {
        let before = self.state.replace(state);
        if before == Some(state) {
            return;
        }
        if before.map(|before| before.line) != Some(state.line) {
            // The headings are the first row.
            replace(&self.element, "aria-rowindex", &(state.line + 2).to_string());
            if before.is_some_and(|before| State { line: state.line, ..before } == state) {
                return;
            }
        }
        self.element.set_class_name(match (state.ended, state.watched) {
            (true, true) => "ended watched",
            (true, false) => "ended",
            (false, true) => "watched",
            (false, false) => "",
        });
        set(&self.element, "aria-selected", if state.chosen { "true" } else { "false" });
        set_or_unset(&self.element, "aria-current", state.watched.then_some("true"));
        set_or_unset(&self.element, "aria-level", state.in_group.then_some("2"));
        acts::show_chosen(&self.acts, state.chosen);
    }

    /// Takes another row of the same session, and other columns.
    fn update(&mut self, row: &Arc<Row>, shape: &Shape, now: Millis) {
        if !Arc::ptr_eq(&self.row, row) {
            for (column, td, _) in &self.cells {
                if !cell::same(*column, &self.row, row) {
                    self.ticking.retain(|ticking| ticking.column != *column);
                    self.ticking.extend(cell::fill(td, *column, row, now));
                }
            }
            let same_acts = acts::same(&self.row, row);
            self.row = row.clone();
            if !same_acts {
                acts::fill(&self.acts, row);
                self.state = None;
            }
        }
        if self.pins != shape.pins || !self.cells.iter().map(|(column, ..)| column).eq(&shape.columns) {
            self.arrange(shape, now);
        }
    }

    /// Puts the cells into the order of the columns.
    fn arrange(&mut self, shape: &Shape, now: Millis) {
        let mut before = std::mem::take(&mut self.cells);
        let same_pins = self.pins == shape.pins;
        self.pins = shape.pins;
        for (nth, column) in shape.columns.iter().enumerate() {
            let known = before.iter().position(|(known, _, _)| known == column);
            let (td, was) = match known.map(|at| before.swap_remove(at)) {
                Some((_, td, was)) => (td, Some(was)),
                None => {
                    let td = cell::frame(*column);
                    self.ticking.extend(cell::fill(&td, *column, &self.row, now));
                    (td, None)
                }
            };
            if was != Some(nth) {
                replace(&td, "aria-colindex", &(nth + 1).to_string());
            }
            if was.is_none() || !same_pins || shape.pins > 0 {
                let class = shape.class(nth, *column);
                if td.class_name() != class {
                    td.set_class_name(&class);
                }
            }
            self.cells.push((*column, td, nth));
        }
        for (column, td, _) in before {
            td.remove();
            self.ticking.retain(|ticking| ticking.column != column);
        }
        set(&self.acts, "aria-colindex", &(shape.columns.len() + 1).to_string());
        let cells = self.cells.iter().map(|(_, td, _)| td).chain([&self.acts]);
        place(&self.element, cells);
    }
}

/// Brings children into an order; those that stand right are not touched.
fn place<'a>(parent: &Element, children: impl Iterator<Item = &'a Element>) {
    let mut next = parent.first_child();
    for child in children {
        let node: &Node = child;
        if next.as_ref().is_some_and(|next| next.is_same_node(Some(node))) {
            next = node.next_sibling();
        } else {
            parent.insert_before(node, next.as_ref()).expect("the next sibling is a child of the parent");
        }
    }
}

/// A line as it is drawn.
#[derive(Debug)]
enum PaintedLine {
    Row(Painted),
    Group(PaintedGroup),
}

impl PaintedLine {
    const fn element(&self) -> &Element {
        match self {
            Self::Row(row) => &row.element,
            Self::Group(group) => &group.element,
        }
    }
}

/// What stands in a line, held for as long as it is drawn.
enum Drawn {
    Row(Arc<Row>),
    Group(Group),
}

/// Draws the lines of `scroll` into `body`, from now on; in the browser alone.
pub(super) fn start(controls: Controls, scroll: Scroll, body: NodeRef<html::Tbody>) {
    let now = use_now();
    // Nodes belong to the browser's one thread; the server, with its many, must not even have the
    // place where they are kept.
    Effect::new(move |_| {
        let painted = StoredValue::new_local(HashMap::<Place, PaintedLine>::new());
        Effect::new(move |_| draw(controls, scroll, body, painted, now));
        Effect::new(move |_| {
            let now = now.get();
            painted.with_value(|painted| {
                for line in painted.values() {
                    if let PaintedLine::Row(row) = line {
                        row.ticking.iter().for_each(|ticking| ticking.tick(now));
                    }
                }
            });
        });
    });
}

type AllPainted = StoredValue<HashMap<Place, PaintedLine>, LocalStorage>;

/// Takes away the lines that are not kept. Rows are given back to be used again for others; the one that has
/// the focus is not among them, or the focus would go over to another session.
fn take_spare(painted: &mut HashMap<Place, PaintedLine>, keep: &HashSet<&Place>) -> Vec<Painted> {
    let gone: Vec<Place> = painted.keys().filter(|place| !keep.contains(place)).cloned().collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let focused = document().active_element();
    let has_focus =
        |row: &Painted| focused.as_ref().is_some_and(|focused| row.element.contains(Some(focused)));
    let mut spare = Vec::with_capacity(gone.len());
    for place in gone {
        match painted.remove(&place) {
            Some(PaintedLine::Row(row)) if !has_focus(&row) => spare.push(row),
            Some(line) => line.element().remove(),
            None => {}
        }
    }
    spare
}

/// Draws the lines that are to be drawn, and takes away the others.
fn draw(
    controls: Controls,
    scroll: Scroll,
    body: NodeRef<html::Tbody>,
    painted: AllPainted,
    now: Signal<Millis>,
) {
    let Some(body) = body.get() else { return };
    let (places, shape, now) = (scroll.drawn(), controls.shape(), now.get_untracked());
    let (first, watched) = (scroll.first(), controls.watched());
    let (lines, grouped): (Vec<(&Place, Drawn)>, _) = controls.board.view(|view| {
        let line = |(nth, place)| match view.line(first + nth)? {
            Line::Row(row) => Some((place, Drawn::Row(row.clone()))),
            Line::Group(group) => Some((place, Drawn::Group(group.clone()))),
        };
        (places.iter().enumerate().filter_map(line).collect(), view.order().group)
    });
    let keep: HashSet<&Place> = places.iter().collect();
    painted.update_value(|painted| {
        let mut spare = take_spare(painted, &keep);
        for (place, drawn) in &lines {
            match drawn {
                Drawn::Row(row) => {
                    let line = painted.entry((*place).clone()).or_insert_with(|| {
                        let reused = spare.pop().map(|spare| spare.reused(row, &shape, now));
                        PaintedLine::Row(reused.unwrap_or_else(|| Painted::new(row)))
                    });
                    if let PaintedLine::Row(painted) = line {
                        painted.update(row, &shape, now);
                    }
                }
                Drawn::Group(group) => {
                    let line = painted
                        .entry((*place).clone())
                        .or_insert_with(|| PaintedLine::Group(PaintedGroup::new(group)));
                    if let (PaintedLine::Group(painted), Some(column)) = (line, grouped) {
                        painted.update(column, group, shape.columns.len() + 1);
                    }
                }
            }
        }
        spare.iter().for_each(|row| row.element.remove());
        place(&body, lines.iter().filter_map(|(place, _)| Some(painted.get(place)?.element())));
        controls.with_chosen(|chosen| {
            for (nth, (place, _)) in lines.iter().enumerate() {
                let line = first + nth;
                match (painted.get_mut(place), place) {
                    (Some(PaintedLine::Row(row)), Place::Row(id)) => row.show_state(State {
                        line,
                        ended: row.row.ended.is_some(),
                        chosen: chosen.contains(*id),
                        watched: watched == Some(*id),
                        in_group: grouped.is_some(),
                    }),
                    (Some(PaintedLine::Group(group)), _) => {
                        set(&group.element, "aria-rowindex", &(line + 2).to_string());
                    }
                    _ => {}
                }
            }
        });
    });
}
