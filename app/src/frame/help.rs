//! The keyboard help: a dialog that `?` opens, and the person menu.
//!
//! Never takes a key from somebody who types: not in a field, not in a session's screen, not over another
//! question.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::parts::{Icon, IconName};
use crate::words::words;

/// Opens the help; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Help(RwSignal<bool>);

impl Help {
    /// Puts one into the context.
    pub(super) fn provide() {
        provide_context(Self(RwSignal::new(false)));
    }

    /// Opens it.
    pub(super) fn open(self) {
        self.0.set(true);
    }
}

/// The key that opens it.
pub(super) const KEY: &str = "?";

/// A key, or several, and what they do.
type Line = (&'static str, &'static str);

/// The groups, each with its lines.
fn groups() -> [(&'static str, Vec<Line>); 6] {
    let words = &words().help;
    [
        (
            words.everywhere,
            vec![(KEY, words.help), (words.next_keys, words.next), (words.escape_keys, words.escape)],
        ),
        (
            words.table,
            vec![
                (words.cell_keys, words.cell),
                (words.row_keys, words.row),
                (words.page_keys, words.page),
                (words.far_keys, words.far),
                (words.choose_keys, words.choose),
                (words.range_keys, words.range),
                (words.all_keys, words.all),
                (words.none_keys, words.none),
                (words.watch_keys, words.watch),
                (words.menu_keys, words.menu),
                (words.fold_keys, words.fold),
                (words.turn_keys, words.turn),
            ],
        ),
        (
            words.headings,
            vec![
                (words.sort_keys, words.sort),
                (words.also_keys, words.also),
                (words.move_keys, words.move_),
                (words.width_keys, words.width),
            ],
        ),
        (
            words.filters,
            vec![
                ("/", words.search),
                (words.add_keys, words.add),
                (words.empty_keys, words.empty),
                (words.last_keys, words.last),
                (words.remove_keys, words.remove),
                (words.list_keys, words.list),
            ],
        ),
        (
            words.live,
            vec![
                (words.type_keys, words.type_),
                (words.back_keys, words.back),
                (words.copy_keys, words.copy),
                (words.paste_keys, words.paste),
                (words.ask_keys, words.ask),
            ],
        ),
        (
            words.replay,
            vec![
                (words.play_keys, words.play),
                (words.step_keys, words.step),
                (words.mark_keys, words.mark),
                (words.ends_keys, words.ends),
            ],
        ),
    ]
}

/// The dialog, and the key that opens it.
#[component]
pub(super) fn KeyboardHelp() -> AnyView {
    let Help(open) = expect_context();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            if asks_for_help(&event) {
                event.prevent_default();
                open.set(true);
            }
        });
        on_cleanup(move || listener.remove());
    });
    Effect::new(move |_| {
        let Some(dialog) = dialog.get().filter(|dialog| open.get() != dialog.open()) else { return };
        if open.get_untracked() {
            // Refused only when the dialog is not in the document; it is.
            let _always = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
    let words = &words().help;
    let groups = groups().map(|(name, lines)| {
        let lines = lines.into_iter().map(line).collect_view();
        view! {
            <section>
                <h3>{name}</h3>
                <dl>{lines}</dl>
            </section>
        }
    });
    view! {
        <dialog
            node_ref=dialog
            class="dialog help"
            aria-labelledby="help-title"
            on:close=move |_| open.set(false)
        >
            <header>
                <h2 id="help-title">{words.title}</h2>
                <button type="button" class="icon" aria-label=words.close on:click=move |_| open.set(false)>
                    <Icon name=IconName::Close/>
                </button>
            </header>
            // Longer than a small screen: to be scrolled by keys it has to take the focus.
            <div class="help-groups" tabindex="0" role="group" aria-label=words.open>
                {groups.into_iter().collect_view()}
            </div>
        </dialog>
    }
    .into_any()
}

fn line((keys, what): Line) -> AnyView {
    let keys = keys.split(' ').map(|key| view! { <kbd>{key}</kbd> " " }).collect_view();
    view! { <div><dt>{keys}</dt> <dd>{what}</dd></div> }.into_any()
}

/// Whether this is `?` of somebody who does not type.
fn asks_for_help(event: &KeyboardEvent) -> bool {
    if event.key() != KEY || event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing() {
        return false;
    }
    let takes_text = |target: Element| {
        let field =
            "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], .live-typing";
        target.closest(field).is_ok_and(|field| field.is_some())
    };
    let typed = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(takes_text);
    let asked = document().query_selector("dialog[open]").is_ok_and(|open| open.is_some());
    !typed && !asked && !event.default_prevented()
}
