//! Numbers that the web part keeps of itself: open sockets and refused sign-ins.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// The counters; made once.
pub(super) struct Gauges {
    /// Open sockets of the list feed, of live screens, and of people's own sessions.
    sockets: watch::Sender<Sockets>,
    sign_in_failures: AtomicU64,
}

/// How many sockets of each kind are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sockets {
    /// Of the list feed.
    pub(super) feed: u64,
    /// Of live screens that somebody watches.
    pub(super) live: u64,
    /// Of pages that are the terminal or desktop of their person's own session.
    pub(super) own: u64,
}

/// What a socket is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// The list feed.
    Feed,
    /// A live screen that somebody watches.
    Live,
    /// A page that is, or is to be, the terminal or desktop of its person's own session.
    Own,
}

impl Sockets {
    fn of(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Feed => &mut self.feed,
            Kind::Live => &mut self.live,
            Kind::Own => &mut self.own,
        }
    }
}

impl Default for Gauges {
    fn default() -> Self {
        Self { sockets: watch::Sender::new(Sockets::default()), sign_in_failures: AtomicU64::new(0) }
    }
}

impl Gauges {
    /// Counts a socket until the guard goes.
    pub(super) fn opened(self: &Arc<Self>, kind: Kind) -> OpenSocket {
        self.sockets.send_modify(|sockets| *sockets.of(kind) += 1);
        OpenSocket { gauges: Arc::clone(self), kind }
    }

    /// How many sockets are open.
    pub(super) fn sockets(&self) -> Sockets {
        *self.sockets.borrow()
    }

    /// Completes when no socket is open.
    pub(super) async fn sockets_closed(&self) {
        let mut sockets = self.sockets.subscribe();
        // The sender is `self`: it cannot be gone.
        let _ = sockets.wait_for(|sockets| *sockets == Sockets::default()).await;
    }

    /// Counts a refused sign-in.
    pub(super) fn sign_in_failed(&self) {
        self.sign_in_failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Refused sign-ins since the start.
    pub(super) fn sign_in_failures(&self) -> u64 {
        self.sign_in_failures.load(Ordering::Relaxed)
    }
}

/// A socket that is open.
pub(super) struct OpenSocket {
    gauges: Arc<Gauges>,
    kind: Kind,
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.gauges.sockets.send_modify(|sockets| *sockets.of(self.kind) -= 1);
    }
}
