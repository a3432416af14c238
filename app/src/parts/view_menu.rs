//! The View list of a table: which columns are shown, and in which order.

use leptos::html;
use leptos::prelude::*;

use super::reorder::{Axis, Reorder};
use super::{Icon, IconName};
use crate::kept::KeptLayout;
use crate::table::{Column, Layout};
use crate::words::{fill, heading, words};

/// The panel.
#[component]
pub(crate) fn ViewMenu(kept: KeptLayout) -> AnyView {
    let layout = kept.signal();
    let reorder = Reorder::new(Axis::Down);
    let panel = NodeRef::<html::Div>::new();
    let columns =
        move || layout.with(|layout| layout.columns().iter().map(|(column, _)| *column).collect::<Vec<_>>());
    view! {
        <div id="view-menu" class="menu view-menu" popover="auto" node_ref=panel>
            <h2>
                {words().sessions.columns}
                <button
                    type="button"
                    class="reset"
                    on:click=move |_| kept.change(|layout| *layout = Layout::of(layout.sheet()))
                >
                    {words().sessions.reset}
                </button>
            </h2>
            <ul
                on:pointermove=move |event| {
                    let panel = panel.get_untracked();
                    reorder.drag(&event, panel.as_ref().map(|panel| panel.as_ref()));
                }
                on:pointerup=move |_| kept.dropped(reorder.release())
                on:pointercancel=move |_| reorder.cancel()
            >
                <For each=columns key=|column| *column let(column)>
                    <Item column reorder kept/>
                </For>
            </ul>
        </div>
    }
    .into_any()
}

#[component]
fn Item(column: Column, reorder: Reorder, kept: KeptLayout) -> AnyView {
    let layout = kept.signal();
    let shown = Signal::derive(move || layout.with(|layout| layout.is_shown(column)));
    let only = Signal::derive(move || layout.with(|layout| layout.shown() == [column]));
    let first = Signal::derive(move || {
        layout.with(|layout| layout.columns().first().map(|entry| entry.0) == Some(column))
    });
    let last = Signal::derive(move || {
        layout.with(|layout| layout.columns().last().map(|entry| entry.0) == Some(column))
    });
    let class = Signal::derive(move || reorder.mark(column, layout));
    let label = heading(column);
    view! {
        <li class=class data-col=column.class()>
            <label>
                <input
                    type="checkbox"
                    prop:checked=shown
                    disabled=only
                    on:change=move |event| {
                        let shown = event_target_checked(&event);
                        kept.change(|layout| layout.show(column, shown));
                    }
                />
                <span>{label}</span>
            </label>
            <button
                type="button"
                class="step"
                aria-label=fill(words().sessions.move_up, &[("column", &label)])
                disabled=first
                on:click=move |_| kept.change(|layout| { layout.nudge_in_list(column, false); })
            >
                <Icon name=IconName::Up/>
            </button>
            <button
                type="button"
                class="step"
                aria-label=fill(words().sessions.move_down, &[("column", &label)])
                disabled=last
                on:click=move |_| kept.change(|layout| { layout.nudge_in_list(column, true); })
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
