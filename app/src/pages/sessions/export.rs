//! The export: a file made in the browser from what the table shows, piece by piece so that the page stays
//! usable, and noted by the server with its digest.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use wire::Millis;

use super::controls::{Controls, use_controls};
use crate::clock::offset_at;
use crate::download::File;
use crate::slices::{self, Slice};
use crate::table::{Column, Export, Row, Selection, Sheet, file_name};
use crate::text::count;
use crate::words::{fill, words};

/// Rows of a piece of the file: a few milliseconds of work.
const ROWS_AT_ONCE: usize = 1_000;
/// Milliseconds of work without a pause: a task that nobody feels, also where it takes half as long again.
const SLICE_MS: f64 = 16.0;
/// Under this name the browser keeps what was chosen.
const KEPT_AS: &str = "sightline-csv";
/// What may stand between two fields.
fn separators() -> [(&'static str, char); 3] {
    let texts = &words().export;
    [(texts.comma, ','), (texts.semicolon, ';'), (texts.tab, '\t')]
}

/// What a person chose about exports, and the one that is under way; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exports {
    bom: RwSignal<bool>,
    all_columns: RwSignal<bool>,
    utc: RwSignal<bool>,
    separator: RwSignal<char>,
    /// The chosen rows alone, as long as there are any.
    chosen_only: RwSignal<bool>,
    /// Rows written and rows in all, while one is under way.
    under_way: RwSignal<Option<(usize, usize)>>,
    cancelled: StoredValue<bool>,
    /// The SHA-256 of the last file.
    digest: RwSignal<Option<String>>,
}

impl Exports {
    /// As chosen before in this browser, as soon as the page is alive; until then as nobody chose anything.
    pub(super) fn new() -> Self {
        let exports = Self {
            bom: RwSignal::new(false),
            all_columns: RwSignal::new(false),
            utc: RwSignal::new(false),
            separator: RwSignal::new(','),
            chosen_only: RwSignal::new(false),
            under_way: RwSignal::new(None),
            cancelled: StoredValue::new(false),
            digest: RwSignal::new(None),
        };
        Effect::new(move |before: Option<()>| {
            let storage = window().local_storage().ok().flatten();
            if before.is_none()
                && let Some(code) =
                    storage.as_ref().and_then(|storage| storage.get_item(KEPT_AS).ok().flatten())
            {
                exports.choose(&code);
            }
            let code = exports.code();
            if let Some(storage) = storage {
                // A browser that refuses storage keeps the choice for this page only.
                let _refused = storage.set_item(KEPT_AS, &code);
            }
        });
        exports
    }

    /// Everything chosen: the separator, and a letter for each thing that is on.
    fn code(self) -> String {
        let flag = |on: RwSignal<bool>, letter| on.get().then_some(letter);
        let flags = [flag(self.all_columns, 'a'), flag(self.utc, 'u'), flag(self.bom, 'b')];
        std::iter::once(self.separator.get()).chain(flags.into_iter().flatten()).collect()
    }

    fn choose(self, code: &str) {
        let mut letters = code.chars();
        if let Some(separator) =
            letters.next().filter(|letter| separators().iter().any(|(_, of)| of == letter))
        {
            self.separator.set(separator);
        }
        let flags = letters.as_str();
        for (on, letter) in [(self.all_columns, 'a'), (self.utc, 'u'), (self.bom, 'b')] {
            on.set(flags.contains(letter));
        }
    }
}

/// Downloads the rows that are shown, or the chosen ones among them, in their order, with the columns that are shown, or all of them.
pub(super) fn download(controls: Controls) {
    let exports = controls.exports;
    if exports.under_way.get_untracked().is_some() {
        return;
    }
    let columns = if exports.all_columns.get_untracked() {
        Column::ALL.to_vec()
    } else {
        untrack(|| controls.columns())
    };
    let chosen_only = exports.chosen_only.get_untracked() && !untrack(|| controls.chosen()).is_empty();
    let (rows, filter) = untrack(|| {
        controls.board.view(|view| {
            let is_meant =
                |row: &&Arc<Row>| !chosen_only || controls.with_chosen(|chosen| chosen.contains(row.id));
            (view.iter().filter(is_meant).cloned().collect::<Vec<Arc<Row>>>(), view.filter().in_words())
        })
    });
    let filter = if chosen_only { format!("{filter}, chosen rows alone") } else { filter };
    exports.cancelled.set_value(false);
    exports.under_way.set(Some((0, rows.len())));
    let now = controls.clock.read();
    spawn_local(async move {
        write(controls, columns, rows, filter, now).await;
        // The page may have been left meanwhile.
        let _gone = exports.under_way.try_set(None);
    });
}

async fn write(controls: Controls, columns: Vec<Column>, rows: Vec<Arc<Row>>, filter: String, now: Millis) {
    let exports = controls.exports;
    let utc = exports.utc.get_untracked();
    let zone = move |at| if utc { 0 } else { offset_at(at) };
    let export = Export {
        columns: &columns,
        now,
        offset_at: zone,
        bom: exports.bom.get_untracked(),
        separator: exports.separator.get_untracked(),
    };
    let mut file = File::new(file_name("sessions", now, zone(now)), &columns);
    file.push(&export.head());
    let mut piece = String::new();
    let mut slice = Slice::begin(SLICE_MS);
    for (at, some) in rows.chunks(ROWS_AT_ONCE).enumerate() {
        if !slice.has_time() {
            slices::pause().await;
            match exports.cancelled.try_get_value() {
                Some(false) => {}
                Some(true) => return controls.toasts.done(words().export.cancelled),
                // The page was left.
                None => return,
            }
            exports.under_way.set(Some((at * ROWS_AT_ONCE, rows.len())));
            slice = Slice::begin(SLICE_MS);
        }
        piece.clear();
        some.iter().for_each(|row| export.push(&mut piece, row));
        file.push(&piece);
    }
    if !slice.has_most() {
        slices::pause().await;
    }
    exports.digest.set(file.save(controls.toasts, Sheet::Sessions, filter, rows.len()));
}

/// How far the export is, and the way to stop it.
#[component]
pub(super) fn Progress() -> AnyView {
    let exports = use_controls().exports;
    let idle = Signal::derive(move || exports.under_way.get().is_none());
    let so_far = Signal::derive(move || {
        exports
            .under_way
            .get()
            .map(|(done, all)| fill(words().export.so_far, &[("done", &count(done)), ("all", &count(all))]))
    });
    view! {
        <span class="exporting" hidden=idle>
            <span>{so_far}</span>
            <button type="button" class="btn" on:click=move |_| exports.cancelled.set_value(true)>
                {words().export.cancel}
            </button>
        </span>
    }
    .into_any()
}

/// The panel beside the button.
#[component]
pub(super) fn Options() -> AnyView {
    let controls = use_controls();
    let exports = controls.exports;
    let texts = &words().export;
    let none_chosen = Signal::derive(move || controls.with_chosen(Selection::is_empty));
    let only_chosen = Signal::derive(move || exports.chosen_only.get() && !none_chosen.get());
    view! {
        <div id="csv-menu" class="menu csv-menu" popover="auto">
            {check(texts.all_columns, texts.all_columns_help, exports.all_columns)}
            {check(texts.utc, texts.utc_help, exports.utc)}
            {check(
                texts.bom,
                texts.bom_help,
                exports.bom,
            )}
            <label class="choice">
                <span>{texts.rows}</span>
                <select
                    class="field"
                    prop:value=move || if only_chosen.get() { "chosen" } else { "all" }
                    on:change=move |event| exports.chosen_only.set(event_target_value(&event) == "chosen")
                >
                    <option value="all">{texts.rows_all}</option>
                    <option value="chosen" disabled=none_chosen>{texts.rows_chosen}</option>
                </select>
            </label>
            <label class="choice">
                <span>{texts.separator}</span>
                <select
                    class="field"
                    prop:value=move || exports.separator.get().to_string()
                    on:change=move |event| {
                        exports.separator.set(event_target_value(&event).chars().next().unwrap_or(','));
                    }
                >
                    {separators()
                        .map(|(label, separator)| {
                            view! { <option value=separator.to_string()>{label}</option> }
                        })
                        .collect_view()}
                </select>
            </label>
            {move || exports.digest.get().map(digest)}
        </div>
    }
    .into_any()
}

fn check(label: &'static str, hint: &'static str, on: RwSignal<bool>) -> AnyView {
    view! {
        <label>
            <input
                type="checkbox"
                prop:checked=on
                on:change=move |event| on.set(event_target_checked(&event))
            />
            <span>{label}</span>
            <small>{hint}</small>
        </label>
    }
    .into_any()
}

/// The SHA-256 of the last file, to be compared and copied.
fn digest(sha256: String) -> AnyView {
    let texts = &words().export;
    let said = RwSignal::new(texts.copy);
    let text = sha256.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            // Undefined outside secure contexts.
            let copied =
                !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(&text)).await.is_ok();
            said.set(if copied { texts.copied } else { texts.by_hand });
        });
    };
    view! {
        <div class="digest">
            <span>{texts.digest}</span>
            <code>{sha256}</code>
            <button type="button" class="btn" on:click=copy>
                <span aria-live="polite">{said}</span>
            </button>
        </div>
    }
    .into_any()
}
