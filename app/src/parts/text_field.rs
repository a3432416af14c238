//! One line of text in a filter.

use leptos::prelude::*;

/// A field with its label.
#[component]
pub(crate) fn TextField(
    /// What it is called.
    label: &'static str,
    /// Its name in the form.
    name: &'static str,
    /// What stands in it.
    value: String,
    /// What stands in it as an example while it is empty.
    #[prop(optional)]
    hint: &'static str,
) -> AnyView {
    view! {
        <label>
            {label}
            " "
            <input class="field" name=name value=value placeholder=hint autocomplete="off" spellcheck="false"/>
        </label>
    }
    .into_any()
}
