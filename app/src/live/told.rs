//! What the owner of a desktop is told and asked: their screen cannot say it, so the page does.
//!
//! A notice stands on the picture for a while; the last one is kept below it. A question stays until it is answered,
//! and takes no key: whoever types must not answer it by accident.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::shows::Shows;
use crate::clipboard;
use crate::text::visible;
use crate::words::{told, words};

/// How long a notice stands on the picture, in milliseconds: a long sentence is read twice.
const NOTICE_MS: u32 = 9_000;
/// Notices that stand there at most.
const NOTICES: usize = 3;

/// What was said; a handle, cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Told {
    /// Notices with their numbers.
    notices: RwSignal<Vec<(u32, String)>>,
    last: RwSignal<Option<(u32, String)>>,
    question: RwSignal<Option<(u64, String)>>,
    /// What the desktop put on its clipboard and the browser did not put on its own.
    copies: RwSignal<Option<String>>,
}

impl Told {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            notices: RwSignal::new(Vec::new()),
            last: RwSignal::new(None),
            question: RwSignal::new(None),
            copies: RwSignal::new(None),
        }
    }

    /// Tells a sentence.
    pub(crate) fn tell(self, words: &str) {
        let words = visible(&told(spoken(words))).into_owned();
        let number = self.last.with_untracked(|last| last.as_ref().map_or(0, |(number, _)| number + 1));
        self.last.set(Some((number, words.clone())));
        self.notices.update(|notices| {
            notices.push((number, words));
            let over = notices.len().saturating_sub(NOTICES);
            notices.drain(..over);
        });
        spawn_local(async move {
            TimeoutFuture::new(NOTICE_MS).await;
            // The pane may have been closed meanwhile.
            let _gone = self.notices.try_update(|notices| notices.retain(|(other, _)| *other != number));
        });
    }

    /// Asks something, or no longer.
    pub(crate) fn asks(self, question: Option<(u64, String)>) {
        let said = |(number, words): (u64, String)| (number, visible(&told(spoken(&words))).into_owned());
        let _gone = self.question.try_set(question.map(said));
    }

    /// Keeps a text of the desktop's clipboard until the person asks for it, or forgets the one before.
    pub(crate) fn copies(self, text: Option<String>) {
        let _gone = self.copies.try_set(text);
    }
}

/// A sentence without its speaker: on a page of Sightline it is plain who speaks.
fn spoken(words: &str) -> &str {
    let rest = words.strip_prefix("Sightline").and_then(|rest| rest.strip_prefix(": "));
    rest.unwrap_or(words)
}

/// What stands on the picture.
#[component]
pub(crate) fn Notices(shows: Shows) -> AnyView {
    let words = &words().desktop;
    let Told { notices, question, .. } = shows.told;
    let asked = move || {
        question.get().map(|(number, text)| {
            view! {
                <div class="desk-question" role="group" aria-label=words.question>
                    <p>{text}</p>
                    <div>
                        <button type="button" class="btn" on:click=move |_| shows.answer(number, false)>
                            {words.refuse}
                        </button>
                        <button type="button" class="btn primary" on:click=move |_| shows.answer(number, true)>
                            {words.allow}
                        </button>
                    </div>
                </div>
            }
        })
    };
    view! {
        <div class="desk-over">
            <div role="alert">{asked}</div>
            <div class="desk-notices" role="status">
                <For each=move || notices.get() key=|(number, _)| *number let:notice>
                    <p class="desk-notice">{notice.1}</p>
                </For>
            </div>
        </div>
    }
    .into_any()
}

/// The last notice, kept.
#[component]
pub(crate) fn Kept(told: Told) -> AnyView {
    let last = Signal::derive(move || {
        told.last.with(|last| last.as_ref().map(|(_, words)| words.clone()).unwrap_or_default())
    });
    view! { <span class="desk-kept" title=last>{last}</span> }.into_any()
}

/// Puts what the desktop has copied on the person's clipboard, where the browser wants them to ask for it.
#[component]
pub(crate) fn CopyOut(told: Told) -> AnyView {
    let words = &words().desktop;
    let none = Signal::derive(move || told.copies.with(Option::is_none));
    let copy = move |_| {
        let text = told.copies.get_untracked().unwrap_or_default();
        spawn_local(async move {
            if clipboard::copied(&text).await {
                told.copies(None);
            } else {
                told.tell(words.not_copied);
            }
        });
    };
    view! {
        <button type="button" class="btn" hidden=none on:click=copy>{words.copy_out}</button>
    }
    .into_any()
}
