//! Why somebody is not signed in to a web application: one thing to say, and a way on.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::parts::Notice;
use crate::text::percent_encoded;
use crate::words::words;

/// What is said, why, and what the way back to the application is called, if there is one.
fn said(why: &str) -> (&'static str, &'static str, Option<&'static str>) {
    let words = &words().web_sso;
    match why {
        "unknown" => (words.unknown, words.unknown_why, None),
        "code" => (words.code, words.code_why, Some(words.again)),
        "not-allowed" => (words.not_allowed, words.not_allowed_why, None),
        "signed-out" => (words.signed_out, words.signed_out_why, Some(words.sign_in_again)),
        _ => (words.failed, words.failed_why, Some(words.again)),
    }
}

/// The page.
#[component]
pub(crate) fn WebSsoPage() -> AnyView {
    let query = use_query_map();
    let (title, why, again) = said(&query.read_untracked().get("why").unwrap_or_default());
    // The server sends nobody to where no application is.
    let back =
        query.read_untracked().get("rd").map(|back| format!("/sso/start?rd={}", percent_encoded(&back)));
    view! {
        <Title text=words().web_sso.title/>
        <Notice title=title>
            <p>{why}</p>
            {again.zip(back).map(|(again, back)| view! {
                <a class="btn primary" href=back rel="external">{again}</a>
            })}
            <a class="btn" href="/sessions" rel="external">{words().gone.all_sessions}</a>
        </Notice>
    }
    .into_any()
}
