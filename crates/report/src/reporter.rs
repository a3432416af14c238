//! Reports in the background: from the queue to the server, with heartbeats, and commands back.
//!
//! What was given to [`Reporter::report`] reaches the server, however often it or the network fails, in the
//! order in which it was given. Heartbeats are not kept: a late one is worth nothing.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::backoff::Backoff;
use crate::{Answer, Client, Command, Failed, Heartbeat, Queue, QueueError, Report, Status, bounds};

/// How long a request for commands waits: so long may a thread outlive its reporter.
const WAIT: Duration = Duration::from_secs(20);

/// What the program does that reports its sessions. Called from threads of the reporter.
pub trait Source: Send + Sync + 'static {
    /// A report was refused, or a session that is thought to be open has ended at the server.
    fn told(&self, answer: &Answer);

    /// The server asks to end a session, again and again until it is answered. The answer: a `close` or a
    /// `refused` report; nothing when it comes later by [`Reporter::report`].
    fn asked(&self, command: &Command) -> Option<Report>;

    /// Reports cannot be sent at present, and are kept.
    fn failed(&self, why: &Failed);
}

/// Sends reports and hears commands until it is dropped. What is not sent then stays in the queue.
#[derive(Debug)]
pub struct Reporter {
    shared: Arc<Shared>,
    sender: Option<JoinHandle<()>>,
}

struct Shared {
    client: Client,
    source: Box<dyn Source>,
    state: Mutex<State>,
    /// There is something to send, or it is over.
    news: Condvar,
    /// The queue is empty.
    sent: Condvar,
    /// Between two heartbeats of a session.
    beat: Duration,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    /// Keys of the sessions that are open.
    open: BTreeSet<String>,
    over: bool,
}

impl Reporter {
    /// Begins. `beat` is the time between two heartbeats: a third of the lease leaves room for a failure.
    #[must_use]
    pub fn start(client: Client, queue: Queue, beat: Duration, source: impl Source) -> Self {
        let state = Mutex::new(State { queue, open: BTreeSet::new(), over: false });
        let (news, sent, source) = (Condvar::new(), Condvar::new(), Box::new(source));
        let shared = Arc::new(Shared { client, source, state, news, sent, beat });
        let (sending, hearing) = (Arc::clone(&shared), Arc::clone(&shared));
        let sender = thread::spawn(move || sending.send_all());
        // Not waited for: it may be waiting itself.
        thread::spawn(move || hearing.hear_all());
        Self { shared, sender: Some(sender) }
    }

    /// Takes a report: it is on the disk when this returns. Sessions that are opened so are kept alive by
    /// heartbeats until they are closed.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn report(&self, report: Report) -> Result<(), QueueError> {
        self.shared.report(report)
    }

    /// Waits until the server has everything, at most so long; whether it has.
    #[must_use]
    pub fn flush(&self, at_most: Duration) -> bool {
        let state = self.shared.state();
        let waited = self.shared.sent.wait_timeout_while(state, at_most, |state| !state.queue.is_empty());
        waited.unwrap_or_else(PoisonError::into_inner).0.queue.is_empty()
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.shared.state().over = true;
        self.shared.news.notify_all();
        if let Some(sender) = self.sender.take() {
            // A thread that panicked has said so.
            let _ = sender.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, report: Report) -> Result<(), QueueError> {
        let mut state = self.state();
        state.queue.push(std::slice::from_ref(&report))?;
        match &report {
            Report::Open(open) => {
                state.open.insert(open.key.clone());
            }
            Report::Close(close) => {
                state.open.remove(&close.key);
            }
            Report::Heartbeat(_) | Report::Refused(_) => {}
        }
        drop(state);
        self.news.notify_all();
        Ok(())
    }

    /// Waits for news, at most until `until`; false when it is over.
    fn wait(&self, until: Instant, for_reports: bool) -> bool {
        let state = self.state();
        let left = until.saturating_duration_since(Instant::now());
        let nothing = |state: &mut State| !state.over && (!for_reports || state.queue.is_empty());
        let (state, _) =
            self.news.wait_timeout_while(state, left, nothing).unwrap_or_else(PoisonError::into_inner);
        !state.over
    }

    fn send_all(&self) {
        let mut backoff = Backoff::default();
        let mut beat_at = Instant::now() + self.beat;
        loop {
            if !self.wait(beat_at, true) {
                return;
            }
            let done = self.send_queued().and_then(|()| {
                if Instant::now() < beat_at {
                    return Ok(());
                }
                beat_at = Instant::now() + self.beat;
                self.send_heartbeats()
            });
            match done {
                Ok(()) => backoff.succeeded(),
                Err(failed) => {
                    self.source.failed(&failed);
                    if !self.wait(Instant::now() + backoff.failed(), false) {
                        return;
                    }
                }
            }
        }
    }

    /// One batch of the queue.
    fn send_queued(&self) -> Result<(), Failed> {
        let again = |error: QueueError| Failed::Again(error.to_string());
        let (reports, place) = self.state().queue.next(bounds::BATCH).map_err(again)?;
        if reports.is_empty() {
            return Ok(());
        }
        let answers = self.client.send(&reports)?;
        for answer in answers {
            if answer.status == Status::Refused || answer.status == Status::Ended {
                self.give_up(&answer);
            }
        }
        let mut state = self.state();
        state.queue.sent(place).map_err(again)?;
        if state.queue.is_empty() {
            self.sent.notify_all();
        }
        Ok(())
    }

    fn send_heartbeats(&self) -> Result<(), Failed> {
        let keys: Vec<String> = self.state().open.iter().cloned().collect();
        for keys in keys.chunks(bounds::BATCH) {
            let beat = |key: &String| Report::Heartbeat(Heartbeat { key: key.clone(), last_active_at: None });
            let reports: Vec<_> = keys.iter().map(beat).collect();
            for answer in self.client.send(&reports)? {
                // Its opening may still wait in the queue.
                let still_open = answer.key.as_ref().is_some_and(|key| self.state().open.contains(key));
                if answer.status == Status::Ended && still_open {
                    self.give_up(&answer);
                }
            }
        }
        Ok(())
    }

    /// The session is not open at the server: no heartbeats for it any more.
    fn give_up(&self, answer: &Answer) {
        if let Some(key) = &answer.key {
            self.state().open.remove(key);
        }
        self.source.told(answer);
    }

    fn hear_all(&self) {
        let (mut backoff, mut after) = (Backoff::default(), 0);
        while !self.state().over {
            match self.client.commands(after, WAIT) {
                Ok(commands) => {
                    backoff.succeeded();
                    for command in &commands.commands {
                        let Some(answer) = self.source.asked(command) else { continue };
                        if self.report(answer).is_err() {
                            // The command comes again.
                            break;
                        }
                    }
                    after = commands.next;
                }
                Err(failed) => {
                    self.source.failed(&failed);
                    if !self.wait(Instant::now() + backoff.failed(), false) {
                        return;
                    }
                }
            }
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("client", &self.client).finish_non_exhaustive()
    }
}
