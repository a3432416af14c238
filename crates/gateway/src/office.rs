//! The way to the rest of the product: every question is asked on the runtime that the gateway was started
//! on, so that a store's connections never belong to one of the gateway's own threads and a slow
//! answer never holds one up.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;
use wire::{AgentId, UserId};

use crate::{Connection, DirectoryError, HostKeyCheck, Refused, Targets};

/// Asks a gateway's directory.
pub struct Office<D: ?Sized> {
    home: Handle,
    directory: Arc<D>,
}

impl<D: Targets + ?Sized> Office<D> {
    /// Asks `directory` on the runtime of the caller.
    #[must_use]
    pub fn new(directory: Arc<D>) -> Self {
        Self { home: Handle::current(), directory }
    }

    /// Asks a question.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn ask<T, F>(&self, question: impl FnOnce(Arc<D>) -> F) -> Result<T, DirectoryError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, DirectoryError>> + Send + 'static,
    {
        let answer = self.home.spawn(question(Arc::clone(&self.directory))).await;
        answer.unwrap_or_else(|_| Err(DirectoryError("it stopped in the middle of a question".into())))
    }

    /// Tells it something that needs no answer: here and now, so in the order in which things happen.
    pub fn tell(&self, word: impl FnOnce(&D)) {
        word(&self.directory);
    }

    /// As [`Targets::connection`].
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn connection(
        &self,
        user: UserId,
        login: String,
        agent: String,
    ) -> Result<Option<Connection>, DirectoryError> {
        self.ask(|directory| async move { directory.connection(user, &login, &agent).await }).await
    }

    /// As [`Targets::check_host_key`].
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn check_host_key(&self, agent: AgentId, key: String) -> Result<HostKeyCheck, DirectoryError> {
        self.ask(|directory| async move { directory.check_host_key(agent, &key).await }).await
    }

    /// As [`Targets::refused`].
    pub async fn refused(&self, refused: Refused) {
        let noted = self.ask(|directory| async move {
            directory.refused(refused).await;
            Ok(())
        });
        if let Err(error) = noted.await {
            tracing::error!(%error, "a refused connection was not noted");
        }
    }
}

impl<D: ?Sized> Clone for Office<D> {
    fn clone(&self) -> Self {
        Self { home: self.home.clone(), directory: Arc::clone(&self.directory) }
    }
}
