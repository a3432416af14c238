//! What every gateway asks of the rest of the product.

use std::net::IpAddr;

use async_trait::async_trait;
use hub::{RecordingRule, WatchPolicy};
use wire::{AccountId, AgentId, UserId};
use zeroize::Zeroizing;

/// A user who signed in.
#[derive(Clone, Debug)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their full name; empty when not known.
    pub full_name: String,
}

/// The answer to a sign-in.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// This user.
    Accepted(User),
    /// Wrong user, password or key, or a disabled user: never says which.
    Refused,
    /// Too many attempts by that user or from that address.
    Throttled,
}

/// What proves the account to its target. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub enum Secret {
    /// A password.
    Password(Zeroizing<String>),
    /// A private key in OpenSSH or PEM form, without a passphrase.
    PrivateKey(Zeroizing<String>),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Secret::Password(..)",
            Self::PrivateKey(_) => "Secret::PrivateKey(..)",
        })
    }
}

/// Everything that is needed to reach an account's target and to describe the session.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The account.
    pub account: AccountId,
    /// Login on the target.
    pub login: String,
    /// Its agent.
    pub agent: AgentId,
    /// The agent's name.
    pub agent_name: String,
    /// The agent's display name.
    pub display_name: String,
    /// The group of gateway nodes that the agent is reached through.
    pub jump_server_group: Option<String>,
    /// Host of the target.
    pub host: String,
    /// Port of the target.
    pub port: u16,
    /// `ssh://HOST:PORT`, or of another protocol.
    pub service_url: String,
    /// The agent's pinned host key, if there is one, as [`Targets::check_host_key`] takes it.
    pub pinned_key: Option<String>,
    /// What proves the account to the target.
    pub secret: Secret,
    /// How the user learns of watchers.
    pub policy: WatchPolicy,
    /// Whether the session is recorded.
    pub recording: RecordingRule,
}

/// The answer to a target's host key or certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostKeyCheck {
    /// It is the pinned key, or was the first one seen and is pinned now.
    Known,
    /// Another key is pinned: its fingerprint (`SHA256:…`).
    Changed {
        /// Fingerprint of the pinned key.
        pinned: String,
    },
}

/// A connection that came to nothing, for the audit.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Who asked.
    pub user: User,
    /// From where.
    pub from: IpAddr,
    /// `LOGIN@AGENT` as asked for.
    pub account: String,
    /// The line that the person read.
    pub reason: String,
}

/// The directory does not answer.
#[derive(Debug, thiserror::Error)]
#[error("the directory does not answer: {0}")]
pub struct DirectoryError(pub String);

/// The way to accounts' targets; implemented by the server over its store.
#[async_trait]
pub trait Targets: Send + Sync + 'static {
    /// The way to one account; `None` when there is none or the user holds no grant on it.
    async fn connection(
        &self,
        user: UserId,
        login: &str,
        agent: &str,
    ) -> Result<Option<Connection>, DirectoryError>;

    /// Compares what a target proves itself with (`TYPE BASE64`: a host key in OpenSSH's one-line form, or
    /// `x509` and a certificate) with the pinned one and pins the first.
    async fn check_host_key(&self, agent: AgentId, key: &str) -> Result<HostKeyCheck, DirectoryError>;

    /// Takes note of a connection that was refused or failed after sign-in.
    async fn refused(&self, refused: Refused);
}
