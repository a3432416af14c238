//! The pane: header, notices, screen and actions of one session.

use leptos::html;
use leptos::prelude::*;
use wire::{Session, SessionType};

use super::actions::Actions;
use super::asked::Question;
use super::bar::KeyBar;
use super::header::Header;
use super::lease::LeaseStrip;
use super::notice::{Strip, Words};
use super::phase::Phase;
use super::shows::Shows;
use super::stage::stage;
use super::watch::Watch;
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
    let recording = shown.has_replay().then(|| format!("/sessions/{}?t=0", shown.session.id));
    let Shown { session, rights, refusal, ended } = shown;
    let phase = match (ended, refusal) {
        (Some(end), _) => Phase::Ended(end),
        (None, Some(refusal)) => Phase::Refused(refusal),
        // Should it not be watchable after all, the server says why.
        (None, None) => Phase::Connecting,
    };
    let words = &words().live;
    let kind = session.kind;
    let desktop = kind == SessionType::PamRdp;
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
    let watched = session.clone();
    let start = move |place| {
        let connects = shows.phase.with_untracked(|phase| *phase == Phase::Connecting);
        connects.then(|| Watch::start(&watched, shows, place))
    };
    // The list knows when the right changes; what it does not know stays as it was.
    let board = expect_context::<Board>();
    let id = session.id;
    let may_control = Signal::derive(move || {
        board.rows(|rows| rows.get(id).map_or(rights.control, |row| row.rights.control))
    });
    let waits = Signal::derive(move || shows.phase.with(|phase| *phase == Phase::Waiting));
    let worded = Signal::derive(move || waits.get() || shows.phase.with(Phase::is_final));
    let asked_of = user.clone();
    let why = move |hidden| view! { <Words phase=shows.phase kind user=asked_of hidden /> }.into_any();
    view! {
        <section
            class="live"
            class:live-page=on_close.is_none()
            class:live-tile=tile
            aria-label=label
            node_ref=pane
        >
            <Header session=session.clone() shows tile on_close pane />
            <Strip phase=shows.phase recording />
            <LeaseStrip shows owner=user.clone() />
            // What was seen before the user is asked again is not shown meanwhile.
            {stage(shows, &title, desktop, worded, waits, start, why)}
            <KeyBar shows desktop />
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
    called(&session.account_name, place)
}

/// The same of an account by its login and where it is.
pub(crate) fn called(login: &str, place: &str) -> String {
    fill(words().live.on, &[("account", &visible(login)), ("place", &visible(place))])
}
