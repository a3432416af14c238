//! The pane: header, notice, screen and actions of one session.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wire::{Session, SessionType};

use super::actions::Actions;
use super::header::Header;
use super::notice::{Strip, Words};
use super::phase::Phase;
use super::watch::{Shows, Watch};
use crate::backend::Shown;
use crate::clock::Clock;
use crate::text::visible;

/// A session's screen, live. Watches as long as it is on the page; for another session put another
/// pane there.
#[component]
pub fn LivePane(
    /// The session, as it was when the pane was opened.
    shown: Shown,
    /// Closes the pane beside a table; without it the pane is a page and leads back to the table.
    #[prop(optional, into)]
    on_close: Option<Callback<()>>,
    /// Asks for the session's end.
    #[prop(optional, into)]
    on_terminate: Option<Callback<Session>>,
) -> impl IntoView {
    let Shown { session, rights, refusal, ended } = shown;
    let phase = match (ended, refusal) {
        (Some(end), _) => Phase::Ended(end),
        (None, Some(refusal)) => Phase::Refused(refusal),
        // Should it not be watchable after all, the server says why.
        (None, None) => Phase::Connecting,
    };
    let id = session.id;
    let kind = session.kind;
    let name = format!("Screen of {}", heading(&session));
    let shows = Shows {
        phase: RwSignal::new(phase),
        watchers: RwSignal::new(Vec::new()),
        size: RwSignal::new(None),
        title: RwSignal::new(String::new()),
        clock: expect_context::<Clock>(),
    };
    let pane = NodeRef::<html::Section>::new();
    let stage = NodeRef::<html::Div>::new();
    let sheet = NodeRef::<html::Div>::new();
    Effect::new(move || {
        let (Some(stage), Some(sheet)) = (stage.get(), sheet.get()) else { return };
        if shows.phase.with_untracked(|phase| *phase == Phase::Connecting) {
            // Belongs to this effect and goes with it. Made here, since on the server a value that
            // may not change its thread must not even exist.
            let _watch = StoredValue::new_local(Watch::start(
                id,
                shows,
                stage.unchecked_into(),
                sheet.unchecked_into(),
            ));
        }
    });
    let painted = Signal::derive(move || shows.size.with(Option::is_some));
    let blank = Signal::derive(move || !painted.get());
    let empty = Signal::derive(move || !painted.get() && shows.phase.with(Phase::is_final));
    let dimmed = Signal::derive(move || shows.phase.with(|phase| !matches!(phase, Phase::Live)));
    let no_skeleton = Signal::derive(move || painted.get() || shows.phase.with(Phase::is_final));
    let no_words = Signal::derive(move || !empty.get());
    view! {
        <section class="live" class:live-page=on_close.is_none() aria-label="Live session" node_ref=pane>
            <Header session=session.clone() shows on_close pane />
            <Strip phase=shows.phase />
            <div class="live-stage" class:live-empty=empty class:live-dimmed=dimmed node_ref=stage>
                <div class="live-skeleton" aria-hidden="true" hidden=no_skeleton>
                    <i></i><i></i><i></i><i></i><i></i><i></i><i></i>
                </div>
                <Words phase=shows.phase kind hidden=no_words />
                <div
                    class="scr"
                    class:scr-none=blank
                    role="document"
                    aria-label=name.clone()
                    tabindex="0"
                    node_ref=sheet
                ></div>
            </div>
            <Actions
                session
                may_terminate=rights.terminate
                phase=shows.phase
                on_terminate
            />
        </section>
    }
}

/// What the pane is about, in a few words: `root on db-prod-2`.
pub(crate) fn heading(session: &Session) -> String {
    let place = match &session.agent {
        Some(agent) if session.kind != SessionType::Console => agent,
        _ => &session.service_provider,
    };
    format!("{} on {}", visible(&session.account_name), visible(place))
}
