//! Leaving for the sign-in page, once.
//!
//! Several places of a page notice that nobody is signed in any more, and few of them know why. Whoever is
//! first leaves; a page that is on its way stays on it. Never decides whether somebody is signed in.

use std::cell::Cell;

use leptos::ev::Custom;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::PageTransitionEvent;
use wire::EndReason;

use crate::text;

thread_local! {
    /// The page is on its way to another.
    static LEAVING: Cell<bool> = const { Cell::new(false) };
}

/// Takes the way out, for somebody who knows where it leads; false when the page is leaving already.
pub(crate) fn begin() -> bool {
    !LEAVING.replace(true)
}

/// Leaves for the sign-in page, which says the reason and leads back here.
pub(crate) fn to_sign_in(reason: Option<EndReason>) {
    if !begin() {
        return;
    }
    let reason = match reason {
        Some(EndReason::Terminated) => "terminated",
        Some(EndReason::SignedOut) => "signed-out",
        _ => "expired",
    };
    let location = window().location();
    let here =
        format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    // Refused only for a malformed address, which this is not.
    let _always = location.replace(&format!("/sign-in?error={reason}&next={}", text::percent_encoded(&here)));
}

/// A page that the browser brings back as it was may leave again; as long as the current owner lives.
pub(crate) fn come_back() {
    let shown = window_event_listener(Custom::<PageTransitionEvent>::new("pageshow"), |event| {
        if event.unchecked_ref::<PageTransitionEvent>().persisted() {
            LEAVING.set(false);
        }
    });
    on_cleanup(move || shown.remove());
}
