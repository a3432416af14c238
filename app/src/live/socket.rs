//! One WebSocket to the server, with messages in and out.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::JsValue;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// An open (or opening) socket. Dropping it closes it, and nothing is heard of it afterwards.
pub(crate) struct Socket {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Connects to `path` of the page's own origin. `on_close` is called at most once with the code, also
    /// when no connection comes about.
    ///
    /// # Errors
    /// When the browser refuses even to try.
    pub(crate) fn open(
        path: &str,
        on_open: impl FnMut() + 'static,
        mut on_message: impl FnMut(&[u8]) + 'static,
        mut on_close: impl FnMut(u16) + 'static,
    ) -> Result<Self, JsValue> {
        let location = window().location();
        let scheme = if location.protocol()? == "https:" { "wss" } else { "ws" };
        let socket = WebSocket::new(&format!("{scheme}://{}{path}", location.host()?))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Ok(buffer) = event.data().dyn_into::<js_sys::ArrayBuffer>() {
                on_message(&js_sys::Uint8Array::new(&buffer).to_vec());
            }
        });
        let on_open = Closure::<dyn FnMut()>::new(on_open);
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| on_close(event.code()));
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close })
    }

    /// Sends one message. What cannot be sent is of no use later: then the connection is lost, and
    /// said to be.
    pub(crate) fn send(&self, message: &[u8]) {
        let _lost = self.socket.send_with_u8_array(message);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}
