//! The filter of the access log: a plain form, whose days are those of the person's own time zone.

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wire::SessionType;

use super::HERE;
use crate::backend::LogQuery;
use crate::parts::TextField;
use crate::words::{fill, words};

/// The form; it says what `query` asks for.
pub(super) fn form(query: &LogQuery) -> AnyView {
    let (words, lists) = (&words().log, &words().lists);
    let states = [("", words.open_and_ended), ("open", words.open), ("ended", words.ended)];
    let kinds = SessionType::ALL.map(|kind| (kind.as_str(), kind.as_str()));
    let kinds: Vec<_> = [("", words.any_kind)].into_iter().chain(kinds).collect();
    let zone = RwSignal::new(query.zone.clone());
    Effect::new(move |_| {
        if let Some(own) = own_zone() {
            zone.set(own);
        }
    });
    let days_in = if query.zone.is_empty() { "UTC" } else { query.zone.as_str() };
    let asks_days = !(query.from.is_empty() && query.until.is_empty());
    let days =
        asks_days.then(|| view! { <span class="zone">{fill(words.days_in, &[("zone", &days_in)])}</span> });
    let (from, until) = (query.from.clone(), query.until.clone());
    view! {
        <form class="filter-form log-filter" method="get" action=HERE role="search" aria-label=words.filter>
            <input type="hidden" name="zone" prop:value=zone value=query.zone.clone()/>
            <TextField label=words.user name="user" value=query.user.clone()/>
            {choice(words.kind, "type", &kinds, &query.kind)}
            <TextField label=words.account name="account" value=query.account.clone() hint=words.account_hint/>
            <TextField label=words.agent name="agent" value=query.agent.clone()/>
            {choice(words.state, "state", &states, &query.state)}
            <label>{lists.from_day} " " <input class="field" type="date" name="from" value=from/></label>
            <label>{lists.to_day} " " <input class="field" type="date" name="until" value=until/></label>
            <button type="submit" class="btn primary">{lists.filter}</button>
            <a class="btn" href=HERE>{lists.clear}</a>
            {days}
        </form>
    }
    .into_any()
}

fn choice(
    label: &'static str,
    name: &'static str,
    choices: &[(&'static str, &'static str)],
    now: &str,
) -> AnyView {
    let options: Vec<AnyView> = choices
        .iter()
        .map(|(value, words)| {
            view! { <option value=*value selected=*value == now>{*words}</option> }.into_any()
        })
        .collect();
    let id = format!("log-{name}");
    view! {
        <div class="named">
            <label for=id.clone()>{label}</label>
            <select id=id class="field" name=name>{options}</select>
        </div>
    }
    .into_any()
}

/// The name of the browser's time zone.
fn own_zone() -> Option<String> {
    let none = js_sys::Array::new();
    let chosen = js_sys::Intl::DateTimeFormat::new(&none, &js_sys::Object::new()).resolved_options();
    js_sys::Reflect::get(&chosen, &JsValue::from_str("timeZone")).ok()?.as_string()
}

/// What stands below the headings when no session is found.
pub(super) fn nothing(query: &LogQuery) -> AnyView {
    let filtered = query.filters().iter().any(|(_, value)| !value.is_empty());
    let (words, lists) = (&words().log, &words().lists);
    let (title, help) =
        if filtered { (words.none, words.none_help) } else { (words.empty, words.empty_help) };
    view! {
        <div class="state">
            <h2>{title}</h2>
            <p>{help}</p>
            {filtered.then(|| view! { <a class="btn" href=HERE>{lists.clear_filter}</a> })}
        </div>
    }
    .into_any()
}

/// The filter as the audit tells of it.
pub(super) fn in_words(query: &LogQuery) -> String {
    let given = query.filters().into_iter().filter(|(_, value)| !value.is_empty());
    let words: Vec<String> = given.map(|(name, value)| format!("{name} {value}")).collect();
    if words.is_empty() { "none".into() } else { words.join(", ") }
}
