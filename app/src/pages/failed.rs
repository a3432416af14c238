//! What stands in a list's place when it could not be read.

use http::StatusCode;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::backend::BackendError;
use crate::frame;
use crate::reply::answer_with;

/// The page of `title`, which says `words` and why, with a way `back` to all of the list.
pub(super) fn failed(
    error: &BackendError,
    title: &'static str,
    words: &'static str,
    back: &'static str,
) -> AnyView {
    answer_with(match error {
        BackendError::Refused(_) => StatusCode::BAD_REQUEST,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    });
    let lists = &crate::words::words().lists;
    let why = frame::sentence(error);
    view! {
        <Title text=title/>
        <div class="failed" role="alert">
            <h1>{words}</h1>
            <p>{why}</p>
            <a class="btn" href=back rel="external">{lists.show_everything}</a>
        </div>
    }
    .into_any()
}
