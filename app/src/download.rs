//! A file made in the browser from rows that a table shows, and noted by the server.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::parts::toast::Toasts;
use crate::table::Sheet;
use crate::text::count;
use crate::{calls, frame};

/// Downloads `csv` with its so many `rows` under a name, says so, and has it noted with the filter.
pub(crate) fn save(csv: &str, name: &str, toasts: Toasts, sheet: Sheet, filter: String, rows: usize) {
    if hand_over(csv, name).is_err() {
        toasts.failed("The browser refused the download.");
        return;
    }
    toasts.done(if rows == 1 { "1 row exported.".into() } else { format!("{} rows exported.", count(rows)) });
    spawn_local(async move {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        if let Err(error) = calls::note_export(sheet, filter, rows).await {
            toasts.failed(format!("The export could not be noted. {}", frame::sentence(&error)));
        }
    });
}

/// Hands `text` to the browser as a file.
fn hand_over(text: &str, name: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv;charset=utf-8");
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}
