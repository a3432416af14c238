//! The filter of the access log: a plain form, whose days are those of the person's own time zone.

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wire::SessionType;

use super::HERE;
use crate::backend::LogQuery;
use crate::parts::TextField;

const STATES: [(&str, &str); 3] = [("", "Open and ended"), ("open", "Open"), ("ended", "Ended")];

/// The form; it says what `query` asks for.
pub(super) fn form(query: &LogQuery) -> AnyView {
    let kinds = SessionType::ALL.map(|kind| (kind.as_str(), kind.as_str()));
    let kinds: Vec<_> = [("", "Any type")].into_iter().chain(kinds).collect();
    let zone = RwSignal::new(query.zone.clone());
    Effect::new(move |_| {
        if let Some(own) = own_zone() {
            zone.set(own);
        }
    });
    let days_in = if query.zone.is_empty() { "UTC" } else { query.zone.as_str() };
    let asks_days = !(query.from.is_empty() && query.until.is_empty());
    let days = asks_days.then(|| view! { <span class="zone">{format!("Days in {days_in}")}</span> });
    let (from, until) = (query.from.clone(), query.until.clone());
    view! {
        <form class="filter-form log-filter" method="get" action=HERE role="search" aria-label="Filter the access log">
            <input type="hidden" name="zone" prop:value=zone value=query.zone.clone()/>
            <TextField label="User" name="user" value=query.user.clone()/>
            {choice("Type", "type", &kinds, &query.kind)}
            <TextField label="Account" name="account" value=query.account.clone() hint="root or root@db-1"/>
            <TextField label="Agent" name="agent" value=query.agent.clone()/>
            {choice("State", "state", &STATES, &query.state)}
            <label>"From day" <input class="field" type="date" name="from" value=from/></label>
            <label>"To day" <input class="field" type="date" name="until" value=until/></label>
            <button type="submit" class="btn primary">"Filter"</button>
            <a class="btn" href=HERE>"Clear"</a>
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
    let words = if filtered {
        "No session that you may see is of this kind."
    } else {
        "Sessions that you may see are kept here, open and ended."
    };
    view! {
        <div class="state">
            <h2>{if filtered { "No session matches" } else { "Nothing is on record" }}</h2>
            <p>{words}</p>
            {filtered.then(|| view! { <a class="btn" href=HERE>"Clear the filter"</a> })}
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
