//! `/sessions/{id}`: one session on a page of its own, open or ended; a link that can be sent.

use http::StatusCode;
use leptos::either::EitherOf3;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use wire::SessionId;

use super::not_found::NotFoundPage;
use crate::backend::{BackendError, Shown};
use crate::calls;
use crate::live::{LivePane, heading};
use crate::parts::terminate::use_terminator;
use crate::reply::answer_with;

/// The page of the session that the address names.
#[component]
pub fn SessionPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let shown = Resource::new_blocking(move || id.get(), fetch);
    view! {
        <Suspense fallback=|| view! { <div class="live live-page" aria-busy="true"></div> }>
            {move || Suspend::new(async move {
                match shown.await {
                    Ok(shown) => EitherOf3::A(present(shown)),
                    Err(BackendError::NotFound) => {
                        answer_with(StatusCode::NOT_FOUND);
                        EitherOf3::B(view! { <NotFoundPage /> })
                    }
                    Err(error) => EitherOf3::C(failed(&error)),
                }
            })}
        </Suspense>
    }
}

async fn fetch(id: String) -> Result<Shown, BackendError> {
    let id: SessionId = id.parse().map_err(|_| BackendError::NotFound)?;
    calls::session(id).await
}

fn present(shown: Shown) -> impl IntoView {
    let title = heading(&shown.session);
    let terminator = use_terminator();
    view! {
        <Title text=title />
        <LivePane shown on_terminate=move |session| terminator.open(session) />
    }
}

fn failed(error: &BackendError) -> impl IntoView + use<> {
    let words = error.to_string();
    view! {
        <Title text="Session" />
        <div class="live live-page">
            <div class="live-words" role="alert">
                <p class="live-words-title">"The session could not be shown"</p>
                <p>{words}</p>
            </div>
        </div>
    }
}
