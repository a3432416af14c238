//! Keyboard, mouse and fingers of whoever has control of a desktop: events of the browser in, gestures out.
//!
//! While the page has the keyboard nothing is sent and nothing is taken from the page. What is held when the page
//! loses it is let go.

mod clip;
mod keys;
mod pointing;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, FocusEvent, InputEvent, PointerEvent};
use wire::desktop::Gesture;

pub(super) use self::clip::{copied, paste};
pub(super) use self::keys::{secure_attention, show_keyboard, tap};
use super::fingers::Fingers;
use super::gestures::{Sending, Turn};
use super::hands::{edited, is_keys, set_composing, set_typing};
use super::sticky::Sticky;
use super::watch::{Inner, on};

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
        "keydown" => keys::key_down(inner, event.unchecked_ref()),
        "keyup" => keys::key_up(inner, event.unchecked_ref()),
        "beforeinput" => {
            if let Some(key) = edited(event.unchecked_ref()) {
                tap(inner, key);
            }
        }
        "input" => {
            let event: &InputEvent = event.unchecked_ref();
            if !event.is_composing() {
                keys::take_text(inner);
            }
        }
        "compositionstart" => set_composing(inner, true),
        "compositionend" => {
            set_composing(inner, false);
            inner.desk.dead.set(false);
            keys::take_text(inner);
        }
        "paste" => clip::pasted(inner, event.unchecked_ref()),
        "focusin" if is_keys(inner, event.target().as_ref()) => enter(inner),
        "focusout" => {
            let event: &FocusEvent = event.unchecked_ref();
            if !is_keys(inner, event.related_target().as_ref()) {
                leave(inner);
                set_typing(inner, false);
            }
        }
        "mousedown" | "mouseup" | "auxclick" | "contextmenu" if on_canvas() => event.prevent_default(),
        "wheel" if on_canvas() => pointing::wheel(inner, event.unchecked_ref()),
        name @ ("pointerdown" | "pointermove" | "pointerup" | "pointercancel") if on_canvas() => {
            let event: &PointerEvent = event.unchecked_ref();
            match (name, &*event.pointer_type()) {
                (_, "touch") => pointing::finger(inner, name, event),
                ("pointercancel", _) => pointing::let_buttons_go(inner),
                _ => pointing::mouse(inner, name, event),
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
