//! Asks the server for pieces of a recording. Browser only.

use js_sys::{JsString, Reflect, Uint8Array};
use leptos::prelude::window;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::words::words;

/// What there is instead of an answer, for the person.
const UNREACHABLE: &str = "the server does not answer: check the connection and try again";

/// The answer to a question, decoded.
pub(crate) async fn ask<T: DeserializeOwned>(path: String) -> Result<T, String> {
    let bytes = bytes(path).await?;
    wire::decode(&bytes).map_err(|_| words().replay.other_version.into())
}

/// The answer as it is.
pub(crate) async fn bytes(path: String) -> Result<Vec<u8>, String> {
    let response = JsFuture::from(window().fetch_with_str(&path)).await.map_err(|_| UNREACHABLE)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(why(&response).await);
    }
    let body = JsFuture::from(response.array_buffer().map_err(|_| UNREACHABLE)?);
    Ok(Uint8Array::new(&body.await.map_err(|_| UNREACHABLE)?).to_vec())
}

/// The sentence of a problem document (RFC 9457).
async fn why(response: &Response) -> String {
    let detail = async {
        let body = JsFuture::from(response.json().ok()?).await.ok()?;
        Reflect::get(&body, &JsValue::from_str("detail")).ok()?.dyn_into::<JsString>().ok()
    };
    detail.await.map_or_else(|| UNREACHABLE.into(), String::from)
}
