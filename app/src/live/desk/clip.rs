//! Text from the person's clipboard to the desktop's, and the other way.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{ClipboardEvent, KeyboardEvent};
use wire::desktop::Gesture;

use super::super::gestures;
use super::super::scan;
use super::super::sticky::Sticky;
use super::super::watch::Inner;
use super::do_now;
use super::keys::press;
use crate::clipboard;
use crate::words::words;

/// Whether a key pastes, on the page as on the desktop.
pub(super) fn pastes(event: &KeyboardEvent, key: &str) -> bool {
    let plain = !event.alt_key() && !event.meta_key();
    let v = key.eq_ignore_ascii_case("v") && event.ctrl_key();
    let insert = key == "Insert" && event.shift_key() && !event.ctrl_key();
    plain && (v || insert)
}

pub(super) fn pasted(inner: &Inner, event: &ClipboardEvent) {
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
pub(in super::super) fn paste(inner: &Inner, text: &str) {
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
pub(super) fn paste_late(inner: &Inner) -> bool {
    let key = inner.desk.pasting.take();
    let waited = key.is_some();
    if let Some(key) = key {
        press(inner, key);
    }
    waited
}

/// The desktop put a text on its clipboard: so it is put on the person's.
pub(in super::super) fn copied(inner: &Rc<Inner>, text: String) {
    let told = inner.shows.told;
    spawn_local(async move {
        let done = clipboard::copied(&text).await;
        // The pane may have been closed meanwhile.
        told.copies(if done { None } else { Some(text) });
    });
}
