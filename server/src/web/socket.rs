//! One WebSocket of a page: bounded in what it takes and in how long it waits.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use bytes::Bytes;
use futures::{FutureExt, SinkExt};
use hub::{WatchHandle, Window};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout};
use wire::MAX_FRAME_BYTES;
use wire::live::LiveRequest;

/// Where all sockets are.
pub(super) const PREFIX: &str = "/ws/";
/// Most pages have nothing to say: a ping's answer is at most 125 bytes (RFC 6455 section 5.5).
const MAX_INCOMING_BYTES: usize = 1 << 10;
/// A request that is too large is read so far that the page can be told; what is larger still ends
/// the connection.
const MAX_REQUEST_BYTES: usize = 4 * LiveRequest::MAX_BYTES;
/// How often a silent page is asked whether it is there.
const PING_EVERY: Duration = Duration::from_secs(15);
/// A page that was silent for three pings is gone.
const SILENCE: Duration = Duration::from_secs(45);
/// A page that takes no byte for so long is gone.
const SEND_WITHIN: Duration = Duration::from_secs(60);
/// How many bytes of frames that are ready go out with one flush.
const BATCH_BYTES: usize = 64 << 10;
/// A send that took so long had to wait for the peer.
const WAITED: Duration = Duration::from_millis(250);
/// How long a last word may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// Why a socket is closed; the code tells the page what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// There is no more to come.
    Done,
    /// The server stops: come back.
    Stopping,
    /// Messages are for one direction only.
    Unexpected,
    /// A message was no request.
    Unreadable,
    /// A request was too large.
    TooLarge,
    /// The server could not.
    Failed,
    /// The sign-in ended.
    SignedOut,
    /// The right to it ended.
    Forbidden,
    /// Another page of the same person has taken over.
    Replaced,
}

impl Close {
    const fn frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::Done => (1000, "ended"),
            Self::Stopping => (1001, "the server stops"),
            Self::Unexpected => (1008, "nothing is expected on this socket"),
            Self::Unreadable => (1008, "this is no request that is known here"),
            Self::TooLarge => (1009, "this request is too large"),
            Self::Failed => (1011, "the server could not go on"),
            Self::SignedOut => (4401, "signed out"),
            Self::Forbidden => (4403, "no longer allowed"),
            Self::Replaced => (4409, "continued on another page"),
        };
        CloseFrame { code, reason: Utf8Bytes::from_static(reason) }
    }
}

/// The peer is not there (any more), or sent what nobody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// The connection ended or broke.
    Lost,
    /// It sent something.
    Spoke,
}

/// What a page says that makes requests.
#[derive(Debug)]
pub(super) enum Heard<R> {
    /// This.
    Request(R),
    /// Something that closes the socket.
    Wrong(Close),
    /// Nothing more: the connection ended or broke.
    Lost,
}

/// Sets the bounds of a socket on which the page says nothing, before it is opened.
pub(super) fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    bounded_to(upgrade, MAX_INCOMING_BYTES)
}

/// The same for a socket on which the page makes requests.
pub(super) fn bounded_for_requests(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    bounded_to(upgrade, MAX_REQUEST_BYTES)
}

fn bounded_to(upgrade: WebSocketUpgrade, incoming: usize) -> WebSocketUpgrade {
    // Each message is flushed before the next but one is taken, so the buffer holds at most two.
    upgrade.max_message_size(incoming).max_frame_size(incoming).max_write_buffer_size(2 * MAX_FRAME_BYTES)
}

/// What a screen's frames come from.
pub(super) trait Frames: Send {
    /// The next one; `None` after the last. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = Option<Bytes>> + Send;
}

impl Frames for WatchHandle {
    fn next(&mut self) -> impl Future<Output = Option<Bytes>> + Send {
        Self::next(self)
    }
}

impl Frames for Window {
    fn next(&mut self) -> impl Future<Output = Option<Bytes>> + Send {
        Self::next(self)
    }
}

/// The server's end of a socket.
pub(super) struct Socket {
    inner: WebSocket,
    heard: Instant,
    ping: Interval,
}

impl Socket {
    /// Takes an opened socket.
    pub(super) fn new(inner: WebSocket) -> Self {
        let mut ping = interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        Self { inner, heard: Instant::now(), ping }
    }

    /// Sends one frame; waits until the connection took it.
    pub(super) async fn send(&mut self, frame: impl Into<Bytes>) -> Result<(), Gone> {
        let began = Instant::now();
        let sent = timeout(SEND_WITHIN, self.inner.send(Message::Binary(frame.into()))).await;
        self.sent(began, matches!(sent, Ok(Ok(()))))
    }

    /// Sends a screen's frame and those that are ready behind it with one flush.
    pub(super) async fn send_ready(&mut self, first: Bytes, frames: &mut impl Frames) -> Result<(), Gone> {
        let sending = async {
            let mut taken = first.len();
            self.inner.feed(Message::Binary(first)).await?;
            while taken < BATCH_BYTES
                && let Some(Some(frame)) = frames.next().now_or_never()
            {
                taken += frame.len();
                self.inner.feed(Message::Binary(frame)).await?;
            }
            self.inner.flush().await
        };
        let began = Instant::now();
        let sent = timeout(SEND_WITHIN, sending).await;
        self.sent(began, matches!(sent, Ok(Ok(()))))
    }

    /// A send that had to wait and then went through shows that somebody reads. One that did not wait
    /// shows nothing: the kernel takes bytes for a dead peer, too.
    fn sent(&mut self, began: Instant, done: bool) -> Result<(), Gone> {
        if began.elapsed() > WAITED {
            self.heard = Instant::now();
        }
        done.then_some(()).ok_or(Gone::Lost)
    }

    /// Completes when the peer went or spoke; pings it meanwhile. Cancel-safe.
    pub(super) async fn gone(&mut self) -> Gone {
        self.said(true).await.map_or(Gone::Lost, |_| Gone::Spoke)
    }

    /// What the peer says next; pings it meanwhile. While it is not `listening`, requests stay where
    /// they are and only a broken connection is noticed. Cancel-safe.
    pub(super) async fn heard<R: DeserializeOwned>(&mut self, listening: bool) -> Heard<R> {
        match self.said(listening).await {
            None => Heard::Lost,
            Some(Message::Binary(bytes)) if bytes.len() > LiveRequest::MAX_BYTES => {
                Heard::Wrong(Close::TooLarge)
            }
            Some(Message::Binary(bytes)) => {
                wire::decode(&bytes).map_or(Heard::Wrong(Close::Unreadable), Heard::Request)
            }
            Some(_) => Heard::Wrong(Close::Unreadable),
        }
    }

    /// The next message that carries data; `None` when the peer went.
    async fn said(&mut self, listening: bool) -> Option<Message> {
        loop {
            tokio::select! {
                message = self.inner.recv(), if listening => {
                    match message {
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => self.heard = Instant::now(),
                        Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                            self.heard = Instant::now();
                            return Some(message);
                        }
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    }
                }
                _ = self.ping.tick() => {
                    // Who is not listened to cannot be found silent.
                    if listening && self.heard.elapsed() > SILENCE {
                        return None;
                    }
                    self.inner.send(Message::Ping(Bytes::new())).await.ok()?;
                    if !listening {
                        self.heard = Instant::now();
                    }
                }
            }
        }
    }

    /// Says a last word, if any, and why; does not wait long for a peer that does not listen.
    pub(super) async fn close(mut self, last: Option<Vec<u8>>, close: Close) {
        let _ = timeout(CLOSE_WITHIN, async {
            if let Some(last) = last {
                self.inner.send(Message::Binary(last.into())).await?;
            }
            self.inner.send(Message::Close(Some(close.frame()))).await?;
            // The peer answers with its own close; leaving before that could cut off what it has not read.
            while let Some(Ok(_)) = self.inner.recv().await {}
            Ok::<_, axum::Error>(())
        })
        .await;
    }
}
