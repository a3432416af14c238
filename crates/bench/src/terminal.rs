//! A person at a terminal: OpenSSH's client in a pseudo-terminal of this process.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use anyhow::Context;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::children;
use crate::ssh::Way;
use crate::world::World;

/// The size of the window.
const SIZE: PtySize = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
/// What the target says when it is ready.
const READY: &[u8] = b"ready-to-measure";

/// An open terminal. Dropping it closes the window.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    reader: Box<dyn Read + Send>,
    writer: Box<dyn Write + Send>,
    _window: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Connects and runs `program` on a raw terminal; returns when it is about to start.
    pub(crate) fn open(world: &World, way: Way, program: &str) -> anyhow::Result<Self> {
        let pair = native_pty_system().openpty(SIZE)?;
        let mut command = CommandBuilder::new("ssh");
        command.args(way.arguments(world, true));
        // The word is put together on the target, so that nothing that is typed looks like it.
        command.arg(format!("stty raw -echo; printf %s-to-measure ready; {program}"));
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        if let Some(id) = child.process_id() {
            children::note(id, "ssh");
        }
        let mut terminal = Self {
            child,
            reader: pair.master.try_clone_reader()?,
            writer: pair.master.take_writer()?,
            _window: pair.master,
        };
        terminal.read_until(READY)?;
        Ok(terminal)
    }

    /// A program that gives back every key at once.
    pub(crate) fn echoing(world: &World, way: Way) -> anyhow::Result<Self> {
        Self::open(world, way, "exec cat")
    }

    /// Types one key and waits until it shows.
    pub(crate) fn key(&mut self) -> anyhow::Result<Duration> {
        let mut byte = [0];
        let start = Instant::now();
        self.writer.write_all(b"k")?;
        self.reader.read_exact(&mut byte).context("the terminal closed")?;
        let took = start.elapsed();
        anyhow::ensure!(byte == *b"k", "the terminal showed something else than what was typed");
        Ok(took)
    }

    /// Types.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.writer.write_all(bytes)?)
    }

    /// Reads on until `end` has come.
    pub(crate) fn read_until(&mut self, end: &[u8]) -> anyhow::Result<()> {
        let mut last = Vec::new();
        let mut chunk = [0; 64 << 10];
        loop {
            let read = self.reader.read(&mut chunk).unwrap_or(0);
            last.extend_from_slice(&chunk[..read]);
            let said = || String::from_utf8_lossy(&last).trim().to_owned();
            anyhow::ensure!(read > 0, "the terminal closed, saying: {}", said());
            if last.windows(end.len()).any(|window| window == end) {
                return Ok(());
            }
            last.drain(..last.len().saturating_sub(end.len().max(1000)));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(id) = self.child.process_id() {
            children::forget(id);
        }
    }
}
