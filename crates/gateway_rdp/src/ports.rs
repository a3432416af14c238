//! What the RDP gateway asks of the rest of the product, beside what every gateway asks.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;
use gateway::{DirectoryError, Targets, User};
use wire::{AccountId, SessionId};

/// What an account's desktops may do; set on the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether a recording has the keys that are pressed, and not only that some were.
    pub record_keys: bool,
    /// Whether text goes from clipboard to clipboard.
    pub clipboard: bool,
}

/// Which way text went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the desktop.
    In,
    /// From the desktop, to the owner.
    Out,
}

/// Text that went from clipboard to clipboard, for the audit. Never the text itself.
#[derive(Clone, Debug)]
pub struct Clipped {
    /// The session.
    pub session: SessionId,
    /// Its owner.
    pub user: User,
    /// Where they are.
    pub from: IpAddr,
    /// `LOGIN@AGENT`.
    pub account: String,
    /// Name of the watcher who sent it; none for the owner and for what comes from the desktop.
    pub by: Option<String>,
    /// Which way.
    pub way: Way,
    /// How long it is, in characters.
    pub characters: usize,
}

/// The way to accounts; implemented by the server over its store.
#[async_trait]
pub trait Directory: Targets {
    /// What the account's desktops may do.
    async fn rules(&self, account: AccountId) -> Result<Rules, DirectoryError>;

    /// Takes note of text that went from clipboard to clipboard; without waiting for anything.
    fn clipped(&self, clipped: Clipped);
}

/// Asks the directory.
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

    pub(crate) async fn rules(&self, account: AccountId) -> Result<Rules, DirectoryError> {
        self.ask(|directory| async move { directory.rules(account).await }).await
    }
}
