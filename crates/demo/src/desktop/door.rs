//! Who gets into a desktop: programs of the same user, whom the kernel knows by their connection.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Result, bail};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpStream, UnixStream};

/// Connects who comes from an address with the desktop's socket.
pub(crate) async fn pass(mut stream: TcpStream, from: SocketAddr, desktop: PathBuf) -> Result<()> {
    let user = user_of(&fs::read_to_string("/proc/net/tcp")?, from, stream.local_addr()?);
    if user != Some(rustix::process::geteuid().as_raw()) {
        bail!("{from} is of another user");
    }
    stream.set_nodelay(true)?;
    copy_bidirectional(&mut stream, &mut UnixStream::connect(desktop).await?).await?;
    Ok(())
}

/// The user at the end `from` of a connection to `to`, in the kernel's list of them.
fn user_of(connections: &str, from: SocketAddr, to: SocketAddr) -> Option<u32> {
    let (from, to) = (listed(from)?, listed(to)?);
    connections.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let is_it = fields.next()? == from && fields.next()? == to;
        is_it.then(|| fields.nth(4)?.parse().ok())?
    })
}

/// An address as that list writes it: the number that its bytes are in memory, and the port.
fn listed(addr: SocketAddr) -> Option<String> {
    let IpAddr::V4(ip) = addr.ip() else { return None };
    Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), addr.port()))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_kernel_knows_who_is_at_the_other_end() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let client = std::net::TcpStream::connect(listener.local_addr().expect("it")).expect("a client");
        let (from, to) = (client.local_addr().expect("it"), client.peer_addr().expect("it"));
        let list = fs::read_to_string("/proc/net/tcp").expect("the list");
        assert_eq!(user_of(&list, from, to), Some(rustix::process::geteuid().as_raw()));
        // Only this end of this connection counts.
        drop(client);
        assert_eq!(user_of(&list, from, from), None);
        let header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";
        assert_eq!(user_of(header, from, to), None);
    }
}
