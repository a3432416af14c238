//! The export: a file made in the browser from what the table shows, and noted by the server.

use leptos::prelude::*;

use super::controls::{Controls, use_controls};
use crate::clock::offset_at;
use crate::download;
use crate::table::{Export, Row, Sheet, file_name};

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
    download::save(&csv, &file_name("sessions", now, offset_at(now)), toasts, Sheet::Sessions, filter, rows);
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
