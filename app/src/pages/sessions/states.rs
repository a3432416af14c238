//! What stands in the table's place when it has no rows.

use leptos::prelude::*;

use super::controls::use_controls;
use crate::feed::Status;
use crate::words::words;

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
    let texts = &words().sessions;
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
                <h2>{texts.no_answer}</h2>
                <p>{texts.no_answer_help}</p>
            </div>
        }
        .into_any(),
        State::Empty => view! {
            <div class="state">
                <Mark/>
                <h2>{texts.nobody}</h2>
                <p>{texts.nobody_help}</p>
            </div>
        }
        .into_any(),
        State::NoMatch => view! {
            <div class="state">
                <Mark/>
                <h2>{texts.no_match}</h2>
                <p>{texts.no_match_help}</p>
                <button type="button" class="btn" on:click=move |_| controls.clear_filter()>{words().filters.clear}</button>
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
