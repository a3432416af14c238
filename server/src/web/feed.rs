//! `/ws/sessions`: the open sessions of one viewer, a snapshot and then changes by push.

mod view;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use hub::{List, Unread};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout};
use wire::{End, EndReason, FeedFrame, Millis, Piece, Rights, encode};

use super::gauges::Kind;
use super::signed_in::Signed;
use super::socket::{Close, Gone, Socket, bounded};
use super::{Shared, Web};
use crate::console::SignedIn;
use view::View;

/// Longest silence.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Sessions in the first piece of a snapshot: more than a window shows, and soon there.
const FIRST_PIECE: usize = 250;
/// Sessions in each later piece: a few milliseconds of a browser's time.
const PIECE: usize = 1_000;
/// Later pieces are made so many at once: a page waits for its sessions less than for turns of the server.
const AT_ONCE: usize = 10;
/// Changes are sent at most once in a browser's frame; what happens meanwhile goes into one message.
const FRAME: Duration = Duration::from_millis(16);

/// `GET /ws/sessions`.
pub(super) async fn upgrade(
    State(web): State<Shared>,
    Signed(signed): Signed,
    upgrade: WebSocketUpgrade,
) -> Response {
    bounded(upgrade).on_upgrade(move |socket| async move {
        let open = web.gauges.opened(Kind::Feed);
        let mut feed = Feed::new(web, signed, Socket::new(socket));
        let leave = feed.run().await;
        feed.leave(leave).await;
        drop(open);
    })
}

/// Why a feed ends.
enum Leave {
    /// The sign-in ended.
    SignedOut(End),
    /// The peer went; nobody is left to tell.
    Lost,
    /// The peer is told this.
    Close(Close),
}

impl From<Gone> for Leave {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Lost => Self::Lost,
            Gone::Spoke => Self::Close(Close::Unexpected),
        }
    }
}

struct Feed {
    web: Arc<Web>,
    signed: SignedIn,
    socket: Socket,
    /// Last `Changes` sent.
    seq: u64,
    /// When the next `Changes` may be sent.
    next_at: Instant,
    heartbeat: Interval,
}

impl Feed {
    fn new(web: Shared, signed: SignedIn, socket: Socket) -> Self {
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { web, signed, socket, seq: 0, next_at: Instant::now(), heartbeat }
    }

    async fn run(&mut self) -> Leave {
        let hello = FeedFrame::Hello {
            build: self.web.site.assets().map_or_else(String::new, |assets| assets.build.clone()),
            now: Millis::now(),
            heartbeat_ms: u32::try_from(HEARTBEAT.as_millis()).unwrap_or(u32::MAX),
        };
        if let Err(leave) = self.send(encode(&hello)).await {
            return leave;
        }
        loop {
            if let Err(leave) = self.follow().await {
                return leave;
            }
        }
    }

    /// One subscription: a snapshot with the rights of this moment, then changes, until the rights
    /// change or the reader fell too far behind.
    async fn follow(&mut self) -> Result<(), Leave> {
        let mut directory = self.web.services.directory.clone();
        directory.mark_unchanged();
        self.reload().await?;
        let (mut list, mut view) = self.snapshot().await?;
        let stopping = self.web.services.stopping.clone();
        loop {
            let next_at = self.next_at;
            tokio::select! {
                biased;
                // First: a server that stops ends all sign-ins' sessions too, and nobody is signed out by that.
                () = stopping.cancelled() => return Err(Leave::Close(Close::Stopping)),
                end = ended(&mut self.signed) => return Err(Leave::SignedOut(end)),
                gone = self.socket.gone() => return Err(gone.into()),
                changed = directory.changed() => {
                    changed.map_err(|_| Leave::Close(Close::Stopping))?;
                    if self.reload().await? {
                        return Ok(());
                    }
                }
                events = async { sleep_until(next_at).await; list.next().await } => {
                    let Some(events) = events else { return Ok(()) };
                    let changes = view.changes(&events);
                    if !changes.is_empty() {
                        self.seq += 1;
                        self.send(encode(&FeedFrame::Changes { seq: self.seq, changes })).await?;
                        self.next_at = Instant::now() + FRAME;
                    }
                }
                _ = self.heartbeat.tick() => {
                    self.send(encode(&FeedFrame::Heartbeat { seq: self.seq, now: Millis::now() })).await?;
                }
            }
        }
    }

    /// Asks again what the viewer may do; whether that has changed.
    async fn reload(&mut self) -> Result<bool, Leave> {
        let Some(user) = self.signed.known.viewer.user_id else { return Ok(false) };
        match self.web.services.auth.viewer(user).await {
            Ok(Some(known)) => {
                let before = std::mem::replace(&mut self.signed.known, known).viewer;
                let now = &self.signed.known.viewer;
                Ok(before.scopes != now.scopes || before.owned != now.owned)
            }
            Ok(None) => {
                // Disabled: the sign-in is about to end, with its reason.
                let end = timeout(HEARTBEAT, ended(&mut self.signed)).await;
                let end = end.unwrap_or_else(|_| End::new(EndReason::Terminated, Millis::now()));
                Err(Leave::SignedOut(end))
            }
            Err(error) => {
                tracing::error!(%error, "a viewer could not be read");
                Err(Leave::Close(Close::Failed))
            }
        }
    }

    /// Sends what is open, piece by piece: the first one goes out before the others are made.
    async fn snapshot(&mut self) -> Result<(List, View), Leave> {
        let hub = self.web.services.hub.clone();
        let viewer = self.signed.known.viewer.clone();
        // A hundred thousand rows take tens of milliseconds to go through: not on a thread that serves others.
        let begun = spawn_blocking(move || {
            let mut list = hub.list();
            let mut view = View::new(viewer);
            let open: Vec<(Unread, Rights)> = list
                .newest_first()
                .into_iter()
                .filter_map(|open| {
                    let rights = view.admit(&open.facts(), open.has_screen())?;
                    Some((open, rights))
                })
                .collect();
            (list, view, Arc::new(open))
        });
        let (list, view, open) = begun.await.map_err(|_| Leave::Close(Close::Failed))?;
        let seq = self.seq;
        let ranges: Vec<_> = pieces(open.len()).collect();
        let (first, later) = ranges.split_at(1);
        for some in std::iter::once(first).chain(later.chunks(AT_ONCE)) {
            let (open, some) = (Arc::clone(&open), some.to_vec());
            let made = spawn_blocking(move || {
                let piece = |range: Range<usize>| {
                    let rest = u32::try_from(open.len() - range.end).unwrap_or(u32::MAX);
                    let sessions = open[range].iter().map(|(open, rights)| (open.attributes(), *rights));
                    Piece { seq, sessions: sessions.collect(), rest }.write()
                };
                some.into_iter().map(piece).collect::<Vec<_>>()
            });
            for piece in made.await.map_err(|_| Leave::Close(Close::Failed))? {
                self.send(piece).await?;
            }
        }
        Ok((list, view))
    }

    /// Sends a frame, unless the sign-in or the server ends while the peer takes its time.
    async fn send(&mut self, frame: Vec<u8>) -> Result<(), Leave> {
        let stopping = self.web.services.stopping.clone();
        tokio::select! {
            biased;
            () = stopping.cancelled() => Err(Leave::Close(Close::Stopping)),
            end = ended(&mut self.signed) => Err(Leave::SignedOut(end)),
            sent = self.socket.send(frame) => sent.map_err(Leave::from),
        }
    }

    async fn leave(self, leave: Leave) {
        match leave {
            Leave::SignedOut(end) => {
                self.socket.close(Some(encode(&FeedFrame::SignedOut(end))), Close::SignedOut).await;
            }
            Leave::Close(close) => self.socket.close(None, close).await,
            Leave::Lost => {}
        }
    }
}

/// Which of so many sessions are in each piece of a snapshot; one piece at least, that it is known to be over.
fn pieces(sessions: usize) -> impl Iterator<Item = Range<usize>> {
    let first = FIRST_PIECE.min(sessions);
    let later = (first..sessions).step_by(PIECE).map(move |from| from..(from + PIECE).min(sessions));
    std::iter::once(0..first).chain(later)
}

/// Completes when the sign-in ends. Cancel-safe.
pub(super) async fn ended(signed: &mut SignedIn) -> End {
    let known = match signed.ended.wait_for(Option::is_some).await {
        Ok(end) => end.clone(),
        Err(_) => None,
    };
    // Without its keeper a sign-in is over too.
    known.unwrap_or_else(|| End::new(EndReason::NodeLost, Millis::now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_is_in_one_piece() {
        for sessions in [0, 1, FIRST_PIECE, FIRST_PIECE + 1, FIRST_PIECE + PIECE, 100_000] {
            let mut next = 0;
            for piece in pieces(sessions) {
                assert_eq!(piece.start, next);
                assert!(sessions == 0 || !piece.is_empty());
                next = piece.end;
            }
            assert_eq!(next, sessions);
        }
    }
}
