//! What the PostgreSQL gateway asks of the rest of the product, beside what every gateway asks.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use gateway::{DirectoryError, SignIn, Targets};

use crate::Verifier;

/// Users and the way to their accounts; implemented by the server over its store.
#[async_trait]
pub trait Directory: Targets {
    /// What a user's password is checked with; for somebody who is not known, or of whom nothing is kept, one
    /// that no password fits: the same at each call, and as late.
    async fn verifier(&self, user: &str) -> Result<Verifier, DirectoryError>;

    /// A password was given for the user: `proven` says whether it is theirs. Counts failures against the user
    /// and the address; says who signs in.
    async fn sign_in(&self, user: &str, from: IpAddr, proven: bool) -> Result<SignIn, DirectoryError>;
}

/// Asks the directory.
pub(crate) struct Office(gateway::Office<dyn Directory>);

impl std::ops::Deref for Office {
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

    pub(crate) async fn verifier(&self, user: String) -> Result<Verifier, DirectoryError> {
        self.ask(|directory| async move { directory.verifier(&user).await }).await
    }

    pub(crate) async fn sign_in(
        &self,
        user: String,
        from: IpAddr,
        proven: bool,
    ) -> Result<SignIn, DirectoryError> {
        self.ask(|directory| async move { directory.sign_in(&user, from, proven).await }).await
    }
}
