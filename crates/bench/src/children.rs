//! Every process that the bench starts, so that none outlives it.

use std::collections::HashMap;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};

/// How long a process may take to end when asked.
const PATIENCE: Duration = Duration::from_secs(5);

static RUNNING: LazyLock<Mutex<HashMap<u32, String>>> = LazyLock::new(Mutex::default);

/// A process that ends with its guard.
#[derive(Debug)]
pub(crate) struct Guarded(Child);

impl Guarded {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("{name} does not start"))?;
        note(child.id(), &name);
        Ok(Self(child))
    }

    /// Its id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// The process itself, for its pipes.
    pub(crate) fn inner(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Waits for its end; a process that takes longer is ended.
    pub(crate) fn wait(&mut self, longest: Duration) -> anyhow::Result<ExitStatus> {
        let deadline = Instant::now() + longest;
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status);
            }
            anyhow::ensure!(Instant::now() < deadline, "a process did not end within {longest:?}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let id = self.0.id();
        if !matches!(self.0.try_wait(), Ok(Some(_))) {
            signal(id, Signal::TERM);
            if self.wait(PATIENCE).is_err() {
                let _ = self.0.kill();
                let _ = self.0.wait();
            }
        }
        forget(id);
    }
}

/// Takes note of a process that somebody else started and ends.
pub(crate) fn note(id: u32, name: &str) {
    RUNNING.lock().expect("no holder of the list panics").insert(id, name.to_owned());
}

/// It has ended.
pub(crate) fn forget(id: u32) {
    RUNNING.lock().expect("no holder of the list panics").remove(&id);
}

/// Asks a process to end.
pub(crate) fn signal(id: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // It may have ended by itself, which is as good.
        let _ = kill_process(pid, signal);
    }
}

/// Ends whatever still runs: the bench gives up.
pub(crate) fn end_all() {
    let running: Vec<_> = RUNNING.lock().expect("no holder of the list panics").drain().collect();
    for (id, name) in running {
        eprintln!("bench: ending {name} ({id})");
        signal(id, Signal::TERM);
    }
}

/// Runs a command to its end and gives what it printed.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command.stdin(Stdio::null()).output().with_context(|| format!("{name} does not start"))?;
    anyhow::ensure!(out.status.success(), "{name} failed: {}", String::from_utf8_lossy(&out.stderr).trim());
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}
