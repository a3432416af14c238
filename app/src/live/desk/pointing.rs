//! The mouse, its buttons and its wheel, and fingers.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use web_sys::{MouseEvent, PointerEvent, WheelEvent};
use wire::desktop::Gesture;

use super::super::fingers::{Finger, LONG_MS};
use super::super::gestures::{self, Unit};
use super::super::hands::take_keys;
use super::super::watch::{Inner, on};
use super::{do_now, do_soon};

pub(super) fn mouse(inner: &Rc<Inner>, name: &str, event: &PointerEvent) {
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

pub(super) fn let_buttons_go(inner: &Inner) {
    let before = inner.desk.buttons.replace(0);
    do_now(inner, gestures::presses(before, 0));
}

pub(super) fn wheel(inner: &Rc<Inner>, event: &WheelEvent) {
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

pub(super) fn finger(inner: &Rc<Inner>, name: &str, event: &PointerEvent) {
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
