//! Who somebody is: passwords, public keys, API tokens and the viewer behind a user.
//!
//! Counts failures against the user and the address, audits them, and never says which part of a
//! wrong sign-in was wrong.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::Context;
use gateway_pg::Verifier;
use hub::Viewer;
use wire::UserId;
use zeroize::Zeroizing;

use crate::audit::{Action, Event};
use crate::crypto::passwords::{PasswordError, Passwords};
use crate::crypto::vault::Vault;
use crate::crypto::{scram, tokens};
use crate::journal::Journal;
use crate::names;
use crate::store::{Store, StoreError, User};
use crate::throttle::{Attempt, Throttle};

/// Longest user name that goes into an audit event as it was typed, in characters.
const TYPED_NAME_MAX: usize = 64;

/// Through which door somebody comes, for the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The sign-in page.
    Web,
    /// The SSH gateway.
    Ssh,
    /// The PostgreSQL gateway.
    Postgres,
}

impl Door {
    const fn words(self) -> &'static str {
        match self {
            Self::Web => "web, password",
            Self::Ssh => "ssh, password",
            Self::Postgres => "postgres, password",
        }
    }
}

/// The answer to a password.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// This user.
    Accepted(User),
    /// The password is right and the user is disabled.
    Disabled,
    /// No such user, or not that password.
    Wrong,
    /// Too many attempts; not looked at.
    Throttled(Duration),
}

/// A viewer with the name of its role.
#[derive(Clone, Debug)]
pub struct Known {
    /// What authority is checked with.
    pub viewer: Viewer,
    /// Name of the user's role.
    pub role: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The hash could not be worked out.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

/// Signs people in. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    store: Store,
    journal: Journal,
    passwords: Passwords,
    vault: Vault,
    throttle: Throttle,
}

impl Auth {
    /// Signs in from this store and audits into this journal.
    #[must_use]
    pub fn new(store: Store, journal: Journal, passwords: Passwords, vault: Vault) -> Self {
        Self { store, journal, passwords, vault, throttle: Throttle::default() }
    }

    /// Checks a password; audits the answer.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn password(
        &self,
        user: &str,
        password: &str,
        from: IpAddr,
        door: Door,
    ) -> Result<Outcome, AuthError> {
        let attempt = match self.throttle.attempt(user, from) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(Outcome::Throttled(wait)),
        };
        let found = if names::user(user).is_ok() { self.store.user_with_hash(user).await? } else { None };
        let (known, hash) = found.unzip();
        let fits = password.len() <= names::PASSWORD_MAX;
        let right = self.passwords.matches(if fits { password } else { "" }, hash.clone()).await? && fits;
        let known = known.filter(|_| right);
        if let (Some(user), Some(hash)) = (&known, &hash) {
            self.keep_verifier(user, hash, password).await;
        }
        Ok(self.answer(attempt, user, known, from, door))
    }

    /// What a proof of the user's password is checked with: for somebody who is not known, or of whom nothing is
    /// kept yet, one that no password fits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verifier(&self, user: &str) -> Result<Verifier, AuthError> {
        let found = if names::user(user).is_ok() { self.store.provable(user).await? } else { None };
        // Whoever is not known costs as much, and looks the same.
        let nobody = scram::of_nobody(&self.vault, user);
        let opened = found.and_then(|found| {
            let sealed = found.sealed?;
            scram::open(&self.vault, found.user.id, &found.password_hash, &sealed)
        });
        Ok(opened.unwrap_or(nobody))
    }

    /// The user's password was proven, or not; audits the answer.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn proof(
        &self,
        user: &str,
        proven: bool,
        from: IpAddr,
        door: Door,
    ) -> Result<Outcome, AuthError> {
        let attempt = match self.throttle.attempt(user, from) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(Outcome::Throttled(wait)),
        };
        let found = if names::user(user).is_ok() { self.store.user_named(user).await? } else { None };
        Ok(self.answer(attempt, user, found.filter(|_| proven), from, door))
    }

    /// Keeps what a proof of this password is checked with, unless that is there. Without it the sign-in is as
    /// good, so that it never fails for this.
    async fn keep_verifier(&self, user: &User, hash: &str, password: &str) {
        let work = async {
            let kept = self.store.provable(&user.name).await?.and_then(|found| found.sealed);
            if kept.is_some_and(|sealed| scram::open(&self.vault, user.id, hash, &sealed).is_some()) {
                return Ok(());
            }
            let (vault, id, hash) = (self.vault.clone(), user.id, hash.to_owned());
            let password = Zeroizing::new(password.to_owned());
            let made = tokio::task::spawn_blocking(move || scram::seal(&vault, id, &hash, &password)).await;
            let sealed = made.context("it was not worked out")??;
            anyhow::Ok(self.store.keep_verifier(user.id, &sealed).await?)
        };
        if let Err(error) = work.await {
            tracing::error!(%error, user = ?user.name, "the user cannot sign in to the PostgreSQL gateway yet");
        }
    }

    /// What comes of an attempt: `known` is the user if the password was theirs.
    fn answer(&self, attempt: Attempt, user: &str, known: Option<User>, from: IpAddr, door: Door) -> Outcome {
        match known {
            Some(user) if user.disabled_at.is_none() => {
                attempt.succeeded();
                self.note_sign_in(&user, from, door.words());
                Outcome::Accepted(user)
            }
            disabled => {
                let why = if disabled.is_some() { "the user is disabled" } else { "wrong user or password" };
                self.note_failure(user, from, &format!("{}: {why}", door.words()), attempt.tips);
                if disabled.is_some() { Outcome::Disabled } else { Outcome::Wrong }
            }
        }
    }

    /// The user, if this public key (`TYPE BASE64`) signs them in over SSH. Before the client has
    /// `proven` that it holds the private half nothing is audited. Guessing is hopeless here, so
    /// nothing is throttled.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn public_key(
        &self,
        user: &str,
        key: &str,
        from: IpAddr,
        proven: bool,
    ) -> Result<Option<User>, AuthError> {
        let found = self.store.user_with_key(user, key).await?.filter(|user| user.disabled_at.is_none());
        match &found {
            Some(user) if proven => self.note_sign_in(user, from, "ssh, public key"),
            None if proven => self.note_failure(user, from, "ssh, public key: not registered", false),
            _ => {}
        }
        Ok(found)
    }

    /// Who an API token (from `Authorization: Bearer`) stands for.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn token(&self, token: &str) -> Result<Option<Known>, AuthError> {
        if !token.starts_with(tokens::API_PREFIX) {
            return Ok(None);
        }
        match self.store.user_of_token(&tokens::hash(token)).await? {
            Some(user) => Ok(Some(self.known(user).await?)),
            None => Ok(None),
        }
    }

    /// The user as a viewer, with the rights of this moment; `None` when disabled.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn viewer(&self, user: UserId) -> Result<Option<Known>, StoreError> {
        match self.store.user(user).await? {
            Some(user) if user.disabled_at.is_none() => Ok(Some(self.known(user).await?)),
            _ => Ok(None),
        }
    }

    async fn known(&self, user: User) -> Result<Known, StoreError> {
        Ok(Known { viewer: self.store.viewer(&user).await?, role: user.role })
    }

    fn note_sign_in(&self, user: &User, from: IpAddr, how: &str) {
        self.journal.note(Event::new(Action::SignIn, &user.name).by_user(user.id).from(from).detail(how));
    }

    fn note_failure(&self, user: &str, from: IpAddr, why: &str, tips: bool) {
        let typed: String = user.chars().filter(|c| !c.is_control()).take(TYPED_NAME_MAX).collect();
        self.journal.note(Event::new(Action::SignInFailed, &typed).from(from).detail(why));
        if tips {
            tracing::warn!(%from, user = ?typed, "sign-ins are throttled after repeated failures");
            self.journal.note(Event::new(Action::SignInThrottled, typed).from(from));
        }
    }
}
