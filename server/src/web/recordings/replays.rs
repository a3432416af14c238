//! Replays under way: recordings that are kept open, so that reading on needs no look into the index.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use recording::Reading;
use tokio::sync::{Semaphore, SemaphorePermit};
use wire::{SessionId, UserId};

/// Most replays that are kept open: each holds two files.
const MOST: usize = 64;
/// How long one that nobody reads on is kept.
const IDLE: Duration = Duration::from_secs(15 * 60);
/// Recordings that are searched or checked at the same time: each takes a processor.
const AT_ONCE: usize = 2;

/// All of them.
pub(in crate::web) struct Replays {
    /// The one that was used last is the last.
    open: Mutex<Vec<Open>>,
    turns: Semaphore,
}

struct Open {
    /// One person's alone: another's replay is another's audit event.
    by: Option<UserId>,
    session: SessionId,
    reading: Arc<Reading>,
    used: Instant,
}

impl Default for Replays {
    fn default() -> Self {
        Self { open: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

impl Replays {
    /// The recording that this person has open.
    pub(super) fn get(&self, by: Option<UserId>, session: SessionId) -> Option<Arc<Reading>> {
        let mut open = self.lock();
        let at = open.iter().position(|open| open.by == by && open.session == session)?;
        let mut found = open.remove(at);
        found.used = Instant::now();
        let reading = Arc::clone(&found.reading);
        open.push(found);
        Some(reading)
    }

    /// Keeps it open, in place of what this person had open of that session.
    pub(super) fn put(&self, by: Option<UserId>, session: SessionId, reading: Arc<Reading>) {
        let mut open = self.lock();
        open.retain(|open| !(open.by == by && open.session == session) && open.used.elapsed() < IDLE);
        if open.len() == MOST {
            open.remove(0);
        }
        open.push(Open { by, session, reading, used: Instant::now() });
    }

    /// Waits until there is a processor to spare.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Never closed, so there is always a turn.
        self.turns.acquire().await.ok()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
