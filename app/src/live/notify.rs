//! Tells when the room for a screen, or the font it is written in, has changed.

use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{FontFaceSet, HtmlElement, ResizeObserver};

/// Text that needs every file of the terminal's font that a screen is likely to use.
const SAMPLE: &str = "0─";

/// Watches the size of an element. Dropping it stops that.
pub(crate) struct Room {
    observer: Option<ResizeObserver>,
    _told: Closure<dyn FnMut()>,
}

impl Room {
    /// Calls `changed` when the element has another size, and once at first.
    pub(crate) fn of(element: &HtmlElement, changed: impl Fn() + 'static) -> Self {
        let told = Closure::<dyn FnMut()>::new(changed);
        let observer = ResizeObserver::new(told.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Self { observer, _told: told }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Asks for an element's font and watches it arrive. Dropping it stops that.
pub(crate) struct Fonts {
    fonts: FontFaceSet,
    told: Closure<dyn FnMut()>,
}

impl Fonts {
    /// Calls `changed` whenever files of a font have been loaded.
    pub(crate) fn of(element: &HtmlElement, changed: impl Fn() + 'static) -> Self {
        let fonts = document().fonts();
        let told = Closure::<dyn FnMut()>::new(changed);
        let listener = told.as_ref().unchecked_ref();
        // Refused by no browser: then the font that is there stays.
        let _ = fonts.add_event_listener_with_callback("loadingdone", listener);
        let style = window().get_computed_style(element).ok().flatten();
        if let Some(family) = style.and_then(|style| style.get_property_value("font-family").ok()) {
            let loaded = fonts.load_with_text(&format!("12px {family}"), SAMPLE);
            // A font that does not load leaves the one that is there.
            spawn_local(async move { drop(JsFuture::from(loaded).await) });
        }
        Self { fonts, told }
    }
}

impl Drop for Fonts {
    fn drop(&mut self) {
        let listener = self.told.as_ref().unchecked_ref();
        let _ = self.fonts.remove_event_listener_with_callback("loadingdone", listener);
    }
}
