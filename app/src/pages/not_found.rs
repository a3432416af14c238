//! The page for what does not exist, or not for this person.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::Notice;
use crate::reply;
use crate::words::words;

/// Answers 404.
#[component]
pub fn NotFoundPage() -> AnyView {
    reply::answer_with(http::StatusCode::NOT_FOUND);
    let words = &words().gone;
    view! {
        <Title text=words.not_found/>
        <Notice title=words.nothing_here>
            <p>{words.nothing_why}</p>
            <a class="btn primary" href="/sessions">{words.all_sessions}</a>
        </Notice>
    }
    .into_any()
}
