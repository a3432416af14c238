//! Looking for text: the server finds it, the rows that show it are lit.

use std::rc::{Rc, Weak};

use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::Element;
use wire::SessionId;

use super::super::answer::Found;
use super::super::fetch;
use super::super::markup::set;
use super::super::search::Search;
use super::Inner;
use crate::text::percent_encoded;

impl Inner {
    /// Looks for a text; for the same text again it goes to the next place.
    pub(super) fn look_for(self: &Rc<Self>, text: &str) {
        if self.search.borrow().text == text {
            return self.step_hit(true);
        }
        *self.search.borrow_mut() = Search::of(text);
        self.searches.set(self.searches.get() + 1);
        self.light();
        self.show_search();
        spawn_local(look(Rc::downgrade(self), self.id, self.searches.get()));
    }

    /// Goes to the next hit, or the one before.
    pub(super) fn step_hit(self: &Rc<Self>, forward: bool) {
        let at = self.search.borrow_mut().step(forward);
        self.show_search();
        if let Some(at) = at {
            self.set_playing(false);
            self.seek(at);
        }
    }

    pub(super) fn show_search(&self) {
        let search = self.search.borrow();
        self.parts.say("count", &search.words());
        set(&self.parts.get("count"), "title", search.line().unwrap_or_default());
    }

    /// Lights the rows that show what was found, while that moment is looked at.
    pub(super) fn light(&self) {
        let search = self.search.borrow();
        let mut deck = self.deck.borrow_mut();
        let Some(deck) = deck.as_mut() else { return };
        let lit = !self.playing.get() && search.at() == Some(deck.now());
        if !self.lit.replace(lit) && !lit {
            return;
        }
        let text = search.text.to_lowercase();
        let Ok(rows) = self.parts.get("sheet").query_selector_all(".scr-row") else { return };
        for (row, line) in (0..rows.length()).zip(deck.screen().lines()) {
            let Some(row) = rows.item(row) else { return };
            let row: Element = row.unchecked_into();
            let has = lit && line.text().to_lowercase().contains(&text);
            row.set_class_name(if has { "scr-row scr-hit" } else { "scr-row" });
        }
    }
}

/// Looks on until everything is found, or another text is looked for.
async fn look(inner: Weak<Inner>, id: SessionId, search: u32) {
    loop {
        let Some(present) = inner.upgrade().filter(|inner| inner.searches.get() == search) else { return };
        let Some(from) = present.search.borrow().wants() else { return };
        let text = percent_encoded(&present.search.borrow().text);
        drop(present);
        let found = fetch::ask::<Found>(format!("/recordings/{id}/found?text={text}&from={}", from.0)).await;
        let Some(present) = inner.upgrade().filter(|inner| inner.searches.get() == search) else { return };
        match found {
            Ok(found) => {
                let now = present.now();
                let jump = present.search.borrow_mut().take(found, now);
                present.show_search();
                if let Some(at) = jump {
                    present.set_playing(false);
                    present.seek(at);
                }
            }
            Err(words) => return present.fail(&words),
        }
    }
}
