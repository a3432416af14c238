//! The keys that sign: one at a time, the ones before it until nothing counts any more that they have signed.
//!
//! The store has them, sealed; whoever takes one's place on the command line is followed at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use wire::Millis;

use super::jws;
use super::signing_key::{KeyFault, SigningKey};
use crate::audit::{Action, Event};
use crate::console::LIFETIME_SECONDS;
use crate::crypto::vault::{Vault, VaultError};
use crate::store::{OidcKey, Store, StoreError};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// After this age another key takes its place.
const AGE_MS: i64 = 90 * DAY_MS;
/// How long the one before stays: an ID token comes back as a hint until its sign-in is over, and an hour for
/// clocks that differ.
const KEPT_MS: i64 = (LIFETIME_SECONDS + 60 * 60) * 1000;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key cannot be made or read.
    #[error(transparent)]
    Fault(#[from] KeyFault),
    /// A key does not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The thread that makes keys is gone.
    #[error("the making of a key was interrupted")]
    Interrupted,
}

/// All keys. Cheap to clone.
#[derive(Clone)]
pub struct Keys {
    store: Store,
    vault: Vault,
    /// Those that were opened, by id: reading one takes a millisecond.
    opened: Arc<Mutex<HashMap<String, Arc<SigningKey>>>>,
    /// Held while one is made, so that many first requests make one.
    making: Arc<tokio::sync::Mutex<()>>,
}

impl Keys {
    /// The keys in this store, which this vault opens.
    #[must_use]
    pub fn new(store: Store, vault: Vault) -> Self {
        Self { store, vault, opened: Arc::default(), making: Arc::default() }
    }

    /// The key that signs now; made when there is none, or when it has its age.
    ///
    /// # Errors
    /// When there is none and none can be made.
    pub async fn current(&self) -> Result<Arc<SigningKey>, KeysError> {
        if let Some(key) = self.young().await? {
            return self.open(&key);
        }
        let _one_at_a_time = self.making.lock().await;
        if let Some(key) = self.young().await? {
            return self.open(&key);
        }
        let event = Event::new(Action::SigningKeyMade, "sightline").detail("by itself");
        self.rotate(Some(AGE_MS), event).await?;
        match self.store.oidc_keys(Millis::now()).await?.first() {
            Some(key) => self.open(key),
            None => Err(KeysError::Interrupted),
        }
    }

    /// Makes a key that signs from now on; only if the one now is older than `age`, when that is given.
    ///
    /// # Errors
    /// When it cannot be made or kept.
    pub async fn rotate(&self, age: Option<i64>, event: Event) -> Result<String, KeysError> {
        let text = tokio::task::spawn_blocking(SigningKey::make);
        let text = text.await.map_err(|_| KeysError::Interrupted)??;
        let id = SigningKey::read(&text)?.id().to_owned();
        let now = Millis::now();
        let key =
            OidcKey { id: id.clone(), sealed: self.vault.seal_for(&name(&id), &text)?, created_at: now };
        let older_than = age.map(|age| Millis(now.0 - age));
        self.store.add_oidc_key(&key, older_than, Millis(now.0 + KEPT_MS), event).await?;
        Ok(id)
    }

    /// The public halves, as applications fetch them (RFC 7517, 5): the one that signs now comes first.
    ///
    /// # Errors
    /// As [`Self::current`].
    pub async fn jwks(&self) -> Result<Value, KeysError> {
        self.current().await?;
        let keys = self.store.oidc_keys(Millis::now()).await?;
        let keys = keys.iter().map(|key| Ok(self.open(key)?.jwk())).collect::<Result<Vec<_>, KeysError>>()?;
        Ok(json!({ "keys": keys }))
    }

    /// The claims of a token that one of our keys has signed, however old it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn proved(&self, token: &str, typ: &str) -> Result<Option<Value>, KeysError> {
        let Some(token) = jws::read(token).filter(|token| token.header.typ == typ) else { return Ok(None) };
        let keys = self.store.oidc_keys(Millis::now()).await?;
        let Some(key) = keys.iter().find(|key| key.id == token.header.kid) else { return Ok(None) };
        Ok(self.open(key)?.has_signed(&token).then_some(token.claims))
    }

    /// The key that signs, unless it has its age.
    async fn young(&self) -> Result<Option<OidcKey>, KeysError> {
        let now = Millis::now();
        let newest = self.store.oidc_keys(now).await?.into_iter().next();
        Ok(newest.filter(|key| now.since(key.created_at) < AGE_MS))
    }

    fn open(&self, key: &OidcKey) -> Result<Arc<SigningKey>, KeysError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = opened.get(&key.id) {
            return Ok(Arc::clone(known));
        }
        let text = self.vault.open_for(&name(&key.id), &key.sealed)?;
        let read = Arc::new(SigningKey::read(&text)?);
        opened.insert(key.id.clone(), Arc::clone(&read));
        Ok(read)
    }
}

/// Under which name a key is sealed.
fn name(id: &str) -> String {
    format!("oidc key {id}")
}
