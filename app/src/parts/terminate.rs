//! Ends sessions: a dialog that asks for the reason, and says how it went.

mod many;

use leptos::html;
use leptos::prelude::*;
use wire::{Attributes, Session, SessionType};

use super::toast::use_toasts;
use crate::text;
use crate::words::{counted, fill, words};

/// Longest reason that is taken, in characters.
const LONGEST_REASON: &str = "400";

/// Sessions that the dialog names one by one; of more it says how many.
const LISTED: usize = 4;

/// Opens the dialog; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Terminator {
    /// The sessions to be ended; the dialog is shown while there are any.
    asked: RwSignal<Vec<Session>>,
}

impl Terminator {
    /// Puts one into the context.
    pub(crate) fn provide() {
        provide_context(Self { asked: RwSignal::new(Vec::new()) });
    }

    /// Asks for the reason to end `session`.
    pub fn open(self, session: Session) {
        self.asked.set(vec![session]);
    }

    /// Asks for one reason to end all of `sessions`.
    pub(crate) fn open_all(self, sessions: Vec<Session>) {
        self.asked.set(sessions);
    }
}

/// The dialog's handle.
#[must_use]
pub fn use_terminator() -> Terminator {
    expect_context()
}

/// The session in a few words: `root on Database, PAM SSH of alice`.
pub(crate) fn in_words<'a>(session: impl Into<Attributes<'a>>) -> String {
    let session = session.into();
    let words = &words().terminate;
    let (user, provider) = (text::visible(session.user), text::visible(session.service_provider));
    match session.kind {
        SessionType::Console => fill(words.on, &[("user", &user), ("provider", &provider)]),
        kind => {
            let account = text::visible(session.account_name);
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
    let done_so_far = RwSignal::new(0_usize);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if asked.with(|asked| !asked.is_empty()) {
            if !dialog.open() {
                reason.set(String::new());
                error.set(None);
                // Refused only when the dialog is not in the document; it is.
                let _always = dialog.show_modal();
            }
        } else {
            dialog.close();
        }
    });
    let end = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let sessions = asked.get_untracked();
        let said = reason.with_untracked(|reason| reason.trim().to_owned());
        if said.is_empty() {
            error.set(Some(words.say_why.into()));
            return;
        }
        if busy.get_untracked() || sessions.is_empty() {
            return;
        }
        busy.set(true);
        done_so_far.set(0);
        many::end(
            sessions,
            &said,
            move |n| done_so_far.set(n),
            move |tally| {
                busy.set(false);
                for (ended, one, more) in [
                    (&tally.ended, words.done, words.many_done),
                    (&tally.asked, words.asked, words.many_asked),
                ] {
                    match ended.as_slice() {
                        [] => {}
                        [session] => toasts.done(fill(one, &[("what", &in_words(session))])),
                        several => toasts.done(counted(several.len(), more, more)),
                    }
                }
                // Those that go on stay in the dialog, to be tried again.
                let all = tally.ended.len() + tally.asked.len() + tally.failed.len();
                if let Some((_, why)) = tally.failed.last() {
                    let why = text::visible(why);
                    error.set(Some(match (all, tally.refused) {
                        (1, true) => fill(words.source_refuses, &[("why", &why)]),
                        (1, false) => why.into_owned(),
                        _ => {
                            fill(words.many_failed, &[("n", &text::count(tally.failed.len())), ("why", &why)])
                        }
                    }));
                }
                asked.set(tally.failed.into_iter().map(|(session, _)| session).collect());
            },
        );
    };
    let of = Signal::derive(move || {
        asked.with(|asked| {
            let mut some: Vec<String> = asked.iter().take(LISTED).map(in_words).collect();
            if asked.len() > LISTED {
                let rest = asked.len() - LISTED;
                some.push(counted(rest, words.many_more, words.many_more));
            }
            some.join("\n")
        })
    });
    let title = Signal::derive(move || match asked.with(Vec::len) {
        0 | 1 => words.title.to_owned(),
        n => counted(n, words.many_title, words.many_title),
    });
    let invalid = Signal::derive(move || error.with(Option::is_some).to_string());
    let act = Signal::derive(move || match (busy.get(), asked.with(Vec::len)) {
        (true, 0 | 1) => words.ending.to_owned(),
        (true, n) => {
            fill(words.many_ending, &[("done", &text::count(done_so_far.get())), ("all", &text::count(n))])
        }
        (false, 0 | 1) => words.act.to_owned(),
        (false, n) => counted(n, words.many_act, words.many_act),
    });
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby="terminate-title"
            on:close=move |_| asked.set(Vec::new())
        >
            <form on:submit=end novalidate>
                <h2 id="terminate-title">{title}</h2>
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
                    <button type="button" class="btn" on:click=move |_| asked.set(Vec::new())>{cancel}</button>
                    <button type="submit" class="btn danger-fill" disabled=busy>
                        {act}
                    </button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}
