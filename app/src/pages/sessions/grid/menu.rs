//! The menus of the table: one on a heading, one on a row, opened by the pointer or by keyboard.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, MouseEvent};
use wire::SessionId;

use super::super::controls::{Controls, use_controls};
use super::super::filters;
use super::acts;
use super::widths::Widths;
use crate::parts::terminate::use_terminator;
use crate::parts::{Icon, IconName};
use crate::table::{Column, Direction};
use crate::text::visible;
use crate::words::{fill, heading, words};

/// Distance that the menu keeps from the edges of the window, in pixels.
const MARGIN_PX: i32 = 8;
/// A value longer than this is not repeated in the menu, in characters.
const LONGEST_VALUE: usize = 32;

/// What a menu is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Heading(Column),
    Row(SessionId, Option<Column>),
}

/// The menu; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Menu {
    subject: RwSignal<Option<Subject>>,
    panel: NodeRef<html::Div>,
}

impl Menu {
    pub(super) fn new() -> Self {
        Self { subject: RwSignal::new(None), panel: NodeRef::new() }
    }

    /// The context menu was asked for, by the pointer, by a long touch, or by its key.
    pub(super) fn asked(self, event: &MouseEvent) {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        // The key has no place of its own.
        let by_key = event.client_x() == 0 && event.client_y() == 0;
        let at = if by_key { None } else { Some((event.client_x(), event.client_y())) };
        if self.open_at(&target, at) {
            event.prevent_default();
        }
    }

    /// A key that asks for the menu of what has the focus; whether it did.
    pub(super) fn key(self, event: &KeyboardEvent) -> bool {
        let asks = match event.key().as_str() {
            "ContextMenu" => true,
            "F10" => event.shift_key(),
            "ArrowDown" => event.alt_key(),
            _ => false,
        };
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        asks && target.is_some_and(|target| self.open_at(&target, None))
    }

    /// Opens the menu of what an element belongs to; whether it has one.
    pub(super) fn open_at(self, target: &Element, at: Option<(i32, i32)>) -> bool {
        let closest = |selector| target.closest(selector).ok().flatten();
        let heading = closest("[data-col]").and_then(|heading| heading.get_attribute("data-col"));
        let column = closest("td").and_then(|cell| cell.class_name().split(' ').find_map(Column::of_class));
        let session = closest("[data-session]").and_then(|row| row.get_attribute("data-session"));
        let subject = match (heading.as_deref().and_then(Column::of_class), session) {
            (Some(column), _) => Subject::Heading(column),
            (None, Some(id)) => match id.parse() {
                Ok(id) => Subject::Row(id, column),
                Err(_) => return false,
            },
            (None, None) => return false,
        };
        let place = closest("th, td").unwrap_or_else(|| target.clone()).get_bounding_client_rect();
        #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
        let at = at.unwrap_or((place.left() as i32 + 8, place.bottom() as i32));
        self.subject.set(Some(subject));
        let Some(panel) = self.panel.get_untracked() else { return false };
        // Refused only while it is open, which is as well.
        let _open = panel.show_popover();
        request_animation_frame(move || {
            put(&panel, at);
            focus_item(&panel, |_| 0);
        });
        true
    }

    /// The finger that opened it is lifted over it, and not beside it, where it would close it again.
    pub(super) fn hold(self, pointer: i32) {
        if let Some(panel) = self.panel.get_untracked() {
            // The finger may be gone by now.
            let _gone = panel.set_pointer_capture(pointer);
        }
    }

    fn close(self) {
        if let Some(panel) = self.panel.get_untracked() {
            let _closed = panel.hide_popover();
        }
    }
}

/// Puts the panel at a point, as far as the window has room for it there.
fn put(panel: &HtmlElement, (x, y): (i32, i32)) {
    let side = |of: Result<wasm_bindgen::JsValue, _>| {
        #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
        of.ok().and_then(|px| px.as_f64()).map_or(0, |px| px as i32)
    };
    let (wide, high) = (side(window().inner_width()), side(window().inner_height()));
    let fits = |at: i32, size: i32, room: i32| at.min(room - size - MARGIN_PX).max(MARGIN_PX);
    let (x, y) = (fits(x, panel.offset_width(), wide), fits(y, panel.offset_height(), high));
    for (side, px) in [("left", x), ("top", y)] {
        let _always = panel.style().set_property(side, &format!("{px}px"));
    }
}

/// Puts the focus on the item that `pick` says, given how many there are.
fn focus_item(panel: &HtmlElement, pick: impl Fn(i64) -> i64) {
    let Ok(items) = panel.query_selector_all("[role=menuitem]") else { return };
    let all = i64::from(items.length());
    if all == 0 {
        return;
    }
    let nth = u32::try_from(pick(all).rem_euclid(all)).unwrap_or(0);
    if let Some(item) = items.get(nth).and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        let _always = item.focus();
    }
}

fn on_key(event: &KeyboardEvent) {
    let Some(panel) = event.current_target().and_then(|panel| panel.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let at = document().active_element().map_or(-1, |active| {
        let items = panel.query_selector_all("[role=menuitem]").ok();
        items.map_or(-1, |items| {
            (0..items.length())
                .find(|nth| items.get(*nth).is_some_and(|item| item.is_same_node(Some(&active))))
                .map_or(-1, i64::from)
        })
    });
    match event.key().as_str() {
        "ArrowDown" => focus_item(&panel, |_| at + 1),
        "ArrowUp" => focus_item(&panel, |_| at - 1),
        "Home" => focus_item(&panel, |_| 0),
        "End" => focus_item(&panel, |all| all - 1),
        "Tab" => {
            let _closed = panel.hide_popover();
        }
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// One thing that a menu offers.
#[derive(Clone)]
struct Item {
    label: String,
    icon: IconName,
    /// Whether a line stands before it.
    first: bool,
    act: Arc<dyn Fn() + Send + Sync>,
}

fn item(label: impl Into<String>, icon: IconName, act: impl Fn() + Send + Sync + 'static) -> Item {
    Item { label: label.into(), icon, first: false, act: Arc::new(act) }
}

fn first(item: Item) -> Item {
    Item { first: true, ..item }
}

/// The panel.
#[component]
pub(super) fn MenuPanel(menu: Menu, widths: Widths) -> AnyView {
    let controls = use_controls();
    let terminator = use_terminator();
    let items = move || match menu.subject.get() {
        Some(Subject::Heading(column)) => of_heading(controls, widths, column),
        Some(Subject::Row(id, column)) => of_row(controls, terminator, id, column),
        None => Vec::new(),
    };
    view! {
        <div
            id="grid-menu"
            class="menu grid-menu"
            role="menu"
            aria-label=words().grid.actions
            popover="auto"
            node_ref=menu.panel
            on:keydown=move |event| on_key(&event)
            on:contextmenu=move |event: MouseEvent| event.prevent_default()
        >
            {move || {
                items()
                    .into_iter()
                    .map(|Item { label, icon, first, act }| {
                        let class = if first { "menu-item first" } else { "menu-item" };
                        view! {
                            <button
                                type="button"
                                role="menuitem"
                                tabindex="-1"
                                class=class
                                on:click=move |_: MouseEvent| {
                                    menu.close();
                                    act();
                                }
                            >
                                <Icon name=icon/>
                                <span>{label}</span>
                            </button>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
    .into_any()
}

fn of_heading(controls: Controls, widths: Widths, column: Column) -> Vec<Item> {
    let texts = &words().grid;
    let label = heading(column);
    let layout = controls.kept.signal().get();
    let sort = controls.sort();
    let alone = sort.columns().iter().all(|(known, _)| *known == column);
    let mut items = vec![
        item(texts.sort_up, IconName::ArrowUp, move || controls.sort_by(column, Direction::Up, false)),
        item(texts.sort_down, IconName::ArrowDown, move || controls.sort_by(column, Direction::Down, false)),
    ];
    if !alone {
        items.push(item(texts.sort_too_up, IconName::ArrowUp, move || {
            controls.sort_by(column, Direction::Up, true);
        }));
        items.push(item(texts.sort_too_down, IconName::ArrowDown, move || {
            controls.sort_by(column, Direction::Down, true);
        }));
    }
    let mut next = Vec::new();
    if filters::is_for(column) {
        next.push(item(texts.filter, IconName::Search, move || {
            let heading = document().query_selector(&format!("#row-head .{}", column.class())).ok().flatten();
            filters::edit(controls, column, heading.and_then(|heading| heading.dyn_into().ok()));
        }));
    }
    if layout.group() == Some(column) {
        next.push(item(texts.ungroup, IconName::Rows, move || controls.group_by(None)));
    } else {
        let text = fill(texts.group, &[("column", &label)]);
        next.push(item(text, IconName::Rows, move || controls.group_by(Some(column))));
    }
    if layout.group().is_some() {
        next.push(item(texts.fold_all, IconName::Up, move || controls.board.fold_all(true)));
        next.push(item(texts.unfold_all, IconName::Down, move || controls.board.fold_all(false)));
    }
    next.first_mut().into_iter().for_each(|item| item.first = true);
    items.extend(next);
    let pinned = layout.is_pinned(column);
    let pin = if pinned { texts.unpin } else { texts.pin };
    items.push(first(item(pin, IconName::Pin, move || controls.pin(column, !pinned))));
    items.push(item(texts.fit, IconName::Wide, move || widths.fit(column)));
    items.push(item(texts.move_left, IconName::ArrowLeft, move || controls.nudge(column, false)));
    items.push(item(texts.move_right, IconName::ArrowRight, move || controls.nudge(column, true)));
    if layout.shown().len() > 1 {
        items.push(item(texts.hide, IconName::Close, move || controls.hide(column)));
    }
    items
}

fn of_row(
    controls: Controls,
    terminator: crate::parts::terminate::Terminator,
    id: SessionId,
    column: Option<Column>,
) -> Vec<Item> {
    let texts = &words().grid;
    let Some(row) = controls.board.live_row(id) else { return Vec::new() };
    let mut items = Vec::new();
    if row.rights.watch {
        items.push(item(texts.watch, IconName::Play, move || controls.watch(id)));
    }
    items.push(item(texts.open_page, IconName::Columns, move || controls.open_page(id)));
    items.push(item(texts.copy_link, IconName::Link, move || acts::copy_link(id, controls)));
    if row.ended.is_none() {
        let chosen = controls.with_chosen(|chosen| chosen.contains(id));
        let text = if chosen { texts.unchoose } else { texts.choose };
        items.push(item(text, IconName::Check, move || controls.toggle_chosen(id)));
    }
    if let Some(column) = column
        && let Some(value) = controls.value_in_words(&row.shown(), column)
    {
        let shown: String = visible(&value).chars().take(LONGEST_VALUE).collect();
        let filled = |text| fill(text, &[("column", &heading(column)), ("value", &shown)]);
        let copied = value.clone();
        items.push(first(item(filled(texts.copy_value), IconName::Link, move || {
            copy(copied.clone(), controls);
        })));
        let (only, without) = (value.clone(), value);
        items.push(item(filled(texts.only_value), IconName::Search, move || {
            controls.filter_value(column, &only, false);
        }));
        items.push(item(filled(texts.without_value), IconName::Close, move || {
            controls.filter_value(column, &without, true);
        }));
    }
    if row.rights.terminate && row.ended.is_none() {
        let session = row.session();
        items.push(first(item(texts.terminate, IconName::Stop, move || terminator.open(session.clone()))));
    }
    items
}

fn copy(value: String, controls: Controls) {
    let toasts = controls.toasts;
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return toasts.failed(words().grid.not_copied);
    }
    let written = clipboard.write_text(&value);
    spawn_local(async move {
        match wasm_bindgen_futures::JsFuture::from(written).await {
            Ok(_) => toasts.done(words().grid.copied),
            Err(_) => toasts.failed(words().grid.not_copied),
        }
    });
}

/// A menu button in a heading was pressed: the heading is not sorted by that.
pub(super) fn pressed(menu: Menu, event: &Event) {
    event.stop_propagation();
    if let Some(button) = event.current_target().and_then(|button| button.dyn_into::<Element>().ok()) {
        menu.open_at(&button, None);
    }
}
