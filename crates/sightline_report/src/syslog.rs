//! One line for whoever keeps the machine: to the system's log and to standard error.

use std::io::Write as _;
use std::os::unix::net::UnixDatagram;

/// Facility authpriv (10), severity err (3): RFC 3164.
const PRIORITY: u8 = 10 * 8 + 3;

/// Says that something is wrong; never waits, and is quiet when nobody listens.
pub(crate) fn error(line: &str) {
    // Nobody may read it any more.
    let _ = writeln!(std::io::stderr(), "sightline-report: {line}");
    let Ok(socket) = UnixDatagram::unbound() else { return };
    if socket.set_nonblocking(true).is_ok() {
        let text = format!("<{PRIORITY}>sightline-report[{}]: {line}", std::process::id());
        // Without a log there is nobody to tell that there is none.
        let _ = socket.send_to(text.as_bytes(), "/dev/log");
    }
}
