//! The languages of a page that anybody may see, as plain links: they work without the program.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::look::{Language, language};
use crate::text;
use crate::words::words;

/// A link for each language; the one that is spoken is marked.
#[component]
pub(crate) fn Languages() -> AnyView {
    let query = use_query_map();
    let links = Language::ALL.map(|one| {
        let spoken = (one == language()).then_some("true");
        // All that the address says stays: where to go on to, a one-time token, what went wrong.
        let href = move || {
            query.with(|query| {
                let kept = ["token", "next", "error"].map(|name| (name, query.get_str(name).unwrap_or("")));
                text::address("", kept.into_iter().chain([("language", one.tag())]))
            })
        };
        view! {
            <a href=href rel="external" hreflang=one.tag() lang=one.tag() aria-current=spoken>
                {one.own_name()}
            </a>
        }
        .into_any()
    });
    view! { <nav class="languages" aria-label=words().door.languages>{links.into_iter().collect_view()}</nav> }
        .into_any()
}
