//! The product on its stage: a data folder of its own, filled by its own command line, and its server.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rand::Rng as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::http;

/// How long the server may take until it is ready.
const READY: Duration = Duration::from_secs(30);

/// How long the server may take to end by itself.
const GOODBYE: Duration = Duration::from_secs(8);

/// Letters of a password that nobody mixes up.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// The product and where its things lie.
pub(crate) struct Stage {
    sightline: PathBuf,
    data: PathBuf,
    web: SocketAddr,
    ssh: SocketAddr,
}

impl Stage {
    /// A stage with a data folder below `folder`. Without addresses the usual ones, if they are free.
    pub(crate) fn new(
        sightline: Option<PathBuf>,
        folder: &Path,
        web: Option<SocketAddr>,
        ssh: Option<SocketAddr>,
    ) -> Result<Self> {
        let sightline = match sightline {
            Some(path) => path,
            None => std::env::current_exe()?.with_file_name("sightline"),
        };
        if !sightline.is_file() {
            bail!("there is no {}: build it with `cargo xtask build`", sightline.display());
        }
        Ok(Self { sightline, data: folder.join("data"), web: address(web, 3000)?, ssh: address(ssh, 2222)? })
    }

    /// Where the pages are.
    pub(crate) fn web(&self) -> SocketAddr {
        self.web
    }

    /// Where the gateway is.
    pub(crate) fn ssh(&self) -> SocketAddr {
        self.ssh
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.sightline);
        // Settings of the person's own server are not those of the show.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SIGHTLINE_") {
                command.env_remove(name);
            }
        }
        command
            .env("SIGHTLINE_DATA", &self.data)
            .env("SIGHTLINE_WEB_ADDR", self.web.to_string())
            .env("SIGHTLINE_SSH_ADDR", self.ssh.to_string())
            // The show has no database to reach.
            .env("SIGHTLINE_PG_ADDR", "off")
            .env("SIGHTLINE_PUBLIC_URL", format!("http://{}", self.web))
            .kill_on_drop(true);
        command
    }

    /// Runs the command line with a secret, or nothing, on its standard input; gives what it printed.
    pub(crate) async fn tell(&self, arguments: &[&str], secret: &str) -> Result<String> {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut stdin = child.stdin.take().context("the command line takes no input")?;
        // It may have refused before it read.
        let _ = stdin.write_all(secret.as_bytes()).await;
        drop(stdin);
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!(
                "`sightline {}` failed: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn serve(&self, log: &Path) -> Result<Server> {
        let file = fs::File::create(log)?;
        let child = self
            .command()
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            // Ctrl+C is ours: the server ends when the show has ended.
            .process_group(0)
            .spawn()?;
        let mut server = Server { child, log: log.to_owned() };
        let ready = async {
            while !is_ready(self.web).await {
                sleep(Duration::from_millis(50)).await;
            }
        };
        let gone = tokio::select! {
            status = server.child.wait() => Some(status?),
            ready = timeout(READY, ready) => {
                ready.with_context(|| format!("the server is not ready after {} s\n{}", READY.as_secs(), server.last_lines()))?;
                None
            }
        };
        if let Some(status) = gone {
            bail!("the server ended ({status})\n{}", server.last_lines());
        }
        Ok(server)
    }
}

/// The running server. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Returns when it ended by itself.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// Asks it to end, and ends it if it does not.
    pub(crate) async fn stop(mut self) {
        let pid = self.child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::TERM);
            if timeout(GOODBYE, self.child.wait()).await.is_err() {
                eprintln!("the server did not end in {} s and was killed", GOODBYE.as_secs());
                let _ = self.child.kill().await;
            }
        }
    }

    /// The end of its log.
    pub(crate) fn last_lines(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

async fn is_ready(web: SocketAddr) -> bool {
    let asked = http::ask(web, None, "GET /readyz HTTP/1.1\r\n", "");
    matches!(timeout(Duration::from_secs(2), asked).await, Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200"))
}

/// The wish, or the usual port of loopback, or any; port 0 becomes a free one.
fn address(wish: Option<SocketAddr>, usual: u16) -> Result<SocketAddr> {
    let free = |addr: SocketAddr| TcpListener::bind(addr).and_then(|listener| listener.local_addr());
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match wish {
        Some(addr) => free(addr).with_context(|| format!("cannot listen on {addr}")),
        None => free(loopback(usual)).or_else(|_| free(loopback(0))).context("no port is free"),
    }
}

/// A password to sign in with.
pub(crate) fn password() -> String {
    let mut rng = rand::rng();
    (0..14).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect()
}
