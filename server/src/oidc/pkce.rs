//! Proof Key for Code Exchange (RFC 7636): who begins a sign-in and who fetches its code are one.
//!
//! Only `S256` is taken: a `plain` challenge in an address is as good as the code beside it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Length of a challenge: base64url of a SHA-256 (4.2).
const CHALLENGE_CHARS: usize = 43;

/// What a sign-in began with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// A challenge as it was sent; `None` when it is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (text.len() == CHALLENGE_CHARS && text.bytes().all(base64url)).then(|| Self(text.into()))
    }

    /// As it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it was made from this verifier (4.6).
    #[must_use]
    pub fn is_of(&self, verifier: &str) -> bool {
        let made = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        is_verifier(verifier) && bool::from(made.as_bytes().ct_eq(self.0.as_bytes()))
    }
}

/// Whether a text has the form of a verifier (4.1).
fn is_verifier(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn only_the_right_verifier_fits() {
        let challenge = Challenge::read(CHALLENGE).expect("a challenge");
        assert!(challenge.is_of(VERIFIER));
        assert!(!challenge.is_of(&VERIFIER.replace('d', "e")));
        assert!(!challenge.is_of(CHALLENGE), "a plain challenge");
        assert!(!challenge.is_of(""));
        for bad in ["", "short", &CHALLENGE[1..], &format!("{CHALLENGE}A"), &CHALLENGE.replace('E', "+")] {
            assert!(Challenge::read(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(challenge in any::<String>(), verifier in any::<String>()) {
            let challenge = Challenge::read(&challenge);
            prop_assert!(!challenge.is_some_and(|challenge| challenge.is_of(&verifier)));
        }
    }
}
