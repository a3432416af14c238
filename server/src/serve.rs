//! `sightline serve`: the running server, from its lock to its last write.

mod flush;
mod pg;
mod poll;
mod tidy;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use gateway_ssh::{Gateway, GatewayConfig};
use hub::{Hub, Times};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::applications::Applications;
use crate::archive::Archive;
use crate::auth::Auth;
use crate::config::{Config, Lock};
use crate::console::Console;
use crate::crypto::key_file::read_or_make;
use crate::crypto::passwords::Passwords;
use crate::crypto::vault::Vault;
use crate::journal::{Journal, Writer};
use crate::oidc::keys::Keys;
use crate::oidc::{Provider, Teller};
use crate::place::Place;
use crate::ports::{StoreDirectory, StoreLedger};
use crate::reports::Keeper;
use crate::services::Services;
use crate::set_up::SetUp;
use crate::store::{AgentKind, Store};
use crate::terminals::{RETURN_WITHIN, Terminals};
use crate::web;

/// Threads of the web and the store; the gateway has its own.
const WORKERS: usize = 2;

/// How much later those threads come than the gateway's, as a nice value (0 is first).
const BEHIND: i32 = 5;

/// How long connections and requests get to end after the server was told to stop.
const STOP_GRACE: Duration = Duration::from_millis(2500);

/// A server that runs, until [`Running::stop`].
pub struct Running {
    /// What its parts share.
    pub services: Arc<Services>,
    /// Where the web server listens.
    pub web_addr: SocketAddr,
    /// Where the SSH gateway listens.
    pub ssh_addr: SocketAddr,
    /// Where the PostgreSQL gateway listens, if it does, and the fingerprint of its certificate.
    pub pg: Option<(SocketAddr, String)>,
    /// The one-time link, while there is no user.
    pub set_up_link: Option<String>,
    parts: JoinSet<anyhow::Result<()>>,
    writer: Writer,
    _lock: Lock,
}

/// Lets the gateway's threads go first where cores are scarce: whoever types is never behind a watcher.
fn give_way() {
    // On Linux a thread has a priority of its own; elsewhere this would slow the gateway down as well.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, BEHIND) {
        tracing::warn!(%error, "the web's threads keep their priority");
    }
}

/// Lets the program open as many files as it may: each session has two connections and two files.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// Runs a server until it is told to stop by SIGINT or SIGTERM.
///
/// # Errors
/// When it cannot start, or a part of it fails.
pub fn run(config: Config) -> anyhow::Result<()> {
    raise_file_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .on_thread_start(give_way)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut running = tokio::select! {
            started = start(config) => started?,
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
        };
        running.announce()?;
        let ended = tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
            error = running.failed() => Err(error),
        };
        tracing::info!("stopping");
        tokio::select! {
            () = running.stop() => ended,
            // Whoever asks twice does not want to wait.
            _ = interrupt.recv() => Err(anyhow!("stopped before everything had ended")),
        }
    });
    runtime.shutdown_timeout(Duration::from_millis(100));
    ended
}

/// Starts a server: when this returns, both ports listen and sessions can be opened.
///
/// # Errors
/// One clear line for each thing that can stand against it.
pub async fn start(mut config: Config) -> anyhow::Result<Running> {
    config.prepare_folder()?;
    let lock = config.lock()?;
    let listener = TcpListener::bind(config.web_addr)
        .await
        .with_context(|| format!("the web server cannot listen on {}", config.web_addr))?;
    let web_addr = listener.local_addr()?;
    config.bound(web_addr);

    let store = open_store(&config).await?;
    let left_open = store.end_left_open(&config.node).await?;
    if left_open > 0 {
        tracing::warn!(
            sessions = left_open,
            "sessions that the last run left open have ended as \"node lost\""
        );
    }
    store.node_alive(&config.node).await?;
    store.forget_expired_sign_ins().await?;

    let vault = Vault::open(&config.file(VAULT_KEY))?;
    let passwords = Passwords::new()?;
    let (journal, writer) = Journal::start(store.clone());
    let auth = Auth::new(store.clone(), journal.clone(), passwords.clone(), vault.clone());
    let archive = Archive::start(&config.data, config.recordings, journal.clone())?;
    let ledger = Arc::new(StoreLedger::new(store.clone(), journal.clone()));
    let hub = Hub::with(ledger, Some(Arc::new(archive.clone())), Times::default());
    let stopping = CancellationToken::new();

    let directory =
        |kind| StoreDirectory::new(store.clone(), kind, auth.clone(), vault.clone(), journal.clone());
    let gateway_config = GatewayConfig::new(config.node.clone(), host_key(&config)?);
    let gateway = Gateway::new(gateway_config, Arc::new(directory(AgentKind::Ssh)), hub.clone());
    let gateway = gateway
        .bind(config.ssh_addr)
        .await
        .with_context(|| format!("the SSH gateway cannot listen on {}", config.ssh_addr))?;
    let ssh_addr = gateway.local_addr();
    let rdp = gateway_rdp::Gateway::new(
        gateway_rdp::GatewayConfig::new(config.node.clone(), web_addr.port()),
        Arc::new(directory(AgentKind::Rdp)),
        hub.clone(),
    );
    let terminals = Terminals::new(gateway.terminals(), rdp.desktops(), RETURN_WITHIN);
    let pg = pg::bind(&config, directory(AgentKind::Postgres), &hub).await?;

    let place =
        Place { node: config.node.clone(), port: web_addr.port(), public_url: config.public_url.clone() };
    let console = Console::new(
        store.clone(),
        hub.clone(),
        auth.clone(),
        journal.clone(),
        place.clone(),
        stopping.clone(),
    );
    let (set_up, token) = SetUp::new(store.clone(), passwords, vault.clone()).await?;
    let set_up_link = token.map(|token| format!("{}/set-up?token={token}", config.public_url));
    let (epoch, directory) = watch::channel(store.directory_epoch().await?);
    let applications = Applications::new(
        store.clone(),
        hub.clone(),
        console.clone(),
        journal.clone(),
        place,
        directory.clone(),
        stopping.clone(),
    );
    let (keys, issuer) = (Keys::new(store.clone(), vault.clone()), config.public_url.clone());
    let teller = Teller::new(
        store.clone(),
        applications.clone(),
        journal.clone(),
        keys.clone(),
        issuer.clone(),
        config.node.clone(),
    );
    let oidc =
        Provider::new(store.clone(), applications.clone(), console.clone(), journal.clone(), keys, issuer);
    let (reports, keeper) =
        Keeper::start(store.clone(), hub.clone(), journal.clone(), config.node.clone()).await?;
    let services = Arc::new(Services {
        store,
        archive,
        hub,
        auth,
        console,
        applications,
        oidc,
        set_up,
        journal,
        reports,
        terminals,
        ssh_port: ssh_addr.port(),
        pg_port: pg.as_ref().map(|(gateway, _)| gateway.local_addr().port()),
        config,
        directory,
        stopping: stopping.clone(),
    });

    let applications = services.applications.clone();
    tokio::spawn(async move { applications.come_back().await });
    let mut parts = JoinSet::new();
    let shared = Arc::clone(&services);
    parts.spawn(async move { web::serve(shared, listener).await.context("the web server failed") });
    let pg = pg.map(|(gateway, fingerprint)| {
        let (address, stop) = (gateway.local_addr(), stopping.clone());
        parts.spawn(async move { gateway.serve(stop).await.context("the PostgreSQL gateway failed") });
        (address, fingerprint)
    });
    let stop = stopping.clone();
    parts.spawn(async move { rdp.serve(stop).await.context("the gateway to desktops failed") });
    parts.spawn(async move { gateway.serve(stopping).await.context("the SSH gateway failed") });
    parts.spawn(teller.run(services.stopping.clone()));
    parts.spawn(keeper.run(services.stopping.clone()));
    parts.spawn(poll::run(Arc::clone(&services), epoch));
    parts.spawn(flush::run(Arc::clone(&services)));
    parts.spawn(tidy::run(Arc::clone(&services)));
    Ok(Running { services, web_addr, ssh_addr, pg, set_up_link, parts, writer, _lock: lock })
}

impl Running {
    /// Stops: sessions end, connections close, everything is written.
    pub async fn stop(mut self) {
        self.services.stopping.cancel();
        self.services.hub.shutdown();
        let all = async { while self.parts.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_GRACE, all).await.is_err() {
            tracing::warn!("some connections did not end in time");
            self.parts.shutdown().await;
        }
        self.services.archive.finish().await;
        self.writer.close().await;
        self.services.store.close().await;
    }

    /// Completes when a part of the server ended though nobody told it to.
    async fn failed(&mut self) -> anyhow::Error {
        match self.parts.join_next().await {
            Some(Ok(Err(error))) => error,
            Some(Err(error)) => anyhow!("a part of the server failed: {error}"),
            Some(Ok(Ok(()))) | None => anyhow!("a part of the server ended"),
        }
    }

    fn announce(&self) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "listening on {}", self.services.config.public_url)?;
        writeln!(out, "ssh on {}", self.ssh_addr)?;
        match &self.pg {
            Some((address, fingerprint)) => {
                writeln!(out, "postgres on {address}, certificate {fingerprint}")?;
            }
            None => writeln!(out, "postgres off")?,
        }
        if let Some(link) = &self.set_up_link {
            writeln!(out, "there is no user yet: make the first one at {link}")?;
        }
        out.flush()
    }
}

/// Name of the file with the key that seals account secrets.
pub const VAULT_KEY: &str = "secret.key";
const HOST_KEY: &str = "ssh_host_ed25519_key";

/// Opens the database of these settings; its tables are up to date then.
///
/// # Errors
/// When it does not answer.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let _turn = config.turn_to_open()?;
    Store::open(&config.database_url).await.context("the database cannot be used")
}

/// The gateway's own key, made at the first start.
fn host_key(config: &Config) -> anyhow::Result<zeroize::Zeroizing<String>> {
    let file = config.file(HOST_KEY);
    read_or_make(&file, || gateway_ssh::keys::generate_host_key().map_err(std::io::Error::other))
        .with_context(|| format!("the host key {} cannot be read or made", file.display()))
}
