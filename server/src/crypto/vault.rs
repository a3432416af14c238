//! Seals secrets with XChaCha20-Poly1305 under a key in the data folder.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::Rng;
use sha2::{Digest, Sha256};
use wire::AccountId;
use zeroize::Zeroizing;

use super::key_file::read_or_make;
use crate::names;

const KEY_BYTES: usize = 32;
/// Long enough to be drawn by chance for every seal.
const NONCE_BYTES: usize = 24;
/// Names the form: another one may come.
const FORM: &str = "x1:";

/// A secret could not be sealed or opened; the text holds nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file is not there to be read or made.
    #[error("the key file {0} cannot be used: {1}")]
    KeyFile(String, std::io::Error),
    /// The key file is not one of ours.
    #[error("the key file {0} does not hold a key of 32 bytes in base64")]
    NotAKey(String),
    /// What was sealed does not open.
    #[error("a stored secret does not open: it was sealed with another key file or for another owner")]
    Sealed,
}

/// Holds the key. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    cipher: Arc<XChaCha20Poly1305>,
    /// What salts of names that nobody has are drawn from.
    salts: Arc<Zeroizing<[u8; 32]>>,
}

impl Vault {
    /// Reads the key from a file, which is made (0600) when missing.
    ///
    /// # Errors
    /// When the file cannot be read or made.
    pub fn open(file: &Path) -> Result<Self, VaultError> {
        let make = || {
            Zeroizing::new(
                STANDARD.encode(Zeroizing::new(rand::rng().random::<[u8; KEY_BYTES]>()).as_slice()) + "\n",
            )
        };
        let text = read_or_make(file, || Ok(make()))
            .map_err(|error| VaultError::KeyFile(file.display().to_string(), error))?;
        let not_a_key = || VaultError::NotAKey(file.display().to_string());
        let key = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| not_a_key())?);
        let cipher = XChaCha20Poly1305::new_from_slice(&key).map_err(|_| not_a_key())?;
        let salts =
            Sha256::new_with_prefix("salts of names that nobody has").chain_update(&*key).finalize().into();
        Ok(Self { cipher: Arc::new(cipher), salts: Arc::new(Zeroizing::new(salts)) })
    }

    /// Seals an account's secret: it opens for that account alone.
    ///
    /// # Errors
    /// When the secret is too long for the cipher.
    pub fn seal(&self, account: AccountId, secret: &str) -> Result<String, VaultError> {
        self.seal_for(&account.to_string(), secret)
    }

    /// Seals a secret: it opens for that owner alone.
    pub(crate) fn seal_for(&self, owner: &str, secret: &str) -> Result<String, VaultError> {
        let nonce: [u8; NONCE_BYTES] = rand::rng().random();
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: secret.as_bytes(), aad: owner.as_bytes() })
            .map_err(|_| VaultError::Sealed)?;
        Ok(format!("{FORM}{}", STANDARD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens an account's secret.
    ///
    /// # Errors
    /// When it was sealed with another key, for another account, or was altered.
    pub fn open_secret(&self, account: AccountId, sealed: &str) -> Result<Zeroizing<String>, VaultError> {
        self.open_for(&account.to_string(), sealed)
    }

    /// Opens what was sealed for an owner.
    pub(crate) fn open_for(&self, owner: &str, sealed: &str) -> Result<Zeroizing<String>, VaultError> {
        let bytes = sealed
            .strip_prefix(FORM)
            .and_then(|text| STANDARD.decode(text).ok())
            .ok_or(VaultError::Sealed)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(VaultError::Sealed)?;
        let secret = self
            .cipher
            .decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: owner.as_bytes() })
            .map_err(|_| VaultError::Sealed)?;
        String::from_utf8(secret).map(Zeroizing::new).map_err(|_| VaultError::Sealed)
    }

    /// A salt for a name: the same at each call, and nothing to whoever has not the key.
    pub(super) fn salt_of(&self, name: &str) -> [u8; 16] {
        let hash: [u8; 32] =
            Sha256::new_with_prefix(self.salts.as_slice()).chain_update(names::key(name)).finalize().into();
        std::array::from_fn(|at| hash[at])
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_opens_with_its_key_and_for_its_account_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("secret.key");
        let vault = Vault::open(&file).expect("made");
        let (mine, other) = (AccountId::generate(), AccountId::generate());
        let sealed = vault.seal(mine, "hunter2").expect("sealed");
        assert!(!sealed.contains("hunter2"));
        assert_ne!(sealed, vault.seal(mine, "hunter2").expect("sealed"));

        let again = Vault::open(&file).expect("read");
        assert_eq!(again.open_secret(mine, &sealed).expect("opens").as_str(), "hunter2");
        assert!(again.open_secret(other, &sealed).is_err());
        assert!(again.open_secret(mine, &format!("{sealed}AAAA")).is_err());
        let stranger = Vault::open(&folder.path().join("other.key")).expect("made");
        assert!(stranger.open_secret(mine, &sealed).is_err());
        assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("secret.key");
        std::fs::write(&file, "c2hvcnQ=\n").expect("written");
        assert!(matches!(Vault::open(&file), Err(VaultError::NotAKey(_))));
    }
}
