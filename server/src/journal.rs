//! What must be written though nobody waits for it: session ends and audit events.
//!
//! One task takes everything that is ready and writes it in one transaction, again and again until
//! the database has it. Closing the journal writes what is left.

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::{End, SessionId};

use crate::audit::Event;
use crate::store::Store;

/// Largest batch of one transaction: SQLite has one writer, and others wait meanwhile.
const BATCH: usize = 256;
/// Between two tries while the database does not answer.
const RETRY: Duration = Duration::from_millis(500);
/// How long closing tries on while the database does not answer.
const CLOSING: Duration = Duration::from_secs(3);

#[derive(Debug)]
enum Entry {
    Ended(SessionId, End),
    Event(Event),
}

/// The sending side of the queue. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    queue: UnboundedSender<Entry>,
}

/// The task behind a journal; close it last.
pub struct Writer {
    task: JoinHandle<usize>,
    closing: CancellationToken,
}

impl Journal {
    /// Starts the task that writes into `store`.
    #[must_use]
    pub fn start(store: Store) -> (Self, Writer) {
        let (queue, entries) = mpsc::unbounded_channel();
        let closing = CancellationToken::new();
        let task = tokio::spawn(run(store, entries, closing.clone()));
        (Self { queue }, Writer { task, closing })
    }

    /// Queues an audit event; it is written soon and not lost at shutdown.
    pub fn note(&self, event: Event) {
        self.push(Entry::Event(event));
    }

    /// Queues the end of a session.
    pub fn ended(&self, session: SessionId, end: &End) {
        self.push(Entry::Ended(session, end.clone()));
    }

    fn push(&self, entry: Entry) {
        if self.queue.send(entry).is_err() {
            tracing::error!("an entry came after the journal was closed and is lost");
        }
    }
}

impl Writer {
    /// Writes what is queued and ends the task.
    pub async fn close(self) {
        self.closing.cancel();
        match self.task.await {
            Ok(0) => {}
            Ok(lost) => tracing::error!(lost, "entries were not written: the database does not answer"),
            Err(error) => tracing::error!(%error, "the journal's task failed"),
        }
    }
}

/// Returns how many entries could not be written.
async fn run(store: Store, mut entries: UnboundedReceiver<Entry>, closing: CancellationToken) -> usize {
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            n = entries.recv_many(&mut batch, BATCH) => if n == 0 { return 0 },
            () = closing.cancelled() => break,
        }
        if !write(&store, &mut batch, &closing).await {
            break;
        }
    }
    entries.close();
    let deadline = tokio::time::Instant::now() + CLOSING;
    loop {
        while batch.len() < BATCH
            && let Ok(entry) = entries.try_recv()
        {
            batch.push(entry);
        }
        if batch.is_empty() {
            return 0;
        }
        let never = CancellationToken::new();
        if tokio::time::timeout_at(deadline, write(&store, &mut batch, &never)).await.is_err() {
            return batch.len() + entries.len();
        }
    }
}

/// Writes a batch and empties it; `false` when closing began while the database did not answer.
async fn write(store: &Store, batch: &mut Vec<Entry>, closing: &CancellationToken) -> bool {
    let mut ends = Vec::new();
    let mut events = Vec::new();
    for entry in batch.iter() {
        match entry {
            Entry::Ended(session, end) => ends.push((*session, end.clone())),
            Entry::Event(event) => events.push(event.clone()),
        }
    }
    let mut failed_before = false;
    loop {
        match store.write_batch(&ends, &events).await {
            Ok(()) => break,
            Err(error) if !failed_before => {
                tracing::error!(%error, entries = batch.len(), "the journal cannot be written: trying again");
                failed_before = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY) => {}
            () = closing.cancelled() => return false,
        }
    }
    if failed_before {
        tracing::info!("the journal is written again");
    }
    batch.clear();
    true
}
