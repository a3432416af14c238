//! A desktop of our own: something real to open over RDP. On loopback, xrdp before an X server with a terminal.
//!
//! There is no window manager: who types has the mouse over the terminal. All who connect see the same display,
//! one at a time; a new one takes it over. xrdp runs without its session manager, which would have one port for all
//! of a machine and ask for a user of the system. So no password is asked for, and only programs of the same user
//! get in.

mod door;
pub(crate) mod needs;
mod program;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::DesktopOptions;
use crate::ends::Ends;
use crate::props::secret_file;
use crate::shell;
use crate::summary::say;
use program::{Program, first_end};

/// Width and height that it has until somebody wants another size.
const SIZE: (u16, u16) = (1280, 800);

/// A place that is on the terminal.
pub(crate) const ON_TERMINAL: (u16, u16) = (240, 160);

/// Where xrdp, xorgxrdp and chansrv meet; compiled into them.
const SOCKETS: &str = "/run/xrdp/sockdir";

/// How long a program may take until it is ready.
const READY: Duration = Duration::from_secs(20);

/// How long until a terminal that was closed is opened again.
const INTERVAL: Duration = Duration::from_secs(1);

/// A desktop that listens. Ends with all its programs when dropped.
pub(crate) struct Desktop {
    listener: TcpListener,
    /// Sockets, keys and logs.
    folder: PathBuf,
    /// Home folder and working folder of its terminal; those of this process if none.
    home: Option<PathBuf>,
    display: String,
    /// In the order in which they end: the one that was started last comes first.
    programs: Vec<Program>,
}

impl Desktop {
    /// Starts one at the first address that is free, with a certificate of its own, in an empty folder of its own.
    pub(crate) async fn start(addrs: &[SocketAddr], folder: &Path, home: Option<PathBuf>) -> Result<Self> {
        let listener =
            TcpListener::bind(addrs).await.with_context(|| format!("cannot listen on {addrs:?}"))?;
        for place in ["/tmp/.X11-unix", SOCKETS] {
            open_to_all(Path::new(place)).with_context(|| format!("cannot make {place}"))?;
        }
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(["desk".to_owned()])?.self_signed(&key)?;
        secret_file(&folder.join("key.pem"), key.serialize_pem())?;
        secret_file(&folder.join("authority"), authority())?;
        let (folder, display, programs) = (folder.to_owned(), String::new(), Vec::new());
        let mut desktop = Self { listener, folder, home, display, programs };
        fs::write(desktop.certificate(), certificate.pem())?;
        timeout(READY, desktop.open())
            .await
            .with_context(|| format!("no desktop after {} s", READY.as_secs()))??;
        Ok(desktop)
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// The file with its certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("cert.pem")
    }

    /// Serves connections until it is dropped; fails when one of its programs ended.
    pub(crate) async fn serve(mut self) -> Result<()> {
        let mut terminal = self.terminal()?;
        let mut visits = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let (stream, from) = accepted?;
                    visits.spawn(door::pass(stream, from, self.folder.join("rdp")));
                }
                // A connection that ends badly concerns its client alone.
                Some(_) = visits.join_next() => {}
                (name, status) = first_end(&mut self.programs) => bail!("{name} ended ({status})"),
                _ = terminal.ended() => {
                    sleep(INTERVAL).await;
                    terminal = self.terminal()?;
                }
            }
        }
    }

    async fn open(&mut self) -> Result<()> {
        let x = ["-displayfd", "1", "-config", "xrdp/xorg.conf", "-noreset", "-nolisten", "tcp", "-auth"];
        let mut command = self.command("/usr/lib/xorg/Xorg");
        command.args(x).arg(self.folder.join("authority")).arg("-logfile").arg(self.folder.join("xorg.log"));
        let mut x = Program::start(command.stdout(Stdio::piped()))?;
        // It takes a display that is free, and says which when it is there.
        let said = x.child.stdout.take().context("the X server says nothing")?;
        let number = BufReader::new(said).lines().next_line().await?.unwrap_or_default();
        self.programs.insert(0, x);
        if number.is_empty() {
            bail!("the X server did not start\n{}", self.last_lines());
        }
        self.display = format!(":{number}");
        let channels = self.command("/usr/sbin/xrdp-chansrv");
        self.start_until(channels, &PathBuf::from(format!("{SOCKETS}/xrdp_chansrv_socket_{number}"))).await?;
        let settings = include_str!("desktop/xrdp.ini")
            .replace("FOLDER", &self.folder.to_string_lossy())
            .replace("SOCKETS", SOCKETS)
            .replace("NUMBER", &number);
        let file = self.folder.join("xrdp.ini");
        fs::write(&file, settings)?;
        let mut xrdp = self.command("/usr/sbin/xrdp");
        xrdp.args(["--nodaemon", "--config"]).arg(file);
        self.start_until(xrdp, &self.folder.join("rdp")).await
    }

    fn terminal(&self) -> Result<Program> {
        let mut command = self.command("xterm");
        command.args(["-geometry", "80x24+20+20", "-fa", "Monospace", "-fs", "11"]);
        command.args(["-bg", "#10222b", "-fg", "#e4edf0"]);
        // What is selected is on the clipboard, and Ctrl+V pastes what is there.
        command.args(["-xrm", "*selectToClipboard: true"]);
        command.args(["-xrm", "*VT100.translations: #override Ctrl <Key>v: insert-selection(CLIPBOARD)"]);
        for (name, value) in shell::variables(self.home.as_deref()) {
            command.env(name, value);
        }
        command.env("SHELL", shell::program(self.home.as_deref()));
        Program::start(command.current_dir(shell::home(self.home.as_deref())))
    }

    /// A program on the desktop; what it says goes into a log.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env("DISPLAY", &self.display)
            .env("XAUTHORITY", self.folder.join("authority"))
            // xrdp's programs make folders at home.
            .env("HOME", &self.folder)
            .env("LC_ALL", "C.UTF-8")
            .env("XDG_RUNTIME_DIR", &self.folder)
            .env("CHANSRV_LOG_PATH", &self.folder)
            .env("XRDP_SOCKET_PATH", SOCKETS)
            .env("XRDP_START_WIDTH", SIZE.0.to_string())
            .env("XRDP_START_HEIGHT", SIZE.1.to_string())
            .stdin(Stdio::null());
        let log = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(self.log());
        match log.and_then(|log| Ok((log.try_clone()?, log))) {
            Ok((log, same)) => command.stdout(log).stderr(same),
            Err(_) => command.stdout(Stdio::null()).stderr(Stdio::null()),
        };
        command
    }

    /// Starts a program and waits until it has made its socket.
    async fn start_until(&mut self, mut command: Command, socket: &Path) -> Result<()> {
        self.programs.insert(0, Program::start(&mut command)?);
        while !socket.exists() {
            tokio::select! {
                (name, status) = first_end(&mut self.programs) => {
                    bail!("{name} ended ({status})\n{}", self.last_lines())
                }
                () = sleep(Duration::from_millis(20)) => {}
            }
        }
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("programs.log")
    }

    fn last_lines(&self) -> String {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

/// A folder where every user may put sockets, as at a machine's start.
fn open_to_all(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o1777))?;
    }
    Ok(())
}

/// An X authority file with a new cookie, for whatever display.
fn authority() -> Vec<u8> {
    let part = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat();
    // Any family, no address, no number.
    let to = [&[0xFF; 2][..], &[0; 4]].concat();
    [to, part(b"MIT-MAGIC-COOKIE-1"), part(&rand::random::<[u8; 16]>())].concat()
}

/// `demo desktop`: one desktop, until Ctrl+C.
pub(crate) async fn serve(options: DesktopOptions) -> Result<()> {
    let mut ends = Ends::new()?;
    if !options.listen.ip().is_loopback() {
        bail!("a demo desktop runs your shell: it listens on loopback only");
    }
    if let Some(obstacle) = needs::obstacle().await {
        bail!(obstacle);
    }
    let folder = tempfile::Builder::new().prefix("sightline-desktop-").tempdir()?;
    let done = tokio::select! {
        done = show(options.listen, folder.path()) => done,
        () = ends.wait() => Ok(()),
    };
    folder.close().context("cannot remove the desktop's folder")?;
    done
}

async fn show(listen: SocketAddr, folder: &Path) -> Result<()> {
    let desktop = Desktop::start(&[listen], folder, None).await?;
    say(&format!("listening on {}", desktop.addr()?));
    desktop.serve().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_as_x_reads_it() {
        let file = authority();
        assert_eq!(file.len(), 6 + 2 + 18 + 2 + 16);
        assert_eq!(file[..8], [0xFF, 0xFF, 0, 0, 0, 0, 0, 18]);
        assert_eq!(file[26..28], [0, 16]);
    }
}
