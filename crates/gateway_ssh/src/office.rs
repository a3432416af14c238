//! What the SSH gateway asks beside what every gateway asks.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use wire::UserId;
use zeroize::Zeroizing;

use crate::{Account, Directory, DirectoryError, SignIn};

/// Asks the directory.
#[derive(Clone)]
pub(crate) struct Office(gateway::Office<dyn Directory>);

impl Deref for Office {
    type Target = gateway::Office<dyn Directory>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Office {
    /// Asks `directory` on the runtime of the caller.
    pub(crate) fn new(directory: Arc<dyn Directory>) -> Self {
        Self(gateway::Office::new(directory))
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
}
