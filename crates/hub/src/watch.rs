//! One watcher's end of a live screen.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::Instant;
use wire::Millis;
use wire::live::LiveFrame;

use crate::fanout;
use crate::registry::{Entry, Registry};
use crate::ring::{Read, Seat};

/// Longest silence before a heartbeat; the wire promises one at least every 10 seconds.
const QUIET: Duration = Duration::from_secs(5);

/// A watcher's subscription. Dropping it leaves.
pub struct WatchHandle {
    registry: Arc<Registry>,
    entry: Arc<Entry>,
    seat: Seat,
    init: Option<Bytes>,
    news: watch::Receiver<()>,
    quiet_until: Instant,
}

impl WatchHandle {
    pub(crate) fn new(registry: Arc<Registry>, entry: Arc<Entry>, seat: Seat, init: Bytes) -> Self {
        let news = entry.live.subscribe();
        let handle =
            Self { registry, entry, seat, init: Some(init), news, quiet_until: Instant::now() + QUIET };
        handle.ensure_fanout();
        handle
    }

    /// The next encoded [`wire::live::LiveFrame`], the first being `Init`; after `Ended` nothing
    /// more. Cancel-safe. A reader more than 256 KiB behind gets a fresh `Init` instead of what it
    /// missed.
    pub async fn next(&mut self) -> Option<Bytes> {
        let frame = self.wait().await;
        self.quiet_until = Instant::now() + QUIET;
        frame
    }

    async fn wait(&mut self) -> Option<Bytes> {
        if let Some(init) = self.init.take() {
            return Some(init);
        }
        loop {
            // Before reading, so that what comes after the reading is news.
            self.news.borrow_and_update();
            match self.entry.live.read(self.seat) {
                Read::Frame(frame) => return Some(frame),
                Read::Lagged => return self.entry.live.catch_up(self.seat),
                Read::Over => return None,
                Read::Nothing => self.ensure_fanout(),
            }
            tokio::select! {
                changed = self.news.changed() => changed.ok()?,
                () = tokio::time::sleep_until(self.quiet_until) => {
                    return Some(wire::encode(&LiveFrame::Heartbeat(Millis::now())).into());
                }
            }
        }
    }

    fn ensure_fanout(&self) {
        if self.entry.live.claim_fanout() {
            fanout::start(Arc::clone(&self.entry));
        }
    }
}

impl Drop for WatchHandle {
    fn drop(&mut self) {
        self.entry.live.leave(self.seat);
        self.registry.announce(&self.entry);
    }
}

impl std::fmt::Debug for WatchHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WatchHandle").field("session", &self.entry.session.id).finish_non_exhaustive()
    }
}
