//! A small SSH server of our own: something real to connect to, on loopback.
//!
//! Speaks password and key sign-in, shells and commands, with and without a terminal. Never forwards
//! anything and has no file transfer.

mod channel;
mod connection;
mod program;

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use russh::keys::key::safe_rng;
use russh::keys::ssh_key::{Algorithm, LineEnding};
use russh::keys::{PrivateKey, PublicKey};
use russh::server::Config;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::TargetOptions;
use crate::ends::Ends;
use crate::summary::say;
use connection::Connection;

/// What a target accepts and runs.
pub(crate) struct Host {
    /// The one login that it knows.
    pub(crate) login: String,
    /// The login's password, if it has one.
    pub(crate) password: Option<String>,
    /// The login's keys.
    pub(crate) keys: Vec<PublicKey>,
    /// What is said before a shell starts.
    pub(crate) greeting: String,
    /// Home folder and working folder of what runs; those of this process if none.
    pub(crate) home: Option<PathBuf>,
    /// What runs instead of the shell.
    pub(crate) command: Option<String>,
}

/// A target that listens.
pub(crate) struct Target {
    listener: TcpListener,
    config: Arc<Config>,
    host: Arc<Host>,
    host_key: PublicKey,
}

impl Target {
    /// Starts to listen at the first address that is free, with a host key of its own.
    pub(crate) async fn listen(addrs: &[SocketAddr], host: Host) -> Result<Self> {
        let key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519)?;
        let listener =
            TcpListener::bind(addrs).await.with_context(|| format!("cannot listen on {addrs:?}"))?;
        let host_key = key.public_key().clone();
        let config = Config { keys: vec![key], nodelay: true, inactivity_timeout: None, ..Config::default() };
        // The first try is OpenSSH's question which ways there are, not a guess.
        let config = Config { auth_rejection_time_initial: Some(std::time::Duration::ZERO), ..config };
        Ok(Self { listener, config: Arc::new(config), host: Arc::new(host), host_key })
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Its host key, as one line.
    pub(crate) fn host_key(&self) -> Result<String> {
        Ok(self.host_key.to_openssh()?)
    }

    /// Serves connections until it is dropped; what they started ends with it.
    pub(crate) async fn serve(self) -> Result<()> {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted?;
                    let connection = Connection::new(Arc::clone(&self.host));
                    let config = Arc::clone(&self.config);
                    connections.spawn(async move {
                        stream.set_nodelay(true)?;
                        russh::server::run_stream(config, stream, connection).await?.await
                    });
                }
                // A connection that ends badly concerns its client alone.
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

/// A new key pair: the private half in OpenSSH's form, and the public half.
pub(crate) fn key_pair() -> Result<(String, PublicKey)> {
    let key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519)?;
    Ok((key.to_openssh(LineEnding::LF)?.to_string(), key.public_key().clone()))
}

/// Where the target with a number listens: on Linux an address of loopback of its own, with the usual port if
/// this person may have it; elsewhere there is one address, and any free port will do.
pub(crate) fn addresses(number: u8, usual: u16) -> Vec<SocketAddr> {
    if cfg!(target_os = "linux") {
        [usual, 0].map(|port| SocketAddr::from((Ipv4Addr::new(127, 0, 2, number), port))).to_vec()
    } else {
        vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]
    }
}

/// `demo target`: one target, until Ctrl+C.
pub(crate) async fn serve(options: TargetOptions) -> Result<()> {
    let mut ends = Ends::new()?;
    if !options.listen.ip().is_loopback() {
        bail!("a demo target runs your shell: it listens on loopback only");
    }
    let mut password = None;
    if options.password_stdin {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        password = Some(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    let mut keys = Vec::new();
    if let Some(path) = options.authorized_keys {
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            keys.push(PublicKey::from_openssh(line).context("a line of the authorized keys is no key")?);
        }
    }
    if keys.is_empty() && password.as_deref().unwrap_or_default().is_empty() {
        bail!("give --authorized-keys or --password-stdin: nobody could sign in");
    }
    let host = Host {
        login: options.login,
        password,
        keys,
        greeting: String::new(),
        home: None,
        command: options.command,
    };
    let target = Target::listen(&[options.listen], host).await?;
    say(&format!("listening on {}\nhost key {}", target.addr()?, target.host_key()?));
    tokio::select! {
        done = target.serve() => done,
        () = ends.wait() => Ok(()),
    }
}
