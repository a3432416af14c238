//! Signed tokens in their compact form (RFC 7515): three parts of base64url with dots between.
//!
//! Reading takes one apart; whether its signature is good says the key that made it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The one algorithm, which every client knows (OpenID Connect Core 1.0, 15.1).
pub const ALGORITHM: &str = "RS256";
/// Longest token that is read, in bytes: one of ours is a sixth of it.
const MAX_BYTES: usize = 6 << 10;

/// The first part.
#[derive(Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct Header {
    /// How it is signed.
    pub alg: String,
    /// Names the key.
    pub kid: String,
    /// What it is: `JWT`, or `logout+jwt`.
    #[serde(default)]
    pub typ: String,
}

/// A token that was taken apart; nothing of it is proved.
#[derive(Debug)]
pub struct Unproved<'t> {
    /// Says which key.
    pub header: Header,
    /// What the signature covers.
    pub signed: &'t str,
    /// The third part.
    pub signature: Vec<u8>,
    /// The second part.
    pub claims: Value,
}

/// The first two parts: what is to be signed.
///
/// # Errors
/// When the claims cannot be written as JSON.
pub fn to_sign(header: &Header, claims: &impl Serialize) -> serde_json::Result<String> {
    let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(header)?);
    Ok(format!("{header}.{}", URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?)))
}

/// The whole token.
#[must_use]
pub fn with_signature(to_sign: &str, signature: &[u8]) -> String {
    format!("{to_sign}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Takes a token apart; `None` when it is none, or says another algorithm.
#[must_use]
pub fn read(token: &str) -> Option<Unproved<'_>> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let header: Header = serde_json::from_slice(&part(header)?).ok()?;
    // Never by what the token wishes for (RFC 8725, 3.1).
    if header.alg != ALGORITHM {
        return None;
    }
    let claims: Value = serde_json::from_slice(&part(claims)?).ok()?;
    claims.is_object().then_some(Unproved { header, signed, signature: part(signature)?, claims })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn header(alg: &str) -> Header {
        Header { alg: alg.into(), kid: "k".into(), typ: "JWT".into() }
    }

    #[test]
    fn what_is_written_is_read() {
        let claims = json!({ "sub": "ann" });
        let to_sign = to_sign(&header(ALGORITHM), &claims).expect("written");
        let token = with_signature(&to_sign, b"sig");
        let read = read(&token).expect("read");
        assert_eq!((read.signed, read.signature.as_slice()), (to_sign.as_str(), &b"sig"[..]));
        assert_eq!((read.claims, read.header), (claims, header(ALGORITHM)));
    }

    #[test]
    fn other_algorithms_and_shapes_are_refused() {
        let of = |alg: &str| with_signature(&to_sign(&header(alg), &json!({})).expect("written"), b"");
        for bad in
            [of("none"), of("HS256"), of("ES256"), of(ALGORITHM).replace('.', ""), String::new(), "..".into()]
        {
            assert!(read(&bad).is_none(), "{bad}");
        }
        let list = with_signature(&to_sign(&header(ALGORITHM), &json!([])).expect("written"), b"");
        assert!(read(&list).is_none());
        assert!(read(&of(ALGORITHM).replace('.', "..")).is_none());
        assert!(read(&"a".repeat(MAX_BYTES + 1)).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>(), dotted in "[A-Za-z0-9_=.-]{0,80}") {
            let _ = (read(&text), read(&dotted));
        }
    }
}
