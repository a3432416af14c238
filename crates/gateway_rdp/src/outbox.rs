//! What goes to the target: in order, and never in the way of what comes from it.
//!
//! A target may stop reading until its own words are taken. So writing is a task of its own, and whoever fills the
//! outbox looks at its backlog.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{Notify, mpsc};
use tokio::task::AbortHandle;

/// More than this waiting means that the target is slower than we are, in bytes.
const BACKLOG_BYTES: usize = 32 << 10;
/// More than this waiting, and the target reads nothing at all: it makes us say so much.
const FLOOD_BYTES: usize = 8 << 20;

/// What waits to be written. Dropping it ends the writing.
#[derive(Debug)]
pub(crate) struct Outbox {
    queue: mpsc::UnboundedSender<Vec<u8>>,
    waiting: Arc<Waiting>,
    task: AbortHandle,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: AtomicUsize,
    room: Notify,
}

impl Outbox {
    /// Writes to that stream, on the runtime of the caller.
    pub(crate) fn new(mut stream: impl AsyncWrite + Send + Unpin + 'static) -> Self {
        let (queue, mut queued) = mpsc::unbounded_channel::<Vec<u8>>();
        let waiting = Arc::<Waiting>::default();
        let written = Arc::clone(&waiting);
        let task = tokio::spawn(async move {
            while let Some(bytes) = queued.recv().await {
                let wrote: io::Result<()> = async {
                    stream.write_all(&bytes).await?;
                    stream.flush().await
                }
                .await;
                written.bytes.fetch_sub(bytes.len(), Ordering::AcqRel);
                written.room.notify_one();
                if wrote.is_err() {
                    // Whoever reads notices that the target is gone.
                    return;
                }
            }
        });
        Self { queue, waiting, task: task.abort_handle() }
    }

    /// Sends bytes, whole.
    pub(crate) fn send(&self, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        self.waiting.bytes.fetch_add(bytes.len(), Ordering::AcqRel);
        // Nobody takes them any more when the target is gone.
        let _ = self.queue.send(bytes);
    }

    /// Whether more waits than should.
    pub(crate) fn is_backlogged(&self) -> bool {
        self.waiting.bytes.load(Ordering::Acquire) > BACKLOG_BYTES
    }

    /// Whether so much waits that it makes no sense to go on.
    pub(crate) fn is_flooded(&self) -> bool {
        self.waiting.bytes.load(Ordering::Acquire) > FLOOD_BYTES
    }

    /// Completes when no more waits than should. Cancel-safe; for one caller at a time.
    pub(crate) async fn room(&self) {
        while self.is_backlogged() {
            self.waiting.room.notified().await;
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}
