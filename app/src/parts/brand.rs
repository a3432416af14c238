//! The name of the product, with its mark.

use leptos::prelude::*;

/// The mark and the word.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <div class="brand">
            <svg
                class="mark"
                viewBox="0 0 24 24"
                fill="none"
                stroke="currentColor"
                stroke-width="2"
                stroke-linecap="round"
                aria-hidden="true"
            >
                <path d="M2 12h5M17 12h5"></path>
                <circle cx="12" cy="12" r="5"></circle>
                <circle cx="12" cy="12" r="1.6" fill="currentColor" stroke="none"></circle>
            </svg>
            <span>"Sightline"</span>
        </div>
    }
}
