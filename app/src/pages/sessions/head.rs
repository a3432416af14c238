//! The heading of the page: how many, and what can be done with all of them.

use leptos::prelude::*;

use super::controls::use_controls;
use super::export;
use super::views;
use crate::parts::terminate::use_terminator;
use crate::parts::{Icon, IconName};
use crate::table::{Rows, Selection};
use crate::text::count;
use crate::words::{fill, words};

/// The heading and its buttons.
#[component]
pub(super) fn Head() -> AnyView {
    let controls = use_controls();
    let counts = Signal::derive(move || {
        if !controls.board.is_loaded() {
            return String::new();
        }
        let (open, watched) = controls.board.rows(|rows: &Rows| (rows.open(), rows.watched()));
        if watched == 0 {
            format!("{} open", count(open))
        } else {
            format!("{} open · {} watched", count(open), count(watched))
        }
    });
    let frozen = Signal::derive(move || controls.is_frozen().to_string());
    let frozen_icon =
        Signal::derive(move || if controls.is_frozen() { IconName::Play } else { IconName::Pause });
    let none_chosen = Signal::derive(move || controls.with_chosen(Selection::is_empty));
    let chosen =
        Signal::derive(move || format!("Watch {} side by side", controls.with_chosen(Selection::len)));
    let terminator = use_terminator();
    let terminate = Signal::derive(move || {
        fill(words().grid.terminate_chosen, &[("n", &count(controls.with_chosen(Selection::len)))])
    });
    view! {
        <div class="row">
            <h1 id="sessions-title">"Sessions"</h1>
            <span class="count">{counts}</span>
            <div class="spacer"></div>
            <span class="joined choice" hidden=none_chosen>
                <button
                    type="button"
                    class="btn primary join-left"
                    on:click=move |_| controls.watch_chosen()
                >
                    {chosen}
                </button>
                <button
                    type="button"
                    class="btn danger join-middle"
                    on:click=move |_| controls.terminate_chosen(terminator)
                >
                    {terminate}
                </button>
                <button
                    type="button"
                    class="btn join-right"
                    aria-label="Choose none"
                    title="Choose none"
                    on:click=move |_| controls.choose_none()
                >
                    <Icon name=IconName::Close/>
                </button>
            </span>
            <button
                type="button"
                class="btn"
                aria-pressed=frozen
                title="Hold the picture; what happens meanwhile is counted"
                on:click=move |_| controls.toggle_frozen()
            >
                <Icon name=frozen_icon/>
                <span>"Freeze"</span>
            </button>
            <button type="button" class="btn" popovertarget="view-menu" title="Columns: which, and in which order">
                <Icon name=IconName::Columns/>
                <span>"View"</span>
            </button>
            <views::Button/>
            <export::Progress/>
            <span class="joined">
                <button
                    type="button"
                    class="btn join-left"
                    title="The rows and columns below, as a file"
                    on:click=move |_| export::download(controls)
                >
                    <Icon name=IconName::Download/>
                    <span>"Download CSV"</span>
                </button>
                <button type="button" class="btn join-right" popovertarget="csv-menu" aria-label="Export options">
                    <Icon name=IconName::Down/>
                </button>
            </span>
        </div>
    }
    .into_any()
}
