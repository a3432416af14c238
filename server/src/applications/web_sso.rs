//! A sign-in at an application, as others see it.

use std::sync::Arc;

use tokio::sync::watch;
use wire::{AgentId, End, SessionId, UserId};

use crate::console::{ConsoleError, SignInKey};
use crate::store::{StoreError, User};

/// Names a sign-in at an application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WebSsoKey {
    /// The sign-in to Sightline.
    pub sign_in: SignInKey,
    /// The application's agent.
    pub application: AgentId,
}

/// Who an application is told that somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user's id, which never changes.
    pub id: UserId,
    /// The user's name.
    pub user: String,
    /// Full name; empty when not known.
    pub full_name: String,
    /// Mail address; empty when not known.
    pub email: String,
    /// The accounts on the application that the user owns or may use, by login.
    pub groups: Vec<String>,
}

impl Person {
    pub(super) fn new(user: &User, groups: Vec<String>) -> Self {
        let User { id, name, full_name, email, .. } = user.clone();
        Self { id, user: name, full_name, email, groups }
    }
}

/// Somebody's sign-in at an application, as one request sees it.
#[derive(Clone, Debug)]
pub struct WebSso {
    /// Names it, also after a restart.
    pub key: WebSsoKey,
    /// Its open session.
    pub session: SessionId,
    /// Who, as the directory has them now.
    pub person: Arc<Person>,
    /// Turns `Some` when the session has ended.
    pub ended: watch::Receiver<Option<End>>,
}

/// A sign-in at an application that has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Which.
    pub key: WebSsoKey,
    /// Its session.
    pub session: SessionId,
    /// Whose it was.
    pub user: UserId,
    /// How it ended.
    pub end: End,
}

/// Why somebody is not signed in to an application.
#[derive(Debug, thiserror::Error)]
pub enum WebSsoError {
    /// They may not.
    #[error("{user} may not sign in to {application}: it is for who owns or may use an account on it")]
    NotAdmitted {
        /// Name of the user.
        user: String,
        /// Name of the application.
        application: String,
    },
    /// Their session at the application was terminated: they have to show again who they are.
    #[error("the session of {user} at {application} was terminated: sign in again")]
    Terminated {
        /// Name of the user.
        user: String,
        /// Name of the application.
        application: String,
    },
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sign-in to Sightline could not be looked up.
    #[error(transparent)]
    Console(#[from] ConsoleError),
    /// The session could not be written down.
    #[error(transparent)]
    NotOpened(#[from] hub::NotOpened),
}
