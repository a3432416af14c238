//! What can be done with the session in the pane.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use wire::Session;

use super::phase::Phase;

/// How long "Copied" stands, in milliseconds: long enough to be read.
const COPIED_MS: u32 = 2_000;

/// The row of buttons under the screen.
#[component]
pub(crate) fn Actions(
    session: Session,
    may_terminate: bool,
    phase: RwSignal<Phase>,
    on_terminate: Option<Callback<Session>>,
) -> impl IntoView {
    let id = session.id;
    let over = Signal::derive(move || phase.with(|phase| matches!(phase, Phase::Ended(_))));
    let unwatched = Signal::derive(move || phase.with(Phase::is_final));
    let terminate = on_terminate.filter(|_| may_terminate).map(|on_terminate| {
        view! {
            <button
                type="button"
                class="btn danger"
                aria-label="Terminate"
                hidden=over
                on:click=move |_| on_terminate.run(session.clone())
            >
                "Terminate…"
            </button>
        }
    });
    view! {
        <div class="live-acts">
            <CopyLink path=format!("/sessions/{id}") />
            <span class="live-view-only" hidden=unwatched>"View only"</span>
            <span class="live-gap"></span>
            {terminate}
        </div>
    }
}

/// Copies the address of the session's page.
#[component]
fn CopyLink(path: String) -> impl IntoView {
    let said = RwSignal::new("Copy link".to_owned());
    let path = StoredValue::new(path);
    let copy = move |_| {
        spawn_local(async move {
            let word = if copied(&path.get_value()).await { "Copied" } else { "Could not copy" };
            // The pane may have been closed meanwhile.
            said.try_set(word.to_owned());
            TimeoutFuture::new(COPIED_MS).await;
            said.try_set("Copy link".to_owned());
        });
    };
    view! {
        <button type="button" class="btn" on:click=copy>
            <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d="M9.5 14.5 14.5 9.5M8 12l-2.5 2.5a3.5 3.5 0 0 0 5 5L13 17M11 7l2.5-2.5a3.5 3.5 0 0 1 5 5L16 12" />
            </svg>
            <span aria-live="polite">{said}</span>
        </button>
    }
}

async fn copied(path: &str) -> bool {
    let Ok(origin) = window().location().origin() else { return false };
    let clipboard = window().navigator().clipboard();
    // Undefined outside secure contexts.
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(&format!("{origin}{path}"))).await.is_ok()
}
