//! Signing in: a plain form, that works before and without the program.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::parts::Brand;

/// Why the form is shown again, as the address says it.
fn reason(code: &str) -> (&'static str, bool) {
    match code {
        "wrong" => ("The user name or the password is wrong.", true),
        "throttled" => ("Too many attempts. Wait a minute, then try again.", true),
        "disabled" => ("This user is disabled. Ask an administrator.", true),
        "expired" => ("Your sign-in has ended. Sign in again to go on.", false),
        "terminated" => ("Your session was terminated. Ask an administrator if you do not know why.", true),
        "signed-out" => ("You are signed out.", false),
        _ => ("Signing in did not work. Try again.", true),
    }
}

/// The form.
#[component]
pub(crate) fn SignInPage() -> AnyView {
    let query = use_query_map();
    let next =
        move || query.read().get("next").filter(|next| next.starts_with('/') && !next.starts_with("//"));
    let message = move || query.read().get("error").map(|code| reason(&code));
    view! {
        <Title text="Sign in"/>
        <main class="notice-screen" data-plain="">
            <form class="card" method="post" action="/sign-in">
                <Brand/>
                <h1>"Sign in"</h1>
                {move || message().map(|(text, bad)| view! {
                    <p class=if bad { "message is-bad" } else { "message" } role="alert">{text}</p>
                })}
                {move || next().map(|next| view! { <input type="hidden" name="next" value=next/> })}
                <label for="user">"User name"</label>
                <input
                    id="user" class="field" name="user" required autofocus
                    autocomplete="username" autocapitalize="none" spellcheck="false"
                />
                <label for="password">"Password"</label>
                <input
                    id="password" class="field" name="password" type="password" required
                    autocomplete="current-password"
                />
                <button type="submit" class="btn primary">"Sign in"</button>
            </form>
        </main>
    }
    .into_any()
}
