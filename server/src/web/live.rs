//! `/ws/sessions/{id}/live`: one session's screen for one watcher.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use hub::{Facts, Viewer, Watch, WatchHandle, permit, rights};
use tokio::time::Instant;

use super::feed::ended;
use super::gauges::Kind;
use super::problem::Problem;
use super::session_path::SessionPath;
use super::sessions::{by, subject};
use super::signed_in::Signed;
use super::socket::{Close, Gone, Socket, bounded};
use super::{Shared, Web};
use crate::audit::Action;
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
    let watching = Watching::new(Arc::clone(&web), signed, open.facts, subject(&open.session));
    Ok(bounded(upgrade).on_upgrade(move |socket| async move {
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
    since: Instant,
}

impl Watching {
    fn new(web: Arc<Web>, signed: SignedIn, facts: Facts, subject: String) -> Self {
        Self { web, signed, facts, subject, since: Instant::now() }
    }

    async fn run(mut self, handle: WatchHandle, mut socket: Socket) {
        if let Some(close) = self.forward(handle, &mut socket).await {
            socket.close(None, close).await;
        }
    }

    /// Forwards frames until there is a reason to stop; `None` when nobody is left to tell.
    async fn forward(&mut self, mut handle: WatchHandle, socket: &mut Socket) -> Option<Close> {
        let mut directory = self.web.services.directory.clone();
        let stopping = self.web.services.stopping.clone();
        // Whatever changed between the upgrade's check and now is looked at first.
        directory.mark_changed();
        loop {
            let frame = tokio::select! {
                biased;
                () = stopping.cancelled() => return Some(Close::Stopping),
                _ = ended(&mut self.signed) => return Some(Close::SignedOut),
                changed = directory.changed() => {
                    if changed.is_err() {
                        return Some(Close::Stopping);
                    }
                    if let Some(close) = self.recheck().await {
                        return Some(close);
                    }
                    continue;
                }
                gone = socket.gone() => return gone_close(gone),
                frame = handle.next() => frame,
            };
            let Some(frame) = frame else { return Some(Close::Done) };
            let sent = tokio::select! {
                biased;
                () = stopping.cancelled() => return Some(Close::Stopping),
                _ = ended(&mut self.signed) => return Some(Close::SignedOut),
                sent = socket.send_ready(frame, &mut handle) => sent,
            };
            if let Err(gone) = sent {
                return gone_close(gone);
            }
        }
    }

    /// Asks again whether the viewer may watch.
    async fn recheck(&mut self) -> Option<Close> {
        let user = self.signed.known.viewer.user_id?;
        // Without facts it has ended: the last frame is on its way.
        let facts = self.web.services.hub.facts(self.facts.session)?;
        match self.web.services.auth.viewer(user).await {
            Ok(Some(known)) => {
                let allowed = rights(&known.viewer, &facts, true).is_some_and(|rights| rights.watch);
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
        let seconds = self.since.elapsed().max(Duration::from_secs(1)).as_secs();
        let event = by(self.viewer(), Action::Watched)
            .on(self.subject.as_str())
            .session(self.facts.session)
            .detail(format!("{seconds} s"));
        self.web.services.journal.note(event);
    }
}

const fn gone_close(gone: Gone) -> Option<Close> {
    match gone {
        Gone::Lost => None,
        Gone::Spoke => Some(Close::Unexpected),
    }
}
