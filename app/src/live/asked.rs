//! What a person is asked before the pane sends something: the message's text, or whether to paste.

use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use wire::live::LiveRequest;

use super::paste;
use super::shows::Shows;
use crate::text::visible;
use crate::words::{fill, words};

/// The open question of a pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// What to tell the session's user.
    Message,
    /// Whether this text is to be pasted.
    Paste(String),
}

/// The dialog; there while something is asked.
#[component]
pub(crate) fn Question(shows: Shows, owner: String) -> AnyView {
    let owner = StoredValue::new(owner);
    (move || {
        shows.asked.get().map(|asked| match asked {
            Asked::Message => Either::Left(view! { <Message shows owner=owner.get_value() /> }),
            Asked::Paste(text) => Either::Right(view! { <Paste shows text /> }),
        })
    })
    .into_any()
}

/// A dialog that opens as soon as it is on the page.
fn opened() -> NodeRef<html::Dialog> {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            // Refused only when the dialog is not in the document; it is.
            let _always = dialog.show_modal();
        }
    });
    dialog
}

/// Closes the dialog, which gives the focus back to where it was.
fn close(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}

#[component]
fn Message(shows: Shows, owner: String) -> AnyView {
    let words = &words().control;
    let dialog = opened();
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<&str>);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let said = text.with_untracked(|text| text.trim().to_owned());
        if said.is_empty() {
            return error.set(Some(words.message_empty));
        }
        shows.ask(&LiveRequest::Message(said));
        shows.standing.update(|standing| standing.say(words.message_sent));
        close(dialog);
    };
    let invalid = Signal::derive(move || error.with(Option::is_some).to_string());
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby="message-title"
            on:close=move |_| shows.asked.set(None)
        >
            <form on:submit=send novalidate>
                <h2 id="message-title">{fill(words.message_to, &[("user", &visible(&owner))])}</h2>
                <p class="soft">{words.message_help}</p>
                <label for="message-text">{words.message_label}</label>
                <input
                    id="message-text"
                    class="field"
                    autocomplete="off"
                    autofocus
                    maxlength=LiveRequest::MAX_MESSAGE_CHARS
                    aria-invalid=invalid
                    aria-describedby="message-error"
                    on:input=move |event| {
                        text.set(event_target_value(&event));
                        error.set(None);
                    }
                />
                <p id="message-error" class="field-error" role="alert">{error}</p>
                <div class="dialog-acts">
                    <button type="button" class="btn" on:click=move |_| close(dialog)>{words.cancel}</button>
                    <button type="submit" class="btn primary">{words.send}</button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}

#[component]
fn Paste(shows: Shows, text: String) -> AnyView {
    let dialog = opened();
    let words = &words().control;
    let lines = match paste::lines(&text) {
        1 => words.paste_line.to_owned(),
        lines => fill(words.paste_lines, &[("n", &lines)]),
    };
    let shown: String = text.replace("\r\n", "\n").split_inclusive(['\n', '\r']).map(shown_line).collect();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        shows.paste(&text);
        close(dialog);
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog dialog-wide"
            aria-labelledby="paste-title"
            on:close=move |_| shows.asked.set(None)
        >
            <form on:submit=send>
                <h2 id="paste-title">{lines}</h2>
                <p class="soft">{words.paste_help}</p>
                <pre class="paste-text" tabindex="0" aria-label=words.paste_text>{shown}</pre>
                <label class="paste-ask">
                    <input
                        type="checkbox"
                        on:change=move |event| shows.pastes_freely.set_value(event_target_checked(&event))
                    />
                    {words.paste_always}
                </label>
                <div class="dialog-acts">
                    <button type="button" class="btn" on:click=move |_| close(dialog)>{words.cancel}</button>
                    <button type="submit" class="btn primary" autofocus>{words.paste}</button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}

/// A line with its end as an end, and everything else that is hidden made visible.
fn shown_line(line: &str) -> String {
    let text = line.trim_end_matches(['\n', '\r']);
    let end = if text.len() < line.len() { "\n" } else { "" };
    format!("{}{end}", visible(text).replace('\u{2409}', "\t"))
}
