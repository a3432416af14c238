//! With what an application proves who it is: `client_secret_basic` or `client_secret_post`
//! (OpenID Connect Core 1.0, 9; RFC 6749, 2.3.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::params::Params;

/// Longest header that is looked at, in bytes.
const MAX_HEADER: usize = 1024;

/// A name and a secret, as they were sent; nothing of them is proved.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: Zeroizing<String>,
    /// They came in the `Authorization` header: a refusal says so there, too (RFC 6749, 5.2).
    pub basic: bool,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why there are none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCredentials {
    /// Nothing was sent, or half of it.
    #[error("send the client's id and secret, as HTTP Basic or in the body")]
    Missing,
    /// The header is none of HTTP Basic.
    #[error("the Authorization header is not `Basic` with base64 of `id:secret`")]
    Malformed,
    /// Both ways at once (RFC 6749, 2.3).
    #[error("send the client's secret in the header or in the body, not in both")]
    Both,
    /// A parameter is wrong.
    #[error(transparent)]
    Twice(#[from] super::params::Twice),
}

impl Credentials {
    /// Reads them from the `Authorization` header, or else from the body.
    ///
    /// # Errors
    /// When there are none, or more than one.
    pub fn read(header: Option<&[u8]>, body: &Params) -> Result<Self, NoCredentials> {
        let (id, secret) = (body.get("client_id")?, body.get("client_secret")?);
        let Some(header) = header else {
            let (Some(id), Some(secret)) = (id, secret) else { return Err(NoCredentials::Missing) };
            return Ok(Self { id: id.into(), secret: Zeroizing::new(secret.into()), basic: false });
        };
        let basic = basic(header).ok_or(NoCredentials::Malformed)?;
        if secret.is_some() || id.is_some_and(|id| id != basic.id) {
            return Err(NoCredentials::Both);
        }
        Ok(basic)
    }
}

/// Both halves are form-encoded before they are put together (RFC 6749, 2.3.1).
fn basic(header: &[u8]) -> Option<Credentials> {
    if header.len() > MAX_HEADER {
        return None;
    }
    let (scheme, encoded) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let colon = pair.iter().position(|byte| *byte == b':')?;
    let (id, secret) = (decoded(&pair[..colon])?, decoded(&pair[colon + 1..])?);
    (!id.is_empty() && !secret.is_empty()).then_some(Credentials {
        id,
        secret: Zeroizing::new(secret),
        basic: true,
    })
}

/// One form-encoded value.
fn decoded(bytes: &[u8]) -> Option<String> {
    if bytes.iter().any(|byte| matches!(byte, b'&' | b'=')) {
        // No form-encoded value holds them: the client does not encode, take it as it is.
        return String::from_utf8(bytes.to_vec()).ok();
    }
    form_urlencoded::parse(bytes).next().map(|(value, _)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header(pair: &str) -> Vec<u8> {
        format!("Basic {}", STANDARD.encode(pair)).into_bytes()
    }

    fn read(header: Option<&[u8]>, body: &str) -> Result<(String, String), NoCredentials> {
        let body = Params::read(body.as_bytes()).expect("short");
        Credentials::read(header, &body).map(|found| (found.id, found.secret.to_string()))
    }

    #[test]
    fn both_ways_are_read_and_never_together() {
        let pair = |id: &str, secret: &str| Ok((id.to_owned(), secret.to_owned()));
        assert_eq!(read(Some(&header("crm:s%2Be+c")), ""), pair("crm", "s+e c"));
        assert_eq!(read(Some(&header("crm:a:b")), "client_id=crm"), pair("crm", "a:b"));
        assert_eq!(read(Some(&header("crm:a=b")), ""), pair("crm", "a=b"));
        assert_eq!(read(None, "client_id=crm&client_secret=x%2By"), pair("crm", "x+y"));
        assert_eq!(read(None, "client_id=crm"), Err(NoCredentials::Missing));
        assert_eq!(read(None, "client_secret=x"), Err(NoCredentials::Missing));
        assert_eq!(read(Some(&header("crm:x")), "client_secret=x"), Err(NoCredentials::Both));
        assert_eq!(read(Some(&header("crm:x")), "client_id=erp"), Err(NoCredentials::Both));
        for bad in [
            &b"Bearer abc"[..],
            b"Basic",
            b"Basic ???",
            b"Basic \xff",
            &header("crm"),
            &header("crm:"),
            &header(":x"),
        ] {
            assert_eq!(read(Some(bad), ""), Err(NoCredentials::Malformed), "{bad:?}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let found = Credentials::read(Some(&header("crm:hunter2")), &Params::default()).expect("read");
        assert!(!format!("{found:?}").contains("hunter2"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            pair in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let _ = Credentials::read(Some(&bytes), &Params::default());
            let encoded = format!("Basic {}", STANDARD.encode(&pair));
            let _ = Credentials::read(Some(encoded.as_bytes()), &Params::default());
        }
    }
}
