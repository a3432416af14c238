//! What is asked for, one chip a clause, each a sentence: click to change it, cross or Delete to take it out.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::builder::{self, Editing};
use super::speech::sentence;
use crate::clock::use_local;
use crate::pages::sessions::controls::use_controls;
use crate::parts::{Icon, IconName};
use crate::table::Clause;
use crate::words::{fill, words};

/// The chips; none while nothing is asked for.
#[component]
pub(super) fn Chips() -> AnyView {
    let controls = use_controls();
    let clauses = move || controls.asked.query().clauses().to_vec();
    let none = Signal::derive(move || controls.asked.query().clauses().is_empty());
    let words = &words().filters;
    view! {
        <ul class="asked" aria-label=words.filters hidden=none>
            <For each=clauses key=Clause::to_text let(clause)>
                <Chip clause/>
            </For>
            <li>
                <button type="button" class="quiet" on:click=move |_| {
                    controls.asked.clear();
                    focus("#filter-box");
                }>{words.clear_all}</button>
            </li>
        </ul>
    }
    .into_any()
}

#[component]
fn Chip(clause: Clause) -> AnyView {
    let controls = use_controls();
    let local = use_local();
    let said = {
        let clause = clause.clone();
        // Moments are the viewer's own as soon as the page may say them so.
        Signal::derive(move || {
            local.track();
            sentence(&clause)
        })
    };
    let change = Signal::derive(move || fill(words().filters.change, &[("filter", &said.get())]));
    let remove = Signal::derive(move || fill(words().filters.remove, &[("filter", &said.get())]));
    let gone = clause.clone();
    let take_out = move |button: Option<HtmlElement>| {
        let next = button.and_then(|button| next_to(&button));
        controls.asked.remove(&gone);
        match next {
            Some(next) => {
                // Focusing an element of the document is never refused.
                let _always = next.focus();
            }
            None => focus("#filter-box"),
        }
    };
    let on_key = {
        let take_out = take_out.clone();
        move |event: web_sys::KeyboardEvent| {
            if matches!(event.key().as_str(), "Delete" | "Backspace") {
                event.prevent_default();
                take_out(event.current_target().and_then(|target| target.dyn_into().ok()));
            }
        }
    };
    let text = clause.to_text();
    view! {
        <li class="ask">
            <button
                type="button"
                class="ask-text"
                aria-label=change
                data-ask=text
                on:click=move |event| {
                    let anchor = event.current_target().and_then(|target| target.dyn_into().ok());
                    controls.asked.settle();
                    builder::open(controls, Editing::of(clause.clone()), anchor);
                }
                on:keydown=on_key
            >
                {said}
            </button>
            <button
                type="button"
                class="ask-remove"
                aria-label=remove
                on:click=move |event| {
                    take_out(event.current_target().and_then(|target| target.dyn_into().ok()));
                }
            >
                <Icon name=IconName::Close/>
            </button>
        </li>
    }
    .into_any()
}

/// The chip after the one of a button, or before it.
fn next_to(button: &HtmlElement) -> Option<HtmlElement> {
    let chip = button.closest(".ask").ok().flatten()?;
    let next = chip.next_element_sibling().filter(|next| next.class_name() == "ask");
    let next = next.or_else(|| chip.previous_element_sibling())?;
    next.query_selector(".ask-text").ok().flatten()?.dyn_into().ok()
}

/// Puts the focus on the last chip; whether there is one.
pub(super) fn focus_last() -> bool {
    let Ok(chips) = document().query_selector_all(".ask-text") else { return false };
    let last = chips.length().checked_sub(1).and_then(|at| chips.item(at));
    last.and_then(|chip| chip.dyn_into::<HtmlElement>().ok()).is_some_and(|chip| chip.focus().is_ok())
}

/// Puts the focus on the chip of a clause, or else on the button that adds one.
pub(super) fn focus_on(clause: &Clause) {
    let text = clause.to_text();
    request_animation_frame(move || {
        let chips = document().query_selector_all(".ask-text").ok();
        let chip = chips.and_then(|chips| {
            (0..chips.length())
                .filter_map(|at| chips.item(at)?.dyn_into::<HtmlElement>().ok())
                .find(|chip| chip.get_attribute("data-ask").as_deref() == Some(&text))
        });
        match chip {
            Some(chip) => {
                let _always = chip.focus();
            }
            None => focus("#add-filter"),
        }
    });
}

/// Puts the focus on the element of a selector, if there is one.
pub(super) fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _always = element.focus();
    }
}
