//! The configuration: one file, and the token in another that only root reads.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use report::{Client, bounds};
use serde::Deserialize;

use crate::spool;

/// Where the configuration is.
pub(crate) const FILE: &str = "/etc/sightline-report.toml";
/// Where log-ins are kept, unless the configuration says otherwise: also when it cannot be read.
pub(crate) const STATE_FOLDER: &str = "/var/lib/sightline-report";
/// Longest token that is read, in bytes.
const TOKEN_BYTES: u64 = 1024;
/// Longest configuration or certificate that is read, in bytes.
const FILE_BYTES: u64 = 1 << 20;
/// What opens PAM sessions without anybody logging in.
const LEFT_OUT: [&str; 6] = ["atd", "cron", "crond", "polkit-1", "runuser", "systemd-user"];

/// What the file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where Sightline is: `https://sightline.example`.
    pub(crate) server: String,
    /// The file with the token of `sightline agent token`.
    #[serde(default = "token_file")]
    pub(crate) token_file: PathBuf,
    /// Certificates (PEM) that are trusted instead of those of the public authorities.
    pub(crate) ca_file: Option<PathBuf>,
    /// Where log-ins are kept until the server has them.
    #[serde(default = "state_folder")]
    pub(crate) state_folder: PathBuf,
    /// Between two heartbeats.
    #[serde(default = "heartbeat_seconds")]
    pub(crate) heartbeat_seconds: u32,
    /// After so much silence the server counts a log-in as lost.
    #[serde(default = "lease_seconds")]
    pub(crate) lease_seconds: u32,
    /// PAM services that are not reported.
    #[serde(default = "leave_out")]
    pub(crate) leave_out: Vec<String>,
    /// This machine's name on the page, if not the host name.
    pub(crate) client: Option<String>,
    /// Ports of PAM services that users come to over the network.
    #[serde(default)]
    pub(crate) ports: BTreeMap<String, u16>,
    /// Files that are kept at most.
    #[serde(default = "limit")]
    pub(crate) limit: usize,
}

fn token_file() -> PathBuf {
    "/etc/sightline-report.token".into()
}

fn state_folder() -> PathBuf {
    STATE_FOLDER.into()
}

const fn heartbeat_seconds() -> u32 {
    30
}

const fn lease_seconds() -> u32 {
    bounds::LEASE
}

fn leave_out() -> Vec<String> {
    LEFT_OUT.map(String::from).into()
}

const fn limit() -> usize {
    spool::LIMIT
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn load(file: &Path) -> Result<Self, String> {
        let named = |error: String| format!("{}: {error}", file.display());
        let text = String::from_utf8(read(file, FILE_BYTES)?).map_err(|_| named("it is not UTF-8".into()))?;
        Self::parse(&text).map_err(named)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, error.message().replace('\n', " "))
        })?;
        let host = config.host_and_port().ok_or("`server` is a URL as in https://sightline.example")?;
        if host.0.is_empty() || config.server.contains(char::is_whitespace) || config.server.contains('@') {
            return Err("`server` is a URL as in https://sightline.example".into());
        }
        if !(bounds::LEASE_MIN..=bounds::LEASE_MAX).contains(&config.lease_seconds) {
            let (least, most) = (bounds::LEASE_MIN, bounds::LEASE_MAX);
            return Err(format!("`lease_seconds` is a number from {least} to {most}"));
        }
        if config.heartbeat_seconds == 0 || config.heartbeat_seconds > config.lease_seconds / 2 {
            return Err("`heartbeat_seconds` is at least 1 and at most half of `lease_seconds`".into());
        }
        if !config.state_folder.is_absolute() {
            return Err("`state_folder` is a path that begins with /".into());
        }
        if config.limit == 0 {
            return Err("`limit` is at least 1".into());
        }
        Ok(config)
    }

    /// Host and port of the server.
    pub(crate) fn host_and_port(&self) -> Option<(&str, u16)> {
        let (scheme, rest) = self.server.split_once("://")?;
        let usual = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#']).next()?;
        let (host, port) = match authority.rsplit_once(':') {
            // An IPv6 address without a port ends in a bracket.
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (authority, usual),
        };
        Some((host.trim_start_matches('[').trim_end_matches(']'), port))
    }

    /// Whether the token goes over the network in the open.
    pub(crate) fn is_open_to_listeners(&self) -> bool {
        let is_here = |host: &str| {
            host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        };
        self.server.starts_with("http://") && !self.host_and_port().is_some_and(|(host, _)| is_here(host))
    }

    /// Between two heartbeats.
    pub(crate) fn heartbeat(&self) -> Duration {
        Duration::from_secs(self.heartbeat_seconds.into())
    }

    /// The token.
    ///
    /// # Errors
    /// When it cannot be read, or can be read by others.
    pub(crate) fn token(&self) -> Result<String, String> {
        let file = self.token_file.as_path();
        let name = file.display();
        let mode = fs::metadata(file).map_err(|error| format!("{name}: {error}"))?.mode();
        if mode & 0o077 != 0 {
            return Err(format!("{name}: others may read it: chmod 600 {name}"));
        }
        let text = read(file, TOKEN_BYTES)?;
        let token = std::str::from_utf8(&text).unwrap_or_default().trim();
        if !token.starts_with("sla_") || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!(
                "{name}: it holds no token of `sightline agent token`, which begins with sla_"
            ));
        }
        Ok(token.to_owned())
    }

    /// The way to the server.
    ///
    /// # Errors
    /// When the token or the certificates cannot be used.
    pub(crate) fn client(&self) -> Result<Client, String> {
        let token = self.token()?;
        let Some(file) = &self.ca_file else { return Ok(Client::new(&self.server, &token)) };
        let pem = read(file, FILE_BYTES)?;
        Client::trusting(&self.server, &token, &pem).map_err(|error| format!("{}: {error}", file.display()))
    }
}

fn read(file: &Path, most: u64) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    opened.map_err(|error| format!("{}: {error}", file.display()))?;
    if bytes.len() as u64 > most {
        return Err(format!("{}: it is longer than {most} bytes", file.display()));
    }
    Ok(bytes)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use proptest::prelude::*;

    use super::*;

    pub(crate) fn parsed(text: &str) -> Config {
        Config::parse(text).expect("a good configuration")
    }

    #[test]
    fn a_server_is_enough() {
        let config = parsed("server = \"https://sightline.example\"");
        assert_eq!(config.state_folder, Path::new(STATE_FOLDER));
        assert_eq!((config.heartbeat_seconds, config.lease_seconds, config.limit), (30, 120, 10_000));
        assert!(config.leave_out.contains(&"cron".to_owned()));
        assert!(!config.is_open_to_listeners());
    }

    #[test]
    fn the_sample_is_good() {
        let text = include_str!("../install/sightline-report.toml");
        let plain = parsed(text);
        // With everything that it only shows.
        let all: String = text
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|line| line.contains(" = ") || line.starts_with('['))
                    .unwrap_or(line)
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let all = parsed(&all);
        assert_eq!(
            (all.heartbeat_seconds, all.lease_seconds),
            (plain.heartbeat_seconds, plain.lease_seconds)
        );
        assert_eq!(
            (all.leave_out, all.state_folder, all.token_file),
            (plain.leave_out, plain.state_folder, plain.token_file)
        );
        assert!(all.ca_file.is_some() && all.client.is_some());
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("", "missing field `server`"),
            ("server = 7", "line 1"),
            ("server = \"https://a\"\nhearbeat_seconds = 3", "line 2: unknown field `hearbeat_seconds`"),
            ("server = \"sightline.example\"", "`server` is a URL"),
            ("server = \"ftp://sightline.example\"", "`server` is a URL"),
            ("server = \"https://\"", "`server` is a URL"),
            ("server = \"https://me:secret@sightline.example\"", "`server` is a URL"),
            ("server = \"https://a:99999\"", "`server` is a URL"),
            ("server = \"https://a\"\nlease_seconds = 5", "`lease_seconds`"),
            ("server = \"https://a\"\nheartbeat_seconds = 61", "half of `lease_seconds`"),
            ("server = \"https://a\"\nstate_folder = \"here\"", "`state_folder`"),
            ("server = \"https://a\"\nlimit = 0", "`limit`"),
            ("server = \"https://a", "line 1"),
        ] {
            let error = Config::parse(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
            assert!(!error.contains('\n'), "one line: {error}");
        }
        let missing = Config::load(Path::new("/nowhere/x.toml")).expect_err("missing");
        assert!(missing.starts_with("/nowhere/x.toml: "), "{missing}");
    }

    #[test]
    fn a_server_has_a_host_and_a_port() {
        for (server, place, open) in [
            ("https://s.example", ("s.example", 443), false),
            ("http://s.example/", ("s.example", 80), true),
            ("http://127.0.0.1:3000", ("127.0.0.1", 3000), false),
            ("http://[::1]:3000/x", ("::1", 3000), false),
            ("https://[2001:db8::7]", ("2001:db8::7", 443), false),
        ] {
            let config = parsed(&format!("server = {server:?}"));
            assert_eq!(
                (config.host_and_port(), config.is_open_to_listeners()),
                (Some(place), open),
                "{server}"
            );
        }
    }

    #[test]
    fn a_token_is_roots_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let config =
            parsed(&format!("server = \"https://a\"\ntoken_file = {:?}", file.display().to_string()));
        assert!(config.token().expect_err("missing").contains("No such file"));
        for (mode, text, said) in [
            (0o644, "sla_abc", "chmod 600"),
            (0o600, "", "no token"),
            (0o600, "sls_abc", "no token"),
            (0o600, "sla_a b", "no token"),
            (0o600, &"sla_".repeat(1000), "longer than"),
        ] {
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            let error = config.token().expect_err(text);
            assert!(error.contains(said), "{error}");
            assert!(!error.contains("abc"), "no secret in an error: {error}");
        }
        fs::write(&file, " sla_abc\n").unwrap();
        assert_eq!(config.token().as_deref(), Ok("sla_abc"));
        let config = Config { ca_file: Some(file), ..config };
        assert!(config.client().expect_err("no certificate").contains("certificate"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_configuration_or_an_error_of_one_line(text in "\\PC{0,200}", value in "\\PC{0,40}") {
            for text in [text, format!("server = {value:?}"), format!("server = \"https://a\"\n{value} = 1")] {
                match Config::parse(&text) {
                    Ok(config) => prop_assert!(config.host_and_port().is_some_and(|(host, _)| !host.is_empty())),
                    Err(error) => prop_assert!(!error.is_empty() && !error.contains('\n')),
                }
            }
        }
    }
}
