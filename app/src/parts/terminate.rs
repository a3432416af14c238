//! Ends a session: a dialog that asks for the reason, and says how it went.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wire::{Session, SessionType};

use super::toast::use_toasts;
use crate::backend::Ending;
use crate::words::{fill, told, words};
use crate::{calls, frame, text};

/// Longest reason that is taken, in characters.
const LONGEST_REASON: &str = "400";

/// Opens the dialog; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Terminator {
    asked: RwSignal<Option<Session>>,
}

impl Terminator {
    /// Puts one into the context.
    pub(crate) fn provide() {
        provide_context(Self { asked: RwSignal::new(None) });
    }

    /// Asks for the reason to end `session`.
    pub fn open(self, session: Session) {
        self.asked.set(Some(session));
    }
}

/// The dialog's handle.
#[must_use]
pub fn use_terminator() -> Terminator {
    expect_context()
}

/// The session in a few words: `root on Database, PAM SSH of alice`.
pub(crate) fn in_words(session: &Session) -> String {
    let words = &words().terminate;
    let (user, provider) = (text::visible(&session.user), text::visible(&session.service_provider));
    match session.kind {
        SessionType::Console => fill(words.on, &[("user", &user), ("provider", &provider)]),
        kind => {
            let account = text::visible(&session.account_name);
            fill(
                words.of,
                &[("user", &user), ("account", &account), ("provider", &provider), ("kind", &kind)],
            )
        }
    }
}

/// The dialog; shown while a session is to be ended.
#[component]
pub(crate) fn TerminateDialog() -> AnyView {
    let (asked, toasts) = (use_terminator().asked, use_toasts());
    let (cancel, words) = (words().control.cancel, &words().terminate);
    let dialog = NodeRef::<html::Dialog>::new();
    let reason = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if asked.with(Option::is_some) {
            reason.set(String::new());
            error.set(None);
            if !dialog.open() {
                // Refused only when the dialog is not in the document; it is.
                let _always = dialog.show_modal();
            }
        } else {
            dialog.close();
        }
    });
    let end = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(session) = asked.get_untracked() else { return };
        let said = reason.with_untracked(|reason| reason.trim().to_owned());
        if said.is_empty() {
            error.set(Some(words.say_why.into()));
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let done = calls::terminate(session.id, said).await;
            busy.set(false);
            match done {
                Ok(Ending::Ended(_)) => {
                    asked.set(None);
                    toasts.done(fill(words.done, &[("what", &in_words(&session))]));
                }
                Ok(Ending::Asked) => {
                    asked.set(None);
                    toasts.done(fill(words.asked, &[("what", &in_words(&session))]));
                }
                Ok(Ending::Refused(why)) => {
                    error.set(Some(fill(words.source_refuses, &[("why", &text::visible(&told(&why)))])));
                }
                Err(failure) => error.set(Some(frame::sentence(&failure))),
            }
        });
    };
    let of = Signal::derive(move || asked.with(|asked| asked.as_ref().map(in_words).unwrap_or_default()));
    let invalid = Signal::derive(move || error.with(Option::is_some).to_string());
    let act = Signal::derive(move || if busy.get() { words.ending } else { words.act });
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby="terminate-title"
            on:close=move |_| asked.set(None)
        >
            <form on:submit=end novalidate>
                <h2 id="terminate-title">{words.title}</h2>
                <p class="dialog-what">{of}</p>
                <p class="soft">{words.help}</p>
                <label for="terminate-reason">{words.reason}</label>
                <input
                    id="terminate-reason"
                    class="field"
                    name="reason"
                    autocomplete="off"
                    autofocus
                    maxlength=LONGEST_REASON
                    aria-invalid=invalid
                    aria-describedby="terminate-error"
                    prop:value=reason
                    on:input=move |event| {
                        reason.set(event_target_value(&event));
                        error.set(None);
                    }
                />
                <p id="terminate-error" class="field-error" role="alert">{error}</p>
                <div class="dialog-acts">
                    <button type="button" class="btn" on:click=move |_| asked.set(None)>{cancel}</button>
                    <button type="submit" class="btn danger-fill" disabled=busy>
                        {act}
                    </button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}
