//! Sessions by report: other systems say what is open there, and this node holds it on the list.
//!
//! One task holds them all ([`Keeper`]): it takes the reports of every request that is ready, writes what
//! they open and close in one transaction, then tells the hub in one step. Leases live in memory alone; a
//! start gives every session that is still open a fresh one. Never ends a session by itself but for silence.

mod book;
mod commands;
mod decode;
mod keeper;
mod round;

use report::{Answer, Report};
use tokio::sync::{mpsc, oneshot, watch};
use wire::{End, SessionId, UserId};

use crate::store::Source;
pub use commands::{Command, Commands};
pub use decode::{Fault, decode};
pub use keeper::Keeper;

/// Requests that wait for the task; more wait for their turn.
const QUEUE: usize = 64;

/// Somebody wants a reported session ended.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Name of who asks.
    pub name: String,
    /// Their id, when a user.
    pub id: Option<UserId>,
    /// Their reason.
    pub reason: String,
}

/// How a request to end a session stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The source has not answered; when `late`, not in its time.
    Waiting {
        /// Its time is over; it is still asked.
        late: bool,
    },
    /// The session has ended.
    Ended(End),
    /// The source will not, for this reason.
    Refused(String),
}

/// The task does not answer: the server stops, or the database failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The database did not take them: nothing of the request was done.
    #[error("the reports could not be written down: send them again")]
    Store,
    /// The server stops.
    #[error("the server is stopping: send the reports again")]
    Stopping,
}

enum Work {
    Reports {
        source: Source,
        reports: Vec<Result<Report, Fault>>,
        answer: oneshot::Sender<Result<Vec<Answer>, Unavailable>>,
    },
    Ask {
        session: SessionId,
        asker: Asker,
        /// Nothing when the session is not open.
        answer: oneshot::Sender<Result<Option<watch::Receiver<Outcome>>, Unavailable>>,
    },
}

/// The way to the task. Cheap to clone.
#[derive(Clone)]
pub struct Reports {
    work: mpsc::Sender<Work>,
    commands: Commands,
}

impl Reports {
    /// Takes what a source has sent; the answers are in its order.
    ///
    /// # Errors
    /// When nothing of it was taken.
    pub async fn take(
        &self,
        source: Source,
        reports: Vec<Result<Report, Fault>>,
    ) -> Result<Vec<Answer>, Unavailable> {
        let (answer, taken) = oneshot::channel();
        let work = Work::Reports { source, reports, answer };
        self.work.send(work).await.map_err(|_| Unavailable::Stopping)?;
        taken.await.map_err(|_| Unavailable::Stopping)?
    }

    /// Asks a session's source to end it; asking again while it is asked changes nothing. `None` when the
    /// session is not open, else how it goes on.
    ///
    /// # Errors
    /// When it could not be written down.
    pub async fn ask(
        &self,
        session: SessionId,
        asker: Asker,
    ) -> Result<Option<watch::Receiver<Outcome>>, Unavailable> {
        let (answer, asked) = oneshot::channel();
        let work = Work::Ask { session, asker, answer };
        self.work.send(work).await.map_err(|_| Unavailable::Stopping)?;
        asked.await.map_err(|_| Unavailable::Stopping)?
    }

    /// What sources are asked to do.
    #[must_use]
    pub const fn commands(&self) -> &Commands {
        &self.commands
    }
}
