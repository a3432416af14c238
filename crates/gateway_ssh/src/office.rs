//! The way to the [`Directory`]: every question is asked on the runtime that the gateway was started
//! on, so that a store's connections never belong to one of the gateway's own threads and a slow
//! answer never holds one up.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::runtime::Handle;
use wire::{AgentId, UserId};
use zeroize::Zeroizing;

use crate::{Account, Connection, Directory, DirectoryError, HostKeyCheck, Refused, SignIn};

/// Asks the directory.
#[derive(Clone)]
pub(crate) struct Office {
    home: Handle,
    directory: Arc<dyn Directory>,
}

impl Office {
    /// Asks `directory` on the runtime of the caller.
    pub(crate) fn new(directory: Arc<dyn Directory>) -> Self {
        Self { home: Handle::current(), directory }
    }

    async fn ask<T, F>(&self, question: impl FnOnce(Arc<dyn Directory>) -> F) -> Result<T, DirectoryError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, DirectoryError>> + Send + 'static,
    {
        let answer = self.home.spawn(question(Arc::clone(&self.directory))).await;
        answer.unwrap_or_else(|_| Err(DirectoryError("it stopped in the middle of a question".into())))
    }

    pub(crate) async fn password(
        &self,
        user: String,
        password: Zeroizing<String>,
        from: IpAddr,
    ) -> Result<SignIn, DirectoryError> {
        self.ask(|directory| async move { directory.password(&user, &password, from).await }).await
    }

    pub(crate) async fn public_key(
        &self,
        user: String,
        key: String,
        from: IpAddr,
        proven: bool,
    ) -> Result<SignIn, DirectoryError> {
        self.ask(|directory| async move { directory.public_key(&user, &key, from, proven).await }).await
    }

    pub(crate) async fn accounts(&self, user: UserId) -> Result<Vec<Account>, DirectoryError> {
        self.ask(|directory| async move { directory.accounts(user).await }).await
    }

    pub(crate) async fn connection(
        &self,
        user: UserId,
        login: String,
        agent: String,
    ) -> Result<Option<Connection>, DirectoryError> {
        self.ask(|directory| async move { directory.connection(user, &login, &agent).await }).await
    }

    pub(crate) async fn check_host_key(
        &self,
        agent: AgentId,
        key: String,
    ) -> Result<HostKeyCheck, DirectoryError> {
        self.ask(|directory| async move { directory.check_host_key(agent, &key).await }).await
    }

    pub(crate) async fn refused(&self, refused: Refused) {
        let noted = self.ask(|directory| async move {
            directory.refused(refused).await;
            Ok(())
        });
        if let Err(error) = noted.await {
            tracing::error!(%error, "a refused connection was not noted");
        }
    }
}
