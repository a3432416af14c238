//! Where an agent is, and by that what kind of agent it is.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use url::Url;

/// Longest address, in bytes: what sessions show and reports may send.
const MAX_BYTES: usize = 500;

/// What speaks with an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgentKind {
    /// An SSH server, reached through the SSH gateway.
    Ssh,
    /// A PostgreSQL server, reached through its own gateway.
    Postgres,
    /// A desktop that speaks RDP, opened in a page.
    Rdp,
    /// A web application that people sign in to with Sightline.
    Application,
}

impl AgentKind {
    const ALL: [Self; 4] = [Self::Ssh, Self::Postgres, Self::Rdp, Self::Application];

    /// The kind in one word, as tables and lists have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::Postgres => "postgres",
            Self::Rdp => "rdp",
            Self::Application => "application",
        }
    }

    /// The kind with its article, for sentences.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ssh => "an SSH server",
            Self::Postgres => "a PostgreSQL server",
            Self::Rdp => "a desktop",
            Self::Application => "a web application",
        }
    }
}

impl fmt::Display for AgentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for AgentKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| format!("{text:?} is no kind of agent"))
    }
}

/// `ssh://HOST:PORT`, `postgres://HOST:PORT`, `rdp://HOST:PORT` or `https://HOST/PATH`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentUrl {
    kind: AgentKind,
    host: String,
    port: u16,
    service_url: String,
}

impl AgentUrl {
    /// What is there.
    #[must_use]
    pub const fn kind(&self) -> AgentKind {
        self.kind
    }

    /// Host name or address, an IPv6 one without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The URL as sessions show it: a server's with its port, an application's as browsers write it and without
    /// a slash at its end.
    #[must_use]
    pub fn service_url(&self) -> &str {
        &self.service_url
    }

    fn server(kind: AgentKind, default_port: u16, url: &str, rest: &str) -> Result<Self, String> {
        let scheme = kind.as_str();
        let usage = || format!("{url:?} is not an address of {}: write {scheme}://HOST:PORT", kind.words());
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or_else(usage)?;
                host.parse::<Ipv6Addr>().map_err(|_| usage())?;
                let port =
                    if after.is_empty() { None } else { Some(after.strip_prefix(':').ok_or_else(usage)?) };
                (host, port)
            }
            None => rest.rsplit_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
        };
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        let colons_in_brackets = rest.starts_with('[') || !host.contains(':');
        if host.is_empty() || host.len() > 253 || !host.chars().all(plain) || !colons_in_brackets {
            return Err(usage());
        }
        let port = port.map_or(Ok(default_port), |port| port.parse().map_err(|_| usage()))?;
        if port == 0 {
            return Err(usage());
        }
        let service_url = match host.contains(':') {
            true => format!("{scheme}://[{host}]:{port}"),
            false => format!("{scheme}://{host}:{port}"),
        };
        Ok(Self { kind, host: host.into(), port, service_url })
    }

    fn application(url: &str) -> Result<Self, String> {
        let usage = || {
            format!("{url:?} is not an address of a web application: write https://HOST or https://HOST/PATH")
        };
        let plain = url.len() <= MAX_BYTES
            && !url.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
        // A browser takes `https:///x` for `https://x`.
        let plain = plain && !url.contains(":///");
        let parsed = Url::parse(url).ok().filter(|_| plain).ok_or_else(usage)?;
        let bare = parsed.username().is_empty()
            && parsed.password().is_none()
            && parsed.query().is_none()
            && parsed.fragment().is_none();
        let host = parsed.host_str().filter(|host| bare && !host.is_empty()).ok_or_else(usage)?;
        let port = parsed.port_or_known_default().filter(|port| *port > 0).ok_or_else(usage)?;
        Ok(Self {
            kind: AgentKind::Application,
            host: host.trim_matches(['[', ']']).into(),
            port,
            service_url: parsed.as_str().trim_end_matches('/').into(),
        })
    }
}

impl FromStr for AgentUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let usage = || {
            format!(
                "{url:?} is no address of an agent: write ssh://HOST:PORT, postgres://HOST:PORT, rdp://HOST:PORT \
                 or https://HOST/PATH"
            )
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(usage)?;
        match scheme.to_ascii_lowercase().as_str() {
            "ssh" => Self::server(AgentKind::Ssh, 22, url, rest),
            "postgres" => Self::server(AgentKind::Postgres, 5432, url, rest),
            "rdp" => Self::server(AgentKind::Rdp, 3389, url, rest),
            "https" | "http" => Self::application(url),
            _ => Err(usage()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_servers_are_taken_apart() {
        let url = |text: &str| text.parse::<AgentUrl>().map(|url| url.service_url);
        assert_eq!(url("ssh://db-1:22").as_deref(), Ok("ssh://db-1:22"));
        assert_eq!(url("ssh://db-1").as_deref(), Ok("ssh://db-1:22"));
        assert_eq!(url("ssh://127.0.0.1:2201/").as_deref(), Ok("ssh://127.0.0.1:2201"));
        assert_eq!(url("ssh://[::1]:22").as_deref(), Ok("ssh://[::1]:22"));
        assert_eq!(url("ssh://[::1]").as_deref(), Ok("ssh://[::1]:22"));
        assert_eq!(url("postgres://dw").as_deref(), Ok("postgres://dw:5432"));
        assert_eq!(url("postgres://[::1]:6432/").as_deref(), Ok("postgres://[::1]:6432"));
        assert_eq!(url("rdp://desk-1").as_deref(), Ok("rdp://desk-1:3389"));
        for bad in [
            "db-1:22",
            "ftp://db-1",
            "ssh://",
            "ssh://root@db-1:22",
            "ssh://db-1:0",
            "ssh://db-1:x",
            "ssh://db-1:",
            "ssh://::1:22",
            "ssh://a b:22",
            "ssh://db/x:22",
            "ssh://[x]:22",
            "ssh://[::1]22",
            "postgres://dw/warehouse",
            "postgres://me@dw",
        ] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_of_applications_are_as_browsers_write_them() {
        for (text, service_url, host, port) in [
            ("https://crm.example", "https://crm.example", "crm.example", 443),
            ("https://CRM.example:443/", "https://crm.example", "crm.example", 443),
            ("https://crm.example:8443/app/", "https://crm.example:8443/app", "crm.example", 8443),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1", 8080),
            ("http://[::1]/a", "http://[::1]/a", "::1", 80),
        ] {
            let url: AgentUrl = text.parse().expect(text);
            assert_eq!((url.service_url(), url.host(), url.port()), (service_url, host, port));
            assert_eq!(url.kind(), AgentKind::Application);
        }
        for bad in [
            "https://",
            "https:///x",
            "https://crm example",
            "https://ann:x@crm.example",
            "https://crm.example/?a=b",
            "https://crm.example/#top",
            "https://crm.example:0",
            "https://crm.example\\@evil.test",
            "https://crm.example/\n",
        ] {
            assert!(bad.parse::<AgentUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in AgentKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert!("oracle".parse::<AgentKind>().is_err());
    }
}
