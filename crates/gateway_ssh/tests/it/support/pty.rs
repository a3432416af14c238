//! A person's terminal with `ssh` in it.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::tools::{program, text, until, within};
use super::world::World;

/// A terminal; its window can change and its keys can be pressed.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// Runs `ssh LOGIN@gateway REST` in a window of 80 columns and 24 rows.
    pub(crate) fn ssh(world: &World, login: &str, rest: &[&str]) -> Self {
        let pair = native_pty_system().openpty(size(80, 24)).expect("a terminal");
        let mut command = CommandBuilder::new(program("ssh"));
        command.args(world.by_key());
        command.args(["-tt", &format!("{login}@127.0.0.1")]);
        command.args(rest);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).expect("ssh starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let seen = Arc::<Mutex<Vec<u8>>>::default();
        let writing = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The terminal's end is an error on Linux.
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                writing.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self { master: pair.master, keys, child, seen }
    }

    /// Everything that was written to the screen.
    pub(crate) fn seen(&self) -> String {
        text(&self.seen.lock().unwrap())
    }

    /// Waits for text on the screen.
    pub(crate) async fn sees(&self, wanted: &str) {
        let waiting = tokio::time::timeout(super::tools::LONG / 4, async {
            while !self.seen().contains(wanted) {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        });
        assert!(waiting.await.is_ok(), "{wanted:?} is not on the screen: {:?}", self.seen());
    }

    /// Presses keys.
    pub(crate) fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("keys pressed");
        self.keys.flush().expect("keys pressed");
    }

    /// Changes the window.
    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        self.master.resize(size(cols, rows)).expect("resized");
    }

    /// The exit status, when `ssh` ended.
    pub(crate) async fn exit(&mut self) -> u32 {
        let mut status = None;
        until("the end of ssh", || {
            status = self.child.try_wait().expect("a child");
            status.is_some()
        })
        .await;
        // What it wrote last may still be on its way to the screen.
        within("the screen", async {
            let mut length = usize::MAX;
            while length != self.seen.lock().unwrap().len() {
                length = self.seen.lock().unwrap().len();
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        })
        .await;
        status.map_or(u32::MAX, |status| status.exit_code())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
