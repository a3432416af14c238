//! The first user of a new installation: a plain form behind a one-time link.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::parts::{Brand, Languages};
use crate::words::words;

/// Why the form is shown again, as the address says it.
fn reason(code: &str) -> &'static str {
    let words = &words().door;
    match code {
        "link" => words.bad_link,
        "name" => words.bad_name,
        "password" => words.short_password,
        _ => words.set_up_failed,
    }
}

/// The form; only the reason when there is no link to set up with.
#[component]
pub(crate) fn SetUpPage() -> AnyView {
    let query = use_query_map();
    let code = move || query.read().get("error");
    let token = move || {
        query.read().get("token").filter(|token| !token.is_empty() && code().as_deref() != Some("link"))
    };
    let message =
        move || code().or_else(|| token().is_none().then(|| "link".into())).map(|code| reason(&code));
    let words = &words().door;
    view! {
        <Title text=words.set_up/>
        <main class="notice-screen" data-plain="">
            <form class="card" method="post" action="/set-up">
                <Brand/>
                <h1>{words.set_up_sightline}</h1>
                {move || message().map(|text| view! { <p class="message is-bad" role="alert">{text}</p> })}
                {move || match token() {
                    Some(token) => Either::Left(fields(token)),
                    None => Either::Right(view! { <a class="btn" href="/sign-in">{words.sign_in}</a> }),
                }}
            </form>
            <Languages/>
        </main>
    }
    .into_any()
}

fn fields(token: String) -> impl IntoView {
    let words = &words().door;
    view! {
        <p>{words.nobody_yet}</p>
        <input type="hidden" name="token" value=token/>
        <label for="user">{words.user_name}</label>
        <input
            id="user" class="field" name="user" required autofocus
            autocomplete="username" autocapitalize="none" spellcheck="false"
        />
        <label for="full_name">{words.full_name}</label>
        <input id="full_name" class="field" name="full_name" autocomplete="name"/>
        <label for="password">{words.password}</label>
        <input
            id="password" class="field" name="password" type="password" required minlength="8"
            autocomplete="new-password"
        />
        <button type="submit" class="btn primary">{words.create}</button>
    }
}
