//! A file made in the browser from rows that a table shows, and noted by the server with its digest.

use std::fmt::Write as _;

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sha2::{Digest, Sha256};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::parts::toast::Toasts;
use crate::table::{Column, Sheet};
use crate::words::{counted, words};
use crate::{calls, frame};

/// A file that grows by pieces; its digest grows with it, also where the browser offers none.
pub(crate) struct File {
    name: String,
    columns: String,
    parts: js_sys::Array,
    digest: Sha256,
}

impl File {
    /// An empty file of a name, for rows with these columns.
    pub(crate) fn new(name: String, columns: &[Column]) -> Self {
        let columns = columns.iter().map(|column| column.label()).collect::<Vec<_>>().join(", ");
        Self { name, columns, parts: js_sys::Array::new(), digest: Sha256::new() }
    }

    /// Appends a piece.
    pub(crate) fn push(&mut self, text: &str) {
        self.digest.update(text.as_bytes());
        // As bytes: of text the browser would make bytes all at once in the end.
        self.parts.push(&Uint8Array::from(text.as_bytes()));
    }

    /// Downloads it with its so many `rows`, says so, and has it noted with the filter; its SHA-256, if the
    /// browser took it.
    pub(crate) fn save(self, toasts: Toasts, sheet: Sheet, filter: String, rows: usize) -> Option<String> {
        let texts = &words().export;
        if hand_over(&self.parts, &self.name).is_err() {
            toasts.failed(texts.refused);
            return None;
        }
        let sha256 = self.digest.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _never = write!(hex, "{byte:02x}");
            hex
        });
        let exported = counted(rows, texts.done_one, texts.done_many);
        toasts.done(format!("{exported} SHA-256 {sha256}"));
        let (columns, file, noted) = (self.columns, self.name, sha256.clone());
        spawn_local(async move {
            let rows = u32::try_from(rows).unwrap_or(u32::MAX);
            if let Err(error) = calls::note_export(sheet, filter, rows, columns, file, noted).await {
                toasts.failed(format!("{} {}", texts.not_noted, frame::sentence(&error)));
            }
        });
        Some(sha256)
    }
}

/// Hands `parts` to the browser as one file.
fn hand_over(parts: &js_sys::Array, name: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv;charset=utf-8");
    let blob = Blob::new_with_u8_array_sequence_and_options(parts, &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}
