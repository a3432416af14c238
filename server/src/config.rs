//! How the server is told to run: option before environment before `sightline.toml` before default.

mod folder;
mod listen;
mod proxies;
mod sources;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

pub use folder::Lock;
pub use listen::Listen;
pub use proxies::Proxy;
pub use sources::Options;

use crate::archive::Limits;
use crate::store::Store;

const WEB_PORT: u16 = 3000;
const SSH_PORT: u16 = 2222;
/// Free space below which no session begins that is to be recorded, in MiB: the database needs some, too.
const MIN_FREE_MIB: u64 = 512;

/// The settings in force.
#[derive(Clone)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Where the database is; may hold a password, so never print it.
    pub database_url: String,
    /// Where the web server listens.
    pub web_addr: SocketAddr,
    /// Where the SSH gateway listens.
    pub ssh_addr: SocketAddr,
    /// Where the PostgreSQL gateway listens.
    pub pg_addr: Listen,
    /// Its certificate and key, in PEM form; made in the data folder when none are given.
    pub pg_certificate: Option<(PathBuf, PathBuf)>,
    /// The address that people open, without a slash at the end.
    pub public_url: String,
    /// Whose word is taken for what a browser asked, and from where.
    pub trusted_proxies: Vec<Proxy>,
    /// Name of this node.
    pub node: String,
    /// Folder of the web assets (holds `assets.json` and `pkg/`).
    pub site: PathBuf,
    /// What recordings may take, and for how long they are kept.
    pub recordings: Limits,
    /// Nobody gave `public_url`: it follows `web_addr`.
    public_url_follows: bool,
}

impl Config {
    /// The defaults for a data folder.
    #[must_use]
    pub fn defaults(data: &Path) -> Self {
        let web_addr = SocketAddr::from((Ipv4Addr::LOCALHOST, WEB_PORT));
        Self {
            data: data.into(),
            database_url: own_database(data),
            web_addr,
            ssh_addr: SocketAddr::from((Ipv4Addr::LOCALHOST, SSH_PORT)),
            pg_addr: Listen::Default,
            pg_certificate: None,
            public_url: url_of(web_addr),
            trusted_proxies: Proxy::loopback(),
            node: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            site: beside_the_executable("site"),
            recordings: Limits { min_free: MIN_FREE_MIB << 20, days: None, max_bytes: None },
            public_url_follows: true,
        }
    }

    /// Gives the address that people open, so that it no longer follows the web server's.
    pub fn set_public_url(&mut self, url: &str) {
        url.trim_end_matches('/').clone_into(&mut self.public_url);
        self.public_url_follows = false;
    }

    /// Whether people come over TLS: cookies are then `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Whether a connection from there is a proxy's whose word is taken.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|proxy| proxy.is(address))
    }

    /// Whether the database lies in the data folder, so that no server elsewhere works on it.
    pub(crate) fn owns_database(&self) -> bool {
        self.database_url == own_database(&self.data)
    }

    /// The web server listens there; the address that people open follows unless it was given.
    pub(crate) fn bound(&mut self, web_addr: SocketAddr) {
        self.web_addr = web_addr;
        if self.public_url_follows {
            self.public_url = url_of(web_addr);
        }
    }
}

fn own_database(data: &Path) -> String {
    Store::sqlite_url(&data.join("sightline.db"))
}

/// The address that a browser on this machine opens.
fn url_of(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

fn beside_the_executable(name: &str) -> PathBuf {
    let executable = std::env::current_exe().unwrap_or_default();
    executable.parent().map_or_else(|| name.into(), |folder| folder.join(name))
}
