//! SCRAM-SHA-256 (RFC 5802, RFC 7677), both sides, with and without channel binding (RFC 5929). Pure: messages
//! in, messages out.

mod client;
mod server;
mod verifier;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;
use ring::hmac;

pub(crate) use client::Client;
pub(crate) use server::{First, Server};
pub use verifier::Verifier;

/// The mechanism without channel binding.
pub(crate) const PLAIN: &str = "SCRAM-SHA-256";
/// The mechanism with channel binding.
pub(crate) const PLUS: &str = "SCRAM-SHA-256-PLUS";
/// The only channel binding in use: the hash of the server's certificate.
const BINDING: &str = "tls-server-end-point";
/// Bytes of chance in a nonce.
const NONCE_BYTES: usize = 18;

/// A message that is no part of this exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(pub(crate) &'static str);

/// A nonce: printable, without a comma.
pub(crate) fn nonce() -> String {
    STANDARD.encode(rand::rng().random::<[u8; NONCE_BYTES]>())
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}

fn xor(one: [u8; 32], other: [u8; 32]) -> [u8; 32] {
    std::array::from_fn(|at| one[at] ^ other[at])
}

/// The value of `NAME=VALUE` at the start of a list, and what comes after its comma.
fn attribute(text: &str, name: char) -> Option<(&str, &str)> {
    let rest = text.strip_prefix(name)?.strip_prefix('=')?;
    Some(rest.split_once(',').unwrap_or((rest, "")))
}

#[cfg(test)]
mod tests;
