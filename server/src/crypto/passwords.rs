//! Passwords as argon2id hashes, worked out beside the async threads and a few at a time.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::Rng;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Salt, in bytes (RFC 9106 section 3.1).
const SALT_BYTES: usize = 16;

/// A password could not be hashed or checked; the text holds nothing of it.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be worked on: {0}")]
pub struct PasswordError(String);

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| PasswordError(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password, in PHC form. Takes tens of milliseconds: not for an async thread.
///
/// # Errors
/// When there is no memory for it.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let salt: [u8; SALT_BYTES] = rand::rng().random();
    let salt = SaltString::encode_b64(&salt).map_err(|e| PasswordError(e.to_string()))?;
    let hash =
        argon2()?.hash_password(password.as_bytes(), &salt).map_err(|e| PasswordError(e.to_string()))?;
    Ok(hash.to_string())
}

fn matches(password: &str, hash: &str) -> Result<bool, PasswordError> {
    let hash = PasswordHash::new(hash).map_err(|e| PasswordError(e.to_string()))?;
    Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
}

/// Hashes and checks passwords for async callers, at most as many at once as there are cores.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Hash of a password that nobody has: what an unknown user's attempt is compared with, so that
    /// it takes as long as a known one's.
    nobody: Arc<str>,
}

impl Passwords {
    /// Works out the hash that unknown users are compared with.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new() -> Result<Self, PasswordError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let unguessable = super::tokens::random();
        Ok(Self { turns: Arc::new(Semaphore::new(cores)), nobody: hash(&unguessable)?.into() })
    }

    /// The hash of a password.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let password = Zeroizing::new(password.to_owned());
        self.in_turn(move || hash(&password)).await
    }

    /// Whether a password belongs to a hash; with no hash the answer is no, just as late.
    ///
    /// # Errors
    /// When the hash cannot be read.
    pub async fn matches(&self, password: &str, hash: Option<String>) -> Result<bool, PasswordError> {
        let password = Zeroizing::new(password.to_owned());
        let nobody = Arc::clone(&self.nobody);
        self.in_turn(move || match hash {
            Some(hash) => matches(&password, &hash),
            None => matches(&password, &nobody).map(|_| false),
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|e| PasswordError(e.to_string()))?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|e| PasswordError(e.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let passwords = Passwords::new().expect("memory");
        let hash = passwords.hash("correct horse").await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.matches("correct horse", Some(hash.clone())).await.expect("checked"));
        assert!(!passwords.matches("correct horsf", Some(hash)).await.expect("checked"));
        assert!(!passwords.matches("correct horse", None).await.expect("checked"));
    }
}
