//! The browser's clipboard.

use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;

/// Copies a text; whether the browser did.
pub(crate) async fn copied(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    // Undefined outside secure contexts.
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
