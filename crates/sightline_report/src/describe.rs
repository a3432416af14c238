//! A log-in as the server wants to hear of it: every text is made fit here, so that none is refused.

use std::net::IpAddr;

use jiff::Timestamp;
use report::bounds::{self, is_hidden};
use report::{Close, CloseReason, Kind, Open};

use crate::address::Remote;
use crate::config::Config;
use crate::event::{How, Opened};

/// Where users come to `sshd`.
const SSH_PORT: u16 = 22;

/// The report of a log-in that began at `started_at` (the server's now when it is not known) from `device`.
pub(crate) fn open(opened: &Opened, device: IpAddr, started_at: Option<Timestamp>, config: &Config) -> Open {
    let client = client(config);
    Open {
        key: opened.key(),
        user: text(who(opened), bounds::NAME_CHARS),
        full_name: None,
        device,
        port: port(&opened.service, config),
        r#type: Kind::Esso,
        service_url: service_url(&opened.service, &client, &opened.tty),
        client,
        account_name: text(&opened.user, bounds::NAME_CHARS),
        service_provider: None,
        jump_server_group: None,
        started_at,
        lease_seconds: Some(config.lease_seconds),
    }
}

/// The report of its end.
pub(crate) fn close(key: String, how: How, ended_at: Option<Timestamp>) -> Close {
    let (reason, note) = match how {
        How::SignedOut => (Some(CloseReason::SignedOut), None),
        How::Gone => (Some(CloseReason::Closed), Some("the process of the log-in is gone")),
        How::Restarted => (Some(CloseReason::ClientLost), Some("the machine was started anew")),
        // The server knows who asked, and why.
        How::Asked => (None, None),
    };
    Close { key, ended_at, reason, note: note.map(str::to_owned) }
}

/// Somebody at this machine who becomes somebody else (`su`, `sudo`) is the user, and who they become the account.
/// What another machine says of its users proves nothing.
fn who(opened: &Opened) -> &str {
    let is_here = Remote::of(&opened.rhost) == Remote::Here;
    if is_here && !opened.ruser.trim().is_empty() { &opened.ruser } else { &opened.user }
}

/// This machine's name on the page.
pub(crate) fn client(config: &Config) -> String {
    let own = || rustix::system::uname().nodename().to_string_lossy().into_owned();
    let name = config.client.clone().unwrap_or_else(own);
    let name: String = name.split_whitespace().collect();
    text(&name, bounds::HOST_CHARS)
}

fn port(service: &str, config: &Config) -> u16 {
    let usual = if service == "sshd" { SSH_PORT } else { 0 };
    config.ports.get(service).copied().unwrap_or(usual)
}

/// `SERVICE://CLIENT/TERMINAL`.
fn service_url(service: &str, client: &str, tty: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let mut scheme: String = service.chars().map(|c| if plain(c) { c } else { '-' }).take(64).collect();
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) {
        scheme.insert_str(0, "pam-");
    }
    let host: String = client.chars().map(|c| if plain(c) || c == '_' { c } else { '-' }).collect();
    match terminal(tty) {
        Some(tty) => format!("{scheme}://{host}/{tty}"),
        None => format!("{scheme}://{host}"),
    }
}

/// The name of a terminal below `/dev`; `sshd` says `ssh` and a display manager `:0`, which are none.
pub(crate) fn terminal(tty: &str) -> Option<&str> {
    let name = tty.strip_prefix("/dev/").unwrap_or(tty);
    let is_plain = name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/');
    ((name.starts_with("tty") || name.starts_with("pts/")) && is_plain).then_some(name)
}

/// A text as a report may hold it: what is not seen becomes �, and what is too long ends early.
pub(crate) fn text(text: &str, most: usize) -> String {
    let seen: String =
        text.trim().chars().map(|c| if is_hidden(c) { '\u{FFFD}' } else { c }).take(most).collect();
    let seen = seen.trim();
    if seen.is_empty() { "unknown".into() } else { seen.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::tests::parsed;
    use crate::event::kept;
    use crate::spool::tests::opened;

    fn home() -> IpAddr {
        "192.0.2.7".parse().unwrap()
    }

    fn config() -> Config {
        parsed("server = \"https://a\"\nclient = \"ws-7\"\n[ports]\nvnc = 5900")
    }

    #[test]
    fn every_service_is_described() {
        for (service, tty, url, port) in [
            ("sshd", "ssh", "sshd://ws-7", 22),
            ("login", "/dev/tty1", "login://ws-7/tty1", 0),
            ("su-l", "pts/3", "su-l://ws-7/pts/3", 0),
            ("gdm-password", ":0", "gdm-password://ws-7", 0),
            ("vnc", "", "vnc://ws-7", 5900),
            ("my_app", "/dev/../etc", "my-app://ws-7", 0),
            ("7", "", "pam-7://ws-7", 0),
        ] {
            let log_in = Opened { service: service.into(), tty: tty.into(), ..opened(1, 2) };
            let open = open(&log_in, home(), None, &config());
            assert_eq!((open.service_url.as_str(), open.port, open.client.as_str()), (url, port, "ws-7"));
        }
    }

    #[test]
    fn who_becomes_somebody_is_the_user() {
        let who = |ruser: &str, rhost: &str| {
            let log_in =
                Opened { user: "root".into(), ruser: ruser.into(), rhost: rhost.into(), ..opened(1, 2) };
            let open = open(&log_in, home(), None, &config());
            (open.user, open.account_name)
        };
        let pair = |user: &str| (user.to_owned(), "root".to_owned());
        assert_eq!(who("alice", ""), pair("alice"));
        assert_eq!(who("", ""), pair("root"));
        assert_eq!(who("mallory", "192.0.2.66"), pair("root"));
    }

    proptest! {
        /// Whatever PAM's environment holds, the report is within the server's bounds.
        #[test]
        fn nothing_is_refused(
            user in proptest::collection::vec(any::<u8>(), 0..300), ruser in "\\PC{0,200}|[ \\t\u{202e}]{0,3}",
            rhost in "\\PC{0,40}", service in proptest::collection::vec(any::<u8>(), 0..100), tty in ".{0,50}",
            client in "\\PC{0,300}",
        ) {
            let log_in = Opened { user: kept(&user), ruser, rhost, service: kept(&service), tty, ..opened(1, 2) };
            let open = open(&log_in, home(), None, &Config { client: Some(client), ..config() });
            for text in [&open.user, &open.account_name] {
                prop_assert!(!text.is_empty() && text.trim().len() == text.len());
                prop_assert!(text.chars().count() <= bounds::NAME_CHARS && !text.chars().any(is_hidden));
            }
            prop_assert!(!open.client.is_empty() && open.client.chars().count() <= bounds::HOST_CHARS);
            prop_assert!(!open.client.contains(char::is_whitespace) && !open.client.chars().any(is_hidden));
            let (scheme, rest) = open.service_url.split_once("://").expect("a URL");
            prop_assert!(scheme.starts_with(|c: char| c.is_ascii_alphabetic()));
            prop_assert!(scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)));
            prop_assert!(!rest.is_empty() && !rest.starts_with(['/', ':', '@']));
            prop_assert!(open.service_url.chars().count() <= bounds::URL_CHARS && open.service_url.is_ascii());
        }
    }
}
