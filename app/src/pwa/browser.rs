//! Calls of things that some browsers lack; where they do, nothing happens.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::window;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorkerContainer, ServiceWorkerRegistration};

/// Whether the window has something of that name.
pub(super) fn has(name: &str) -> bool {
    Reflect::has(&window(), &name.into()).unwrap_or_default()
}

/// A property of the browser's navigator; none where it is not there.
pub(super) fn of_navigator(name: &str) -> Option<JsValue> {
    Reflect::get(&window().navigator(), &name.into()).ok().filter(|value| value.is_truthy())
}

/// Calls a method that may not be there, or may throw.
pub(super) fn call(target: &JsValue, name: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let method: Function = Reflect::get(target, &name.into()).ok()?.dyn_into().ok()?;
    let list: Array = arguments.iter().copied().collect();
    method.apply(target, &list).ok()
}

/// Lets a promise come to its end; what it says does not matter.
pub(super) fn let_be(promise: JsValue) {
    if let Ok(promise) = promise.dyn_into::<Promise>() {
        spawn_local(async move { drop(JsFuture::from(promise).await) });
    }
}

/// The service workers of this site. Browsers have none over plain HTTP, or where they keep nothing.
pub(super) fn workers() -> Option<ServiceWorkerContainer> {
    of_navigator("serviceWorker").map(JsCast::unchecked_into)
}

/// The registration of this site's worker, if it has one.
pub(super) async fn registration() -> Option<ServiceWorkerRegistration> {
    JsFuture::from(workers()?.get_registration()).await.ok()?.dyn_into().ok()
}
