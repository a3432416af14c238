//! The first user of a new installation: a plain form behind a one-time link.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::parts::Brand;

/// Why the form is shown again, as the address says it.
fn reason(code: &str) -> &'static str {
    match code {
        "link" => {
            "This link is used up or wrong. The server prints a new one when it starts while there is no user."
        }
        "name" => "That user name cannot be used: take letters, digits, dots, dashes and underscores.",
        "password" => "That password is too short: take at least eight characters.",
        _ => "Setting up did not work. The server's log says more; try again.",
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
    view! {
        <Title text="Set up"/>
        <main class="notice-screen" data-plain="">
            <form class="card" method="post" action="/set-up">
                <Brand/>
                <h1>"Set up Sightline"</h1>
                {move || message().map(|text| view! { <p class="message is-bad" role="alert">{text}</p> })}
                {move || match token() {
                    Some(token) => Either::Left(fields(token)),
                    None => Either::Right(view! { <a class="btn" href="/sign-in">"Sign in"</a> }),
                }}
            </form>
        </main>
    }
    .into_any()
}

fn fields(token: String) -> impl IntoView {
    view! {
        <p>"Nobody can sign in yet. Make the first administrator."</p>
        <input type="hidden" name="token" value=token/>
        <label for="user">"User name"</label>
        <input
            id="user" class="field" name="user" required autofocus
            autocomplete="username" autocapitalize="none" spellcheck="false"
        />
        <label for="full_name">"Full name"</label>
        <input id="full_name" class="field" name="full_name" autocomplete="name"/>
        <label for="password">"Password"</label>
        <input
            id="password" class="field" name="password" type="password" required minlength="8"
            autocomplete="new-password"
        />
        <button type="submit" class="btn primary">"Create administrator"</button>
    }
}
