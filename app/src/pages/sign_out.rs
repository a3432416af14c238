//! Whether to sign out, because an application asks for it: a plain form.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::parts::Brand;
use crate::words::words;

/// What the form gives back of what the application sent.
const KEPT: [&str; 3] = ["client_id", "post_logout_redirect_uri", "state"];

/// The question.
#[component]
pub(crate) fn SignOutPage() -> AnyView {
    let query = use_query_map();
    let kept = move || {
        let query = query.read();
        KEPT.into_iter()
            .filter_map(|name| {
                query.get(name).map(|value| view! { <input type="hidden" name=name value=value/> })
            })
            .collect_view()
    };
    let words = &words().application;
    view! {
        <Title text=words.sign_out/>
        <main class="notice-screen" data-plain="">
            <form class="card" method="post" action="/oidc/logout">
                <Brand/>
                <h1>{words.sign_out_really}</h1>
                <p>{words.sign_out_why}</p>
                <input type="hidden" name="confirmed" value="yes"/>
                {kept}
                <button type="submit" class="btn primary">{words.sign_out}</button>
                <a class="btn" href="/sessions">{words.stay}</a>
            </form>
        </main>
    }
    .into_any()
}
