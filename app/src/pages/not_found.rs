//! The page for what does not exist, or not for this person.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::Notice;
use crate::reply;

/// Answers 404.
#[component]
pub fn NotFoundPage() -> AnyView {
    reply::answer_with(http::StatusCode::NOT_FOUND);
    view! {
        <Title text="Not found"/>
        <Notice title="There is nothing here">
            <p>"The address is wrong, the session is over, or it is not yours to see."</p>
            <a class="btn primary" href="/sessions">"All sessions"</a>
        </Notice>
    }
    .into_any()
}
