//! Keyboard, mouse and fingers of whoever has control of a desktop: events of the browser in, gestures out.
//!
//! While the page has the keyboard nothing is sent and nothing is taken from the page. What is held when the page
//! loses it is let go.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{
    ClipboardEvent, Event, FocusEvent, InputEvent, KeyboardEvent, MouseEvent, PointerEvent, WheelEvent,
};
use wire::desktop::Gesture;

use super::fingers::{Finger, Fingers, LONG_MS};
use super::gestures::{self, Sending, Turn, Unit};
use super::hands::{
    TAKEN_BY_INPUT_METHOD, give_back, is_chord, is_keys, set_composing, set_typing, take_keys,
};
use super::scan;
use super::sticky::Sticky;
use super::watch::{Inner, on};
use crate::clipboard;
use crate::words::words;

/// Events closer than this are of one key, in milliseconds: Windows puts Control before AltGr.
const ONE_KEY_MS: f64 = 5.0;

/// What is going on at a desktop.
#[derive(Default)]
pub(super) struct Desk {
    sending: RefCell<Sending>,
    frame_asked: Cell<bool>,
    /// Keys that are down: where on the keyboard, as what they were sent, and when they went down.
    held: RefCell<Vec<Held>>,
    /// Buttons that are down, as the browser counts them.
    buttons: Cell<u16>,
    /// Where the mouse was last.
    place: Cell<Option<(u16, u16)>>,
    /// The key that pastes: it is sent after what it pastes.
    pasting: RefCell<Option<Held>>,
    /// A dead key waits for its letter.
    dead: Cell<bool>,
    turn: RefCell<Turn>,
    fingers: RefCell<Fingers>,
    resting: RefCell<Option<Timeout>>,
}

impl Desk {
    /// Somebody else has moved the mouse: where it is, is to be said before anything is done there.
    pub(super) fn moved_away(&self) {
        self.place.set(None);
    }
}

#[derive(Clone)]
struct Held {
    place: String,
    code: u16,
    text: Option<char>,
    since: f64,
}

impl Held {
    const fn goes(&self, down: bool) -> Gesture {
        Gesture::Key { code: self.code, down, text: self.text }
    }
}

/// Takes one event of the stage.
pub(super) fn heard(inner: &Rc<Inner>, event: &Event) {
    let on_canvas = || {
        let canvas: &wasm_bindgen::JsValue = inner.place.sheet.element().as_ref();
        event.target().is_some_and(|target| target.loose_eq(canvas))
    };
    match event.type_().as_str() {
        "keydown" => key_down(inner, event.unchecked_ref()),
        "keyup" => key_up(inner, event.unchecked_ref()),
        "beforeinput" => edit(inner, event.unchecked_ref()),
        "input" => {
            let event: &InputEvent = event.unchecked_ref();
            if !event.is_composing() {
                take_text(inner);
            }
        }
        "compositionstart" => set_composing(inner, true),
        "compositionend" => {
            set_composing(inner, false);
            inner.desk.dead.set(false);
            take_text(inner);
        }
        "paste" => pasted(inner, event.unchecked_ref()),
        "focusin" if is_keys(inner, event.target().as_ref()) => enter(inner),
        "focusout" => {
            let event: &FocusEvent = event.unchecked_ref();
            if !is_keys(inner, event.related_target().as_ref()) {
                leave(inner);
                set_typing(inner, false);
            }
        }
        "mousedown" | "mouseup" | "auxclick" | "contextmenu" if on_canvas() => event.prevent_default(),
        "wheel" if on_canvas() => wheel(inner, event.unchecked_ref()),
        name @ ("pointerdown" | "pointermove" | "pointerup" | "pointercancel") if on_canvas() => {
            let event: &PointerEvent = event.unchecked_ref();
            match (name, &*event.pointer_type()) {
                (_, "touch") => finger(inner, name, event),
                ("pointercancel", _) => let_buttons_go(inner),
                _ => mouse(inner, name, event),
            }
        }
        _ => {}
    }
}

/// Keys and mouse are the desktop's from now on.
fn enter(inner: &Inner) {
    set_typing(inner, true);
    if let Some(easel) = &inner.easel {
        easel.point(true);
    }
}

/// Keys and mouse are the page's from now on: whatever is held is let go.
fn leave(inner: &Inner) {
    if forget(inner) {
        do_now(inner, [Gesture::Released]);
    }
    if let Some(easel) = &inner.easel {
        easel.point(false);
    }
}

/// Says that something is still held, if it is: of whoever holds it in silence the server takes it that they are gone.
pub(super) fn still_holds(inner: &Inner) {
    let desk = &inner.desk;
    let holds =
        !desk.held.borrow().is_empty() || desk.buttons.get() != 0 || desk.fingers.borrow().is_dragging();
    if holds {
        inner.send_input(&wire::encode(&Vec::<Gesture>::new()));
    }
}

/// Forgets what is held, without a word to the desktop; whether there was something.
pub(super) fn forget(inner: &Inner) -> bool {
    let desk = &inner.desk;
    let keys = std::mem::take(&mut *desk.held.borrow_mut());
    let buttons = desk.buttons.replace(0);
    desk.pasting.take();
    desk.dead.set(false);
    desk.sending.borrow_mut().clear();
    desk.resting.take();
    desk.place.set(None);
    let fingers = desk.fingers.take();
    inner.shows.sticky.set(Sticky::default());
    !keys.is_empty() || buttons != 0 || fingers.is_dragging()
}

/// Does gestures at once, after what waits.
fn do_now(inner: &Inner, gestures: impl IntoIterator<Item = Gesture>) {
    let messages = {
        let mut sending = inner.desk.sending.borrow_mut();
        for gesture in gestures {
            sending.add(gesture);
        }
        sending.take()
    };
    for message in messages {
        inner.send_input(&message);
    }
}

/// Does a gesture with the next picture: of many like it only the last counts.
fn do_soon(inner: &Rc<Inner>, gesture: Gesture) {
    inner.desk.sending.borrow_mut().add(gesture);
    if !inner.desk.frame_asked.replace(true) {
        request_animation_frame(on(inner, |inner| {
            inner.desk.frame_asked.set(false);
            do_now(inner, []);
        }));
    }
}

// Keys

fn key_down(inner: &Rc<Inner>, event: &KeyboardEvent) {
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

fn press(inner: &Inner, key: Held) {
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

fn key_up(inner: &Inner, event: &KeyboardEvent) {
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

/// What a keyboard on glass does where no key is pressed.
fn edit(inner: &Inner, event: &InputEvent) {
    let key = match event.input_type().as_str() {
        _ if event.is_composing() => return,
        "deleteContentBackward" => "Backspace",
        "insertLineBreak" | "insertParagraph" => "Enter",
        _ => return,
    };
    event.prevent_default();
    tap(inner, key);
}

/// Sends what an input method or a keyboard on glass put into the field, and empties it.
fn take_text(inner: &Inner) {
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
pub(super) fn tap(inner: &Inner, name: &str) {
    if let Some(code) = scan::meaning(name) {
        let key = |down| Gesture::Key { code, down, text: None };
        do_now(inner, take_sticky(inner).around([key(true), key(false)]));
    }
}

/// Presses Ctrl, Alt and Delete, which the person's own system keeps for itself.
pub(super) fn secure_attention(inner: &Inner) {
    let key = |down| Gesture::Key { code: scan::DELETE, down, text: None };
    do_now(inner, Sticky { ctrl: true, alt: true }.around([key(true), key(false)]));
}

/// Shows the keyboard on glass, or hides it: it is the field's, which has the focus for real keys, too.
pub(super) fn show_keyboard(inner: &Inner, shown: bool) {
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

// The clipboard

/// Whether a key pastes, on the page as on the desktop.
fn pastes(event: &KeyboardEvent, key: &str) -> bool {
    let plain = !event.alt_key() && !event.meta_key();
    let v = key.eq_ignore_ascii_case("v") && event.ctrl_key();
    let insert = key == "Insert" && event.shift_key() && !event.ctrl_key();
    plain && (v || insert)
}

fn pasted(inner: &Inner, event: &ClipboardEvent) {
    if !inner.shows.typing.get_untracked() {
        return;
    }
    event.prevent_default();
    let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
    // Without text there may still be something on the desktop's own clipboard.
    if text.is_empty() || put(inner, &text) {
        if !paste_late(inner) && !text.is_empty() {
            paste_keys(inner);
        }
    } else {
        inner.desk.pasting.take();
    }
}

/// Pastes a text: puts it on the desktop's clipboard and presses the keys that paste.
pub(super) fn paste(inner: &Inner, text: &str) {
    if put(inner, text) {
        paste_keys(inner);
    }
}

/// Puts a text on the desktop's clipboard; whether it may be so long.
fn put(inner: &Inner, text: &str) -> bool {
    let pieces = gestures::clip(text);
    if pieces.is_none() {
        inner.shows.told.tell(words().desktop.clip_too_long);
    }
    let fits = pieces.is_some();
    do_now(inner, pieces.into_iter().flatten());
    fits
}

fn paste_keys(inner: &Inner) {
    let key = |down| Gesture::Key { code: scan::V, down, text: Some('v') };
    do_now(inner, Sticky { ctrl: true, alt: false }.around([key(true), key(false)]));
}

/// Presses the key that pastes, if it still waits for what it pastes.
fn paste_late(inner: &Inner) -> bool {
    let key = inner.desk.pasting.take();
    let waited = key.is_some();
    if let Some(key) = key {
        press(inner, key);
    }
    waited
}

/// The desktop put a text on its clipboard: so it is put on the person's.
pub(super) fn copied(inner: &Rc<Inner>, text: String) {
    let told = inner.shows.told;
    spawn_local(async move {
        let done = clipboard::copied(&text).await;
        // The pane may have been closed meanwhile.
        told.copies(if done { None } else { Some(text) });
    });
}

// The mouse

fn mouse(inner: &Rc<Inner>, name: &str, event: &PointerEvent) {
    if name == "pointerdown" {
        take_keys(inner);
        // Refused only for a pointer that is gone already.
        let _gone = inner.place.sheet.element().set_pointer_capture(event.pointer_id());
    }
    if !inner.shows.typing.get_untracked() {
        return;
    }
    let Some(place) = place(inner, event) else { return };
    let desk = &inner.desk;
    if desk.place.replace(Some(place)) != Some(place) {
        let (x, y) = place;
        do_soon(inner, Gesture::Move { x, y });
    }
    let now = event.buttons();
    let before = desk.buttons.replace(now);
    if before != now {
        do_now(inner, gestures::presses(before, now));
    }
}

fn let_buttons_go(inner: &Inner) {
    let before = inner.desk.buttons.replace(0);
    do_now(inner, gestures::presses(before, 0));
}

fn wheel(inner: &Rc<Inner>, event: &WheelEvent) {
    if !inner.shows.typing.get_untracked() {
        return;
    }
    event.prevent_default();
    let unit = match event.delta_mode() {
        WheelEvent::DOM_DELTA_LINE => Unit::Lines,
        WheelEvent::DOM_DELTA_PAGE => Unit::Pages,
        _ => Unit::Pixels,
    };
    let turned = inner.desk.turn.borrow_mut().turn(event.delta_x(), event.delta_y(), unit);
    if let Some(turned) = turned {
        do_soon(inner, turned);
    }
}

/// The pixel of the desktop under the pointer, the nearest one when it is beside the picture.
fn place(inner: &Inner, event: &MouseEvent) -> Option<(u16, u16)> {
    let extent = inner.easel.as_ref()?.extent()?;
    let room = inner.place.sheet.element().get_bounding_client_rect();
    let pixel = |from: f64, length: f64, pixels: u16| {
        let nth = (from / length * f64::from(pixels)).clamp(0.0, f64::from(pixels - 1));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a pixel of the desktop")]
        let nth = nth as u16;
        nth
    };
    Some((
        pixel(f64::from(event.client_x()) - room.left(), room.width(), extent.width),
        pixel(f64::from(event.client_y()) - room.top(), room.height(), extent.height),
    ))
}

// Fingers

fn finger(inner: &Rc<Inner>, name: &str, event: &PointerEvent) {
    // The browser makes no mouse of it.
    event.prevent_default();
    let Some(place) = place(inner, event) else { return };
    let id = event.pointer_id();
    let page = (f64::from(event.client_x()), f64::from(event.client_y()));
    let finger = Finger { id, page, place };
    let mut fingers = inner.desk.fingers.borrow_mut();
    let (gestures, rests) = match name {
        "pointerdown" => fingers.down(finger),
        "pointermove" => (fingers.moved(finger), fingers.is_resting()),
        "pointerup" => (fingers.up(id), false),
        _ => (fingers.gone(), false),
    };
    drop(fingers);
    match name {
        "pointerdown" => {
            take_keys(inner);
            let _gone = inner.place.sheet.element().set_pointer_capture(id);
            let rested = on(inner, |inner| {
                let gestures = inner.desk.fingers.borrow_mut().rested();
                do_now(inner, gestures);
            });
            inner.desk.resting.replace(rests.then(|| Timeout::new(LONG_MS, rested)));
        }
        _ if !rests => drop(inner.desk.resting.take()),
        _ => {}
    }
    if !inner.shows.typing.get_untracked() {
        return;
    }
    match <[Gesture; 1]>::try_from(gestures) {
        Ok([moves @ (Gesture::Move { .. } | Gesture::Wheel { .. })]) => do_soon(inner, moves),
        Ok(gesture) => do_now(inner, gesture),
        Err(gestures) => do_now(inner, gestures),
    }
}
