//! Draws the rows: as few nodes are touched as possible, and a row keeps its own.
//!
//! A cell is filled again only when its value changed, so that focus, selected text and what a
//! screen reader is reading stay. Ages are brought up to date by the one clock of the page.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use web_sys::{Element, Node};
use wire::{Millis, SessionId};

use super::super::controls::Controls;
use super::acts;
use super::cell::{self, Ticking};
use super::dom::{append, element, set};
use super::scroll::Scroll;
use crate::clock::use_now;
use crate::table::{Column, Row};

/// A row as it is drawn.
#[derive(Debug)]
struct Painted {
    row: Arc<Row>,
    element: Element,
    cells: Vec<(Column, Element)>,
    acts: Element,
    ticking: Vec<Ticking>,
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
        let painted = Self { row: row.clone(), element: tr, cells: Vec::new(), acts, ticking: Vec::new() };
        painted.show_fate();
        painted
    }

    fn show_fate(&self) {
        self.element.set_class_name(if self.row.ended.is_some() { "ended" } else { "" });
    }

    fn show_chosen(&self, chosen: bool) {
        // An ended one has no place to show it, and an open one no other class.
        if self.row.ended.is_none() {
            let class = if chosen { "chosen" } else { "" };
            if self.element.class_name() != class {
                self.element.set_class_name(class);
            }
            acts::show_chosen(&self.acts, chosen);
        }
    }

    /// Takes another row of the same session, and other columns.
    fn update(&mut self, row: &Arc<Row>, columns: &[Column], now: Millis) {
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
                self.show_fate();
            }
        }
        if !self.cells.iter().map(|(column, _)| column).eq(columns) {
            self.arrange(columns, now);
        }
    }

    /// Puts the cells into the order of `columns`.
    fn arrange(&mut self, columns: &[Column], now: Millis) {
        let mut before: HashMap<Column, Element> = self.cells.drain(..).collect();
        for column in columns {
            let td = before.remove(column).unwrap_or_else(|| {
                let td = cell::frame(*column);
                self.ticking.extend(cell::fill(&td, *column, &self.row, now));
                td
            });
            self.cells.push((*column, td));
        }
        for (column, td) in before {
            td.remove();
            self.ticking.retain(|ticking| ticking.column != column);
        }
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

/// Draws the rows of `scroll` into `body`, from now on; in the browser alone.
pub(super) fn start(controls: Controls, scroll: Scroll, body: NodeRef<html::Tbody>) {
    let now = use_now();
    // Nodes belong to the browser's one thread; the server, with its many, must not even have the
    // place where they are kept.
    Effect::new(move |_| {
        let painted = StoredValue::new_local(HashMap::<SessionId, Painted>::new());
        Effect::new(move |_| draw(controls, scroll, body, painted, now));
        Effect::new(move |_| {
            let now = now.get();
            painted.with_value(|painted| {
                painted.values().flat_map(|row| &row.ticking).for_each(|ticking| ticking.tick(now));
            });
        });
    });
}

type AllPainted = StoredValue<HashMap<SessionId, Painted>, LocalStorage>;

/// Draws the rows that are to be drawn, and takes away the others.
fn draw(
    controls: Controls,
    scroll: Scroll,
    body: NodeRef<html::Tbody>,
    painted: AllPainted,
    now: Signal<Millis>,
) {
    let Some(body) = body.get() else { return };
    let (drawn, columns, now) = (scroll.drawn(), controls.columns(), now.get_untracked());
    let (first, watched, chosen) = (scroll.first(), controls.watched(), controls.chosen());
    let rows: Vec<Arc<Row>> =
        controls.board.rows(|rows| drawn.iter().filter_map(|id| rows.get(*id).cloned()).collect());
    painted.update_value(|painted| {
        painted.retain(|id, row| {
            let stays = drawn.contains(id);
            if !stays {
                row.element.remove();
            }
            stays
        });
        for row in &rows {
            let painted = painted.entry(row.session.id).or_insert_with(|| Painted::new(row));
            painted.update(row, &columns, now);
        }
        place(&body, rows.iter().filter_map(|row| Some(&painted.get(&row.session.id)?.element)));
        for (nth, row) in rows.iter().enumerate() {
            if let Some(painted) = painted.get(&row.session.id) {
                // The headings are the first row.
                set(&painted.element, "aria-rowindex", &(first + nth + 2).to_string());
                painted.show_chosen(chosen.contains(&row.session.id));
                let selected = watched == Some(row.session.id);
                set(&painted.element, "aria-selected", if selected { "true" } else { "false" });
            }
        }
    });
}
