//! Whether the device has a network, as far as the browser knows.

use leptos::prelude::*;

/// Whether the device has a network. A server on the device itself is reached without one, so this never says
/// that the page is stale; it only tells why.
pub(crate) fn use_online() -> Signal<bool> {
    let online = RwSignal::new(true);
    Effect::new(move |_| {
        online.set(window().navigator().on_line());
        let here = window_event_listener(leptos::ev::online, move |_| online.set(true));
        let gone = window_event_listener(leptos::ev::offline, move |_| online.set(false));
        on_cleanup(move || {
            here.remove();
            gone.remove();
        });
    });
    online.into()
}
