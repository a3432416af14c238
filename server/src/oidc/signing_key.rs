//! One RSA key: made, kept as sealed text, signing, and its public half as applications read it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use russh::keys::key::safe_rng;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::jws::{self, Header, Unproved};

/// Length of a key: what every client takes, and good beyond the life of a key (NIST SP 800-57).
const BITS: usize = 2048;

/// A key could not be made, read or used; the text holds nothing of it.
#[derive(Debug, thiserror::Error)]
#[error("a key that signs tokens cannot be {0}")]
pub struct KeyFault(&'static str);

/// A private key, ready to sign.
pub struct SigningKey {
    id: String,
    pair: RsaKeyPair,
    public: RsaPublicKeyComponents<Vec<u8>>,
}

impl SigningKey {
    /// The text of a new key: PKCS #8 in base64. Takes a good part of a second.
    ///
    /// # Errors
    /// When the machine cannot.
    pub fn make() -> Result<Zeroizing<String>, KeyFault> {
        let made = RsaPrivateKey::new(&mut safe_rng(), BITS).map_err(|_| KeyFault("made"))?;
        let der = made.to_pkcs8_der().map_err(|_| KeyFault("written"))?;
        Ok(Zeroizing::new(STANDARD.encode(der.as_bytes())))
    }

    /// Reads that text.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, KeyFault> {
        let der = Zeroizing::new(STANDARD.decode(text).map_err(|_| KeyFault("read"))?);
        let pair = RsaKeyPair::from_pkcs8(&der).map_err(|_| KeyFault("read"))?;
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        Ok(Self { id: thumbprint(&public), pair, public })
    }

    /// Names the key: its thumbprint (RFC 7638).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Signs claims as a token of that type.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyFault> {
        let header = Header { alg: jws::ALGORITHM.into(), kid: self.id.clone(), typ: typ.into() };
        let to_sign = jws::to_sign(&header, claims).map_err(|_| KeyFault("used"))?;
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), to_sign.as_bytes(), &mut signature)
            .map_err(|_| KeyFault("used"))?;
        Ok(jws::with_signature(&to_sign, &signature))
    }

    /// Whether this key has signed it.
    #[must_use]
    pub fn has_signed(&self, token: &Unproved<'_>) -> bool {
        let signed = token.signed.as_bytes();
        self.public.verify(&RSA_PKCS1_2048_8192_SHA256, signed, &token.signature).is_ok()
    }

    /// The public half (RFC 7517).
    #[must_use]
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "RSA", "use": "sig", "alg": jws::ALGORITHM, "kid": self.id,
            "n": URL_SAFE_NO_PAD.encode(&self.public.n), "e": URL_SAFE_NO_PAD.encode(&self.public.e),
        })
    }
}

/// RFC 7638, 3: SHA-256 of the required members in the order of their names.
fn thumbprint(public: &RsaPublicKeyComponents<Vec<u8>>) -> String {
    let (n, e) = (URL_SAFE_NO_PAD.encode(&public.n), URL_SAFE_NO_PAD.encode(&public.e));
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_that_of_the_standard() {
        // RFC 7638, 3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXj\
                 BZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs\
                 8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G\
                 _xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let public = RsaPublicKeyComponents {
            n: URL_SAFE_NO_PAD.decode(n).expect("base64url"),
            e: URL_SAFE_NO_PAD.decode("AQAB").expect("base64url"),
        };
        assert_eq!(thumbprint(&public), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn a_key_knows_what_it_has_signed() {
        let (ours, theirs) = (SigningKey::make().expect("made"), SigningKey::make().expect("made"));
        let (ours, theirs) =
            (SigningKey::read(&ours).expect("read"), SigningKey::read(&theirs).expect("read"));
        assert_ne!(ours.id(), theirs.id());
        let token = ours.sign("JWT", &json!({ "sub": "ann" })).expect("signed");
        let unproved = jws::read(&token).expect("a token");
        assert_eq!((unproved.header.kid.as_str(), unproved.header.typ.as_str()), (ours.id(), "JWT"));
        assert!(ours.has_signed(&unproved) && !theirs.has_signed(&unproved));

        let forged = jws::to_sign(&unproved.header, &json!({ "sub": "root" })).expect("written");
        let forged = jws::with_signature(&forged, &unproved.signature);
        assert!(!ours.has_signed(&jws::read(&forged).expect("a token")));
        assert!(SigningKey::read("bm90IGEga2V5").is_err());
    }
}
