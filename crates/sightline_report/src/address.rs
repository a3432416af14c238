//! From which address somebody logs in.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _, UdpSocket};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// How long a name may take to resolve; then it counts as unknown.
const PATIENCE: Duration = Duration::from_secs(2);

/// What `PAM_RHOST` says.
#[derive(Debug, PartialEq)]
pub(crate) enum Remote<'a> {
    /// Nothing: the user is at this machine.
    Here,
    /// An address.
    Address(IpAddr),
    /// A name, for the resolver.
    Named(&'a str),
}

impl<'a> Remote<'a> {
    /// Reads it. Display managers put a display (`:0`) there.
    pub(crate) fn of(rhost: &'a str) -> Self {
        let host = rhost.trim();
        let display = host.strip_prefix(':').is_some_and(|rest| !rest.starts_with(':'));
        if host.is_empty() || display {
            return Self::Here;
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        // A link-local address may name its interface.
        let bare = bare.split_once('%').map_or(bare, |(address, _)| address);
        match bare.parse::<IpAddr>() {
            Ok(address) => Self::Address(address.to_canonical()),
            Err(_) => Self::Named(host),
        }
    }
}

/// The address that the resolver knows for a name.
pub(crate) fn resolve(host: &str) -> Option<IpAddr> {
    look_up(host, 0).map(|address| address.ip().to_canonical())
}

/// This machine's own address: the one from which it reaches the server.
pub(crate) fn own(server: Option<(&str, u16)>) -> IpAddr {
    let towards = server.and_then(|(host, port)| look_up(host, port));
    // Nothing is sent: the kernel only chooses the way.
    let chosen = towards.and_then(|server| {
        let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(server).ok()?;
        Some(socket.local_addr().ok()?.ip())
    });
    chosen.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// A resolver may take half a minute for its failure: it is not waited for so long.
fn look_up(host: &str, port: u16) -> Option<SocketAddr> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, port));
    }
    let (sender, receiver) = channel();
    let host = host.to_owned();
    thread::spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs().ok().and_then(|mut found| found.next());
        // Too late: nobody listens.
        let _ = sender.send(found);
    });
    receiver.recv_timeout(PATIENCE).ok().flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_remote_host_is_understood() {
        let address = |text: &str| Remote::Address(text.parse().unwrap());
        for (rhost, remote) in [
            ("", Remote::Here),
            (" ", Remote::Here),
            (":0", Remote::Here),
            ("192.0.2.7", address("192.0.2.7")),
            ("2001:db8::7", address("2001:db8::7")),
            ("fe80::1%eth0", address("fe80::1")),
            ("::ffff:192.0.2.7", address("192.0.2.7")),
            ("pc-7.example", Remote::Named("pc-7.example")),
        ] {
            assert_eq!(Remote::of(rhost), remote, "{rhost}");
        }
    }

    #[test]
    fn a_machine_knows_its_own_address() {
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert_eq!(own(Some(("127.0.0.1", 3000))), local);
        assert_eq!(own(Some(("::1", 3000))), "::1".parse::<IpAddr>().unwrap());
        assert_eq!(own(Some(("no such host", 1))), local);
        assert_eq!(own(None), local);
        assert!(resolve("localhost").is_some_and(|address| address.is_loopback()));
    }

    proptest! {
        #[test]
        fn any_remote_host_is_something(rhost in "\\PC{0,60}|[0-9a-f:.%\\[\\]]{0,30}") {
            if let Remote::Named(host) = Remote::of(&rhost) {
                prop_assert!(!host.is_empty());
            }
        }
    }
}
