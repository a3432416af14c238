//! The list of open sessions with its changes: what feeds are made from.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::TryRecvError;
use wire::{Attributes, End, Session, SessionId, Update};

use crate::Facts;
use crate::registry::Entry;

/// With so many events [`List::next`] looks for no more.
const BATCH: usize = 1024;

/// One open session as the list holds it; `screen` says whether there is something to watch.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its attributes now.
    pub session: Session,
    /// What authority over it depends on.
    pub facts: Facts,
    /// Whether it has a screen.
    pub screen: bool,
}

/// What happened to the list.
#[derive(Clone, Debug)]
pub enum ListEvent {
    /// A session was opened, or what is said of it is another now.
    Opened(Arc<Listed>),
    /// Its watchers or its last activity changed.
    Updated(Update),
    /// It ended.
    Ended(SessionId, End),
}

/// An open session whose attributes nobody has read yet: of a hundred thousand, reading takes a while.
#[derive(Clone)]
pub struct Unread(Arc<Entry>);

impl Unread {
    /// What authority over it depends on.
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.0.facts()
    }

    /// Whether it has a screen.
    #[must_use]
    pub fn has_screen(&self) -> bool {
        self.0.live.has_screen()
    }

    /// Its attributes now.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'_> {
        self.0.attributes()
    }
}

impl std::fmt::Debug for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Unread").field(&self.0.session.id).finish()
    }
}

/// A subscription: take [`List::snapshot`] or [`List::newest_first`], then [`List::next`].
pub struct List {
    open: Vec<Arc<Entry>>,
    events: broadcast::Receiver<Arc<[ListEvent]>>,
}

impl List {
    pub(crate) const fn new(open: Vec<Arc<Entry>>, events: broadcast::Receiver<Arc<[ListEvent]>>) -> Self {
        Self { open, events }
    }

    /// What was open when the subscription began; sessions carry their present values.
    #[must_use]
    pub fn snapshot(&mut self) -> Vec<Listed> {
        std::mem::take(&mut self.open).iter().map(|entry| entry.listed()).collect()
    }

    /// What was open when the subscription began, that which was opened last first, each to be read when it is
    /// needed.
    #[must_use]
    pub fn newest_first(&mut self) -> Vec<Unread> {
        let mut open = std::mem::take(&mut self.open);
        open.sort_by_cached_key(|entry| std::cmp::Reverse((entry.session.started_at, entry.session.id)));
        open.into_iter().map(Unread).collect()
    }

    /// The next events, at least one, at most what is ready. `None` when the reader fell too far
    /// behind (or the hub is gone): subscribe anew. Cancel-safe.
    pub async fn next(&mut self) -> Option<Vec<ListEvent>> {
        let mut events = self.events.recv().await.ok()?.to_vec();
        while events.len() < BATCH {
            match self.events.try_recv() {
                Ok(more) => events.extend_from_slice(&more),
                // Those that were read are in order and complete; the lag shows at the next call.
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                Err(TryRecvError::Lagged(_)) => return None,
            }
        }
        Some(events)
    }
}

impl std::fmt::Debug for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("List").finish_non_exhaustive()
    }
}
