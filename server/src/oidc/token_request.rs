//! The token request (OpenID Connect Core 1.0, 3.1.3.1): an application brings a code.

use serde::Serialize;

use super::params::{Params, Twice};

/// What an application brings; nothing of it is proved.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The code.
    pub code: String,
    /// Where the code was sent: the same again (RFC 6749, 4.1.3).
    pub redirect_uri: String,
    /// What the code's challenge was made from (RFC 7636, 4.5).
    pub verifier: String,
}

/// Why it is refused (RFC 6749, 5.2).
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct TokenFault {
    /// The code of the error.
    pub error: &'static str,
    /// What to do about it.
    pub error_description: String,
}

impl TokenFault {
    /// A fault of that code.
    #[must_use]
    pub fn new(error: &'static str, text: impl Into<String>) -> Self {
        Self { error, error_description: text.into() }
    }

    /// The code gives nothing.
    #[must_use]
    pub fn grant(text: &str) -> Self {
        Self::new("invalid_grant", text)
    }
}

impl From<Twice> for TokenFault {
    fn from(twice: Twice) -> Self {
        Self::new("invalid_request", twice.to_string())
    }
}

impl TokenRequest {
    /// Reads it.
    ///
    /// # Errors
    /// When a part is missing, there twice, or it asks for another grant.
    pub fn read(params: &Params) -> Result<Self, TokenFault> {
        match params.get("grant_type")? {
            Some("authorization_code") => {}
            None => return Err(TokenFault::new("invalid_request", "grant_type is missing")),
            Some(_) => {
                let text = "only the grant type authorization_code is taken";
                return Err(TokenFault::new("unsupported_grant_type", text));
            }
        }
        let part = |name: &'static str| match params.get(name)? {
            Some(value) => Ok(value.to_owned()),
            None => Err(TokenFault::new("invalid_request", format!("{name} is missing"))),
        };
        Ok(Self {
            code: part("code")?,
            redirect_uri: part("redirect_uri")?,
            verifier: part("code_verifier")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str) -> Result<TokenRequest, &'static str> {
        TokenRequest::read(&Params::read(query.as_bytes()).expect("short")).map_err(|fault| fault.error)
    }

    #[test]
    fn every_part_is_needed_once() {
        const GOOD: &str =
            "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fcrm.test&code_verifier=v";
        let Ok(request) = read(GOOD) else { panic!("a good one") };
        assert_eq!((request.code.as_str(), request.redirect_uri.as_str()), ("c", "https://crm.test"));
        for part in ["grant_type=authorization_code&", "code=c&", "&code_verifier=v"] {
            assert_eq!(read(&GOOD.replacen(part, "", 1)).err(), Some("invalid_request"), "{part}");
        }
        assert_eq!(read(&format!("{GOOD}&code=d")).err(), Some("invalid_request"));
        for other in ["refresh_token", "password", "client_credentials"] {
            let query = GOOD.replace("authorization_code", other);
            assert_eq!(read(&query).err(), Some("unsupported_grant_type"), "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_body_is_read(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = TokenRequest::read(&Params::read(&body).expect("short"));
        }
    }
}
