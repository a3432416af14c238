//! The `ssh` program in a pseudo-terminal.

use std::io::{Read as _, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use tokio::sync::{mpsc, watch};

use crate::processes::Leader;

/// Bytes of output that are remembered: enough for a prompt, or for the reason of an end.
const REMEMBERED: usize = 400;

/// How to get through the gateway as somebody.
#[derive(Clone)]
pub(crate) struct Way {
    /// The gateway.
    pub(crate) gateway: SocketAddr,
    /// The address to come from; any if none.
    pub(crate) from: Option<IpAddr>,
    /// The file with the person's private key.
    pub(crate) key: PathBuf,
    /// The file where the client remembers host keys.
    pub(crate) known_hosts: PathBuf,
}

impl Way {
    /// The client's arguments for `USER:LOGIN@AGENT`.
    pub(crate) fn arguments(&self, destination: &str) -> Vec<String> {
        let mut arguments: Vec<String> = ["-F", "/dev/null"].map(String::from).to_vec();
        for option in [
            "StrictHostKeyChecking=accept-new".to_owned(),
            format!("UserKnownHostsFile={}", self.known_hosts.display()),
            "GlobalKnownHostsFile=/dev/null".to_owned(),
            format!("IdentityFile={}", self.key.display()),
            "IdentitiesOnly=yes".to_owned(),
            "IdentityAgent=none".to_owned(),
            "PreferredAuthentications=publickey".to_owned(),
            "ServerAliveInterval=15".to_owned(),
            "LogLevel=ERROR".to_owned(),
        ] {
            arguments.extend(["-o".to_owned(), option]);
        }
        if let Some(from) = self.from {
            arguments.extend(["-b".to_owned(), from.to_string()]);
        }
        arguments.extend(["-p".to_owned(), self.gateway.port().to_string()]);
        arguments.push(format!("{destination}@{}", self.gateway.ip()));
        arguments
    }
}

/// A running client. Dropping it ends it.
pub(crate) struct Client {
    keys: mpsc::Sender<Vec<u8>>,
    seen: watch::Receiver<Vec<u8>>,
    ended: watch::Receiver<Option<u32>>,
    _leader: Leader,
    // Closing our end would hang up on the client.
    _master: Box<dyn MasterPty + Send>,
}

impl Client {
    /// Starts the client in a window of columns and rows.
    pub(crate) fn start(way: &Way, destination: &str, (cols, rows): (u16, u16)) -> Result<Self> {
        let pty = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 })?;
        let mut command = CommandBuilder::new("ssh");
        command.args(way.arguments(destination));
        command.env("TERM", "xterm-256color");
        let mut child = pty.slave.spawn_command(command)?;
        let leader = Leader::new(child.process_id());
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader()?;
        let mut writer = pty.master.take_writer()?;

        let (keys, mut to_type) = mpsc::channel::<Vec<u8>>(16);
        let (see, seen) = watch::channel(Vec::new());
        let (end, ended) = watch::channel(None);
        std::thread::spawn(move || {
            while let Some(key) = to_type.blocking_recv() {
                if writer.write_all(&key).and_then(|()| writer.flush()).is_err() {
                    return;
                }
            }
        });
        std::thread::spawn(move || {
            let mut block = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut block) {
                see.send_modify(|seen| {
                    seen.extend_from_slice(&block[..count]);
                    let surplus = seen.len().saturating_sub(REMEMBERED);
                    seen.drain(..surplus);
                });
            }
            let code = child.wait().map_or(255, |status| status.exit_code());
            end.send_replace(Some(code));
        });
        Ok(Self { keys, seen, ended, _leader: leader, _master: pty.master })
    }

    /// Types one key.
    pub(crate) async fn key(&mut self, key: char) -> Result<()> {
        let bytes = key.to_string().into_bytes();
        self.keys.send(bytes).await.map_err(|_| anyhow!("the client has ended"))
    }

    /// Returns when the last thing on the screen is a shell's prompt.
    pub(crate) async fn prompt(&mut self) {
        // Fails when the client has ended; whoever plays on it notices at the next key.
        let _ = self.seen.wait_for(|seen| seen.ends_with(b"$ ") || seen.ends_with(b"# ")).await;
    }

    /// Waits for its end; gives the status and the last line that it showed.
    pub(crate) fn end(&self) -> impl Future<Output = (u32, String)> + use<> {
        let (mut ended, seen) = (self.ended.clone(), self.seen.clone());
        async move {
            let code = ended.wait_for(Option::is_some).await.map_or(255, |code| code.unwrap_or(255));
            let seen = seen.borrow();
            let text = String::from_utf8_lossy(&seen);
            let last = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
            (code, last.chars().filter(|letter| !letter.is_control()).collect())
        }
    }
}
