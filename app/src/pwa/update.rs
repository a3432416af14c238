//! A new build: its worker waits until the person agrees, and then the page is loaded anew.

use std::time::Duration;

use leptos::prelude::{set_timeout, window};
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerState};

use super::browser;

/// What the worker is told; the same word stands in `worker.js`.
const AGREED: &str = "agreed";
/// The page is loaded anew after this time even when the worker has not come: it is not needed for that.
const PATIENCE: Duration = Duration::from_secs(5);

/// Has the browser fetch the worker of the new build, so that it waits when the person agrees.
pub(crate) fn get_ready() {
    spawn_local(async {
        if let Some(registration) = browser::registration().await
            && let Ok(asked) = registration.update()
        {
            // Without it the page is loaded anew all the same.
            drop(JsFuture::from(asked).await);
        }
    });
}

/// The person has agreed: the worker of the new build takes over, and the page is loaded anew.
pub(crate) fn take_new_build() {
    spawn_local(async {
        let Some(registration) = browser::registration().await else { return reload() };
        if let Ok(asked) = registration.update() {
            drop(JsFuture::from(asked).await);
        }
        let worker = registration.waiting().or_else(|| registration.installing());
        let (Some(worker), Some(workers)) = (worker, browser::workers()) else { return reload() };
        workers.set_oncontrollerchange(Some(Closure::once_into_js(reload).unchecked_ref()));
        set_timeout(reload, PATIENCE);
        if worker.state() == ServiceWorkerState::Installed {
            agree(&worker);
            return;
        }
        let installing = worker.clone();
        let told = Closure::<dyn FnMut()>::new(move || {
            if installing.state() == ServiceWorkerState::Installed {
                agree(&installing);
            }
        });
        worker.set_onstatechange(Some(told.into_js_value().unchecked_ref()));
    });
}

fn agree(worker: &ServiceWorker) {
    // Refused only for what cannot be copied, which a word can.
    let _always = worker.post_message(&JsValue::from_str(AGREED));
}

fn reload() {
    // Fails only while another navigation is under way, which loads the new build as well.
    let _navigating = window().location().reload();
}
