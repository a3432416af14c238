//! The export: a file made in the browser from what the table shows, and noted by the server.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::controls::{Controls, use_controls};
use crate::clock::offset_at;
use crate::table::{Export, Row, file_name};
use crate::text::count;
use crate::{calls, frame};

/// Downloads the rows that are shown, in their order, with the columns that are shown.
pub(super) fn download(controls: Controls) {
    let toasts = controls.toasts;
    let now = controls.clock.read();
    let columns = untrack(|| controls.columns());
    let export = Export { columns: &columns, now, offset_at, bom: controls.bom.get_untracked() };
    let (csv, rows, filter) = untrack(|| {
        controls.board.view(|view| {
            let csv = export.encode(view.iter().map(|row| -> &Row { row }));
            (csv, view.len(), view.filter().in_words())
        })
    });
    if save(&csv, &file_name(now, offset_at(now))).is_err() {
        toasts.failed("The browser refused the download.");
        return;
    }
    toasts.done(if rows == 1 { "1 row exported.".into() } else { format!("{} rows exported.", count(rows)) });
    spawn_local(async move {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        if let Err(error) = calls::note_export(filter, rows).await {
            toasts.failed(format!("The export could not be noted. {}", frame::sentence(&error)));
        }
    });
}

/// Hands `text` to the browser as a file.
fn save(text: &str, name: &str) -> Result<(), JsValue> {
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

/// The panel beside the button.
#[component]
pub(super) fn Options() -> impl IntoView {
    let controls = use_controls();
    view! {
        <div id="csv-menu" class="menu csv-menu" popover="auto">
            <label>
                <input
                    type="checkbox"
                    prop:checked=controls.bom
                    on:change=move |event| controls.bom.set(event_target_checked(&event))
                />
                <span>"Byte order mark"</span>
                <small>"For spreadsheets that otherwise misread letters with accents."</small>
            </label>
        </div>
    }
}
