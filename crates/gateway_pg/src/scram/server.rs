//! The side that checks a password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use super::{BINDING, Malformed, Verifier, attribute, hmac, sha256, xor};

/// An exchange after the client's first message.
pub(crate) struct Server {
    verifier: Verifier,
    /// The client's first message without its head, and our answer.
    said: String,
    /// Both nonces.
    nonce: String,
    /// What the client must say of the channel, in base64.
    channel: String,
}

/// What the client's last message comes to.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Whether the client knows the password.
    pub(crate) is_proven: bool,
    /// What proves to the client that we do: only for one who was proven.
    pub(crate) proof: String,
}

/// The client's first message, taken apart.
#[derive(Debug)]
pub(crate) struct First {
    head: String,
    bare: String,
    nonce: String,
    binds: bool,
}

impl First {
    /// Reads it. `is_bound` says that the client chose the mechanism with channel binding, `can_bind` that it was
    /// offered.
    pub(crate) fn read(message: &[u8], is_bound: bool, can_bind: bool) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(message).map_err(|_| Malformed("a SCRAM message is no text"))?;
        let (flag, rest) = text.split_once(',').ok_or(Malformed("a SCRAM message has no head"))?;
        let (_, bare) = rest.split_once(',').ok_or(Malformed("a SCRAM message has no head"))?;
        let binds = match flag {
            "n" => false,
            // The client could and believes that we cannot: somebody took the offer out on the way.
            "y" if can_bind => return Err(Malformed("the offer of channel binding was lost on the way")),
            "y" => false,
            _ if flag.strip_prefix("p=") == Some(BINDING) => true,
            _ => return Err(Malformed("this channel binding is not known here")),
        };
        if binds != is_bound {
            return Err(Malformed("the SCRAM mechanism and its channel binding do not agree"));
        }
        let (_, after) = attribute(bare, 'n').ok_or(Malformed("a SCRAM message names no user"))?;
        let (nonce, _) = attribute(after, 'r').ok_or(Malformed("a SCRAM message has no nonce"))?;
        if nonce.is_empty() || !nonce.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Malformed("a SCRAM nonce is not printable"));
        }
        let head = text[..text.len() - bare.len()].to_owned();
        Ok(Self { head, bare: bare.into(), nonce: nonce.into(), binds })
    }
}

impl Server {
    /// Answers the client's first message. `certificate` is the hash that binds the channel.
    pub(crate) fn begin(first: First, verifier: Verifier, ours: &str, certificate: &[u8]) -> (Self, String) {
        let First { head, bare, nonce, binds } = first;
        let nonce = format!("{nonce}{ours}");
        let answer = format!("r={nonce},s={},i={}", STANDARD.encode(&verifier.salt), verifier.iterations);
        let mut channel = head.into_bytes();
        if binds {
            channel.extend_from_slice(certificate);
        }
        let channel = STANDARD.encode(channel);
        (Self { verifier, said: format!("{bare},{answer}"), nonce, channel }, answer)
    }

    /// Checks the client's last message.
    pub(crate) fn finish(self, message: &[u8]) -> Result<Checked, Malformed> {
        let Self { verifier, said, nonce, channel } = self;
        let text = std::str::from_utf8(message).map_err(|_| Malformed("a SCRAM message is no text"))?;
        let (without_proof, proof) =
            text.rsplit_once(",p=").ok_or(Malformed("a SCRAM message has no proof"))?;
        let (bound, after) =
            attribute(without_proof, 'c').ok_or(Malformed("a SCRAM message has no channel binding"))?;
        let (repeated, _) = attribute(after, 'r').ok_or(Malformed("a SCRAM message has no nonce"))?;
        if repeated != nonce {
            return Err(Malformed("a SCRAM nonce is another one"));
        }
        let proof: [u8; 32] = STANDARD
            .decode(proof)
            .ok()
            .and_then(|proof| proof.try_into().ok())
            .ok_or(Malformed("a SCRAM proof has another length"))?;
        let said = format!("{said},{without_proof}");
        let client = xor(proof, hmac(&verifier.stored_key, said.as_bytes()));
        let is_proven: bool = sha256(&client).ct_eq(&verifier.stored_key).into();
        if bound != channel {
            return Err(Malformed("the channel is bound to another certificate"));
        }
        let proof = format!("v={}", STANDARD.encode(hmac(&verifier.server_key, said.as_bytes())));
        Ok(Checked { is_proven, proof })
    }
}
