//! What stands in the table's place when it has no rows.

use leptos::prelude::*;

use super::controls::use_controls;
use crate::feed::Status;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Loading,
    Failed,
    Empty,
    NoMatch,
    Rows,
}

/// Loading, failed, empty or filtered to nothing; nothing at all when there are rows.
#[component]
pub(super) fn States() -> impl IntoView {
    let controls = use_controls();
    let board = controls.board;
    let state = Memo::new(move |_| match (board.is_loaded(), controls.status()) {
        (false, Status::Failed) => State::Failed,
        (false, _) => State::Loading,
        (true, _) if !board.view(|view| view.is_empty()) => State::Rows,
        (true, _) if board.rows(|rows| rows.open() > 0) => State::NoMatch,
        (true, _) => State::Empty,
    });
    move || {
        match state.get() {
        State::Rows => ().into_any(),
        State::Loading => view! {
            <div class="loading" aria-hidden="true">
                {(0..14).map(|_| view! { <span></span> }).collect_view()}
            </div>
        }
        .into_any(),
        State::Failed => view! {
            <div class="state" role="alert">
                <Mark/>
                <h2>"The server does not answer"</h2>
                <p>"This page tries again by itself, and shows the sessions as soon as it gets through."</p>
            </div>
        }
        .into_any(),
        State::Empty => view! {
            <div class="state">
                <Mark/>
                <h2>"Nobody is connected"</h2>
                <p>"Sessions that you may see appear here the moment they open."</p>
            </div>
        }
        .into_any(),
        State::NoMatch => view! {
            <div class="state">
                <Mark/>
                <h2>"No session matches"</h2>
                <p>"Sessions are open, but none holds these words and types."</p>
                <button type="button" class="btn" on:click=move |_| controls.clear_filter()>"Clear the filter"</button>
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" aria-hidden="true">
            <path d="M2 12h5M17 12h5"></path>
            <circle cx="12" cy="12" r="5"></circle>
        </svg>
    }
}
