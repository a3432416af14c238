//! Signing in: a plain form, that works before and without the program.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};
use leptos_router::location::Url;

use crate::parts::{Brand, Languages};
use crate::words::words;

/// Why the form is shown again, as the address says it.
fn reason(code: &str) -> (&'static str, bool) {
    let words = &words().door;
    match code {
        "wrong" => (words.wrong, true),
        "throttled" => (words.throttled, true),
        "disabled" => (words.disabled, true),
        "expired" => (words.expired, false),
        "terminated" => (words.terminated, true),
        "again" => (words.again, false),
        "signed-out" => (words.signed_out, false),
        _ => (words.failed, true),
    }
}

/// Where to go afterwards, decoded once: the router decodes a value of the query twice, and what is a value inside
/// of this address would become something else.
fn next(search: &str) -> Option<String> {
    let value = search.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("next="))?;
    Some(Url::unescape(value)).filter(|next| next.starts_with('/') && !next.starts_with("//"))
}

/// The form.
#[component]
pub(crate) fn SignInPage() -> AnyView {
    crate::pwa::nobody_signed_in();
    let query = use_query_map();
    let search = use_location().search;
    let next = move || next(&search.read());
    let message = move || query.read().get("error").map(|code| reason(&code));
    let words = &words().door;
    view! {
        <Title text=words.sign_in/>
        <main class="notice-screen" data-plain="">
            <form class="card" method="post" action="/sign-in">
                <Brand/>
                <h1>{words.sign_in}</h1>
                {move || message().map(|(text, bad)| view! {
                    <p class=if bad { "message is-bad" } else { "message" } role="alert">{text}</p>
                })}
                {move || next().map(|next| view! { <input type="hidden" name="next" value=next/> })}
                <label for="user">{words.user_name}</label>
                <input
                    id="user" class="field" name="user" required autofocus
                    autocomplete="username" autocapitalize="none" spellcheck="false"
                />
                <label for="password">{words.password}</label>
                <input
                    id="password" class="field" name="password" type="password" required
                    autocomplete="current-password"
                />
                <button type="submit" class="btn primary">{words.sign_in}</button>
            </form>
            <Languages/>
        </main>
    }
    .into_any()
}
