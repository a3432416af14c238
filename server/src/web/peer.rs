//! The address that a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::{Shared, Web};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of the connection.
fn connected(parts: &Parts) -> IpAddr {
    let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    connected.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip().to_canonical())
}

impl Web {
    /// Where the person is: the other end of the connection, or what a trusted proxy there says of it.
    pub(super) fn peer(&self, parts: &Parts) -> IpAddr {
        client(connected(parts), &parts.headers, |address| self.services.config.trusts(address))
    }

    /// Whether the request comes through a trusted proxy, so that what it says of the request is believed.
    pub(super) fn through_proxy(&self, parts: &Parts) -> bool {
        self.services.config.trusts(connected(parts))
    }
}

/// Goes back from proxy to proxy as long as they are trusted. Each adds whom it heard at the end, so that what
/// comes before the first untrusted address may be invented.
fn client(connected: IpAddr, headers: &HeaderMap, trusts: impl Fn(IpAddr) -> bool) -> IpAddr {
    let said = headers.get_all(FORWARDED_FOR).iter().map(|value| value.to_str().unwrap_or_default());
    let hops: Vec<_> = said.flat_map(|value| value.split(',')).collect();
    let mut at = connected;
    for hop in hops.into_iter().rev() {
        if !trusts(at) {
            break;
        }
        let Some(before) = address(hop.trim()) else { break };
        at = before;
    }
    at
}

/// An address as proxies write it, some with a port.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address =
        plain.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

/// [`Web::peer`] as an argument of a handler.
pub(super) struct Peer(pub(super) IpAddr);

impl FromRequestParts<Shared> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Result<Self, Infallible> {
        Ok(Self(web.peer(parts)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trusts(address: IpAddr) -> bool {
        address.is_loopback()
    }

    fn from(connected: &str, said: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append(FORWARDED_FOR, value.parse().expect("a header"));
        }
        client(connected.parse().expect("an address"), &headers, trusts).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (connected, said, address) in [
            ("192.0.2.7", &[][..], "192.0.2.7"),
            ("192.0.2.7", &["203.0.113.9"], "192.0.2.7"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1", &["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1", &["198.51.100.1", "203.0.113.9, 127.0.0.2"], "203.0.113.9"),
            ("127.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("127.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("127.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("127.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1", &["unknown"], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.9, unknown"], "127.0.0.1"),
        ] {
            assert_eq!(from(connected, said), address, "{said:?} through {connected}");
        }
    }

    proptest! {
        #[test]
        fn whoever_is_not_trusted_says_nothing(said in "[ -~]{0,80}") {
            prop_assert_eq!(from("192.0.2.7", &[&said]), "192.0.2.7");
        }

        #[test]
        fn what_comes_before_an_address_does_not_count(said in "[ -~]{0,80}") {
            prop_assert_eq!(from("127.0.0.1", &[&format!("{said},203.0.113.9")]), "203.0.113.9");
        }
    }
}
