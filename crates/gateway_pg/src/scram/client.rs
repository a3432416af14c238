//! The side that has a password.

use std::num::NonZeroU32;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use super::verifier::Keys;
use super::{BINDING, Malformed, attribute, hmac, xor};

/// Rounds that a server may ask for: beyond it somebody wants to keep us busy.
const MOST_ITERATIONS: u32 = 2_000_000;

/// An exchange that was begun.
pub(crate) struct Client {
    head: String,
    bare: String,
    nonce: String,
    certificate: Vec<u8>,
}

/// An exchange that waits for the server's proof.
pub(crate) struct Waiting {
    expected: [u8; 32],
}

impl Client {
    /// Begins, bound to the channel if there is the hash of a certificate; what to send.
    pub(crate) fn begin(nonce: String, certificate: Option<Vec<u8>>) -> (Self, String) {
        let head = certificate.as_ref().map_or_else(|| "n,,".into(), |_| format!("p={BINDING},,"));
        // PostgreSQL takes the user of the start-up message.
        let bare = format!("n=,r={nonce}");
        let message = format!("{head}{bare}");
        (Self { head, bare, nonce, certificate: certificate.unwrap_or_default() }, message)
    }

    /// Answers the server. Takes as long as the server's count of rounds asks for.
    pub(crate) fn answer(self, message: &[u8], password: &str) -> Result<(Waiting, String), Malformed> {
        let Self { head, bare, nonce, certificate } = self;
        let text = std::str::from_utf8(message).map_err(|_| Malformed("a SCRAM message is no text"))?;
        let (both, after) = attribute(text, 'r').ok_or(Malformed("a SCRAM message has no nonce"))?;
        let (salt, after) = attribute(after, 's').ok_or(Malformed("a SCRAM message has no salt"))?;
        let (iterations, _) = attribute(after, 'i').ok_or(Malformed("a SCRAM message has no count"))?;
        if !both.starts_with(&nonce) || both.len() == nonce.len() {
            return Err(Malformed("a SCRAM nonce is another one"));
        }
        let salt = STANDARD.decode(salt).map_err(|_| Malformed("a SCRAM salt is no base64"))?;
        let iterations: NonZeroU32 = iterations.parse().map_err(|_| Malformed("a SCRAM count is none"))?;
        if iterations.get() > MOST_ITERATIONS {
            return Err(Malformed("a SCRAM count is out of all measure"));
        }
        let keys = Keys::of(password, &salt, iterations);
        let channel = STANDARD.encode([head.as_bytes(), &certificate].concat());
        let without_proof = format!("c={channel},r={both}");
        let said = format!("{bare},{text},{without_proof}");
        let proof = xor(keys.client, hmac(&keys.stored, said.as_bytes()));
        let expected = hmac(&keys.server, said.as_bytes());
        Ok((Waiting { expected }, format!("{without_proof},p={}", STANDARD.encode(proof))))
    }
}

impl Waiting {
    /// Checks that the server knows the password, too.
    pub(crate) fn check(self, message: &[u8]) -> Result<(), Malformed> {
        let text = std::str::from_utf8(message).map_err(|_| Malformed("a SCRAM message is no text"))?;
        let proof = attribute(text, 'v').and_then(|(proof, _)| STANDARD.decode(proof).ok());
        match proof {
            Some(proof) if bool::from(proof.ct_eq(&self.expected)) => Ok(()),
            _ => Err(Malformed("the server does not prove that it knows the password")),
        }
    }
}
