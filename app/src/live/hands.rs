//! Keyboard and mouse of whoever has control of a terminal: events of the browser in, bytes for the session out.
//!
//! While the page has the keyboard nothing is sent and nothing is taken from the page; one chord gives
//! it back whatever the program does with keys.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ClipboardEvent, Element, Event, FocusEvent, FocusOptions, HtmlElement, InputEvent, KeyboardEvent,
    MouseEvent, Node, PointerEvent, WheelEvent,
};

use super::asked::Asked;
use super::desk;
use super::keys::mouse::{self, Act, At};
use super::keys::{self, Press};
use super::paste;
use super::sticky::Sticky;
use super::watch::Inner;

/// The chord that gives the keyboard back to the page, as people read it.
pub(crate) const CHORD: &str = "Ctrl+Alt+K";

/// Everything that is listened to on the stage; some of it only where the screen is a desktop's.
const EVENTS: [&str; 19] = [
    "keydown",
    "keyup",
    "beforeinput",
    "input",
    "compositionstart",
    "compositionend",
    "paste",
    "focusin",
    "focusout",
    "click",
    "auxclick",
    "mousedown",
    "mouseup",
    "contextmenu",
    "pointerdown",
    "pointermove",
    "pointerup",
    "pointercancel",
    "wheel",
];

/// Pixels of the wheel that count as one turn.
const TURN_PX: f64 = 50.0;
/// Pixels in a line, for wheels that count lines.
const LINE_PX: f64 = 20.0;
/// What the browser says for a key that an input method takes.
pub(super) const TAKEN_BY_INPUT_METHOD: u32 = 229;

/// Listens to a stage. Dropping it stops that.
pub(crate) struct Hands {
    stage: HtmlElement,
    /// Not `FnMut`: moving the focus in one event is the next event.
    told: Closure<dyn Fn(Event)>,
}

impl Hands {
    /// Calls `heard` for every event of the keyboard, the mouse and the focus within `stage`.
    pub(crate) fn of(stage: &HtmlElement, heard: impl Fn(&Event) + 'static) -> Self {
        let told = Closure::<dyn Fn(Event)>::new(move |event: Event| heard(&event));
        for name in EVENTS {
            // Refused by no browser.
            let _always = stage.add_event_listener_with_callback(name, told.as_ref().unchecked_ref());
        }
        Self { stage: stage.clone(), told }
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        for name in EVENTS {
            let _always =
                self.stage.remove_event_listener_with_callback(name, self.told.as_ref().unchecked_ref());
        }
    }
}

/// What the mouse is doing.
#[derive(Default)]
pub(super) struct Grip {
    /// The button that the program knows to be held.
    held: Cell<Option<u8>>,
    /// The cell that it was last told of.
    last: Cell<(u16, u16)>,
    /// Pixels of the wheel that are no whole turn yet.
    turned: Cell<f64>,
}

/// Takes one event of the stage.
pub(super) fn heard(inner: &Inner, event: &Event) {
    match event.type_().as_str() {
        "keydown" => key(inner, event.unchecked_ref()),
        "beforeinput" => {
            if let Some(key) = edited(event.unchecked_ref()) {
                tap(inner, key);
            }
        }
        "input" => {
            let event: &InputEvent = event.unchecked_ref();
            if !event.is_composing() {
                take_text(inner);
            }
        }
        "compositionstart" => set_composing(inner, true),
        "compositionend" => {
            set_composing(inner, false);
            take_text(inner);
        }
        "paste" => pasted(inner, event.unchecked_ref()),
        "focusin" if is_keys(inner, event.target().as_ref()) => set_typing(inner, true),
        "focusout" => {
            let event: &FocusEvent = event.unchecked_ref();
            let to = event.related_target();
            // A click on the screen moves the focus from the keys to the text, which may be selected.
            let stays = to.is_some_and(|to| inner.place.stage.contains(to.dyn_ref::<Node>()));
            if !stays {
                set_typing(inner, false);
            }
        }
        "click" if !has_selection() => take_keys(inner),
        "mousedown" | "contextmenu" if reports(inner, event.unchecked_ref()) => event.prevent_default(),
        "mousedown" => forget_field(inner),
        "wheel" => wheel(inner, event.unchecked_ref()),
        name @ ("pointerdown" | "pointermove" | "pointerup") => {
            pointer(inner, name, event.unchecked_ref());
        }
        _ => {}
    }
}

/// The person may type now: so they do, if they are at this pane.
pub(super) fn gained(inner: &Inner) {
    let pane = inner.place.stage.closest(".live").ok().flatten();
    let here = document().active_element().is_none_or(|active| {
        active.tag_name() == "BODY" || pane.is_some_and(|pane| pane.contains(Some(&active)))
    });
    if here {
        take_keys(inner);
    }
}

/// The person may no longer type.
pub(super) fn lost(inner: &Inner) {
    inner.grip.held.set(None);
    inner.shows.sticky.set(Sticky::default());
    if let Some(easel) = &inner.easel {
        // The server knows, and lets go of what was held.
        desk::forget(inner);
        easel.point(false);
    }
    if inner.shows.typing.get_untracked() {
        give_back(inner);
    }
}

/// Whether it is the chord that gives the keyboard back.
pub(super) fn is_chord(event: &KeyboardEvent) -> bool {
    let is_k = event.code() == "KeyK" || event.key().eq_ignore_ascii_case("k");
    event.ctrl_key() && event.alt_key() && !event.shift_key() && !event.meta_key() && is_k
}

/// Presses a key that is known by its name, with Ctrl and Alt if they wait for it.
pub(super) fn tap(inner: &Inner, name: &str) {
    let Sticky { ctrl, alt } = inner.shows.sticky.get_untracked();
    inner.shows.sticky.set(Sticky::default());
    let press = Press { key: name, ctrl, alt, ..Press::default() };
    // What has no bytes with them has some without.
    let plain = || keys::bytes(Press { key: name, ..Press::default() }, inner.app_cursor());
    if let Some(bytes) = keys::bytes(press, inner.app_cursor()).or_else(plain) {
        inner.send_input(&bytes);
    }
}

fn key(inner: &Inner, event: &KeyboardEvent) {
    let key = event.key();
    let press = Press {
        key: &key,
        shift: event.shift_key(),
        alt: event.alt_key(),
        ctrl: event.ctrl_key(),
        meta: event.meta_key(),
        alt_gr: event.get_modifier_state("AltGraph"),
    };
    let sticky = inner.shows.sticky.get_untracked();
    if !inner.shows.typing.get_untracked() {
        if key == "Enter" && !(press.shift || press.alt || press.ctrl || press.meta) {
            event.prevent_default();
            take_keys(inner);
        }
        return;
    }
    if is_chord(event) {
        event.prevent_default();
        event.stop_propagation();
        return give_back(inner);
    }
    if event.is_composing() || event.key_code() == TAKEN_BY_INPUT_METHOD {
        return take_keys(inner);
    }
    if press.ctrl && press.shift && key.eq_ignore_ascii_case("c") {
        event.prevent_default();
        return copy();
    }
    let is_modifier = matches!(&*key, "Control" | "Alt" | "Shift" | "AltGraph" | "Meta" | "CapsLock");
    if !(sticky.is_none() || is_modifier || press.ctrl || press.alt || press.meta) {
        event.prevent_default();
        event.stop_propagation();
        return tap(inner, &key);
    }
    if let Some(bytes) = keys::bytes(press, inner.app_cursor()) {
        event.prevent_default();
        event.stop_propagation();
        // Selected text stays selected for ^C alone: it may be copied next.
        if !press.ctrl {
            take_keys(inner);
        }
        inner.send_input(&bytes);
    } else if key == "Dead" || key == "Process" || (press.ctrl && press.shift) {
        // What follows is text, composed or pasted, and comes where the focus is.
        take_keys(inner);
    }
}

/// What a keyboard on glass does where no key is pressed: the key that it stands for, which the browser leaves to us.
pub(super) fn edited(event: &InputEvent) -> Option<&'static str> {
    let key = match event.input_type().as_str() {
        _ if event.is_composing() => return None,
        "deleteContentBackward" => "Backspace",
        "insertLineBreak" | "insertParagraph" => "Enter",
        _ => return None,
    };
    event.prevent_default();
    Some(key)
}

/// Sends what an input method or a keyboard on glass put into the field, and empties it.
fn take_text(inner: &Inner) {
    let text = inner.place.keys.value();
    if text.is_empty() {
        return;
    }
    inner.place.keys.set_value("");
    let waits = !inner.shows.sticky.with_untracked(|sticky| sticky.is_none());
    match waits.then(|| text.chars().next()).flatten() {
        // Ctrl and Alt are for one key.
        Some(first) => {
            let (key, rest) = text.split_at(first.len_utf8());
            tap(inner, key);
            inner.send_input(&paste::bytes(rest, false));
        }
        None => inner.send_input(&paste::bytes(&text, false)),
    }
}

pub(super) fn set_composing(inner: &Inner, composing: bool) {
    // Only while something is composed is there anything to see in the field.
    let _always = inner.place.keys.class_list().toggle_with_force("live-composing", composing);
}

fn pasted(inner: &Inner, event: &ClipboardEvent) {
    if !inner.shows.typing.get_untracked() {
        return;
    }
    event.prevent_default();
    let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
    if text.is_empty() {
        return;
    }
    if paste::is_risky(&text) && !inner.shows.pastes_freely.get_value() {
        inner.shows.asked.set(Some(Asked::Paste(text)));
    } else {
        inner.paste(&text);
    }
}

fn copy() {
    let selected =
        window().get_selection().ok().flatten().map(|selection| String::from(selection.to_string()));
    let clipboard = window().navigator().clipboard();
    // Undefined outside secure contexts.
    if let Some(text) = selected.filter(|text| !text.is_empty() && !clipboard.is_undefined()) {
        let written = clipboard.write_text(&text);
        // A browser that refuses says so itself.
        spawn_local(async move { drop(JsFuture::from(written).await) });
    }
}

/// With Shift the browser would extend what is selected in the field, where nothing is.
fn forget_field(inner: &Inner) {
    let keys: &Node = &inner.place.keys;
    let in_field = document().active_element().is_some_and(|active| keys.is_same_node(Some(active.as_ref())));
    if in_field && let Ok(Some(selection)) = window().get_selection() {
        let _always = selection.remove_all_ranges();
    }
}

fn has_selection() -> bool {
    window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed())
}

/// Keys go to the session from now on.
pub(super) fn take_keys(inner: &Inner) {
    // The page shows the field with the next tick; it takes the focus only when shown.
    let keys = &inner.place.keys;
    keys.set_hidden(false);
    focus(keys);
}

/// Keys go to the page from now on.
pub(super) fn give_back(inner: &Inner) {
    focus(inner.place.sheet.element());
    set_composing(inner, false);
    inner.place.keys.set_value("");
    set_typing(inner, false);
}

fn focus(element: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // Focusing an element of the document is never refused.
    let _always = element.focus_with_options(&options);
}

pub(super) fn set_typing(inner: &Inner, typing: bool) {
    if inner.shows.typing.get_untracked() != typing {
        inner.shows.typing.set(typing);
    }
}

pub(super) fn is_keys(inner: &Inner, target: Option<&web_sys::EventTarget>) -> bool {
    let keys: &Node = &inner.place.keys;
    target.and_then(|target| target.dyn_ref::<Node>()).is_some_and(|node| keys.is_same_node(Some(node)))
}

/// Whether the mouse is the program's: it asked for it, keys go to it, and Shift does not select text.
fn reports(inner: &Inner, event: &MouseEvent) -> bool {
    inner.shows.typing.get_untracked() && !event.shift_key() && inner.modes().mouse != 0
}

fn pointer(inner: &Inner, name: &str, event: &PointerEvent) {
    let (grip, button) = (&inner.grip, u8::try_from(event.button()).unwrap_or(0).min(2));
    let act = match name {
        "pointerup" => match grip.held.take() {
            Some(held) => Act::Up(held),
            None => return,
        },
        _ if !reports(inner, event) => return,
        "pointerdown" => {
            grip.held.set(Some(button));
            // Refused only for a pointer that is gone already.
            let _gone = inner.place.stage.set_pointer_capture(event.pointer_id());
            Act::Down(button)
        }
        _ => Act::Move(grip.held.get()),
    };
    let Some(at) = place(inner, event) else { return };
    let moved = grip.last.replace((at.column, at.row)) != (at.column, at.row);
    if moved || !matches!(act, Act::Move(_)) {
        report(inner, act, at);
    }
}

fn wheel(inner: &Inner, event: &WheelEvent) {
    if !reports(inner, event) {
        return;
    }
    event.prevent_default();
    let scale = if event.delta_mode() == WheelEvent::DOM_DELTA_PIXEL { 1.0 } else { LINE_PX };
    let turned = inner.grip.turned.get() + event.delta_y() * scale;
    let turns = (turned / TURN_PX).trunc();
    inner.grip.turned.set(turned - turns * TURN_PX);
    if let Some(at) = place(inner, event) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few turns an event")]
        for _ in 0..turns.abs() as u8 {
            report(inner, Act::Wheel(u8::from(turns > 0.0)), at);
        }
    }
}

fn report(inner: &Inner, act: Act, at: At) {
    if let Some(bytes) = mouse::bytes(act, at, inner.modes()) {
        inner.send_input(&bytes);
    }
}

/// The cell under the pointer, the nearest one when it is beside the screen.
fn place(inner: &Inner, event: &MouseEvent) -> Option<At> {
    let size = inner.shows.size.get_untracked()?;
    let sheet: &Element = inner.place.sheet.element();
    let room = sheet.get_bounding_client_rect();
    let cell = |from: f64, length: f64, cells: u16| {
        let nth = (from / length * f64::from(cells)).clamp(0.0, f64::from(cells - 1));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cell of the screen")]
        let nth = nth as u16 + 1;
        nth
    };
    Some(At {
        column: cell(f64::from(event.client_x()) - room.left(), room.width(), size.cols),
        row: cell(f64::from(event.client_y()) - room.top(), room.height(), size.rows),
        alt: event.alt_key(),
        ctrl: event.ctrl_key(),
    })
}
