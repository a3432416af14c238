//! Where sessions are written down, as the hub sees it.

use async_trait::async_trait;
use wire::{End, SessionId};

use crate::Opening;

/// The store could not take a session.
#[derive(Debug, thiserror::Error)]
#[error("the session could not be written down: {0}")]
pub struct LedgerError(pub String);

/// Keeps every session; implemented by the server over its store.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Writes a session that is about to be announced, and whether it is recorded.
    async fn opened(&self, opening: &Opening, recorded: bool) -> Result<(), LedgerError>;

    /// Takes note of an end. Returns at once: it is called while a task unwinds; the implementation
    /// queues it and does not lose it.
    fn ended(&self, session: SessionId, end: &End);
}
