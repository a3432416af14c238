//! Takes over the page that the server rendered; nothing else.

// The type of a page is as deep as the page.
#![recursion_limit = "512"]

/// Called by the page's boot script, once, when the document is parsed.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
