//! A row of keys that keyboards on glass do not have. There only where fingers point.

use leptos::prelude::*;

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

/// The row; `desktop` adds what a desktop needs.
#[component]
pub(crate) fn KeyBar(shows: Shows, desktop: bool) -> AnyView {
    let words = &words().bar;
    let not_mine = Signal::derive(move || !shows.is_mine());
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
            <button type="button" class="btn" aria-pressed=move || shown.get().to_string() on:click=keyboard>
                {words.keyboard}
            </button>
        }
    });
    view! {
        <div
            class="live-bar"
            role="group"
            aria-label=words.title
            hidden=not_mine
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
