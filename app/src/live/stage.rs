//! The middle of a pane: the screen with what stands in its place while it is not there, and what keys go to.

use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::hands::CHORD;
use super::lease::who_has_control;
use super::phase::Phase;
use super::shows::Shows;
use super::told::Notices;
use super::watch::{Place, Sheet, Watch};
use crate::words::{fill, words};

/// The stage of a session that is called `title`; its screen is a picture where it is a `desktop`. `start` is called in the browser with where it is, as soon as it
/// is there; what it gives lives as long as the stage. While `worded`, what `why` makes says why there is no screen,
/// and is told when to be hidden; while `hides`, the screen that was there is not shown.
pub(super) fn stage(
    shows: Shows,
    title: &str,
    desktop: bool,
    worded: Signal<bool>,
    hides: Signal<bool>,
    start: impl Fn(Place) -> Option<Watch> + 'static,
    why: impl FnOnce(Signal<bool>) -> AnyView,
) -> AnyView {
    let words = &words().live;
    let stage = NodeRef::<html::Div>::new();
    let text = NodeRef::<html::Div>::new();
    let picture = NodeRef::<html::Canvas>::new();
    let keys = NodeRef::<html::Textarea>::new();
    Effect::new(move || {
        let sheet = if desktop {
            picture.get().map(Sheet::Picture)
        } else {
            text.get().map(|text| Sheet::Text(text.unchecked_into()))
        };
        let (Some(stage), Some(sheet), Some(keys)) = (stage.get(), sheet, keys.get()) else { return };
        // Belongs to this effect and goes with it. Made here, since on the server a value that may not change its
        // thread must not even exist.
        let place = Place { stage: stage.unchecked_into(), sheet, keys };
        if let Some(watch) = start(place) {
            shows.watch_with(watch);
        }
    });
    let painted = Signal::derive(move || shows.dimensions().is_some());
    let blank = Signal::derive(move || !painted.get() || hides.get());
    let empty = Signal::derive(move || blank.get() && worded.get());
    let dimmed = Signal::derive(move || shows.phase.with(|phase| !matches!(phase, Phase::Live)));
    let no_skeleton = Signal::derive(move || painted.get() || worded.get());
    let no_words = Signal::derive(move || !empty.get());
    let mine = Signal::derive(move || shows.is_mine());
    let not_mine = Signal::derive(move || !mine.get());
    let named = fill(words.keyboard_of, &[("title", &title), ("chord", &CHORD)]);
    let sheet = if desktop {
        let label = picture_label(shows, title.to_owned());
        Either::Left(view! {
            <canvas class="desk" class:scr-none=blank role="img" aria-label=label tabindex="0" node_ref=picture></canvas>
        })
    } else {
        Either::Right(view! {
            <div
                class="scr"
                class:scr-none=blank
                role="document"
                aria-label=fill(words.screen_of, &[("title", &title)])
                tabindex="0"
                node_ref=text
            ></div>
        })
    };
    let stage = view! {
        <div
            class="live-stage"
            class:desk-stage=desktop
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
            {sheet}
            <textarea
                class="live-keys"
                aria-label=named
                // A finger on a desktop points; the keyboard on glass comes when it is asked for.
                inputmode=desktop.then_some("none")
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                tabindex="-1"
                rows="1"
                hidden=not_mine
                node_ref=keys
            ></textarea>
        </div>
    };
    if desktop {
        view! { <div class="desk-frame">{stage} <Notices shows/></div> }.into_any()
    } else {
        stage.into_any()
    }
}

/// What is known of a picture that nobody can read aloud.
fn picture_label(shows: Shows, title: String) -> Signal<String> {
    Signal::derive(move || {
        let words = &words().desktop;
        let picture = match shows.dimensions() {
            Some((width, height)) => {
                fill(words.picture_of, &[("title", &title), ("width", &width), ("height", &height)])
            }
            None => fill(words.no_picture_of, &[("title", &title)]),
        };
        let control = match shows.own.with(Option::is_some) {
            true => words.control_is_yours.to_owned(),
            false => {
                shows.standing.with(who_has_control).unwrap_or_else(|| words.control_is_theirs.to_owned())
            }
        };
        format!("{picture}. {control}")
    })
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
