//! Light, dark or as the system has it; kept in the browser, applied before the first paint.
//!
//! `shell/theme.js` reads and applies the choice; this only makes it.

use leptos::prelude::*;

use crate::parts::{Icon, IconName};

/// Where the choice is kept; the same name stands in `shell/theme.js`.
const KEY: &str = "sightline-theme";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    System,
    Light,
    Dark,
}

impl Choice {
    const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    fn kept() -> Self {
        let kept = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
        match kept.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    fn keep(self) {
        if let Some(storage) = storage() {
            // A browser that refuses storage keeps the choice for this page only.
            let _refused = storage.set_item(KEY, self.name());
        }
        if let (Some(root), Ok(event)) = (document().document_element(), web_sys::Event::new(KEY)) {
            let _refused = root.set_attribute("data-choice", self.name());
            let _never_cancelled = window().dispatch_event(&event);
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The button that goes through system, light and dark.
#[component]
pub(crate) fn ThemeButton() -> impl IntoView {
    let choice = RwSignal::new(Choice::System);
    Effect::new(move |_| choice.set(Choice::kept()));
    let turn = move |_| {
        choice.update(|choice| *choice = choice.next());
        choice.get_untracked().keep();
    };
    let label = Signal::derive(move || format!("Theme: {}", choice.get().name()));
    let icon = Signal::derive(move || match choice.get() {
        Choice::System => IconName::Contrast,
        Choice::Light => IconName::Sun,
        Choice::Dark => IconName::Moon,
    });
    view! {
        <button type="button" class="icon" aria-label=label title=label on:click=turn>
            <Icon name=icon/>
        </button>
    }
}
