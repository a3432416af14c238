//! The guard that whoever runs a session holds: while it lives the session is open.

use std::sync::Arc;

use bytes::Bytes;
use wire::live::Size;
use wire::{End, EndReason, Millis, SessionId};

use crate::registry::{Entry, Registry};

/// Somebody ended the session: who, and what they gave as the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminated {
    /// Name of who did.
    pub by: String,
    /// Their reason, as typed.
    pub reason: String,
}

/// An open session, held by its gateway. Dropping it ends the session (`client lost`).
pub struct OpenSession {
    registry: Arc<Registry>,
    entry: Arc<Entry>,
}

impl OpenSession {
    pub(crate) const fn new(registry: Arc<Registry>, entry: Arc<Entry>) -> Self {
        Self { registry, entry }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.entry.session.id
    }

    /// Hands what the target wrote to the screen and the watchers. Waits at most for the session's
    /// own screen to be brought up to date, never for a watcher. Call it after the owner was served.
    pub async fn output(&self, bytes: Bytes) {
        self.registry.active(&self.entry);
        if self.entry.live.output(&bytes) {
            self.draw().await;
        }
    }

    /// The owner's window has a new size.
    pub async fn resize(&self, size: Size) {
        if self.entry.live.resize(size) {
            self.draw().await;
        }
    }

    /// The owner typed: the session is not idle. Cheap enough for every key.
    pub fn active(&self) {
        self.registry.active(&self.entry);
    }

    /// Completes when somebody terminated the session; the row has ended by then. Tell the owner,
    /// close both ends, drop the guard. Cancel-safe; completes again when called again.
    pub async fn terminated(&self) -> Terminated {
        self.entry.terminated.subscribe().wait_for(Option::is_some).await.map_or_else(
            // The sender lives in the entry that is borrowed here.
            |_| unreachable!("the session's entry outlives its guard"),
            |terminated| terminated.clone().unwrap_or_else(|| unreachable!("just waited for it")),
        )
    }

    /// Ends the session in order.
    pub fn close(self, end: End) {
        self.registry.end(self.id(), end);
    }

    /// The inbox is full: draws it, giving way to the thread's other tasks in between.
    async fn draw(&self) {
        while !self.entry.live.draw() {
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        // Nothing happens when it has ended already.
        self.registry.end(self.id(), End::new(EndReason::ClientLost, Millis::now()));
    }
}

impl std::fmt::Debug for OpenSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OpenSession").field(&self.id()).finish()
    }
}
