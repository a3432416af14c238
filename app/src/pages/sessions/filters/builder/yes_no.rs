//! Clauses that are so or not: watched, mine.

use leptos::prelude::*;

use super::form;
use crate::table::Clause;
use crate::words::words;

/// Watched or not.
pub(super) fn watched(old: Option<&Clause>, apply: Callback<Clause>) -> AnyView {
    let words = &words().filters;
    let yes = !matches!(old, Some(Clause::Watched(false)));
    either(yes, [words.watched_yes, words.watched_no], None, Clause::Watched, apply)
}

/// Mine or not.
pub(super) fn mine(old: Option<&Clause>, apply: Callback<Clause>) -> AnyView {
    let words = &words().filters;
    let yes = !matches!(old, Some(Clause::Mine(false)));
    either(yes, [words.mine_yes, words.mine_no], Some(words.mine_help), Clause::Mine, apply)
}

fn either(
    yes: bool,
    labels: [&'static str; 2],
    help: Option<&'static str>,
    clause: fn(bool) -> Clause,
    apply: Callback<Clause>,
) -> AnyView {
    let chosen = RwSignal::new(yes);
    let radio = |value: bool, label: &'static str| {
        view! {
            <label class="option">
                <input
                    type="radio"
                    name="so"
                    data-first=(value == yes).then_some("")
                    prop:checked=move || chosen.get() == value
                    on:change=move |_| chosen.set(value)
                />
                <span>{label}</span>
            </label>
        }
    };
    let fields = view! {
        <div class="options">{radio(true, labels[0])} {radio(false, labels[1])}</div>
        {help.map(|help| view! { <p class="help">{help}</p> })}
    };
    form(fields.into_any(), RwSignal::new(None), move || apply.run(clause(chosen.get_untracked())))
}
