//! The number on the icon of the installed app.

use leptos::prelude::window;
use wasm_bindgen::JsValue;

use super::browser;

/// Shows a number on the icon; none for zero, and where the browser has no such thing.
pub(super) fn show(count: usize) {
    let navigator = window().navigator();
    let shown = if count == 0 {
        browser::call(&navigator, "clearAppBadge", &[])
    } else {
        #[expect(clippy::cast_precision_loss, reason = "far fewer sessions than 2^53")]
        browser::call(&navigator, "setAppBadge", &[&JsValue::from_f64(count as f64)])
    };
    if let Some(promise) = shown {
        browser::let_be(promise);
    }
}
