//! Keys of a keyboard, on a desk or on glass.

use std::rc::Rc;

use leptos::prelude::*;
use web_sys::KeyboardEvent;
use wire::desktop::Gesture;

use super::super::hands::{TAKEN_BY_INPUT_METHOD, give_back, is_chord, take_keys};
use super::super::scan;
use super::super::sticky::Sticky;
use super::super::watch::Inner;
use super::clip::{paste_late, pastes};
use super::{Held, do_now, leave};

/// Events closer than this are of one key, in milliseconds: Windows puts Control before AltGr.
const ONE_KEY_MS: f64 = 5.0;

pub(super) fn key_down(inner: &Rc<Inner>, event: &KeyboardEvent) {
    let key = event.key();
    if !inner.shows.typing.get_untracked() {
        if key == "Enter" && !(event.shift_key() || event.alt_key() || event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            take_keys(inner);
        }
        return;
    }
    if is_chord(event) {
        event.prevent_default();
        event.stop_propagation();
        leave(inner);
        return give_back(inner);
    }
    if event.is_composing() || event.key_code() == TAKEN_BY_INPUT_METHOD || key == "Process" {
        return take_keys(inner);
    }
    event.stop_propagation();
    paste_late(inner);
    if key == "Dead" {
        // What it becomes is text, and comes where the focus is.
        inner.desk.dead.set(true);
        return take_keys(inner);
    }
    // Command is the browser's: there it closes windows and pastes.
    if is_mac() && (event.meta_key() || key == "Meta") {
        return;
    }
    let mut letters = key.chars();
    let text = letters.next().filter(|_| letters.next().is_none());
    let place = event.code();
    if pastes(event, &key) && !event.repeat() {
        // Left to the browser, which then says what is pasted.
        let code = scan::code(&place).unwrap_or(scan::V);
        inner.desk.pasting.replace(Some(Held { place, code, text, since: event.time_stamp() }));
        return;
    }
    event.prevent_default();
    match scan::code(&place).or_else(|| scan::meaning(&key)) {
        Some(code) if !is_composed(inner, event, text) => {
            press(inner, Held { place, code, text, since: event.time_stamp() });
        }
        _ => {
            if let Some(letter) = text {
                text_with_sticky(inner, letter);
            }
        }
    }
}

/// Whether a letter is one that a dead key before it has changed. A modifier leaves that open.
fn is_composed(inner: &Inner, event: &KeyboardEvent, text: Option<char>) -> bool {
    match text {
        Some(_) => inner.desk.dead.take() && !event.ctrl_key() && !event.alt_key(),
        None => false,
    }
}

pub(super) fn press(inner: &Inner, key: Held) {
    let desk = &inner.desk;
    let mut before = Vec::new();
    if key.code == scan::ALT_GR {
        // The Control that Windows puts before AltGr is no key that anybody pressed.
        let mut held = desk.held.borrow_mut();
        let is_false = |held: &Held| held.code == scan::CONTROL && key.since - held.since < ONE_KEY_MS;
        if let Some(index) = held.iter().position(is_false) {
            before.push(held.remove(index).goes(false));
        }
    }
    let is_modifier = matches!(key.code, 0x2A | 0x36 | scan::CONTROL | 0xE01D | scan::ALT | scan::ALT_GR);
    let sticky = if is_modifier { Sticky::default() } else { take_sticky(inner) };
    if sticky.is_none() {
        before.push(key.goes(true));
        // Where letting it go is not told, it is let go at once: some keys are known by going down alone.
        if key.code == 0x3A && is_mac() {
            before.push(key.goes(false));
        } else {
            let mut held = desk.held.borrow_mut();
            held.retain(|held| held.place != key.place);
            held.push(key);
        }
    } else {
        before.extend(sticky.around([key.goes(true), key.goes(false)]));
    }
    do_now(inner, before);
}

pub(super) fn key_up(inner: &Inner, event: &KeyboardEvent) {
    if !inner.shows.typing.get_untracked() {
        return;
    }
    paste_late(inner);
    let place = event.code();
    let (key, others) = {
        let mut held = inner.desk.held.borrow_mut();
        let key = held.iter().position(|held| held.place == place).map(|index| held.remove(index));
        // While Command is held, a Mac does not tell of keys that are let go.
        let others = if event.key() == "Meta" { std::mem::take(&mut *held) } else { Vec::new() };
        (key, others)
    };
    let shot = || Held { place: String::new(), code: 0xE037, text: None, since: 0.0 };
    let gestures = match key {
        Some(key) => vec![key.goes(false)],
        // Some systems tell only when it is let go.
        None if place == "PrintScreen" => vec![shot().goes(true), shot().goes(false)],
        None if place == "CapsLock" && is_mac() => {
            let lock = Held { place, code: 0x3A, text: None, since: 0.0 };
            vec![lock.goes(true), lock.goes(false)]
        }
        None => Vec::new(),
    };
    if !gestures.is_empty() {
        event.prevent_default();
        event.stop_propagation();
    }
    do_now(inner, gestures.into_iter().chain(others.iter().map(|key| key.goes(false))));
}

/// Sends what an input method or a keyboard on glass put into the field, and empties it.
pub(super) fn take_text(inner: &Inner) {
    let text = inner.place.keys.value();
    if !text.is_empty() {
        inner.place.keys.set_value("");
        for letter in text.chars() {
            text_with_sticky(inner, letter);
        }
    }
}

/// A letter, or the short cut that it is while Ctrl or Alt wait for it.
fn text_with_sticky(inner: &Inner, letter: char) {
    let sticky = take_sticky(inner);
    match scan::letter(letter) {
        Some(code) if !sticky.is_none() => {
            let key = |down| Gesture::Key { code, down, text: Some(letter) };
            do_now(inner, sticky.around([key(true), key(false)]));
        }
        _ => do_now(inner, [Gesture::Text(letter)]),
    }
}

/// Presses a key that is known by its name and lets it go, with Ctrl and Alt if they wait for it.
pub(in super::super) fn tap(inner: &Inner, name: &str) {
    if let Some(code) = scan::meaning(name) {
        let key = |down| Gesture::Key { code, down, text: None };
        do_now(inner, take_sticky(inner).around([key(true), key(false)]));
    }
}

/// Presses Ctrl, Alt and Delete, which the person's own system keeps for itself.
pub(in super::super) fn secure_attention(inner: &Inner) {
    let key = |down| Gesture::Key { code: scan::DELETE, down, text: None };
    do_now(inner, Sticky { ctrl: true, alt: true }.around([key(true), key(false)]));
}

/// Shows the keyboard on glass, or hides it: it is the field's, which has the focus for real keys, too.
pub(in super::super) fn show_keyboard(inner: &Inner, shown: bool) {
    let keys = &inner.place.keys;
    // Refused by no browser.
    let _always = keys.set_attribute("inputmode", if shown { "text" } else { "none" });
    let _always = keys.blur();
    take_keys(inner);
}

fn take_sticky(inner: &Inner) -> Sticky {
    let sticky = inner.shows.sticky.get_untracked();
    if !sticky.is_none() {
        inner.shows.sticky.set(Sticky::default());
    }
    sticky
}

fn is_mac() -> bool {
    window()
        .navigator()
        .platform()
        .is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}
