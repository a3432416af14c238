//! Long work in slices, so that the page stays quick: nothing keeps the browser for long at once.

use std::cell::RefCell;

use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// A stretch of time to work in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice {
    ends: f64,
    ms: f64,
}

impl Slice {
    /// Begins one of so many milliseconds.
    pub(crate) fn begin(ms: f64) -> Self {
        Self { ends: now() + ms, ms }
    }

    /// Whether more than half of it is left.
    pub(crate) fn has_most(self) -> bool {
        self.ends - now() > self.ms / 2.0
    }

    /// Whether it is not over yet.
    pub(crate) fn has_time(self) -> bool {
        now() < self.ends
    }
}

/// Milliseconds since the page began.
pub(crate) fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Lets the browser do what it has to, and goes on.
pub(crate) async fn pause() {
    let paused = Promise::new(&mut |resolve, _| {
        next(move || {
            // A promise's own function takes anything.
            let _always = resolve.call0(&JsValue::NULL);
        });
    });
    // This one is never refused.
    let _always = JsFuture::from(paused).await;
}

/// Runs `work` soon, after what the browser has to do. A message, because timers that set timers are held
/// up by four milliseconds each.
pub(crate) fn next(work: impl FnOnce() + 'static) {
    thread_local! {
        static WAITING: RefCell<Option<Post>> = const { RefCell::new(None) };
    }
    struct Post {
        channel: MessageChannel,
        _on_message: Closure<dyn FnMut()>,
    }
    type Queue = std::collections::VecDeque<Box<dyn FnOnce()>>;
    thread_local! {
        static QUEUE: RefCell<Queue> = RefCell::default();
    }
    let Ok(channel) = WAITING.with_borrow_mut(|post| {
        if let Some(post) = post {
            return Ok(post.channel.clone());
        }
        let channel = MessageChannel::new()?;
        let on_message = Closure::<dyn FnMut()>::new(|| {
            let work = QUEUE.with_borrow_mut(Queue::pop_front);
            if let Some(work) = work {
                work();
            }
        });
        channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        *post = Some(Post { channel: channel.clone(), _on_message: on_message });
        Ok::<_, JsValue>(channel)
    }) else {
        return work();
    };
    QUEUE.with_borrow_mut(|queue| queue.push_back(Box::new(work)));
    if channel.port2().post_message(&JsValue::NULL).is_err() {
        let work = QUEUE.with_borrow_mut(Queue::pop_back);
        if let Some(work) = work {
            work();
        }
    }
}
