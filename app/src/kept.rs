//! What a person arranged in each table as it is kept: read with the page, written as it changes.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Map, Value};

use crate::backend::Me;
use crate::parts::toast::{Toasts, use_toasts};
use crate::table::{Arrangement, Column, Layout, Query, Sheet, Sort};
use crate::words::words;
use crate::{calls, frame};

/// How long a filter that is being typed must rest before it is written.
const RESTS: Duration = Duration::from_millis(300);

/// What is kept beside the layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct More {
    /// How the rows are sorted.
    pub(crate) sort: Sort,
    /// What is filtered by.
    pub(crate) filter: Query,
    /// The id of the saved view that is open.
    pub(crate) view: Option<String>,
}

/// The arrangement, and its way to the server; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptLayout {
    layout: RwSignal<Layout>,
    more: StoredValue<More>,
    /// Writes what rests.
    timer: StoredValue<Option<TimeoutHandle>>,
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
        let json = kept.unwrap_or("");
        let Arrangement { layout, sort, filter } = Arrangement::from_json(sheet, json);
        let stored: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
        let view = stored.get("view").and_then(Value::as_str).map(str::to_owned);
        Self {
            layout: RwSignal::new(layout),
            more: StoredValue::new(More { sort, filter, view }),
            timer: StoredValue::new(None),
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

    /// What was kept last, without following it.
    pub(crate) fn arrangement(self) -> Arrangement {
        let More { sort, filter, .. } = self.more.get_value();
        Arrangement { layout: self.layout.get_untracked(), sort, filter }
    }

    /// The id of the saved view that was open last, without following it.
    pub(crate) fn view(self) -> Option<String> {
        self.more.with_value(|more| more.view.clone())
    }

    /// Shows a layout without keeping it, until something is changed.
    pub(crate) fn show(self, layout: Layout) {
        self.layout.set(layout);
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

    /// Keeps what else is arranged; written when it rests, or with the next change if `write` says so.
    pub(crate) fn keep(self, more: More, write: bool) {
        if self.more.with_value(|known| *known == more) {
            return;
        }
        self.more.set_value(more);
        if !write {
            return;
        }
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.timer.set_value(set_timeout_with_handle(move || self.send(), RESTS).ok());
    }

    fn json(self) -> (Sheet, String) {
        let arrangement = self.arrangement();
        let mut json = arrangement.to_json();
        if let Some(view) = self.view() {
            let mut stored: Map<String, Value> = serde_json::from_str(&json).unwrap_or_default();
            stored.insert("view".into(), view.into());
            json = Value::Object(stored).to_string();
        }
        (arrangement.layout.sheet(), json)
    }

    fn send(self) {
        // The person may have signed out meanwhile, and everything here is gone.
        let Some(sending) = self.sending.try_get_value() else { return };
        if sending {
            self.unsent.set_value(true);
            return;
        }
        self.sending.set_value(true);
        let (sheet, json) = self.json();
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
