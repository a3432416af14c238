//! Where a request comes from: a page of another site must neither change anything nor open a socket.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::caller::bearer;
use super::problem::Problem;
use super::{Shared, api, oidc, socket, sso};

/// The origins of our own pages.
pub(super) struct Origins {
    /// `https` or `http`, as people come.
    scheme: String,
    /// Origin of the public address.
    public: String,
}

impl Origins {
    /// Takes scheme, host and port of the public address; browsers leave a default port out.
    pub(super) fn new(public_url: &str) -> Self {
        let (scheme, rest) = public_url.split_once("://").unwrap_or(("http", public_url));
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
        Self { public: format!("{scheme}://{authority}"), scheme }
    }

    /// Whether the request says that a page of our own made it. A request without `Origin` does not.
    pub(super) fn allow(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(header::ORIGIN).iter();
        let (Some(origin), None) = (given.next(), given.next()) else { return false };
        let Ok(origin) = origin.to_str() else { return false };
        if origin == self.public {
            return true;
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
        let authority = origin.strip_prefix(self.scheme.as_str()).and_then(|rest| rest.strip_prefix("://"));
        host.is_some_and(|host| authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)))
    }
}

/// Refuses requests of other sites that change something or open a socket. An API call with a bearer
/// token is no browser's doing: nothing sends that token by itself.
pub(super) async fn check(State(web): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // A proxy asks with the headers of the request that it asks about, and opens nothing here.
    let upgrades = request.headers().contains_key(header::UPGRADE) && path != sso::VERIFY;
    let matters = !reads || path.starts_with(socket::PREFIX) || upgrades;
    let by_token = path.starts_with(api::PREFIX) && bearer(request.headers()).is_some();
    // Reports are taken by token alone: a cookie does nothing there.
    let by_token = by_token || path == api::REPORTS;
    let any = by_token || oidc::is_for_all_origins(path);
    if !matters || any || web.origins.allow(request.uri(), request.headers()) {
        return next.run(request).await;
    }
    Problem::new(StatusCode::FORBIDDEN, "this request did not come from a page of this site (see its Origin)")
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_origins_are_allowed() {
        for (public_url, host, origin, allowed) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000", "http://127.0.0.1:3000", true),
            ("http://127.0.0.1:3000", "localhost:3000", "http://localhost:3000", true),
            ("http://127.0.0.1:3000", "127.0.0.1:3000", "http://127.0.0.1:3001", false),
            ("http://127.0.0.1:3000", "127.0.0.1:3000", "http://evil.test", false),
            ("http://127.0.0.1:3000", "127.0.0.1:3000", "https://127.0.0.1:3000", false),
            ("http://127.0.0.1:3000", "127.0.0.1:3000", "null", false),
            ("http://127.0.0.1:3000", "127.0.0.1:3000", "http://127.0.0.1:3000/", false),
            ("http://127.0.0.1:3000", "127.0.0.1:3000", "http://127.0.0.1:3000.evil.test", false),
            ("https://Sight.example", "inner:3000", "https://sight.example", true),
            ("https://sight.example:443/", "inner:3000", "https://sight.example", true),
            ("https://sight.example", "sight.example", "http://sight.example", false),
            ("https://sight.example", "inner:3000", "https://sight.example.evil.test", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            let got = Origins::new(public_url).allow(&Uri::from_static("/sign-in"), &headers);
            assert_eq!(got, allowed, "{origin} at {host} of {public_url}");
        }
    }

    #[test]
    fn no_origin_and_two_origins_are_refused() {
        let origins = Origins::new("http://a.test");
        let mut headers = HeaderMap::new();
        assert!(!origins.allow(&Uri::from_static("/"), &headers));
        headers.append(header::ORIGIN, "http://a.test".parse().unwrap());
        headers.append(header::ORIGIN, "http://evil.test".parse().unwrap());
        assert!(!origins.allow(&Uri::from_static("/"), &headers));
    }
}
