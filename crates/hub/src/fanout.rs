//! The task of a watched session: draws, encodes and wakes the watchers, on their runtime.
//!
//! Runs while somebody watches. The owner's side wakes it and never waits for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::live::Flushed;
use crate::registry::Entry;

/// Time from an owner's output to the work for watchers. An echo is with its owner by then, so that a
/// hundred sockets do not contend with it for a core; and what comes meanwhile goes out in one flush,
/// for every flush wakes every watcher.
const OWNER_FIRST: Duration = Duration::from_millis(1);

/// Time between two flushes in a flood, and the longest that drawing goes on without one: about a
/// frame of the watcher's display.
const FLOOD_PACE: Duration = Duration::from_millis(16);

/// Starts it on the caller's runtime, unless it runs already.
pub(crate) fn ensure(entry: &Arc<Entry>) {
    if !entry.live.claim_fanout() {
        return;
    }
    let entry = Arc::clone(entry);
    // Made before the task first runs: it may never.
    let unfinished = Unfinished(Some(Arc::clone(&entry)));
    tokio::spawn(run(entry, unfinished));
}

async fn run(entry: Arc<Entry>, mut unfinished: Unfinished) {
    loop {
        wait(&entry).await;
        // An owner who looks through the hub waits for it, too.
        if !entry.live.has_window() {
            tokio::time::sleep(OWNER_FIRST).await;
        }
        loop {
            let started = Instant::now();
            let mut drawn = entry.live.draw();
            while !drawn && started.elapsed() < FLOOD_PACE {
                tokio::task::yield_now().await;
                drawn = entry.live.draw();
            }
            match entry.live.flush() {
                Flushed::Done => {
                    // Another task may run by now: this one has nothing to say any more.
                    unfinished.0 = None;
                    return;
                }
                Flushed::Calm => {}
                Flushed::Flood => tokio::time::sleep(FLOOD_PACE).await,
            }
            if drawn {
                break;
            }
        }
    }
}

/// Waits until there is something to do.
async fn wait(entry: &Entry) {
    let arrived = entry.live.arrived.notified();
    match entry.live.mouse_due() {
        Some(due) => tokio::select! {
            () = arrived => {}
            () = tokio::time::sleep_until(due) => {}
        },
        None => arrived.await,
    }
}

/// Says that the task is gone, should its runtime go before the session.
struct Unfinished(Option<Arc<Entry>>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(entry) = &self.0 {
            entry.live.fanout_stopped();
        }
    }
}
