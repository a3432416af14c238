//! One WebSocket of the browser, with its handlers for as long as it lives.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// An open or opening socket; dropping it closes it and silences its handlers.
#[derive(Debug)]
pub(super) struct Link {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Link {
    /// Opens a socket to a path of this site. `on_close` gets the close code.
    pub(super) fn open(
        path: &str,
        on_message: impl Fn(Vec<u8>) + 'static,
        on_close: impl Fn(u16) + 'static,
    ) -> Result<Self, JsValue> {
        let location = window().location();
        let scheme = if location.protocol()? == "https:" { "wss" } else { "ws" };
        let socket = WebSocket::new(&format!("{scheme}://{}{path}", location.host()?))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            // Text is no frame; the empty message is refused like any that cannot be read.
            let bytes =
                event.data().dyn_into::<ArrayBuffer>().map(|buffer| Uint8Array::new(&buffer).to_vec());
            on_message(bytes.unwrap_or_default());
        });
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| on_close(event.code()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self { socket, _on_message: on_message, _on_close: on_close })
    }

    /// Closes the socket; nothing more is heard of it.
    pub(super) fn close(&self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Refused only for codes and reasons, of which there are none.
        let _always = self.socket.close();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.close();
    }
}
