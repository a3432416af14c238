//! A page that has one thing to say.

use leptos::prelude::*;

use super::Brand;

/// A card in the middle of the screen, under the brand.
#[component]
pub fn Notice(
    /// What it says first; also its heading.
    #[prop(into)]
    title: String,
    /// The rest.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="notice-screen">
            <div class="card">
                <Brand/>
                <h1>{title}</h1>
                {children()}
            </div>
        </div>
    }
}
