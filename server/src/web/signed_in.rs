//! The cookie of a sign-in: reading it, writing it, and who it stands for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use super::problem::Problem;
use super::{Shared, Web};
use crate::console::{ConsoleError, LIFETIME_SECONDS, SignedIn};

const COOKIE: &str = "sightline";

/// The person who is signed in; without one the request is answered 401.
pub(super) struct Signed(pub(super) SignedIn);

impl FromRequestParts<Shared> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Result<Self, Problem> {
        let signed = web.signed_in(parts).await.map_err(Problem::failed)?;
        signed.map(Self).ok_or_else(Problem::signed_out)
    }
}

impl Web {
    /// Who is signed in, by the request's cookie.
    pub(super) async fn signed_in(&self, parts: &Parts) -> Result<Option<SignedIn>, ConsoleError> {
        match cookie(&parts.headers) {
            Some(cookie) => self.services.console.signed_in(cookie, self.peer(parts)).await,
            None => Ok(None),
        }
    }
}

/// The value of our cookie, when it can be one.
pub(super) fn cookie(headers: &HeaderMap) -> Option<&str> {
    value_of(headers, COOKIE)
}

/// The value of a cookie of that name, when we can have made it.
pub(super) fn value_of<'a>(headers: &'a HeaderMap, cookie: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == cookie)?;
    let plausible = !value.is_empty()
        && value.len() <= 128
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    plausible.then_some(value)
}

/// The header that gives a browser its sign-in. Scripts never see it; other sites' forms do not carry it.
pub(super) fn set_cookie(value: &str, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let text =
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LIFETIME_SECONDS}{secure}");
    let mut header = HeaderValue::try_from(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// The header that takes it away.
pub(super) fn clear_cookie(https: bool) -> HeaderValue {
    HeaderValue::from_static(if https {
        "sightline=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"
    } else {
        "sightline=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        for (sent, found) in [
            (&["sightline=abc-_9"][..], Some("abc-_9")),
            (&["theme=dark; sightline=abc; x=y"], Some("abc")),
            (&["theme=dark", "sightline=abc"], Some("abc")),
            (&["xsightline=abc"], None),
            (&["sightline="], None),
            (&["sightline=a b"], None),
            (&["sightline=\"abc\""], None),
            (&["sightline"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(header::COOKIE, HeaderValue::from_static(value));
            }
            assert_eq!(cookie(&headers), found, "{sent:?}");
        }
    }

    #[test]
    fn the_cookie_is_secure_behind_https_only() {
        let set = |https| set_cookie("abc", https).unwrap().to_str().unwrap().to_owned();
        assert_eq!(set(false), "sightline=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200");
        assert!(set(true).ends_with("; Secure"));
        assert!(set_cookie("a\nb", false).is_none());
    }
}
