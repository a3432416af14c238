//! The pane: header, notices, screen and actions of one session.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wire::{Session, SessionType};

use super::actions::Actions;
use super::asked::Question;
use super::hands::CHORD;
use super::header::Header;
use super::lease::LeaseStrip;
use super::notice::{Strip, Words};
use super::phase::Phase;
use super::watch::{Place, Shows, Watch};
use crate::backend::Shown;
use crate::board::Board;
use crate::text::visible;
use crate::words::{fill, words};

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
    /// One of several on a page.
    #[prop(optional)]
    tile: bool,
) -> AnyView {
    let Shown { session, rights, refusal, ended } = shown;
    let phase = match (ended, refusal) {
        (Some(end), _) => Phase::Ended(end),
        (None, Some(refusal)) => Phase::Refused(refusal),
        // Should it not be watchable after all, the server says why.
        (None, None) => Phase::Connecting,
    };
    let words = &words().live;
    let kind = session.kind;
    let title = heading(&session);
    let user = session.user.clone();
    // Among others on a page it says which it is.
    let label = if tile {
        fill(words.pane_of, &[("user", &visible(&user)), ("title", &title)])
    } else {
        words.pane.to_owned()
    };
    let shows = Shows::new(phase);
    let pane = NodeRef::<html::Section>::new();
    let stage = NodeRef::<html::Div>::new();
    let sheet = NodeRef::<html::Div>::new();
    let keys = NodeRef::<html::Textarea>::new();
    let watched = session.clone();
    Effect::new(move || {
        let (Some(stage), Some(sheet), Some(keys)) = (stage.get(), sheet.get(), keys.get()) else { return };
        if shows.phase.with_untracked(|phase| *phase == Phase::Connecting) {
            // Belongs to this effect and goes with it. Made here, since on the server a value that
            // may not change its thread must not even exist.
            let place = Place { stage: stage.unchecked_into(), sheet: sheet.unchecked_into(), keys };
            shows.watch_with(Watch::start(&watched, shows, place));
        }
    });
    // The list knows when the right changes; what it does not know stays as it was.
    let board = expect_context::<Board>();
    let id = session.id;
    let may_control = Signal::derive(move || {
        board.rows(|rows| rows.get(id).map_or(rights.control, |row| row.rights.control))
    });
    let painted = Signal::derive(move || shows.size.with(Option::is_some));
    let worded =
        Signal::derive(move || shows.phase.with(|phase| phase.is_final() || *phase == Phase::Waiting));
    // What was seen before the user is asked again is not shown meanwhile.
    let blank = Signal::derive(move || !painted.get() || shows.phase.with(|phase| *phase == Phase::Waiting));
    let empty = Signal::derive(move || blank.get() && worded.get());
    let dimmed = Signal::derive(move || shows.phase.with(|phase| !matches!(phase, Phase::Live)));
    let no_skeleton = Signal::derive(move || painted.get() || worded.get());
    let no_words = Signal::derive(move || !empty.get());
    let not_mine = Signal::derive(move || !shows.is_mine());
    let held = Signal::derive(move || shows.is_mine());
    view! {
        <section
            class="live"
            class:live-page=on_close.is_none()
            class:live-tile=tile
            aria-label=label
            node_ref=pane
        >
            <Header session=session.clone() shows tile on_close pane />
            <Strip phase=shows.phase />
            <LeaseStrip shows owner=user.clone() />
            <div
                class="live-stage"
                class:live-empty=empty
                class:live-dimmed=dimmed
                class:live-held=held
                class:live-typing=shows.typing
                node_ref=stage
            >
                <div class="live-skeleton" aria-hidden="true" hidden=no_skeleton>
                    <i></i><i></i><i></i><i></i><i></i><i></i><i></i>
                </div>
                <Words phase=shows.phase kind user=user.clone() hidden=no_words />
                <div
                    class="scr"
                    class:scr-none=blank
                    role="document"
                    aria-label=fill(words.screen_of, &[("title", &title)])
                    tabindex="0"
                    node_ref=sheet
                ></div>
                <textarea
                    class="live-keys"
                    aria-label=fill(words.keyboard_of, &[("title", &title), ("chord", &CHORD)])
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    tabindex="-1"
                    rows="1"
                    hidden=not_mine
                    node_ref=keys
                ></textarea>
            </div>
            <Actions session may_terminate=rights.terminate may_control shows on_terminate />
            <Question shows owner=user />
        </section>
    }
    .into_any()
}

/// What the pane is about, in a few words: `root on db-prod-2`.
pub(crate) fn heading(session: &Session) -> String {
    let place = match &session.agent {
        Some(agent) if session.kind != SessionType::Console => agent,
        _ => &session.service_provider,
    };
    fill(words().live.on, &[("account", &visible(&session.account_name)), ("place", &visible(place))])
}
