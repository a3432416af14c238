//! What the person does with the replay: buttons, keys, the slider. Browser only.

use std::rc::Rc;

use leptos::task::spawn_local;
use recording::Moment;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, HtmlSelectElement, KeyboardEvent, PointerEvent};

use super::super::timeline;
use super::Inner;
use crate::live::copied;
use crate::words::words;

/// What ← and → go, in milliseconds.
const STEP_MS: u64 = 5_000;

impl Inner {
    /// Does what an event asks for.
    pub(super) fn hear(self: &Rc<Self>, event: &Event) {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        let within = |selector: &str| target.closest(selector).ok().flatten();
        match event.type_().as_str() {
            "click" => {
                if let Some(button) = within("[data-act]") {
                    self.press(&button);
                }
            }
            "change" => match target.get_attribute("data-rp").as_deref() {
                Some("speed") => {
                    let chosen = target.unchecked_ref::<HtmlSelectElement>().value();
                    self.set_speed(chosen.parse().unwrap_or(1.0));
                }
                Some("idle") => self.set_skip_idle(target.unchecked_ref::<HtmlInputElement>().checked()),
                _ => {}
            },
            "submit" => {
                event.prevent_default();
                let text = self.parts.get("text").unchecked_into::<HtmlInputElement>().value();
                self.look_for(&text);
            }
            "keydown" => {
                let event: &KeyboardEvent = event.unchecked_ref();
                let modified = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
                if !modified && self.key(&event.key(), &within, &target) {
                    event.prevent_default();
                }
            }
            // Pointers: only the slider's count.
            name => {
                if let Some(track) = within("[data-rp=track]") {
                    self.drag(name, event.unchecked_ref(), &track);
                }
            }
        }
    }

    fn press(self: &Rc<Self>, button: &Element) {
        match button.get_attribute("data-act").as_deref() {
            Some("play") => self.toggle(),
            Some("earlier") => self.seek_spot(false),
            Some("later") => self.seek_spot(true),
            Some("hit-before") => self.step_hit(false),
            Some("more") => self.list_more(),
            Some("link") => self.copy_link(),
            Some("spot") => {
                if let Some(at) = button.get_attribute("data-at").and_then(|at| at.parse().ok()) {
                    self.seek(Moment(at));
                }
            }
            _ => {}
        }
    }

    /// Whether the key was for the replay.
    fn key(self: &Rc<Self>, key: &str, within: &impl Fn(&str) -> Option<Element>, target: &Element) -> bool {
        if key == " " {
            let takes_space = within("input, select, textarea, button, a, summary, dialog").is_some();
            if !takes_space {
                self.toggle();
            }
            return !takes_space;
        }
        // Elsewhere these keys scroll, or move within a field.
        let in_deck = within("[data-rp=deck]").is_some() && within("input, select").is_none();
        if !in_deck && target.tag_name() != "BODY" {
            return false;
        }
        let now = self.now();
        match key {
            "ArrowLeft" | "ArrowDown" => self.seek(Moment(now.0.saturating_sub(STEP_MS))),
            "ArrowRight" | "ArrowUp" => self.seek(now.plus(STEP_MS)),
            "Home" => self.seek(Moment(0)),
            "End" => self.seek(self.duration()),
            "PageUp" => self.seek_spot(false),
            "PageDown" => self.seek_spot(true),
            _ => return false,
        }
        true
    }

    fn drag(self: &Rc<Self>, name: &str, event: &PointerEvent, track: &Element) {
        let pointer = event.pointer_id();
        match name {
            "pointerdown" if event.button() == 0 => {
                // Without the capture the drag ends where the slider does.
                let _ = track.set_pointer_capture(pointer);
            }
            "pointermove" if track.has_pointer_capture(pointer) => {}
            _ => return,
        }
        let rect = track.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
        self.seek(timeline::moment(share, self.duration()));
    }

    fn copy_link(self: &Rc<Self>) {
        let Moment(ms) = self.now();
        // To the millisecond: the screen there is the screen here.
        let seconds = format!("{}.{:03}", ms / 1_000, ms % 1_000);
        let seconds = seconds.trim_end_matches('0').trim_end_matches('.');
        let path = format!("/sessions/{}?t={seconds}", self.id);
        let inner = Rc::clone(self);
        let control = &words().control;
        spawn_local(async move {
            let word = if copied(&path).await { control.copied } else { control.not_copied };
            inner.parts.say("said", word);
            inner.flash("link-text", word, words().replay.link);
        });
    }
}
