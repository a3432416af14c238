//! What the SSH gateway asks of the rest of the product, beside what every gateway asks.

use std::net::IpAddr;

use async_trait::async_trait;
pub use gateway::{Connection, DirectoryError, HostKeyCheck, Refused, Secret, SignIn, Targets, User};
use wire::UserId;

/// One account that a user may connect to, as the picker lists it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Login on the agent.
    pub login: String,
    /// Name of the agent.
    pub agent: String,
    /// Display name of the agent.
    pub display_name: String,
}

/// Users, their accounts and the way to them; implemented by the server over its store.
#[async_trait]
pub trait Directory: Targets {
    /// Checks a password; counts failures against the user and the address.
    async fn password(&self, user: &str, password: &str, from: IpAddr) -> Result<SignIn, DirectoryError>;

    /// Whether a key (OpenSSH one-line form) is registered for the user. `proven` says that the
    /// client has shown that it holds the private half; before that nothing is counted or audited.
    async fn public_key(
        &self,
        user: &str,
        key: &str,
        from: IpAddr,
        proven: bool,
    ) -> Result<SignIn, DirectoryError>;

    /// The SSH accounts that the user may connect to, by agent and login.
    async fn accounts(&self, user: UserId) -> Result<Vec<Account>, DirectoryError>;
}
