//! What a person types on, and how they see what comes of it.

use std::any::Any;

use anyhow::{Result, anyhow};
use tokio::sync::{mpsc, watch};

/// An open session. Dropping it ends it.
pub(crate) struct Client {
    keys: mpsc::Sender<char>,
    seen: watch::Receiver<Vec<u8>>,
    ended: watch::Receiver<Option<String>>,
    _guard: Box<dyn Any + Send>,
}

impl Client {
    /// One that takes keys, shows the last of its text, says how it ended, and lives as long as a guard.
    pub(crate) fn new(
        keys: mpsc::Sender<char>,
        seen: watch::Receiver<Vec<u8>>,
        ended: watch::Receiver<Option<String>>,
        guard: impl Any + Send,
    ) -> Self {
        Self { keys, seen, ended, _guard: Box::new(guard) }
    }

    /// Types one key.
    pub(crate) async fn key(&mut self, key: char) -> Result<()> {
        self.keys.send(key).await.map_err(|_| anyhow!("the client has ended"))
    }

    /// Returns when the last thing on the screen is a shell's prompt.
    pub(crate) async fn prompt(&mut self) {
        // Fails when the client has ended; whoever plays on it notices at the next key.
        let _ = self.seen.wait_for(|seen| seen.ends_with(b"$ ") || seen.ends_with(b"# ")).await;
    }

    /// Waits for its end; gives the reason in words.
    pub(crate) fn end(&self) -> impl Future<Output = String> + use<> {
        let mut ended = self.ended.clone();
        async move {
            let end = ended.wait_for(Option::is_some).await.ok().and_then(|end| end.clone());
            end.unwrap_or_else(|| "nobody knows why".to_owned())
        }
    }
}
