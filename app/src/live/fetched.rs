//! A session by its id, as the server knows it when a page asks.

use std::sync::Arc;

use leptos::prelude::*;

use crate::backend::{BackendError, Shown};
use crate::calls;

type Show = Arc<dyn Fn(Result<Shown, BackendError>) -> AnyView + Send + Sync>;

/// Asks for the session of that id, which may be anything, and shows what comes.
pub(crate) fn fetched(
    id: Signal<String>,
    show: impl Fn(Result<Shown, BackendError>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    view(id, Arc::new(show))
}

/// Made once for all pages: what waits for the server is large.
fn view(id: Signal<String>, show: Show) -> AnyView {
    let shown = Resource::new_blocking(move || id.get(), fetch);
    view! {
        <Suspense fallback=|| view! { <div class="pane-wait" aria-busy="true"></div> }>
            {move || {
                let show = Arc::clone(&show);
                Suspend::new(async move { show(shown.await) })
            }}
        </Suspense>
    }
    .into_any()
}

async fn fetch(id: String) -> Result<Shown, BackendError> {
    let id = id.parse().map_err(|_| BackendError::NotFound)?;
    calls::session(id).await
}
