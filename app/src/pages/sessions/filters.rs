//! The filter box and the chips that count and choose types.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wire::SessionType;

use super::controls::use_controls;
use crate::parts::{Icon, IconName};
use crate::text::count;

/// Both of them.
#[component]
pub(super) fn Filters() -> AnyView {
    let controls = use_controls();
    let typed = controls.typed();
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
    let all = Signal::derive(move || controls.kinds().is_all().to_string());
    let counted = Signal::derive(move || count(controls.board.view(|view| view.count_of_all())));
    let empty = Signal::derive(move || typed.read().is_empty());
    let clear = move |_| {
        typed.set(String::new());
        if let Some(field) = field.get_untracked() {
            let _always = field.focus();
        }
    };
    view! {
        <div class="row filters">
            <div class="search">
                <Icon name=IconName::Search/>
                <input
                    node_ref=field
                    type="search"
                    placeholder="Filter sessions"
                    aria-label="Filter sessions"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=typed
                    on:input=move |event| typed.set(event_target_value(&event))
                    on:keydown=move |event| if event.key() == "Escape" { typed.set(String::new()) }
                />
                <kbd aria-hidden="true">"/"</kbd>
                <button type="button" class="icon clear" aria-label="Clear the filter" hidden=empty on:click=clear>
                    <Icon name=IconName::Close/>
                </button>
            </div>
            <div class="chips" role="group" aria-label="Session types">
                <button
                    type="button"
                    class="chip"
                    aria-pressed=all
                    on:click=move |_| controls.all_kinds()
                >
                    "All "
                    <b>{counted}</b>
                </button>
                {SessionType::ALL.into_iter().map(|kind| view! { <Chip kind/> }).collect_view()}
            </div>
        </div>
    }
    .into_any()
}

/// One type and how many sessions of it pass the filter box.
#[component]
fn Chip(kind: SessionType) -> impl IntoView {
    let controls = use_controls();
    let chosen = Signal::derive(move || controls.kinds().chosen(kind).to_string());
    let counted = Signal::derive(move || count(controls.board.view(|view| view.count_of(kind))));
    let label = if kind == SessionType::Console { "Console" } else { kind.as_str() };
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=chosen
            on:click=move |_| controls.toggle_kind(kind)
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
