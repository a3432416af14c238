//! The filters: the box, the chips that count and choose types, what is asked for as sentences, and the panel
//! that builds them.

mod asked;
mod builder;
mod chips;
mod speech;

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wire::SessionType;

use super::controls::use_controls;
use crate::parts::{Icon, IconName};
use crate::text::count;
use crate::words::{counted, words};
use builder::Editing;
use chips::Chips;

pub(super) use asked::Asked;
pub(super) use builder::{Builder, BuilderPanel};
pub(super) use builder::{edit, is_for};

/// How long the filter must rest before the number of sessions is told.
const RESTS: Duration = Duration::from_millis(700);

/// All of them.
#[component]
pub(super) fn Filters() -> AnyView {
    let controls = use_controls();
    let asked = controls.asked;
    let typed = asked.typed();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        let slash = window_event_listener(leptos::ev::keydown, move |event| {
            let free = !(event.ctrl_key() || event.meta_key() || event.alt_key());
            if event.key() == "/"
                && free
                && !types_text(&event)
                && let Some(field) = field.get_untracked()
            {
                event.prevent_default();
                field.select();
                // Focusing an element of the document is never refused.
                let _always = field.focus();
            }
        });
        on_cleanup(move || slash.remove());
    });
    let all = Signal::derive(move || asked.kinds().is_all().to_string());
    let counted = Signal::derive(move || count(controls.board.count(|view| view.count_of_all())));
    let empty = Signal::derive(move || typed.read().is_empty());
    let clear = move |_| {
        typed.set(String::new());
        if let Some(field) = field.get_untracked() {
            let _always = field.focus();
        }
    };
    let key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Escape" => typed.set(String::new()),
        "Enter" => {
            asked.settle();
        }
        "Backspace" if typed.read_untracked().is_empty() && chips::focus_last() => event.prevent_default(),
        _ => {}
    };
    let words = &words().filters;
    view! {
        <div class="row filters">
            <div class="search">
                <Icon name=IconName::Search/>
                <input
                    id="filter-box"
                    node_ref=field
                    type="search"
                    placeholder=words.placeholder
                    aria-label=words.label
                    aria-describedby="filter-hint"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    prop:value=typed
                    on:input=move |event| typed.set(event_target_value(&event))
                    on:keydown=key
                />
                <kbd aria-hidden="true">"/"</kbd>
                <button type="button" class="icon clear" aria-label=words.clear hidden=empty on:click=clear>
                    <Icon name=IconName::Close/>
                </button>
            </div>
            <button
                id="add-filter"
                type="button"
                class="btn add-filter"
                aria-haspopup="dialog"
                on:click=move |_| builder::open(controls, Editing::Topics, None)
            >
                <Icon name=IconName::Plus/>
                <span>{words.add}</span>
            </button>
            <div class="chips" role="group" aria-label=words.types>
                <button
                    type="button"
                    class="chip"
                    aria-pressed=all
                    on:click=move |_| asked.all_kinds()
                >
                    {words.all}
                    " "
                    <b>{counted}</b>
                </button>
                {SessionType::ALL.into_iter().map(|kind| view! { <Chip kind/> }).collect_view()}
            </div>
            <Chips/>
        </div>
        <Hint/>
        <Told/>
    }
    .into_any()
}

/// What of the box was not understood.
#[component]
fn Hint() -> impl IntoView {
    let reading = use_controls().asked.reading();
    let hints = Signal::derive(move || {
        reading.with(|reading| reading.problems.iter().map(speech::hint).collect::<Vec<_>>().join(" "))
    });
    let none = Signal::derive(move || reading.with(|reading| reading.problems.is_empty()));
    view! {
        <p id="filter-hint" class="filter-hint" hidden=none aria-live="polite">{hints}</p>
    }
}

/// How many sessions match, told when the filter rests; never while rows only come and go.
#[component]
fn Told() -> impl IntoView {
    let controls = use_controls();
    let said = RwSignal::new(String::new());
    Effect::new(move |before: Option<()>| {
        let query = controls.asked.query();
        if before.is_none() && query.is_empty() {
            return;
        }
        let timer = set_timeout_with_handle(
            move || {
                let n = untrack(|| controls.board.view(|view| view.len()));
                let words = &words().filters;
                // The page may be gone by now.
                let _gone = said.try_set(counted(n, words.match_one, words.match_many));
            },
            RESTS,
        );
        if let Ok(timer) = timer {
            on_cleanup(move || timer.clear());
        }
    });
    view! { <p class="out-of-sight" role="status">{said}</p> }
}

/// One type and how many sessions of it pass the filter box.
#[component]
fn Chip(kind: SessionType) -> impl IntoView {
    let controls = use_controls();
    let chosen = Signal::derive(move || controls.asked.kinds().chosen(kind).to_string());
    let counted = Signal::derive(move || count(controls.board.count(|view| view.count_of(kind))));
    let label = if kind == SessionType::Console { "Console" } else { kind.as_str() };
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=chosen
            on:click=move |_| controls.asked.toggle_kind(kind)
        >
            {label}
            " "
            <b>{counted}</b>
        </button>
    }
}

/// Whether a key goes into a field, or to a program in the live pane.
fn types_text(event: &web_sys::KeyboardEvent) -> bool {
    event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|element| {
        matches!(
            element.closest("input, textarea, select, dialog, [contenteditable], [role=log]"),
            Ok(Some(_))
        )
    })
}
