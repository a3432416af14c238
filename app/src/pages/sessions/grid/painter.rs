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
use super::dom::{append, element, set, set_or_unset};
use super::group::PaintedGroup;
use super::scroll::{Place, Scroll};
use crate::clock::use_now;
use crate::table::{Column, Group, Line, Row};

/// A row as it is drawn.
#[derive(Debug)]
struct Painted {
    row: Arc<Row>,
    element: Element,
    cells: Vec<(Column, Element)>,
    acts: Element,
    ticking: Vec<Ticking>,
    /// How many of the cells are pinned.
    pins: usize,
}

impl Painted {
    fn new(row: &Arc<Row>) -> Self {
        let id = row.session.id;
        let tr = element("tr", "");
        set(&tr, "id", &format!("row-{id}"));
        set(&tr, "data-session", &id.to_string());
        set(&tr, "role", "row");
        let acts = acts::frame();
        acts::fill(&acts, row);
        append(&tr, &acts);
        Self { row: row.clone(), element: tr, cells: Vec::new(), acts, ticking: Vec::new(), pins: 0 }
    }

    /// Shows how it stands: ended, chosen, watched, in a group.
    fn show_state(&self, chosen: bool, watched: bool, in_group: bool) {
        let ended = self.row.ended.is_some();
        let class = match (ended, watched) {
            (true, true) => "ended watched",
            (true, false) => "ended",
            (false, true) => "watched",
            (false, false) => "",
        };
        if self.element.class_name() != class {
            self.element.set_class_name(class);
        }
        set(&self.element, "aria-selected", if chosen { "true" } else { "false" });
        set_or_unset(&self.element, "aria-current", watched.then_some("true"));
        set_or_unset(&self.element, "aria-level", in_group.then_some("2"));
        acts::show_chosen(&self.acts, chosen);
    }

    /// Takes another row of the same session, and other columns.
    fn update(&mut self, row: &Arc<Row>, shape: &Shape, now: Millis) {
        if !Arc::ptr_eq(&self.row, row) {
            for (column, td) in &self.cells {
                if !cell::same(*column, &self.row, row) {
                    self.ticking.retain(|ticking| ticking.column != *column);
                    self.ticking.extend(cell::fill(td, *column, row, now));
                }
            }
            let same_acts = acts::same(&self.row, row);
            self.row = row.clone();
            if !same_acts {
                acts::fill(&self.acts, row);
            }
        }
        if self.pins != shape.pins || !self.cells.iter().map(|(column, _)| column).eq(&shape.columns) {
            self.arrange(shape, now);
        }
    }

    /// Puts the cells into the order of the columns.
    fn arrange(&mut self, shape: &Shape, now: Millis) {
        let mut before: HashMap<Column, Element> = self.cells.drain(..).collect();
        self.pins = shape.pins;
        for (nth, column) in shape.columns.iter().enumerate() {
            let td = before.remove(column).unwrap_or_else(|| {
                let td = cell::frame(*column);
                self.ticking.extend(cell::fill(&td, *column, &self.row, now));
                td
            });
            let class = shape.class(nth, *column);
            if td.class_name() != class {
                td.set_class_name(&class);
            }
            set(&td, "aria-colindex", &(nth + 1).to_string());
            self.cells.push((*column, td));
        }
        for (column, td) in before {
            td.remove();
            self.ticking.retain(|ticking| ticking.column != column);
        }
        set(&self.acts, "aria-colindex", &(shape.columns.len() + 1).to_string());
        let cells = self.cells.iter().map(|(_, td)| td).chain([&self.acts]);
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
        painted.retain(|place, line| {
            let stays = keep.contains(place);
            if !stays {
                line.element().remove();
            }
            stays
        });
        for (place, drawn) in &lines {
            match drawn {
                Drawn::Row(row) => {
                    let line = painted
                        .entry((*place).clone())
                        .or_insert_with(|| PaintedLine::Row(Painted::new(row)));
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
        place(&body, lines.iter().filter_map(|(place, _)| Some(painted.get(place)?.element())));
        controls.with_chosen(|chosen| {
            for (nth, (place, _)) in lines.iter().enumerate() {
                let Some(line) = painted.get(place) else { continue };
                // The headings are the first row.
                set(line.element(), "aria-rowindex", &(first + nth + 2).to_string());
                if let (PaintedLine::Row(row), Place::Row(id)) = (line, place) {
                    row.show_state(chosen.contains(*id), watched == Some(*id), grouped.is_some());
                }
            }
        });
    });
}
