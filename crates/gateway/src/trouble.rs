//! Why there is no session (any more), for the reasons that every protocol has. Pure but for the log.

use hub::{NotOpened, Terminated};

use crate::DirectoryError;

/// A reason, as the person reads it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The store does not answer.
    #[error("cannot look this up right now, ask an administrator")]
    Directory,
    /// The session could not be written down, so it is not allowed to happen.
    #[error("the session could not be written down, so it does not take place; ask an administrator")]
    Ledger,
    /// The session must be recorded and cannot be.
    #[error("this session cannot be recorded: {0}")]
    NotRecorded(String),
    /// Somebody ended the session.
    #[error("Session ended by {by}: {reason}")]
    Terminated {
        /// Who.
        by: String,
        /// The reason that they gave.
        reason: String,
    },
    /// The gateway stops.
    #[error("the gateway is shutting down")]
    Stopping,
}

impl From<DirectoryError> for Trouble {
    /// The details are for the log: they may name what is behind the directory.
    fn from(error: DirectoryError) -> Self {
        tracing::error!(%error, "a session came to nothing");
        Self::Directory
    }
}

impl From<NotOpened> for Trouble {
    fn from(error: NotOpened) -> Self {
        tracing::error!(%error, "a session came to nothing");
        match error {
            NotOpened::Ledger(_) => Self::Ledger,
            NotOpened::NotRecorded(why) => Self::NotRecorded(why.0),
        }
    }
}

impl From<Terminated> for Trouble {
    fn from(terminated: Terminated) -> Self {
        Self::Terminated { by: terminated.by, reason: terminated.reason }
    }
}
