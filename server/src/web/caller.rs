//! Who calls the JSON API: the holder of a bearer token, or the person who is signed in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use hub::Viewer;

use super::Shared;
use super::problem::Problem;

/// Longest token that is looked up, in bytes.
pub(super) const MAX_TOKEN_BYTES: usize = 256;

/// The caller; without one the call is answered 401.
pub(super) struct Caller(pub(super) Viewer);

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Result<Self, Problem> {
        if let Some(token) = bearer(&parts.headers) {
            if token.is_empty() || token.len() > MAX_TOKEN_BYTES {
                return Err(Problem::bad_token());
            }
            let known = web.services.auth.token(token).await.map_err(Problem::failed)?;
            return known.map(|known| Self(known.viewer)).ok_or_else(Problem::bad_token);
        }
        let signed = web.signed_in(parts).await.map_err(Problem::failed)?;
        signed.map(|signed| Self(signed.known.viewer)).ok_or_else(Problem::signed_out)
    }
}

/// The bearer token, if one is sent; empty when it is no text.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or("Bearer ");
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bearer_tokens_count() {
        for (sent, token) in [
            (Some("Bearer abc"), Some("abc")),
            (Some("bearer  abc "), Some("abc")),
            (Some("Bearer"), Some("")),
            (Some("Basic YTpi"), None),
            (Some("Bearerabc"), None),
            (None, None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(sent) = sent {
                headers.insert(header::AUTHORIZATION, sent.parse().unwrap());
            }
            assert_eq!(bearer(&headers), token, "{sent:?}");
        }
    }
}
