//! The View list: which columns are shown, and in which order.

use leptos::html;
use leptos::prelude::*;

use super::controls::use_controls;
use crate::parts::reorder::{Axis, Reorder};
use crate::parts::{Icon, IconName};
use crate::table::{Column, Layout};

/// The panel.
#[component]
pub(super) fn ViewMenu() -> AnyView {
    let controls = use_controls();
    let reorder = Reorder::new(Axis::Down);
    let panel = NodeRef::<html::Div>::new();
    let columns = move || {
        controls.layout(|layout| layout.columns().iter().map(|(column, _)| *column).collect::<Vec<_>>())
    };
    view! {
        <div id="view-menu" class="menu view-menu" popover="auto" node_ref=panel>
            <h2>
                "Columns"
                <button
                    type="button"
                    class="reset"
                    on:click=move |_| controls.change_layout(|layout| *layout = Layout::default())
                >
                    "Reset"
                </button>
            </h2>
            <ul
                on:pointermove=move |event| {
                    let panel = panel.get_untracked();
                    reorder.drag(&event, panel.as_ref().map(|panel| panel.as_ref()));
                }
                on:pointerup=move |_| {
                    if let Some((column, over)) = reorder.release() {
                        controls.change_layout(|layout| layout.move_to(column, over));
                    }
                }
                on:pointercancel=move |_| reorder.cancel()
            >
                <For each=columns key=|column| *column let(column)>
                    <Item column reorder/>
                </For>
            </ul>
        </div>
    }
    .into_any()
}

#[component]
fn Item(column: Column, reorder: Reorder) -> AnyView {
    let controls = use_controls();
    let shown = Signal::derive(move || controls.layout(|layout| layout.is_shown(column)));
    let only = Signal::derive(move || shown.get() && controls.columns().len() == 1);
    let first = Signal::derive(move || {
        controls.layout(|layout| layout.columns().first().map(|entry| entry.0) == Some(column))
    });
    let last = Signal::derive(move || {
        controls.layout(|layout| layout.columns().last().map(|entry| entry.0) == Some(column))
    });
    let class = Signal::derive(move || match reorder.dragged() {
        Some(dragged) if dragged.column == column => "dragging",
        Some(dragged) if dragged.over == column => {
            if controls.layout(|layout| layout.is_before(dragged.column, column)) {
                "drop-after"
            } else {
                "drop-before"
            }
        }
        _ => "",
    });
    let label = column.label();
    view! {
        <li class=class data-col=column.class()>
            <label>
                <input
                    type="checkbox"
                    prop:checked=shown
                    disabled=only
                    on:change=move |event| {
                        let shown = event_target_checked(&event);
                        controls.change_layout(|layout| layout.show(column, shown));
                    }
                />
                <span>{label}</span>
            </label>
            <button
                type="button"
                class="step"
                aria-label=format!("Move {label} up")
                disabled=first
                on:click=move |_| controls.change_layout(|layout| { layout.nudge_in_list(column, false); })
            >
                <Icon name=IconName::Up/>
            </button>
            <button
                type="button"
                class="step"
                aria-label=format!("Move {label} down")
                disabled=last
                on:click=move |_| controls.change_layout(|layout| { layout.nudge_in_list(column, true); })
            >
                <Icon name=IconName::Down/>
            </button>
            <span class="grip" aria-hidden="true" on:pointerdown=move |event| reorder.press(&event)>
                <Icon name=IconName::Grip/>
            </span>
        </li>
    }
    .into_any()
}
