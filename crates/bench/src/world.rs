//! The world that is measured: the server on a throw-away data folder, a real sshd and their people.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::children::{Guarded, output};
use crate::http;

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(20);
/// Password of everybody: the bench's world is thrown away.
pub(crate) const PASSWORD: &str = "bench-password";
/// Who looks on.
pub(crate) const ADMIN: &str = "ada";
/// Who connects.
pub(crate) const USER: &str = "alice";
/// The agent that is a real sshd.
pub(crate) const AGENT: &str = "db-1";

/// Everything that runs, and how to reach it.
pub(crate) struct World {
    /// Fewer rounds.
    pub(crate) quick: bool,
    /// Ten minutes instead of two where something is to go on for long.
    pub(crate) long: bool,
    /// For whatever is asynchronous: watchers, clients in great number.
    pub(crate) runtime: Runtime,
    /// Web address of the server.
    pub(crate) web: SocketAddr,
    /// Address of the gateway.
    pub(crate) gateway: SocketAddr,
    /// Address of the PostgreSQL gateway.
    pub(crate) pg: SocketAddr,
    /// The program that is measured.
    pub(crate) bin: PathBuf,
    /// Login on the real sshd: whoever runs the bench.
    pub(crate) login: String,
    // Dropped in this order: the folder last.
    server: Option<Guarded>,
    _sshd: Guarded,
    folder: TempDir,
}

impl World {
    /// Starts it all.
    pub(crate) fn start(bin: PathBuf, quick: bool, long: bool) -> anyhow::Result<Self> {
        raise_file_limit();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let folder = tempfile::Builder::new().prefix("sightline-bench-").tempdir()?;
        let path = folder.path();
        for key in ["host_key", "account_key", "user_key"] {
            let args = ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f"];
            output(Command::new("ssh-keygen").args(args).arg(path.join(key)))?;
        }
        let login = output(Command::new("id").arg("-un"))?.trim().to_owned();
        let sshd_addr = free_address()?;
        let sshd = start_sshd(path, sshd_addr)?;
        let mut world = Self {
            quick,
            long,
            runtime,
            web: free_address()?,
            gateway: free_address()?,
            pg: free_address()?,
            bin,
            login,
            server: None,
            _sshd: sshd,
            folder,
        };
        world.write_ssh_config(sshd_addr.port())?;
        let user_key = world.path("user_key.pub");
        world.cli(&["user", "add", ADMIN, "--role", "admin", "--password-stdin"], PASSWORD)?;
        let key = user_key.to_str().context("the folder has a plain name")?;
        world.cli(&["user", "add", USER, "--public-key", key, "--password-stdin"], PASSWORD)?;
        world.add_account(AGENT, sshd_addr, &world.login.clone())?;
        world.restart()?;
        Ok(world)
    }

    /// Ends the server and starts it anew: a fresh process to weigh.
    pub(crate) fn restart(&mut self) -> anyhow::Result<()> {
        self.server = None;
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("server.log"))?;
        let mut command = self.command(&["serve"]);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut server = Guarded::start(&mut command)?;
        let deadline = Instant::now() + START;
        while !http::request(self.web, "GET", "/readyz", "", "").is_ok_and(|answer| answer.status == 200) {
            let ended = server.inner().try_wait()?.is_some();
            anyhow::ensure!(!ended && Instant::now() < deadline, "the server is not ready: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.server = Some(server);
        Ok(())
    }

    /// A target and an account on it that the user may use and that the user's key opens.
    pub(crate) fn add_account(&self, agent: &str, at: SocketAddr, login: &str) -> anyhow::Result<()> {
        let account = format!("{login}@{agent}");
        let key = self.path("account_key");
        let key = key.to_str().context("the folder has a plain name")?;
        self.cli(&["agent", "add", agent, "--url", &format!("ssh://{at}")], "")?;
        // Covert: a line for each watcher who comes would stand among the echoes that are measured.
        self.cli(&["account", "add", &account, "--private-key", key, "--watch", "covert"], "")?;
        self.cli(&["grant", "add", USER, "user", &account], "")
    }

    /// A database and an account on it that the user may use, with everybody's password.
    pub(crate) fn add_database(&self, agent: &str, at: SocketAddr, login: &str) -> anyhow::Result<()> {
        let account = format!("{login}@{agent}");
        self.cli(&["agent", "add", agent, "--url", &format!("postgres://{at}")], "")?;
        self.cli(&["account", "add", &account, "--password-stdin", "--recording", "required"], PASSWORD)?;
        self.cli(&["grant", "add", USER, "user", &account], "")
    }

    /// Runs a command of the command line.
    pub(crate) fn cli(&self, args: &[&str], input: &str) -> anyhow::Result<()> {
        self.cli_says(args, input).map(drop)
    }

    /// The same, and what it prints.
    pub(crate) fn cli_says(&self, args: &[&str], input: &str) -> anyhow::Result<String> {
        use std::io::Write;
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("sightline does not start")?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that reads nothing may have ended already.
            let _ = writeln!(stdin, "{input}");
        }
        let out = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&out.stderr);
        anyhow::ensure!(out.status.success(), "sightline {}: {}", args.join(" "), said.trim());
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    }

    /// A file of the world's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Resident memory of the server, in KiB.
    pub(crate) fn server_memory(&self) -> anyhow::Result<u64> {
        let id = self.server.as_ref().context("the server does not run")?.id();
        let status = fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// A cookie of the administrator.
    pub(crate) fn admin_cookie(&self) -> anyhow::Result<String> {
        http::sign_in(self.web, ADMIN, PASSWORD)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("server.log")).unwrap_or_else(|error| error.to_string())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.bin);
        command
            .args(args)
            .env("SIGHTLINE_DATA", self.path("data"))
            .env("SIGHTLINE_WEB_ADDR", self.web.to_string())
            .env("SIGHTLINE_SSH_ADDR", self.gateway.to_string())
            .env("SIGHTLINE_PG_ADDR", self.pg.to_string())
            .env("SIGHTLINE_PUBLIC_URL", format!("http://{}", self.web));
        command
    }

    fn write_ssh_config(&self, sshd: u16) -> anyhow::Result<()> {
        let Self { login, .. } = self;
        let (key, known) = (self.path("user_key"), self.path("known_hosts"));
        let (key, known) = (key.display(), known.display());
        let gateway = self.gateway.port();
        let config = format!(
            "Host direct jump\n  Port {sshd}\n  User {login}\n\
             Host by-jump\n  Port {sshd}\n  User {login}\n  ProxyJump jump\n\
             Host gateway gateway-by-password\n  Port {gateway}\n  User {USER}:{login}@{AGENT}\n\
             Host gateway-by-password\n  PubkeyAuthentication no\n  PreferredAuthentications password\n\
             Host *\n  HostName 127.0.0.1\n  IdentityFile {key}\n  IdentitiesOnly yes\n  IdentityAgent none\n  \
             UserKnownHostsFile {known}\n  StrictHostKeyChecking accept-new\n  LogLevel ERROR\n"
        );
        fs::write(self.path("ssh_config"), config)?;
        // Answers the password question of OpenSSH.
        let askpass = self.path("askpass");
        fs::write(&askpass, format!("#!/bin/sh\necho {PASSWORD}\n"))?;
        output(Command::new("chmod").arg("700").arg(&askpass))?;
        Ok(())
    }
}

fn start_sshd(folder: &Path, at: SocketAddr) -> anyhow::Result<Guarded> {
    if rustix::process::getuid().is_root() {
        // Debian's package makes it at boot, and root's sshd insists on it.
        fs::create_dir_all("/run/sshd").context("/run/sshd")?;
    }
    let keys = folder.join("authorized_keys");
    let public = |name: &str| fs::read_to_string(folder.join(name));
    fs::write(&keys, public("user_key.pub")? + &public("account_key.pub")?)?;
    let config = folder.join("sshd_config");
    let text = format!(
        "ListenAddress {at}\nHostKey {host_key}\nAuthorizedKeysFile {keys}\nPasswordAuthentication no\n\
         KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\nPrintLastLog no\n\
         PrintMotd no\nStrictModes no\nUsePAM no\nMaxStartups 100\n",
        host_key = folder.join("host_key").display(),
        keys = keys.display(),
    );
    fs::write(&config, text)?;
    let mut command = Command::new("/usr/sbin/sshd");
    let log = fs::File::create(folder.join("sshd.log"))?;
    command.args(["-D", "-e", "-f"]).arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let sshd = Guarded::start(&mut command)?;
    let deadline = Instant::now() + START;
    while TcpStream::connect(at).is_err() {
        anyhow::ensure!(Instant::now() < deadline, "sshd does not listen: see {}", folder.display());
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(sshd)
}

/// An address on loopback that nobody listens on.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Thousands of sockets here and in the server, which inherits the limit.
fn raise_file_limit() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // With the lower limit the measurement that needs more says so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
