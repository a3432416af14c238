//! The `ssh` program in a pseudo-terminal.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::Result;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tokio::sync::{mpsc, watch};

use super::client::Client;
use crate::processes::Leader;

/// Bytes of output that are remembered: enough for a prompt, or for the reason of an end.
const REMEMBERED: usize = 400;

/// How to get through the gateway as somebody.
#[derive(Clone)]
pub(crate) struct Ssh {
    /// The gateway.
    pub(crate) gateway: SocketAddr,
    /// The address to come from; any if none.
    pub(crate) from: Option<IpAddr>,
    /// The file with the person's private key.
    pub(crate) key: PathBuf,
    /// The file where the client remembers host keys.
    pub(crate) known_hosts: PathBuf,
}

impl Ssh {
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

    /// Starts the client in a window of columns and rows.
    pub(crate) fn start(&self, destination: &str, (cols, rows): (u16, u16)) -> Result<Client> {
        let pty = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 })?;
        let mut command = CommandBuilder::new("ssh");
        command.args(self.arguments(destination));
        command.env("TERM", "xterm-256color");
        let mut child = pty.slave.spawn_command(command)?;
        let leader = Leader::new(child.process_id());
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader()?;
        let mut writer = pty.master.take_writer()?;

        let (keys, mut to_type) = mpsc::channel::<char>(16);
        let (see, seen) = watch::channel(Vec::new());
        let (end, ended) = watch::channel(None);
        let screen = seen.clone();
        std::thread::spawn(move || {
            while let Some(key) = to_type.blocking_recv() {
                let key = key.to_string();
                if writer.write_all(key.as_bytes()).and_then(|()| writer.flush()).is_err() {
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
            end.send_replace(Some(format!("ssh says {code} ({})", last_line(&screen.borrow()))));
        });
        // Closing our end would hang up on the client.
        Ok(Client::new(keys, seen, ended, (leader, pty.master)))
    }
}

fn last_line(seen: &[u8]) -> String {
    let text = String::from_utf8_lossy(seen);
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    last.chars().filter(|letter| !letter.is_control()).collect()
}
