//! Clauses about the values of a column: chosen from those at hand, each with how many sessions have it, or typed.

use std::borrow::Cow;
use std::collections::HashMap;

use leptos::prelude::*;
use wire::SessionType;

use super::super::speech::hint;
use super::{choice, form, headed, step};
use crate::pages::sessions::controls::Controls;
use crate::table::{Clause, Column, KindSet, Pattern, Rows, Value};
use crate::text::{count, visible};
use crate::words::{speech, words};

/// As many values are listed at once: more are found by typing.
const LISTED: usize = 50;

/// The values of a column among the open sessions, those of most sessions first.
fn at_hand(rows: &Rows, column: Column) -> Vec<(String, usize)> {
    let mut counts: HashMap<Cow<'_, str>, usize> = HashMap::new();
    for row in rows.iter().filter(|row| row.ended.is_none()) {
        let value = match row.value(column) {
            Value::Text(text) => text,
            Value::Number(number) => number.to_string().into(),
            Value::At(_) | Value::Since(_) | Value::Nothing => continue,
        };
        *counts.entry(value).or_default() += 1;
    }
    let mut values: Vec<_> = counts.into_iter().map(|(value, count)| (value.into_owned(), count)).collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values
}

/// What a value must be, as an option says it: the bare value, or with its verb.
fn said(pattern: &Pattern) -> String {
    let (verb, text) = speech().verb(pattern, false);
    let text = visible(&text).into_owned();
    match pattern {
        Pattern::Is(_) => text,
        Pattern::Within(net) if net.is_one() => text,
        _ => format!("{verb} {text}"),
    }
}

/// Values of a column.
pub(super) fn values(
    controls: Controls,
    column: Column,
    old: Option<Clause>,
    apply: Callback<Clause>,
) -> AnyView {
    let words = &words().filters;
    let (not, chosen) = match old {
        Some(Clause::Values { not, values, .. }) => (not, values),
        _ => (false, Vec::new()),
    };
    let (not, before) = (RwSignal::new(not), chosen.clone());
    let (chosen, typed, wrong) = (RwSignal::new(chosen), RwSignal::new(String::new()), RwSignal::new(None));
    let at_hand = untrack(|| controls.board.rows(|rows| at_hand(rows, column)));
    let of_value = move |value: &str| match column {
        Column::Device => {
            Pattern::of_column(column, value.to_owned()).unwrap_or_else(|_| Pattern::Is(value.into()))
        }
        _ => Pattern::Is(value.to_owned()),
    };
    let options = Memo::new(move |_| {
        let mut options: Vec<(Pattern, Option<usize>)> = Vec::new();
        let typed = typed.read();
        let typed = typed.trim();
        let mut offer = |pattern: Pattern, count: Option<usize>| match options
            .iter_mut()
            .find(|(known, _)| *known == pattern)
        {
            Some((_, known)) => *known = known.or(count),
            None => options.push((pattern, count)),
        };
        if typed.is_empty() {
            before.iter().for_each(|pattern| offer(pattern.clone(), None));
            chosen.read().iter().for_each(|pattern| offer(pattern.clone(), None));
        } else if let Ok(meant) = Pattern::of_column(column, typed.to_owned()) {
            let whole = matches!(meant, Pattern::Within(_));
            offer(meant, None);
            if !whole {
                offer(Pattern::Starts(typed.to_owned()), None);
                offer(Pattern::Contains(typed.to_owned()), None);
            }
        }
        let lower = typed.to_lowercase();
        let fitting = at_hand.iter().filter(|(value, _)| value.to_lowercase().contains(&lower));
        fitting.take(LISTED).for_each(|(value, count)| offer(of_value(value), Some(*count)));
        options
    });
    let option = move |(pattern, sessions): (Pattern, Option<usize>)| {
        let (text, checked) = (said(&pattern), pattern.clone());
        view! {
            <li>
                <label class="option">
                    <input
                        type="checkbox"
                        prop:checked=move || chosen.read().contains(&checked)
                        on:change=move |event| {
                            let add = event_target_checked(&event);
                            chosen.update(|chosen| {
                                chosen.retain(|known| *known != pattern);
                                if add {
                                    chosen.push(pattern.clone());
                                }
                            });
                            typed.set(String::new());
                        }
                    />
                    <span>{text}</span>
                    <b>{sessions.map(count)}</b>
                </label>
            </li>
        }
    };
    let placeholder = if column == Column::Device { words.address } else { words.find };
    let fields = view! {
        <div class="pair is-narrow">
            {choice(headed(column), false, vec![(false, words.is), (true, words.is_not)], not)}
            <input
                class="field"
                type="text"
                autocomplete="off"
                spellcheck="false"
                data-first=""
                placeholder=placeholder
                aria-label=placeholder
                prop:value=typed
                on:input=move |event| {
                    wrong.set(None);
                    typed.set(event_target_value(&event));
                }
            />
        </div>
        <ul class="values" aria-label=words.values on:keydown=|event| step(&event)>
            <For each=move || options.get() key=|option| option.clone() children=option/>
        </ul>
    };
    let submit = move || {
        let text = typed.get_untracked();
        if !text.trim().is_empty() {
            match Pattern::of_column(column, text.trim().to_owned()) {
                Ok(pattern) => chosen.update(|chosen| {
                    if !chosen.contains(&pattern) {
                        chosen.push(pattern);
                    }
                }),
                Err(problem) => return wrong.set(Some(hint(&problem))),
            }
        }
        let values = chosen.get_untracked();
        if values.is_empty() {
            return wrong.set(Some(words.choose_one.to_owned()));
        }
        apply.run(Clause::Values { column, not: not.get_untracked(), values });
    };
    form(fields.into_any(), wrong, submit)
}

/// Session types.
pub(super) fn types(controls: Controls, old: Option<&Clause>, apply: Callback<Clause>) -> AnyView {
    let words = &words().filters;
    let (not, kinds) = match old {
        Some(Clause::Types { not, kinds }) => (*not, *kinds),
        _ => (false, KindSet::default()),
    };
    let (not, kinds, wrong) = (RwSignal::new(not), RwSignal::new(kinds), RwSignal::new(None));
    let option = move |kind: SessionType| {
        let sessions = Signal::derive(move || count(controls.board.view(|view| view.count_of(kind))));
        view! {
            <li>
                <label class="option">
                    <input
                        type="checkbox"
                        prop:checked=move || kinds.get().chosen(kind)
                        on:change=move |_| kinds.update(|kinds| *kinds = kinds.toggled(kind))
                    />
                    <span>{kind.as_str()}</span>
                    <b>{sessions}</b>
                </label>
            </li>
        }
    };
    let fields = view! {
        {choice(headed(Column::Type), true, vec![(false, words.is), (true, words.is_not)], not)}
        <ul class="values" aria-label=words.values on:keydown=|event| step(&event)>
            {SessionType::ALL.into_iter().map(option).collect_view()}
        </ul>
    };
    let submit = move || match kinds.get_untracked() {
        kinds if kinds.is_all() => wrong.set(Some(words.choose_one.to_owned())),
        kinds => apply.run(Clause::Types { not: not.get_untracked(), kinds }),
    };
    form(fields.into_any(), wrong, submit)
}
