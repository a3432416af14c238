//! Short words about what just happened, in a corner, read out by screen readers.

use std::time::Duration;

use leptos::prelude::*;

use super::{Icon, IconName};

/// Long enough to read one sentence twice.
const STAYS: Duration = Duration::from_secs(6);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Toast {
    id: u32,
    text: String,
    bad: bool,
}

/// What is to be told; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Puts an empty list into the context.
    pub(crate) fn provide() {
        provide_context(Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// Says that something was done.
    pub fn done(self, text: impl Into<String>) {
        self.push(text.into(), false);
    }

    /// Says that something was not.
    pub fn failed(self, text: impl Into<String>) {
        self.push(text.into(), true);
    }

    fn push(self, text: String, bad: bool) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.shown.update(|shown| shown.push(Toast { id, text, bad }));
        set_timeout(
            move || {
                // The page may be gone by now, and its list with it.
                let _gone = self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
            },
            STAYS,
        );
    }
}

/// The list of the page.
#[must_use]
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// Where they are shown.
#[component]
pub(crate) fn ToastList() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.id let(toast)>
                <div class=if toast.bad { "toast is-bad" } else { "toast" }>
                    <Icon name=if toast.bad { IconName::Warning } else { IconName::Check }/>
                    <span>{toast.text}</span>
                </div>
            </For>
        </div>
    }
}
