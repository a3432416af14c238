//! The layout of the table as the person keeps it: read with the page, written as it changes.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::backend::Me;
use crate::parts::toast::{Toasts, use_toasts};
use crate::table::Layout;
use crate::{calls, frame};

/// The layout, and its way to the server; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptLayout {
    layout: RwSignal<Layout>,
    /// While one is on its way, later ones wait: they arrive in order, and only the last of them.
    sending: StoredValue<bool>,
    unsent: StoredValue<bool>,
    toasts: Toasts,
}

impl KeptLayout {
    /// Takes the layout that came with the page and puts it into the context.
    pub(crate) fn provide(me: &Me) {
        let layout = me.layout.as_deref().map(Layout::from_json).unwrap_or_default();
        provide_context(Self {
            layout: RwSignal::new(layout),
            sending: StoredValue::new(false),
            unsent: StoredValue::new(false),
            toasts: use_toasts(),
        });
    }

    /// The layout, to be followed.
    pub(crate) fn signal(self) -> Signal<Layout> {
        self.layout.into()
    }

    /// Changes the layout and keeps it.
    pub(crate) fn change(self, change: impl FnOnce(&mut Layout)) {
        let before = self.layout.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.layout.set(after);
            self.send();
        }
    }

    fn send(self) {
        if self.sending.get_value() {
            self.unsent.set_value(true);
            return;
        }
        self.sending.set_value(true);
        let json = self.layout.with_untracked(Layout::to_json);
        spawn_local(async move {
            if let Err(error) = calls::save_layout(json).await {
                self.toasts.failed(format!("The columns could not be kept. {}", frame::sentence(&error)));
            }
            self.sending.set_value(false);
            if self.unsent.try_update_value(std::mem::take) == Some(true) {
                self.send();
            }
        });
    }
}
