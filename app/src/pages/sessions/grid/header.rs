//! The headings: click to sort, drag or Shift with an arrow to move, pull the edge or Alt with an arrow to
//! make them wider, and a menu for the rest.

use leptos::html;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent};

use super::super::controls::{Controls, use_controls};
use super::menu::{self, Menu};
use super::widths::Widths;
use crate::parts::reorder::Reorder;
use crate::parts::{Icon, IconName};
use crate::table::{Column, Direction};
use crate::words::{heading, words};

/// The row of headings.
#[component]
pub(super) fn Header(reorder: Reorder, scroller: NodeRef<html::Div>, widths: Widths, menu: Menu) -> AnyView {
    let controls = use_controls();
    let last = Signal::derive(move || (controls.columns().len() + 1).to_string());
    view! {
        <thead role="rowgroup">
            <tr
                id="row-head"
                role="row"
                aria-rowindex="1"
                on:pointerdown=move |event| reorder.press(&event)
                on:pointermove=move |event| {
                    let scroller = scroller.get_untracked();
                    reorder.drag(&event, scroller.as_ref().map(|scroller| scroller.as_ref()));
                }
                on:pointerup=move |_| controls.dropped(reorder.release())
                on:pointercancel=move |_| reorder.cancel()
            >
                <For each=move || controls.columns() key=|column| *column let(column)>
                    <Heading column reorder widths menu/>
                </For>
                <th role="columnheader" scope="col" class="acts" aria-colindex=last>
                    <span class="out-of-sight">{words().grid.actions}</span>
                </th>
            </tr>
        </thead>
    }
    .into_any()
}

#[component]
fn Heading(column: Column, reorder: Reorder, widths: Widths, menu: Menu) -> AnyView {
    let controls = use_controls();
    let layout = controls.kept.signal();
    let nth = Memo::new(move |_| {
        let shape = controls.shape();
        let nth = shape.columns.iter().position(|known| *known == column).unwrap_or_default();
        (nth, shape.class(nth, column))
    });
    let class = Signal::derive(move || format!("{} {}", nth.get().1, reorder.mark(column, layout)));
    let index = Signal::derive(move || (nth.get().0 + 1).to_string());
    let sorted = Memo::new(move |_| controls.sort().of(column));
    let aria_sort = Signal::derive(move || match sorted.get() {
        Some((1, Direction::Up)) => Some("ascending"),
        Some((1, Direction::Down)) => Some("descending"),
        Some(_) => Some("other"),
        None => None,
    });
    let unsorted = Signal::derive(move || sorted.get().is_none());
    let icon = Signal::derive(move || match sorted.get() {
        Some((_, Direction::Up)) => IconName::ArrowUp,
        _ => IconName::ArrowDown,
    });
    let place = Signal::derive(move || match sorted.get() {
        Some((nth, _)) if controls.sort().columns().len() > 1 => nth.to_string(),
        _ => String::new(),
    });
    view! {
        <th
            role="columnheader"
            scope="col"
            class=class
            data-col=column.class()
            data-cell=""
            tabindex="-1"
            aria-colindex=index
            aria-sort=aria_sort
            aria-haspopup="menu"
            title=words().grid.heading_title
            on:click=move |event: MouseEvent| {
                if !reorder.swallows_click() {
                    controls.click_sort(column, event.shift_key());
                }
            }
            on:keydown=move |event| on_key(controls, widths, column, &event)
        >
            <span class="label">{heading(column)}</span>
            <span class="sort" aria-hidden="true" hidden=unsorted><Icon name=icon/>{place}</span>
            <span
                class="more"
                aria-hidden="true"
                on:pointerdown=move |event| event.stop_propagation()
                on:click=move |event: MouseEvent| menu::pressed(menu, &event)
            >
                <Icon name=IconName::Down/>
            </span>
            <span
                class="edge"
                aria-hidden="true"
                on:pointerdown=move |event| widths.press(column, &event)
                on:pointermove=move |event| widths.pull(&event)
                on:pointerup=move |event| widths.release(&event)
                on:pointercancel=move |_| widths.cancel()
                on:click=move |event: MouseEvent| event.stop_propagation()
                on:dblclick=move |event: MouseEvent| {
                    event.stop_propagation();
                    widths.fit(column);
                }
            ></span>
        </th>
    }
    .into_any()
}

/// Sorts, moves and resizes by keyboard; the keys that walk through the grid are not taken.
fn on_key(controls: Controls, widths: Widths, column: Column, event: &web_sys::KeyboardEvent) {
    let right = event.key() == "ArrowRight";
    match (event.key().as_str(), event.shift_key(), event.alt_key()) {
        ("Enter" | " ", several, false) => controls.click_sort(column, several),
        ("ArrowLeft" | "ArrowRight", true, false) => controls.nudge(column, right),
        ("ArrowLeft" | "ArrowRight", false, true) => widths.step(column, right),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
    let heading = event.current_target().and_then(|heading| heading.dyn_into::<HtmlElement>().ok());
    if let Some(heading) = heading {
        keep_focus(heading);
    }
}

/// Moving an element in the document takes its focus away. It comes back as soon as the headings were
/// moved and before the browser hands out the next key, which would go to nobody; and once more with
/// the next frame, should they move later than that.
fn keep_focus(heading: HtmlElement) {
    spawn_local(async move {
        tick().await;
        let _always = heading.focus();
        request_animation_frame(move || {
            let _always = heading.focus();
        });
    });
}
