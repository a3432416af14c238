//! Where settings come from: options, environment, `sightline.toml` in the data folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;

use super::{Config, Listen, Proxy};

const MIB: u64 = 1 << 20;
const FILE: &str = "sightline.toml";
const DATABASE_URL: &str = "SIGHTLINE_DATABASE_URL";

/// The options that every command takes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings")]
pub struct Options {
    /// Data folder
    #[arg(long, global = true, env = "SIGHTLINE_DATA", default_value = "data", value_name = "FOLDER")]
    pub data: PathBuf,
    /// Database, sqlite: or postgres: [env: SIGHTLINE_DATABASE_URL] [default: SQLite in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Where the web server listens [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "SIGHTLINE_WEB_ADDR", value_name = "IP:PORT")]
    pub web_addr: Option<SocketAddr>,
    /// Where the SSH gateway listens [default: 127.0.0.1:2222]
    #[arg(long, global = true, env = "SIGHTLINE_SSH_ADDR", value_name = "IP:PORT")]
    pub ssh_addr: Option<SocketAddr>,
    /// Where the PostgreSQL gateway listens, or `off` [default: 127.0.0.1:15432]
    #[arg(long, global = true, env = "SIGHTLINE_PG_ADDR", value_name = "IP:PORT")]
    pub pg_addr: Option<Listen>,
    /// File with the PostgreSQL gateway's certificate, PEM [default: one is made in the data folder]
    #[arg(long, global = true, env = "SIGHTLINE_PG_CERTIFICATE", value_name = "FILE")]
    pub pg_certificate: Option<PathBuf>,
    /// File with its private key, PEM
    #[arg(long, global = true, env = "SIGHTLINE_PG_KEY", value_name = "FILE")]
    pub pg_key: Option<PathBuf>,
    /// The address that people open [default: http://WEB_ADDR]
    #[arg(long, global = true, env = "SIGHTLINE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Proxies whose word is taken for what a browser asked, and from where [default: those of this machine]
    #[arg(
        long,
        global = true,
        env = "SIGHTLINE_TRUSTED_PROXIES",
        value_name = "IP[/BITS],...",
        value_delimiter = ','
    )]
    pub trusted_proxies: Option<Vec<Proxy>>,
    /// Name of this node [default: the host name]
    #[arg(long, global = true, env = "SIGHTLINE_NODE", value_name = "NAME")]
    pub node: Option<String>,
    /// Free space below which no session begins that is to be recorded [default: 512]
    #[arg(long, global = true, env = "SIGHTLINE_RECORDINGS_MIN_FREE", value_name = "MIB")]
    pub recordings_min_free: Option<u64>,
    /// Days for which recordings are kept [default: for ever]
    #[arg(long, global = true, env = "SIGHTLINE_RECORDINGS_DAYS", value_name = "DAYS")]
    pub recordings_days: Option<u32>,
    /// Space that recordings may take together; the oldest go first [default: no limit]
    #[arg(long, global = true, env = "SIGHTLINE_RECORDINGS_MAX", value_name = "MIB")]
    pub recordings_max: Option<u64>,
    /// Folder of the web assets [default: `site` beside the program]
    #[arg(long, global = true, env = "SIGHTLINE_SITE", value_name = "FOLDER")]
    pub site: Option<PathBuf>,
}

/// What `sightline.toml` may hold.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database_url: Option<String>,
    web_addr: Option<SocketAddr>,
    ssh_addr: Option<SocketAddr>,
    pg_addr: Option<Listen>,
    pg_certificate: Option<PathBuf>,
    pg_key: Option<PathBuf>,
    public_url: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    node: Option<String>,
    site: Option<PathBuf>,
    recordings_min_free: Option<u64>,
    recordings_days: Option<u32>,
    recordings_max: Option<u64>,
}

impl Config {
    /// The settings of these options, the environment and the file.
    ///
    /// # Errors
    /// When the file cannot be read, holds an unknown key, or a value makes no sense.
    pub fn load(options: Options) -> anyhow::Result<Self> {
        if options.database_url.as_deref().is_some_and(holds_password) {
            bail!(
                "a password among the options can be read by everybody on this machine: \
                 put the address of the database into {DATABASE_URL} or {FILE}"
            );
        }
        let data = std::path::absolute(&options.data).context("the data folder has no usable name")?;
        let file = File::read(&data.join(FILE))?;
        let mut config = Self::defaults(&data);
        let database_url = std::env::var(DATABASE_URL).ok().filter(|url| !url.is_empty());
        if let Some(url) = options.database_url.or(database_url).or(file.database_url) {
            if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
                bail!("the address of the database must start with sqlite: or postgres:");
            }
            config.database_url = url;
        }
        config.ssh_addr = options.ssh_addr.or(file.ssh_addr).unwrap_or(config.ssh_addr);
        if let Some(proxies) = options.trusted_proxies {
            config.trusted_proxies = proxies;
        } else if let Some(proxies) = file.trusted_proxies {
            let read = proxies.iter().map(|proxy| proxy.parse().map_err(anyhow::Error::msg));
            config.trusted_proxies = read.collect::<Result<_, _>>().context(FILE)?;
        }
        config.pg_addr = options.pg_addr.or(file.pg_addr).unwrap_or(config.pg_addr);
        // In the file, a path is relative to the file.
        let beside = |path: Option<PathBuf>| path.map(|path| data.join(path));
        config.pg_certificate = match (
            options.pg_certificate.or(beside(file.pg_certificate)),
            options.pg_key.or(beside(file.pg_key)),
        ) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => bail!("a certificate and its key belong together: give --pg-certificate and --pg-key"),
        };
        config.node = options.node.or(file.node).unwrap_or(config.node);
        if config.node.is_empty() || config.node.chars().any(|c| c.is_control() || c.is_whitespace()) {
            bail!("the name of the node is empty or holds a space: give one with --node");
        }
        config.site = match (options.site, file.site) {
            (Some(site), _) => site,
            // In the file, a path is relative to the file.
            (None, Some(site)) => data.join(site),
            (None, None) => config.site,
        };
        let limits = &mut config.recordings;
        if let Some(mib) = options.recordings_min_free.or(file.recordings_min_free) {
            limits.min_free = mib.saturating_mul(MIB);
        }
        limits.days = options.recordings_days.or(file.recordings_days);
        limits.max_bytes = options.recordings_max.or(file.recordings_max).map(|mib| mib.saturating_mul(MIB));
        let web_addr = options.web_addr.or(file.web_addr).unwrap_or(config.web_addr);
        config.bound(web_addr);
        if let Some(url) = options.public_url.or(file.public_url) {
            config.set_public_url(&origin(&url)?);
        }
        Ok(config)
    }
}

impl File {
    fn read(path: &Path) -> anyhow::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text)
                // Its whole text would show the line, which may hold a password.
                .map_err(|error| anyhow::anyhow!("{}: {}", path.display(), error.message())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }
}

/// Whether the part of a URL before its host holds a password, or a parameter does.
fn holds_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = place.split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || query.split('&').any(|pair| pair.starts_with("password="))
}

/// `https://HOST[:PORT]`, as a browser names an origin.
fn origin(url: &str) -> anyhow::Result<String> {
    let url = url.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(url.to_lowercase()),
        _ => bail!("the public address {url:?} must be https://HOST or http://HOST:PORT, without a path"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(text: &str, options: Options) -> anyhow::Result<Config> {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join(FILE), text).expect("written");
        Config::load(Options { data: folder.path().into(), ..options })
    }

    #[test]
    fn an_option_goes_before_the_file_and_the_file_before_the_default() {
        let file = "web_addr = \"127.0.0.1:4000\"\nnode = \"gw-1\"\n";
        let config = with_file(file, Options::default()).expect("read");
        assert_eq!(
            (config.web_addr.port(), config.node.as_str(), config.ssh_addr.port()),
            (4000, "gw-1", 2222)
        );
        assert_eq!(config.public_url, "http://127.0.0.1:4000");
        let options = Options { node: Some("gw-2".into()), ..Options::default() };
        assert_eq!(with_file(file, options).expect("read").node, "gw-2");
    }

    #[test]
    fn proxies_are_those_of_this_machine_unless_they_are_named() {
        let trusts = |file: &str, options: Options, address: &str| {
            with_file(file, options).map(|config| config.trusts(address.parse().expect("an address")))
        };
        assert!(trusts("", Options::default(), "127.0.0.1").expect("read"));
        assert!(!trusts("", Options::default(), "10.0.0.7").expect("read"));
        let file = "trusted_proxies = [\"10.0.0.0/24\"]\n";
        assert!(trusts(file, Options::default(), "10.0.0.7").expect("read"));
        assert!(!trusts(file, Options::default(), "127.0.0.1").expect("read"));
        let given =
            Options { trusted_proxies: Some(vec!["::1".parse().expect("good")]), ..Options::default() };
        assert!(!trusts(file, given, "10.0.0.7").expect("read"));
        let error =
            trusts("trusted_proxies = [\"proxy\"]\n", Options::default(), "::1").expect_err("refused");
        assert!(format!("{error:#}").contains("\"proxy\" is no address of a proxy"), "{error:#}");
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = with_file("web_adr = \"127.0.0.1:4000\"", Options::default()).err().expect("refused");
        assert!(error.to_string().contains("unknown field `web_adr`"), "{error}");
    }

    #[test]
    fn passwords_among_the_options_are_refused() {
        for (url, bad) in [
            ("postgres://db/sightline", false),
            ("postgres://me@db/sightline", false),
            ("postgres://me:secret@db/sightline", true),
            ("postgres:///sightline?host=/tmp&password=x", true),
        ] {
            assert_eq!(holds_password(url), bad, "{url}");
        }
    }

    #[test]
    fn the_public_address_is_an_origin() {
        assert_eq!(origin("https://Sight.example/").expect("good"), "https://sight.example");
        for bad in ["sight.example", "https://", "https://a/b", "ftp://a"] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
