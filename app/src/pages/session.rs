//! `/sessions/{id}`: one session on a page of its own, open or ended; a link that can be sent.

use http::StatusCode;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::not_found::NotFoundPage;
use crate::backend::{BackendError, Shown};
use crate::frame;
use crate::live::{LivePane, fetched, heading};
use crate::parts::terminate::use_terminator;
use crate::replay::ReplayPane;
use crate::reply::answer_with;
use crate::words::words;

/// The page of the session that the address names.
#[component]
pub fn SessionPage() -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    fetched(id.into(), |shown| match shown {
        Ok(shown) => present(shown).into_any(),
        Err(BackendError::NotFound) => {
            answer_with(StatusCode::NOT_FOUND);
            view! { <NotFoundPage /> }.into_any()
        }
        Err(error) => failed(&error).into_any(),
    })
}

fn present(shown: Shown) -> impl IntoView {
    let title = heading(&shown.session);
    let terminator = use_terminator();
    // A link to a moment is a link to the recording, though the session still runs.
    let to_moment = use_query_map().with_untracked(|query| query.get("t").is_some());
    let replays = shown.has_replay() && (shown.ended.is_some() || to_moment);
    view! {
        <Title text=title />
        {if replays {
            view! { <ReplayPane shown /> }.into_any()
        } else {
            view! { <LivePane shown on_terminate=move |session| terminator.open(session) /> }.into_any()
        }}
    }
}

fn failed(error: &BackendError) -> impl IntoView + use<> {
    let (words, why) = (&words().gone, frame::sentence(error));
    view! {
        <Title text=words.session />
        <div class="live live-page">
            <div class="live-words" role="alert">
                <p class="live-words-title">{words.session_not_shown}</p>
                <p>{why}</p>
            </div>
        </div>
    }
}
