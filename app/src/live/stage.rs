//! The middle of a pane: the screen with what stands in its place while it is not there, and what keys go to.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::hands::CHORD;
use super::phase::Phase;
use super::shows::Shows;
use super::watch::{Place, Watch};
use crate::words::{fill, words};

/// The stage of a session that is called `title`. `start` is called in the browser with where it is, as soon as it
/// is there; what it gives lives as long as the stage. While `worded`, what `why` makes says why there is no screen,
/// and is told when to be hidden; while `hides`, the screen that was there is not shown.
pub(super) fn stage(
    shows: Shows,
    title: &str,
    worded: Signal<bool>,
    hides: Signal<bool>,
    start: impl Fn(Place) -> Option<Watch> + 'static,
    why: impl FnOnce(Signal<bool>) -> AnyView,
) -> AnyView {
    let words = &words().live;
    let stage = NodeRef::<html::Div>::new();
    let sheet = NodeRef::<html::Div>::new();
    let keys = NodeRef::<html::Textarea>::new();
    Effect::new(move || {
        let (Some(stage), Some(sheet), Some(keys)) = (stage.get(), sheet.get(), keys.get()) else { return };
        // Belongs to this effect and goes with it. Made here, since on the server a value that may not change its
        // thread must not even exist.
        let place = Place { stage: stage.unchecked_into(), sheet: sheet.unchecked_into(), keys };
        if let Some(watch) = start(place) {
            shows.watch_with(watch);
        }
    });
    let painted = Signal::derive(move || shows.size.with(Option::is_some));
    let blank = Signal::derive(move || !painted.get() || hides.get());
    let empty = Signal::derive(move || blank.get() && worded.get());
    let dimmed = Signal::derive(move || shows.phase.with(|phase| !matches!(phase, Phase::Live)));
    let no_skeleton = Signal::derive(move || painted.get() || worded.get());
    let no_words = Signal::derive(move || !empty.get());
    let mine = Signal::derive(move || shows.is_mine());
    let not_mine = Signal::derive(move || !mine.get());
    view! {
        <div
            class="live-stage"
            class:live-empty=empty
            class:live-dimmed=dimmed
            class:live-held=mine
            class:live-typing=shows.typing
            node_ref=stage
        >
            <div class="live-skeleton" aria-hidden="true" hidden=no_skeleton>
                <i></i><i></i><i></i><i></i><i></i><i></i><i></i>
            </div>
            {why(no_words)}
            <div
                class="scr"
                class:scr-none=blank
                role="document"
                aria-label=fill(words.screen_of, &[("title", &title)])
                tabindex="0"
                node_ref=sheet
            ></div>
            <textarea
                class="live-keys"
                aria-label=fill(words.keyboard_of, &[("title", &title), ("chord", &CHORD)])
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                tabindex="-1"
                rows="1"
                hidden=not_mine
                node_ref=keys
            ></textarea>
        </div>
    }
    .into_any()
}

/// A few words in place of a screen that will not come, or not yet. Read out when they change.
pub(super) fn said(
    role: &'static str,
    hidden: Signal<bool>,
    title: impl Fn() -> String + Send + Sync + 'static,
    text: impl Fn() -> String + Send + Sync + 'static,
) -> AnyView {
    view! {
        <div class="live-words" role=role hidden=hidden>
            <svg viewBox="0 0 24 24" aria-hidden="true">
                <rect x="3" y="4.5" width="18" height="13" rx="2" />
                <path d="M8.5 21h7M4 20 20 3" />
            </svg>
            <p class="live-words-title">{title}</p>
            <p>{text}</p>
        </div>
    }
    .into_any()
}
