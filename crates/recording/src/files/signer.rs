//! The node's key: Ed25519 (RFC 8032). Never shows what is secret of it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::Zeroizing;

use super::chain::Hash;

/// There is no such key; the text holds nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are something else.
    #[error("not an Ed25519 key in PKCS#8 with its public half (RFC 8410): {0}")]
    NotAKey(String),
    /// The system gave no randomness.
    #[error("cannot make a key: the system gives no randomness")]
    NoRandomness,
}

/// Signs for one node.
pub struct Signer {
    pair: Ed25519KeyPair,
    public: String,
}

impl Signer {
    /// A new key, as PKCS#8 (RFC 8410).
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document =
            Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::NoRandomness)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }

    /// The signer with this key.
    ///
    /// # Errors
    /// When the bytes are not what [`Signer::generate`] gives.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(bytes).map_err(|error| KeyError::NotAKey(error.to_string()))?;
        let public = STANDARD.encode(pair.public_key());
        Ok(Self { pair, public })
    }

    /// The public half, base64.
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// The signature of a link's hash, base64.
    pub(super) fn sign(&self, hash: &Hash) -> String {
        STANDARD.encode(self.pair.sign(hash))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Whether the signature of the hash is by this key; both are base64.
pub(super) fn is_signed(key: &str, hash: &Hash, signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (STANDARD.decode(key), STANDARD.decode(signature)) else { return false };
    UnparsedPublicKey::new(&ED25519, key).verify(hash, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_by_its_key_and_of_its_hash() {
        let key = Signer::generate().expect("a key");
        let signer = Signer::from_pkcs8(&key).expect("its own form");
        let other = Signer::from_pkcs8(&Signer::generate().expect("a key")).expect("its own form");
        let signature = signer.sign(&[7; 32]);
        assert!(is_signed(signer.public_key(), &[7; 32], signature.as_bytes()));
        assert!(!is_signed(signer.public_key(), &[8; 32], signature.as_bytes()));
        assert!(!is_signed(other.public_key(), &[7; 32], signature.as_bytes()));
        assert!(!is_signed("no key", &[7; 32], signature.as_bytes()));
        assert!(!is_signed(signer.public_key(), &[7; 32], b"no signature"));
        assert!(!format!("{signer:?}").contains("pair"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let key = Signer::generate().expect("a key");
        for bytes in [&b""[..], b"key", &key[1..], &key[..key.len() - 1]] {
            assert!(matches!(Signer::from_pkcs8(bytes), Err(KeyError::NotAKey(_))));
        }
    }
}
