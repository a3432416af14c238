//! What can be done with the session in the pane.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wire::Session;
use wire::live::{LeaseMode, LiveRequest};

use super::asked::Asked;
use super::phase::Phase;
use super::shows::Shows;
use crate::clipboard;
use crate::words::words;

/// How long "Copied" stands, in milliseconds: long enough to be read.
const COPIED_MS: u32 = 2_000;

/// The row of buttons under the screen; `may_control` follows the viewer's right.
#[component]
pub(crate) fn Actions(
    session: Session,
    may_terminate: bool,
    may_control: Signal<bool>,
    shows: Shows,
    on_terminate: Option<Callback<Session>>,
) -> AnyView {
    let words = &words().control;
    let id = session.id;
    let phase = shows.phase;
    let over = Signal::derive(move || phase.with(|phase| matches!(phase, Phase::Ended(_))));
    let view_only = Signal::derive(move || phase.with(Phase::is_final) || may_control.get());
    let terminate = on_terminate.filter(|_| may_terminate).map(|on_terminate| {
        view! {
            <button
                type="button"
                class="btn danger"
                aria-label=words.terminate
                hidden=over
                on:click=move |_| on_terminate.run(session.clone())
            >
                {words.terminate_more}
            </button>
        }
    });
    view! {
        <div class="live-acts">
            <Control shows may=may_control />
            <CopyLink path=format!("/sessions/{id}") />
            <span class="live-view-only" hidden=view_only>{words.view_only}</span>
            <span class="live-gap"></span>
            {terminate}
        </div>
    }
    .into_any()
}

/// The buttons of whoever may take part.
#[component]
fn Control(shows: Shows, may: Signal<bool>) -> AnyView {
    let words = &words().control;
    let mode = RwSignal::new(LeaseMode::Shared);
    let cannot = Signal::derive(move || !may.get() || shows.phase.with(|phase| *phase != Phase::Live));
    let mine = Signal::derive(move || shows.is_mine());
    let paused = Signal::derive(move || shows.standing.with(|standing| standing.paused().is_some()));
    let pause_words = Signal::derive(move || if paused.get() { words.resume } else { words.pause });
    let choose = move |event| {
        let chosen =
            if event_target_value(&event) == "exclusive" { LeaseMode::Exclusive } else { LeaseMode::Shared };
        mode.set(chosen);
        if mine.get_untracked() {
            shows.ask(&LiveRequest::Ask(chosen));
        }
    };
    let pause = move |_| {
        let request = if paused.get_untracked() { LiveRequest::Resume } else { LiveRequest::Pause };
        shows.ask(&request);
    };
    view! {
        <span class="joined" hidden=cannot>
            <button
                type="button"
                class="btn control join-left"
                hidden=mine
                on:click=move |_| shows.ask(&LiveRequest::Ask(mode.get_untracked()))
            >
                {words.take}
            </button>
            <select
                class="btn live-mode"
                aria-label=words.mode
                title=words.mode_help
                on:change=choose
            >
                <option value="shared">{words.shared}</option>
                <option value="exclusive">{words.exclusive}</option>
            </select>
        </span>
        <button type="button" class="btn" hidden=cannot on:click=move |_| shows.asked.set(Some(Asked::Message))>
            {words.message}
        </button>
        <button type="button" class="btn" hidden=cannot on:click=pause>{pause_words}</button>
    }
    .into_any()
}

/// Copies the address of a page.
#[component]
pub(crate) fn CopyLink(#[prop(into)] path: Signal<String>) -> impl IntoView {
    let words = &words().control;
    let said = RwSignal::new(words.copy);
    let copy = move |_| {
        spawn_local(async move {
            let word = if copied(&path.get_untracked()).await { words.copied } else { words.not_copied };
            // The pane may have been closed meanwhile.
            said.try_set(word);
            TimeoutFuture::new(COPIED_MS).await;
            said.try_set(words.copy);
        });
    };
    let quiet = move || said.get() == words.copy;
    view! {
        <button type="button" class="btn live-copy" class:live-quiet=quiet title=words.copy on:click=copy>
            <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d="M9.5 14.5 14.5 9.5M8 12l-2.5 2.5a3.5 3.5 0 0 0 5 5L13 17M11 7l2.5-2.5a3.5 3.5 0 0 1 5 5L16 12" />
            </svg>
            <span aria-live="polite">{said}</span>
        </button>
    }
}

/// Copies the address of a path; whether the browser did.
pub(crate) async fn copied(path: &str) -> bool {
    let Ok(origin) = window().location().origin() else { return false };
    clipboard::copied(&format!("{origin}{path}")).await
}
