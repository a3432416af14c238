//! The one-time link with which the first admin is made while there is no user.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use subtle::ConstantTimeEq;

use crate::audit::{Action, Event};
use crate::crypto::passwords::{PasswordError, Passwords};
use crate::crypto::scram;
use crate::crypto::tokens;
use crate::crypto::vault::{Vault, VaultError};
use crate::names;
use crate::store::{NewUser, Store, StoreError, User};

/// Why the first user was not made.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The link is not (or no longer) good.
    #[error("this set-up link is not valid: use the one that the server printed last")]
    Link,
    /// What was typed as a user name breaks a rule.
    #[error("{0}")]
    Name(String),
    /// What was typed as a password breaks a rule.
    #[error("{0}")]
    Password(String),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The hash could not be worked out.
    #[error(transparent)]
    Hash(#[from] PasswordError),
    /// What proofs of the password are checked with could not be kept.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Holds the token of the link, if there is one.
pub struct SetUp {
    store: Store,
    passwords: Passwords,
    vault: Vault,
    /// SHA-256 of the token, hexadecimal.
    hash: Mutex<Option<String>>,
}

impl SetUp {
    /// Makes a token when there is no user; the caller prints it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn new(
        store: Store,
        passwords: Passwords,
        vault: Vault,
    ) -> Result<(Self, Option<String>), StoreError> {
        let token = if store.has_users().await? { None } else { Some(tokens::random()) };
        let hash = Mutex::new(token.as_deref().map(tokens::hash));
        Ok((Self { store, passwords, vault, hash }, token))
    }

    /// Whether this is the token of a link that still works.
    #[must_use]
    pub fn is_valid(&self, token: &str) -> bool {
        let hash = self.hash.lock().unwrap_or_else(PoisonError::into_inner);
        hash.as_ref().is_some_and(|hash| hash.as_bytes().ct_eq(tokens::hash(token).as_bytes()).into())
    }

    /// Makes the first user, an admin, and uses the link up.
    ///
    /// # Errors
    /// When the link is not good, or a name or password breaks a rule.
    pub async fn complete(
        &self,
        token: &str,
        name: &str,
        full_name: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<User, SetUpError> {
        if !self.is_valid(token) {
            return Err(SetUpError::Link);
        }
        names::user(name).map_err(SetUpError::Name)?;
        names::text("full name", full_name).map_err(SetUpError::Name)?;
        names::password(password).map_err(SetUpError::Password)?;
        let password_hash = self.passwords.hash(password).await?;
        let new = NewUser {
            name: name.into(),
            full_name: full_name.trim().into(),
            role: "admin".into(),
            password_hash: password_hash.clone(),
            ..NewUser::default()
        };
        let event = Event::new(Action::SetUp, name).from(from);
        let added = self.store.add_first_user(new, event).await;
        // Refused means that there is a user: the link is of no use to anybody any more.
        if matches!(added, Ok(_) | Err(StoreError::Refused(_))) {
            *self.hash.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        match added {
            Err(StoreError::Refused(_)) => Err(SetUpError::Link),
            added => {
                let user = added?;
                let sealed = scram::seal(&self.vault, user.id, &password_hash, password)?;
                self.store.keep_verifier(user.id, &sealed).await?;
                Ok(user)
            }
        }
    }
}
