//! Lets a page choose the status of the answer it is rendered into.

use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use leptos::prelude::use_context;

/// Sets the status of the current answer; the server puts one in the context of each render.
#[derive(Clone)]
pub struct SetStatus(Arc<dyn Fn(StatusCode) + Send + Sync>);

impl SetStatus {
    /// Wraps what the server's framework does to set a status.
    pub fn new(set: impl Fn(StatusCode) + Send + Sync + 'static) -> Self {
        Self(Arc::new(set))
    }
}

impl fmt::Debug for SetStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetStatus")
    }
}

/// Answers with `status`; in the browser, where the answer has long arrived, does nothing.
pub(crate) fn answer_with(status: StatusCode) {
    if let Some(SetStatus(set)) = use_context() {
        set(status);
    }
}
