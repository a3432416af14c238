//! Random tokens (cookies, API tokens, client secrets, set-up links) and the hashes that are kept of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use sha2::{Digest, Sha256};

/// What an API token starts with, so that scanners of leaked secrets know it.
pub const API_PREFIX: &str = "slt_";
/// What the token of an agent that reports sessions starts with.
pub const AGENT_PREFIX: &str = "sla_";
/// What the client secret of an application starts with.
pub const CLIENT_PREFIX: &str = "slc_";
/// Bytes of chance in a token: out of reach of guessing.
const TOKEN_BYTES: usize = 32;

/// A random token: base64url of 32 bytes.
#[must_use]
pub fn random() -> String {
    let bytes: [u8; TOKEN_BYTES] = rand::rng().random();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A new API token.
#[must_use]
pub fn api() -> String {
    format!("{API_PREFIX}{}", random())
}

/// A new token of an agent.
#[must_use]
pub fn agent() -> String {
    format!("{AGENT_PREFIX}{}", random())
}

/// A new client secret of an application.
#[must_use]
pub fn client() -> String {
    format!("{CLIENT_PREFIX}{}", random())
}

/// What is kept of a token: SHA-256, hexadecimal. No salt: a token is no word of a dictionary.
#[must_use]
pub fn hash(token: &str) -> String {
    super::hex(&Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_hash_as_sha256() {
        assert_ne!(random(), random());
        assert_eq!(random().len(), 43);
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
