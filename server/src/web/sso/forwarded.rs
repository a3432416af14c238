//! What a proxy says of the request that it asks about.
//!
//! nginx says it in `X-Original-URL`, as its configuration has it; Traefik and Caddy in `X-Forwarded-Proto`, `-Host`
//! and `-Uri`. Proxies hand on what the browser sent of those that they do not set themselves, so that whoever asks
//! could add one for an application that they may use: all that are there have to agree.

use axum::http::{HeaderMap, HeaderName};
use url::Url;

const URL: HeaderName = HeaderName::from_static("x-original-url");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const URI: HeaderName = HeaderName::from_static("x-forwarded-uri");

/// Longest address, in bytes: what servers take as a request's first line.
const MAX_BYTES: usize = 8192;

/// Why it is not clear; the words are for whoever sets the proxy up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unclear {
    /// None of the headers.
    #[error(
        "the proxy does not say what was asked for: set X-Original-URL, or X-Forwarded-Proto, -Host and -Uri"
    )]
    Missing,
    /// One of them more than once, or not as text.
    #[error("{0} is there more than once, or is no text")]
    Unreadable(HeaderName),
    /// Together they are no address.
    #[error("what the proxy says was asked for is no address")]
    NoAddress,
    /// They tell of different hosts.
    #[error("X-Original-URL and X-Forwarded-Proto, -Host or -Uri tell of different addresses")]
    Contrary,
}

/// The address that was asked for.
pub(super) fn original(headers: &HeaderMap) -> Result<Url, Unclear> {
    let (url, proto) = (single(headers, &URL)?, single(headers, &PROTO)?.map(scheme).transpose()?);
    let (host, uri) = (single(headers, &HOST)?, single(headers, &URI)?);
    match url {
        Some(url) => {
            let url = address(url)?;
            let proto = proto.unwrap_or(url.scheme());
            let origin = match host {
                Some(host) => joined(proto, host, "/")?.origin(),
                None if proto == url.scheme() => url.origin(),
                None => return Err(Unclear::Contrary),
            };
            let same_uri = uri.is_none_or(|uri| {
                let known = host.unwrap_or("localhost");
                joined(proto, known, uri)
                    .is_ok_and(|said| said.path() == url.path() && said.query() == url.query())
            });
            if origin == url.origin() && same_uri { Ok(url) } else { Err(Unclear::Contrary) }
        }
        None => match (proto, host) {
            (Some(proto), Some(host)) => joined(proto, host, uri.unwrap_or("/")),
            _ => Err(Unclear::Missing),
        },
    }
}

/// An address of the web that somebody wrote, without a password.
pub(super) fn address(text: &str) -> Result<Url, Unclear> {
    let plain = text.len() <= MAX_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let url = Url::parse(text).ok().filter(|_| plain).ok_or(Unclear::NoAddress)?;
    let web = matches!(url.scheme(), "https" | "http") && url.host_str().is_some_and(|host| !host.is_empty());
    let bare = url.username().is_empty() && url.password().is_none();
    if web && bare { Ok(url) } else { Err(Unclear::NoAddress) }
}

/// The scheme of pages of a connection's; Traefik says `wss` of a socket.
fn scheme(proto: &str) -> Result<&'static str, Unclear> {
    match proto.to_ascii_lowercase().as_str() {
        "https" | "wss" => Ok("https"),
        "http" | "ws" => Ok("http"),
        _ => Err(Unclear::NoAddress),
    }
}

fn joined(proto: &str, host: &str, uri: &str) -> Result<Url, Unclear> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if host.is_empty() || !host.chars().all(plain) || !uri.starts_with('/') {
        return Err(Unclear::NoAddress);
    }
    address(&format!("{proto}://{host}{uri}"))
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Unclear> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            value.to_str().map(|text| Some(text.trim())).map_err(|_| Unclear::Unreadable(name.clone()))
        }
        (Some(_), Some(_)) => Err(Unclear::Unreadable(name.clone())),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn said(headers: &[(&'static str, &str)]) -> Result<String, Unclear> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).expect("a header"));
        }
        original(&map).map(String::from)
    }

    #[test]
    fn each_proxys_way_is_understood() {
        let nginx = ("x-original-url", "https://CRM.example/a?b=c");
        assert_eq!(said(&[nginx]).as_deref(), Ok("https://crm.example/a?b=c"));
        let traefik = [("x-forwarded-proto", "https"), ("x-forwarded-host", "crm.example:443")];
        assert_eq!(said(&traefik).as_deref(), Ok("https://crm.example/"));
        let with = |uri| said(&[traefik[0], traefik[1], ("x-forwarded-uri", uri)]);
        assert_eq!(with("/a?b=c").as_deref(), Ok("https://crm.example/a?b=c"));
        assert_eq!(with("//evil.test/").as_deref(), Ok("https://crm.example//evil.test/"));
        assert_eq!(with("@evil.test/"), Err(Unclear::NoAddress));
        let socket = said(&[("x-forwarded-proto", "wss"), ("x-forwarded-host", "[::1]:8443")]);
        assert_eq!(socket.as_deref(), Ok("https://[::1]:8443/"));
        assert_eq!(
            said(&[nginx, traefik[0], ("x-forwarded-uri", "/a?b=c")]).as_deref(),
            Ok("https://crm.example/a?b=c")
        );
    }

    #[test]
    fn what_does_not_agree_is_refused() {
        let url = ("x-original-url", "https://crm.example/a");
        for other in [
            ("x-forwarded-host", "wiki.example"),
            ("x-forwarded-host", "crm.example:8443"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-uri", "/b"),
            ("x-forwarded-uri", "/a?b"),
        ] {
            assert_eq!(said(&[url, other]), Err(Unclear::Contrary), "{other:?}");
        }
        assert_eq!(said(&[url, url]), Err(Unclear::Unreadable(URL)));
        assert_eq!(said(&[]), Err(Unclear::Missing));
        assert_eq!(said(&[("x-forwarded-host", "crm.example")]), Err(Unclear::Missing));
        for host in ["crm.example, wiki.example", "a@crm.example", "crm.example/", "", "crm.example?", "a b"]
        {
            let got = said(&[("x-forwarded-proto", "https"), ("x-forwarded-host", host)]);
            assert_eq!(got, Err(Unclear::NoAddress), "{host}");
        }
        for url in
            ["https://ann:x@crm.example/", "ftp://crm.example/", "crm.example", "https:\\\\crm.example", ""]
        {
            assert_eq!(said(&[("x-original-url", url)]), Err(Unclear::NoAddress), "{url}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_browser_adds_the_host_is_the_proxys(
            url in "(https?://)?[ -~]{0,60}",
            uri in "/[!-~]{0,60}",
            port in prop::option::of(1_u16..),
        ) {
            let host = port.map_or_else(|| "crm.example".into(), |port| format!("crm.example:{port}"));
            let own = [("x-forwarded-proto", "https"), ("x-forwarded-host", &*host), ("x-forwarded-uri", &*uri)];
            let expected = Url::parse(&format!("https://{host}/")).expect("an address").origin();
            for headers in [&own[..], &[own[0], own[1], own[2], ("x-original-url", &url)]] {
                if let Ok(got) = said(headers) {
                    prop_assert_eq!(Url::parse(&got).expect("an address").origin(), expected.clone());
                }
            }
        }

        #[test]
        fn no_bytes_bring_it_down(values in prop::collection::vec((0_usize..4, prop::collection::vec(any::<u8>(), 0..40)), 0..6)) {
            let mut headers = HeaderMap::new();
            for (which, bytes) in values {
                if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                    headers.append([URL, PROTO, HOST, URI][which].clone(), value);
                }
            }
            if let Ok(url) = original(&headers) {
                prop_assert!(address(url.as_str()).is_ok());
            }
        }
    }
}
