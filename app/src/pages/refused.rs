//! Why an application's request to sign somebody in or out is not answered.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::parts::Notice;
use crate::words::words;

/// The reason, as the address says it.
fn reason(code: &str) -> &'static str {
    let words = &words().application;
    match code {
        "client" => words.unknown,
        "address" => words.address,
        "after" => words.after,
        _ => words.malformed,
    }
}

/// The reason, and whom to tell.
#[component]
pub(crate) fn RefusedPage() -> AnyView {
    let query = use_query_map();
    let why = move || reason(&query.read().get("why").unwrap_or_default());
    let application = &words().application;
    view! {
        <Title text=application.refused/>
        <Notice title=application.refused>
            <p>{why}</p>
            <p>{application.tell}</p>
            <a class="btn primary" href="/sessions">{words().gone.all_sessions}</a>
        </Notice>
    }
    .into_any()
}
