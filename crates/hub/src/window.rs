//! The owner's own window on their session's screen, where no client of theirs draws it: a page does.
//!
//! Shows what is on the screen and nothing else: who watches is told in the session itself, as the account's
//! policy has it. Nobody counts it as a watcher.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::Instant;
use wire::Millis;
use wire::live::LiveFrame;

use crate::registry::Entry;
use crate::ring::{Read, Seat};
use crate::watch::QUIET;
use crate::{NotOpen, fanout};

/// Opens windows on one session for its owner; held by whoever holds the owner's end. Cheap to clone.
#[derive(Clone)]
pub struct Windows(Arc<Entry>);

impl Windows {
    pub(crate) const fn new(entry: Arc<Entry>) -> Self {
        Self(entry)
    }

    /// A window: the whole screen as it is, then what follows. Must be called where a runtime with timers is.
    ///
    /// # Errors
    /// When the session is over or has no screen.
    pub fn open(&self) -> Result<Window, NotOpen> {
        let entry = Arc::clone(&self.0);
        let news = entry.live.subscribe();
        let (seat, init) = entry.live.join(None, &entry.tape)?;
        let window = Window { entry, seat, ahead: Some(init), news, quiet_until: Instant::now() + QUIET };
        fanout::ensure(&window.entry);
        Ok(window)
    }
}

impl std::fmt::Debug for Windows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Windows").field(&self.0.session.id).finish()
    }
}

/// One window. Dropping it closes it, not the session.
pub struct Window {
    entry: Arc<Entry>,
    seat: Seat,
    ahead: Option<Bytes>,
    news: watch::Receiver<()>,
    quiet_until: Instant,
}

impl Window {
    /// The next encoded [`LiveFrame`]: `Init`, then `Output`, `Resize`, `Heartbeat` and fresh `Init`s for a
    /// reader that fell behind; or `Picture`, `Drawn`, `Pointer` and what the owner alone is told
    /// ([`crate::OpenSession::tell_owner`]). After `Ended` nothing more. Cancel-safe.
    pub async fn next(&mut self) -> Option<Bytes> {
        let frame = self.wait().await;
        self.quiet_until = Instant::now() + QUIET;
        frame
    }

    async fn wait(&mut self) -> Option<Bytes> {
        if let Some(init) = self.ahead.take() {
            return Some(init);
        }
        loop {
            // Before looking, so that what comes after the look is news.
            self.news.borrow_and_update();
            match self.entry.live.read(self.seat) {
                Read::Frame(frame) => return Some(frame),
                Read::Lagged => return self.entry.live.catch_up(self.seat, &self.entry.tape),
                Read::Over => return None,
                Read::Nothing => fanout::ensure(&self.entry),
            }
            tokio::select! {
                changed = self.news.changed() => changed.ok()?,
                () = tokio::time::sleep_until(self.quiet_until) => {
                    return Some(wire::encode(&LiveFrame::Heartbeat(Millis::now())).into());
                }
            }
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.entry.live.leave(self.seat);
    }
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Window").field(&self.entry.session.id).finish()
    }
}
