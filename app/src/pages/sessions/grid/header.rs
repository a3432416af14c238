//! The headings: click to sort, drag or Shift with an arrow to move.

use leptos::html;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::super::controls::{Controls, use_controls};
use crate::parts::reorder::Reorder;
use crate::parts::{Icon, IconName};
use crate::table::{Column, Direction};

/// The row of headings.
#[component]
pub(super) fn Header(reorder: Reorder, scroller: NodeRef<html::Div>) -> AnyView {
    let controls = use_controls();
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
                on:pointerup=move |_| controls.kept.dropped(reorder.release())
                on:pointercancel=move |_| reorder.cancel()
            >
                <For each=move || controls.columns() key=|column| *column let(column)>
                    <Heading column reorder/>
                </For>
                <th role="columnheader" scope="col" class="acts">
                    <span class="out-of-sight">"Actions"</span>
                </th>
            </tr>
        </thead>
    }
    .into_any()
}

#[component]
fn Heading(column: Column, reorder: Reorder) -> AnyView {
    let controls = use_controls();
    let layout = controls.kept.signal();
    let class = Signal::derive(move || format!("{} {}", column.class(), reorder.mark(column, layout)));
    let sorted = Memo::new(move |_| controls.sort().of(column));
    let aria_sort = Signal::derive(move || match sorted.get() {
        Some((1, Direction::Up)) => Some("ascending"),
        Some((1, Direction::Down)) => Some("descending"),
        _ => None,
    });
    let unsorted = Signal::derive(move || sorted.get().is_none());
    let icon = Signal::derive(move || match sorted.get() {
        Some((_, Direction::Up)) => IconName::ArrowUp,
        _ => IconName::ArrowDown,
    });
    let nth = Signal::derive(move || match sorted.get() {
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
            aria-sort=aria_sort
            title="Click to sort, with Shift by several; drag to move, or Shift with an arrow key"
            on:click=move |event| {
                if !reorder.swallows_click() {
                    controls.click_sort(column, event.shift_key());
                }
            }
            on:keydown=move |event| on_key(controls, column, &event)
        >
            <span class="label">{column.label()}</span>
            <span class="sort" aria-hidden="true" hidden=unsorted><Icon name=icon/>{nth}</span>
            <span class="grip" aria-hidden="true"><Icon name=IconName::Grip/></span>
        </th>
    }
    .into_any()
}

/// Sorts and moves by keyboard; the keys that walk through the grid are not taken.
fn on_key(controls: Controls, column: Column, event: &web_sys::KeyboardEvent) {
    match (event.key().as_str(), event.shift_key()) {
        ("Enter" | " ", several) => controls.click_sort(column, several),
        ("ArrowLeft", true) => controls.change_layout(|layout| {
            layout.nudge(column, false);
        }),
        ("ArrowRight", true) => controls.change_layout(|layout| {
            layout.nudge(column, true);
        }),
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
