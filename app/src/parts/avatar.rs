//! A person as a small circle with their initials.

use leptos::prelude::*;

use crate::text;

/// The circle; it says nothing to a screen reader, since a name stands beside it.
#[component]
pub fn Avatar(
    /// Name of the user.
    #[prop(into)]
    name: String,
    /// Their full name; empty when not known.
    #[prop(into, optional)]
    full_name: String,
) -> impl IntoView {
    view! { <span class="avatar" aria-hidden="true">{text::initials(&name, &full_name)}</span> }
}
