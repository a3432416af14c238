//! `/ws/sessions/{id}/live`: one session's screen for one watcher, and what they ask for.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use bytes::Bytes;
use hub::{Asked, Control, Deed, Deeds, Facts, Permit, Viewer, Watch, WatchHandle, permit, rights};
use tokio::time::Instant;
use wire::live::LiveRequest;

use super::feed::ended;
use super::gauges::Kind;
use super::problem::Problem;
use super::session_path::SessionPath;
use super::sessions::by;
use super::signed_in::Signed;
use super::socket::{Close, Gone, Heard, Socket, bounded_for_requests};
use super::{Shared, Web};
use crate::audit::{Action, Event, subject};
use crate::console::SignedIn;

/// `GET /ws/sessions/{id}/live`.
pub(super) async fn upgrade(
    State(web): State<Shared>,
    Signed(signed): Signed,
    SessionPath(id): SessionPath,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let hub = &web.services.hub;
    let open = hub.session(id).ok_or_else(Problem::no_session)?;
    let permit = permit::<Watch>(&signed.known.viewer, &open.facts)?;
    // Joined before the answer, so that a refusal has a status; an upgrade that fails drops the handle.
    let handle = hub.watch(permit).await?;
    let watching =
        Watching::new(Arc::clone(&web), signed, open.facts, subject(&open.session), handle.deeds());
    Ok(bounded_for_requests(upgrade).on_upgrade(move |socket| async move {
        let open = web.gauges.opened(Kind::Live);
        watching.run(handle, Socket::new(socket)).await;
        drop(open);
    }))
}

/// One person who watches; audited when it ends, however it ends.
struct Watching {
    web: Arc<Web>,
    signed: SignedIn,
    facts: Facts,
    subject: String,
    /// Since when they see the screen; not yet, where the owner is asked.
    since: Option<Instant>,
    /// What they do beside watching.
    deeds: Deeds,
    /// Their right to do so.
    control: Option<Permit<Control>>,
    /// Why the owner's consent was not given; none when they did not wait for it.
    refused: Option<String>,
}

/// What happens on the socket.
enum Turn {
    /// The page said something.
    Heard(Heard<LiveRequest>),
    /// There may be room for the input that waits.
    Room,
    /// There is something for the page.
    Frame(Option<Bytes>),
}

impl Watching {
    fn new(web: Arc<Web>, signed: SignedIn, facts: Facts, subject: String, deeds: Deeds) -> Self {
        let control = permit::<Control>(&signed.known.viewer, &facts).ok();
        Self { web, signed, facts, subject, since: None, deeds, control, refused: None }
    }

    async fn run(mut self, mut handle: WatchHandle, mut socket: Socket) {
        let close = self.forward(&mut handle, &mut socket).await;
        self.refused = match (self.since, handle.refused()) {
            (None, Some(words)) => Some(words.clone()),
            (None, None) => Some("left before the user answered".into()),
            (Some(_), _) => None,
        };
        // Before the last words, which may take a while: whoever goes leaves the keyboard.
        drop(handle);
        if let Some(close) = close {
            socket.close(None, close).await;
        }
    }

    /// Forwards frames and requests until there is a reason to stop; `None` when nobody is left to
    /// tell.
    async fn forward(&mut self, handle: &mut WatchHandle, socket: &mut Socket) -> Option<Close> {
        let mut directory = self.web.services.directory.clone();
        let stopping = self.web.services.stopping.clone();
        let mut room = handle.room();
        // Input that found no room: until it does, the page is not listened to.
        let mut waiting: Option<LiveRequest> = None;
        // Whatever changed between the upgrade's check and now is looked at first.
        directory.mark_changed();
        loop {
            self.look(handle);
            let turn = async {
                tokio::select! {
                    heard = socket.heard(waiting.is_none()) => Turn::Heard(heard),
                    () = room.wait(), if waiting.is_some() => Turn::Room,
                    frame = handle.next() => Turn::Frame(frame),
                }
            };
            let turn = tokio::select! {
                biased;
                () = stopping.cancelled() => return Some(Close::Stopping),
                _ = ended(&mut self.signed) => return Some(Close::SignedOut),
                changed = directory.changed() => {
                    if changed.is_err() {
                        return Some(Close::Stopping);
                    }
                    if let Some(close) = self.recheck(handle).await {
                        return Some(close);
                    }
                    continue;
                }
                turn = turn => turn,
            };
            let frame = match turn {
                Turn::Heard(Heard::Lost) => return None,
                Turn::Heard(Heard::Wrong(close)) => return Some(close),
                Turn::Heard(Heard::Request(request)) => {
                    waiting = self.request(handle, request);
                    continue;
                }
                Turn::Room => {
                    waiting = waiting.take().and_then(|request| self.request(handle, request));
                    continue;
                }
                Turn::Frame(None) => return Some(Close::Done),
                Turn::Frame(Some(frame)) => frame,
            };
            self.look(handle);
            let sent = tokio::select! {
                biased;
                () = stopping.cancelled() => return Some(Close::Stopping),
                _ = ended(&mut self.signed) => return Some(Close::SignedOut),
                sent = socket.send_ready(frame, handle) => sent,
            };
            if let Err(gone) = sent {
                return gone_close(gone);
            }
        }
    }

    /// Does what the page asks for; gives back what must wait.
    fn request(&self, handle: &mut WatchHandle, request: LiveRequest) -> Option<LiveRequest> {
        let asked = match &self.control {
            Some(permit) => handle.request(permit, request),
            None if matches!(request, LiveRequest::Input(_)) => handle.deny_input(NO_CONTROL),
            None => handle.deny(NO_CONTROL),
        };
        match asked {
            Asked::Full(request) => Some(request),
            Asked::Done | Asked::Denied => None,
        }
    }

    /// Takes note of what the watcher has become and done.
    fn look(&mut self, handle: &WatchHandle) {
        if self.since.is_none() && handle.is_seated() {
            self.since = Some(Instant::now());
        }
        self.note_deeds();
    }

    fn note_deeds(&self) {
        for deed in self.deeds.take() {
            let event = match deed {
                Deed::Lease { modes, lasted } => {
                    let modes: Vec<_> = modes.into_iter().map(hub::mode_word).collect();
                    self.event(Action::Controlled).detail(format!(
                        "{}, {} s",
                        modes.join(" then "),
                        whole_seconds(lasted)
                    ))
                }
                Deed::Message(text) => self.event(Action::Message).detail(text),
                Deed::Paused => self.event(Action::InputPaused),
                Deed::Resumed => self.event(Action::InputResumed),
            };
            self.web.services.journal.note(event);
        }
    }

    fn event(&self, action: Action) -> Event {
        by(self.viewer(), action).on(self.subject.as_str()).session(self.facts.session)
    }

    /// Asks again what the viewer may do.
    async fn recheck(&mut self, handle: &mut WatchHandle) -> Option<Close> {
        let user = self.signed.known.viewer.user_id?;
        // Without facts it has ended: the last frame is on its way.
        let facts = self.web.services.hub.facts(self.facts.session)?;
        match self.web.services.auth.viewer(user).await {
            Ok(Some(known)) => {
                let allowed = rights(&known.viewer, &facts, true).is_some_and(|rights| rights.watch);
                self.control = permit::<Control>(&known.viewer, &facts).ok();
                if self.control.is_none() {
                    handle.lose_control();
                }
                self.signed.known = known;
                (!allowed).then_some(Close::Forbidden)
            }
            Ok(None) => Some(Close::SignedOut),
            Err(error) => {
                tracing::error!(%error, "a viewer could not be read");
                Some(Close::Failed)
            }
        }
    }

    fn viewer(&self) -> &Viewer {
        &self.signed.known.viewer
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.note_deeds();
        let event = match (self.since, &self.refused) {
            (Some(since), _) => {
                self.event(Action::Watched).detail(format!("{} s", whole_seconds(since.elapsed())))
            }
            (None, Some(words)) => self.event(Action::WatchRefused).detail(words.as_str()),
            // Never ran: the upgrade came to nothing.
            (None, None) => return,
        };
        self.web.services.journal.note(event);
    }
}

/// Why somebody who only watches is not obeyed.
const NO_CONTROL: &str = "your role does not allow you to control this session";

/// As the audit has it: what happened took a second.
fn whole_seconds(time: Duration) -> u64 {
    time.max(Duration::from_secs(1)).as_secs()
}

const fn gone_close(gone: Gone) -> Option<Close> {
    match gone {
        Gone::Lost => None,
        Gone::Spoke => Some(Close::Unexpected),
    }
}
