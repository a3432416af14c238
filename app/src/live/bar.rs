//! A row of keys that keyboards on glass do not have. There only where fingers point.

use leptos::prelude::*;

use super::phase::Phase;
use super::shows::Shows;
use super::sticky::Sticky;
use crate::words::words;

/// Keys of the row: what stands on each, and its name.
const KEYS: [(&str, &str); 6] = [
    ("Esc", "Escape"),
    ("Tab", "Tab"),
    ("←", "ArrowLeft"),
    ("↑", "ArrowUp"),
    ("↓", "ArrowDown"),
    ("→", "ArrowRight"),
];

/// The row; `desktop` adds what a desktop needs. At an `own` session it is there from the start: its room is not the
/// session's.
#[component]
pub(crate) fn KeyBar(shows: Shows, desktop: bool, #[prop(optional)] own: bool) -> AnyView {
    let words = &words().bar;
    let over = move || shows.phase.with(Phase::is_final);
    let hidden = Signal::derive(move || if own { over() } else { !shows.is_mine() });
    let key = move |(sign, name): (&'static str, &'static str)| {
        let label = match name {
            "ArrowLeft" => words.left,
            "ArrowUp" => words.up,
            "ArrowDown" => words.down,
            "ArrowRight" => words.right,
            _ => sign,
        };
        view! {
            <button type="button" class="btn" aria-label=label on:click=move |_| shows.tap(name)>{sign}</button>
        }
    };
    let [escape, tab, arrows @ ..] = KEYS;
    let ctrl = move || shows.sticky.with(|sticky| sticky.ctrl).to_string();
    let alt = move || shows.sticky.with(|sticky| sticky.alt).to_string();
    let toggle = move |change: fn(&mut Sticky)| shows.sticky.update(change);
    let shown = RwSignal::new(false);
    let keyboard = move |_| {
        shown.update(|shown| *shown = !*shown);
        shows.show_keyboard(shown.get_untracked());
    };
    let keyboard = desktop.then(|| {
        view! {
            <button
                type="button"
                class="btn"
                aria-label=words.keyboard
                title=words.keyboard
                aria-pressed=move || shown.get().to_string()
                on:click=keyboard
            >
                <svg viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M5 6h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2ZM7 10h.01M11 10h.01M15 10h.01M8 14h8" />
                </svg>
            </button>
        }
    });
    view! {
        <div
            class="live-bar"
            role="group"
            aria-label=words.title
            hidden=hidden
            // The focus stays where it is: with it goes the keyboard on glass.
            on:mousedown=|event| event.prevent_default()
        >
            {key(escape)}
            <button type="button" class="btn" aria-pressed=ctrl on:click=move |_| toggle(|held| held.ctrl = !held.ctrl)>
                {words.ctrl}
            </button>
            <button type="button" class="btn" aria-pressed=alt on:click=move |_| toggle(|held| held.alt = !held.alt)>
                {words.alt}
            </button>
            {key(tab)}
            {arrows.map(key).collect_view()}
            {keyboard}
        </div>
    }
    .into_any()
}
