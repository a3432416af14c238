//! Connections whose other side may go without a word.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::net::sockopt;

/// Silence after which a peer is asked for a sign of life, how often, and how often it may stay silent.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(30), Duration::from_secs(10), 3);

/// Has the system notice that a peer is gone without a word.
///
/// # Errors
/// When the system does not take it.
pub fn keep_alive(stream: impl AsFd) -> io::Result<()> {
    let (idle, interval, count) = KEEPALIVE;
    let stream = stream.as_fd();
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, idle)?;
    sockopt::set_tcp_keepintvl(stream, interval)?;
    sockopt::set_tcp_keepcnt(stream, count)?;
    Ok(())
}
