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
    let texts = &words().sessions;
    let counts = Signal::derive(move || {
        if !controls.board.is_loaded() {
            return String::new();
        }
        let (open, watched) = controls.board.count_rows(|rows: &Rows| (rows.open(), rows.watched()));
        if watched == 0 {
            fill(texts.open, &[("n", &count(open))])
        } else {
            fill(texts.open_and_watched, &[("n", &count(open)), ("watched", &count(watched))])
        }
    });
    let frozen = Signal::derive(move || controls.is_frozen().to_string());
    let frozen_icon =
        Signal::derive(move || if controls.is_frozen() { IconName::Play } else { IconName::Pause });
    let none_chosen = Signal::derive(move || controls.with_chosen(Selection::is_empty));
    let chosen = Signal::derive(move || {
        fill(texts.side_by_side, &[("n", &count(controls.with_chosen(Selection::len)))])
    });
    let terminator = use_terminator();
    let terminate = Signal::derive(move || {
        fill(words().grid.terminate_chosen, &[("n", &count(controls.with_chosen(Selection::len)))])
    });
    view! {
        <div class="row">
            <h1 id="sessions-title">{texts.title}</h1>
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
                    aria-label=texts.choose_none
                    title=texts.choose_none
                    on:click=move |_| controls.choose_none()
                >
                    <Icon name=IconName::Close/>
                </button>
            </span>
            <button
                type="button"
                class="btn"
                aria-pressed=frozen
                title=texts.freeze_help
                on:click=move |_| controls.toggle_frozen()
            >
                <Icon name=frozen_icon/>
                <span>{texts.freeze}</span>
            </button>
            <button type="button" class="btn" popovertarget="view-menu" title=words().log.view_help>
                <Icon name=IconName::Columns/>
                <span>{words().log.view}</span>
            </button>
            <views::Button/>
            <export::Progress/>
            <span class="joined">
                <button
                    type="button"
                    class="btn join-left"
                    title=words().log.download_help
                    on:click=move |_| export::download(controls)
                >
                    <Icon name=IconName::Download/>
                    <span>{words().lists.download_csv}</span>
                </button>
                <button type="button" class="btn join-right" popovertarget="csv-menu" aria-label=words().export.options>
                    <Icon name=IconName::Down/>
                </button>
            </span>
        </div>
    }
    .into_any()
}
