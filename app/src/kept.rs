//! The layout of each table as the person keeps it: read with the page, written as it changes.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::backend::Me;
use crate::parts::toast::{Toasts, use_toasts};
use crate::table::{Column, Layout, Sheet};
use crate::words::words;
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

/// The name of who is signed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MyName(pub(crate) StoredValue<Box<str>>);

/// That of the access log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptLogLayout(pub(crate) KeptLayout);

impl KeptLayout {
    /// Takes the layouts that came with the page and puts them, and the person's name, into the context.
    pub(crate) fn provide(me: &Me) {
        provide_context(MyName(StoredValue::new(me.name.as_str().into())));
        provide_context(Self::new(Sheet::Sessions, me.layout.as_deref()));
        provide_context(KeptLogLayout(Self::new(Sheet::AccessLog, me.log_layout.as_deref())));
    }

    fn new(sheet: Sheet, kept: Option<&str>) -> Self {
        let layout = kept.map_or_else(|| Layout::of(sheet), |json| Layout::from_json(sheet, json));
        Self {
            layout: RwSignal::new(layout),
            sending: StoredValue::new(false),
            unsent: StoredValue::new(false),
            toasts: use_toasts(),
        }
    }

    /// Puts one column in the place of another, where a drag ended so.
    pub(crate) fn dropped(self, moved: Option<(Column, Column)>) {
        if let Some((column, over)) = moved {
            self.change(|layout| layout.move_to(column, over));
        }
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
        let (sheet, json) = self.layout.with_untracked(|layout| (layout.sheet(), layout.to_json()));
        spawn_local(async move {
            if let Err(error) = calls::save_layout(sheet, json).await {
                self.toasts.failed(format!("{} {}", words().frame.columns_not_kept, frame::sentence(&error)));
            }
            self.sending.set_value(false);
            if self.unsent.try_update_value(std::mem::take) == Some(true) {
                self.send();
            }
        });
    }
}
